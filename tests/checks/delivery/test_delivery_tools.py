"""Whether the tools that scripts run are there, run in the pipeline, and are the same everywhere."""

from __future__ import annotations

from conftest import Look

PATH = ".github/workflows/ci.yml"


def workflow(*steps: str) -> str:
    """The first step stands at line 6."""
    return (
        "\n".join(["on: push", "jobs:", "  a:", "    runs-on: x", "    steps:", *(f"      - {s}" for s in steps)])
        + "\n"
    )


def test_a_tool_that_no_manifest_has_is_found(look: Look) -> None:
    seen = look("DEL-021", {"package.json": '{"scripts": {\n"build": "tsc -p ."}, "dependencies": {"express": "^4"}}'})

    assert seen.failed == ["package.json:2"]
    assert "typescript" in seen.text


def test_a_tool_among_the_dependencies_holds(look: Look) -> None:
    manifest = '{"scripts": {"build": "tsc -p ."}, "devDependencies": {"typescript": "^5"}}'

    assert look("DEL-021", {"package.json": manifest}).outcomes == ["pass"]


def test_a_tool_of_the_workspace_holds_for_its_members(look: Look) -> None:
    files = {
        "package.json": '{"workspaces": ["apps/*"], "devDependencies": {"typescript": "^5"}}',
        "apps/api/package.json": '{"name": "api", "scripts": {"build": "tsc"}}',
    }

    assert look("DEL-021", files).outcomes == ["pass"]


def test_eslint_without_a_configuration_is_found(look: Look) -> None:
    manifest = '{"scripts": {\n"lint": "eslint src"}, "devDependencies": {"eslint": "^9"}}'

    assert look("DEL-021", {"package.json": manifest}).failed == ["package.json:2"]
    configured = {"package.json": manifest, "eslint.config.js": "export default []"}
    assert look("DEL-021", configured).outcomes == ["pass"]


def test_a_linter_that_no_pipeline_runs_is_found(look: Look) -> None:
    files = {PATH: workflow("run: pytest"), "app.py": "", "requirements.txt": "flask==3.0\nruff==0.9\n"}

    assert look("DEL-018", files).failed == ["requirements.txt:2"]


def test_typescript_that_no_pipeline_checks_is_found(look: Look) -> None:
    code = {f"src/m{n}.ts": "export const x = 1" for n in range(6)}
    files = {PATH: workflow("run: npx eslint ."), "tsconfig.json": "{}", **code}

    assert look("DEL-018", files).failed == ["tsconfig.json"]
    assert look("DEL-018", {**files, PATH: workflow("run: npx eslint .", "run: npx tsc --noEmit")}).failed == []


def test_a_build_that_ignores_errors_of_types_checks_none(look: Look) -> None:
    code = {f"src/m{n}.ts": "export const x = 1" for n in range(6)}
    files = {PATH: workflow("run: npx eslint .", "run: npx next build"), "tsconfig.json": "{}", **code}

    assert look("DEL-018", files).failed == []
    ignoring = {"next.config.ts": "export default { typescript: { ignoreBuildErrors: true } };"}
    assert look("DEL-018", {**files, **ignoring}).failed == ["tsconfig.json"]


def test_an_image_older_than_the_manifest_demands_is_found(look: Look) -> None:
    files = {"go.mod": "module x\n\ngo 1.24.0\n", "Dockerfile": "FROM golang:1.22-alpine\nRUN go build\n"}

    seen = look("DEL-026", files)

    assert seen.failed == ["Dockerfile:1"]
    assert seen.findings[0].severity == "high"


def test_tests_on_another_version_hold_in_part(look: Look) -> None:
    setup = "{uses: actions/setup-node@v4, with: {node-version: 18}}"
    files = {PATH: workflow(setup, "run: npx vitest run"), "Dockerfile": "FROM node:22-alpine\n"}

    assert look("DEL-026", files).failed == ["Dockerfile:1"]


def test_the_matrix_tells_the_versions(look: Look) -> None:
    text = workflow("{uses: actions/setup-node@v4, with: {node-version: '${{ matrix.v }}'}}", "run: npx vitest run")
    text = text.replace("runs-on: x", "runs-on: x\n    strategy: {matrix: {v: [20, 22]}}")

    assert look("DEL-026", {PATH: text, "Dockerfile": "FROM node:22-alpine\n"}).outcomes == ["pass"]
