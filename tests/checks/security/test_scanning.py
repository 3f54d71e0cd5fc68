"""Who looks for holes, and can they stop anything?"""

from __future__ import annotations

import pytest
from conftest import Look

PACKAGE = {"package.json": '{"dependencies": {"express": "4.19.2"}}', "app.js": "run();\n"}


def pipeline(*steps: str) -> dict[str, str]:
    lines = "\n".join(f"      - {step}" for step in steps)
    return {
        **PACKAGE,
        ".github/workflows/ci.yml": f"on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{lines}\n",
    }


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        ("run: npm audit --audit-level=high", "pass"),
        ("run: npm audit || true", "partial"),
        ("{run: npm audit, continue-on-error: true}", "partial"),
        ("uses: actions/dependency-review-action@v4", "pass"),
        ("{uses: aquasecurity/trivy-action@v1, with: {exit-code: '1'}}", "pass"),
        ("uses: aquasecurity/trivy-action@v1", "partial"),
        ("run: npm test", "fail"),
    ],
)
def test_dependencies_are_scanned(look: Look, step: str, outcome: str) -> None:
    seen = look("SEC-008", pipeline(step))

    assert seen.outcomes == [outcome]
    assert (seen.passed + seen.failed)[0].startswith(".github/workflows")


def test_a_scanner_that_is_only_installed_scans_nothing(look: Look) -> None:
    assert look("SEC-008", pipeline("run: pip install pip-audit")).outcomes == ["fail"]
    assert look("SEC-008", pipeline("run: pip install pip-audit && pip-audit")).outcomes == ["pass"]


def test_a_scan_behind_a_package_script_counts(look: Look) -> None:
    files = {
        **pipeline("run: npm run scan"),
        "package.json": '{"dependencies": {"a": "1.0.0"}, "scripts": {"scan": "npm audit"}}',
    }

    assert look("SEC-008", files).outcomes == ["pass"]


def test_a_bot_that_proposes_updates_holds_in_part(look: Look) -> None:
    assert look("SEC-008", {**PACKAGE, ".github/dependabot.yml": "version: 2\n"}).failed == [".github/dependabot.yml"]


def test_nothing_at_all(look: Look) -> None:
    assert look("SEC-008", PACKAGE).failed == ["."]
    assert look("SEC-017", PACKAGE).failed == [".", "."]


def test_secrets_and_code_are_looked_for(look: Look) -> None:
    seen = look("SEC-017", pipeline("uses: gitleaks/gitleaks-action@v2", "uses: github/codeql-action/analyze@v3"))

    assert seen.passed == [".github/workflows/ci.yml:6", ".github/workflows/ci.yml:7"]


def test_a_hook_alone_holds_in_part(look: Look) -> None:
    seen = look(
        "SEC-017", {**PACKAGE, ".pre-commit-config.yaml": "repos:\n  - repo: https://github.com/gitleaks/gitleaks\n"}
    )

    assert seen.outcomes == ["partial", "fail"]
    assert seen.failed[0] == ".pre-commit-config.yaml:2"
