"""Whether calls reach a route, and whether bodies are looked at before they are stored."""

from __future__ import annotations

from conftest import Look

API = """
    const express = require('express');
    const app = express();
    app.get('/api/v1/products', (req, res) => res.json([]));
    app.get('/api/v1/products/:id', (req, res) => res.json({}));
    app.listen(3000);
    """
COMPOSE = "services:\n  api:\n    build: ./api\n  web:\n    build: ./web\n"
FILES = {
    "compose.yaml": COMPOSE,
    "api/package.json": '{"name": "api", "dependencies": {"express": "4"}}',
    "api/Dockerfile": "FROM node:22\nCOPY . .\nCMD node app.js\n",
    "api/app.js": API,
    "web/package.json": '{"name": "web", "dependencies": {"vite": "6"}}',
    "web/Dockerfile": "FROM node:22\nCOPY . .\nCMD npm start\n",
}


def _web(*calls: str) -> dict[str, str]:
    return {**FILES, "web/src/api.js": "const BASE = import.meta.env.VITE_API;\n" + "\n".join(calls) + "\n"}


def test_calls_of_routes_that_are_there_hold(look: Look) -> None:
    seen = look("CTR-007", _web("fetch(`${BASE}/api/v1/products`);", "fetch(`${BASE}/api/v1/products/${id}`);"))

    assert seen.passed == ["web/src/api.js:2"]
    assert "2 calls of api reach" in seen.text


def test_a_call_of_a_route_that_is_not_there_is_told(look: Look) -> None:
    seen = look("CTR-007", _web("fetch(`${BASE}/api/v1/product`);"))

    assert seen.failed == ["web/src/api.js:2"]
    assert "/api/v1/products is there" in seen.text


def test_a_call_with_another_method_is_told(look: Look) -> None:
    seen = look("CTR-007", _web("fetch('/api/v1/products', { method: 'POST' });"))

    assert seen.failed == ["web/src/api.js:2"]
    assert "for GET only" in seen.text


def test_a_call_between_services_by_name(look: Look) -> None:
    good = look("CTR-007", _web("fetch('http://api:3000/api/v1/products');"))
    poor = look("CTR-007", _web("fetch('http://api:3000/internal/products');"))

    assert (good.passed, poor.failed) == (["web/src/api.js:2"], ["web/src/api.js:2"])


def test_calls_of_other_hosts_and_computed_paths_are_left_alone(look: Look) -> None:
    seen = look("CTR-007", _web("fetch('https://example.org/api/v1/x');", "fetch(url);", "fetch(`${BASE}/auth/x`);"))

    assert seen.outcomes == ["not_applicable"]


def test_a_proxy_may_take_off_the_first_step(look: Look) -> None:
    code = API.replace("/api/v1", "/v1")

    assert look("CTR-007", {**_web("fetch('http://api:3000/api/v1/products');"), "api/app.js": code}).failed == []


def test_what_the_api_makes_at_run_time_may_be_called(look: Look) -> None:
    code = API.replace("app.listen", "for (const name of ['stock', 'offers']) make(app, name);\n    app.listen")
    seen = look("CTR-007", {**_web("fetch('/api/v1/stock');"), "api/app.js": code})

    assert seen.failed == []


def test_a_body_that_is_stored_as_it_came(look: Look) -> None:
    text = "const r = require('express').Router();\nr.post('/', {}async (req, res) => {{\n  await db.user.create({{ data: req.body }});\n}});\n"
    poor = look("CTR-009", {"package.json": "{}", "users.js": text.format("")})
    good = look("CTR-009", {"package.json": "{}", "users.js": text.format("validate(newUser), ")})
    named = look(
        "CTR-009", {"package.json": "{}", "users.js": text.format("").replace("req.body", "{ name: req.body.name }")}
    )

    assert (poor.failed, good.passed, named.outcomes) == (["users.js:3"], ["users.js:3"], ["not_applicable"])


def test_a_body_that_a_query_builder_inserts_as_it_came(look: Look) -> None:
    text = "const r = require('express').Router();\nr.post('/', async (req, res) => {\n  await knex('loans')%s(req.body);\n});\n"
    found = [
        look("CTR-009", {"package.json": "{}", "a.js": text % verb}) for verb in (".insert", ".where({ id }).update")
    ]
    asked = look("CTR-009", {"package.json": "{}", "a.js": text % ".where"})

    assert [seen.failed for seen in found] == [["a.js:3"], ["a.js:3"]]
    assert ("knex('loans').insert" in found[0].text, asked.outcomes) == (True, ["not_applicable"])


def test_a_body_whose_route_is_elsewhere_is_left_open(look: Look) -> None:
    text = "exports.create = async (req, res) => {\n  await User.create(req.body);\n};\n"

    assert look("CTR-009", {"package.json": "{}", "users.js": text}).unknown == ["users.js:2"]


def test_libraries_that_make_routes_of_models_leave_it_open(look: Look) -> None:
    made = '{"name": "api", "dependencies": {"express": "4", "finale-rest": "1"}}'

    assert look("CTR-007", {**_web("fetch('/api/v1/stock');"), "api/package.json": made}).failed == []
