"""Verdicts: borne out by the repository only, in doubt left open."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from kit.claims.examine import examine
from kit.claims.model import Claim, Examination
from kit.claims.read import read
from kit.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    files = {
        "docker-compose.yml": "services:\n  api:\n    build: .\n    ports: ['8080:8080']\n  db:\n    image: postgres:15-alpine\n",
        "Dockerfile": 'FROM node:20-alpine\nCOPY . .\nCMD ["node", "main.js"]\n',
        "package.json": '{"name": "a", "scripts": {"build": "tsc"}, "dependencies": {"express": "4.19.2", "zod": "3.23.0"}}\n',
        "main.js": "const express = require('express')\nconst app = express()\napp.get('/health', (q, r) => r.send('ok'))\napp.listen(8080)\n",
        "src/limits.ts": "export const LIMIT = 5;\nexport const WINDOW = 60;\n",
        "docs/GUIDE.md": "Backups run every hour. The cache is Redis 7. We use Kafka.\n",
    }
    for path, text in files.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    return Project(tmp_path)


def judged(project: Project, text: str) -> list[Claim]:
    return list(held(project, text).claims)


def held(project: Project, *texts: str) -> Examination:
    return examine(project, [read(dedent(text), f"report{n}.md") for n, text in enumerate(texts)])


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("- `src/limits.ts` exists", "confirmed"),
        ("- `src/missing.ts` exists", "unsupported"),
        ("- There is no `src/missing.ts`", "confirmed"),
        ("- `src/limits.ts` (2 lines)", "confirmed"),
        ("- `src/limits.ts` (200 lines)", "refuted"),
        ("- Docker Compose: 2 services", "confirmed"),
        ("- Docker Compose: 12 services", "refuted"),
        ("- Database: PostgreSQL 15", "confirmed"),
        ("- Database: PostgreSQL 16", "refuted"),
        ("- Validation: Zod", "partly"),
        ("- Queue: BullMQ", "unsupported"),
        ("- Message broker: Kafka", "undecidable"),
        ("- Health endpoint: `/health`", "confirmed"),
        ("- p95 latency is 15 ms", "undecidable"),
        ("- 1,871 tests pass", "undecidable"),
        ("- 0 critical vulnerabilities", "undecidable"),
        ("- The team was trained in May", "undecidable"),
        ("- All secrets are kept in `.env`", "undecidable"),
        ("- `.env.production` exists", "unsupported"),
        ("- We will add Redis next month", "undecidable"),
        ("- Encryption: TLS 1.4", "refuted"),
    ],
)
def test_a_statement_has_the_verdict_that_the_files_show(project: Project, statement: str, verdict: str) -> None:
    claim = judged(project, f"# Status\n\n## What works\n\n{statement}\n")[0]

    assert claim.verdict.value == verdict, claim.reason


def test_a_cited_excerpt_that_moved_or_changed_is_told_so(project: Project) -> None:
    moved, changed, gone = judged(
        project,
        """\
        ```ts
        // src/limits.ts:40
        export const WINDOW = 60;
        ```
        ```ts
        // src/limits.ts:1
        LIMIT = 500;
        ```
        ```ts
        // src/other.ts:1
        export const LIMIT = 5;
        ```
        """,
    )

    assert (moved.verdict.value, changed.verdict.value, gone.verdict.value) == ("partly", "refuted", "unsupported")


def test_commands_are_held_against_scripts_and_files(project: Project) -> None:
    there, missing = judged(project, "```bash\nnpm run build\nnpm run deploy\n```\n")

    assert (there.verdict.value, missing.verdict.value) == ("confirmed", "unsupported")


def test_a_measurement_says_what_would_decide_it(project: Project) -> None:
    claim = judged(project, "- Coverage: 94 %\n")[0]

    assert "coverage report" in claim.reason.lower()


def test_no_document_confirms_what_another_says(project: Project) -> None:
    claim = judged(project, "- Backups run every hour\n")[0]

    assert claim.verdict.value != "confirmed"


def test_a_report_that_says_ready_above_open_points_contradicts_itself(project: Project) -> None:
    text = """\
        # Status: production ready

        ## Critical before deployment

        - [ ] Set the production secrets
        """

    about = [c.about for c in held(project, text).contradictions]

    assert about == ["readiness"]


def test_two_reports_with_two_objectives_contradict_each_other(project: Project) -> None:
    found = held(project, "- RTO: 15 minutes\n", "- RTO: 4 hours\n").contradictions

    assert [c.about for c in found] == ["recovery time objective"]
    assert found[0].supported is None


def test_parts_of_one_kind_that_differ_do_not_contradict_each_other(project: Project) -> None:
    two = held(project, "- ✅ Database tests run in CI\n", "- ❌ Engine tests are not run in CI\n").contradictions
    one = held(project, "- ✅ Database tests run in CI\n", "- ❌ Database tests are not run in CI\n").contradictions

    assert not two
    assert len(one) == 1


def test_the_project_says_which_of_two_numbers_it_supports(project: Project) -> None:
    found = held(project, "- The system has 2 services\n", "- The system has 30 services\n").contradictions

    assert found[0].supported == "report0:1"


def test_hostile_reports_are_judged_without_harm(project: Project) -> None:
    text = "- <script>alert(1)</script> `../../etc/passwd` (12 bytes)\n- " + "(((" * 3000 + "\n" + "| a |\n" * 400
    text += "- `" + "a/" * 1500 + "b.ts` exists\n- 999999999999999999999+ services\n"

    assert all(claim.reason for claim in judged(project, text))
