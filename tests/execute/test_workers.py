"""Workers: how they are started and how they end."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from kit.execute import workers
from kit.execute.engine import available


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
