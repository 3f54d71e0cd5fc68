"""justfiles and Taskfiles."""

from __future__ import annotations

from textwrap import dedent

from kit.sources.commands.taskfiles import justfile, taskfile
from kit.sources.formats.yaml import parse_yaml


def test_recipes_have_commands_needs_and_aliases() -> None:
    made = justfile(
        dedent(
            """\
            alias b := build
            version := "1"

            # builds
            build target="x": clean (lint "y")
                @cd api && npm run build {{target}}
            clean:
                #!/usr/bin/env bash
                set -e
                rm -rf dist
            """
        ),
        "sub/justfile",
    )

    assert set(made.targets) == {"b", "build", "clean"}
    assert [c.directory for c in made.targets["build"].commands] == ["sub", "sub/api"]
    assert made.targets["build"].commands[1].at.line == 6
    assert [c.program for c in made.targets["clean"].commands] == ["set", "rm"]
    assert made.targets["clean"].commands[1].at.line == 10


def test_imports_leave_the_rest_open() -> None:
    assert justfile("import 'x.just'\na:\n  ls\n", "justfile").defines("gone") is None
    assert justfile("a:\n  ls\n", "justfile").defines("gone") is False


def test_tasks_have_commands_folder_and_needs() -> None:
    text = dedent(
        """\
        version: "3"
        tasks:
          one: npm test
          build:
            aliases: [b]
            dir: web
            deps: [one, {task: two}]
            cmds:
              - npm run build
              - |
                ls
                npm run {{.X}}
              - task: other
              - cmd: npm run z
        """
    )
    made = taskfile(parse_yaml(text, "Taskfile.yml"))

    assert set(made.targets) == {"one", "build", "b"}
    assert made.targets["build"].deps == ("one", "two")
    assert [(c.program, c.directory, c.at.line) for c in made.targets["build"].commands] == [
        ("npm", "web", 9),
        ("ls", "web", 11),
        ("npm", "web", 12),
        ("npm", "web", 14),
    ]


def test_a_broken_taskfile_is_a_problem() -> None:
    made = taskfile(parse_yaml("tasks: [", "Taskfile.yml"))

    assert made.defines("x") is None
    assert len(made.problems) == 1
