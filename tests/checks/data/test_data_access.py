"""Whether programs treat their database, and what must outlive a request, well."""

from __future__ import annotations

from conftest import Look

COMPOSE = "services:\n  api:\n    build: .\n    deploy: {{replicas: {}}}\n"
NODE = {
    "package.json": '{"name": "api", "dependencies": {"express": "4"}}',
    "Dockerfile": "FROM node:22\nCOPY . .\nCMD node app.js\n",
    "compose.prod.yaml": COMPOSE.format(3),
}
APP = "const express = require('express');\nconst app = express();\n{}\napp.get('/orders', (req, res) => res.json([]));\napp.listen(3000);\n"


def test_a_pool_without_limit_in_go(look: Look) -> None:
    text = 'package main\n\nimport "database/sql"\n\nfunc main() {\n\tdb, _ := sql.Open("postgres", "x")\n\t_ = db\n}\n'
    poor = look("DAT-010", {"go.mod": "module x\n", "main.go": text})
    good = look("DAT-010", {"go.mod": "module x\n", "main.go": text.replace("_ = db", "db.SetMaxOpenConns(10)")})

    assert (poor.failed, good.passed) == (["main.go:6"], ["main.go:6"])


def test_a_connection_for_each_request_in_python(look: Look) -> None:
    text = """
        import psycopg
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/orders")
        def orders():
            return psycopg.connect("x").execute("SELECT 1").fetchall()
        """
    files = {"pyproject.toml": "[project]\nname = 'api'\n", "main.py": text}

    assert look("DAT-010", files).failed == ["main.py:8"]
    assert look("DAT-010", {**files, "main.py": text.replace("/orders", "/health")}).failed == []


def test_a_client_for_each_call_in_node(look: Look) -> None:
    inside = "app.get('/a', (req, res) => {\n  const db = new PrismaClient();\n  res.json(db);\n});"
    poor = look("DAT-010", {**NODE, "app.js": APP.format(inside)})
    good = look("DAT-010", {**NODE, "app.js": APP.format("const db = new PrismaClient();")})

    assert (poor.failed, good.passed) == (["app.js:4"], ["app.js:3"])


def test_two_writes_outside_of_a_transaction_are_told(look: Look) -> None:
    text = """
        async function order(prisma) {
          await prisma.order.create({ data: {} });
          await prisma.stock.update({ data: {} });
        }
        """
    held = """
        async function order(prisma) {
          await prisma.$transaction([prisma.order.create({ data: {} }), prisma.stock.update({ data: {} })]);
        }
        """
    poor = look("DAT-011", {"package.json": "{}", "order.js": text})

    assert (poor.outcomes, poor.failed) == (["partial"], ["order.js:1"])
    assert look("DAT-011", {"package.json": "{}", "order.js": held}).outcomes == ["pass"]


def test_writes_of_which_only_one_is_run_are_fine(look: Look) -> None:
    text = """
        async function save(prisma, known) {
          if (known) {
            await prisma.order.update({ data: {} });
            return;
          }
          await prisma.order.create({ data: {} });
        }
        """

    assert look("DAT-011", {"package.json": "{}", "order.js": text}).failed == []


def test_two_commits_in_a_row_are_told(look: Look) -> None:
    text = "def pay(session):\n    session.add(1)\n    session.commit()\n    session.add(2)\n    session.commit()\n"

    assert look("DAT-011", {"pay.py": text}).failed == ["pay.py:1"]
    assert look("DAT-011", {"pay.py": text.replace("    session.commit()\n", "", 1)}).failed == []


def test_sessions_in_the_memory_of_one_process(look: Look) -> None:
    use = "const session = require('express-session');\napp.use(session({{ secret: 'x'{} }}));"
    poor = look("DAT-012", {**NODE, "app.js": APP.format(use.format(""))})
    good = look("DAT-012", {**NODE, "app.js": APP.format(use.format(", store: redis"))})

    assert (poor.failed, good.passed) == (["app.js:4"], ["app.js:4"])


def test_a_collection_that_each_process_fills_for_itself(look: Look) -> None:
    code = "const attempts = new Map();\napp.post('/login', (req, res) => {\n  attempts.set(req.ip, 1);\n});"
    three = look("DAT-012", {**NODE, "app.js": APP.format(code)})
    one = look("DAT-012", {**NODE, "app.js": APP.format(code), "compose.prod.yaml": COMPOSE.format(1)})
    cache = look("DAT-012", {**NODE, "app.js": APP.format(code.replace("attempts", "pageCache"))})

    assert (three.failed, one.failed, cache.failed) == (["app.js:3"], [], [])


def test_a_database_file_in_a_container_is_deleted_with_it(look: Look) -> None:
    code = "const Database = require('better-sqlite3');\nconst db = new Database('a.db');"
    files = {**NODE, "app.js": APP.format(code), "compose.prod.yaml": "services:\n  api:\n    build: .\n"}
    kept = "services:\n  api:\n    build: .\n    volumes: [data:/data]\nvolumes: {data: {}}\n"

    assert look("DAT-012", files).failed == ["app.js:3"]
    assert look("DAT-012", {**files, "compose.prod.yaml": kept}).failed == []
