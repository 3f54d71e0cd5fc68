"""What documents say, and whether it holds."""

from __future__ import annotations

from conftest import Look

APP = {"Dockerfile": "FROM node:22\nCOPY . .\n", "server.js": "require('express')().listen(3000);\n"}


def readme(*lines: str) -> dict[str, str]:
    return {"README.md": "\n".join(["# Shop", "", *lines, ""])}


def test_a_readme_with_a_command_tells_how_to_run(look: Look) -> None:
    assert look("OPS-001", readme("```sh", "docker compose up", "```")).passed == ["README.md:4"]


def test_a_readme_without_a_command_holds_in_part_and_none_is_a_failure(look: Look) -> None:
    assert look("OPS-001", readme("It sells things.")).outcomes == ["partial"]


def test_no_readme_is_told(look: Look) -> None:
    assert look("OPS-001", APP).failed == ["."]


def test_without_a_runbook_one_finding_says_so(look: Look) -> None:
    assert look("OPS-002", {**APP, **readme("Hello.")}).failed == ["."]


def test_a_runbook_is_searched_task_by_task(look: Look) -> None:
    book = {
        "docs/runbook.md": """
            # Runbook
            Restart with `kubectl rollout restart deploy/api`.
            Roll back with `kubectl rollout undo deploy/api`.
            """
    }

    seen = look("OPS-002", {**APP, **book})

    assert seen.passed == ["docs/runbook.md:2", "docs/runbook.md:3"]
    assert seen.failed == ["docs/runbook.md"] * 3
    assert "restore data" in seen.text


def test_a_search_through_the_logs_investigates(look: Look) -> None:
    book = {"docs/runbook.md": "# Runbook\n\n## Look into an error\n\nSearch the logs for the request's id.\n"}

    assert look("OPS-002", {**APP, **book}).passed == ["docs/runbook.md:3"]


def test_a_file_that_is_named_and_not_there_is_told(look: Look) -> None:
    text = readme("See [setup](docs/setup.md) and [use](docs/use.md).", "Run `scripts/run.sh`.")

    seen = look("OPS-003", {**text, "docs/use.md": "# Use\n"})

    assert seen.failed == ["README.md:3", "README.md:4"]


def test_a_picture_that_is_gone_is_told_though_its_address_starts_at_the_top(look: Look) -> None:
    assert look("OPS-003", readme("![The store](/docs/img/store.png)")).failed == ["README.md:3"]


def test_files_to_be_made_and_pages_of_a_site_are_no_promises(look: Look) -> None:
    text = readme(
        "Create `config/local.yaml` first.",
        "",
        "More on [roles](/docs/roles) and at [home](https://example.com/x.md).",
        "",
        "Output goes to `dist/app.js`, as in `path/to/file.js`.",
    )

    assert not look("OPS-003", text).failed


def test_a_script_that_nothing_defines_is_told(look: Look) -> None:
    package = {"package.json": '{"name": "a", "scripts": {"build": "tsc"}}', "Makefile": "up:\n\tdocker compose up\n"}
    text = readme("```sh", "npm run build", "npm run deploy", "make up", "make down", "```")

    assert look("OPS-004", {**package, **text}).failed == ["README.md:5", "README.md:7"]


def test_scripts_and_targets_that_are_defined_hold(look: Look) -> None:
    package = {"package.json": '{"name": "a", "scripts": {"build": "tsc"}}'}

    assert look("OPS-004", {**package, **readme("```sh", "npm run build", "npm install", "```")}).passed == ["."]


def test_owners_are_named_by_a_line_that_is_no_comment(look: Look) -> None:
    assert look("OPS-006", {".github/CODEOWNERS": "# teams\n* @acme/shop\n"}).passed == [".github/CODEOWNERS:2"]
    assert look("OPS-006", {".github/CODEOWNERS": "# nobody yet\n"}).failed == [".github"]


def test_it_is_written_whom_to_call_or_not(look: Look) -> None:
    assert look("OPS-007", {**APP, **readme("Call me.")}).failed == ["."]
    assert look("OPS-007", {**APP, **readme("Escalation: the on-call engineer.")}).passed == ["README.md:3"]
    assert look("OPS-007", {**APP, **readme("## Incident response")}).passed == ["README.md:3"]
    for word in ("A talk that shows Incident Response Management", "It stops privilege escalation."):
        assert look("OPS-007", {**APP, **readme(word)}).failed == ["."], word


def test_a_change_log_or_a_pipeline_records_releases(look: Look) -> None:
    assert look("OPS-008", APP).failed == ["."]
    step = "on: push\njobs:\n  r:\n    steps:\n      - uses: googleapis/release-please-action@v4\n"
    assert look("OPS-008", {".github/workflows/r.yml": step}).passed == [".github/workflows/r.yml:5"]
    assert look("OPS-008", {"CHANGELOG.md": "# 1.0\n"}).passed == ["CHANGELOG.md"]


def test_a_target_with_its_explanation_is_one_call(look: Look) -> None:
    files = {"Makefile": "lint:\n\truff check\n"}

    assert look("OPS-004", {**files, **readme("```sh", "make lint - check the style", "```")}).passed == ["."]
    assert look("OPS-004", {**files, **readme("```sh", "make test - run all tests", "```")}).failed == ["README.md:4"]
