"""The index holds what belongs to a project, and reads nothing from outside of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dulwich import porcelain

from kit.model import FileClass
from kit.sources.tree import walk
from kit.sources.tree.files import MAX_BYTES, FileIndex, clean


def index(root: Path, **files: str) -> FileIndex:
    """An index of files; `__` in a name is a slash, `_DOT_` a dot."""
    for name, text in files.items():
        write(root, name.replace("__", "/").replace("_DOT_", "."), text)
    return FileIndex.of(root)


def write(root: Path, name: str, text: str | bytes = "x\n") -> None:
    place = root / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text.encode() if isinstance(text, str) else text)


def messages(files: FileIndex) -> dict[str, str]:
    return {problem.at.path: problem.message for problem in files.problems}


def test_paths_are_sorted_and_relative(tmp_path: Path) -> None:
    files = index(tmp_path, b_DOT_txt="", a__c_DOT_txt="")

    assert files.paths == ("a/c.txt", "b.txt")
    assert "a/c.txt" in files
    assert "./a//c.txt" in files
    assert files.is_dir("a")
    assert files.is_dir(".")
    assert not files.is_dir("b.txt")
    assert "../b.txt" not in files
    assert len(files) == len(list(files)) == 2


def test_ignored_files_are_left_out_unless_git_tracks_them(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", "*.log\n/out/\n")
    write(tmp_path, "out/tracked.txt")
    write(tmp_path, "out/untracked.txt")
    write(tmp_path, "new.txt")
    porcelain.init(str(tmp_path))
    porcelain.add(str(tmp_path), [str(tmp_path / ".gitignore")])
    repo = porcelain.open_repo(str(tmp_path))
    repo.get_worktree().stage(["out/tracked.txt"])

    files = FileIndex.of(tmp_path)

    assert files.is_git
    assert files.paths == (".gitignore", "new.txt", "out/tracked.txt")
    assert files.tracked("out/tracked.txt") is True
    assert files.tracked("new.txt") is False
    assert files.ignored("out/untracked.txt")
    assert not files.ignored("out/tracked.txt")


def test_a_tracked_file_that_is_gone_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    porcelain.init(str(tmp_path))
    porcelain.add(str(tmp_path), [str(tmp_path / "a.txt")])
    (tmp_path / "a.txt").unlink()

    files = FileIndex.of(tmp_path)

    assert files.paths == ()
    assert files.tracked("a.txt")


def test_without_git_ignore_files_count_and_nothing_is_known_to_be_tracked(tmp_path: Path) -> None:
    files = index(tmp_path, _DOT_gitignore="dist\n", dist__a_DOT_js="", b_DOT_js="")

    assert not files.is_git
    assert files.revision is None
    assert files.paths == (".gitignore", "b.js")
    assert files.tracked("b.js") is None
    assert files.ignored("dist/")
    assert files.on_disk("dist/a.js")
    assert not files.on_disk("dist/b.js")


def test_without_git_ignored_code_among_sources_is_taken_and_what_is_made_is_not(tmp_path: Path) -> None:
    names = ["cmd/server/main.go", "src/config/db.ts", "src/config/notes.txt", "src/dist/a.js", "env/a.py", "src/.env"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n")
    (tmp_path / ".gitignore").write_text("server\nconfig\ndist\nenv/\n.env\n")

    files = FileIndex.of(tmp_path)

    assert files.paths == (".gitignore", "cmd/server/main.go", "src/config/db.ts")
    assert files.unsure == {"cmd/server/main.go", "src/config/db.ts"}
    assert files.ignored("src/config/db.ts")


def test_a_folder_that_is_yet_to_be_built_is_ignored_by_a_folder_rule(tmp_path: Path) -> None:
    files = index(tmp_path, _DOT_gitignore="dist/\n")

    assert files.ignored("dist")
    assert files.ignored("web/dist/app.js")
    assert not files.ignored("web/src")
    assert not files.ignored("..")


@pytest.mark.parametrize("name", ["node_modules/x/index.js", ".venv/lib/a.py", "env/pyvenv.cfg", "a/.git/config"])
def test_what_installers_leave_behind_is_not_walked_into(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)

    assert FileIndex.of(tmp_path).paths == ()


def test_a_link_to_a_file_inside_is_read_as_that_file(tmp_path: Path) -> None:
    write(tmp_path, "a/real.txt", "inside\n")
    (tmp_path / "link.txt").symlink_to("a/real.txt")

    files = FileIndex.of(tmp_path)

    assert files.text("link.txt") == "inside\n"
    assert files.problems == ()


def test_a_link_out_of_the_root_is_a_problem_and_never_read(tmp_path: Path) -> None:
    write(tmp_path, "secret.txt", "outside")
    root = tmp_path / "project"
    root.mkdir()
    (root / "file").symlink_to("../secret.txt")
    (root / "folder").symlink_to("..")
    (root / "absolute").symlink_to("/etc/hostname")
    (root / "nowhere").symlink_to("absent")

    files = FileIndex.of(root)

    assert files.paths == ()
    assert files.text("file") == files.text("folder/secret.txt") == ""
    assert not files.on_disk("file")
    assert not files.on_disk("folder/secret.txt")
    assert set(messages(files)) == {"file", "folder", "absolute", "nowhere"}
    assert "out of the project" in messages(files)["file"]


def test_a_link_into_the_git_directory_is_not_read(tmp_path: Path) -> None:
    porcelain.init(str(tmp_path))
    (tmp_path / "config.txt").symlink_to(".git/config")

    assert FileIndex.of(tmp_path).paths == ()


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    write(tmp_path, "a/b.txt")
    (tmp_path / "a/up").symlink_to("..")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")

    assert FileIndex.of(tmp_path).paths == ("a/b.txt",)


def test_a_tracked_path_below_a_link_that_leads_out_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, "outside/a.txt", "private")
    root = tmp_path / "project"
    write(root, "sub/a.txt")
    porcelain.init(str(root))
    porcelain.add(str(root), [str(root / "sub/a.txt")])
    (root / "sub/a.txt").unlink()
    (root / "sub").rmdir()
    (root / "sub").symlink_to("../outside")

    files = FileIndex.of(root)

    assert files.paths == ()
    assert "private" not in files.text("sub/a.txt")


def test_pipes_are_skipped(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")

    assert FileIndex.of(tmp_path).paths == ()


def test_an_unreadable_file_is_a_problem(tmp_path: Path) -> None:
    files = index(tmp_path, a_DOT_txt="x")
    (tmp_path / "a.txt").unlink()

    assert files.text("a.txt") == ""
    assert messages(files) == {"a.txt": "The file cannot be read: No such file or directory"}


def test_an_unreadable_folder_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(walk.os, "scandir", refused)

    assert messages(FileIndex.of(tmp_path)) == {".": "The folder cannot be read: Permission denied"}


def test_too_many_files_are_cut_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MAX_FILES", 2)

    files = index(tmp_path, a="", b="", c="")

    assert len(files) == 2
    assert "More than 2" in messages(files)["."]


def test_a_file_too_large_is_listed_and_not_read(tmp_path: Path) -> None:
    write(tmp_path, "big.sql", b"x" * (MAX_BYTES + 1))

    files = FileIndex.of(tmp_path)

    assert files.text("big.sql") == ""
    assert not files.is_text("big.sql")
    assert files.size("big.sql") == MAX_BYTES + 1
    assert "too large" in messages(files)["big.sql"]


def test_binary_is_listed_without_text(tmp_path: Path) -> None:
    write(tmp_path, "a.png", b"\x89PNG\0")

    files = FileIndex.of(tmp_path)

    assert files.text("a.png") == files.head("a.png") == ""
    assert files.lines("a.png") == []
    assert files.problems == ()


def test_a_repaired_encoding_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "Größe der Straße und Bücher für alle.\n".encode("cp1252") * 9)

    files = FileIndex.of(tmp_path)

    assert "Größe" in files.text("a.txt")
    assert "not UTF-8" in messages(files)["a.txt"]


def test_a_name_that_is_no_unicode_can_be_shown(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_text("x\n")

    files = FileIndex.of(tmp_path)

    assert files.paths == ("\\xff.txt",)
    assert files.text("\\xff.txt") == "x\n"
    assert files.paths[0].encode()


def test_glob_is_as_in_gitignore(tmp_path: Path) -> None:
    files = index(tmp_path, a_DOT_tf="", k8s__b_DOT_tf="", k8s__x__c_DOT_yaml="", tests__k8s__d_DOT_yaml="")

    assert files.glob("*.tf") == ("a.tf", "k8s/b.tf")
    assert files.glob("/k8s/**") == ("k8s/b.tf", "k8s/x/c.yaml")
    assert files.glob("**/k8s/**/*.yaml") == ("k8s/x/c.yaml", "tests/k8s/d.yaml")
    assert files.glob("*.yaml", classes={FileClass.PRODUCTION}) == ("k8s/x/c.yaml",)
    assert files.glob("*.tf", "*.yaml", "!tests/") == ("a.tf", "k8s/b.tf", "k8s/x/c.yaml")


def test_names_are_found_in_any_case(tmp_path: Path) -> None:
    files = index(tmp_path, Dockerfile="", web__dockerfile="")

    assert files.named("DOCKERFILE") == ("Dockerfile", "web/dockerfile")


def test_lines_have_no_ends_and_are_counted(tmp_path: Path) -> None:
    files = index(tmp_path, a_DOT_txt="one\r\ntwo\n", b_DOT_txt="one\ntwo", c_DOT_txt="")

    assert files.lines("a.txt") == files.lines("b.txt") == ["one", "two"]
    assert files.line_count("a.txt") == 2
    assert files.line_count("c.txt") == 0
    assert files.line_count("absent") == 0


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    files = index(tmp_path, a_DOT_txt="x")

    assert files.sha256("a.txt").startswith("2d711642b726b044")


def test_an_excerpt_is_masked_with_what_stands_around_it(tmp_path: Path) -> None:
    text = "env:\n  - name: DB_PASSWORD\n    value: kX9vQ2mP7zLw\n"
    files = index(tmp_path, pod_DOT_yaml=text)

    assert files.excerpt("pod.yaml", 3, 3) == "    value: kX********"
    assert files.excerpt("pod.yaml", 2, 99).startswith("  - name: DB_PASSWORD\n")
    assert files.excerpt("absent", 1, 2) == ""


def test_a_generated_file_is_told_by_its_head(tmp_path: Path) -> None:
    files = index(tmp_path, a_DOT_go="// Code generated by tool. DO NOT EDIT.\npackage a\n", b_DOT_go="package b\n")

    assert files.class_of("a.go") is FileClass.GENERATED
    assert files.class_of("b.go") is FileClass.PRODUCTION
    assert files.languages == {"go": 1}


def test_the_environment_is_read_from_the_path(tmp_path: Path) -> None:
    assert FileIndex.of(tmp_path).environment_of("k8s/overlays/prod/patch.yaml") == "production"


@pytest.mark.parametrize(
    ("path", "expected"), [("./a//b/", "a/b"), (".", ""), ("../a", None), ("/a", None), ("a/../../b", None)]
)
def test_paths_are_cleaned(path: str, expected: str | None) -> None:
    assert clean(path) == expected


def test_a_route_is_the_end_of_a_path_or_of_a_folder_by_whole_names(tmp_path: Path) -> None:
    for name in ("a/docs/plan.md", "b/docs/plan.md", "b/old-docs/x.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", "utf-8")
    files = FileIndex.of(tmp_path)

    assert files.ending("docs/plan.md") == "a/docs/plan.md"
    assert files.ending("b/docs") == "b/docs/plan.md"
    assert files.ending("docs/x.md") is None
    assert files.ending("DOCS/plan.md") is None
