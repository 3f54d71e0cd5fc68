"""Before and after a deploy: what is saved first, and who hears of a failure."""

from __future__ import annotations

from conftest import Look

DEPLOY = """
    name: deploy
    on: {push: {branches: [main]}}
    jobs:
      deploy:
        runs-on: ubuntu-latest
        environment: production
        steps:
          - uses: actions/checkout@v4
    %s
          - run: npx prisma migrate deploy
          - run: kubectl apply -f k8s/
    %s
"""
PATH = ".github/workflows/deploy.yml"


def pipeline(before: str = "", after: str = "") -> dict[str, str]:
    return {PATH: DEPLOY % (before, after)}


def test_a_deploy_that_migrates_without_saving_the_data_is_told(look: Look) -> None:
    assert look("DEL-060", pipeline()).failed == [f"{PATH}:10"]


def test_a_dump_in_a_step_before_is_a_backup_and_one_that_prints_is_none(look: Look) -> None:
    saved = look("DEL-060", pipeline('      - run: pg_dump "$DATABASE_URL" > before.dump'))
    assert saved.passed == [f"{PATH}:9"]
    assert look("DEL-060", pipeline("      - run: echo backup the database")).failed == [f"{PATH}:10"]


def test_a_script_saves_before_it_migrates_or_is_told(look: Look) -> None:
    files = {
        "ops/deploy.sh": "set -e\npg_dump shop > shop.sql\nalembic upgrade head\n",
        "ops/release.sh": "alembic upgrade head\n",
    }

    seen = look("DEL-060", files)

    assert (seen.passed, seen.failed) == (["ops/deploy.sh:2"], ["ops/release.sh:1"])


def test_migrations_in_the_database_of_a_test_job_need_no_backup(look: Look) -> None:
    text = DEPLOY.replace("environment: production", "services: {db: {image: postgres:16}}") % ("", "")

    assert look("DEL-060", {PATH: text}).failed == []


def test_a_deploy_whose_failure_nobody_hears_of_is_told(look: Look) -> None:
    assert look("DEL-063", pipeline()).failed == [f"{PATH}:11"]
    printed = "      - if: failure()\n            run: echo deploy failed, tell slack"
    assert look("DEL-063", pipeline(after=printed)).failed == [f"{PATH}:11"]


def test_a_step_that_writes_to_the_chat_after_a_failure_holds(look: Look) -> None:
    told = '      - if: failure()\n            run: curl -d "deploy failed" "$SLACK_WEBHOOK"'

    assert look("DEL-063", pipeline(after=told)).passed == [f"{PATH}:12"]
