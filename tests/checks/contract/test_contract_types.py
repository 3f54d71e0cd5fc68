"""Whether types hold what the parts promise each other."""

from __future__ import annotations

import pytest
from conftest import Look

CODE = {"package.json": "{}", "src/a.ts": "export const a = 1;\n"}
PROTO = 'syntax = "proto3";\npackage shop;\nservice Orders { rpc Get (Id) returns (Order); }\nmessage Id { string id = 1; }\nmessage Order {\n  string id = 1;\n  int64 price = 2;\n}\n'


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ('"strict": true', "pass"),
        ('"strict": false', "fail"),
        ('"target": "es2022"', "fail"),
        ('"strict": true,\n "noImplicitAny": false', "partial"),
        ('"strictNullChecks": true', "partial"),
    ],
)
def test_strict_types(look: Look, options: str, outcome: str) -> None:
    seen = look("CTR-004", {**CODE, "tsconfig.json": f'{{"compilerOptions": {{\n {options}\n}}}}'})

    assert seen.outcomes == [outcome]


def test_strict_by_what_is_extended(look: Look) -> None:
    files = {
        **CODE,
        "base.json": '{"compilerOptions": {"strict": true}}',
        "tsconfig.json": '{"extends": "./base.json"}',
    }

    assert look("CTR-004", files).passed == ["base.json:1"]
    assert look("CTR-004", {**CODE, "tsconfig.json": '{"extends": "acme/base"}'}).unknown == ["tsconfig.json"]


def test_projects_that_a_file_only_refers_to_are_judged(look: Look) -> None:
    files = {**CODE, "tsconfig.json": '{"files": [], "references": [{"path": "./tsconfig.app.json"}]}'}
    seen = look("CTR-004", {**files, "tsconfig.app.json": '{"compilerOptions": {"strict": true}}'})

    assert seen.passed == ["tsconfig.app.json:1"]


def test_a_build_that_ignores_types(look: Look) -> None:
    text = "module.exports = {\n  typescript: { ignoreBuildErrors: true },\n};\n"

    assert look("CTR-004", {**CODE, "next.config.js": text}).failed == ["next.config.js:2"]
    assert (
        look("CTR-004", {**CODE, "next.config.js": text.replace("typescript", "...PREVIEW && typescript")}).failed == []
    )


def test_python_services_are_type_checked(look: Look) -> None:
    app = "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/orders')\ndef orders():\n    return []\n"
    project = '[project]\nname = "api"\n{}'
    none = look("CTR-004", {"main.py": app, "pyproject.toml": project.format("")})
    some = look("CTR-004", {"pyproject.toml": project.format('dependencies = ["fastapi", "mypy"]\n')})
    strict = look("CTR-004", {"pyproject.toml": project.format("[tool.mypy]\nstrict = true\n")})

    assert (none.outcomes, some.outcomes, strict.passed) == (["fail"], ["partial"], ["pyproject.toml:4"])


def test_many_places_where_types_are_turned_off(look: Look) -> None:
    lines = ["export const a: number = 1;"] * 400
    loose = ["export const b: any = 1;"] * 10
    poor = look("CTR-011", {"package.json": "{}", "src/a.ts": "\n".join(loose + lines) + "\n"})
    good = look("CTR-011", {"package.json": "{}", "src/a.ts": "\n".join(lines) + "\n"})

    assert (poor.failed, good.outcomes) == (["src/a.ts:1"], ["pass"])


def test_copies_of_an_interface_that_differ(look: Look) -> None:
    poor = look("CTR-014", {"a/shop.proto": PROTO, "b/shop.proto": PROTO.replace("int64 price", "string currency")})
    good = look("CTR-014", {"b/shop.proto": PROTO})
    newer = look("CTR-014", {"b/shop.proto": PROTO.replace("int64 price = 2;", "int64 price = 2;\n  string note = 3;")})

    assert poor.failed == ["b/shop.proto:7"]
    assert "Order: number 2" in poor.text
    assert (good.passed, newer.failed) == (["a/shop.proto"], [])
