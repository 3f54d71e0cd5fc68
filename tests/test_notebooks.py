"""The notebooks are thin, alike in their bones and each about its own area; all of them run."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest

from kit.model import AREAS
from kit.report.display import Display
from tests.report.shop import shop

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
HEAVY = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.If,
    ast.Try,
    ast.With,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code(path: Path) -> list[Any]:
    return [c for c in read(path).cells if c.cell_type == "code"]


def test_there_is_a_summary_one_notebook_per_area_in_the_order_of_the_report_and_one_about_documents() -> None:
    names = ["00-summary", *(f"{i:02}-{area}" for i, area in enumerate(AREAS, 1)), "16-claims", "17-health"]

    assert [p.stem for p in NOTEBOOKS] == names


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_begins_with_its_title_and_its_parameters(path: Path) -> None:
    first, second, *_ = read(path).cells

    assert first.cell_type == "raw"
    assert first.source.startswith("---\ntitle: ")
    assert second.metadata.tags == ["parameters"]
    assert [line.split(" = ")[0] for line in second.source.splitlines()] == ["project", "params", "out"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_holds_no_logic(path: Path) -> None:
    for cell in code(path):
        assert not [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, HEAVY)], cell.source
        assert len(cell.source.splitlines()) <= 7


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    assert all(not c.outputs and c.execution_count is None for c in code(path))


@pytest.mark.parametrize("path", NOTEBOOKS[1 : 1 + len(AREAS)], ids=lambda p: p.stem)
def test_an_area_says_what_is_open_what_holds_and_what_could_not_be_seen(path: Path) -> None:
    text = "\n".join(c.source for c in code(path))

    for call in ("area.save()", "area.headline()", "area.findings()", "area.strengths()", "area.looked_at()"):
        assert call in text


@pytest.mark.parametrize("path", NOTEBOOKS[1 : 1 + len(AREAS)], ids=lambda p: p.stem)
def test_an_area_shows_at_least_two_pictures_of_its_own(path: Path) -> None:
    area = path.stem.split("-", 1)[1]

    own = [c for c in code(path) if c.source.startswith(f"{area}.")]

    assert len(own) >= 2


def test_no_two_areas_say_the_same_of_themselves() -> None:
    prose = [next(c.source for c in read(p).cells if c.cell_type == "markdown") for p in NOTEBOOKS]

    assert len(set(prose)) == len(prose)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_every_cell_runs_and_ends_in_something_to_show(path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    project = shop(tmp_path_factory.getbasetemp() / "notebook-shop").root
    names: dict[str, Any] = {}
    for cell in code(path):
        tree = ast.parse(cell.source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, path.name, "exec"), names)  # noqa: S102 - the notebooks are ours
        names |= {"project": str(project)} if "parameters" in cell.metadata.get("tags", ()) else {}
        if last is not None:
            shown = eval(compile(ast.Expression(last.value), path.name, "eval"), names)  # noqa: S307 - ours too
            assert isinstance(shown, Display)
            assert shown.blocks
