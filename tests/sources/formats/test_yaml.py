"""YAML becomes nodes with lines, however it is written, and never an exception."""

from __future__ import annotations

import time
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.nodes import Document
from kit.sources.formats.yaml import parse_yaml


def parsed(text: str, path: str = "a.yaml") -> Document:
    return parse_yaml(dedent(text), path)


def span(document: Document, *route: str | int) -> tuple[int | None, int | None]:
    node = document.get(*route)
    assert node is not None
    return node.at.line, node.at.end_line


def test_entries_have_the_line_of_their_key_and_end_with_their_value() -> None:
    document = parsed("""\
        a:
          b: 1
          c:
            - x
            - y: 2
              z: 3

        # a comment
        d: {e: 1,
            f: 2}
        g:
    """)

    assert document.root.value == {
        "a": {"b": 1, "c": ["x", {"y": 2, "z": 3}]},
        "d": {"e": 1, "f": 2},
        "g": None,
    }
    assert span(document, "a") == (1, 6)
    assert span(document, "a", "c") == (3, 6)
    assert span(document, "a", "c", 1) == (5, 6)
    assert span(document, "d") == (9, 10)
    assert span(document, "g") == (11, 11)


@pytest.mark.parametrize("mark", ["|", ">", "|-", "|+", ">2"])
def test_a_block_of_text_ends_with_its_last_written_line(mark: str) -> None:
    document = parse_yaml(f"a: {mark}\n  one\n\n  two\n\n\n# comment\nb: 1\n", "a.yaml")

    assert span(document, "a") == (1, 4)
    assert span(document, "b") == (8, 8)


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
def test_a_block_of_text_at_the_end_of_a_file(end: str) -> None:
    assert span(parse_yaml(f"a: |\n  one\n  two{end}", "a.yaml"), "a") == (1, 3)


def test_keys_stay_as_they_are_written() -> None:
    document = parsed("""\
        on: push
        yes: 1
        010: 2
        null: 3
    """)

    assert document.root.value == {"on": "push", "yes": 1, "010": 2, "null": 3}


def test_scalars_are_resolved_and_keep_their_text() -> None:
    document = parsed("""\
        - yes
        - "yes"
        - 3.10
        - 0644
        - ~
        - 22:22
        - 2024-01-01
        - .inf
        - 1_000
        - !!str 5
        - =
    """)

    assert document.root.value == [
        True,
        "yes",
        3.1,
        420,
        None,
        "22:22",
        "2024-01-01",
        float("inf"),
        1000,
        "5",
        "=",
    ]
    assert [node.raw for node in document.root.children()][2:4] == ["3.10", "0644"]


def test_a_custom_tag_is_kept() -> None:
    document = parsed("""\
        a: !Ref Name
        b: !Sub
          c: 1
        d: !GetAtt [x, y]
    """)

    assert [document.root.data[key].tag for key in "abd"] == ["!Ref", "!Sub", "!GetAtt"]
    assert document.root.value == {"a": "Name", "b": {"c": 1}, "d": ["x", "y"]}


def test_anchors_and_merges_keep_the_place_of_the_value() -> None:
    document = parsed("""\
        base: &base
          image: app
          ports: [1]
        web:
          <<: *base
          image: web
        again: *base
    """)

    assert document.root.value["web"] == {"image": "web", "ports": [1]}
    assert span(document, "web", "ports") == (3, 3)
    assert span(document, "again") == (7, 7)
    assert document.problems == ()


def test_the_first_of_several_merged_mappings_counts() -> None:
    document = parsed("""\
        a: &a {x: 1, y: 1}
        b: &b {x: 2, z: 2}
        c:
          <<: [*a, *b]
    """)

    assert document.root.value["c"] == {"x": 1, "y": 1, "z": 2}


def test_a_merge_of_something_else_is_a_problem() -> None:
    assert "merge key" in parsed("a:\n  <<: text\n").problems[0].message


def test_a_key_given_twice_is_a_problem_with_both_lines() -> None:
    document = parsed("""\
        a: 1
        b: 2
        a: 3
    """)

    assert document.root.value == {"a": 3, "b": 2}
    assert document.problems[0].at.line == 3
    assert "line 1" in document.problems[0].message


def test_conditions_of_pipelines_are_no_keys() -> None:
    text = "${{ if a }}:\n  b: 1\n${{ else }}:\n  b: 2\n${{ else }}:\n  b: 3\n"

    assert parsed(text).problems == ()


def test_every_document_has_a_root_and_empty_ones_have_none() -> None:
    document = parsed("""\
        ---
        a: 1
        ---
        # nothing
        ---
        b: 2
        ...
    """)

    assert [root.value for root in document.roots] == [{"a": 1}, {"b": 2}]
    assert document.roots[1].at.line == 6


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_has_no_roots_and_no_error(text: str) -> None:
    document = parse_yaml(text, "a.yaml")

    assert document.roots == ()
    assert document.error is None


def test_a_broken_document_leaves_the_others() -> None:
    document = parsed("""\
        a: 1
        ---
        b: [1
        ---
        c: 3
    """)

    assert document.error is None
    assert [root.value for root in document.roots] == [{"a": 1}, {"c": 3}]
    assert document.roots[1].at.line == 5
    assert document.problems[0].at.line in (3, 4)


def test_a_file_that_is_no_yaml_has_an_error_with_its_line() -> None:
    document = parsed("a: 1\nb: c: d\n")

    assert document.roots == ()
    assert document.error is not None
    assert document.error.at.line == 2
    assert "mapping values are not allowed" in document.error.message


def test_tabs_and_control_characters_are_errors() -> None:
    assert parse_yaml("a:\n\tb: 1\n", "a.yaml").error is not None
    assert parse_yaml("a: \x00\n", "a.yaml").error is not None


@pytest.mark.parametrize(
    "text",
    [
        "a: {{ .Values.x }}\n",
        "{{- if .Values.on }}\na: 1\n{{- end }}\n",
        "{% if x %}\na: 1\n{% endif %}\n",
        "a:\n  {{- toYaml .Values.x | nindent 2 }}\n",
    ],
)
def test_templates_are_told_apart(text: str) -> None:
    document = parse_yaml(text, "chart/templates/web.yaml")

    assert document.template
    assert document.error is None
    assert document.roots == ()


def test_expressions_within_text_make_no_template() -> None:
    document = parsed("""\
        a: ${{ secrets.TOKEN }}
        b: "{{ $labels.instance }} is down"
    """)

    assert not document.template
    assert document.root.value["b"] == "{{ $labels.instance }} is down"


def test_nesting_has_a_limit() -> None:
    for text in ("[" * 50_000, "- " * 5_000 + "x", "{a: " * 300 + "}" * 300):
        document = parse_yaml(text, "a.yaml")
        assert document.error is not None
        assert "nested deeper" in document.error.message


def test_aliases_have_a_budget() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

    document = parse_yaml("\n".join(lines), "a.yaml")

    assert sum(1 for _ in document.root.walk()) < 300_000
    assert any("too large" in problem.message for problem in document.problems)


def test_values_and_broken_documents_have_a_limit() -> None:
    many = parse_yaml("- x\n" * 210_000, "a.yaml")
    broken = parse_yaml("a: [\n---\n" * 2_000 + "a: 1\n", "a.yaml")

    assert many.error is not None
    assert "more than" in many.error.message
    assert broken.error is not None


def test_an_alias_without_an_anchor_is_a_problem() -> None:
    document = parse_yaml("a: &a [*a]\nb: *c\n", "a.yaml")

    assert document.root.value == {"a": [None], "b": None}
    assert len(document.problems) == 2


def test_other_line_breaks_do_not_shift_lines() -> None:
    assert span(parse_yaml('a: "x\u2028y\x85z"\r\nb: 1\r\n', "a.yaml"), "b") == (2, 2)


def test_a_key_may_be_a_list_or_an_anchor() -> None:
    document = parse_yaml("? [a, b]\n: 1\n&k c: 2\nd: *k\n", "a.yaml")

    assert document.root.value == {"['a', 'b']": 1, "c": 2, "d": "c"}


def test_many_documents_are_read_fast() -> None:
    one = "kind: ConfigMap\nmetadata:\n  name: a\n  labels: {a: b}\ndata:\n  x: |\n    one\n    two\n"
    start = time.perf_counter()

    document = parse_yaml("---\n".join([one] * 1200), "a.yaml")

    assert len(document.roots) == 1200
    assert time.perf_counter() - start < 5


WRITTEN = st.text(alphabet="ab:-?&*!|>'\"[]{},#%@ \n\t~<1.", max_size=60)


@given(st.one_of(st.text(max_size=60), WRITTEN))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    document = parse_yaml(text, "a.yaml")

    last = max(1, text.count("\n") + text.count("\r") + 1)
    for root in document.roots:
        for node in root.walk():
            assert 1 <= (node.at.line or 0) <= (node.at.end_line or 0) <= last
