"""How far what was seen carries: a part of an enumeration, a tool run by hand, SQL that nobody applies."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from kit.claims.examine import examine
from kit.claims.marks import mark_of
from kit.claims.model import Claim
from kit.claims.read import read
from kit.project import Project

PIPELINE = """\
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: npm test
      {more}
"""


def claim(root: Path, text: str, **files: str) -> Claim:
    for name, content in {"package.json": '{"name": "a", "dependencies": {"pg": "8.0.0"}}', **files}.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, "utf-8")
    return examine(Project(root), [read(dedent(text), "report.md")]).claims[0]


def test_one_of_two_databases_bears_out_a_part(tmp_path: Path) -> None:
    files = {"db.js": "const { Pool } = require('pg')\nmodule.exports = new Pool()\n"}

    assert claim(tmp_path, "- Database Support: PostgreSQL, MySQL support", **files).verdict.value == "partly"
    assert claim(tmp_path, "- Database Support: PostgreSQL", **files).verdict.value == "confirmed"


def test_a_scanner_that_somebody_ran_once_need_not_be_in_the_project(tmp_path: Path) -> None:
    assert claim(tmp_path, "- A Bandit scan found no further defects").verdict.value == "undecidable"


def test_a_place_that_nobody_filled_in_claims_nothing(tmp_path: Path) -> None:
    assert claim(tmp_path, "- Database: [PostgreSQL Support]").verdict.value == "undecidable"


@pytest.mark.parametrize(("more", "borne_out"), [("", False), ("- run: kubectl apply -f k8s", True)])
def test_a_pipeline_that_only_tests_does_not_deploy(tmp_path: Path, more: str, borne_out: bool) -> None:
    files = {".github/workflows/ci.yml": PIPELINE.format(more=more)}

    said = claim(tmp_path, "- CI/CD pipeline: automatic deployment on GitHub push", **files).verdict.value

    assert (said in {"confirmed", "partly"}) is borne_out, said


def test_several_denials_want_each_to_be_seen(tmp_path: Path) -> None:
    files = {"app.js": "const app = require('express')()\napp.post('/x', f)\napp.listen(80)\n", "package.json": '{"name": "a", "dependencies": {"express": "4.19.2"}}'}  # fmt: skip

    said = claim(tmp_path, "- Hardening is weak: no backups of mail, no rate limiting, no badge, no lamp", **files)

    assert said.verdict.value != "confirmed", said.reason


def test_models_of_a_language_are_no_tables(tmp_path: Path) -> None:
    files = {"models.prisma": "model A {\n id Int @id\n}\nmodel B {\n id Int @id\n}\n"}

    assert claim(tmp_path, "- Groq: 18 models available", **files).verdict.value == "undecidable"


def test_versions_in_a_row_are_no_folders_and_a_pattern_is_no_file(tmp_path: Path) -> None:
    assert claim(tmp_path, "- Navigation and print layouts (2.8.1, 2.9.1/2.9.2/.3)").verdict.value == "undecidable"
    said = claim(tmp_path, "- No `.eslintrc*` is there", **{"eslint.config.mjs": "export default []\n"})
    assert said.verdict.value != "confirmed"


def test_a_folder_without_its_files_decides_nothing(tmp_path: Path) -> None:
    (tmp_path / "backend").mkdir()

    assert claim(tmp_path, "- Location: `backend/server.js`").verdict.value == "undecidable"
    assert claim(tmp_path, "- Location: `other/server.js`").verdict.value == "unsupported"


def test_a_size_behind_another_sentence_is_not_the_files(tmp_path: Path) -> None:
    files = {"NOTES.md": "x" * 130_000}
    text = "- The routes are those of `NOTES.md`. First load is 119-161 kB"

    assert claim(tmp_path, text, **files).verdict.value == "undecidable"


def test_a_low_severity_is_no_praise() -> None:
    assert mark_of("5.3 CORS methods wildcarded — 🟢 Low") is None
    assert mark_of("Backups 🟢") is not None


def test_what_an_ignore_file_lists_is_not_looked_for(tmp_path: Path) -> None:
    text = "# Security\n\n## .gitignore coverage\n\n- Keys (`api-keys/secret/`, `data.csv`)\n"

    found = [c for c in examine(Project(tmp_path), [read(text, "report.md")]).claims if "Keys" in c.statement.text]

    assert [c.verdict.value for c in found] == ["undecidable"]


def test_the_text_of_a_link_is_a_path_without_its_bracket(tmp_path: Path) -> None:
    said = claim(tmp_path, "- Location: [app.ts:L10](file:///c:/x/app.ts#L10)", **{"app.ts": "let a = 1\n"})

    assert said.verdict.value != "unsupported", said.reason


def test_what_is_said_of_one_file_is_not_refuted_by_another(tmp_path: Path) -> None:
    files = {
        "docker-compose.prod.yml": "services:\n  api:\n    image: a:1\n",
        "k8s/api.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers: [{name: a, image: 'a:1'}]\n",
    }

    assert claim(tmp_path, "- docker-compose.prod.yml: 2 replicas", **files).verdict.value != "refuted"


def test_workflows_of_a_business_are_no_pipelines(tmp_path: Path) -> None:
    files = {".github/workflows/ci.yml": PIPELINE.format(more="")}

    assert claim(tmp_path, "- 55 modules and 37 workflows", **files).verdict.value == "undecidable"
    assert claim(tmp_path, "- The CI has 37 workflows", **files).verdict.value == "refuted"


def test_lines_that_could_not_be_read_are_not_none(tmp_path: Path) -> None:
    said = claim(tmp_path, "- `page.tsx` is 37,080 lines", **{"page.tsx": "let a = 1;\n" * 400_000})

    assert said.verdict.value == "undecidable", said.reason


def test_far_more_than_at_least_may_be_another_thing(tmp_path: Path) -> None:
    pages = {f"tests/test_{n}.py": "def test_a():\n    assert 1\n" for n in range(40)}

    assert claim(tmp_path, "- 30+ test files", **pages).verdict.value == "confirmed"
    assert claim(tmp_path, "- 12+ test files", **pages).verdict.value == "undecidable"


def test_a_part_is_no_sum_of_the_parts_beside_it(tmp_path: Path) -> None:
    text = (
        "# A\n\nIt contains 26 invariants across:\n\n- AUTH: 5 invariants\n- PAY: 10 invariants\n- ERR: 8 invariants\n"
    )

    found = examine(Project(tmp_path), [read(text, "report.md")]).contradictions

    assert [c.reason for c in found] == ["It says 26 invariants; its parts are 5 + 10 + 8 = 23."]
