"""A limit on the time that reading hostile text may take."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN = 1.0
"""Seconds after which the limit strikes once more, where what it ended has swallowed it."""


class OutOfTime(BaseException):
    """The limit is reached. No Exception, as parsers take those for broken documents."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime within the block after so many seconds of computing, whatever else the machine does.

    Regular expressions are ended too. Nothing is limited outside of the main thread or where the system has no such
    timer.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _strike)
    left, _ = signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, left, _AGAIN if left else 0)
        signal.signal(signal.SIGVTALRM, before)


def _strike(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime
