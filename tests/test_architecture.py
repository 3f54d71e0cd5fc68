"""The borders of the house: a module imports only from rooms to its left."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

KIT = Path(__file__).resolve().parent.parent / "kit"
ROOMS = (
    "model",
    "sources",
    "params",
    "system",
    "project",
    "scanners",
    "registry",
    "checks",
    "run",
    "judgement",
    "claims",
    "report",
    "assessment",
    "execute",
    "docs",
    "doctor",
    "terminal",
    "cli",
)
MODULES = sorted(path for path in KIT.rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(KIT).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> set[str]:
    """The modules that a module imports at run time; imports for type checking alone do not count."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.update([node.module] if node.module != "kit" else [f"kit.{alias.name}" for alias in node.names])
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return names


def imported_rooms(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("kit.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(KIT)))
def test_a_module_imports_only_from_rooms_to_its_left(path: Path) -> None:
    room = room_of(path)
    if room in {"__init__", "__main__"}:
        return
    assert room in ROOMS, f"{path.name}: a room that the plan of the house does not have"
    reach = ROOMS[: ROOMS.index(room) + 1]

    beyond = imported_rooms(path) - set(reach)

    assert not beyond, f"{path.relative_to(KIT)} imports from {sorted(beyond)}, to the right of {room}"


def test_checks_know_no_weights_and_no_rendering() -> None:
    forbidden = {"judgement", "report", "execute", "cli", "params", "assessment"}
    for path in (KIT / "checks").rglob("*.py"):
        assert not imported_rooms(path) & forbidden, path.name


def test_an_area_imports_from_no_other_area() -> None:
    for path in (KIT / "checks").rglob("*.py"):
        parts = path.relative_to(KIT / "checks").with_suffix("").parts
        own = parts[0]
        areas = {name.split(".")[2] for name in imports(path) if name.startswith("kit.checks.")}

        assert not areas - {own, "shared"}, f"{'/'.join(parts)} imports from {sorted(areas - {own, 'shared'})}"
