"""A fix speaks of what the project is made with, and of nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from findings import check

from kit.checks.shared.remedies import remedy
from kit.model import At, Check
from kit.project import Project

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


def test_what_concerns_all_code_is_told_for_each_language_that_there_is(tmp_path: Path) -> None:
    assert mend(tmp_path, MIXED, ".") == "Test it: `manage.py test`; `prisma migrate dev`."


def test_a_service_in_a_compose_file_is_mended_in_its_own_language(tmp_path: Path) -> None:
    assert mend(tmp_path, MIXED, "compose.yml", 2) == "Test it: `prisma migrate dev`."
    assert mend(tmp_path, MIXED, "compose.yml", 4) == "Test it: `manage.py test`."
