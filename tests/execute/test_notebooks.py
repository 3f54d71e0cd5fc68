"""Which notebooks are run, and what is refused."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from kit.execute.notebooks import SUMMARY, find_notebooks
from kit.model import AREAS
from kit.params import ParamsError


def write(folder: Path, name: str, parameters: str | None) -> None:
    cell = new_code_cell(parameters or "x = 1")
    cell.metadata["tags"] = ["parameters"] if parameters else []
    nbformat.write(new_notebook(cells=[cell]), folder / name)


def test_the_kit_has_a_notebook_per_area_and_a_summary_that_runs_last() -> None:
    found = find_notebooks(None, ())

    assert {n.area for n in found} == {*AREAS, SUMMARY}
    assert found[-1].area == SUMMARY


def test_an_area_is_run_alone_with_the_summary() -> None:
    assert [n.area for n in find_notebooks(None, ("data",))] == ["data", SUMMARY]


def test_an_unknown_area_names_the_known_ones() -> None:
    with pytest.raises(ParamsError, match="no such area; one of delivery"):
        find_notebooks(None, ("dta",))


def test_a_folder_without_notebooks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="no notebooks there"):
        find_notebooks(tmp_path, ())


def test_a_notebook_that_takes_no_parameters_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "09-data.ipynb", None)

    with pytest.raises(ParamsError, match="does not set project, params, out"):
        find_notebooks(tmp_path, ())


def test_an_analysts_own_notebook_takes_the_place_of_the_kits(tmp_path: Path) -> None:
    write(tmp_path, "09-data.ipynb", 'project = ""\nparams = ""\nout = ""')

    assert [n.path for n in find_notebooks(tmp_path, ())] == [tmp_path / "09-data.ipynb"]
