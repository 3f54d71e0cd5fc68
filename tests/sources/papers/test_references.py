"""The files that commands certainly need."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.sources.commands.shell import commands
from kit.sources.papers.references import exists, missing, references
from kit.sources.tree.files import FileIndex


def needed(text: str) -> list[tuple[str, str]]:
    return [(r.path, r.kind) for c in commands(text, "x") for r in references(c)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python -u tools/a.py b.txt", [("tools/a.py", "script")]),
        ("node --require ./x.js dist/main", [("dist/main", "node")]),
        ("bash -x ci/b.sh", [("ci/b.sh", "script")]),
        ("./ci/c.sh --all", [("ci/c.sh", "script")]),
        ("source ./env.sh", [("env.sh", "script")]),
        ("cd api && python d.py", [("api", "directory"), ("api/d.py", "script")]),
        ("docker build -t x --build-arg A=1 -f a/D a", [("a/D", "dockerfile"), ("a", "context")]),
        ("docker compose -f a.yml --env-file .env.ci up -d", [("a.yml", "compose"), (".env.ci", "env")]),
        ("docker compose logs -f api", []),
        ("kubectl apply -f k8s/ -k over/prod", [("k8s", "manifest"), ("over/prod", "kustomization")]),
        ("kubectl logs -f pod", []),
        ("make -C sub all", [("sub", "directory")]),
        ("psql -f a.sql < b.sql", [("b.sql", "file"), ("a.sql", "sql")]),
        ("pytest tests/unit::test_x -k fast --junitxml out.xml", [("tests/unit", "tests")]),
        ("pytest --unknown maybe", []),
        ("helm upgrade api ./chart -f prod.yaml", [("chart", "chart"), ("prod.yaml", "values")]),
        ("go run ./cmd/api", [("cmd/api", "directory")]),
        ("go test ./...", []),
        ("cp .env.example .env", [(".env.example", "file")]),
        ("cp dist/a b", []),
        ("pip install -r requirements.txt", [("requirements.txt", "requirements")]),
        ("npx tsc -p tsconfig.build.json", [("tsconfig.build.json", "config")]),
        ("npx @scope/tool lint", []),
        ("python -c 'x'", []),
        ("python -m http.server", []),
        ("node -e 'x'", []),
        ("bash -c 'ls'", []),
        ("python $SCRIPT", []),
        ("kubectl apply -f https://example.com/a.yaml", []),
        ("docker build - < Dockerfile", [("Dockerfile", "file")]),
    ],
)  # fmt: skip
def test_only_what_is_certain_is_named(text: str, expected: list[tuple[str, str]]) -> None:
    assert needed(text) == expected


@pytest.fixture
def files(tmp_path: Path) -> FileIndex:
    for name in ("ci/run.sh", "src/index.ts", "app.py", ".gitignore"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("*.log\ngenerated/\n" if name == ".gitignore" else "x")
    return FileIndex.of(tmp_path)


def absent(files: FileIndex, text: str) -> list[str]:
    return [r.path for r in missing(files, commands(text, "x"))]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("bash ci/run.sh", True),
        ("bash ci/gone.sh", False),
        ("node src", True),
        ("node dist/main.js", None),
        ("python generated/a.py", None),
        ("bash /opt/a.sh", None),
    ],
)
def test_whether_it_exists_is_told_or_left_open(files: FileIndex, text: str, answer: bool | None) -> None:
    assert exists(files, references(commands(text, "x")[0])[0]) is answer


def test_what_is_brought_is_not_missing(files: FileIndex) -> None:
    found = commands("python other/gone.py\ncd other\npython gone.py", "x")

    assert len(missing(files, found)) == 3
    assert missing(files, found, ("other",)) == ()
    assert missing(files, found, (".",)) == ()


def test_a_file_that_nothing_gives_is_missing(files: FileIndex) -> None:
    assert absent(files, "python app.py\npython gone.py") == ["gone.py"]


@pytest.mark.parametrize(
    "text",
    [
        "curl -o gone.py https://example.com/gone.py\npython gone.py",
        "curl -O https://example.com/gone.py\npython gone.py",
        "echo x > gone.py\npython gone.py",
        "mkdir -p made\ncd made\npython gone.py",
        "git clone https://example.com/x\npython x/gone.py",
        "if [ -f gone.py ]; then python gone.py; fi",
        "python gone.py || true",
        "tar xf a.tgz\npython gone.py",
    ],
)
def test_what_a_command_makes_or_tests_for_is_not_missing(files: FileIndex, text: str) -> None:
    assert absent(files, text) == []
