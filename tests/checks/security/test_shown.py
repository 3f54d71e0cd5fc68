"""Who may read what is private."""

from __future__ import annotations

from conftest import Look

PACKAGE = '{"name": "shop", "dependencies": {"express": "4.19.0"}}'


def app(routes: str) -> dict[str, str]:
    head = "const app = require('express')();\nconst requireAuth = (req, res, next) => req.headers.authorization ? next() : res.sendStatus(401);\n"
    return {"package.json": PACKAGE, "app.js": head + routes + "app.listen(3000);\n"}


def test_a_list_of_users_that_anybody_may_read_is_told(look: Look) -> None:
    seen = look("SEC-026", app("app.get('/users', (req, res) => res.json(all()));\napp.get('/products', list);\n"))
    assert seen.failed == ["app.js:3"]
    assert "GET /users" in seen.text


def test_a_guarded_list_and_what_is_public_hold(look: Look) -> None:
    seen = look(
        "SEC-026",
        app(
            "app.get('/users', requireAuth, list);\napp.get('/users/count', count);\napp.get('/orders/{token}', one);\n"
        ),
    )
    assert seen.failed == []
    assert seen.passed == ["app.js:3"]


def test_a_handler_that_looks_at_the_caller_itself_is_not_told(look: Look) -> None:
    handler = "function mine(req, res) {\n  if (!req.session.userId) return res.sendStatus(401);\n  res.json([]);\n}\n"
    assert look("SEC-026", app(handler + "app.get('/orders', mine);\n")).failed == []


def test_exports_and_administration_count_wherever_the_word_stands(look: Look) -> None:
    seen = look(
        "SEC-026",
        app(
            "app.get('/admin/settings', (req, res) => res.json(all()));\napp.get('/export/full', (req, res) => res.json(all()));\n"
        ),
    )
    assert seen.failed == ["app.js:3"]
    assert "/admin/settings, GET /export/full" in seen.text


def test_what_another_question_tells_as_a_whole_weighs_less_here(look: Look) -> None:
    reads = "app.get('/users', (req, res) => res.json(all()));\n"
    writes = "app.delete('/users/:id', (req, res) => res.json(drop()));\n"

    severities = [look("SEC-026", app(routes)).findings[0].severity for routes in (reads, reads + writes)]

    assert severities == ["high", "medium"]
