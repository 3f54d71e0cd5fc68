"""Commands that run another command are taken off."""

from __future__ import annotations

import pytest

from kit.sources.commands.shell import commands
from kit.sources.commands.wrappers import expanded, unwrap


def words(text: str) -> tuple[str, ...]:
    return unwrap(commands(text, "x")[0]).words


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("sudo -u app env A=1 timeout -k 5 60 npm test", ("npm", "test")),
        ("npx --yes -p x tsc -p .", ("tsc", "-p", ".")),
        ("uv run --directory backend --with x pytest -q", ("pytest", "-q")),
        ("uv run tools/go.py --fast", ("python", "tools/go.py", "--fast")),
        ("poetry run python -m pytest tests", ("pytest", "tests")),
        ("python -m uvicorn app:main", ("uvicorn", "app:main")),
        ("python -m pkg.mod", ("python", "-m", "pkg.mod")),
        ("coverage run --source=app -m pytest tests", ("pytest", "tests")),
        ("pnpm turbo run build", ("turbo", "run", "build")),
        ("pnpm build", ("pnpm", "build")),
        ("dotenv -e .env -- next dev", ("next", "dev")),
        ("go run github.com/onsi/ginkgo/v2/ginkgo -r", ("ginkgo", "-r")),
        ("go run gotest.tools/gotestsum@v1.12.0 ./...", ("gotestsum", "./...")),
        ("go run ./cmd/server", ("go", "run", "./cmd/server")),
        ("go run main.go", ("go", "run", "main.go")),
        ("sudo", ("sudo",)),
    ],
)
def test_the_command_that_really_runs_is_found(text: str, inner: tuple[str, ...]) -> None:
    assert words(text) == inner


def test_variables_and_directory_come_along() -> None:
    inner = unwrap(commands("cross-env A=1 uv run --directory backend pytest", "x")[0])

    assert inner.env == (("A", "1"),)
    assert inner.directory == "backend"


def test_concurrently_starts_each_of_its_commands() -> None:
    command = commands('concurrently "npm run a" "cd api && node b.js"', "x")[0]

    assert [c.program for c in expanded(command)] == ["concurrently", "npm", "cd", "node"]
