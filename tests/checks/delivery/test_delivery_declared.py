"""What code imports is declared, and installed where it runs."""

from __future__ import annotations

import json

from conftest import Look

LOCK = {
    "name": "shop",
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "shop"},
        "node_modules/express": {"version": "5.0.0"},
        "node_modules/qs": {"version": "6.0.0"},
        "node_modules/pino": {"version": "9.0.0", "dev": True},
        "node_modules/typescript": {"version": "5.0.0", "dev": True},
    },
}
MANIFEST = """
{
  "name": "shop",
  "scripts": { "build": "tsc", "start": "node src/main.js" },
  "dependencies": { "express": "^5.0.0" },
  "devDependencies": { "typescript": "^5.0.0", "pino": "^9.0.0" }
}
"""
SHOP = {"package.json": MANIFEST, "package-lock.json": json.dumps(LOCK)}
IMAGE = """
FROM node:22
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY . .
CMD ["node", "src/main.js"]
"""


def test_a_package_that_nothing_declares_is_found(look: Look) -> None:
    main = 'import express from "express";\nimport fs from "node:fs";\nimport axios from "axios";\nimport path from "path";\n'

    assert look("DEL-030", {**SHOP, "src/main.js": main}).failed == ["src/main.js:3"]


def test_a_package_that_another_brings_holds_in_part(look: Look) -> None:
    seen = look("DEL-030", {**SHOP, "src/main.js": 'import qs from "qs";\n'})

    assert seen.outcomes == ["partial"]
    assert "qs" in seen.text


def test_aliases_types_and_caught_imports_are_left_out(look: Look) -> None:
    main = """
        import { a } from "@app/orders";
        import type { Feature } from "geojson";
        import x from "src/orders";
        import y from "virtual:pages";
        try { require("optional-thing"); } catch {}
    """
    files = {**SHOP, "src/main.ts": main, "src/orders.ts": "export const a = 1;\n"}
    files["tsconfig.json"] = '{"compilerOptions": {"paths": {"@app/*": ["./src/*"]}}}'

    assert look("DEL-030", files).failed == []


def test_python_modules_are_looked_up_by_their_distribution(look: Look) -> None:
    main = """
        import os
        import yaml
        import requests
        import numpy
        from shop import orders
        try:
            import orjson
        except ImportError:
            orjson = None
    """
    files = {"requirements.txt": "PyYAML==6.0\npandas==2.2.0\n", "main.py": main, "shop/orders.py": ""}

    assert look("DEL-030", files).failed == ["main.py:3"]


def test_a_development_dependency_that_production_imports_is_found(look: Look) -> None:
    files = {**SHOP, "Dockerfile": IMAGE, "src/main.js": 'import express from "express";\nimport pino from "pino";\n'}

    assert look("DEL-032", files).failed == ["src/main.js:2"]
    assert look("DEL-033", files).outcomes == ["pass"]


def test_types_of_a_development_dependency_hold(look: Look) -> None:
    main = 'import { Logger } from "pino";\nexport function log(to: Logger) { to.info("x"); }\n'
    files = {**SHOP, "Dockerfile": IMAGE.replace("main.js", "main.ts"), "src/main.ts": main}

    assert look("DEL-032", files).failed == []


def test_a_compiler_that_the_install_left_out_is_found(look: Look) -> None:
    image = IMAGE.replace("COPY . .\n", "COPY . .\nRUN npm run build\n")

    assert look("DEL-033", {**SHOP, "Dockerfile": image}).failed == ["package.json:3"]


def test_the_environment_leaves_it_out_as_well(look: Look) -> None:
    image = "FROM node:22\nENV NODE_ENV=production\nWORKDIR /app\nCOPY . .\nRUN npm ci && npx tsc -v && npm run build\n"

    assert look("DEL-033", {**SHOP, "Dockerfile": image}).failed == ["package.json:3"]
    kept = image.replace("npm ci", "npm ci --include=dev")
    assert look("DEL-033", {**SHOP, "Dockerfile": kept}).failed == []


def test_a_prepare_script_of_development_ends_the_install(look: Look) -> None:
    manifest = MANIFEST.replace('"build": "tsc"', '"prepare": "tsc"')

    assert look("DEL-033", {**SHOP, "package.json": manifest, "Dockerfile": IMAGE}).failed == ["package.json:3"]
    quiet = IMAGE.replace("--omit=dev", "--omit=dev --ignore-scripts")
    assert look("DEL-033", {**SHOP, "package.json": manifest, "Dockerfile": quiet}).failed == []


def test_a_tool_that_is_installed_globally_is_there(look: Look) -> None:
    image = IMAGE.replace("RUN npm ci", "RUN npm i -g typescript@5\nRUN npm ci").replace(
        "COPY . .\n", "COPY . .\nRUN npm run build\n"
    )

    assert look("DEL-033", {**SHOP, "Dockerfile": image}).failed == []


def test_an_alias_of_a_bundler_in_a_folder_of_its_own_is_left_out(look: Look) -> None:
    files = {**SHOP, "src/main.js": 'import list from "queries/list.gql";\n'}
    alias = {"tools/bundle/webpack.prod.js": 'module.exports = {resolve: {alias: {"queries": "./graph"}}};\n'}

    assert look("DEL-030", files).failed == ["src/main.js:1"]
    assert look("DEL-030", {**files, **alias}).failed == []


def test_what_has_types_alone_is_gone_when_the_program_runs(look: Look) -> None:
    lock = {**LOCK, "packages": {**LOCK["packages"], "node_modules/@types/core": {"version": "4.0.0"}}}  # type: ignore[dict-item]
    files = {
        **SHOP,
        "package-lock.json": json.dumps(lock),
        "src/main.ts": 'import { A } from "core";\nexport const a = (x: A) => x;\n',
    }

    assert look("DEL-030", {**SHOP, **files}).failed == []
    assert look("DEL-030", {**files, **SHOP}).failed == ["src/main.ts:1"]


def test_what_a_distribution_may_bring_along_weighs_less_or_nothing(look: Look) -> None:
    main = {"main.py": "import yaml\nimport social_core\n"}
    loose = look("DEL-030", {**main, "requirements.txt": "flask==3.0.0\nsocial-auth-core==4.5.0\n"})
    lock = '[[package]]\nname = "flask"\nversion = "3.0.0"\n'
    poetry = '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.12"\nflask = "^3.0"\n'
    firm = look("DEL-030", {"b/main.py": "import yaml\n", "b/pyproject.toml": poetry, "b/poetry.lock": lock})

    assert [(e.line, str(f.severity)) for f in loose.findings for e in f.evidence[:1]] == [(1, "medium")]
    assert sorted(firm.failed) == ["b/main.py:1", "main.py:1"]
