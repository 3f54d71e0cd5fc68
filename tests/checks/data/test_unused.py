"""Stores that nobody uses, migrations that nobody tries, numbers that are overwritten, data that nobody checks."""

from __future__ import annotations

from tests.checks.conftest import Look

PACKAGE = '{"name": "api", "dependencies": {"express": "4", "pg": "8"}}'
SERVER = 'const express = require("express");\nconst { Pool } = require("pg");\nconst pool = new Pool();\nexpress().listen(80);\n'
COMPOSE = """
services:
  api: {build: .}
  db: {image: "postgres:16"}
  cache: {image: "redis:7"}
"""
ALEMBIC = {
    "alembic.ini": "[alembic]\nscript_location = alembic\n",
    "alembic/env.py": "",
    "alembic/versions/a1.py": """
    revision = "a1"
    down_revision = None
    def upgrade():
        op.create_table("accounts", sa.Column("id", sa.Integer, primary_key=True), sa.Column("balance", sa.Integer))
    def downgrade():
        op.drop_table("accounts")
    """,
}
WORKFLOW = """
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: alembic upgrade head
      - run: pytest
"""


def test_a_store_that_nothing_speaks_of_is_reported_and_one_with_a_client_is_not(look: Look) -> None:
    """DAT-064"""
    files = {"package.json": PACKAGE, "server.js": SERVER, "Dockerfile": "FROM node:22\nCOPY . .\nCMD node server.js\n"}
    seen = look("DAT-064", {**files, "docker-compose.yml": COMPOSE})
    assert seen.failed == ["docker-compose.yml:4"]
    assert seen.passed == ["server.js:2"]


def test_a_store_of_a_product_that_is_only_run_is_left_alone(look: Look) -> None:
    """DAT-064"""
    files = {"package.json": PACKAGE, "server.js": SERVER, "Dockerfile": "FROM node:22\nCOPY . .\nCMD node server.js\n"}
    compose = COMPOSE + '  forum: {image: "example/forum:3", depends_on: [cache]}\n'
    assert look("DAT-064", {**files, "docker-compose.yml": compose}).failed == []


def test_steps_back_that_nothing_takes_hold_in_part(look: Look) -> None:
    """DAT-065"""
    seen = look("DAT-065", {**ALEMBIC, ".github/workflows/ci.yml": WORKFLOW})
    assert seen.failed == [".github/workflows/ci.yml:6"]
    both = WORKFLOW + "      - run: alembic downgrade base\n"
    assert look("DAT-065", {**ALEMBIC, ".github/workflows/ci.yml": both}).passed == [".github/workflows/ci.yml:6"]


def test_migrations_that_no_pipeline_applies_are_reported(look: Look) -> None:
    """DAT-065"""
    workflow = WORKFLOW.replace("alembic upgrade head", "ruff check")
    assert look("DAT-065", {**ALEMBIC, ".github/workflows/ci.yml": workflow}).failed == ["alembic/versions/a1.py:3"]


def test_a_number_that_is_counted_from_what_was_read_is_reported(look: Look) -> None:
    """DAT-066"""
    code = """
    async function book(id) {
      const room = await prisma.room.findUnique({ where: { id } });
      await prisma.room.update({ where: { id }, data: { stock: room.stock - 1 } });
    }
    async function count(id) {
      await prisma.room.update({ where: { id }, data: { stock: { decrement: 1 } } });
    }
    async function hit(key) {
      const n = await redis.get(key);
      await redis.set(key, Number(n) + 1);
    }
    async function keep(key, value) {
      const old = await redis.get(key);
      await redis.set(key, value);
    }
    """
    assert look("DAT-066", {"src/a.js": code}).failed == ["src/a.js:3", "src/a.js:10"]


def test_a_balance_is_safe_behind_a_lock_of_its_row(look: Look) -> None:
    """DAT-066"""
    code = """
    def pay(session, id, amount):
        account = session.query(Account).filter_by(id=id).one()
        account.balance -= amount
        session.commit()

    def pay_safely(session, id, amount):
        account = session.query(Account).filter_by(id=id).with_for_update().one()
        account.balance -= amount
        session.commit()
    """
    assert look("DAT-066", {"app/pay.py": code}).failed == ["app/pay.py:3"]


def test_amounts_want_a_job_that_compares_them(look: Look) -> None:
    """DAT-067"""
    assert look("DAT-067", ALEMBIC).failed == ["alembic/versions/a1.py:4"]
    nightly = "on: {schedule: [{cron: '0 3 * * *'}]}\njobs:\n  reconcile:\n    runs-on: x\n    steps:\n      - run: ./reconcile-balances.sh\n"
    assert look("DAT-067", {**ALEMBIC, ".github/workflows/nightly.yml": nightly}).failed == []
