"""Trees that git can hold and people stumble over: pointers in place of content, names that differ in case, submodules."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.project import Project
from kit.registry import catalogue
from kit.run import run_check

POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 132735232\n"
)


def made(root: Path, files: dict[str, str]) -> Project:
    """A project of these files, everything of which can be read."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    project = Project(root)
    project.warm()
    return project


@pytest.mark.parametrize(
    "name", ["package.json", "docker-compose.yml", "main.tf", "schema.sql", "pyproject.toml", "app.py", "openapi.yaml"]
)
def test_a_pointer_of_git_lfs_is_no_content_and_stops_no_source(tmp_path: Path, name: str) -> None:
    project = made(tmp_path, {".gitattributes": "* filter=lfs diff=lfs merge=lfs -text\n", name: POINTER})

    assert not project.given_up and project.files.text(name) == POINTER
    assert not project.system.services and not project.packages[1:]
    errors = [f.message for c in catalogue() for f in run_check(project, c) if f.outcome == "error"]
    assert not errors


def test_names_that_differ_in_case_alone_are_two_files(tmp_path: Path) -> None:
    texts = {"README.md": "# One\n", "readme.md": "# Two\n", "k8s/a.yaml": "a: 1\n", "k8s/A.yaml": "a: 2\n"}
    if (tmp_path / "x").write_text("") == 0 and (tmp_path / "X").exists():
        pytest.skip("this file system knows no case")
    (tmp_path / "x").unlink()

    project = made(tmp_path, {**texts, "Dockerfile": "FROM a:1\n", "dockerfile": "FROM b:1\n"})

    assert {path: project.files.text(path) for path in texts} == texts
    assert project.files.named("readme.md") == ("README.md", "readme.md")
    assert {m.path for m in project.markdown} == {"README.md", "readme.md"}
    assert [project.documents.get(f"k8s/{n}.yaml").root.data["a"].data for n in "aA"] == [1, 2]
    assert {d.path for d in project.dockerfiles} == {"Dockerfile", "dockerfile"}


@pytest.mark.parametrize("path", ["lib", "../../etc", "/etc", ".", "", "lib\n\tpath = /etc", "\u202ebil", "a" * 5000])
def test_submodules_are_named_by_their_file_and_followed_nowhere(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("outside", "utf-8")
    root = tmp_path / "project"
    (root / "lib").mkdir(parents=True)
    (root / "lib/.git").write_text("gitdir: ../../../../etc\n", "utf-8")
    text = f'[submodule "x"]\n\tpath = {path}\n\turl = ext::sh -c "touch {tmp_path}/fired"\n\tupdate = !touch fired\n'

    project = made(root, {".gitmodules": text, "main.py": "import lib\n"})
    for check in catalogue():
        run_check(project, check)

    assert project.files.paths == (".gitmodules", "main.py")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["project", "secret"]
