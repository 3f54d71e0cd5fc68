"""A bill of materials is whole, or says what it lacks."""

from __future__ import annotations

import json
from pathlib import Path

from given import seen


def bill(*parts: tuple[str, str]) -> dict[str, str]:
    components = [
        {
            "type": "library",
            "name": n,
            "version": "1",
            "purl": f"pkg:npm/{n}@1",
            "licenses": [{"expression": licence}] if licence else [],
        }
        for n, licence in parts
    ]
    return {"bom.json": json.dumps({"bomFormat": "CycloneDX", "components": components}, indent=1)}


PACKAGE = {
    "package.json": '{"name": "shop", "dependencies": {"express": "5", "pg": "8"}, "devDependencies": {"vitest": "3"}}'
}


def test_a_bill_of_all_that_is_declared_holds(tmp_path: Path) -> None:
    assert seen(tmp_path, "CMP-070", bill(("express", "MIT"), ("pg", "MIT")), PACKAGE).outcomes == ["pass", "pass"]


def test_what_is_declared_and_not_listed_is_named(tmp_path: Path) -> None:
    found = seen(tmp_path, "CMP-070", bill(("express", "MIT")), PACKAGE)

    assert found.outcomes == ["pass", "partial"]
    assert "1 of 2 declared npm dependencies are not listed: pg." in found.text


def test_licences_that_bind_are_named_unless_there_is_a_choice(tmp_path: Path) -> None:
    found = seen(
        tmp_path,
        "CMP-070",
        bill(("express", "AGPL-3.0-only"), ("pg", "GPL-2.0-only OR MIT"), ("x", "LGPL-2.1-only")),
        PACKAGE,
    )

    assert "Under AGPL-3.0-only: express." in found.text
    assert "Under GPL" not in found.text and "Under LGPL" not in found.text


def test_components_without_a_licence_and_an_empty_bill_are_told(tmp_path: Path) -> None:
    assert "the first without is pg" in seen(tmp_path, "CMP-070", bill(("express", "MIT"), ("pg", "")), PACKAGE).text
    assert seen(tmp_path, "CMP-070", bill()).outcomes == ["fail"]
