"""Processes that end when the run that started them is killed: nothing goes on writing into a folder that is free."""

from __future__ import annotations

import ctypes
import signal
import sys
from contextlib import suppress

_SET_PARENT_DEATH_SIGNAL = 1


def die_with_parent() -> None:
    """Have the system end this process with its parent. Linux only; elsewhere a worker ends after its notebook."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
