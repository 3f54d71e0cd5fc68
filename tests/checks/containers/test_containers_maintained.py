"""Whether what images stand on is still maintained."""

from __future__ import annotations

import pytest
from conftest import Look


@pytest.mark.parametrize(
    "image",
    [
        "node:16-alpine",
        "python:3.8.10-slim",
        "python:3.12-buster",
        "openjdk:17",
        "ubuntu:18.04",
        "docker.io/library/postgres:11",
    ],
)
def test_a_release_that_has_ended_is_found(look: Look, image: str) -> None:
    assert look("CON-066", {"Dockerfile": f"FROM {image}\n"}).failed == ["Dockerfile:1"]


@pytest.mark.parametrize("image", ["node:22.12.0-slim", "python:3.13-slim-bookworm", "ubuntu:24.04", "postgres:16.4"])
def test_a_release_that_is_maintained_holds(look: Look, image: str) -> None:
    assert look("CON-066", {"Dockerfile": f"FROM {image}\n"}).passed == ["Dockerfile:1"]


@pytest.mark.parametrize(
    "image", ["python:3", "node:lts", "acme/node:12", "ghcr.io/acme/python:2.7", "scratch", "${BASE}"]
)
def test_what_is_not_known_is_left_alone(look: Look, image: str) -> None:
    assert look("CON-066", {"Dockerfile": f"FROM {image}\n"}).outcomes == ["not_applicable"]


def test_stores_of_compose_files_are_looked_at_at_their_line(look: Look) -> None:
    compose = "services:\n  db:\n    image: mysql:5.7\n  cache:\n    image: redis:7.2\n"
    seen = look("CON-066", {"compose.prod.yaml": compose})

    assert (seen.failed, seen.passed) == (["compose.prod.yaml:3"], ["compose.prod.yaml:5"])
