from __future__ import annotations

from pathlib import Path

import pytest

from kit.sources.formats.settings import ParamsError, parse_source, read_source


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1", "p.yaml:1: The YAML cannot be read"),
        ("- a\n", "p.yaml:1: should be a mapping"),
        ("a: 1\nb: 2\na: 3\n", "p.yaml:3: The key 'a' is given twice; the first is on line 1."),
        ("a: *x\n", "p.yaml:1: The alias *x has no anchor before it."),
        ("a: 1\n---\nb: 2\n", "p.yaml:3: a second document starts here; keep one"),
        ("a: {{ b }}\n", "p.yaml: holds template marks; write plain YAML"),
    ],
)
def test_what_is_no_mapping_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ParamsError) as error:
        parse_source(text, "p.yaml")

    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)


def test_a_key_stays_as_it_is_written() -> None:
    assert parse_source("on: 2026-11-01\nyes: no\n", "p.yaml").value.keys() == {"on", "yes"}


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert parse_source("# nothing\n", "p.yaml").value == {}


def test_an_empty_entry_counts_as_left_out() -> None:
    assert parse_source("a:\nb: {c: }\n", "p.yaml").value == {"b": {}}


def test_a_place_is_the_deepest_step_that_is_there() -> None:
    source = parse_source("a:\n  b:\n    - c: 1\n", "p.yaml")

    assert source.place(("a", "b", 0, "missing")) == "p.yaml:3"
    assert source.place(("other",)) == "p.yaml:1"


@pytest.mark.parametrize(("name", "said"), [("gone.yaml", "there is no such file"), (".", "is a folder")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(ParamsError, match=said):
        read_source(tmp_path / name)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)

    with pytest.raises(ParamsError, match=r"cannot be read \(Permission denied\); mend its permissions"):
        read_source(tmp_path / "p.yaml")


def test_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes("title: Für alle".encode("latin-1"))

    with pytest.raises(ParamsError, match="byte 8 is not UTF-8; save the file as UTF-8"):
        read_source(path)
