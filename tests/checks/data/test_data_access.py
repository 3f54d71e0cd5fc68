"""Connections, transactions and state of the running program."""

from __future__ import annotations

from conftest import Look

NODE = {
    "package.json": '{"name": "api", "main": "server.js", "scripts": {"start": "node server.js"}, "dependencies": {"express": "4.19.0"}}',
    "Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "server.js"]\n',
}
COMPOSE = "services:\n  api:\n    build: .\n    restart: always\n    ports: ['80:3000']\n    deploy: {replicas: %d}\n"
CART = """
    const express = require('express');
    const app = express();
    const carts = new Map();
    app.post('/carts/:id', (req, res) => {
      carts.set(req.params.id, req.body);
      res.json({});
    });
    app.listen(3000);
    """


def test_a_go_pool_has_a_limit(look: Look) -> None:
    text = """
        package main

        import "database/sql"

        func open() {
            db, _ := sql.Open("postgres", "")
            _ = db
        }
        """
    files = {"go.mod": "module shop\n\ngo 1.22\n", "main.go": text}

    assert look("DAT-010", files).failed == ["main.go:6"]
    limited = text.replace("_ = db\n", "db.SetMaxOpenConns(10)\n")
    assert look("DAT-010", {**files, "main.go": limited}).passed == ["main.go:6"]


def test_a_connection_for_each_request_is_told(look: Look) -> None:
    text = """
        import psycopg2
        from flask import Flask

        app = Flask(__name__)


        @app.get("/orders")
        def orders():
            db = psycopg2.connect("")
            return []
        """
    files = {"requirements.txt": "flask==3.0.0\npsycopg2==2.9.9\n", "app.py": text}

    assert look("DAT-010", files).failed == ["app.py:9"]
    pooled = text.replace("psycopg2.connect(", "pool.getconn(")
    assert look("DAT-010", {**files, "app.py": pooled}).failed == []


ORDERS = """
    export async function place(prisma, data) {
      const order = await prisma.order.create({ data });
      await prisma.line.create({ data: { orderId: order.id } });
      return order;
    }
    """


def test_two_writes_are_one_transaction(look: Look) -> None:
    held = """
        export async function place(prisma, data) {
          return prisma.$transaction(async (tx) => {
            const order = await tx.order.create({ data });
            await tx.line.create({ data: { orderId: order.id } });
          });
        }
        """
    poor = look("DAT-011", {**NODE, "src/orders.ts": ORDERS})
    good = look("DAT-011", {**NODE, "src/orders.ts": held})

    assert poor.failed == ["src/orders.ts:1"]
    assert "place writes more than once" in poor.text
    assert good.passed == ["src/orders.ts:2"]


def test_writes_of_two_branches_and_of_seeds_need_no_transaction(look: Look) -> None:
    branches = """
        export async function save(prisma, data) {
          if (data.id) {
            return prisma.order.update({ data });
          }
          return prisma.order.create({ data });
        }
        """
    assert look("DAT-011", {**NODE, "src/orders.ts": branches, "prisma/seed.ts": ORDERS}).failed == []


def test_two_commits_in_a_row_are_told(look: Look) -> None:
    text = "def place(session):\n    session.add(1)\n    session.commit()\n    session.add(2)\n    session.commit()\n"

    assert look("DAT-011", {"app/orders.py": text}).failed == ["app/orders.py:1"]
    assert look("DAT-011", {"app/orders.py": text.replace("    session.commit()\n", "", 1)}).failed == []


def test_what_several_processes_share_is_not_kept_in_one(look: Look) -> None:
    files = {**NODE, "server.js": CART}

    assert look("DAT-012", {**files, "compose.prod.yaml": COMPOSE % 3}).failed == ["server.js:3"]
    assert look("DAT-012", {**files, "compose.prod.yaml": COMPOSE % 1}).failed == []
    cache = {"server.js": CART.replace("carts", "cache"), "compose.prod.yaml": COMPOSE % 3}
    assert look("DAT-012", {**files, **cache}).failed == []


def test_sessions_are_kept_in_a_store(look: Look) -> None:
    text = """
        const express = require('express');
        const session = require('express-session');
        const app = express();
        app.use(session({ secret: process.env.SECRET }));
        app.get('/', (req, res) => res.json({}));
        app.listen(3000);
        """
    stored = text.replace("({ secret", "({ store, secret")

    assert look("DAT-012", {**NODE, "server.js": text}).failed == ["server.js:4"]
    assert look("DAT-012", {**NODE, "server.js": stored}).passed == ["server.js:4"]
