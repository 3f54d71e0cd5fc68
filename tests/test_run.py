"""Facts become findings; nothing becomes not applicable, and a crash one error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from findings import check

from kit.model import At, Check, Fact, FileClass, Finding, Outcome, Severity, bad, ok
from kit.project import Project
from kit.run import EXCERPT_LINES, run_check, run_checks


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "app.py").write_text("".join(f"line_{n} = {n}\n" for n in range(1, 31)), "utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_app.py").write_text("x = 1\n", "utf-8")
    (tmp_path / "README.md").write_text("# Shop\n", "utf-8")
    return Project(tmp_path)


def run(project: Project, *facts: Fact, **more: Any) -> tuple[Finding, ...]:
    return run_check(project, replace(check("SEC-001"), function=lambda _: iter(facts), **more))


def test_a_check_without_facts_is_not_applicable(project: Project) -> None:
    (finding,) = run(project)

    assert (finding.outcome, finding.evidence) == (Outcome.NOT_APPLICABLE, ())


def test_a_crash_is_one_error_beside_what_was_seen(project: Project) -> None:
    def crash(_: object) -> Iterator[Fact]:
        yield ok("Seen.", At("app.py", 1))
        raise ValueError("odd input")

    findings = run_check(project, replace(check("SEC-001"), function=crash))

    assert [f.outcome for f in findings] == [Outcome.PASS, Outcome.ERROR]
    assert "ValueError: odd input" in findings[1].message


def test_a_fact_overrides_severity_and_fix_of_its_check(project: Project) -> None:
    plain, grave = run(
        project, bad("A.", At("app.py", 1)), bad("B.", At("app.py", 2), severity=Severity.CRITICAL, fix="Now.")
    )

    assert (plain.severity, plain.fix) == (Severity.MEDIUM, "Do this.")
    assert (grave.severity, grave.fix) == (Severity.CRITICAL, "Now.")


def test_only_open_findings_of_a_blocking_check_block(project: Project) -> None:
    held, failed = run(project, ok("A.", At("app.py", 1)), bad("B.", At("app.py", 2)), blocker="cannot build")

    assert (held.blocker, failed.blocker) == (None, "cannot build")


def test_evidence_is_what_stands_there_cut_to_a_length(project: Project) -> None:
    (finding,) = run(project, bad("A.", At("app.py", 2, 30)))

    lines = finding.evidence[0].excerpt.splitlines()
    assert (lines[0], len(lines)) == ("line_2 = 2", EXCERPT_LINES)


def test_the_same_fact_of_two_environments_is_told_once_and_belongs_to_none(project: Project) -> None:
    both = [bad("A.", At("app.py", 1), environment=name) for name in ("staging", "production")]

    assert [f.environment for f in run(project, *both)] == [None]
    assert [f.environment for f in run(project, both[0], both[0])] == ["staging"]


def test_what_copies_of_a_manifest_share_is_told_once(tmp_path: Path) -> None:
    for path in ("k8s/shop.yaml", "complete.yaml", "k8s/other.yaml"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\n", "utf-8")
    (tmp_path / "app.py").write_text("x = 1\ny = 2\n", "utf-8")
    copies = [bad("A.", At(path, 2)) for path in ("k8s/shop.yaml", "complete.yaml")]
    project = Project(tmp_path)

    assert [len(f.evidence) for f in run(project, *copies, bad("B.", At("k8s/other.yaml", 2)))] == [2, 1]
    assert len(run(project, bad("A.", At("k8s/shop.yaml", 2)), bad("A.", At("k8s/shop.yaml", 3)))) == 2
    assert len(run(project, bad("A.", At("app.py", 1)), bad("A.", At("app.py", 2)))) == 2


def test_a_fingerprint_survives_a_line_that_moves_and_tells_twins_apart(project: Project, tmp_path: Path) -> None:
    before = run(project, bad("A.", At("app.py", 5)))[0].fingerprint
    text = (tmp_path / "app.py").read_text("utf-8")
    (tmp_path / "app.py").write_text("# new\n" + text, "utf-8")
    moved = Project(tmp_path)

    assert run(moved, bad("A.", At("app.py", 6)))[0].fingerprint == before
    twins = run(moved, bad("A.", At(".")), bad("B.", At(".")), bad("A.", At("app.py", 1)))
    assert len({f.fingerprint for f in twins}) == 3


@pytest.mark.parametrize(
    ("path", "more", "expected"),
    [
        ("tests/test_app.py", {}, FileClass.TEST),
        ("tests/test_app.py", {"area": "testing"}, FileClass.PRODUCTION),
        ("README.md", {}, FileClass.DOCUMENTATION),
        ("README.md", {"documents": True}, FileClass.PRODUCTION),
        ("app.py", {}, FileClass.PRODUCTION),
    ],
)
def test_what_a_check_examines_weighs_in_full(
    project: Project, path: str, more: dict[str, Any], expected: FileClass
) -> None:
    assert run(project, bad("A.", At(path, 1)), **more)[0].file_class is expected


def test_secrets_are_masked_in_messages_and_excerpts(tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    (tmp_path / "app.py").write_text(f'TOKEN = "{secret}"\n', "utf-8")

    (finding,) = run(Project(tmp_path), bad(f"It holds {secret}.", At("app.py", 1)))

    assert secret not in finding.message
    assert secret not in finding.evidence[0].excerpt


def test_findings_come_in_the_order_of_the_checks(project: Project) -> None:
    checks: list[Check] = [check("SEC-002"), check("SEC-001")]

    assert [f.check for f in run_checks(project, checks)] == ["SEC-002", "SEC-001"]
