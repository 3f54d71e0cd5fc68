"""What specifications say of credentials."""

from __future__ import annotations

from conftest import Look

SPEC = """
    openapi: 3.0.3
    info: {title: Shop, version: 1.0.0}
    servers:
      - url: https://api.example.com/v1
    paths:
      /orders:
        post:
          security: [{bearer: []}]
          responses: {"201": {description: made}}
    components:
      securitySchemes:
        bearer: {type: http, scheme: bearer}
    """


def test_https_and_bearer_tokens_hold(look: Look) -> None:
    assert look("CTR-040", {"openapi.yaml": SPEC}).passed == ["openapi.yaml:1"]
    assert look("CTR-041", {"openapi.yaml": SPEC}).passed == ["openapi.yaml:1"]


def test_plain_http_is_told_but_for_one_s_own_machine(look: Look) -> None:
    assert look("CTR-040", {"openapi.yaml": SPEC.replace("https:", "http:")}).failed == ["openapi.yaml:4"]
    assert (
        look("CTR-040", {"openapi.yaml": SPEC.replace("https://api.example.com", "http://localhost:3000")}).failed == []
    )


def test_schemes_of_many_operations_are_told_once(look: Look) -> None:
    verbs = "".join(f"    {verb}: {{schemes: [http, https], responses: {{200: {{}}}}}}\n" for verb in ("get", "post"))
    spec = "swagger: '2.0'\ninfo: {title: a, version: '1'}\npaths:\n  /a:\n" + verbs

    assert look("CTR-040", {"swagger.yaml": spec}).failed == ["swagger.yaml:5"]


def test_basic_authentication_and_the_implicit_flow_are_told(look: Look) -> None:
    basic = SPEC.replace("scheme: bearer", "scheme: basic")
    implicit = SPEC.replace("{type: http, scheme: bearer}", "{type: oauth2, flows: {implicit: {scopes: {}}}}")

    assert look("CTR-040", {"openapi.yaml": basic}).failed == ["openapi.yaml:12"]
    assert look("CTR-040", {"openapi.yaml": implicit}).failed == ["openapi.yaml:12"]


def test_a_scheme_that_is_asked_for_is_defined(look: Look) -> None:
    assert look("CTR-041", {"openapi.yaml": SPEC.replace("bearer: []", "token: []")}).failed == ["openapi.yaml:8"]


def test_operations_that_change_something_ask_for_some_scheme(look: Look) -> None:
    open_ = SPEC.replace("security: [{bearer: []}]", "summary: order")

    assert look("CTR-041", {"openapi.yaml": open_}).failed == ["openapi.yaml:1"]
    assert look("CTR-041", {"openapi.yaml": open_.replace("post:", "get:")}).failed == []
