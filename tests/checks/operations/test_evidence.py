"""Evidence that cannot be read, or that speaks of other code, is told."""

from __future__ import annotations

import json
from pathlib import Path
from time import time

from dulwich import porcelain
from given import seen

from kit.assessment import opened
from kit.model import Strength
from kit.params import load_params
from kit.registry import catalogue
from kit.run import run_check

LCOV = "SF:src/a.ts\nLF:10\nLH:{hit}\nend_of_record\n"


def test_a_file_that_is_whole_holds_and_one_that_is_cut_off_fails(tmp_path: Path) -> None:
    found = seen(tmp_path, "OPS-070", {"a.info": LCOV.format(hit=9), "b.info": LCOV.format(hit=9)[:20]})

    assert found.passed == ["../evidence/a.info"]
    assert found.failed == ["../evidence/b.info"]
    assert "b.info is no evidence: it ends within the record" in found.text


def test_two_reports_of_the_same_files_that_disagree_are_both_shown(tmp_path: Path) -> None:
    found = seen(tmp_path, "OPS-070", {"a.info": LCOV.format(hit=9), "b.info": LCOV.format(hit=5)}, {"src/a.ts": "x\n"})

    [told] = [f for f in found.findings if f.outcome == "partial"]
    assert [e.path for e in told.evidence] == ["../evidence/a.info", "../evidence/b.info"]
    assert "90.0 per cent" in told.message and "50.0" in told.message


def test_a_file_under_another_key_is_read_as_what_it_is_and_told(tmp_path: Path) -> None:
    (tmp_path / "j.xml").write_text('<testsuite tests="1"><testcase name="a"/></testsuite>')

    found = seen(tmp_path, "OPS-070", {}, params="", files=None)
    assert found.outcomes == ["not_applicable"]
    (tmp_path / "params.yaml").write_text("project: {path: project}\nevidence: {coverage: [j.xml, gone.info]}\n")
    check = next(c for c in catalogue() if c.id == "OPS-070")
    told = run_check(opened(load_params(tmp_path / "params.yaml")), check)
    assert [f.outcome for f in told] == ["fail", "partial"]
    assert "there is no such file" in told[0].message
    assert "is JUnit, and stands under `evidence.coverage`" in told[1].message


def commit(root: Path, text: str, at: float) -> str:
    (root / "src").mkdir(parents=True, exist_ok=True)
    (root / "src" / "a.ts").write_text(text)
    porcelain.add(str(root), [str(root / "src" / "a.ts")])
    who = b"A <a@example.com>"
    sha = porcelain.commit(
        str(root),
        b"x",
        author=who,
        committer=who,
        commit_timestamp=at,
        author_timestamp=at,
        commit_timezone=0,
        author_timezone=0,
    )
    return sha.decode()


def junit(made: str) -> str:
    return f'<testsuite tests="1" timestamp="{made}"><testcase name="a"/></testsuite>'


def sarif(revision: str) -> str:
    run = {
        "tool": {"driver": {"name": "CodeQL"}},
        "versionControlProvenance": [{"revisionId": revision}],
        "results": [],
    }
    return json.dumps({"$schema": "x", "version": "2.1.0", "runs": [run]})


def test_evidence_older_than_the_code_counts_less_and_says_so(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    porcelain.init(str(project))
    first = commit(project, "const a = 1;\n", 1_760_000_000)
    last = commit(project, "const a = 2;\n", 1_762_000_000)
    evidence = {
        "old.xml": junit("2025-10-20T00:00:00Z"),
        "new.xml": junit("2025-11-20T00:00:00Z"),
        "a.sarif": sarif(first),
        "b.sarif": sarif(last),
        "c.sarif": sarif("e" * 40),
    }

    found = seen(tmp_path, "OPS-070", evidence)

    assert found.failed == ["../evidence/a.sarif", "../evidence/c.sarif", "../evidence/old.xml"]
    assert "it was made on 2025-10-20, and src/a.ts has changed since" in found.text
    assert f"it was made of revision {first[:12]}, and src/a.ts has changed since" in found.text
    assert "which this repository does not have" in found.text
    suites = seen(tmp_path, "TST-072", evidence)
    strengths = {f.evidence[0].path: f.evidence[0].strength for f in suites.findings}
    assert strengths == {"../evidence/old.xml": Strength.DOCUMENTED, "../evidence/new.xml": Strength.MEASURED}
    assert "This is out of date" in suites.text


def test_a_future_commit_makes_nothing_stale_that_was_made_after_it(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    porcelain.init(str(project))
    commit(project, "const a = 1;\n", time() - 86400)

    assert seen(tmp_path, "OPS-070", {"a.info": LCOV.format(hit=9)}).outcomes == ["pass"]
