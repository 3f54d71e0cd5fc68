"""papermill runs notebooks through the engine as it does through kernels."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

from kit.execute.engine import ENGINE_NAME, available

pytestmark = pytest.mark.skipif(not available(), reason="this system cannot fork")


def run(tmp_path: Path, *sources: str, **more: object) -> nbformat.NotebookNode:
    """Execute cells through the engine; returns the notebook as it was saved."""
    cells = [new_code_cell(source) for source in sources]
    cells[0].metadata["tags"] = ["parameters"]
    path, out = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title"), *cells]), path)
    papermill.execute_notebook(
        str(path),
        str(out),
        engine_name=ENGINE_NAME,
        kernel_name="python3",
        language="python",
        progress_bar=False,
        **more,
    )
    return nbformat.read(out, as_version=4)


def test_parameters_and_outputs_are_in_the_saved_notebook(tmp_path: Path) -> None:
    notebook = run(tmp_path, "name = 'x'", "print(name)\nname * 2", parameters={"name": "y"})

    outputs = notebook.cells[-1].outputs
    assert [o.output_type for o in outputs] == ["stream", "execute_result"]
    assert outputs[0].text == "y\n"
    assert outputs[1].data["text/plain"] == "'yy'"
    assert notebook.cells[-1].metadata.papermill.status == "completed"


def test_a_failing_cell_is_marked_and_raised_and_what_came_before_is_kept(tmp_path: Path) -> None:
    with pytest.raises(PapermillExecutionError, match="ValueError"):
        run(tmp_path, "a = 1", "print('before')", "raise ValueError('no')", "print('after')")

    saved = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    text = "".join(o.get("text", "") for c in saved.cells if c.cell_type == "code" for o in c.outputs)
    assert "before" in text
    assert "after" not in text


def test_a_process_that_dies_is_told_from_a_cell_that_fails(tmp_path: Path) -> None:
    with pytest.raises(DeadKernelError, match="status 7"):
        run(tmp_path, "import os", "os._exit(7)")


def test_a_cell_that_never_ends_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(CellTimeoutError, match=r"more than 0\.5 seconds"):
        run(tmp_path, "import time", "time.sleep(60)", execution_timeout=0.5)


def test_nothing_leaks_from_one_notebook_into_the_next(tmp_path: Path) -> None:
    run(tmp_path, "import os\nos.environ['LEAK'] = '1'\nos.chdir('/')\nleak = 1")

    notebook = run(tmp_path, "import os", "('LEAK' in os.environ, 'leak' in globals(), os.getcwd() == '/')")

    assert notebook.cells[-1].outputs[0].data["text/plain"] == "(False, False, False)"


def test_a_figure_is_its_data_and_brings_no_copy_of_plotly(tmp_path: Path) -> None:
    notebook = run(tmp_path, "x = [1, 2]", "import plotly.graph_objects as go\ngo.Figure(go.Bar(y=x))")

    assert [sorted(output.data) for output in notebook.cells[-1].outputs] == [["application/vnd.plotly.v1+json"]]
    assert (tmp_path / "out.ipynb").stat().st_size < 50_000
