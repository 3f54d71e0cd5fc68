"""Stores that are replaced in silence."""

from __future__ import annotations

from tests.checks.conftest import Look

COMPOSE = "services:\n  api: {build: .}\n  db: {image: 'postgres:16'}\n"
DOCKERFILE = "FROM python:3.12\nCOPY . .\nCMD python app.py\n"


def test_a_file_that_stands_in_for_the_database_is_reported(look: Look) -> None:
    """RES-061"""
    code = 'import os\nurl = os.getenv("DATABASE_URL", "sqlite:///local.db")\n'
    seen = look("RES-061", {"app.py": code, "Dockerfile": DOCKERFILE, "docker-compose.yml": COMPOSE})
    assert seen.failed == ["app.py:2"]


def test_an_address_that_is_demanded_holds(look: Look) -> None:
    """RES-061"""
    code = 'import os\nurl = os.environ["DATABASE_URL"]\n'
    seen = look("RES-061", {"app.py": code, "Dockerfile": DOCKERFILE, "docker-compose.yml": COMPOSE})
    assert seen.passed == ["app.py:2"]


def test_a_handler_that_opens_another_store_is_reported(look: Look) -> None:
    """RES-061"""
    code = "import psycopg2, sqlite3\ntry:\n    db = psycopg2.connect(URL)\nexcept Exception:\n    db = sqlite3.connect('x.db')\n"
    seen = look("RES-061", {"app.py": code, "Dockerfile": DOCKERFILE, "docker-compose.yml": COMPOSE})
    assert seen.failed == ["app.py:4"]
