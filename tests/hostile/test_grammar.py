"""Grammars written in C end in time whatever they are given, and read what is a program."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from ast_grep_py import SgRoot

from kit.project import Project
from kit.sources import grammar
from kit.sources.formats.hcl import parse_hcl
from kit.sources.limits import Patience

BAITS = {
    "typescript": "(" + "?:" * 12_000,
    "tsx": "->" * 12_000,
    "python": "as ?" + "-->" * 9_000,
    "java": "??+" + ">+" * 12_000,
}
"""No programs, each of which its grammar takes minutes over."""


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less time, and nothing known of earlier tests."""
    monkeypatch.setattr(grammar, "_patience", Patience(1.2, least=0.1))
    monkeypatch.setattr(grammar, "_known", {})


@pytest.mark.parametrize("language", BAITS)
def test_a_text_that_is_no_program_is_given_up_and_not_tried_again(language: str) -> None:
    assert grammar.parse(BAITS[language], language) is None

    begun = time.process_time()
    assert grammar.parse(BAITS[language], language) is None
    assert time.process_time() - begun < 0.1


def test_programs_beside_it_are_read(tmp_path: Path) -> None:
    program = "export const answer = 42;\n" * 400
    for name, text in {"a.ts": program, "b.ts": BAITS["typescript"], "c.ts": program, "d.py": BAITS["python"]}.items():
        (tmp_path / name).write_text(text, "utf-8")
    code = Project(tmp_path).code

    assert [code.tree(name) is not None for name in ("a.ts", "b.ts", "c.ts")] == [True, False, True]
    assert code.python("d.py") is not None
    assert {(p.at.path, p.message) for p in code.syntax_errors} == {
        ("b.ts", grammar.TOO_LONG),
        ("d.py", grammar.TOO_LONG),
    }


def test_what_a_grammar_dies_of_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(text: str, language: str) -> object:
        if "bait" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        return SgRoot(text, language)

    monkeypatch.setattr(grammar, "SgRoot", crash)
    texts = [(f"{word} = 1\n" * 1000, "python") for word in ("good", "bait", "better")]

    grammar.look_ahead(texts)
    grammar.settle()

    assert [grammar.parse(text, language) is not None for text, language in texts] == [True, False, True]


def test_another_process_asks_for_itself() -> None:
    texts = [(f"x = {number}\n" * 1000, "python") for number in range(3)]
    grammar.look_ahead(texts)
    child = os.fork()
    if not child:
        os._exit(0 if all(grammar.parse(text, language) is not None for text, language in texts) else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert all(grammar.parse(text, language) is not None for text, language in texts)
    grammar.settle()
    assert not grammar._scouts


def test_nothing_waits_for_what_was_tried() -> None:
    grammar.look_ahead([("x = 1\n" * 1000, "python")])
    grammar.settle()

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_terraform_is_guarded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammar, "_in_time", lambda *_: False)

    document = parse_hcl('a = "b"\n', "main.tf")

    assert document.error is not None and document.error.message == grammar.TOO_LONG
