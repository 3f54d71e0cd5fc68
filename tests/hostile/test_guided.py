"""The fuzzer that is guided by coverage knows every parser and finds what is wrong; `make fuzz` lets it search for longer."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from hostile import guided
from hostile.parsers import THROUGH, arguments, chooses, chosen_by, functions, needed, of_interest, public, told

from kit.params import EvidenceParams

GUIDE = pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has wheels for Linux only")
TEXTS = {"text", "source", "output", "raw", "lines", "data", "content", "line", "said"}
KINDS = {"str", "bytes", "list[str]", "Iterable[str]", "Sequence[str]", "tuple[str, ...]"}
ROOM = "kit.sources.formats."
SECONDS = 2


def test_no_parser_is_missing() -> None:
    takes_text = {
        name
        for name, function in public().items()
        if any(kind in KINDS and parameter in TEXTS for parameter, kind in needed(function).items())
    }
    known = of_interest("")

    assert takes_text - functions().keys() == THROUGH.keys()
    assert set(THROUGH.values()) <= known.keys()
    assert {f"evidence {key}" for key in EvidenceParams.model_fields} <= known.keys()
    assert len(known) > 700


def test_an_input_chooses_its_parser_and_says_what_that_is_given() -> None:
    known = of_interest("")

    assert {chosen_by(chooses(name) + b"x", known) for name in known} == {(name, b"x") for name in known}
    assert chosen_by(b"", known)[0] in known
    asked = {"text": "str", "path": "str", "version": "str"}
    given = {"text": "a\nb", "path": "a.tf", "version": "1"}
    assert arguments(asked, told(asked, given)) == given


def test_what_functions_are_given_is_where_the_search_begins() -> None:
    data = b'{"services": {}}\n'

    found = guided.given(lambda: of_interest("")["project compose.yaml"](data))

    assert chooses("kit.sources.formats.yaml.parse_yaml") + b"\x00" + data in {
        seed[:3] + b"\0" + seed[4:] for seed in found
    }
    assert len(list(guided.of_tests())) > 500


def crash(_: bytes) -> None:
    raise IndexError("out of range")


def hang(_: bytes) -> None:
    while True:
        pass


def die(_: bytes) -> None:
    os._exit(9)


def swallow(_: bytes) -> None:
    bytearray(2 * guided.MEMORY)


@pytest.mark.parametrize(
    ("parser", "said"),
    [(crash, "IndexError: out of range"), (hang, "OutOfTime"), (die, "ended with 9"), (swallow, "MemoryError")],
)
def test_what_raises_takes_long_or_dies_is_told(monkeypatch: pytest.MonkeyPatch, parser: object, said: str) -> None:
    monkeypatch.setattr(guided, "SLOW", 0.1)
    monkeypatch.setattr(guided, "of_interest", lambda _: {"a parser": parser})

    assert said in (guided.again(b"anything", "", "name") or "")
    monkeypatch.setattr(guided, "of_interest", lambda _: {"a parser": len})
    assert guided.again(b"anything", "", "name") is None


@GUIDE
@pytest.mark.xdist_group("guided")
def test_a_short_search_finds_new_branches_and_nothing_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guided, "starts", guided.of_tests)

    assert guided.search(tmp_path, only=ROOM, room=ROOM, seconds=SECONDS) == []
    assert "NEW" in (tmp_path / "log").read_text()
