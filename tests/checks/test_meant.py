"""What a file is meant for, and what several checks make of it."""

from __future__ import annotations

from conftest import Look

FLASK = {
    "Dockerfile": """
        FROM python:3.12-slim
        COPY . .
        CMD ["gunicorn", "wsgi:app"]
        """,
    "wsgi.py": "from shop import app\n",
    "shop/__init__.py": "from flask import Flask\napp = Flask(__name__)\n",
    "compose.yaml": "services:\n  shop:\n    build: .\n    restart: always\n",
}


def test_a_command_that_somebody_types_changes_no_schema_by_itself(look: Look) -> None:
    command = "import click\n\n@click.command()\ndef init():\n    db.create_all()\n"
    script = "from shop import db\n\ndb.drop_all()\n"
    start = "from shop import app, db\n\ndb.create_all()\n"

    assert look("DAT-014", {**FLASK, "shop/cli.py": command, "make_tables.py": script}).failed == []
    assert look("DAT-014", {**FLASK, "wsgi.py": start}).failed == ["wsgi.py:3"]


def test_a_module_in_the_shadow_of_a_package_is_not_what_runs(look: Look) -> None:
    settings = "SECRET_KEY = 'k2Jx9Qw7Zr2Lp5Xv8Bn3'\nDEBUG = True\n"
    shadow = {"config/settings/__init__.py": "from .base import *\n", "config/settings/base.py": "A = 1\n"}

    assert look("SEC-023", {"config/settings.py": settings}).failed == ["config/settings.py:1"]
    assert look("SEC-023", {**shadow, "config/settings.py": settings}).failed == []
    assert look("CFG-011", {**shadow, "config/settings.py": settings}).failed == []


def test_a_key_in_a_retired_folder_is_less_grave(look: Look) -> None:
    signs = "const jwt = require('jsonwebtoken');\nmodule.exports = (u) => jwt.sign(u, 'k2Jx9Qw7Zr2Lp5Xv8Bn3');\n"

    kept = look("SEC-023", {"backups/login.js": signs, "app.js": "run();\n"})
    used = look("SEC-023", {"backups/login.js": signs, "app.js": "require('./backups/login');\n"})

    assert [f.severity.value for f in kept.findings if f.outcome.open] == ["medium"]
    assert [f.severity.value for f in used.findings if f.outcome.open] == ["critical"]


def test_a_compose_file_that_runs_in_development_mode_holds_no_grave_password(look: Look) -> None:
    def compose(mode: str) -> str:
        return (
            "services:\n  shop:\n    build: .\n    environment:\n"
            f"      NODE_ENV: {mode}\n      DATABASE_URL: postgres://shop:Spoon77fork@db:5432/shop\n"
            "  db:\n    image: postgres:16\n    ports: ['5432:5432']\n    environment:\n      POSTGRES_PASSWORD: postgres\n"
        )

    for check_id in ("CFG-004", "CFG-005"):
        graves = [
            {f.severity.value for f in look(check_id, {"compose.yaml": compose(mode)}).findings if f.outcome.open}
            for mode in ("development", "production")
        ]
        assert graves == [{"medium"}, {"high"}]


def test_settings_for_production_that_ask_again_take_a_fall_back_away(look: Look) -> None:
    base = "import os\n\nclass Base:\n    SECRET_KEY = os.environ.get('SECRET_KEY', 'dev-key-99')\n"
    anew = "\nclass ProductionConfig(Base):\n    SECRET_KEY = os.environ.get('SECRET_KEY')\n"

    assert look("CFG-003", {"shop/config.py": base}).failed == ["shop/config.py:4"]
    assert look("CFG-003", {"shop/config.py": base + anew}).failed == []


def test_what_is_wrong_alike_in_one_service_is_told_once(look: Look) -> None:
    open_client = "import requests\nrequests.get('https://a.example.net', verify=False, timeout=3)\n"

    seen = look("SEC-018", {"shop/a.py": open_client, "shop/b.py": open_client, "shop/c.py": open_client})

    assert len([o for o in seen.outcomes if o == "fail"]) == 1
    assert len(seen.findings[0].evidence) == 3
    assert "likewise in 2 more places" in seen.text


def test_a_value_that_the_compiler_is_told_of_is_hoped_for(look: Look) -> None:
    files = {
        "package.json": '{"name": "shop", "main": "app.js"}',
        "Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "app.js"]\n',
        "compose.prod.yaml": "services:\n  shop:\n    build: .\n    environment:\n      PORT: 3000\n",
    }

    def grave(read: str) -> list[str]:
        seen = look("CFG-001", {**files, "app.ts": f"const key = {read};\nstart(key);\n"})
        return [f.severity.value for f in seen.findings if f.outcome.open]

    assert grave("process.env.MAP_KEY!") == ["medium"]
    assert grave("process.env.MAP_KEYS.split(',')") == ["critical"]


def test_a_limiter_that_is_handed_on_is_not_called_useless(look: Look) -> None:
    made = (
        "import rateLimit from 'express-rate-limit';\nroute({ path: '/a', middleware: [rateLimit({ limit: 5 })] });\n"
    )
    files = {
        "package.json": '{"name": "shop", "main": "app.js", "dependencies": {"express": "5", "express-rate-limit": "7"}}',
        "app.js": "import express from 'express';\nconst app = express();\napp.post('/login', enter);\napp.listen(80);\n",
    }

    assert look("SEC-003", {**files, "more.js": made}).outcomes == ["unknown"]


def test_rules_that_validate_a_field_are_no_password(look: Look) -> None:
    rules = "<?php\nreturn ['password' => 'required|string|min:8', 'other' => 1];\n"
    real = "<?php\nreturn ['password' => 'Kx9!vbQz7#Lm', 'other' => 1];\n"

    assert look("CFG-005", {"app/Rules.php": rules}).failed == []
    assert look("CFG-005", {"app/Rules.php": real}).failed == ["app/Rules.php:2"]


def test_a_store_of_a_stack_for_development_weighs_less(look: Look) -> None:
    def compose(mode: str) -> str:
        return (
            f"services:\n  app:\n    build: .\n    environment:\n      APP_ENV: {mode}\n"
            '  cache:\n    image: redis:7\n    ports: ["6379:6379"]\n'
        )

    graves = [
        look("SEC-060", {"compose.yaml": compose(mode)}).findings[0].severity.value
        for mode in ("${APP_ENV:-local}", "production")
    ]
    assert graves == ["medium", "high"]


def test_names_that_a_pipeline_gives_to_pytest_are_not_judged_by_the_file(look: Look) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["pytest"]\n',
        "pytest.ini": "[pytest]\npython_files = test_*.py\n",
        "tests/test_a.py": "def test_a():\n    assert True\n",
        "tests/e2e_b.py": "def test_b():\n    assert True\n",
    }
    ci = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: pytest -o python_files=e2e_*.py\n"

    assert look("TST-006", files).failed == ["tests/e2e_b.py"]
    assert look("TST-006", {**files, ".github/workflows/ci.yml": ci}).failed == []


def test_a_file_with_what_stands_in_for_a_service_is_a_developer_s(look: Look) -> None:
    def graves(image: str) -> set[str]:
        compose = (
            "services:\n  shop:\n    build: .\n    restart: always\n    environment:\n      SECRET_KEY: '123456789'\n"
            "  redis:\n    image: redis:7\n    ports: ['6379:6379']\n"
            f"  beside:\n    image: {image}\n"
        )
        found = [
            *look("CFG-004", {"compose.yaml": compose}).findings,
            *look("SEC-060", {"compose.yaml": compose}).findings,
        ]
        return {f.severity.value for f in found if f.outcome.open}

    assert graves("localstack/localstack:4") == set()
    assert graves("nginx:1.27") == {"high"}


def test_a_file_that_nobody_says_is_for_users_holds_nothing_grave(look: Look) -> None:
    compose = "services:\n  shop:\n    build: .\n    environment:\n      SECRET_KEY: '123456789'\n"

    for more, severity in (("    restart: always\n", "high"), ("", "medium")):
        findings = look("CFG-004", {"compose.yaml": compose + more}).findings
        assert {f.severity.value for f in findings if f.outcome.open} == {severity}


def test_what_a_cluster_runs_is_judged_though_its_compose_file_is_a_developer_s(look: Look) -> None:
    pods = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: front}\nspec:\n  selector: {matchLabels: {app: front}}\n"
        "  template:\n    metadata: {labels: {app: front}}\n    spec: {containers: [{name: front, image: 'front:1'}]}\n"
    )
    served = {
        "compose.yaml": "services:\n  shop:\n    build: .\n    restart: always\n",
        "Dockerfile": "FROM node:22\nCOPY . .\nCMD node server.js\n",
        "package.json": '{"name": "shop", "dependencies": {"express": "5"}}',
        "server.js": "const app = require('express')();\napp.get('/', (q, r) => r.send('x'));\napp.listen(3000);\n",
        "k8s/front.yaml": pods,
    }

    assert look("CON-004", served).failed == ["Dockerfile:1"]
    assert look("CON-010", served).failed == []
