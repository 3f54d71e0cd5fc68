"""No regular expression of the kit takes a time that doubles with each sign of a hostile text, or grows with its cube."""

from __future__ import annotations

import re
import signal
from itertools import product
from types import FrameType

from hostile.baits import baits, patterns

REPEATS, SIGNS = 28, 300
"""An expression that doubles its time with each repetition would need minutes, one whose time grows with the cube of
the text a second; one with the square a few milliseconds."""
SECONDS = 0.3
ENDS = ("\x00", " \n\x00")


class _TooLong(Exception):
    pass


def _ring(_signum: int, _frame: FrameType | None) -> None:
    raise _TooLong


def explodes(pattern: str, flags: int, whole: bool = True) -> list[str]:
    """The baits that the pattern takes too long over."""
    compiled, found = re.compile(pattern, flags), []
    for (start, pump), end in product(baits(pattern, flags), ENDS):
        text = start + pump * max(REPEATS, SIGNS // len(pump)) + end
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            compiled.search(text)
            _ = compiled.fullmatch(text) if whole else None
        except _TooLong:
            found.append(text)
            break
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return found


def test_the_hunt_finds_expressions_that_explode() -> None:
    before = signal.signal(signal.SIGVTALRM, _ring)
    try:
        assert explodes(r"^(?:a+)+$", 0)
        assert explodes(r"jest(?:[.-][\w-]+)*\.config", 0)
        assert explodes(r"yarn(?: -{1,2}\S+)*$", 0)
        assert explodes(r"\w*a\w*b\w*c", 0)
        assert not explodes(r"\w*a\w*c", 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)


def test_no_expression_of_the_kit_explodes() -> None:
    known = patterns()
    before = signal.signal(signal.SIGVTALRM, _ring)
    try:
        slow = {
            where: (pattern, text)
            for (pattern, flags, whole), where in known.items()
            for text in explodes(pattern, flags, whole)
        }
    finally:
        signal.signal(signal.SIGVTALRM, before)

    assert len(known) > 1000
    assert not slow
