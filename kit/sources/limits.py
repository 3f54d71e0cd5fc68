"""Limits on the time that reading hostile text may take."""

from __future__ import annotations

import mmap
import signal
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN = 1.0
"""Seconds after which the limit strikes once more, where what it ended has swallowed it."""
_NUMBER = struct.Struct("d")


class OutOfTime(BaseException):
    """The limit is reached. No Exception, as parsers take those for broken documents."""


class Patience:
    """How long one piece of work after the other may take, the less the more time was wasted on pieces that had to be
    ended: however many were made to be endless, all of them together waste little more than `total` seconds.

    Processes that are forked share what was wasted.
    """

    def __init__(self, total: float, *, least: float) -> None:
        self.total = total
        self.least = least
        self._shared = mmap.mmap(-1, _NUMBER.size)

    @property
    def wasted(self) -> float:
        """Seconds that were spent on what had to be ended."""
        return float(_NUMBER.unpack_from(self._shared)[0])

    def seconds(self, most: float) -> float:
        """What the next piece may take: `most` at first, never less than the least."""
        return max(min(most, self.least), min(most, (self.total - self.wasted) / 4))

    def waste(self, seconds: float) -> None:
        """Note that a piece was ended after so many seconds."""
        _NUMBER.pack_into(self._shared, 0, self.wasted + seconds)


@contextmanager
def time_limit(seconds: float, patience: Patience | None = None) -> Iterator[None]:
    """Raise OutOfTime within the block after so many seconds of computing, whatever else the machine does; earlier
    where `patience` says so.

    Regular expressions are ended too. Nothing is limited outside of the main thread or where the system has no such
    timer.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    granted = patience.seconds(seconds) if patience is not None else seconds
    before = signal.signal(signal.SIGVTALRM, _strike)
    left, _ = signal.setitimer(signal.ITIMER_VIRTUAL, granted, _AGAIN)
    try:
        yield
    except OutOfTime:
        if patience is not None:
            patience.waste(granted)
        raise
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, left, _AGAIN if left else 0)
        signal.signal(signal.SIGVTALRM, before)


def _strike(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime
