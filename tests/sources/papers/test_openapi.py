"""OpenAPI descriptions: operations, security, servers, references."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sources.formats.documents import Documents
from kit.sources.formats.documents import parse as parse_document
from kit.sources.papers.openapi import OpenApi, find, parse
from kit.sources.tree.files import FileIndex

_THREE = """\
    openapi: 3.0.3
    info: {title: Shop}
    servers:
      - url: https://shop.example/v1
    security:
      - bearer: []
    components:
      securitySchemes:
        bearer: {type: http, scheme: bearer}
      schemas:
        Item: {type: object}
    paths:
      /items/{id}:
        parameters: []
        get:
          operationId: item
          tags: [items]
          responses: {'200': {$ref: '#/components/schemas/Item'}}
        post:
          security: []
          requestBody: {}
          responses: {'201': {$ref: '#/components/schemas/Lost'}}
        delete:
          deprecated: true
          security: [{bearer: []}, {}]
    """


def read(text: str, path: str = "api.yaml") -> OpenApi:
    found = parse(parse_document(dedent(text), path))
    assert found is not None
    return found


def test_operations_have_the_servers_path_and_their_line() -> None:
    found = read(_THREE)
    assert [(o.method, o.path, o.at.line) for o in found.operations] == [
        ("GET", "/v1/items/{id}", 15),
        ("POST", "/v1/items/{id}", 19),
        ("DELETE", "/v1/items/{id}", 23),
    ]
    assert (found.operations[0].operation_id, found.operations[0].responses) == ("item", ("200",))
    assert (found.version, found.title, list(found.schemas)) == ("3.0.3", "Shop", ["Item"])


def test_security_is_inherited_overridden_and_optional() -> None:
    get, post, delete = read(_THREE).operations
    assert (get.security, get.open) == ((("bearer",),), False)
    assert (post.security, post.open) == ((), True)
    assert delete.open


def test_a_reference_that_leads_nowhere_is_told() -> None:
    (found,) = read(_THREE).unresolved
    assert (found.message, found.at.line) == ("#/components/schemas/Lost leads nowhere.", 22)


def test_version_two_has_a_base_path_and_definitions() -> None:
    found = read("""\
        {"swagger": "2.0", "host": "a.example", "basePath": "/api/", "schemes": ["https"],
         "securityDefinitions": {"key": {"type": "apiKey", "in": "header"}},
         "definitions": {"A": {}},
         "paths": {"/x": {"put": {"parameters": [{"in": "body"}]}}}}
        """, "api.json")  # fmt: skip
    (put,) = found.operations
    assert (put.method, put.path, put.security, put.request_body) == ("PUT", "/api/x", None, True)
    assert [s[0] for s in found.servers] == ["https://a.example/api/"]
    assert [(s.name, s.kind, s.location) for s in found.security_schemes] == [("key", "apiKey", "header")]
    assert list(found.schemas) == ["A"]


def test_servers_that_differ_give_no_base_path() -> None:
    text = "openapi: 3.1.0\nservers: [{url: /a}, {url: /b}]\npaths: {/x: {get: {}}}\n"
    assert [o.path for o in read(text).operations] == ["/x"]


def test_paths_in_other_files_are_followed_inside_the_project_only(tmp_path: Path) -> None:
    (tmp_path / "paths").mkdir()
    (tmp_path / "paths" / "x.yaml").write_text("x:\n  get: {operationId: x}\n")
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.0.0\npaths:\n  /x: {$ref: 'paths/x.yaml#/x'}\n  /y: {$ref: '../outside.yaml#/y'}\n"
    )
    files = FileIndex.of(tmp_path)
    (found,) = find(files, Documents(files))
    assert [(o.operation_id, o.at.path) for o in found.operations] == [("x", "paths/x.yaml")]
    assert [p.at.line for p in found.unresolved] == [4]


def test_references_in_a_circle_end() -> None:
    text = "openapi: 3.0.0\npaths: {/x: {$ref: '#/paths/~1y'}, /y: {$ref: '#/paths/~1x'}}\n"
    assert len(read(text).unresolved) == 2


def test_other_documents_are_none() -> None:
    assert parse(parse_document("openapi: true\npaths: {}\n", "a.yaml")) is None
    assert parse(parse_document("version: 3.0.0\n", "a.yaml")) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["3.0.0", "#/paths", "get", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["openapi", "paths", "/x", "get", "security", "$ref", "url"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(_JSON)
def test_no_document_raises(value: object) -> None:
    parse(parse_document(json.dumps({"openapi": "3.0.0", "paths": value}), "a.json"))
