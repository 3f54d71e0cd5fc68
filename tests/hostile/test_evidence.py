"""Evidence files that are bombs, cut off, swapped, endless or no files: each says so and measures nothing."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.sources.evidence import find, read
from kit.sources.evidence.find import digests
from kit.sources.evidence.model import EvidenceFile
from kit.sources.evidence.read import read_evidence
from kit.sources.limits import time_limit
from kit.sources.tree.files import FileIndex

KEYS = ("coverage", "junit", "sarif", "load", "dependencies", "images", "benchmarks", "logs")
JUNIT = '<testsuite name="a" tests="2">\n<testcase name="b" classname="c"/>\n<testcase name="d" classname="c"/>\n</testsuite>\n'
LCOV = "SF:src/a.py\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\n"
SARIF = '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": []}]}'
SAMPLES = {"junit": JUNIT, "coverage": LCOV, "sarif": SARIF}
ZEROS = b"<a>" + b"0" * 20_000_000


def zipped(data: bytes, times: int = 1) -> bytes:
    """An archive of so many members, each of the data."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(times):
            archive.writestr(f"../../{number}.xml", data)
    return made.getvalue()


def tarred(data: bytes) -> bytes:
    """A packed tar whose member lies outside."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        member = tarfile.TarInfo("/etc/passwd")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return made.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(ZEROS),
    "gzip in gzip": lambda: gzip.compress(gzip.compress(gzip.compress(ZEROS))),
    "bzip2": lambda: bz2.compress(ZEROS),
    "xz": lambda: lzma.compress(ZEROS, preset=0),
    "zip": lambda: zipped(ZEROS[:2_000_000], 10),
    "zip in zip": lambda: zipped(zipped(ZEROS[:2_000_000], 10), 10),
    "tar": lambda: tarred(ZEROS[:1_000_000]),
}


def evidence(folder: Path, key: str, data: bytes, name: str = "file.xml") -> EvidenceFile:
    """What is made of one file under a key."""
    (folder / "app.py").write_text("x = 1\n", "utf-8")
    (folder / name).write_bytes(data)
    with time_limit(20):
        [found] = read_evidence(FileIndex.of(folder), {key: (str(folder / name),)})
    return found


@pytest.mark.parametrize("kind", BOMBS)
def test_no_archive_is_opened_whatever_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(read, "MAX_BYTES", 1_000_000)
    data = BOMBS[kind]()
    tracemalloc.start()
    try:
        for key, name in (("coverage", "coverage.xml"), ("logs", "app.log.gz"), ("junit", "results.zip")):
            found = evidence(tmp_path, key, data, name)
            assert "archives are not opened" in (found.error or "") and not found.records
        assert tracemalloc.get_traced_memory()[1] < 15_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("key", SAMPLES)
def test_a_file_cut_off_anywhere_is_read_as_less_or_said_to_be_broken(tmp_path: Path, key: str) -> None:
    text = SAMPLES[key]
    whole = evidence(tmp_path, key, text.encode())
    assert whole.records and whole.error is None

    for length in range(0, len(text), 5):
        found = evidence(tmp_path, key, text[:length].encode())
        assert found.error or found.format == whole.format
        assert not (found.error and found.records)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("other", SAMPLES)
def test_swapped_files_are_what_they_hold_or_nothing(tmp_path: Path, key: str, other: str) -> None:
    mine = evidence(tmp_path, other, SAMPLES[other].encode())
    found = evidence(tmp_path, key, SAMPLES[other].encode())

    assert found.error or key == "logs" or (found.format, found.records) == (mine.format, mine.records)


def test_an_endless_file_is_neither_read_nor_hashed_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (find, read):
        monkeypatch.setattr(module, "MAX_BYTES", 1_000_000)
    with (tmp_path / "coverage.xml").open("wb") as stream:
        stream.write(b"<coverage>" + b" " * 2_000_000)
        stream.truncate(4 << 40)
    globs = {"coverage": (str(tmp_path / "*.xml"),)}

    with time_limit(20):
        [digest] = digests(tmp_path, globs).values()
        [found] = read_evidence(FileIndex.of(tmp_path), globs)

    assert digest.endswith("and more")
    assert "larger than" in (found.error or "")


def test_pipes_folders_devices_and_circles_of_links_are_no_evidence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "junit.xml")
    (tmp_path / "coverage.xml").mkdir()
    (tmp_path / "a.sarif").symlink_to("b.sarif")
    (tmp_path / "b.sarif").symlink_to("a.sarif")
    (tmp_path / "load.json").symlink_to("/dev/zero")
    (tmp_path / "app.py").write_text("x = 1\n", "utf-8")
    globs: dict[str, tuple[str, ...]] = {
        "junit": (str(tmp_path / "*.xml"), str(tmp_path / "junit.xml"), str(tmp_path / "coverage.xml"))
    }
    globs |= {"sarif": (str(tmp_path / "*.sarif"),), "load": (str(tmp_path / "load.json"),)}

    found = read_evidence(FileIndex.of(tmp_path), globs)

    assert {f.path for f in found} >= {"junit.xml", "a.sarif", "load.json"}
    assert all(f.error and not f.records for f in found)
    assert set(digests(tmp_path, globs)) == {f.path for f in found}
