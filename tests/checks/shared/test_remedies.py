"""A fix speaks of what the project is made with, and of nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from corpus import project
from findings import check

from kit.checks.shared.remedies import remedy
from kit.model import At, Check, Outcome
from kit.project import Project
from kit.registry import catalogue

WAYS = (
    (("prisma",), "`prisma migrate dev`."),
    (("node",), "`npm test`."),
    (("django",), "`manage.py test`."),
    (("python",), "`pytest`."),
    (("go", "rust"), "the tool of the language."),
)
EXPRESS = '{"name": "web", "dependencies": {"express": "4.0.0", "prisma": "5.0.0"}}'
DJANGO = '[project]\nname = "api"\ndependencies = ["django"]\n'


def mend(root: Path, files: dict[str, str], path: str, line: int | None = None) -> str:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return remedy(Project(root), one(), At(path, line))


def one() -> Check:
    return replace(check("SEC-001"), fix="Test it.", ways=WAYS)


@pytest.mark.parametrize(
    ("files", "path", "fix"),
    [
        ({"package.json": EXPRESS, "src/a.ts": "f()\n"}, "src/a.ts", "Test it: `prisma migrate dev`."),
        ({"package.json": "{}", "src/a.ts": "f()\n"}, "src/a.ts", "Test it: `npm test`."),
        ({"pyproject.toml": DJANGO, "api/a.py": "f()\n"}, "api", "Test it: `manage.py test`."),
        ({"go.mod": "module m\n", "main.go": "package main\n", "k8s/a.yaml": "kind: A\n"}, "k8s/a.yaml",
         "Test it: the tool of the language."),
        ({"pyproject.toml": DJANGO, "a.py": "f()\n", ".github/ci.yml": "on: push\n", ".github/tool.go": "package a\n"},
         ".github/ci.yml", "Test it: `manage.py test`."),
        ({"index.php": "<?php\n"}, "index.php", "Test it."),
        ({"README.md": "# It\n"}, ".", "Test it."),
    ],
)  # fmt: skip
def test_a_fix_is_told_in_the_terms_of_the_place(tmp_path: Path, files: dict[str, str], path: str, fix: str) -> None:
    assert mend(tmp_path, files, path) == fix


MIXED = {
    "web/package.json": EXPRESS,
    "web/server.js": 'require("express")().listen(80)\n',
    "api/pyproject.toml": DJANGO,
    "api/a.py": "f()\n",
    "api/b.py": "f()\n",
    "compose.yml": "services:\n  web:\n    build: web\n  api:\n    build: api\n",
    "web/Dockerfile": 'FROM scratch\nCOPY . .\nCMD ["node", "server.js"]\n',
    "api/Dockerfile": 'FROM scratch\nCOPY . .\nCMD ["python", "a.py"]\n',
}


@pytest.mark.parametrize(("resource", "backend"), [("google_x", "gcs"), ("azurerm_x", "azurerm"), ("aws_x", "s3")])
def test_a_fix_speaks_of_the_cloud_that_the_project_is_in(tmp_path: Path, resource: str, backend: str) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra/main.tf").write_text(f'resource "{resource}" "a" {{}}\n', "utf-8")
    state = next(c for c in catalogue() if c.id == "INF-001")

    fix = remedy(Project(tmp_path), state, At("infra"))

    assert [one for one in ("gcs", "azurerm", "s3") if f'backend "{one}"' in fix] == [backend]


def test_scripts_of_pages_make_no_project_of_node(tmp_path: Path) -> None:
    files = {"pyproject.toml": DJANGO, "app.py": "f()\n", **{f"static/{n}.js": "f()\n" for n in "abc"}}

    assert mend(tmp_path, files, ".") == "Test it: `manage.py test`."
    assert mend(tmp_path, files, "static/a.js") == "Test it: `npm test`."


def test_a_script_or_two_in_another_language_are_tools_at_its_side(tmp_path: Path) -> None:
    files = {"go.mod": "module m\n", "tool.py": "f()\n", **{f"{n}.go": "package main\n" for n in "abcdefghij"}}

    assert mend(tmp_path, files, ".") == "Test it: the tool of the language."
    assert mend(tmp_path, files, "tool.py") == "Test it: `pytest`."


def test_what_concerns_all_code_is_told_for_each_language_that_there_is(tmp_path: Path) -> None:
    assert mend(tmp_path, MIXED, ".") == "Test it: `manage.py test`; `prisma migrate dev`."


def test_a_service_in_a_compose_file_is_mended_in_its_own_language(tmp_path: Path) -> None:
    assert mend(tmp_path, MIXED, "compose.yml", 2) == "Test it: `prisma migrate dev`."
    assert mend(tmp_path, MIXED, "compose.yml", 4) == "Test it: `manage.py test`."


FOREIGN = {
    "node": re.compile(
        r"\b(npm|npx|pnpm|yarn|express|helmet|prisma|typeorm|pino|vitest|jest|eslint|tsc|multer|opossum|node_modules|NODE_ENV|process\.env"
        r"|package\.json|app\.use|res\.\w+|Math\.\w+|DOMPurify|node)\b",
        re.IGNORECASE,
    ),
    "python": re.compile(r"\b(pytest|alembic|django|flask|celery|uvicorn|structlog|ruff|mypy)\b|manage\.py"),
    "java": re.compile(r"\b(mvn|gradle|[Ss]pring|JaCoCo|resilience4j|[Ll]ogback)\b"),
    "go": re.compile(r"\b(go (test|vet|mod)|gin|gorm|gobreaker|slog)\b"),
}
"""Words of one platform that a project of another has no use for."""


@pytest.mark.xdist_group("corpus")
@pytest.mark.parametrize(
    ("name", "platform"),
    [("orders-go", "go"), ("booking-spring", "java"), ("clinic-fastapi", "python"), ("ledger-express", "node")],
)
def test_no_finding_of_a_project_is_mended_with_tools_of_another_language(name: str, platform: str) -> None:
    foreign = [words for other, words in FOREIGN.items() if other != platform]
    told = [f for f in project(name).findings if f.outcome not in {Outcome.PASS, Outcome.NOT_APPLICABLE}]

    assert told
    assert [(f.check, f.fix) for f in told if any(words.search(f.fix) for words in foreign)] == []
