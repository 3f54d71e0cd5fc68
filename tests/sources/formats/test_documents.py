"""The name tells the format; each file is parsed once; what cannot be read is a fact."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.sources.formats.documents import Documents, format_of, parse
from kit.sources.tree.files import MAX_BYTES, FileIndex


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/B.YAML", "yaml"),
        ("pnpm-lock.yaml", "yaml"),
        ("values.yaml.tpl", "yaml"),
        ("package.json", "json"),
        (".eslintrc", "json"),
        ("Pipfile", "toml"),
        ("poetry.lock", "toml"),
        ("main.tf", "hcl"),
        ("prod.tfvars", "hcl"),
        (".env", "env"),
        (".env.production", "env"),
        ("backend.env", "env"),
        ("env.example", "env"),
        ("env-example-relational", "env"),
        (".env.ts", None),
        ("environment.py", None),
        ("setup.cfg", "ini"),
        (".npmrc", "ini"),
        ("application.properties", "properties"),
        ("README.md", None),
    ],
)
def test_the_name_tells_the_format(path: str, expected: str | None) -> None:
    assert format_of(path) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "a: 1"),
        ("a.json", '{"a": 1}'),
        ("a.toml", "a = 1"),
        ("a.tf", "a = 1"),
        (".env", "a=1"),
        ("a.ini", "a=1"),
        ("a.properties", "a=1"),
    ],
)
def test_every_format_is_parsed(path: str, text: str) -> None:
    document = parse(text, path)

    assert document.format == format_of(path)
    assert document.get("a") is not None


def test_a_name_of_two_formats_is_tried_as_both() -> None:
    assert parse("root: true\n", ".eslintrc").root.value == {"root": True}
    assert parse('{"root": true}', ".eslintrc").format == "json"


def test_an_unknown_format_is_an_error() -> None:
    assert parse("x", "a.bin").error is not None


def test_a_file_is_parsed_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n")
    documents = Documents(FileIndex.of(tmp_path))

    assert documents.get("a.yaml") is documents.get("./a.yaml")


def test_what_is_absent_or_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "big.json").write_bytes(b" " * (MAX_BYTES + 1))
    (tmp_path / "binary.json").write_bytes(b"a\0b")
    documents = Documents(FileIndex.of(tmp_path))

    assert {path: documents.get(path).error is not None for path in ("absent.json", "big.json", "binary.json")} == {
        "absent.json": True,
        "big.json": True,
        "binary.json": True,
    }


def test_documents_are_listed_by_format(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.json", "c.txt", "d.yml"):
        (tmp_path / name).write_text("{}")
    documents = Documents(FileIndex.of(tmp_path))

    assert [document.path for document in documents.all("yaml")] == ["a.yaml", "d.yml"]
    assert [document.path for document in documents.all()] == ["a.yaml", "b.json", "d.yml"]
