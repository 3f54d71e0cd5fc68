"""Trees that want to be followed out of the project, to block, to be endless, or to be called what breaks a report."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from kit.sources.tree.files import MAX_BYTES, FileIndex
from kit.sources.tree.ignore import tame

NAMES = (
    "new\nline.yaml", "quo'te\".py", "<script>alert(1)<script>.md", "\u202egpj.exe.js", "{{< include x >}}.md",
    "=cmd|' calc'!A1.sql", "`tick`.tf", "$(touch x).sh", "-rf.sh", "a|b.md", "bell\x07.yaml", "]]><x>.py", "%s%n.toml",
    "  .yaml", "\\n.json", "a" * 251 + ".py", "\U0001f525.md", "é.py", "e\u0301.py",
)  # fmt: skip


def test_links_that_lead_out_are_named_and_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "secret.txt").write_text("outside", "utf-8")
    for name, target in {"up": "..", "etc": "/etc", "Dockerfile": "../secret.txt", "far": "/etc/passwd"}.items():
        (root / name).symlink_to(target)
    (root / "chain").symlink_to("link")
    (root / "link").symlink_to("../secret.txt")

    index = FileIndex.of(root)

    assert index.paths == ()
    assert {str(p.at.path) for p in index.problems} == {"up", "etc", "Dockerfile", "far", "chain", "link"}
    assert not index.on_disk("../secret.txt")
    assert index.text("Dockerfile") == ""


def test_links_in_circles_end(tmp_path: Path) -> None:
    for name, target in {"a": "b", "b": "a", "self": "self", "here": ".", "folder/up": ".."}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(target)
    (tmp_path / "x.py").write_text("x = 1\n", "utf-8")

    assert FileIndex.of(tmp_path).paths == ("x.py",)


def test_pipes_sockets_and_devices_block_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (".gitignore", ".env", "Dockerfile", "package.json", ".git/config", ".git/info/exclude"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        os.mkfifo(tmp_path / name)
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(tmp_path)  # the path of a socket is short
        listening.bind("compose.yaml")
    with suppress(PermissionError):  # few may make devices
        for name, number in {"null.tf": 3, "Makefile": 5, "random.sql": 9}.items():
            os.mknod(name, 0o666 | stat.S_IFCHR, os.makedev(1, number))
    (tmp_path / "x.py").write_text("x = 1\n", "utf-8")

    assert FileIndex.of(tmp_path).paths == ("x.py",)


@pytest.mark.parametrize("kind", ["pipe", "endless", "circle"])
def test_a_reference_of_git_that_is_no_plain_file_is_not_opened(tmp_path: Path, kind: str) -> None:
    heads = tmp_path / ".git/refs/heads"
    heads.mkdir(parents=True)
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/main\n", "utf-8")
    (heads / "main").write_text("ref: refs/heads/next\n", "utf-8")
    if kind == "pipe":
        os.mkfifo(heads / "next")
    elif kind == "endless":
        (heads / "next").symlink_to("/dev/zero")
    else:
        (heads / "next").write_text("ref: refs/heads/main\n", "utf-8")

    index = FileIndex.of(tmp_path)

    assert index.revision is None
    assert "revision cannot be read" in index.problems[0].message


@pytest.mark.parametrize(
    "text", ["gitdir: /etc\n", "gitdir: ../../..\n", "gitdir: .git\n", "x" * 100_000, "gitdir: a\0b\n"]
)
def test_a_git_file_that_leads_elsewhere_is_not_followed(tmp_path: Path, text: str) -> None:
    (tmp_path / ".git").write_text(text, "utf-8")
    (tmp_path / "x.py").write_text("x = 1\n", "utf-8")

    index = FileIndex.of(tmp_path)

    assert index.paths == ("x.py",) and index.revision is None
    assert "git directory cannot be used" in index.problems[0].message


def test_names_of_every_sign_are_kept_as_they_can_be_shown(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_text("a: 1\n", "utf-8")
    handle = os.open(os.fsencode(tmp_path) + b"/bad\xff\xfe.yaml", os.O_CREAT | os.O_WRONLY)
    os.close(handle)

    index = FileIndex.of(tmp_path)

    assert set(index.paths) == {*NAMES, "bad\\xff\\xfe.yaml"}
    assert all(index.text(name) == "a: 1\n" for name in NAMES)
    assert "".join(index.paths).encode("utf-8")


def test_two_hundred_levels_of_folders_are_walked(tmp_path: Path) -> None:
    deep = tmp_path / "/".join(["d"] * 200)
    deep.mkdir(parents=True)
    (deep / "Dockerfile").write_text("FROM a\n", "utf-8")

    assert FileIndex.of(tmp_path).paths == ("d/" * 200 + "Dockerfile",)


def test_a_sparse_file_of_terabytes_is_neither_read_nor_hashed_whole(tmp_path: Path) -> None:
    with (tmp_path / "dump.sql").open("wb") as stream:
        stream.write(b"-- dump\n" * 2000)
        stream.truncate(2**42)
    index = FileIndex.of(tmp_path)
    begun = time.perf_counter()

    assert index.text("dump.sql") == ""
    assert len(index.sha256("dump.sql")) == 64
    assert "too large" in index.problems[0].message
    assert time.perf_counter() - begun < 5


def test_the_hash_of_a_large_file_tells_its_ends_and_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.sources.tree.files.MAX_HASHED", 3 * MAX_BYTES)
    place, found = tmp_path / "big.bin", set()
    for end, size in (("a", 4), ("b", 4), ("a", 5)):
        place.write_bytes(b"\1" * size * MAX_BYTES + end.encode())
        found.add(FileIndex.of(tmp_path).sha256("big.bin"))

    assert len(found) == 3


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a: 1\r\nb: 2\r", "a: 1\nb: 2\n"),
        (b"\xef\xbb\xbfa: 1\n", "a: 1\n"),
        ("a: é\n".encode("utf-16"), "a: é\n"),
        ("a: 1\n".encode("utf-16-be"), "a: 1\n"),
        (b"\xff\xfe\x00\xd8", "�"),
        (b"a: 1\0\0\0\x01" * 10, ""),
        (b"\x7fELF not yaml", ""),
    ],
)
def test_every_encoding_is_read_or_told_from_text(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "a.yaml").write_bytes(data)

    assert FileIndex.of(tmp_path).text("a.yaml") == text


UNREADABLE = """
import os, sys
from pathlib import Path
from kit.sources.tree.files import FileIndex
os.setgid(65534); os.setuid(65534)
index = FileIndex.of(Path(sys.argv[1]))
problems = index.problems
print(sorted(index.paths), sorted(str(p.at.path) for p in problems))
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody who may not read")
def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder.is_relative_to("/tmp"):  # noqa: S108 - where pytest works
            folder.chmod(folder.stat().st_mode | 0o055)
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed/a.py").touch()
    for name in ("secret.py", "open.py"):
        (tmp_path / name).write_text("x = 1\n", "utf-8")
    (tmp_path / "secret.py").chmod(0)
    (tmp_path / "closed").chmod(0)

    done = subprocess.run([sys.executable, "-c", UNREADABLE, tmp_path], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['open.py', 'secret.py'] ['closed', 'secret.py']"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
@given(
    st.text(alphabet="ab*?[]!/.", min_size=1, max_size=12),
    st.lists(st.text(alphabet="ab./", min_size=1, max_size=12), min_size=1, max_size=8),
)
def test_a_tamed_pattern_matches_what_git_s_does(line: str, names: list[str]) -> None:
    try:
        plain = GitIgnoreSpecPattern(line)
    except ValueError:
        return
    quick = tame(line)

    for name in names:
        expected = plain.regex.match(name) if plain.regex is not None else None
        found = quick.regex.match(name) if quick.regex is not None else None
        assert bool(expected) is bool(found), (line, name)
