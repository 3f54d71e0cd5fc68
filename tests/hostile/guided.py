"""Fuzzing that is guided by coverage: `python -m hostile.guided [--seconds 600] [--only WORD] [--into DIR]`.

The first bytes of an input choose a parser of `parsers.py`, the rest is what it is given. `guided_child.py` searches, with
atheris; here its seeds are made, it is started anew where it died, and whatever it noted is tried once more by code
that carries no counters. What reached something new is kept, so that the next search begins where this one ended.
"""

from __future__ import annotations

import argparse
import ast
import os
import resource
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from types import FrameType

from hostile.mutants import TOKENS, seeds
from hostile.parsers import (
    CHOOSING,
    FOLDERS,
    Parser,
    chooses,
    chosen_by,
    files_of,
    functions,
    name_of,
    needed,
    of_interest,
    told,
)

from kit.sources.limits import OutOfTime, time_limit

TESTS = Path(__file__).resolve().parents[1]
SLOW = 2.0
"""Seconds of computing that nothing may take over an input as small as these."""
MEMORY = 4_000_000_000
NO_START = 1
"""How Python ends where a module cannot be imported; libFuzzer has numbers of its own."""
PER_PARSER = 12
"""Seeds of a function."""
LONGEST_SEED = 3_000
"""Bytes of one: the longer, the fewer are tried."""


def main() -> int:
    """Search, and say what was found. Returns the exit code."""
    reader = argparse.ArgumentParser(description="Fuzzing that is guided by coverage")
    reader.add_argument("--seconds", type=float, default=600.0)
    reader.add_argument("--only", default="", help="parsers whose name holds this")
    reader.add_argument("--into", type=Path, default=Path("build/fuzz"))
    asked = reader.parse_args()
    found = search(asked.into.resolve(), only=asked.only, seconds=asked.seconds)
    print("\n".join(found) or "Nothing raised, took long or died.")  # noqa: T201
    return 1 if found else 0


def search(into: Path, *, only: str = "", room: str = "kit.", seconds: float = 600.0) -> list[str]:
    """What raises or takes too long, one line for each. `room`: the modules that are guides."""
    for folder in ("corpus", "found"):
        (into / folder).mkdir(parents=True, exist_ok=True)
    (into / "tokens").write_text("".join(f'"{_escaped(token)}"\n' for token in TOKENS if len(token) <= 60), "utf-8")
    numbers = {chooses(name) for name in of_interest(only)}
    for start in () if any((into / "corpus").iterdir()) else starts():
        if start[:CHOOSING] in numbers:
            (into / "corpus" / sha256(start).hexdigest()[:16]).write_bytes(start)
    _run(into, (only, room), time.monotonic() + seconds)
    return [line for path in sorted((into / "found").iterdir()) if (line := again(path.read_bytes(), only, path.name))]


def _run(into: Path, words: tuple[str, str], end: float) -> None:
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    with (into / "log").open("w") as log:
        while (left := int(end - time.monotonic())) > 0:
            command = [sys.executable, "-m", "hostile.guided_child", str(into), *words, str(left)]
            done = subprocess.run(command, check=False, env=environment, stdout=log, stderr=log)
            if done.returncode == NO_START:
                raise RuntimeError(f"the search does not start: {into / 'log'}")


def again(data: bytes, only: str, name: str) -> str | None:
    """What comes of one input in a process of its own, where it raises, takes long or dies."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.write(write, _said(data, only).encode()[:4000])
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        said = stream.read().decode()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    said = said or (f"ended with {code}" if code else "")
    return f"{name} {chosen_by(data, of_interest(only))[0]}: {said}" if said else None


def _said(data: bytes, only: str) -> str:
    parsers = of_interest(only)
    name, content = chosen_by(data, parsers)
    try:
        with time_limit(SLOW):
            parsers[name](content)
    except (Exception, OutOfTime) as error:
        frames = [
            f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__) if "/kit/" in f.filename
        ]
        return f"{type(error).__name__}: {str(error)[:200]} at {' < '.join(reversed(frames[-4:]))}"
    return ""


def starts() -> Iterator[bytes]:
    """Inputs to begin with: files, what functions are given while those are read, and what tests give them."""
    inputs = list(_of_files())
    yield from (start for start in inputs if len(start) <= LONGEST_SEED)
    yield from given(lambda: [parser(content) for parser, content in _one_of_each(inputs)])
    yield from of_tests()


def _of_files() -> Iterator[bytes]:
    for path, content in seeds().items():
        yield chooses(f"project {name_of(path)}") + content
        if path.name.endswith("params.yaml"):
            yield chooses("params") + content
        if ".evidence" in str(path):
            yield from (chooses(f"evidence {key}") + content for key in ("other", "logs"))
    for name in FOLDERS:
        for number, path in enumerate(files_of(name)):
            yield chooses(f"folder {name}") + bytes([number]) + path.read_bytes()
    for path in sorted((TESTS / "claims" / "seeds").glob("*.md")):
        yield chooses("report") + path.read_bytes()[:LONGEST_SEED]


def _one_of_each(inputs: list[bytes]) -> Iterator[tuple[Parser, bytes]]:
    known = of_interest("")
    for data in {data[:CHOOSING]: data for data in inputs}.values():
        name, content = chosen_by(data, known)
        yield known[name], content


def given(work: Callable[[], object]) -> list[bytes]:
    """What functions are given while the work is done."""
    known = {function.__code__: (name, needed(function)) for name, function in functions().items()}
    found: dict[bytes, None] = {}
    counted: Counter[str] = Counter()

    def look(frame: FrameType, event: str, _: object) -> None:
        if event != "call" or frame.f_code not in known:
            return
        name, asked = known[frame.f_code]
        if counted[name] < PER_PARSER and all(isinstance(frame.f_locals[p], str | bytes) for p in asked):
            seed = chooses(name) + told(asked, frame.f_locals)[:LONGEST_SEED]
            counted[name] += seed not in found
            found[seed] = None

    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(None)
    return list(found)


def of_tests() -> Iterator[bytes]:
    """The texts of more than one line that tests of a folder hold, for the functions of the room of that name."""
    texts = {folder.name: list(_texts(folder)) for folder in (TESTS / "sources").iterdir() if folder.is_dir()}
    for name, function in functions().items():
        room = name.split(".")[2]
        if {"text", "output"} & needed(function).keys():
            yield from (
                chooses(name) + told(needed(function), dict.fromkeys(needed(function), text))
                for text in texts.get(room, ())[:PER_PARSER]
            )
    for name, room in {
        "evidence other": "evidence",
        "evidence logs": "evidence",
        "output": "ran",
        "report": "papers",
    }.items():
        yield from (chooses(name) + text.encode() for text in texts[room])


def _texts(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if len(text) < LONGEST_SEED and ("\n" in text or text.startswith(("{", "[", "<"))):
                yield text


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)


if __name__ == "__main__":
    sys.exit(main())
