"""A request and its answer: the one that an earlier run gave, where nothing has changed, else a run."""

from __future__ import annotations

import json
import time
from dataclasses import replace

from kit.execute.cache import Cache
from kit.execute.lock import locked
from kit.execute.outline import Outline
from kit.execute.request import Progress, Request
from kit.execute.staging import require_writable


def answer(request: Request, progress: Progress, cache: Cache | None) -> Outline:
    """Everything that `assess` writes, in `request.out`; the run in outline.

    Raises ParamsError for bad input, before anything is written; KeyboardInterrupt leaves what was finished, and
    the same request goes on from there.
    """
    require_writable(request.out)
    with locked(request.out):
        return _answer(request, progress, cache)


def _answer(request: Request, progress: Progress, cache: Cache | None) -> Outline:
    kept = _kept(request, cache) if cache is not None else None
    if kept is not None:
        return kept
    from kit.execute.assess import run_assessment
    from kit.execute.parts import Parts

    outline, looked_for = run_assessment(request, progress, Parts(request, cache))
    if cache is not None and not outline.incomplete and request.repeatable:
        cache.keep(request.key, request.out, _written(request), outline, looked_for)
    return outline


def _kept(request: Request, cache: Cache) -> Outline | None:
    begun = time.perf_counter()
    known = cache.answer(request.key, request.out, request.files.on_disk) if request.repeatable else None
    return replace(known, seconds={"cache": time.perf_counter() - begun}) if known else None


def _written(request: Request) -> tuple[str, ...]:
    """What the run says that it wrote."""
    names: list[str] = json.loads((request.out / "run.json").read_bytes())["outputs"]
    return tuple(names)
