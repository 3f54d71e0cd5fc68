"""Markdown: headings, links, code, files and commands, checkboxes, tables, each with its line."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sources.papers.markdown import Markdown, find, parse, resolve
from kit.sources.tree.files import FileIndex


def read(text: str, path: str = "docs/guide.md") -> Markdown:
    return parse(dedent(text), path)


def test_headings_have_levels_anchors_and_lines() -> None:
    found = read("# Set up `it`!\n\nText\n\nSet up it\n---------\n")
    assert [(h.level, h.text, h.anchor, h.at.line) for h in found.headings] == [
        (1, "Set up it!", "set-up-it", 1),
        (2, "Set up it", "set-up-it-1", 5),
    ]
    assert (found.section_of(3), found.section_of(6)) == found.headings


def test_links_are_taken_from_the_texts_folder() -> None:
    found = read("""\
        See [run](../scripts/run.sh#L3), [root](/README.md),
        [out](../../x.md), [web](https://a.example/x.md), [here](#set-up), [mail](mailto:a@b.example)
        and ![picture](a%20b.png).
        """)
    assert [(x.path, x.fragment, x.at.line) for x in found.links] == [
        ("scripts/run.sh", "L3", 1),
        ("README.md", "", 1),
        (None, "", 2),
        (None, "", 2),
        ("docs/guide.md", "set-up", 2),
        (None, "", 2),
        ("docs/a b.png", "", 3),
    ]
    assert found.links[-1].image


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("kit/run.py", "kit/run.py"),
        ("./kit/run.py:12", "kit/run.py"),
        ("../Makefile", "Makefile"),
        ("Dockerfile.prod", "Dockerfile.prod"),
        (".env.example", ".env.example"),
        ("k8s/base/", "k8s/base"),
    ],
)
def test_inline_code_that_looks_like_a_file_names_one(code: str, path: str) -> None:
    assert [r.path for r in read(f"Edit `{code}` now.").file_references] == [path]


@pytest.mark.parametrize("code", ["Promise.race", "npm run x", "a.example.com", "/etc/hosts.conf", "v1.2.3", "**/*.py"])
def test_other_inline_code_names_none(code: str) -> None:
    assert read(f"See `{code}`.").file_references == ()


def test_a_reference_is_found_from_the_root_from_here_or_by_its_end(tmp_path: Path) -> None:
    for name in ("docs/near.py", "src/deep/far.py", "root.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "docs" / "guide.md").write_text("`near.py` `deep/far.py` `root.py` `lost.py` `deep/`")
    files = FileIndex.of(tmp_path)
    (found,) = find(files)
    places = [resolve(reference, files) for reference in found.file_references]
    assert places[:4] == ["docs/near.py", "src/deep/far.py", "root.py", None]
    assert places[4] is not None


def test_commands_of_shell_blocks_are_read_at_their_lines() -> None:
    found = read("""\
        ```bash
        npm ci
        npm test
        ```

        ```js
        rm()
        ```
        """)
    assert [(c.program, c.at.line) for c in found.commands] == [("npm", 2), ("npm", 3)]
    assert [(b.lang, b.at.line, b.at.end_line) for b in found.code_blocks] == [
        ("bash", 2, 3),
        ("js", 7, None),
    ]


def test_a_script_of_the_project_is_typed_by_its_path() -> None:
    found = read("    scripts/rollback.sh production\n\nOr:\n\n    scripts/and/more\n")
    assert [(c.program, c.args) for c in found.commands] == [("scripts/rollback.sh", ("production",))]


def test_behind_a_prompt_stands_what_is_typed() -> None:
    found = read("""\
        ```console
        $ make test \\
            all
        12 passed
        user@host:~$ ls
        ```
        """)
    assert [(c.program, c.at.line) for c in found.commands] == [("make", 2), ("ls", 5)]


def test_task_lists_are_ticked_or_not() -> None:
    found = read("- [x] done\n- [ ] open\n  - [X] inner\n- [link](a.md)\n")
    assert [(c.checked, c.text, c.at.line) for c in found.checkboxes] == [
        (True, "done", 1),
        (False, "open", 2),
        (True, "inner", 3),
    ]


def test_tables_have_header_and_rows() -> None:
    (table,) = read("Text\n\n| a | b |\n|---|---|\n| 1 | `x` |\n| 2 | y |\n").tables
    assert (table.header, table.rows) == (("a", "b"), (("1", "x"), ("2", "y")))
    assert (table.at.line, [a.line for a in table.rows_at]) == (3, [5, 6])


def test_front_matter_is_no_text_and_keeps_the_lines() -> None:
    assert [h.at.line for h in read("---\ntitle: x\n---\n# A\n").headings] == [4]


def test_deep_nesting_ends() -> None:
    assert parse("> " * 3000 + "x", "a.md").error is None


@settings(max_examples=120, deadline=None)
@given(st.text(alphabet="#-*[](){}<>`|!\n x1$:.\\/'\"&~+=", max_size=120))
def test_any_text_is_read(text: str) -> None:
    found = parse(text, "a.md")
    lines = text.count("\n") + 1
    assert all(1 <= (h.at.line or 1) <= lines for h in (*found.headings, *found.links, *found.checkboxes))
