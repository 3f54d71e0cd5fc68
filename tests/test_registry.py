"""How checks are registered and refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kit import registry
from kit.model import AREAS, Fact, Severity
from kit.registry import CatalogueError, catalogue, check, checks_of

WHOLE = "Why.\n\nDecides: how.\n\nFix: so.\n\nBlind to: that.\n\nSee: https://example.org"


def function(doc: str, module: str = "kit.checks.security.some") -> object:
    def written(project: object) -> Iterator[Fact]:
        del project
        return iter(())

    written.__doc__, written.__module__ = doc, module
    return written


@pytest.mark.parametrize("id", ["SEC-1", "sec-901", "SEC-0001", "CON-901", "SEC901"])
def test_an_id_of_another_form_or_area_is_refused(id: str) -> None:
    with pytest.raises(CatalogueError, match="an id of area security reads SEC-000"):
        check(id, "Title", Severity.LOW)(function(WHOLE))  # type: ignore[arg-type]


def test_a_module_of_no_area_is_refused() -> None:
    with pytest.raises(CatalogueError, match="no such area"):
        check("SEC-901", "Title", Severity.LOW)(function(WHOLE, "kit.checks.weather"))  # type: ignore[arg-type]


@pytest.mark.parametrize("section", ["Decides", "Fix", "Blind to", "See"])
def test_a_missing_section_is_named(section: str) -> None:
    doc = "\n\n".join(part for part in WHOLE.split("\n\n") if not part.startswith(section))

    with pytest.raises(CatalogueError, match=f"lacks {section}"):
        check("SEC-901", "Title", Severity.LOW)(function(doc))  # type: ignore[arg-type]


def test_a_docstring_without_a_reason_is_refused() -> None:
    with pytest.raises(CatalogueError, match="lacks rationale"):
        check("SEC-901", "Title", Severity.LOW)(function(WHOLE.removeprefix("Why.\n\n")))  # type: ignore[arg-type]


def test_the_catalogue_is_in_the_order_of_the_areas_and_ids() -> None:
    order = [(list(AREAS).index(c.area), c.id) for c in catalogue()]

    assert order == sorted(order)
    assert len({c.id for c in catalogue()}) == len(order)


def test_the_checks_of_an_area_are_those_of_its_prefix() -> None:
    assert {c.id[:3] for c in checks_of("observability")} == {"OBS"}
    assert checks_of("weather") == ()


def test_a_fix_says_how_it_is_done_in_single_technologies() -> None:
    doc = WHOLE.replace("Fix: so.", "Fix: so.\n- django, flask: like\n  this.\n- node: like that.")

    try:
        check("SEC-901", "Title", Severity.LOW)(function(doc))  # type: ignore[arg-type]
        made = registry._registered["SEC-901"]
    finally:
        registry._registered.pop("SEC-901", None)

    assert made.fix == "so."
    assert made.ways == ((("django", "flask"), "like this."), (("node",), "like that."))


def test_a_technology_that_nobody_knows_is_refused() -> None:
    with pytest.raises(CatalogueError, match="no technology is called cobol"):
        check("SEC-901", "Title", Severity.LOW)(function(WHOLE.replace("so.", "so.\n- cobol: x.")))  # type: ignore[arg-type]
