"""Workers: how they are started and how they end."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path
from typing import Any

import pytest
from nbclient.exceptions import DeadKernelError

from kit.execute import workers
from kit.execute.engine import available
from kit.execute.notebooks import Notebook


@pytest.mark.skipif(not available(), reason="no fork on this system")
def test_workers_that_hold_each_others_ends_leave_when_they_are_told(tmp_path: Path) -> None:
    context: Any = multiprocessing.get_context("fork")
    started: dict[Any, Any] = {}
    for _ in range(2):
        ours, theirs = context.Pipe()
        process = context.Process(target=workers._work, args=(theirs, tmp_path, {}))
        process.start()
        theirs.close()
        started[ours] = process
    workers._end(started)
    assert [process.exitcode for process in started.values()] == [0, 0]


class _Kernels:
    """Stands for papermill: what each call raises."""

    def __init__(self, *raised: Exception | None) -> None:
        self.raised = list(raised)

    def execute_notebook(self, *_: object, **__: object) -> None:
        if (error := self.raised.pop(0)) is not None:
            raise error


NOT_STARTED = RuntimeError("Kernel didn't respond in 60 seconds")


@pytest.mark.parametrize(
    ("forks", "raised", "told"),
    [
        (False, (NOT_STARTED, None), None),
        (False, (NOT_STARTED, NOT_STARTED), "RuntimeError: Kernel didn't respond in 60 seconds"),
        (False, (DeadKernelError("Kernel died"),), "DeadKernelError: Kernel died"),
        (True, (NOT_STARTED,), "RuntimeError: Kernel didn't respond in 60 seconds"),
    ],
    ids=["starts at last", "never starts", "dies within a cell", "a warm engine has no ports"],
)
def test_a_kernel_that_does_not_start_is_started_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forks: bool, raised: tuple[Exception | None, ...], told: str | None
) -> None:
    kernels = _Kernels(*raised)
    monkeypatch.setitem(sys.modules, "papermill", kernels)
    monkeypatch.setattr(workers, "available", lambda: forks)
    notebook = Notebook(tmp_path / "01-code.ipynb", "code")

    assert workers.execute(notebook, tmp_path / "out.ipynb", {}) == told
    assert not kernels.raised
