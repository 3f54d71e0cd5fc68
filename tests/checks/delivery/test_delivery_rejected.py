"""Aliases at run time, and configurations that the locked tools refuse."""

from __future__ import annotations

import json

from conftest import Look

PATHS = '{"compilerOptions": {"outDir": "dist", "paths": {"@app/*": ["./src/*"]}}}'
TS = {
    "Dockerfile": 'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD ["node", "dist/main.js"]\n',
    "tsconfig.json": PATHS,
    "src/orders.ts": "export const total = () => 1;\nexport type Order = number;\n",
}


def manifest(build: str = "tsc", **more: object) -> str:
    return json.dumps({"scripts": {"build": build, "start": "node dist/main.js"}, **more})


def test_an_alias_that_nothing_resolves_is_found(look: Look) -> None:
    files = {**TS, "package.json": manifest(), "src/main.ts": 'import { total } from "@app/orders";\ntotal();\n'}

    assert look("DEL-031", files).failed == ["src/main.ts:1"]


def test_an_alias_that_the_build_rewrites_holds(look: Look) -> None:
    main = 'import { total } from "@app/orders";\ntotal();\n'

    assert look("DEL-031", {**TS, "package.json": manifest("tsc && tsc-alias"), "src/main.ts": main}).failed == []
    tools = manifest(dependencies={"module-alias": "2"})
    assert look("DEL-031", {**TS, "package.json": tools, "src/main.ts": main}).failed == []


def test_an_alias_of_types_alone_holds(look: Look) -> None:
    main = 'import type { Order } from "@app/orders";\nexport const one: Order = 1;\n'

    assert look("DEL-031", {**TS, "package.json": manifest(), "src/main.ts": main}).outcomes == ["pass"]


def locked(**versions: str) -> str:
    packages = {"": {}, **{f"node_modules/{name}": {"version": version} for name, version in versions.items()}}
    return json.dumps({"lockfileVersion": 3, "packages": packages})


def test_eslint_that_does_not_read_the_old_configuration_is_found(look: Look) -> None:
    package = '{\n"scripts": {"lint": "eslint ."},\n"devDependencies": {"eslint": "^9.0.0"}}'
    files = {"package.json": package, "package-lock.json": locked(eslint="9.12.0"), ".eslintrc.json": "{}"}

    assert look("DEL-036", files).failed == ["package.json:2"]
    ci = "on: push\njobs:\n  ci:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm run lint\n"
    typed, piped = look("DEL-036", files), look("DEL-036", {**files, ".github/workflows/ci.yml": ci})
    assert [str(f.severity) for f in (*typed.findings, *piped.findings)] == ["medium", "high"]
    assert look("DEL-036", {**files, "eslint.config.js": "export default [];\n"}).outcomes == ["pass"]


def test_options_that_a_version_has_lost_are_found(look: Look) -> None:
    package = """
        {
          "scripts": {
            "test": "jest --testPathPattern unit",
            "lint": "next lint"
          },
          "devDependencies": {"jest": "^30.0.0", "next": "^15.0.0", "typescript": "^5.0.0"}
        }
    """
    files = {
        "package.json": package,
        "package-lock.json": locked(jest="30.1.0", next="15.2.0", typescript="5.6.2"),
        "tsconfig.json": '{"compilerOptions": {\n"strict": true,\n"keyofStringsOnly": true}}',
    }

    assert look("DEL-036", files).failed == ["package.json:3", "tsconfig.json:3"]


def test_a_section_that_pytest_refuses_is_found(look: Look) -> None:
    assert look("DEL-036", {"setup.cfg": "[pytest]\naddopts = -q\n"}).failed == ["setup.cfg:1"]


def test_a_section_that_pytest_reads_holds(look: Look) -> None:
    assert look("DEL-036", {"setup.cfg": "[tool:pytest]\naddopts = -q\n"}).failed == []


def test_an_old_section_that_pytest_never_reads_holds(look: Look) -> None:
    old = "[pytest]\naddopts = -q\n"

    assert look("DEL-036", {"setup.cfg": old + "[tool:pytest]\naddopts = -q\n"}).failed == []
    assert (
        look("DEL-036", {"setup.cfg": old, "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-q'\n"}).failed
        == []
    )
