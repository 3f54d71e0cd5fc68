"""Dockerfiles that no compose file builds."""

from __future__ import annotations

import pytest
from writing import Write

from kit.system.dockerfile_join import build_context

COPIES = "FROM python:3.12\nCOPY . .\n"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Dockerfile", "shop"),
        ("api/Dockerfile", "api"),
        ("api.Dockerfile", "api"),
        ("Dockerfile.worker", "worker"),
        ("services/mail/docker/Dockerfile", "mail"),
        ("docker/Dockerfile.prod", "shop"),
        ("services/orders/ci/Dockerfile", "orders"),
    ],
)
def test_a_service_is_called_by_the_place_of_its_dockerfile(project_of: Write, path: str, name: str) -> None:
    assert [s.name for s in project_of({path: COPIES}).system.services] == [name]


@pytest.mark.parametrize("path", ["Dockerfile.dev", ".devcontainer/Dockerfile", "test.Dockerfile", "Dockerfile.ci"])
def test_what_only_developers_or_tests_build_is_no_service(project_of: Write, path: str) -> None:
    assert project_of({path: COPIES}).system.services == ()


def test_another_dockerfile_beside_the_plain_one_is_the_same_service(project_of: Write) -> None:
    system = project_of({"api/Dockerfile": COPIES, "api/Dockerfile.alpine": COPIES}).system

    assert [s.name for s in system.services] == ["api"]


def test_another_dockerfile_that_a_pipeline_builds_is_a_service_of_its_own(project_of: Write) -> None:
    system = project_of(
        {
            "Dockerfile": COPIES,
            "Dockerfile.worker": COPIES,
            "Makefile": "image:\n\tdocker build -f Dockerfile.worker .\n",
        }
    ).system

    assert {s.name for s in system.services} == {"shop", "worker"}


def test_the_context_is_the_folder_that_holds_what_is_copied(project_of: Write) -> None:
    project = project_of(
        {
            "deploy/api/Dockerfile": "FROM python:3.12\nCOPY pyproject.toml uv.lock ./\n",
            "pyproject.toml": "[project]\nname = 'api'\n",
            "uv.lock": "",
        }
    )

    assert build_context(project, project.dockerfiles[0], ()) == "."


def test_the_context_that_a_script_gives_goes_before_a_guess(project_of: Write) -> None:
    project = project_of(
        {
            "api/Dockerfile": "FROM python:3.12\nCOPY app.py .\n",
            "api/app.py": "",
            "Makefile": "build:\n\tdocker build -f api/Dockerfile -t api .\n",
        }
    )

    build = project.system.services[0].build

    assert build is not None and build.context == "."


def test_the_production_build_takes_the_place_of_the_developers_one(project_of: Write) -> None:
    system = project_of(
        {
            "docker-compose.yml": "services: {api: {build: {context: api, dockerfile: Dockerfile.dev}}}\n",
            "api/Dockerfile.dev": COPIES,
            "api/Dockerfile": COPIES,
        }
    ).system

    assert [s.build.dockerfile for s in system.services if s.build] == ["api/Dockerfile"]


def test_a_dockerfile_that_one_of_several_compose_files_builds_is_no_service_of_its_own(project_of: Write) -> None:
    system = project_of(
        {
            "compose.alpine.yml": "services: {api: {build: {context: ., dockerfile: alpine.Dockerfile}}}\n",
            "compose.yml": "services: {api: {build: .}}\n",
            "Dockerfile": COPIES,
            "alpine.Dockerfile": COPIES,
        }
    ).system

    assert [s.name for s in system.services] == ["api"]


@pytest.mark.parametrize(
    ("beside", "names"), [(("control", "rules"), []), (("shop.spec",), []), (("spec", "rules"), ["api"])]
)
def test_an_image_that_makes_a_system_package_is_no_service(
    project_of: Write, beside: tuple[str, ...], names: list[str]
) -> None:
    system = project_of({"api/Dockerfile": COPIES, **{f"api/{name}": "" for name in beside}}).system

    assert [s.name for s in system.services] == names


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("FROM golang:1.22\nCOPY go.mod go.sum ./\nRUN go install tool\n", []),
        ("FROM alpine:3.20 AS runtime\nRUN apk add bash make\nWORKDIR /work\n", []),
        ("FROM golang:1.22\nCOPY . .\n", ["api"]),
        ("FROM golang:1.22\nCOPY go.mod .\nCMD [\"serve\"]\n", ["api"]),
        ("FROM nginx:1.27\n", ["api"]),
    ],
)  # fmt: skip
def test_an_image_to_work_in_is_no_service(project_of: Write, lines: str, names: list[str]) -> None:
    assert [
        s.name
        for s in project_of(
            {"api/Dockerfile": lines, "api/go.mod": "", "api/main.go": "package main\n"}
        ).system.services
    ] == names
