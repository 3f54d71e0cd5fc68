"""HCL becomes nested mappings with lines; expressions stay text."""

from __future__ import annotations

from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.hcl import EXPRESSION, blocks, parse_hcl
from kit.sources.formats.nodes import Document


def parsed(text: str) -> Document:
    return parse_hcl(dedent(text), "main.tf")


def test_labels_are_steps_of_the_route() -> None:
    document = parsed("""\
        resource "aws_db_instance" "main" {
          engine = "postgres"
        }

        resource "aws_db_instance" "replica" {
          engine = "mysql"
        }
        terraform {
        }
    """)

    assert document.root.value == {
        "resource": {"aws_db_instance": {"main": {"engine": "postgres"}, "replica": {"engine": "mysql"}}},
        "terraform": {},
    }
    main = document.get("resource", "aws_db_instance", "main")
    assert main is not None
    assert (main.at.line, main.at.end_line) == (1, 3)
    assert document.get("resource").at.end_line == 7  # type: ignore[union-attr]


def test_blocks_of_the_same_labels_are_a_list() -> None:
    document = parsed("""\
        resource "a" "b" {
          ingress {
            port = 1
          }
          ingress {
            port = 2
          }
          egress {
            port = 3
          }
        }
    """)

    body = document.get("resource", "a", "b")
    assert body is not None
    assert [block.get("port").value for block in blocks(body.get("ingress"))] == [1, 2]  # type: ignore[union-attr]
    assert [block.get("port").value for block in blocks(body.get("egress"))] == [3]  # type: ignore[union-attr]
    assert list(blocks(body.get("absent"))) == []


def test_literals_are_values_and_expressions_are_text() -> None:
    document = parsed("""\
        a = -1.5
        b = true
        c = null
        d = var.name
        e = "x-${var.name}"
        f = [1, "two", local.three]
        g = { h = 1, "i.j" : var.k }
        l = <<-EOT
          one
            two
        EOT
        m = "a\\"b"
        n = upper("x")
    """)

    assert document.root.value == {
        "a": -1.5,
        "b": True,
        "c": None,
        "d": "var.name",
        "e": "x-${var.name}",
        "f": [1, "two", "local.three"],
        "g": {"h": 1, "i.j": "var.k"},
        "l": "one\n  two\n",
        "m": 'a"b',
        "n": 'upper("x")',
    }
    tagged = {key for key, node in document.root.items() if node.tag == EXPRESSION}
    assert tagged == {"d", "e", "n"}
    assert document.get("l").at.end_line == 11  # type: ignore[union-attr]


def test_what_cannot_be_read_is_a_problem_and_the_rest_is_kept() -> None:
    document = parsed("""\
        a = 1
        b = = 2
        c = 3
    """)

    assert document.error is None
    assert document.get("a") is not None
    assert document.problems[0].at.line == 2


def test_what_is_no_hcl_at_all_has_an_error() -> None:
    assert parse_hcl("}}} ???", "main.tf").error is not None


def test_an_empty_file_has_an_empty_root() -> None:
    document = parse_hcl("# nothing\n", "main.tf")

    assert (document.error, document.root.value) == (None, {})


def test_an_attribute_given_twice_is_a_problem() -> None:
    assert "twice" in parsed("a = 1\na = 2\n").problems[0].message


def test_blocks_with_other_labels_are_a_problem() -> None:
    document = parsed("""\
        provider "aws" {}
        provider {}
        data {}
        data "x" "y" {}
    """)

    assert [problem.at.line for problem in document.problems] == [2, 4]


def test_a_line_of_countless_values_is_refused() -> None:
    assert parse_hcl("a = [" + "1," * 200_000 + "]", "main.tf").error is not None


def test_nesting_has_a_limit() -> None:
    assert parse_hcl("a = " + "[" * 100 + "]" * 100, "main.tf").error is not None
    assert parse_hcl("a {\n" * 100 + "}\n" * 100, "main.tf").error is not None


@given(st.one_of(st.text(max_size=60), st.text(alphabet='ab ={}[]"$<.,#/*\n1', max_size=60)))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    document = parse_hcl(text, "main.tf")

    assert (document.error is None) == bool(document.roots)
