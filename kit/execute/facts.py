"""The facts of single files, from run to run: one entry of the cache for each project and version of the kit."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path

from kit.assessment import read_facts
from kit.execute.cache import Cache
from kit.execute.request import Request, key_of, kit_digest
from kit.report.exports.files import write
from kit.sources.tree.memory import FACTS, Facts, Memory

_NAME = "facts.json"


def recalled(request: Request, cache: Cache) -> Memory:
    """What earlier runs over this project have made of its files; an empty one where nothing is kept that is whole."""
    with suppress(OSError, ValueError), tempfile.TemporaryDirectory() as place:
        if cache.part(_key(request), Path(place), request.files.on_disk, {}):
            return Memory(FACTS.validate_json((Path(place) / _NAME).read_bytes()))
    return Memory({})


def retain(request: Request, cache: Cache, own: Facts, staging: Path) -> None:
    """Keep what this process and those of the areas have made, beside what is known of files that are still there;
    nothing of those in which a scanner saw a secret."""
    memory = request.files.memory
    new = [facts for facts in (own, *read_facts(staging)) if facts]
    if memory is None or not new:
        return
    kept: Facts = {}
    hidden = request.files.hidden
    for facts in (memory.known, *new):
        for reader, by_path in facts.items():
            of_these = {p: made for p, made in by_path.items() if request.files.exists(p) and p not in hidden}
            kept.setdefault(reader, {}).update(of_these)
    write(staging / _NAME, json.dumps(kept))
    cache.keep_part(_key(request), staging, (_NAME,), {}, {})


def _key(request: Request) -> str:
    return key_of({}, facts=str(request.params.root), kit=kit_digest())
