"""A git directory is read, never run; what does not belong to the project is not followed."""

from __future__ import annotations

import os
from pathlib import Path

from dulwich import porcelain

from kit.sources.tree.git import read_git


def repository(root: Path, *tracked: str) -> str:
    """A repository with one commit of the tracked files; its revision."""
    porcelain.init(str(root))
    for name in tracked:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x\n")
    porcelain.add(str(root), [str(root / name) for name in tracked])
    author = b"A <a@example.org>"
    return porcelain.commit(str(root), b"first", author=author, committer=author).decode()


def test_a_folder_without_git_has_no_state(tmp_path: Path) -> None:
    assert read_git(tmp_path) is None


def test_revision_and_tracked_paths_are_read(tmp_path: Path) -> None:
    revision = repository(tmp_path, "a.txt", "b/c.txt")

    state = read_git(tmp_path)

    assert state is not None
    assert state.revision == revision
    assert state.tracked == {"a.txt", "b/c.txt"}
    assert state.problems == ()


def test_a_repository_without_a_commit_has_no_revision(tmp_path: Path) -> None:
    porcelain.init(str(tmp_path))

    state = read_git(tmp_path)

    assert state is not None
    assert (state.revision, state.tracked, state.problems) == (None, frozenset(), ())


def test_a_packed_branch_is_found(tmp_path: Path) -> None:
    revision = repository(tmp_path, "a.txt")
    branch = (tmp_path / ".git/HEAD").read_text().strip().removeprefix("ref: ")
    (tmp_path / ".git" / branch).unlink()
    (tmp_path / ".git/packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted\n{revision} {branch}\n")

    state = read_git(tmp_path)

    assert state is not None
    assert state.revision == revision


def test_a_broken_index_is_a_problem_and_the_revision_still_read(tmp_path: Path) -> None:
    revision = repository(tmp_path, "a.txt")
    (tmp_path / ".git/index").write_bytes(b"DIRC\0\0\0\2\0\0\0\7broken")

    state = read_git(tmp_path)

    assert state is not None
    assert state.revision == revision
    assert state.tracked is None
    assert "index" in state.problems[0].message


def test_a_worktree_outside_its_repository_is_followed_where_it_is_known_there(tmp_path: Path) -> None:
    revision = repository(tmp_path / "main", "a.txt")
    tree = tmp_path / "tree"
    tree.mkdir()
    store = tmp_path / "main/.git/worktrees/tree"
    store.mkdir(parents=True)
    (store / "HEAD").write_text(f"{revision}\n")
    (store / "commondir").write_text("../..\n")
    (store / "gitdir").write_text(f"{tree / '.git'}\n")
    (tree / ".git").write_text(f"gitdir: {store}\n")

    state = read_git(tree)

    assert state is not None
    assert state.revision == revision
    assert state.problems == ()


def test_a_git_file_that_names_a_stranger_is_not_followed(tmp_path: Path) -> None:
    repository(tmp_path / "stranger", "private.txt")
    project = tmp_path / "project"
    project.mkdir()
    (project / ".git").write_text("gitdir: ../stranger/.git\n")

    state = read_git(project)

    assert state is not None
    assert (state.revision, state.tracked) == (None, None)
    assert "does not belong" in state.problems[0].message


def test_files_of_git_that_lead_elsewhere_or_block_are_not_read(tmp_path: Path) -> None:
    repository(tmp_path, "a.txt")
    (tmp_path / ".git/index").unlink()
    os.mkfifo(tmp_path / ".git/index")
    branch = (tmp_path / ".git/HEAD").read_text().strip().removeprefix("ref: ")
    (tmp_path / ".git" / branch).unlink()
    (tmp_path / ".git" / branch).symlink_to("/etc/hostname")

    state = read_git(tmp_path)

    assert state is not None
    assert (state.revision, state.tracked) == (None, None)
    assert len(state.problems) == 2


def test_a_git_file_with_nonsense_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("nonsense")

    state = read_git(tmp_path)

    assert state is not None
    assert state.tracked is None
    assert len(state.problems) == 1
