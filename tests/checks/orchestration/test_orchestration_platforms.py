"""What hosting platforms and the Serverless Framework start."""

from __future__ import annotations

import pytest
from conftest import Look

SERVERLESS = """
    service: shop
    frameworkVersion: "3"
    provider:
      name: aws
      runtime: nodejs22.x
    functions:
      orders:
        handler: src/orders.list
        timeout: 20
        events:
          - httpApi: GET /orders
    """
HANDLER = {"src/orders.js": "exports.list = async () => ({ statusCode: 200 });\n"}


def test_a_handler_that_is_there_holds(look: Look) -> None:
    seen = look("ORC-018", {"serverless.yml": SERVERLESS, **HANDLER})

    assert (seen.failed, seen.passed) == ([], ["serverless.yml:8"])


def test_a_handler_without_its_file_or_its_function_fails(look: Look) -> None:
    nothing = look("ORC-018", {"serverless.yml": SERVERLESS})
    renamed = look("ORC-018", {"src/orders.js": "exports.find = async () => 1;\n"})

    assert (nothing.failed, renamed.failed) == (["serverless.yml:8"], ["serverless.yml:8"])
    assert "has no list" in renamed.text


def test_a_handler_that_a_build_or_a_plugin_makes_is_unknown(look: Look) -> None:
    built = look("ORC-018", {"serverless.yml": SERVERLESS.replace("src/orders.list", "dist/orders.list")})
    plugin = (
        SERVERLESS.replace("src/orders.list", "wsgi_handler.handler").rstrip() + "\n    plugins: [serverless-wsgi]\n"
    )
    brought = look("ORC-018", {"serverless.yml": plugin})

    assert (built.unknown, brought.unknown) == (["serverless.yml:8"], ["serverless.yml:8"])


def test_a_function_that_is_handed_on_cannot_be_told(look: Look) -> None:
    seen = look("ORC-018", {"serverless.yml": SERVERLESS, "src/orders.js": 'export * from "./all";\n'})

    assert (seen.failed, seen.unknown) == ([], ["serverless.yml:8"])


def test_a_procfile_starts_what_is_there(look: Look) -> None:
    files = {
        "Procfile": "web: npm run start:prod\nworker: node worker.js\n",
        "package.json": '{"name": "shop", "scripts": {"start:prod": "node server.js"}}',
        "server.js": "",
        "worker.js": "",
    }

    assert look("ORC-018", files).passed == ["Procfile:1", "Procfile:2"]


def test_a_procfile_that_starts_what_is_not_there_fails(look: Look) -> None:
    files = {
        "Procfile": "web: npm run start:prod\nworker: node worker.js\n",
        "package.json": '{"name": "shop", "scripts": {"start": "node server.js"}}',
    }

    assert look("ORC-018", files).failed == ["Procfile:1", "Procfile:2"]


def test_a_platform_s_dockerfile_must_be_there(look: Look) -> None:
    text = "services:\n  - {type: web, name: api, runtime: docker, dockerfilePath: ./api/Dockerfile}\n"
    absent = look("ORC-018", {"render.yaml": text})
    there = look("ORC-018", {"api/Dockerfile": "FROM node:22.12.0\n"})

    assert absent.failed == ["render.yaml:2"]
    assert there.failed == []


def test_a_function_outlives_its_caller(look: Look) -> None:
    slow = look("ORC-026", {"serverless.yml": SERVERLESS.replace("timeout: 20", "timeout: 120")})
    quick = look("ORC-026", {"serverless.yml": SERVERLESS})

    assert (slow.failed, quick.passed) == (["serverless.yml:9"], ["serverless.yml:9"])


def test_a_queue_s_function_may_take_its_time(look: Look) -> None:
    text = SERVERLESS.replace("httpApi: GET /orders", "sqs: arn:aws:sqs:eu-west-1:1:q").replace("20", "120")

    assert look("ORC-026", {"serverless.yml": text}).outcomes == ["not_applicable"]


def test_ended_runtimes_are_named(look: Look) -> None:
    old = look("ORC-030", {"serverless.yml": SERVERLESS.replace("nodejs22.x", "nodejs14.x")})
    new = look("ORC-030", {"serverless.yml": SERVERLESS})

    assert (old.failed, new.passed) == (["serverless.yml:5"], ["serverless.yml:5"])


def test_version_four_asks_the_pipeline_for_a_key(look: Look) -> None:
    pipeline = """
        on: push
        jobs:
          deploy:
            runs-on: ubuntu-24.04
            steps:
              - run: npx serverless deploy
        """
    files = {
        "serverless.yml": SERVERLESS.replace('"3"', '"4"'),
        ".github/workflows/deploy.yml": pipeline,
    }
    keyed = (
        pipeline.rstrip() + "\n                env: {SERVERLESS_ACCESS_KEY: '${{ secrets.SERVERLESS_ACCESS_KEY }}'}\n"
    )

    assert look("ORC-029", files).failed == ["serverless.yml:2"]
    assert look("ORC-029", {".github/workflows/deploy.yml": keyed}).passed == ["serverless.yml:2"]
    assert look("ORC-029", {"serverless.yml": SERVERLESS}).outcomes == ["not_applicable"]


HANDLERS = """
    service: api
    frameworkVersion: "3"
    provider: {{name: aws, runtime: nodejs20.x}}
    functions:
      get:
        handler: src/get.handler
    plugins: [{plugin}]
    """


@pytest.mark.parametrize(
    ("plugin", "failed"), [("serverless-offline", ["serverless.yml:6"]), ("serverless-esbuild", [])]
)
def test_typescript_that_nothing_compiles(look: Look, plugin: str, failed: list[str]) -> None:
    files = {
        "serverless.yml": HANDLERS.format(plugin=plugin),
        "src/get.ts": "export const handler = async () => ({});\n",
    }
    assert look("ORC-018", files).failed == failed
