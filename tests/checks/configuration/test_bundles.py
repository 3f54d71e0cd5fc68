"""Are a bundle's variables there when it is built?"""

from __future__ import annotations

import pytest
from conftest import Look

COMPOSE = """
services:
  web:
    build: .
    environment:
      VITE_API_URL: https://api.shop.test
"""
FILES = {
    "package.json": '{"name": "web", "devDependencies": {"vite": "5.0.0"}}',
    "src/api.ts": "export const url = import.meta.env.VITE_API_URL;\n",
    "docker-compose.prod.yml": COMPOSE,
}
DOCKERFILE = "FROM node:22 AS build\nCOPY . .\n{}RUN npm run build\n"


def test_a_variable_that_only_the_running_container_has_comes_too_late(look: Look) -> None:
    seen = look("CFG-009", {**FILES, "Dockerfile": DOCKERFILE.format("")})

    assert seen.failed == ["docker-compose.prod.yml:5"]


def test_an_argument_of_the_build_holds(look: Look) -> None:
    compose = COMPOSE.replace("build: .", "build: {context: ., args: {VITE_API_URL: /api}}")
    files = {**FILES, "Dockerfile": DOCKERFILE.format("ARG VITE_API_URL\n")}

    assert look("CFG-009", {**files, "docker-compose.prod.yml": compose}).passed == ["Dockerfile:3"]
    literal = {**FILES, "Dockerfile": DOCKERFILE.format("ARG VITE_API_URL=/api\n")}
    assert look("CFG-009", literal).passed == ["Dockerfile:3"]


def test_an_argument_that_no_build_gives_is_empty(look: Look) -> None:
    bare = {**FILES, "docker-compose.prod.yml": "services:\n  web:\n    build: .\n"}
    files = {**bare, "Dockerfile": DOCKERFILE.format("ARG VITE_API_URL\nENV VITE_API_URL=$VITE_API_URL\n")}
    push = (
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: docker build --build-arg VITE_API_URL=/api .\n"
    )

    assert look("CFG-009", files).outcomes == ["partial"]
    assert look("CFG-009", {**files, ".github/workflows/ci.yml": push}).outcomes == ["pass"]


def test_an_argument_below_the_build_comes_too_late(look: Look) -> None:
    late = "FROM node:22 AS build\nCOPY . .\nRUN npm run build\nFROM nginx:1\nARG VITE_API_URL=/api\n"

    assert look("CFG-009", {**FILES, "Dockerfile": late}).outcomes == ["fail"]


@pytest.mark.parametrize(("given", "outcome"), [("VITE_API_URL: /api", "pass"), ("OTHER: a", "fail")])
def test_a_development_server_reads_it_when_it_starts(look: Look, given: str, outcome: str) -> None:
    compose = COMPOSE.replace("VITE_API_URL: https://api.shop.test", given)
    serves = 'FROM node:22\nCOPY . .\nRUN npm ci\nCMD ["npm", "run", "dev"]\n'
    seen = look("CFG-009", {**FILES, "docker-compose.prod.yml": compose, "Dockerfile": serves})

    assert seen.outcomes == [outcome]
    assert "bundle it is undefined" not in seen.text


def test_a_value_that_is_put_in_at_start_holds(look: Look) -> None:
    script = "#!/bin/sh\nsed -i s/VITE_API_URL/$VITE_API_URL/ dist/*.js\n"

    assert look("CFG-009", {**FILES, "Dockerfile": DOCKERFILE.format(""), "start.sh": script}).failed == []


def test_a_variable_that_nobody_gives_is_undefined(look: Look) -> None:
    files = {
        **FILES,
        "docker-compose.prod.yml": "services:\n  web:\n    build: .\n",
        "Dockerfile": DOCKERFILE.format(""),
    }

    assert look("CFG-009", files).failed == ["src/api.ts:1"]
    assert (
        look("CFG-009", {**files, "src/api.ts": "export const url = import.meta.env.VITE_API_URL ?? '/api';\n"}).failed
        == []
    )


def test_a_prefix_counts_for_the_framework_that_knows_it(look: Look) -> None:
    files = {
        "src/api.ts": "export const url = process.env.PUBLIC_API_URL;\n",
        "docker-compose.prod.yml": COMPOSE.replace("VITE_", "PUBLIC_"),
        "Dockerfile": DOCKERFILE.format(""),
    }
    others = '{"name": "web", "dependencies": {"next": "15.0.0"}}'

    kit = '{"name": "web", "devDependencies": {"@sveltejs/kit": "2.0.0"}}'
    assert look("CFG-009", {**files, "package.json": kit}).failed == ["docker-compose.prod.yml:5"]
    assert look("CFG-009", {**files, "package.json": others}).outcomes == ["not_applicable"]


def test_services_that_build_one_program_lack_a_variable_together(look: Look) -> None:
    compose = """
    services:
      web:
        build: .
      worker:
        build: {context: ., dockerfile: Dockerfile.worker}
    """
    bare = DOCKERFILE.format("")
    files = {**FILES, "docker-compose.prod.yml": compose, "Dockerfile": bare, "Dockerfile.worker": bare}
    both = look("CFG-009", files)

    assert both.outcomes == ["fail"]
    one = look("CFG-009", {**files, "Dockerfile": DOCKERFILE.format("ARG VITE_API_URL=/api\n")})
    assert sorted(one.outcomes) == ["fail", "pass"]
