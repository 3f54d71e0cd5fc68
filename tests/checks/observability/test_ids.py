"""Ids of requests that are read, and somebody sets."""

from __future__ import annotations

from conftest import Look

PACKAGE = '{"name": "shop", "dependencies": {"express": "4.19.0"}}'
APP = """
    const app = require("express")();
    app.use((req, res, next) => { req.id = req.headers["x-request-id"]; next(); });
    app.get("/orders", (req, res) => res.json([]));
    app.listen(3000);
    """


def test_an_id_that_is_read_and_that_nothing_sets_is_told(look: Look) -> None:
    assert look("OBS-011", {"package.json": PACKAGE, "app.js": APP}).failed == ["app.js:2"]


def test_routes_that_only_probes_and_scrapes_call_need_no_id(look: Look) -> None:
    probed = APP.replace("/orders", "/healthz").replace("x-request-id", "accept")
    assert look("OBS-011", {"package.json": PACKAGE, "app.js": probed}).outcomes == ["not_applicable"]


def test_an_id_that_is_made_where_it_lacks_or_that_the_proxy_sets_holds(look: Look) -> None:
    made = APP.replace('"x-request-id"]', '"x-request-id"] || crypto.randomUUID()')
    assert look("OBS-011", {"package.json": PACKAGE, "app.js": made}).failed == []
    proxy = "server {\n  listen 80;\n  location / {\n    proxy_set_header X-Request-Id $request_id;\n    proxy_pass http://api:3000;\n  }\n}\n"
    assert look("OBS-011", {"package.json": PACKAGE, "app.js": APP, "nginx.conf": proxy}).failed == []
