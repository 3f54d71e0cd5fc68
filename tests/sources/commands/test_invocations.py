"""Package scripts, make targets, tasks and modules that commands call by name."""

from __future__ import annotations

import pytest

from kit.sources.commands.invocations import Invocation, invocations
from kit.sources.commands.shell import commands


def called(text: str) -> list[Invocation]:
    return [i for c in commands(text, "x", 7) for i in invocations(c)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("npm run build", [("script", "build")]),
        ("npm run build --if-present", [("script", "build")]),
        ("npm t", [("script", "test")]),
        ("npm ci", []),
        ("npm install --prefix web", []),
        ("yarn build --mode x", [("script", "build")]),
        ("yarn install --immutable", []),
        ("pnpm -r --filter api run lint", [("script", "lint")]),
        ("pnpm add run", []),
        ("npx npm-run-all clean 'test:*'", [("script", "clean"), ("script", "test:*")]),
        ("concurrently npm:a 'npm run b'", [("script", "a"), ("script", "b")]),
        ("make -j4 -C sub build VERSION=1 test", [("target", "build"), ("target", "test")]),
        ("make", [("target", "(default)")]),
        ("just build x", [("recipe", "build")]),
        ("task lint test VAR=1", [("task", "lint"), ("task", "test")]),
        ("turbo run build test --filter web", [("turbo", "build"), ("turbo", "test")]),
        ("pnpm turbo lint", [("turbo", "lint")]),
        ("nx run-many -t build,test", [("nx", "build"), ("nx", "test")]),
        ("nx run api:serve", [("nx", "serve")]),
        ("lerna run build", [("lerna", "build")]),
        ("python -m pkg.mod --x", [("module", "pkg.mod")]),
        ("uvicorn app.main:app --host 0.0.0.0 --port 80", [("module", "app.main")]),
        ("gunicorn -b 0.0.0.0:80 -w 4 wsgi:app", [("module", "wsgi")]),
        ("celery -A proj worker", [("module", "proj")]),
        ("flask --app shop:create run", [("module", "shop")]),
        ("npm run $NAME", []),
    ],
)
def test_names_are_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(i.kind, i.name) for i in called(text)] == expected


@pytest.mark.parametrize(
    ("text", "directory", "package"),
    [
        ("cd web && npm run x", "web", None),
        ("npm --prefix web run x", "web", None),
        ("npm run x -w @a/web", ".", "@a/web"),
        ("pnpm --filter=web run x", ".", "web"),
        ("yarn workspace web run x", ".", "web"),
        ("yarn workspaces foreach -A run x", ".", "*"),
        ("make -C sub x", "sub", None),
        ("cd $X && npm run x", None, None),
        ("uvicorn --app-dir src x:app", "src", None),
    ],
)
def test_where_a_name_is_looked_up_is_told(text: str, directory: str | None, package: str | None) -> None:
    call = called(text)[-1]

    assert (call.name, call.directory, call.package, call.at.line) == ("x", directory, package, 7)


def test_a_name_that_may_be_a_program_is_not_certain() -> None:
    assert called("npm run x")[0].certain
    assert not called("yarn x")[0].certain
    assert called("npm run x --if-present")[0].optional


def test_an_application_keeps_its_attribute() -> None:
    call = called("uvicorn app.main:create_app --factory")[0]

    assert (call.served, call.attribute) == (True, "create_app")
