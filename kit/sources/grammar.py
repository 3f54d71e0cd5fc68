"""Text to syntax trees, by grammars written in C: nothing within this process could interrupt them.

Over a text that is no program at all a grammar takes a time that grows with the square of its length. So each long
text is tried in a process of its own first, which the system ends at its limit.
"""

from __future__ import annotations

import os
import signal
import threading
import warnings
from collections.abc import Iterable
from contextlib import suppress

from ast_grep_py import SgNode, SgRoot

from kit.sources.limits import Patience

SHORT = 2_000
"""Characters that no grammar takes much more than a second over, whatever they are."""
_SHORT_OF = {"bash": 8_000, "hcl": 8_000}
SECONDS, SECONDS_PER_CHARACTER = 2.0, 0.000_01
"""What one text may take: forty times what the slowest programs do."""
TOO_LONG = "The grammar takes too long over this file, so that it was not read: it may have been made for that."

_patience = Patience(60.0, least=0.3)
_known: dict[int, bool] = {}
"""Whether a text was read in time, by the hash of language and text."""
_scouts: list[_Scout] = []


def parse(text: str, language: str) -> SgNode | None:
    """The root node of a text; None where the grammar would take too long over it."""
    return SgRoot(text, language).root() if _in_time(text, language) else None


def look_ahead(texts: Iterable[tuple[str, str]]) -> None:
    """Begin to try texts, each with its language, in another process, in the order in which they will be parsed."""
    waiting = [(text, language) for text, language in texts if _doubtful(text, language)]
    if waiting and _can_try():
        _scouts.append(_Scout(waiting))


def passed(text: str, language: str) -> bool:
    """Whether the text was tried, and read in time."""
    return _known.get(hash((text, language)), False)


def trust(text: str, language: str) -> None:
    """Take it that the text can be read in time: it was, in an earlier run."""
    _known[hash((text, language))] = True


def settle() -> None:
    """Wait for what is being tried, so that processes that are forked after this know it, too."""
    while _scouts:
        _scouts.pop().finish()


def _in_time(text: str, language: str) -> bool:
    if not _doubtful(text, language) or not _can_try():
        return _known.get(hash((text, language)), True)
    key = hash((text, language))
    for scout in (s for s in _scouts if s.owner == os.getpid() and key in s.keys):
        scout.advance(key)
    if key not in _known:
        _Scout([(text, language)]).finish()
    return _known.get(key, True)


def _doubtful(text: str, language: str) -> bool:
    return len(text) > _SHORT_OF.get(language, SHORT) and hash((text, language)) not in _known


def _can_try() -> bool:
    return (
        hasattr(os, "fork") and hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    )


class _Scout:
    """A process that parses texts one after the other and writes a byte after each; a new one where it was ended."""

    def __init__(self, texts: list[tuple[str, str]]) -> None:
        self.owner = os.getpid()
        self._texts = texts
        self.keys = [hash(text) for text in texts]
        self._next = 0
        self._start()

    def finish(self) -> None:
        """Wait for the last text; another process's scout is left alone."""
        if self.owner == os.getpid() and self.keys:
            self.advance(self.keys[-1])

    def advance(self, key: int) -> None:
        """Wait until it is known whether a text can be read."""
        while key not in _known and self._next < len(self._texts):
            done = len(os.read(self._from, 4096))
            for _ in range(done):
                self._settle(True)
            if not done or self._next == len(self._texts):
                self._again()

    def _settle(self, passed: bool) -> None:
        if self._next < len(self.keys):
            _known[self.keys[self._next]] = passed
            self._next += 1

    def _again(self) -> None:
        """It has ended: by itself, or over the text that it was parsing."""
        os.close(self._from)
        _, status = os.waitpid(self._process, 0)
        if status == 0:
            while self._next < len(self.keys):
                self._settle(True)
            return
        _patience.waste(self._granted)
        self._settle(False)
        if self._next < len(self._texts):
            self._start()

    def _start(self) -> None:
        self._granted = _patience.seconds(SECONDS)
        self._from, to = os.pipe()
        with warnings.catch_warnings():
            # Later Pythons warn where there are threads: the child calls nothing that could wait for one.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process = os.fork()
        if not self._process:
            self._run(to)
        os.close(to)

    def _run(self, to: int) -> None:
        """In the child: parse what is left; the system ends it where a text takes too long."""
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
            for text, language in self._texts[self._next :]:
                signal.setitimer(signal.ITIMER_VIRTUAL, self._granted + len(text) * SECONDS_PER_CHARACTER)
                with suppress(BaseException):  # a panic of the library is none; the caller will see it
                    SgRoot(text, language).root()
                os.write(to, b".")
        finally:
            os._exit(0)
