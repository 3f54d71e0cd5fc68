"""Licences, and what the system is made of."""

from __future__ import annotations

import json

from conftest import Look

MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of it.\n"


def test_no_licence_anywhere_is_told(look: Look) -> None:
    assert look("CMP-001", {"a.py": "x = 1\n"}).failed == ["."]


def test_a_licence_file_holds_and_a_manifest_alone_in_part(look: Look) -> None:
    manifest = {"package.json": '{"name": "a",\n "license": "MIT"}'}

    assert look("CMP-001", manifest).outcomes == ["partial"]
    assert look("CMP-001", {**manifest, "LICENSE": MIT}).passed == ["LICENSE"]


def test_a_manifest_that_states_another_licence_is_told(look: Look) -> None:
    other = {"package.json": '{"name": "a",\n "license": "Apache-2.0"}', "LICENSE": MIT}

    assert look("CMP-001", other).failed == ["package.json:2"]


def test_licences_of_nested_packages_are_read(look: Look) -> None:
    nested = {"api/package.json": '{"name": "api",\n "license": "Apache-2.0"}', "web/package.json": '{"name": "web"}'}
    alone = look("CMP-001", nested)

    assert alone.outcomes == ["partial"]
    assert "api/package.json: Apache-2.0" in alone.text
    assert look("CMP-001", {"LICENSE": MIT}).failed == ["api/package.json:2"]
    apache = "Apache License\n   Version 2.0, January 2004\n"
    assert look("CMP-001", {"api/LICENSE": apache}).outcomes == ["pass"]


def test_a_pipeline_that_lists_the_components_holds(look: Look) -> None:
    step = "on: push\njobs:\n  s:\n    steps:\n      - uses: anchore/sbom-action@v0\n"

    seen = look("CMP-005", {"package.json": '{"name": "a"}', ".github/workflows/s.yml": step})

    assert seen.passed == [".github/workflows/s.yml:5"]


def test_components_that_nothing_lists_are_told(look: Look) -> None:
    assert look("CMP-005", {"package.json": '{"name": "a", "dependencies": {"b": "1"}}'}).outcomes == ["fail"]


def test_locked_components_could_be_listed(look: Look) -> None:
    assert look("CMP-005", {"package.json": '{"name": "a"}', "package-lock.json": lock("MIT")}).outcomes == ["partial"]


def lock(licence: str) -> str:
    packages = {"": {"name": "a"}, "node_modules/b": {"version": "1.0.0", "license": licence}}
    return json.dumps({"name": "a", "lockfileVersion": 3, "packages": packages}, indent=1)


def test_a_copyleft_dependency_is_told(look: Look) -> None:
    for licence in ("AGPL-3.0-only", "GPL-3.0", "SSPL-1.0"):
        seen = look("CMP-009", {"package.json": '{"name": "a"}', "package-lock.json": lock(licence)})
        assert seen.failed == ["package.json"], licence
        assert licence in seen.text


def test_a_permissive_or_alternative_licence_allows_the_use(look: Look) -> None:
    for licence in ("MIT", "(MIT OR GPL-3.0)", "LGPL-3.0"):
        seen = look("CMP-009", {"package.json": '{"name": "a"}', "package-lock.json": lock(licence)})
        assert seen.passed == ["package.json"], licence


def test_code_that_is_closed_says_so_in_its_manifest(look: Look) -> None:
    assert look("CMP-001", {"package.json": '{"license": "UNLICENSED"}'}).passed == ["package.json:1"]
    assert look("CMP-001", {"package.json": "{}"}).failed == ["."]


def test_a_word_that_ends_like_a_tool_of_licences_is_none(look: Look) -> None:
    step = "on: push\njobs:\n  s:\n    steps:\n      - {uses: actions/upload-artifact@v4, with: {path: report}}\n"

    assert look("CMP-005", {"package.json": '{"name": "a"}', ".github/workflows/s.yml": step}).passed == []
