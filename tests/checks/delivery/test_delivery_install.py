"""Whether lockfiles hold where an install demands them."""

from __future__ import annotations

import json

from conftest import Look

MANIFEST = '{"name": "api", "version": "1.0.0",\n "dependencies": {\n"express": "^4.18.0"}}'


def lock(spec: str = "^4.18.0", version: str = "4.18.2") -> str:
    root = {"name": "api", "version": "1.0.0", "dependencies": {"express": spec}}
    packages = {"": root, "node_modules/express": {"version": version}}
    return json.dumps({"name": "api", "lockfileVersion": 3, "packages": packages})


def image(copy: str = "package.json package-lock.json ./", run: str = "npm ci") -> str:
    return f"FROM node:22\nWORKDIR /app\nCOPY {copy}\nRUN {run}\nCMD npm start\n"


def test_a_stale_lockfile_ends_the_build(look: Look) -> None:
    files = {"package.json": MANIFEST, "package-lock.json": lock("^3.0.0", "3.2.1"), "Dockerfile": image()}

    seen = look("DEL-007", files)

    assert seen.failed == ["package.json:3"]
    assert seen.findings[0].blocker == "cannot build"


def test_a_lockfile_in_step_holds(look: Look) -> None:
    files = {"package.json": MANIFEST, "package-lock.json": lock(), "Dockerfile": image()}

    assert look("DEL-007", files).passed == ["Dockerfile:4"]


def test_a_frozen_install_without_any_lockfile_ends_the_build(look: Look) -> None:
    assert look("DEL-007", {"package.json": MANIFEST, "Dockerfile": image("package.json ./")}).failed == [
        "Dockerfile:4"
    ]


def test_an_image_that_gets_no_lockfile_cannot_be_built(look: Look) -> None:
    files = {"package.json": MANIFEST, "package-lock.json": lock(), "Dockerfile": image("package.json ./")}

    assert "gets no copy" in look("DEL-007", files).text


def test_an_install_with_a_way_out_is_not_judged(look: Look) -> None:
    files = {"package.json": MANIFEST, "Dockerfile": image("package.json ./", "npm ci || npm install")}

    assert look("DEL-007", files).outcomes == ["not_applicable"]


def test_a_pipeline_demands_the_lockfile_too(look: Look) -> None:
    text = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - run: pnpm install\n"

    seen = look("DEL-007", {"package.json": MANIFEST, ".github/workflows/ci.yml": text})

    assert seen.failed == [".github/workflows/ci.yml:7"]


def test_a_package_without_a_lockfile_is_found(look: Look) -> None:
    assert look("DEL-020", {"package.json": MANIFEST}).failed == ["package.json"]


def test_requirements_without_versions_are_found(look: Look) -> None:
    assert look("DEL-020", {"requirements.txt": "flask\nredis\n"}).outcomes == ["fail"]


def test_pinned_requirements_hold(look: Look) -> None:
    assert look("DEL-020", {"requirements.txt": "flask==3.0.0\n"}).outcomes == ["pass"]


def test_an_install_that_may_change_the_lockfile_holds_in_part(look: Look) -> None:
    files = {"package.json": MANIFEST, "package-lock.json": lock(), "Dockerfile": image(run="npm install")}

    assert look("DEL-020", files).failed == ["Dockerfile:4"]


def test_a_frozen_install_leaves_out_what_is_not_locked(look: Look) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "api"\nversion = "1"\ndependencies = [\n"flask>=3",\n"redis>=5",\n]\n',
        "uv.lock": 'version = 1\n[[package]]\nname = "api"\nsource = { virtual = "." }\n[package.metadata]\n'
        'requires-dist = [{ name = "flask", specifier = ">=3" }]\n[[package]]\nname = "flask"\nversion = "3.0.0"\n',
        "Dockerfile": "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n",
    }

    seen = look("DEL-020", files)

    assert seen.failed == ["pyproject.toml:6"]
    assert "redis" in seen.text


YARN = {"package.json": MANIFEST, "yarn.lock": '# yarn lockfile v1\n\n\nexpress@^4.18.0:\n  version "4.18.2"\n'}


def test_yarn_1_without_its_lockfile_takes_the_newest_and_ends_nothing(look: Look) -> None:
    files = {**YARN, "Dockerfile": image("package.json ./", "yarn --frozen-lockfile")}

    assert look("DEL-007", files).failed == []
    assert look("DEL-020", files).failed == ["Dockerfile:4"]
    assert look("DEL-020", {**YARN, "Dockerfile": image("package.json yarn.lock ./", "yarn --frozen-lockfile")}).passed


def test_a_newer_yarn_without_its_lockfile_ends_the_build(look: Look) -> None:
    manifest = MANIFEST.replace('"version"', '"packageManager": "yarn@4.1.0", "version"')
    files = {"package.json": manifest, "Dockerfile": image("package.json ./", "yarn install --immutable")}

    assert look("DEL-007", files).failed == ["Dockerfile:4"]
    assert look("DEL-007", {**files, "package.json": MANIFEST}).failed == []


def test_a_library_without_a_lockfile_weighs_little(look: Look) -> None:
    library = {"pyproject.toml": '[project]\nname = "slug"\nversion = "1.0.0"\ndependencies = ["click>=8"]\n'}
    seen = look("DEL-020", {**library, "src/slug/__init__.py": "def slug():\n    return 1\n"})

    assert [str(f.severity) for f in seen.findings] == ["low"]


def test_pnpm_knows_no_workspaces_of_package_json(look: Look) -> None:
    lock = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      left-pad:\n        specifier: 1.3.0\n        version: 1.3.0\n"
    empty = "lockfileVersion: '9.0'\nimporters:\n  .: {}\n"
    files = {
        "compose.yaml": "services:\n  api:\n    build: ./api\n",
        "package.json": '{"name": "root", "workspaces": ["api"]}',
        "pnpm-lock.yaml": empty,
        "api/package.json": '{"name": "api", "dependencies": {"left-pad": "1.3.0"}}',
        "api/pnpm-lock.yaml": lock,
        "api/Dockerfile": "FROM node:22\nWORKDIR /app\nCOPY package.json pnpm-lock.yaml ./\nRUN pnpm install --frozen-lockfile\n",
    }

    assert look("DEL-007", files).outcomes == ["pass"]
    assert look("DEL-007", {**files, "api/pnpm-lock.yaml": lock.replace("1.3.0", "1.2.0")}).failed != []
