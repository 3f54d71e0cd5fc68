"""Whether what pipelines, scripts and package scripts call is there."""

from __future__ import annotations

from conftest import Look


def workflow(*steps: str) -> str:
    """A workflow with a checkout and these steps, the first of them at line 7."""
    head = ["on: push", "jobs:", "  build:", "    runs-on: x", "    steps:", "      - uses: actions/checkout@v4"]
    return "\n".join([*head, *(f"      - {step}" for step in steps)]) + "\n"


def test_a_script_file_that_is_absent_is_found(look: Look) -> None:
    seen = look("DEL-002", {".github/workflows/ci.yml": workflow("run: bash scripts/deploy.sh"), "a.py": ""})

    assert seen.failed == [".github/workflows/ci.yml:7"]
    assert "scripts/deploy.sh" in seen.text


def test_a_script_file_that_is_there_holds(look: Look) -> None:
    files = {".github/workflows/ci.yml": workflow("run: bash scripts/deploy.sh"), "scripts/deploy.sh": "ls\n"}

    assert look("DEL-002", files).outcomes == ["pass"]


def test_a_dockerfile_of_an_action_is_looked_up(look: Look) -> None:
    steps = workflow("uses: docker/build-push-action@v6", "  with: {context: ., file: api/Dockerfile}")
    seen = look("DEL-002", {".github/workflows/ci.yml": steps.replace("      -   with", "        with")})

    assert seen.failed == [".github/workflows/ci.yml:8"]


def test_files_of_an_artifact_are_not_missed(look: Look) -> None:
    steps = workflow("uses: actions/download-artifact@v4", "run: bash out/run.sh")

    assert look("DEL-002", {".github/workflows/ci.yml": steps}).outcomes == ["pass"]


def test_a_workflow_for_paths_that_do_not_exist_never_runs(look: Look) -> None:
    text = workflow("run: ls").replace("on: push", "on: {push: {paths: [backend/**]}}")

    seen = look("DEL-002", {".github/workflows/ci.yml": text, "server/app.py": ""})

    assert seen.failed == [".github/workflows/ci.yml:1"]
    assert "never runs" in seen.text


def test_an_undefined_package_script_is_found(look: Look) -> None:
    files = {
        ".github/workflows/ci.yml": workflow("run: npm run biuld"),
        "package.json": '{"scripts": {"build": "tsc"}}',
    }

    assert look("DEL-003", files).failed == [".github/workflows/ci.yml:7"]


def test_a_defined_package_script_holds(look: Look) -> None:
    files = {
        ".github/workflows/ci.yml": workflow("run: npm run build"),
        "package.json": '{"scripts": {"build": "tsc"}}',
    }

    assert look("DEL-003", files).passed == [".github/workflows/ci.yml:7"]


def test_an_undefined_make_target_is_found(look: Look) -> None:
    files = {".github/workflows/ci.yml": workflow("run: make deploy"), "Makefile": "build:\n\tls\n"}

    assert "make target deploy" in look("DEL-003", files).text


def test_a_package_script_that_names_an_absent_file_is_found(look: Look) -> None:
    seen = look("DEL-015", {"package.json": '{"scripts": {\n"seed": "node scripts/seed.js"}}', "app.js": ""})

    assert seen.failed == ["package.json:2"]


def test_a_package_script_that_starts_what_a_build_makes_holds(look: Look) -> None:
    assert look("DEL-015", {"package.json": '{"scripts": {"start": "node dist/main.js"}}'}).outcomes == ["pass"]


def test_a_shell_script_is_read_from_its_folder_and_from_the_top(look: Look) -> None:
    files = {"scripts/all.sh": "#!/bin/sh\n./one.sh\npython tools/two.py\n", "scripts/one.sh": "ls\n"}

    seen = look("DEL-015", files)

    assert seen.failed == ["scripts/all.sh:3"]


def test_a_make_target_that_calls_an_undefined_script_is_found(look: Look) -> None:
    files = {"Makefile": "check:\n\tnpm run lnt\n", "package.json": '{"scripts": {"lint": "eslint ."}}'}

    assert look("DEL-015", files).failed == ["Makefile:2"]


def test_the_server_that_a_standalone_build_makes_is_not_missed(look: Look) -> None:
    files = {"package.json": '{"scripts": {"start": "node server.js"}, "dependencies": {"next": "15.0.0"}}'}

    assert look("DEL-015", {**files, "next.config.mjs": "export default { output: 'standalone' };\n"}).failed == []
    assert look("DEL-015", {**files, "next.config.mjs": "export default { output: 'export' };\n"}).failed


def test_code_that_a_command_is_given_is_no_file(look: Look) -> None:
    step = """run: node -pe 'Object.keys(require("./package").devDependencies).join("\\n")' """

    assert look("DEL-002", {".github/workflows/ci.yml": workflow(step), "a.py": ""}).failed == []
