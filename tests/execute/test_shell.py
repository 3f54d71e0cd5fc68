"""Cells run without a kernel and give what a kernel would."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from kit.execute.shell import NotebookShell


@pytest.fixture
def shell() -> Iterator[NotebookShell]:
    NotebookShell.clear_instance()
    yield NotebookShell.instance(user_ns={"__name__": "__main__"})
    NotebookShell.clear_instance()


def test_the_last_value_is_a_result_and_prints_are_joined(shell: NotebookShell) -> None:
    outputs, count, error = shell.run("print('a')\nprint('b')\n1 + 1")

    assert error is None
    assert count == 1
    assert [o.output_type for o in outputs] == ["stream", "execute_result"]
    assert outputs[0].text == "a\nb\n"
    assert outputs[1].data == {"text/plain": "2"}


def test_names_stay_from_cell_to_cell_and_counts_go_up(shell: NotebookShell) -> None:
    shell.run("x = 20")

    outputs, count, _ = shell.run("x + 1")

    assert (outputs[0].data["text/plain"], count) == ("21", 2)


def test_display_puts_out_a_bundle(shell: NotebookShell) -> None:
    outputs, _, _ = shell.run("from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))")

    assert outputs[0].output_type == "display_data"
    assert outputs[0].data["text/html"] == "<b>x</b>"


def test_an_error_becomes_an_output_with_its_traceback(shell: NotebookShell) -> None:
    outputs, _, error = shell.run("1 / 0")

    assert isinstance(error, ZeroDivisionError)
    assert (outputs[0].output_type, outputs[0].ename) == ("error", "ZeroDivisionError")
    plain = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(outputs[0].traceback))
    assert "1 / 0" in plain


def test_a_syntax_error_is_an_error_like_any_other(shell: NotebookShell) -> None:
    outputs, _, error = shell.run("1 +")

    assert isinstance(error, SyntaxError)
    assert outputs[0].ename == "SyntaxError"
