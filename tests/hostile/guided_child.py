"""The process that `guided.py` starts: `python -m hostile.guided_child INTO ONLY ROOM SECONDS`, libFuzzer over the parsers.

Modules whose names begin with ROOM tell which branches they take. What raises or takes long is noted in a file, once for
each place in the kit, and the search goes on; what the process dies of is left by libFuzzer.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import atheris

SECONDS = 8.0
"""Seconds of computing, four times what `guided.py` grants: code that tells its branches is slower."""
MEMORY = 3_000
"""Megabytes."""


def main(into: Path, only: str, room: str, seconds: int) -> None:
    """Search until the time is over; never returns."""
    with atheris.instrument_imports(include=["kit"], exclude=list(_others(room))):
        from hostile.mutants import LARGEST
        from hostile.parsers import chosen_by, of_interest

        from kit.sources.limits import OutOfTime, time_limit
    parsers = of_interest(only)
    noted: set[str] = set()

    def one(data: bytes) -> None:
        name, content = chosen_by(data, parsers)
        try:
            with time_limit(SECONDS):
                parsers[name](content)
        except (Exception, OutOfTime) as error:
            where = _place(error)
            if where not in noted:
                noted.add(where)
                (into / "found" / sha256(where.encode()).hexdigest()[:16]).write_bytes(data)

    words = [
        f"-max_total_time={seconds}", f"-max_len={LARGEST}", f"-rss_limit_mb={MEMORY}", f"-dict={into / 'tokens'}",
        f"-artifact_prefix={into / 'found'}/", "-timeout=120", "-print_final_stats=1", str(into / "corpus"),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *words], one)
    atheris.Fuzz()


def _others(room: str) -> Iterator[str]:
    """The names of the kit's modules outside of the room; nothing is imported for it."""
    for top in find_spec("kit").submodule_search_locations:  # type: ignore[union-attr]
        for path in Path(top).rglob("*.py"):
            steps = path.relative_to(Path(top).parent).with_suffix("").parts
            name = ".".join(steps[:-1] if steps[-1] == "__init__" else steps)
            if not name.startswith(room):
                yield name


def _place(error: BaseException) -> str:
    """The kind of an error and the last line of the kit that it came through; for time that ran out the function."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/kit/" in frame.filename]
    if not frames:
        return type(error).__name__
    line = frames[-1].lineno if isinstance(error, Exception) else ""
    return f"{type(error).__name__} {frames[-1].filename}:{line} {frames[-1].name}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
