"""Whether services tell that they work."""

from __future__ import annotations

import pytest
from conftest import Look

APP = {"Dockerfile": "FROM node:22\nCOPY . .\n", "package.json": '{"name": "shop", "dependencies": {"express": "5"}}'}


def server(*lines: str) -> dict[str, str]:
    text = "\n".join(["const app = require('express')();", *lines, "app.listen(3000);", ""])
    return {**APP, "server.js": text}


def test_a_service_without_a_health_route_is_told(look: Look) -> None:
    assert look("OBS-007", server("app.get('/orders', list);")).failed == ["server.js:2"]


def test_a_missing_health_route_weighs_more_where_something_would_ask_for_it(look: Look) -> None:
    files = server("app.get('/orders', list);")
    stack = {"compose.yaml": "services:\n  shop:\n    build: .\n    image: shop:1\n"}
    pods = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  selector: {matchLabels: {app: shop}}\n"
        "  template:\n    metadata: {labels: {app: shop}}\n    spec: {containers: [{name: shop, image: 'shop:1'}]}\n"
    )

    assert [str(f.severity) for f in look("OBS-007", {**files, **stack}).findings] == ["medium"]
    assert [str(f.severity) for f in look("OBS-007", {**files, **stack, "k8s/shop.yaml": pods}).findings] == ["high"]


def test_a_health_route_under_whatever_prefix_counts(look: Look) -> None:
    for path in ("/health", "/api/v1/healthz", "/_healthz", "/readyz", "/internal/live"):
        assert look("OBS-007", server(f"app.get('{path}', up);")).passed == ["server.js:2"], path


def test_a_route_that_only_sounds_like_health_does_not_count(look: Look) -> None:
    assert look("OBS-007", server("app.get('/uploads', a);", "app.get('/living', b);")).failed == ["server.js:2"]


def test_the_health_service_of_grpc_counts(look: Look) -> None:
    main = """
        package main
        func main() {
            srv := grpc.NewServer()
            pb.RegisterOrdersServer(srv, svc)
            healthpb.RegisterHealthServer(srv, health.NewServer())
            lis, _ := net.Listen("tcp", ":50051")
            srv.Serve(lis)
        }
        """

    seen = look("OBS-007", {"Dockerfile": "FROM golang:1\nCOPY . .\n", "go.mod": "module a\n", "main.go": main})

    assert seen.passed == ["main.go:5"]
    assert not seen.failed


STORE = {"db.js": "const { Pool } = require('pg');\nexports.pool = new Pool({ connectionString: URL });\n"}


def test_a_health_route_that_asks_nothing_is_told_where_there_is_a_store(look: Look) -> None:
    blind = server("app.get('/health', (req, res) => res.send('ok'));")

    seen = look("OBS-008", {**blind, **STORE})

    assert seen.failed == ["server.js:2"]
    assert "postgres" in seen.text


def test_a_health_route_that_queries_the_store_looks(look: Look) -> None:
    asking = server("app.get('/ready', async (req, res) => { await pool.query('select 1'); res.send('ok'); });")

    assert look("OBS-008", {**asking, **STORE}).passed == ["server.js:2"]


def test_an_endpoint_that_looks_at_nothing_is_said_to(look: Look) -> None:
    constant = look("OBS-008", {**server("app.get('/ready', (req, res) => { res.send('ok'); });"), **STORE})
    asks = look("OBS-008", {**server("app.get('/ready', async (req, res) => res.json(await mail.verify()));"), **STORE})

    assert "/ready always says yes and looks at nothing, not even at postgres" in constant.text
    assert "looks at nothing" not in asks.text


def test_without_a_store_there_is_nothing_to_look_at(look: Look) -> None:
    assert look("OBS-008", server("app.get('/health', up);")).outcomes == ["not_applicable"]


def test_a_health_check_that_asks_an_ordinary_route_is_one_in_part(look: Look) -> None:
    files = server("app.get('/about', about);")
    image = APP["Dockerfile"] + "HEALTHCHECK CMD curl -f http://localhost:3000/{}\n"

    assert look("OBS-007", {**files, "Dockerfile": image.format("none")}).failed == ["server.js:2"]
    seen = look("OBS-007", {**files, "Dockerfile": image.format("about")})
    assert (seen.failed, seen.outcomes) == (["Dockerfile:3"], ["partial"])
    script = {"ask.js": "fetch(`http://127.0.0.1:${port}/about`)\n"}
    by_script = look("OBS-007", {**files, **script, "Dockerfile": APP["Dockerfile"] + "HEALTHCHECK CMD node ask.js\n"})
    assert by_script.outcomes == ["partial"]


HANDLERS = "exports.ready = async (req, res) => {{\n  {}\n}};\n"
ROUTED = "const h = require('./handlers');\napp.get('/ready', h.ready);"


def test_the_handler_of_another_file_is_followed(look: Look) -> None:
    asks = {**server(ROUTED), "handlers.js": HANDLERS.format("await pool.query('SELECT 1'); res.json({ok: true});")}
    idle = {**server(ROUTED), "handlers.js": HANDLERS.format("res.json({ok: true});")}

    assert look("OBS-008", {**asks, **STORE}).outcomes == ["pass"]
    assert look("OBS-008", {**idle, **STORE}).outcomes == ["fail"]


def test_a_constant_as_readiness_beside_a_health_route_that_asks(look: Look) -> None:
    both = (
        "app.get('/health', async (req, res) => { await pool.query('SELECT 1'); res.send('up'); });\n"
        + "// apart\n" * 20
        + "app.get('/ready', (req, res) => res.send('ok'));"
    )
    seen = look("OBS-008", {**server(both), **STORE})

    assert (seen.outcomes, "/ready always says yes" in seen.text) == (["partial"], True)


def test_a_route_that_names_its_service_before_health_tells_of_it(look: Look) -> None:
    assert look("OBS-007", server("app.get('/shop-health-check', up);")).passed == ["server.js:2"]
    assert look("OBS-007", server("app.get('/shop-wealth', up);")).failed == ["server.js:2"]


def test_a_server_of_metrics_alone_needs_no_health_route(look: Look) -> None:
    assert look("OBS-007", server("app.get('/metrics', scrape);")).outcomes == ["not_applicable"]
    assert look("OBS-007", server("app.get('/metrics', scrape);", "app.get('/orders', list);")).failed == [
        "server.js:2"
    ]


def test_a_health_path_in_a_router_that_is_not_read_leaves_it_open(look: Look) -> None:
    unread = 'package main\n\nfunc init() {\n\tweb.Router("/api/health", &C{}, "GET:Health")\n}\n'
    main = """
        package main

        import "net/http"

        func main() {
        \tmux := http.NewServeMux()
        \tmux.HandleFunc("/orders", list)
        \tmux.HandleFunc("/orders/new", list)
        \tmux.HandleFunc("/orders/old", list)
        \thttp.ListenAndServe(":8080", mux)
        }
        """
    files = {
        "go.mod": "module shop\n\ngo 1.22\n",
        "main.go": main,
        "Dockerfile": "FROM golang:1.22\nCOPY . .\nCMD go run .\n",
    }

    assert look("OBS-007", files).outcomes == ["fail"]
    assert look("OBS-007", {**files, "routers/router.go": unread}).unknown == ["routers/router.go:4"]


def test_what_a_handler_is_called_asks_nothing(look: Look) -> None:
    app = "app = FastAPI()\n\n@app.get('/health')\nasync def health_check() -> bool:\n    return {}\n"
    files = {"Dockerfile": "FROM python:3.13\nCOPY . .\n", "requirements.txt": "fastapi\npsycopg\n", **STORE}
    code = "from fastapi import FastAPI\nimport psycopg\nDB = psycopg.connect('postgresql://db/app')\n" + app

    assert look("OBS-008", {**files, "main.py": code.format("True")}).failed == ["main.py:6"]
    assert look("OBS-008", {**files, "main.py": code.format("check_database()")}).passed == ["main.py:6"]


@pytest.mark.parametrize(("call", "outcome"), [("MapHealthChecks", "unknown"), ("MapControllers", "fail")])
def test_a_health_route_of_a_shared_library_may_be_served(look: Look, call: str, outcome: str) -> None:
    files = {
        "src/Shop/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:9.0\nCOPY . .\n",
        "src/Shop/Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>\n',
        "src/Shop/Program.cs": 'var app = builder.Build();\napp.MapGet("/things", () => 1);\napp.UseDefaults();\napp.Run();\n',
        "src/Blocks/Extensions.cs": f'public static class E {{ static void UseDefaults(App app) {{ app.{call}("/h"); }} }}\n',
    }

    assert look("OBS-007", files).outcomes == [outcome]
