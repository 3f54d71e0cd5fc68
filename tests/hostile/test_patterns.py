"""No regular expression of the kit takes a time that doubles with each sign of a hostile text, or grows with its cube; how
many take the square of its length, and how long at most, is held."""

from __future__ import annotations

import math
import re
import signal
import time
from collections.abc import Callable, Iterator
from itertools import product
from types import FrameType
from typing import NamedTuple

import pytest
from hostile.baits import WAYS, Expression, baits, patterns

REPEATS, SIGNS = 28, 300
"""An expression that doubles its time with each repetition would need minutes, one whose time grows with the cube of
the text a second; one with the square a few milliseconds."""
SECONDS = 0.3
ENDS = ("\x00", " \n\x00")
MORE = 4
"""How much longer a text is for which an expression takes 4 or 16 times as long, in a line or the square."""
BETWEEN = 8.0
NOTICED = 0.000_08
"""Seconds over the shorter text below which time is not measured, but noise."""
SQUARES = 260
"""Expressions whose time grows with the square, and some for a busy machine. It may only become smaller."""
AT_MOST = 0.6
"""Seconds of computing over 1,200 signs. The slowest takes a third of it on two busy cores."""


class Growth(NamedTuple):
    """Seconds over the shorter and over the longer text of the bait that took longest."""

    shorter: float
    longer: float
    bait: str

    @property
    def square(self) -> bool:
        """Whether they grow with the square of the text or more."""
        return self.longer > BETWEEN * self.shorter


class _TooLong(Exception):
    pass


def _ring(_signum: int, _frame: FrameType | None) -> None:
    raise _TooLong


@pytest.fixture(scope="module")
def alarm() -> Iterator[None]:
    """A clock that ends what takes too long."""
    before = signal.signal(signal.SIGVTALRM, _ring)
    yield
    signal.signal(signal.SIGVTALRM, before)


@pytest.fixture(scope="module")
def measured(alarm: None) -> dict[Expression, Growth]:  # noqa: ARG001 - it has to be set
    """Every expression of the kit."""
    return {expression: growth(expression) for expression in patterns().values()}


def growth(expression: Expression) -> Growth:
    """How the time over the worst bait grows."""
    tried = []
    for (start, pump), end in product(baits(expression.pattern, expression.flags), ENDS):
        times = max(REPEATS, SIGNS // len(pump))
        text = start + pump * times + end
        for work in _works(expression):
            seconds = _seconds(work, text)
            if seconds == math.inf:
                return Growth(seconds, seconds, text)
            if seconds > NOTICED:
                tried.append((seconds, start + pump * times * MORE + end, work, text))
    if not tried:
        return Growth(0, 0, "")
    _, longer, work, text = max(tried, key=lambda one: one[0])
    shorter = min(_seconds(work, text) for _ in range(3))
    return Growth(shorter, min(_seconds(work, longer, AT_MOST) for _ in range(2)), text)


def _works(expression: Expression) -> list[Callable[[str], object]]:
    compiled = re.compile(expression.pattern, expression.flags)
    works = {
        "search": lambda text: list(compiled.finditer(text)),
        "match": compiled.match,
        "fullmatch": compiled.fullmatch,
    }
    return [works[way] for way in sorted(expression.ways)]


def _seconds(work: Callable[[str], object], text: str, limit: float = SECONDS) -> float:
    """Infinite where the clock had to end it, after so many seconds of computing."""
    begun = time.perf_counter()
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, limit)
        work(text)
    except _TooLong:
        return math.inf
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.perf_counter() - begun


def of(pattern: str, *ways: str) -> Growth:
    """The growth of an expression that is used so."""
    return growth(Expression(pattern, 0, "here", frozenset(ways) or WAYS))


@pytest.mark.usefixtures("alarm")
def test_the_hunt_finds_expressions_that_explode() -> None:
    for pattern in (r"^(?:a+)+$", r"jest(?:[.-][\w-]+)*\.config", r"yarn(?: -{1,2}\S+)*$"):
        assert of(pattern).shorter == math.inf
    assert of(r"\w*a\w*b\w*c").longer == math.inf  # a fast machine is through with the shorter text in time
    assert of(r"\w*a\w*c").shorter < math.inf


@pytest.mark.usefixtures("alarm")
def test_the_hunt_tells_the_square_from_a_line() -> None:
    assert of(r"\s+x", "search").square and of(r"a\w*?b", "search").square
    assert not of(r"\s+x", "match").square
    assert not of(r"(?<!\s)\s+x").square and not of(r"\s{1,9}x").square


def test_no_expression_of_the_kit_explodes(measured: dict[Expression, Growth]) -> None:
    assert len(measured) > 1000
    assert not [(e.where, e.pattern, g.bait) for e, g in measured.items() if g.shorter == math.inf]


def test_few_take_the_square_and_none_of_them_long(measured: dict[Expression, Growth]) -> None:
    squares = {(e.where, e.pattern): g for e, g in measured.items() if g.square}

    assert len(squares) <= SQUARES, sorted(squares)
    assert not {place: g.bait for place, g in squares.items() if g.longer == math.inf}
