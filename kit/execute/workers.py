"""Run notebooks side by side: worker processes, each with papermill, told what to do and telling what was done."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from kit.execute.engine import ENGINE_NAME, available, warm
from kit.execute.notebooks import Notebook
from kit.execute.orphans import die_with_parent
from kit.execute.outputs import mask_notebook
from kit.sources.secrets.find import mask

CELL_TIMEOUT = 600
"""Seconds that one cell may take."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One notebook that was run: where its executed copy is, seconds, and what went wrong."""

    notebook: Notebook
    output: Path
    seconds: float
    error: str | None = None


def run_notebooks(
    notebooks: Sequence[Notebook],
    folder: Path,
    parameters: dict[str, str],
    jobs: int,
    told: Callable[[str, Notebook, Ran | None], None],
) -> tuple[Ran, ...]:
    """Run them, `jobs` at a time, executed copies into `folder`. A notebook that fails leaves the others whole.

    `told("start" | "done", notebook, ran)` is called as things happen. The caller should have one thread only.
    """
    if available():
        warm()
        gc.freeze()  # what is shared with the forks is written to by none of them, the collector included
    context: Any = multiprocessing.get_context("fork" if available() else "spawn")
    workers: dict[Connection, Any] = {}
    for _ in range(min(jobs, len(notebooks))):
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, folder, parameters), daemon=False)
        process.start()
        theirs.close()
        workers[ours] = process
    try:
        return tuple(_dispatch(list(notebooks), folder, workers, told))
    finally:
        _end(workers)


def _dispatch(
    waiting: list[Notebook],
    folder: Path,
    workers: dict[Connection, Any],
    told: Callable[[str, Notebook, Ran | None], None],
) -> Iterator[Ran]:
    busy: dict[Connection, tuple[Notebook, float]] = {}
    idle = list(workers)
    while waiting or busy:
        while waiting and idle:
            notebook, worker = waiting.pop(0), idle.pop()
            worker.send(notebook)
            busy[worker] = (notebook, time.perf_counter())
            told("start", notebook, None)
        if not busy:
            return
        for worker in [w for w in wait(list(busy)) if isinstance(w, Connection)]:
            notebook, begun = busy.pop(worker)
            ran = _answer(worker, notebook, folder, begun)
            if ran.error is None or workers[worker].is_alive():
                idle.append(worker)
            told("done", notebook, ran)
            yield ran


def _answer(worker: Connection, notebook: Notebook, folder: Path, begun: float) -> Ran:
    try:
        error = worker.recv()
    except (EOFError, ConnectionError):
        error = "its process died"
    return Ran(notebook, folder / notebook.name, round(time.perf_counter() - begun, 3), error)


def _work(connection: Connection, folder: Path, parameters: dict[str, str]) -> None:
    """A worker: run each notebook that it is sent, answer None or what went wrong; None ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    # An ordinary kernel would look for modules in the working folder first, which may be the assessed project.
    os.environ["PYTHONSAFEPATH"] = "1"
    with suppress(EOFError, ConnectionError):
        while (notebook := connection.recv()) is not None:
            connection.send(execute(notebook, folder / notebook.name, parameters))


def execute(notebook: Notebook, output: Path, parameters: dict[str, str]) -> str | None:
    """Run one notebook with papermill. Returns None, or one line on what went wrong; the copy is written anyhow."""
    try:
        try:
            _papermill(notebook, output, parameters)
        except RuntimeError as error:
            # Ordinary kernels that start side by side may take each other's ports (nteract/papermill#239): once more.
            if available() or type(error) is not RuntimeError:
                raise
            _papermill(notebook, output, parameters)
    except Exception as error:
        last = mask(str(error)).strip().splitlines()
        return f"{type(error).__name__}: {last[-1] if last else 'no message'}"
    finally:
        if not available() and output.is_file():
            mask_notebook(output)
    return None


def _papermill(notebook: Notebook, output: Path, parameters: dict[str, str]) -> None:
    """Raises PapermillExecutionError of a cell, DeadKernelError of a kernel that dies, and RuntimeError itself of one
    that does not start."""
    import papermill

    papermill.execute_notebook(
        str(notebook.path),
        str(output),
        parameters=parameters,
        engine_name=ENGINE_NAME if available() else None,
        kernel_name="python3",
        language="python",
        progress_bar=False,
        request_save_on_cell_execute=False,
        execution_timeout=CELL_TIMEOUT,
        extra_arguments=["--InteractiveShellApp.ignore_cwd=True"],
    )


def _end(workers: dict[Connection, Any]) -> None:
    for connection in workers:
        # Told rather than closed: a worker that was forked later holds this end too, so that no end would be seen.
        with suppress(OSError):
            connection.send(None)
        connection.close()
    for process in workers.values():
        process.join(0.5)
        if process.is_alive():
            process.terminate()
            process.join(2)
    sys.stdout.flush()
