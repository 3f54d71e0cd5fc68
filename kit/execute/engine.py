"""A papermill engine that runs a notebook in a fork of this process: imports and the parsed project are there.

Chosen by its name, `engine_name="kit"`. Parameters, outputs, metadata, progress and errors are papermill's own;
the same notebooks run with papermill's default engine, only slower. Each notebook has a process to itself, so that
nothing leaks from one into the next.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import warnings
from contextlib import suppress
from functools import cache
from multiprocessing.connection import Connection
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import Engine, NotebookExecutionManager

from kit.execute.orphans import die_with_parent

ENGINE_NAME = "kit"


def available() -> bool:
    """Whether processes can be forked here."""
    return "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


@cache
def warm() -> None:
    """Have in this process what the first cell, block, table and chart of every notebook would have to load: plotly
    loads most of itself with the first figure that is shown, which is a third of a second, and templates are compiled
    with the first block."""
    import IPython.core.completerlib  # noqa: F401 - a shell loads it as it starts
    import pandas
    import plotly.graph_objects as go
    import plotly.io

    import kit.execute.shell  # noqa: F401 - what every fork runs cells in
    from kit.report.blocks import Notice
    from kit.report.markup import block_html

    if "PLOTLY_RENDERER" not in os.environ:
        # As plotly chooses in a kernel. It knows no other shell, for which it would put itself into each notebook.
        plotly.io.renderers.default = "plotly_mimetype"
    pandas.DataFrame({"a": [1]}).to_html()
    figure = go.Figure([go.Bar(), go.Scatter(marker={}, textfont={}), go.Heatmap()])
    axis = {"tickfont": {"size": 1}}
    figure.update_layout(xaxis=axis, yaxis=axis, shapes=[{"line": {}}], annotations=[{"font": {}}])
    plotly.io.to_json(figure.update_layout(template={"data": {"scatter": [{}]}}))
    block_html(Notice(""))


class ForkEngine(Engine):  # type: ignore[misc]
    """Runs the cells in a forked process, one message per cell."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        execution_timeout: float | None = None,
        **_: Any,
    ) -> None:
        """Run every code cell until one fails.

        Raises CellTimeoutError where a cell takes more than `execution_timeout` seconds, DeadKernelError where the
        process ends by itself; a cell that raises becomes an error output, which papermill raises.
        """
        warm()
        cells = [(i, c) for i, c in enumerate(nb_man.nb.cells) if c.cell_type == "code" and c.source.strip()]
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, ours, [cell.source for _, cell in cells]), daemon=True)
        process.start()
        theirs.close()
        try:
            for index, cell in cells:
                nb_man.cell_start(cell, index)
                failed = _run_cell(ours, process, cell, execution_timeout)
                if failed:
                    nb_man.cell_exception(cell, index)
                nb_man.cell_complete(cell, index)
                if failed:
                    return
        finally:
            ours.close()
            _end(process)


def _run_cell(ours: Connection, process: Any, cell: Any, timeout: float | None) -> bool:
    """Have the child run its next cell, whose outputs become `cell`'s. Returns whether it failed."""
    try:
        ours.send("next")
        if not ours.poll(timeout):
            raise CellTimeoutError(f"A cell took more than {timeout:g} seconds; the notebook was stopped.")
        answer = ours.recv()
    except (EOFError, ConnectionError):
        process.join(5)
        raise DeadKernelError(f"The notebook's process died with status {process.exitcode}.") from None
    cell["execution_count"], cell["outputs"] = answer["count"], answer["outputs"]
    return bool(answer["failed"])


def _serve(connection: Connection, parents: Connection, sources: list[str]) -> None:
    """The child: run a cell whenever the parent asks, until one fails or there is none left."""
    parents.close()
    os.setsid()
    die_with_parent()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _reseed()
    shell = _fresh_shell()
    with suppress(EOFError, ConnectionError):
        for source in sources:
            connection.recv()
            outputs, count, error = shell.run(source)
            connection.send({"outputs": outputs, "count": count, "failed": error is not None})


def _fresh_shell() -> Any:
    from kit.execute.shell import NotebookShell

    # A user without a home is no news; the shell keeps nothing there.
    warnings.filterwarnings("ignore", message=".*is not a writable location", category=UserWarning)
    NotebookShell.clear_instance()
    shell = NotebookShell.instance(user_ns={"__name__": "__main__"})
    sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 - stays open as long as the process
    return shell


def _reseed() -> None:
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _end(process: Any) -> None:
    """End the child and whatever it has started."""
    process.join(0.2)
    if process.is_alive():
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.join(5)
