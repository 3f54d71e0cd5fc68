"""What has changed since a revision or a time, out of the git directory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dulwich.repo import Repo

from kit.sources.tree.history import History

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def commit(repo: Repo, files: Mapping[str, str], when: datetime) -> str:
    """A commit of what the files now hold, at a time."""
    for name, text in files.items():
        (Path(repo.path) / name).write_text(text)
    work = repo.get_worktree()
    work.stage(list(files))
    who = b"A <a@example.org>"
    made = work.commit(
        message=b"x", committer=who, author=who, commit_timestamp=when.timestamp(), commit_timezone=0, author_timezone=0
    )
    return made.decode()


@pytest.fixture
def revisions(tmp_path: Path) -> list[str]:
    """Three commits, an hour apart: a.py, then b.py, then a.py again."""
    repo = Repo.init(tmp_path)
    changes = ({"a.py": "1"}, {"b.py": "1"}, {"a.py": "2"})
    return [commit(repo, files, NOON + timedelta(hours=n)) for n, files in enumerate(changes)]


def test_what_differs_from_an_earlier_revision_is_told(tmp_path: Path, revisions: list[str]) -> None:
    history = History(tmp_path, revisions[-1])

    assert history.since_revision(revisions[0]) == {"a.py", "b.py"}
    assert history.since_revision(revisions[1]) == {"a.py"}
    assert history.since_revision(revisions[2]) == frozenset()


def test_a_revision_may_be_shortened_to_seven_digits_and_no_further(tmp_path: Path, revisions: list[str]) -> None:
    history = History(tmp_path, revisions[-1])

    assert history.since_revision(revisions[1][:7]) == {"a.py"}
    assert history.since_revision(revisions[1][:6]) is None


def test_a_revision_that_is_not_there_is_not_known(tmp_path: Path, revisions: list[str]) -> None:
    assert History(tmp_path, revisions[-1]).since_revision("f" * 40) is None
    assert History(tmp_path, revisions[-1]).since_revision("no revision at all") is None


@pytest.mark.parametrize(
    ("hours", "changed"),
    [(-1, None), (0, {"a.py", "b.py"}), (0.5, {"a.py", "b.py"}), (1.5, {"a.py"}), (5, set())],
)
def test_what_has_changed_since_a_time_is_what_later_commits_changed(
    tmp_path: Path, revisions: list[str], hours: float, changed: set[str] | None
) -> None:
    assert History(tmp_path, revisions[-1]).since(NOON + timedelta(hours=hours)) == changed


def test_a_folder_without_git_or_without_a_commit_tells_nothing(tmp_path: Path) -> None:
    assert History(tmp_path, None).since(NOON) is None
    assert History(tmp_path, "a" * 40).since_revision("b" * 40) is None


def test_objects_that_stand_elsewhere_are_not_followed(tmp_path: Path, revisions: list[str]) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    Repo.init(inner)
    (inner / ".git" / "objects" / "info").mkdir(exist_ok=True)
    (inner / ".git" / "objects" / "info" / "alternates").write_text(f"{tmp_path}/.git/objects\n")

    assert History(inner, revisions[-1]).since_revision(revisions[0]) is None


def test_a_broken_object_tells_nothing(tmp_path: Path, revisions: list[str]) -> None:
    broken = tmp_path / ".git" / "objects" / revisions[0][:2] / revisions[0][2:]
    broken.chmod(0o644)
    broken.write_bytes(b"nothing of use")

    assert History(tmp_path, revisions[-1]).since_revision(revisions[0]) is None
    assert History(tmp_path, revisions[-1]).since(NOON) is None
