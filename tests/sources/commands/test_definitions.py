"""What commands call is defined, is not, or cannot be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.sources.commands import makefiles, scripts, taskfiles
from kit.sources.commands.definitions import Definitions, missing_from, undefined_in
from kit.sources.commands.invocations import invocations
from kit.sources.commands.shell import commands
from kit.sources.formats.documents import Documents
from kit.sources.packages import find as packages
from kit.sources.tree.files import FileIndex

TEXTS = {
    "package.json": '{"name": "root", "workspaces": ["apps/*"], "scripts": {"build": "turbo run build"}}',
    "apps/web/package.json": '{"name": "@x/web", "scripts": {"dev": "next dev", "test:unit": "jest"}}',
    "turbo.json": '{"tasks": {"build": {}, "@x/web#lint": {}}}',
    "Makefile": "build:\n\tls\n",
    "open/Makefile": "include made.mk\n",
    "cmake/CMakeLists.txt": "",
    "Taskfile.yml": "tasks: {lint: ls}\n",
    "py/pyproject.toml": '[project]\ndependencies = ["served-app"]\n[tool.taskipy.tasks]\ntest = "x"\n',
    "py/app/__init__.py": "",
    "py/app/main.py": "",
    "py/src/lib/mod.py": "",
    "ops/run.sh": "npm run gone\nnpm run build\nbash helper.sh\nbash absent.sh\nbash ops/helper.sh\n",
    "ops/helper.sh": "",
}


@pytest.fixture
def definitions(tmp_path: Path) -> Definitions:
    for name, text in TEXTS.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    files = FileIndex.of(tmp_path)
    documents = Documents(files)
    made = (*makefiles.find(files), *taskfiles.find(files, documents))
    return Definitions(files, documents, packages.find(files, documents), made)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("npm run build", True),
        ("npm run gone", False),
        ("npm run gone --if-present", None),
        ("yarn gone", None),
        ("npm start", None),
        ("cd apps/web && npm run dev", True),
        ("cd apps/web/src && npm run dev", True),
        ("cd $X && npm run gone", None),
        ("npm run dev -w @x/web", True),
        ("pnpm --filter web run dev", True),
        ("pnpm --filter ./apps/web run gone", False),
        ("pnpm -r run gone", None),
        ("run-s 'test:*'", False),
        ("cd apps/web && run-s 'test:*'", True),
        ("turbo run build lint", True),
        ("turbo run gone", False),
        ("make build", True),
        ("make gone", False),
        ("make package.json", True),
        ("make -C open gone", None),
        ("make -C cmake all", None),
        ("make -C apps all", False),
        ("task lint", True),
        ("task gone", False),
        ("cd py && uv run task test", True),
        ("just gone", None),
        ("cd py && python -m app.main", True),
        ("cd py && python -m app.gone", False),
        ("cd py && python -m lib.mod", True),
        ("python -m app.gone", None),
        ("python -m http.server", None),
        ("cd py && uvicorn app.main:app", True),
        ("cd py && uvicorn app:create", True),
        ("cd py && uvicorn nothing.main:app", False),
        ("cd py && uvicorn served_app.main:app", None),
        ("nx build api", None),
    ],
)
def test_names_are_looked_up_where_they_are_called(definitions: Definitions, text: str, expected: bool | None) -> None:
    call = next(i for c in commands(text, "x") for i in invocations(c))

    assert definitions.defined(call) is expected


def test_a_script_is_judged_from_wherever_it_may_be_started(definitions: Definitions) -> None:
    script = next(s for s in scripts.find(definitions.files) if s.path == "ops/run.sh")

    assert [(r.path, r.at.line) for r in missing_from(definitions.files, script)] == [("absent.sh", 4)]
    assert [(c.name, c.at.line) for c in undefined_in(definitions, script)] == [("gone", 1)]


def test_a_folder_of_an_image_has_no_package(definitions: Definitions) -> None:
    command = commands("cd /app/web && npm run dev", "start.sh")[-1]

    assert [definitions.package_for(call) for call in invocations(command)] == [()]
