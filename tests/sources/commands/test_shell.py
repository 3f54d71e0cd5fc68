"""Commands with their directory, and whether a failure of theirs is swallowed."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.commands.command import Command
from kit.sources.commands.shell import MAX_DEPTH, Shell, commands


def read(text: str, **more: object) -> tuple[Command, ...]:
    return commands(dedent(text), "ci/run.sh", **more)  # type: ignore[arg-type]


def one(text: str, program: str, **more: object) -> Command:
    return next(c for c in read(text, **more) if c.program == program)


def test_words_lose_their_quotes_and_keep_what_cannot_be_told() -> None:
    command = one("""FOO=1 npm run "b c" 'd' e\\ f "$X/y" a"b"c""", "npm")

    assert command.args == ("run", "b c", "d", "e f", "$X/y", "abc")
    assert command.env == (("FOO", "1"),)


def test_lines_count_from_the_line_given() -> None:
    assert [c.at.line for c in commands("a\n\nb \\\n  c\n", "x", 10)] == [10, 12]
    assert commands("a\n\nb \\\n  c\n", "x", 10)[1].at.end_line == 13


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("npm test || true", "|| true"),
        ("npm test || :", "|| :"),
        ("npm test || echo failed", "|| echo failed"),
        ("npm test || exit 0", "|| exit 0"),
        ("(cd a && npm test) || true", "|| true"),
        ("npm test || { echo failed; }", "|| echo failed"),
        ("if npm test; then echo; fi", "if"),
        ("set +e\nnpm test", "set +e"),
    ],
)
def test_a_swallowed_failure_names_its_guard(text: str, guard: str) -> None:
    assert one(text, "npm").guard == guard
    assert one(text, "npm").guarded


@pytest.mark.parametrize(
    "text",
    [
        "npm test",
        "npm test || exit 1",
        "npm test || { echo failed; exit 1; }",
        "set +e\nset -e\nnpm test",
        "set +e\nnpm test\ncode=$?\nexit $code",
        "lint || true; npm test",
        "npm test && echo done",
    ],
)
def test_a_failure_that_counts_is_not_guarded(text: str) -> None:
    assert not one(text, "npm").guarded


def test_a_pipe_drops_the_status_unless_pipefail_is_set() -> None:
    assert one("npm test | tee log", "npm").piped
    assert not one("npm test | tee log", "tee").piped
    assert not one("set -o pipefail\nnpm test | tee log", "npm").piped
    assert not one("npm test | tee log", "npm", pipefail=True).piped


def test_cd_carries_over_and_a_subshell_keeps_its_own() -> None:
    found = read("cd a && ls\n(cd b; pwd)\ncd ../c\nmake\ncd -\nmake x")

    assert {c.program: c.directory for c in found} == {"cd": "c", "ls": "a", "pwd": "a/b", "make": "a"}


@pytest.mark.parametrize(
    "text",
    ['cd "$X"\nls', "if true; then cd a; fi\nls", "for d in a b; do cd $d; done\nls", "f() { cd a; ls; }\n"],
)
def test_a_directory_that_cannot_be_told_is_none(text: str) -> None:
    assert one(text, "ls").directory in {None, "a"}
    assert one(text + "\ncd b\nls2", "ls2").directory in {None, "b"}


def test_a_branch_that_changes_directory_makes_it_unknown_afterwards() -> None:
    assert one("if true; then cd a; fi\nls", "ls").directory is None
    assert one("cd x || cd y\nls", "ls").directory == "x"


def test_the_script_knows_its_own_folder() -> None:
    text = """
        HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
        bash "$HERE/x.sh"
        cd "$(dirname "$0")"
        ls
    """

    assert one(text, "bash", script=True).args == ("//./x.sh",)
    assert one(text, "ls", script=True, directory=None).directory == "ci"
    assert one(text, "ls").directory is None


def test_a_variable_set_twice_or_in_a_loop_has_no_value() -> None:
    assert one("A=x\nuse $A", "use").args == ("x",)
    assert one("A=x\nA=y\nuse $A", "use").args == ("$A",)
    assert one("for A in x y; do use $A; done", "use").args == ("$A",)


def test_workflow_expressions_stay_as_they_are() -> None:
    command = one('docker build -t "a:${{ github.sha }}" -f ${{ github.workspace }}/Dockerfile .', "docker")

    assert command.args == ("build", "-t", "a:${{ github.sha }}", "-f", "//./Dockerfile", ".")


def test_a_shell_inside_a_command_is_read_too() -> None:
    assert one('bash -lc "cd q && make all" || true', "make").directory == "q"
    assert one('bash -lc "cd q && make all" || true', "make").guarded
    assert one('docker exec app sh -c "npm run x"', "npm").directory is None


def test_redirections_functions_and_tests_are_told() -> None:
    shell = Shell("x.sh")
    found = shell.read("build() { make > out.log; }\n[ -f a.txt ] && cat < b.txt\npsql <<EOF\nselect 1\nEOF\n")
    by = {c.program: c for c in found}

    assert by["make"].writes == ("out.log",)
    assert by["make"].function == "build"
    assert by["["].args == ("-f", "a.txt")
    assert (by["cat"].reads, by["cat"].conditional) == (("b.txt",), True)
    assert by["psql"].heredoc == "select 1\n"
    assert set(shell.functions) == {"build"}


def test_a_background_command_is_told() -> None:
    assert one("npm start &\nnpx wait-on x", "npm").background
    assert not one("npm start &\nnpx wait-on x", "npx").background


def test_deep_nesting_ends_instead_of_breaking() -> None:
    assert commands("(" * 3 * MAX_DEPTH + "ls" + ")" * 3 * MAX_DEPTH, "x") == ()


@given(st.text(alphabet="abc \n\"'$(){}|&;<>\\`#=[]-/!*", max_size=60))
def test_no_text_raises_and_lines_stay_inside_it(text: str) -> None:
    last = text.count("\n") + 1

    assert all(1 <= (c.at.line or 0) <= last for c in commands(text, "x"))
