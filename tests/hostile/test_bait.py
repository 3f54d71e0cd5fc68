"""A tree of files that are made against regular expressions is done in time, and says what of it was not read."""

from __future__ import annotations

import time
from itertools import cycle, islice, product
from pathlib import Path

from kit.project import Project
from kit.registry import checks_of
from kit.run import run_check
from kit.sources.tree.text import MAX_BLANK, MAX_LINE

SIZE = 100_000
PUMPS = (" ", "\n", "\t", "a", "a.", "a ", "(", "[[", "{", "\"", "'", "`", "\\", "=", "- ", "/", "${", "{{ ", "<a", "http://", "#",
         "key: ", "RUN ", "import a, ", "select ", "stage(", "def a(", "@", "|", "1,")  # fmt: skip
NAMES = ("a.py", "a.ts", "README.md", "a.sh", "a.yaml", "Dockerfile", "main.tf", "a.sql", ".env", "nginx.conf", "Makefile",
         "Jenkinsfile", "package.json", "schema.prisma", ".github/workflows/a.yml", "app.properties")  # fmt: skip
SECONDS = 60.0
"""Of computing; most machines take a tenth of it. Read whole, the tree took more than half an hour."""


def test_a_tree_of_bait_is_done_in_time_and_says_what_was_not_read(tmp_path: Path) -> None:
    for number, (pump, name) in enumerate(zip(PUMPS, islice(cycle(NAMES), len(PUMPS)), strict=True)):
        place = tmp_path / str(number) / name
        place.parent.mkdir(parents=True)
        place.write_text(pump * (SIZE // len(pump)) + "!", "utf-8")
    begun = time.process_time()

    project = Project(tmp_path)
    project.warm()
    for check in checks_of("security"):
        run_check(project, check)

    assert time.process_time() - begun < SECONDS
    assert len([p for p in project.files.problems if "not read whole" in p.message]) == len(PUMPS)
    longest = (len(line) for path in project.files.paths for line in project.files.lines(path))
    assert max(longest) <= MAX_LINE + 1


def test_no_text_that_a_pattern_sees_is_wider_or_emptier_than_the_limits(tmp_path: Path) -> None:
    for number, (pump, end) in enumerate(product(("x", "\n", " \n"), ("", "\nlast\n"))):
        (tmp_path / f"{number}.py").write_text("# first\n" + pump * SIZE + end, "utf-8")

    files = Project(tmp_path).files

    assert all(files.lines(path)[0] == "# first" for path in files.paths)
    assert max(files.line_count(path) for path in files.paths) <= MAX_BLANK
