"""Whether code, specification, callers and types say the same of the interface."""

from __future__ import annotations

from conftest import Look

PACKAGE = '{"name": "api", "dependencies": {"express": "4.21.0"}}\n'
SERVER = """
    const express = require('express');
    const app = express();
    app.use(express.json());
    app.get('/v1/orders', (req, res) => res.json([]));
    app.post('/v1/orders', (req, res) => res.json({}));
    app.get('/v1/orders/:id', (req, res) => res.json({}));
    app.get('/v1/items', (req, res) => res.json([]));
    app.get('/v1/items/:id', (req, res) => res.json({}));
    app.get('/health', (req, res) => res.json({}));
    app.listen(3000);
    """
SPEC = """
    openapi: 3.0.3
    info: {title: Shop, version: 1.0.0}
    components:
      securitySchemes:
        token: {type: http, scheme: bearer}
    paths:
      /v1/orders:
        get: {operationId: listOrders, responses: {"200": {description: ok}}}
        post:
          operationId: createOrder
          requestBody: {content: {application/json: {schema: {type: object}}}}
          responses: {"201": {description: made}, "400": {description: refused}}
      /v1/orders/{id}:
        get:
          operationId: getOrder
          parameters: [{name: id, in: path, required: true, schema: {type: string}}]
          responses: {"200": {description: ok}, "404": {description: none}}
      /v1/items:
        get: {operationId: listItems, responses: {"200": {description: ok}}}
      /v1/items/{id}:
        get:
          operationId: getItem
          parameters: [{name: id, in: path, required: true, schema: {type: string}}]
          responses: {"200": {description: ok}, "404": {description: none}}
    """
API = {
    "api/package.json": PACKAGE,
    "api/Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "server.js"]\n',
    "compose.yaml": "services:\n  api:\n    build: ./api\n    ports: ['3000:3000']\n",
}
CODE = {**API, "api/server.js": SERVER}
WHOLE = {**CODE, "api/openapi.yaml": SPEC}
DOCUMENT = "api/openapi.yaml"
PIPELINE = """
    on: push
    jobs:
      test:
        runs-on: ubuntu-24.04
        steps:
          - run: npm test
    """
CI = ".github/workflows/ci.yml"


def test_routes_without_a_specification_are_told_at_the_first(look: Look) -> None:
    found = look("CTR-001", CODE)

    assert found.failed == ["api/server.js:4"]
    assert "api: 5 of 6 routes are an API" in found.text, "a health check is a route and none of the API"


def test_a_specification_describes_the_interface(look: Look) -> None:
    assert look("CTR-001", WHOLE).failed == []
    assert look("CTR-001", WHOLE).outcomes == ["pass"]


def test_an_operation_that_nothing_serves_is_told_in_the_specification(look: Look) -> None:
    seen = look(
        "CTR-002", {**WHOLE, "api/server.js": SERVER.replace("app.get('/v1/items/:id'", "app.get('/v1/things'")}
    )

    assert seen.failed == [f"{DOCUMENT}:21"]


def test_parameters_are_compared_by_their_place(look: Look) -> None:
    seen = look("CTR-002", {**WHOLE, "api/server.js": SERVER.replace(":id", ":number")})

    assert (seen.failed, seen.outcomes) == ([], ["pass"])


def test_a_path_served_for_another_method_is_told_with_it(look: Look) -> None:
    seen = look(
        "CTR-002", {**WHOLE, "api/server.js": SERVER.replace("app.get('/v1/items/:id'", "app.put('/v1/items/:id'")}
    )

    assert seen.failed == [f"{DOCUMENT}:21"]
    assert "serves that path for PUT only" in seen.text


def test_a_route_that_no_specification_has_is_told_at_the_route(look: Look) -> None:
    extra = SERVER.replace("app.listen", "app.delete('/v1/orders/:id', (req, res) => res.end());\n    app.listen")

    assert look("CTR-003", {**WHOLE, "api/server.js": extra}).failed == ["api/server.js:10"]


def test_health_routes_need_no_specification(look: Look) -> None:
    assert look("CTR-003", WHOLE).outcomes == ["pass"]


def test_types_that_are_not_checked_strictly(look: Look) -> None:
    config = '{\n  "compilerOptions": {\n    "strict": false\n  }\n}\n'
    seen = look("CTR-004", {"package.json": '{"name": "web"}', "tsconfig.json": config, "src/a.ts": "export {};\n"})

    assert seen.failed == ["tsconfig.json:3"]


def test_strictness_is_found_through_what_a_config_extends(look: Look) -> None:
    files = {
        "package.json": '{"name": "web"}',
        "config/base.json": '{\n  "compilerOptions": {"strict": true}\n}\n',
        "tsconfig.json": '{"extends": "./config/base.json"}\n',
        "src/a.ts": "export {};\n",
    }

    assert look("CTR-004", files).passed == ["config/base.json:2"]


def test_strict_with_a_part_taken_back_is_half(look: Look) -> None:
    config = '{\n  "compilerOptions": {\n    "strict": true,\n    "noImplicitAny": false\n  }\n}\n'
    seen = look("CTR-004", {"package.json": '{"name": "web"}', "tsconfig.json": config, "src/a.ts": "export {};\n"})

    assert (seen.outcomes, seen.failed) == (["partial"], ["tsconfig.json:4"])


def test_a_build_that_passes_with_type_errors(look: Look) -> None:
    files = {
        "package.json": '{"name": "web"}',
        "next.config.js": "module.exports = {\n  typescript: { ignoreBuildErrors: true },\n};\n",
    }

    assert look("CTR-004", files).failed == ["next.config.js:2"]


def test_a_sound_specification_holds(look: Look) -> None:
    assert look("CTR-005", WHOLE).outcomes == ["pass"]


def test_a_reference_to_nowhere(look: Look) -> None:
    poor = SPEC.replace("{schema: {type: object}}", "{schema: {$ref: '#/components/schemas/Order'}}")

    assert look("CTR-005", {DOCUMENT: poor}).failed == [f"{DOCUMENT}:11"]


def test_an_operation_id_that_stands_twice(look: Look) -> None:
    assert look("CTR-005", {DOCUMENT: SPEC.replace("listItems", "listOrders")}).failed == [f"{DOCUMENT}:19"]


def test_a_path_parameter_that_is_not_declared(look: Look) -> None:
    seen = look("CTR-005", {DOCUMENT: SPEC.replace("{name: id,", "{name: key,", 1)})

    assert seen.failed == [f"{DOCUMENT}:14"]
    assert "GET /v1/orders/{id} does not declare id" in seen.text


def test_a_specification_that_nothing_compares_with_the_code(look: Look) -> None:
    assert look("CTR-006", WHOLE).outcomes == ["fail"]


def test_a_validator_among_the_dependencies_compares_it(look: Look) -> None:
    package = PACKAGE.replace("}}", '}, "devDependencies": {"jest-openapi": "0.14.2"}}')

    assert look("CTR-006", {**WHOLE, "api/package.json": package}).passed == ["api/package.json:1"]


def web(call: str) -> dict[str, str]:
    """The API with a page that calls it."""
    return {
        **CODE,
        "compose.yaml": f"{CODE['compose.yaml']}  web:\n    build: ./web\n",
        "web/Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "index.js"]\n',
        "web/package.json": '{"name": "web", "dependencies": {"express": "4.21.0"}}\n',
        "web/index.js": f"async function load(id) {{\n  return {call};\n}}\nmodule.exports = load;\n",
    }


def test_a_call_of_a_route_that_there_is_not(look: Look) -> None:
    seen = look("CTR-007", web("fetch('http://api:3000/v1/order')"))

    assert seen.failed == ["web/index.js:2"]
    assert "/v1/orders is there" in seen.text


def test_a_call_with_a_computed_step_reaches_its_route(look: Look) -> None:
    assert look("CTR-007", web("fetch(`http://api:3000/v1/orders/${id}`)")).passed == ["web/index.js:2"]


def test_a_call_with_another_method_is_told_with_the_one_there_is(look: Look) -> None:
    seen = look("CTR-007", web("fetch('http://api:3000/v1/items', { method: 'DELETE' })"))

    assert seen.failed == ["web/index.js:2"]
    assert "serves that path for GET only" in seen.text


def test_an_api_without_a_version(look: Look) -> None:
    assert look("CTR-008", {**CODE, "api/server.js": SERVER.replace("/v1", "")}).failed == ["api/server.js:4"]
    assert look("CTR-008", CODE).passed == ["api/server.js:4"]


def test_a_version_may_be_chosen_by_a_header(look: Look) -> None:
    code = SERVER.replace("/v1", "").replace(
        "app.listen", "app.use((q, s, n) => n(q.get('X-API-Version')));\n    app.listen"
    )

    assert look("CTR-008", {**CODE, "api/server.js": code}).passed == ["api/server.js"]


STORES = """
    const app = require('express')();
    app.post('/v1/orders', async (req, res) => {
      %s
      const order = await Order.create(req.body);
      res.json(order);
    });
    """


def test_a_body_that_is_stored_as_it_came(look: Look) -> None:
    assert look("CTR-009", {**API, "api/server.js": STORES % "const now = Date.now();"}).failed == ["api/server.js:4"]


def test_a_body_that_was_checked_before_is_not(look: Look) -> None:
    checked = look("CTR-009", {**API, "api/server.js": STORES % "schema.parse(req.body);"})

    assert (checked.failed, checked.passed) == ([], ["api/server.js:4"])


def test_fields_that_are_named_may_be_stored(look: Look) -> None:
    named = (STORES % "").replace("create(req.body)", "create({ name: req.body.name })")

    assert look("CTR-009", {**API, "api/server.js": named}).failed == []


def test_a_pipeline_that_checks_no_specification(look: Look) -> None:
    assert look("CTR-010", {**WHOLE, CI: PIPELINE}).failed == [f"{DOCUMENT}:1"]


def test_a_linter_in_the_pipeline_checks_it(look: Look) -> None:
    lint = PIPELINE.replace("npm test", "npx @redocly/cli lint api/openapi.yaml")

    assert look("CTR-010", {**WHOLE, CI: lint}).passed == [f"{CI}:6"]


def test_types_that_are_turned_off_all_over(look: Look) -> None:
    clean = "".join(f"export const a{n}: number = {n};\n" for n in range(420))
    files = {"package.json": '{"name": "web"}', "src/a.ts": clean + "export const b: any = 1;\n" * 10}

    assert look("CTR-011", files).failed == ["src/a.ts:421"]
    assert look("CTR-011", {**files, "src/a.ts": clean + "export const b: any = 1;\n"}).passed == ["src/a.ts:421"]


GUARDED = """
    const express = require('express');
    const passport = require('passport');
    const app = express();
    const auth = passport.authenticate('jwt', { session: false });
    app.get('/v1/orders', auth, (req, res) => res.json([]));
    app.post('/v1/orders', auth, (req, res) => res.json({}));
    app.get('/v1/orders/:id', (req, res) => res.json({}));
    app.get('/v1/items', (req, res) => res.json([]));
    app.get('/v1/items/:id', (req, res) => res.json({}));
    app.listen(3000);
    """


def test_a_token_that_the_specification_asks_for_and_the_code_does_not(look: Look) -> None:
    spec = SPEC.replace("operationId: getOrder", "operationId: getOrder\n          security: [{token: []}]")
    seen = look("CTR-012", {**API, "api/server.js": GUARDED, DOCUMENT: spec})

    assert seen.failed == ["api/server.js:7"]
    assert "the specification asks for token" in seen.text


def test_a_token_that_both_ask_for_holds(look: Look) -> None:
    spec = SPEC.replace("operationId: createOrder", "operationId: createOrder\n          security: [{token: []}]")
    seen = look("CTR-012", {**API, "api/server.js": GUARDED, DOCUMENT: spec})

    assert (seen.failed, seen.outcomes) == ([], ["pass"])


PROTO = """
    syntax = "proto3";
    package shop.v1;
    message Order {
      string id = 1;
      int64 total = 2;
    }
    """


def test_copies_of_an_interface_that_differ(look: Look) -> None:
    copy = PROTO.replace("int64 total = 2", "string name = 2")
    seen = look("CTR-014", {"a/shop.proto": PROTO, "b/shop.proto": copy})

    assert seen.failed == ["b/shop.proto:5"]
    assert "`string name`" in seen.text


def test_a_copy_that_lacks_a_field_agrees(look: Look) -> None:
    copy = PROTO.replace("      int64 total = 2;\n", "")

    assert look("CTR-014", {"a/shop.proto": PROTO, "b/shop.proto": copy}).outcomes == ["pass"]


def test_operations_that_state_no_error(look: Look) -> None:
    poor = SPEC.replace(', "404": {description: none}', "")
    seen = look("CTR-015", {DOCUMENT: poor})

    assert seen.outcomes == ["partial"]
    assert seen.failed == [f"{DOCUMENT}:14"]
    assert look("CTR-015", {DOCUMENT: SPEC}).outcomes == ["pass"]


def test_a_root_below_an_unknown_prefix_joins_no_specification(look: Look) -> None:
    server = 'package main\nimport "github.com/labstack/echo/v4"\nfunc main() {\n\te := echo.New()\n\te.GET(cfg.Path, show)\n\te.Start(":80")\n}\n'
    one = "openapi: 3.0.3\ninfo: {title: Shop, version: 1.0.0}\npaths:\n  /v1/orders:\n    get: {responses: {}}\n    post: {responses: {}}\n"
    files = {"go.mod": "module shop\n", "main.go": server, "openapi.yaml": one}

    assert look("CTR-002", files).failed == []
    assert look("CTR-002", {**files, "main.go": server.replace("cfg.Path", '"/v1/orders"')}).failed == [
        "openapi.yaml:6"
    ]
