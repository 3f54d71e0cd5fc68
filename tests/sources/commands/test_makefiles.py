"""Makefiles: targets, their commands, includes and variables."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st

from kit.sources.commands.makefiles import Makefile, find, parse
from kit.sources.tree.files import FileIndex


def read(text: str, path: str = "sub/Makefile") -> Makefile:
    return parse(dedent(text).replace("    ", "\t"), path)


def test_targets_have_their_needs_and_commands() -> None:
    made = read(
        """\
        DIR = api
        .PHONY: build test
        build test: deps | dirs ## help
            cd $(DIR) && npm run $@
            -rm x
        """
    )

    assert made.targets["build"].deps == ("deps", "dirs", "##", "help")[:2]
    assert made.targets["build"].phony
    assert [(c.program, c.args, c.directory) for c in made.targets["test"].commands] == [
        ("cd", ("api",), "sub"),
        ("npm", ("run", "test"), "sub/api"),
        ("rm", ("x",), "sub"),
    ]
    assert [c.guard for c in made.targets["build"].commands] == ["", "", "-"]
    assert made.targets["build"].commands[2].at.line == 5


def test_every_recipe_line_is_a_shell_of_its_own() -> None:
    made = read("a:\n    cd x\n    ls\n    cd y; \\\n    pwd\n")

    assert [c.directory for c in made.targets["a"].commands if c.program in {"ls", "pwd"}] == ["sub", "sub/y"]


def test_a_variable_of_two_values_stays_open() -> None:
    made = read("ifeq ($(X),1)\nD = a\nelse\nD = b\nendif\nt:\n    cat $(D)/f $$HOME $(shell date)\n")

    assert made.targets["t"].commands[0].args == ("${D}/f", "$HOME", "${FUNCTION}")


def test_whether_a_target_is_defined() -> None:
    made = read("all: a\nbuild-%:\n    x\n")

    assert [made.defines(n) for n in ("all", "build-x", "gone", "(default)")] == [True, True, False, True]
    assert read("$(eval x: y)\n").defines("gone") is None
    assert read("include generated.mk\na:\n    x\n").defines("gone") is None
    assert read("$(T): x\n    y\n").defines("gone") is None


def test_messages_and_definitions_are_no_targets() -> None:
    assert set(read("$(warning a: b)\ndefine D\nx: y\nendef\nexport A := b:c\na: A = 1\na:\n    x\n").targets) == {"a"}


def test_includes_inside_the_root_are_taken_in(tmp_path: Path) -> None:
    (tmp_path / "mk").mkdir()
    (tmp_path / "mk/a.mk").write_text("included:\n\tls\n")
    (tmp_path / "Makefile").write_text("include mk/*.mk\ninclude mk/a.mk mk/gone.mk\n-include .env\nown:\n\tls\n")
    made = find(FileIndex.of(tmp_path))[0]

    assert set(made.targets) == {"included", "own"}
    assert made.targets["included"].at.path == "mk/a.mk"
    assert [p.message for p in made.problems] == ["includes mk/gone.mk, which is not in the project"]


def test_an_include_behind_a_condition_is_no_problem() -> None:
    assert read("ifneq ($(wildcard x.mk),)\ninclude x.mk\nendif\n").problems == ()


@given(st.text(alphabet="ab:=\t\n$()#%\\ -.", max_size=80))
def test_no_text_raises(text: str) -> None:
    assert parse(text, "Makefile").path == "Makefile"
