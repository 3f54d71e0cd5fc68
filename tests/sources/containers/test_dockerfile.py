from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sources.containers.dockerfile import Dockerfile, find, is_dockerfile, parse
from kit.sources.tree.files import FileIndex


def read(text: str) -> Dockerfile:
    return parse(dedent(text).lstrip("\n"), "Dockerfile")


def test_an_instruction_spans_its_continuations_and_leaves_comments_and_blank_lines_out() -> None:
    run = next(
        read(
            """
            FROM alpine
            RUN apk add \\
                # the client
                curl \\

                jq
            """
        ).of("RUN")
    )

    assert (run.at.line, run.at.end_line) == (2, 6)
    assert run.args == ("apk", "add", "curl", "jq")


def test_a_script_keeps_the_line_of_every_word() -> None:
    found = read("FROM alpine\nRUN --mount=type=cache,target=/x \\\n  one && \\\n  # why\n  two\n")
    run = next(found.of("RUN"))

    lines = run.script.split("\n")
    assert [lines.index(line) + run.at.line for line in lines if "one" in line or "two" in line] == [3, 5]
    assert "--mount" not in run.script


def test_a_heredoc_belongs_to_its_run_and_ends_at_its_name() -> None:
    found = read(
        """
        FROM alpine
        RUN <<EOF
        apk add curl
        FROM nothing
        EOF
        USER app
        """
    )

    run = next(found.of("RUN"))
    assert run.heredocs[0].content == "apk add curl\nFROM nothing"
    assert (run.at.line, run.at.end_line) == (2, 5)
    assert run.script.split("\n")[1:] == ["apk add curl", "FROM nothing"]
    assert len(found.stages) == 1
    assert found.user().at.line == 6


def test_two_heredocs_of_a_copy_are_no_sources() -> None:
    found = read("FROM alpine\nCOPY <<A <<-'B' note.txt /etc/\none\nA\n\ttwo\n\tB\nUSER x\n")

    copy = next(found.copies())
    assert copy.sources == ("note.txt",)
    assert [(h.content, h.expand) for h in copy.instruction.heredocs] == [("one", True), ("two", False)]
    assert found.user().value == "x"


def test_a_shift_or_a_here_string_opens_no_heredoc() -> None:
    found = read('FROM alpine\nRUN echo $(( 1 << 2 )) && cat <<< text && echo "<<EOF"\nUSER x\n')

    assert next(found.of("RUN")).heredocs == ()
    assert found.problems == ()


def test_a_heredoc_without_end_is_a_problem() -> None:
    assert "EOF has no end" in read("FROM alpine\nRUN <<EOF\nls\n").problems[0].message


def test_with_the_escape_of_windows_a_backslash_parts_folders() -> None:
    windows = read("# escape=`\nFROM windows\nCOPY .\\out\\site ./\n")
    other = read("FROM linux\nCOPY a\\ b ./\n")

    assert [c.sources for c in windows.copies()] == [("./out/site",)]
    assert "/" not in next(other.copies()).sources[0]


def test_the_escape_directive_changes_the_continuation() -> None:
    found = read("# escape=`\nFROM windows\nCOPY a.txt c:\\\nRUN dir `\n  /s\n")

    assert [i.name for i in found.instructions] == ["FROM", "COPY", "RUN"]
    assert next(found.of("RUN")).at.end_line == 5


def test_a_directive_after_a_comment_is_a_comment() -> None:
    found = read("# hello\n# escape=`\nFROM a\nRUN x \\\n y\n")

    assert next(found.of("RUN")).args == ("x", "y")


def test_a_stage_knows_the_stage_it_is_built_on() -> None:
    found = read(
        """
        ARG VERSION=20
        FROM --platform=$BUILDPLATFORM node:${VERSION}-alpine AS Base
        WORKDIR /app
        USER node
        EXPOSE 3000/tcp 9000-9001
        FROM base
        WORKDIR web
        CMD ["node", "a.js"]
        """
    )

    assert found.stages[0].image == "node:20-alpine"
    assert found.final.base_stage == 0
    assert found.base_image() == "node:20-alpine"
    assert found.user().value == "node"
    assert found.workdir() == "/app/web"
    assert [port.number for port in found.exposed()] == [3000, 9000, 9001]


def test_a_build_argument_takes_the_place_of_a_default() -> None:
    text = "ARG TAG=1\nFROM app:$TAG\nARG PORT=80\nEXPOSE ${PORT}\nARG TAG\nENV T=$TAG\n"
    found = parse(text, "Dockerfile", {"TAG": "2", "PORT": "8080", "OTHER": "x"})

    assert found.final.image == "app:2"
    assert [port.number for port in found.exposed()] == [8080]
    assert found.env()["T"].value == "2"


def test_an_image_with_an_argument_without_default_stays_unresolved() -> None:
    assert read("ARG TAG\nFROM app:${TAG}\n").final.image == "app:${TAG}"


def test_a_global_argument_is_seen_in_a_stage_only_when_declared_again() -> None:
    found = read("ARG V=1\nFROM a\nENV X=$V\nFROM a\nARG V\nENV X=$V\n")

    assert found.env(found.stages[0])["X"].value == "$V"
    assert found.env()["X"].value == "1"
    assert found.env()["X"].at.line == 6


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ('ENV A=b C="d e"', {"A": "b", "C": "d e"}),
        ("ENV A some words", {"A": "some words"}),
        ("ENV A=x\\ y B=", {"A": "x y", "B": ""}),
        ("ARG A", {"A": None}),
        ("LABEL a.b='c d'", {"a.b": "c d"}),
    ],
)
def test_pairs_are_read_in_every_form(line: str, pairs: dict[str, str | None]) -> None:
    assert read(f"FROM a\n{line}\n").instructions[1].pairs == pairs


def test_an_entrypoint_drops_the_command_of_the_stage_below() -> None:
    found = read('FROM a AS b\nCMD ["serve"]\nFROM b\nENTRYPOINT ["run"]\n')

    assert found.command().args == ("run",)
    assert found.command(found.stages[0]).args == ("serve",)


def test_a_command_is_arguments_of_an_exec_entrypoint_and_ignored_by_a_shell_one() -> None:
    exec_form = read('FROM a\nENTRYPOINT ["tini", "--"]\nCMD ["node", "a.js"]\n')

    assert exec_form.command().text == "tini -- node a.js"
    assert read('FROM a\nENTRYPOINT ./run.sh\nCMD ["x"]\n').command().args == ("./run.sh",)
    assert read("FROM a\n").command() is None


def test_a_broken_exec_form_is_a_shell_command() -> None:
    cmd = next(read("FROM a\nCMD ['node', 'a.js']\n").of("CMD"))

    assert not cmd.json
    assert cmd.value.startswith("[")


def test_copies_say_where_from_and_where_to() -> None:
    found = read(
        """
        FROM a AS build
        ARG DIR=dist
        WORKDIR /src
        COPY --chown=app:app package.json package-lock.json ./
        COPY ["with space.txt", "$DIR/"]
        FROM a
        COPY --from=build /src/out /srv
        COPY --from=nginx:1.27 /etc/nginx /etc/nginx
        COPY --from=0 x y
        """
    )

    first, second, third, fourth, fifth = found.copies()
    assert (first.sources, first.target) == (("package.json", "package-lock.json"), "/src/")
    assert second.sources == ("with space.txt",)
    assert (third.from_stage, third.from_image) == (0, None)
    assert (fourth.from_stage, fourth.from_image) == (None, "nginx:1.27")
    assert fifth.from_stage == 0


def test_a_healthcheck_gives_the_words_of_its_command_and_none_turns_it_off() -> None:
    check = read("FROM a\nHEALTHCHECK --interval=30s CMD curl -f http://localhost:80/health\n").healthcheck()

    assert check.args[-1] == "http://localhost:80/health"
    assert check.flags == {"interval": "30s"}
    assert read("FROM a\nHEALTHCHECK NONE\n").healthcheck() is None


def test_mounts_are_read_one_by_one() -> None:
    found = read("FROM a\nRUN --mount=type=bind,source=a,target=/a --mount=type=secret,id=t make\n")
    run = next(found.of("RUN"))

    assert run.mounts == ({"type": "bind", "source": "a", "target": "/a"}, {"type": "secret", "id": "t"})
    assert run.value == "make"


def test_without_a_from_there_is_an_error() -> None:
    assert "no FROM" in read("RUN ls\n").error.message
    assert read("").error is not None


def test_an_unknown_instruction_is_a_problem_at_its_line() -> None:
    problem = read("FROM a\nRUNN ls\n").problems[0]

    assert (problem.at.line, "RUNN" in problem.message) == (2, True)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Dockerfile", True),
        ("a/api.Dockerfile", True),
        ("Dockerfile.prod", True),
        ("Containerfile", True),
        ("docker/Dockerfile-dev", True),
        ("Dockerfile.dockerignore", False),
        ("Dockerfile.j2", False),
        ("docs/dockerfile.md", False),
        ("Dockerfiles/readme", False),
    ],
)
def test_a_dockerfile_is_known_by_its_name(path: str, expected: bool) -> None:
    assert is_dockerfile(path) is expected


LINES = """FROM a|FROM b AS c|FROM c|RUN x \\|  # c||RUN <<E|E|ENV A=$A|COPY a b|X\\|ARG B=${A:-${B}}|CMD [|
CMD ["a"]|EXPOSE $A 1-2|ENV A|ENV "|USER|WORKDIR $B""".replace("\n", "").split("|")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(LINES)))
def test_any_sequence_of_lines_is_read_without_raising(lines: list[str]) -> None:
    found = parse("\n".join(lines), "Dockerfile")

    for stage in found.stages:
        found.env(stage), found.exposed(stage), found.command(stage), found.workdir(stage)
    list(found.copies())
    assert all(1 <= i.at.line <= i.at.end_line <= max(1, len(lines)) for i in found.instructions)
    assert (found.error is None) == bool(found.stages)


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text_is_read_without_raising(text: str) -> None:
    found = parse(text, "Dockerfile")

    assert found.path == "Dockerfile"
    assert all(i.args is not None and i.pairs is not None for i in found.instructions)


def test_the_dockerfiles_of_a_project_are_found_and_templates_left_out(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text('FROM a\nHEALTHCHECK CMD docker inspect -f "{{.State}}"\n')
    (tmp_path / "web.Dockerfile").write_text("FROM {{ image }}\n")
    (tmp_path / "Dockerfile.txt").write_text("FROM b\n")

    assert [found.path for found in find(FileIndex.of(tmp_path))] == ["Dockerfile"]


def test_an_instruction_before_the_first_from_is_a_problem() -> None:
    found = read("RUN ls\nFROM a\n")

    assert (found.error, found.problems[0].at.line) == (None, 1)
