"""Whether there is a specification, whether it is sound, and whether the code and it agree."""

from __future__ import annotations

from pathlib import Path

from conftest import Look

APP = """
    const express = require('express');
    const app = express();
    app.get('/v1/orders', (req, res) => res.json([]));
    app.post('/v1/orders', (req, res) => res.json({}));
    app.get('/v1/orders/:id', (req, res) => res.json({}));
    app.listen(3000);
    """
SPEC = """
    openapi: 3.0.3
    info: {title: Orders, version: "1"}
    servers:
      - url: https://api.example.org/v1
    paths:
      /orders:
        get:
          operationId: list
          responses: {"200": {description: all}}
        post:
          operationId: place
          responses: {"201": {description: placed}, default: {description: error}}
      /orders/{orderId}:
        get:
          operationId: show
          parameters:
            - {name: orderId, in: path, required: true, schema: {type: string}}
          responses: {"200": {description: one}, "404": {description: none}}
    """
FILES = {"package.json": '{"name": "api", "dependencies": {"express": "4"}}', "app.js": APP, "openapi.yaml": SPEC}
GUARDED = SPEC.replace(
    "    paths:", "    components:\n      securitySchemes:\n        bearer: {type: http, scheme: bearer}\n    paths:"
)


def test_an_api_that_is_described_holds(look: Look) -> None:
    assert look("CTR-001", FILES).passed == ["openapi.yaml:1"]


def test_an_api_that_nobody_describes_is_told(look: Look) -> None:
    seen = look("CTR-001", {"package.json": FILES["package.json"], "app.js": APP})

    assert seen.failed == ["app.js:3"]
    assert "3 routes" in seen.text


def test_a_library_that_describes_it_holds(look: Look) -> None:
    code = APP.replace("app.listen", "const docs = require('swagger-jsdoc');\n    app.listen")

    assert look("CTR-001", {"package.json": FILES["package.json"], "app.js": code}).passed == ["app.js:6"]


def test_pages_are_no_api(look: Look) -> None:
    code = APP.replace("/v1", "").replace("res.json([])", "res.render('orders')")

    assert look("CTR-001", {"package.json": FILES["package.json"], "app.js": code}).outcomes == ["not_applicable"]


def test_operations_that_are_served_hold_whatever_a_parameter_is_called(look: Look) -> None:
    seen = look("CTR-002", FILES)

    assert seen.outcomes == ["pass"]
    assert "3 of the 3" in seen.text


def test_an_operation_that_nothing_serves_is_told(look: Look) -> None:
    more = SPEC.rstrip() + "\n        delete:\n          operationId: remove\n          responses: {}\n"
    more += "      /refunds:\n        post:\n          operationId: refund\n          responses: {}\n"
    seen = look("CTR-002", {**FILES, "openapi.yaml": more})

    assert seen.failed == ["openapi.yaml:19", "openapi.yaml:23"]
    assert "for GET only" in seen.text


def test_a_prefix_that_the_code_puts_before_all_routes_is_allowed_for(look: Look) -> None:
    code = APP.replace("'/v1/", "'/shop/v1/")

    assert look("CTR-002", {**FILES, "app.js": code}).outcomes == ["pass"]


def test_a_specification_of_something_else_is_not_judged(look: Look) -> None:
    other = SPEC.replace("/orders", "/planets")

    assert look("CTR-002", {**FILES, "openapi.yaml": other}).outcomes == ["unknown"]


def test_a_router_whose_prefix_is_not_known_leaves_it_open(look: Look) -> None:
    code = APP.replace("app.listen", "app.use(process.env.BASE, router);\n    app.listen")
    router = "const router = express.Router();\n    router.post('/refunds', (req, res) => res.json({}));\n    app.use("
    more = SPEC.rstrip() + "\n      /refunds:\n        post:\n          responses: {}\n"
    seen = look("CTR-002", {**FILES, "app.js": code.replace("app.use(", router), "openapi.yaml": more})

    assert "fail" not in seen.outcomes


def test_a_route_beside_the_specified_ones_is_told(look: Look) -> None:
    code = APP.replace("app.listen", "app.get('/v1/orders/search', (req, res) => res.json([]));\n    app.listen")
    seen = look("CTR-003", {**FILES, "app.js": code})

    assert seen.failed == ["app.js:6"]
    assert "/v1/orders/search" in seen.text


def test_health_checks_need_no_specification(look: Look) -> None:
    code = APP.replace("app.listen", "app.get('/health', (req, res) => res.json([]));\n    app.listen")

    assert look("CTR-003", {**FILES, "app.js": code}).outcomes == ["pass"]


def test_a_guard_that_is_promised_and_not_there(look: Look) -> None:
    asked = GUARDED.replace("operationId: place", "operationId: place\n          security: [{bearer: []}]")
    poor = look("CTR-012", {**FILES, "openapi.yaml": asked})
    good = look(
        "CTR-012",
        {
            **FILES,
            "openapi.yaml": asked,
            "app.js": APP.replace("post('/v1/orders', ", "post('/v1/orders', requireAuth, "),
        },
    )
    silent = look("CTR-012", {**FILES, "openapi.yaml": GUARDED})

    assert poor.failed == ["app.js:4"]
    assert "bearer" in poor.text
    assert good.outcomes == ["pass"]
    assert silent.outcomes == ["not_applicable"]


def test_a_sound_specification_holds(look: Look) -> None:
    assert look("CTR-005", FILES).outcomes == ["pass"]


def test_references_ids_and_parameters_that_are_wrong(look: Look) -> None:
    text = SPEC.replace("operationId: place", "operationId: list").replace("name: orderId", "name: id")
    text = text.replace("{description: all}", "{$ref: '#/components/responses/All'}")
    seen = look("CTR-005", {**FILES, "openapi.yaml": text})

    assert seen.failed == ["openapi.yaml:9", "openapi.yaml:10", "openapi.yaml:14"]
    assert "orderId" in seen.text


def test_operations_without_errors_hold_in_part(look: Look) -> None:
    poor = look("CTR-015", {**FILES, "openapi.yaml": SPEC.replace(', "404": {description: none}', "")})

    assert poor.failed == ["openapi.yaml:14"]
    assert look("CTR-015", FILES).outcomes == ["pass"]


def test_versions_in_paths(look: Look) -> None:
    more = "".join(f"app.get('/v1/{name}', (req, res) => res.json([]));\n    " for name in ("a", "b", "c"))
    code = APP.replace("app.listen", f"{more}app.listen")

    assert look("CTR-008", {**FILES, "app.js": code}).passed == ["app.js:3"]
    assert look("CTR-008", {**FILES, "app.js": code.replace("/v1/", "/")}).failed == ["app.js:3"]


def test_something_compares_specification_and_answers(look: Look) -> None:
    poor = look("CTR-006", FILES)
    good = look("CTR-006", {**FILES, "tests/contract.test.js": "const spec = read('openapi.yaml');\n"})

    assert (poor.failed, good.passed) == (["openapi.yaml:1"], ["tests/contract.test.js:1"])


def test_a_pipeline_checks_the_specification(look: Look) -> None:
    text = "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - run: {}\n"
    poor = look("CTR-010", {**FILES, ".github/workflows/ci.yml": text.format("npm test")})
    good = look("CTR-010", {**FILES, ".github/workflows/ci.yml": text.format("npx @redocly/cli lint openapi.yaml")})

    assert (poor.failed, good.passed) == (["openapi.yaml:1"], [".github/workflows/ci.yml:7"])


def test_what_is_meant_for_anybody_is_the_specification_s_fault(look: Look) -> None:
    asked = GUARDED.replace("operationId: place", "operationId: place\n          security: [{bearer: []}]")
    seen = look(
        "CTR-012",
        {
            **FILES,
            "openapi.yaml": asked.replace("/orders:", "/register:"),
            "app.js": APP.replace("/v1/orders'", "/v1/register'"),
        },
    )

    assert [(f.outcome, f.severity) for f in seen.findings] == [("partial", "low")]


def test_what_is_handed_to_generated_handlers_stays_open(look: Look) -> None:
    main = """
        package main
        import "github.com/gorilla/mux"
        func main() {
            r := mux.NewRouter()
            r.HandleFunc("/v1/orders", list).Methods("GET", "POST")
            r.HandleFunc("/v1/orders/{id}", show).Methods("GET")
            r.PathPrefix("/v1/rpc/").Handler(pb.NewServer())
        }
        """
    more = SPEC.rstrip() + "\n      /rpc/Pay:\n        post:\n          responses: {}\n"
    files = {"go.mod": "module shop\n", "main.go": main, "openapi.yaml": more}

    assert look("CTR-002", files).outcomes == ["unknown", "pass"]
    files["main.go"] = main.replace("PathPrefix", "Other")
    assert look("CTR-002", files).failed == ["openapi.yaml:20"]


PROTO = """
    syntax = "proto3";
    package acme.stock.v1;

    service Stock {
      rpc Take (TakeRequest) returns (TakeReply);
    }

    message TakeRequest {
      string sku = 1;
    }
    message TakeReply {
      bool taken = 1;
    }
    """
RUN = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {}\n"


def test_a_proto_file_describes_an_interface(look: Look, tmp_path: Path) -> None:
    """CTR-001"""
    assert look("CTR-001", {"proto/stock.proto": PROTO}).passed == ["proto/stock.proto:4"]
    assert look("CTR-001", {"api/stock.proto": PROTO}).outcomes == ["pass"]
    assert look("CTR-001", {"api/stock.proto": PROTO.replace("sku = 1", "name = 1")}).outcomes == ["not_applicable"]
    (tmp_path / "project/api/stock.proto").unlink()
    messages = PROTO.replace("service Stock", "message Stock").replace(
        "rpc Take (TakeRequest) returns (TakeReply);", ""
    )
    assert look("CTR-001", {"proto/stock.proto": messages}).outcomes == ["not_applicable"]


def test_a_pipeline_checks_proto_files(look: Look) -> None:
    """CTR-010"""
    files = {"proto/stock.proto": PROTO}
    poor = look("CTR-010", {**files, ".github/workflows/ci.yml": RUN.format("npm test")})
    good = look("CTR-010", {**files, ".github/workflows/ci.yml": RUN.format("buf breaking --against .git")})

    assert (poor.failed, "buf lint" in poor.findings[0].fix) == (["proto/stock.proto:4"], True)
    assert good.outcomes == ["pass"]
