"""What compose files bring into containers, and what starts there."""

from __future__ import annotations

import pytest
from conftest import Look

MOUNTS = """
    services:
      proxy:
        image: nginx:1.27
        volumes: ["./nginx/{name}:/etc/nginx/nginx.conf:ro"]
    """


def test_a_file_that_is_mounted_and_not_there_becomes_a_folder(look: Look) -> None:
    files = {"nginx/nginx.conf": "events {}\n", "docker-compose.prod.yml": MOUNTS.format(name="nginx.prod.conf")}
    assert look("CON-068", files).failed == ["docker-compose.prod.yml:4"]


@pytest.mark.parametrize(
    "files",
    [
        {"compose.yaml": MOUNTS.format(name="nginx.conf"), "nginx/nginx.conf": "events {}\n"},
        {"compose.yaml": MOUNTS.format(name="made.conf"), ".gitignore": "made.conf\n"},
        {"compose.yaml": MOUNTS.format(name="made.conf"), "setup.sh": "envsubst < a > nginx/made.conf\n"},
        {"compose.yaml": MOUNTS.format(name="certs/made.conf")},
        {"docker-compose.dev.yml": MOUNTS.format(name="gone.conf")},
    ],
)
def test_files_that_are_there_or_made_elsewhere_hold(look: Look, files: dict[str, str]) -> None:
    assert look("CON-068", files).failed == []


def test_a_script_is_run_out_of_a_folder_that_does_not_hold_it(look: Look) -> None:
    text = "services:\n  backup:\n    image: alpine:3.22\n    volumes: ['./ops:/ops']\n    command: sh -c '/ops/backup.sh'\n"
    assert look("CON-068", {"compose.yaml": text, "ops/other.sh": "echo\n"}).failed == ["compose.yaml:5"]
    assert look("CON-068", {"compose.yaml": text, "ops/backup.sh": "echo\n"}).failed == []


def test_images_without_a_version_are_told_once_per_file(look: Look) -> None:
    text = "services:\n  a:\n    image: traefik\n  b:\n    image: ${API:-acme/api:latest}\n  c:\n    image: redis:7.4\n"
    seen = look("CON-069", {"docker-compose.prod.yml": text})
    assert seen.failed == ["docker-compose.prod.yml:3"] and "a, b" in seen.text


@pytest.mark.parametrize("image", ["redis:7.4", "redis@sha256:" + "a" * 64, "${IMAGE}", "${IMAGE:-acme/api:1.4.2}"])
def test_images_with_a_version_hold(look: Look, image: str) -> None:
    assert look("CON-069", {"compose.yaml": f"services:\n  a:\n    image: '{image}'\n"}).failed == []


STARTED = "services:\n  web:\n    image: node:22.12.0\n    volumes: ['.:/app']\n    command: sh -c '{command}'\n"


@pytest.mark.parametrize("command", ["npm install && node server.js", "pip install -r requirements.txt && python a.py"])
def test_packages_that_are_installed_at_each_start(look: Look, command: str) -> None:
    assert look("CON-067", {"compose.yaml": STARTED.format(command=command)}).failed == ["compose.yaml:5"]


def test_an_entry_script_that_installs(look: Look) -> None:
    dockerfile = 'FROM python:3.12.7\nCOPY start.sh /start.sh\nCMD ["/start.sh"]\n'
    files = {"Dockerfile": dockerfile, "start.sh": "#!/bin/sh\napt-get install -y curl\nexec python a.py\n"}
    files["compose.yaml"] = "services:\n  api:\n    build: .\n"
    assert look("CON-067", files).failed == ["start.sh:2"]


@pytest.mark.parametrize(
    "files",
    [
        {"compose.yaml": STARTED.format(command="node server.js")},
        {"docker-compose.dev.yml": STARTED.format(command="npm install && npm run dev")},
        {"Dockerfile": "FROM node:22.12.0\nRUN npm ci\nCMD node server.js\n"},
    ],
)
def test_what_is_installed_in_images_and_for_development_holds(look: Look, files: dict[str, str]) -> None:
    assert look("CON-067", files).failed == []


CHECKED = "FROM {base}\n{more}COPY . .\nHEALTHCHECK CMD {check}\nCMD python app.py\n"


@pytest.mark.parametrize(
    ("base", "check"),
    [
        ("python:3.12-slim", "wget -qO- http://localhost/ || exit 1"),
        ("python:3.12-slim", '["curl", "-f", "http://localhost/"]'),
        ("node:22-alpine", "curl -f http://localhost/ || exit 1"),
        ("ubuntu:24.04", "curl -f http://localhost/"),
    ],
)
def test_a_health_check_calls_what_the_image_does_not_have(look: Look, base: str, check: str) -> None:
    seen = look("CON-022", {"Dockerfile": CHECKED.format(base=base, more="", check=check)})
    assert "Dockerfile:3" in seen.failed


@pytest.mark.parametrize(
    ("base", "more", "check"),
    [
        ("python:3.12", "", "curl -f http://localhost/"),
        ("node:22-alpine", "", "wget -qO- http://localhost/"),
        ("python:3.12-slim", "RUN apt-get update && apt-get install -y curl\n", "curl -f http://localhost/"),
        ("python:3.12-slim", "", "python check.py"),
        ("acme/python:3.12-slim", "", "curl -f http://localhost/"),
        ("python:3.12-slim", "COPY --from=tools /curl /usr/local/bin/\n", "curl -f http://localhost/"),
        ("python:3.12-slim", "", "curl -f http://localhost/ || wget -q http://localhost/"),
    ],
)
def test_a_health_check_whose_tool_may_be_there_holds(look: Look, base: str, more: str, check: str) -> None:
    assert look("CON-022", {"Dockerfile": CHECKED.format(base=base, more=more, check=check)}).failed == []


def test_the_check_of_a_compose_file_needs_its_tool_too(look: Look) -> None:
    compose = "services:\n  api:\n    build: .\n    healthcheck:\n      test: [CMD, curl, -f, 'http://localhost/']\n"
    files = {"Dockerfile": "FROM node:22-alpine\nCOPY . .\nCMD node a.js\n", "docker-compose.prod.yml": compose}
    assert "docker-compose.prod.yml:5" in look("CON-022", files).failed


ENTRY = 'FROM {base}\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n{more}ENTRYPOINT ["{entry}"]\n'


def test_an_entry_script_that_nothing_brings(look: Look) -> None:
    text = ENTRY.format(base="python:3.12-slim", more="", entry="/app/entrypoint.sh")
    files = {"Dockerfile": text, "requirements.txt": "flask\n", "entrypoint.sh": "exec $@\n"}
    assert look("CON-008", files).failed == ["Dockerfile:5"]


@pytest.mark.parametrize(
    ("base", "more", "entry"),
    [
        ("python:3.12-slim", "COPY entrypoint.sh /app/\n", "/app/entrypoint.sh"),
        ("python:3.12-slim", "COPY entrypoint.sh /usr/local/bin/\n", "entrypoint.sh"),
        ("python:3.12-slim", "RUN curl -o /app/entrypoint.sh http://x\n", "/app/entrypoint.sh"),
        ("python:3.12-slim", "RUN ./build.sh\n", "/app/entrypoint.sh"),
        ("acme/base:1", "", "/app/entrypoint.sh"),
        ("python:3.12-slim", "COPY --from=other /x /app\n", "/app/entrypoint.sh"),
        ("python:3.12-slim", "COPY *.sh /app/\n", "/app/entrypoint.sh"),
    ],
)
def test_an_entry_script_that_something_may_bring(look: Look, base: str, more: str, entry: str) -> None:
    files = {
        "Dockerfile": ENTRY.format(base=base, more=more, entry=entry),
        "entrypoint.sh": "exec $@\n",
        "requirements.txt": "",
    }
    assert look("CON-008", files).failed == []


STORE = "services:\n  db:\n    image: {image}\n    volumes: ['data:{target}']\nvolumes:\n  data: {{}}\n"


@pytest.mark.parametrize(
    ("image", "target"),
    [("postgres:16", "/var/lib/postgres/data"), ("postgres:16", "/var/lib/postgresql"), ("mongo:7", "/data")],
)
def test_a_volume_beside_the_data_keeps_nothing(look: Look, image: str, target: str) -> None:
    assert look("CON-020", {"docker-compose.prod.yml": STORE.format(image=image, target=target)}).failed == [
        "docker-compose.prod.yml:4"
    ]


@pytest.mark.parametrize(
    ("image", "target"),
    [
        ("postgres:16", "/var/lib/postgresql/data"),
        ("postgres:18", "/var/lib/postgresql"),
        ("postgis/postgis:16-3.4", "/var/lib/postgresql"),
        ("mysql:8.4", "/var/lib/mysql/"),
        ("mysql:8.4", "${DATA}"),
    ],
)
def test_a_volume_at_the_data_holds(look: Look, image: str, target: str) -> None:
    assert look("CON-020", {"docker-compose.prod.yml": STORE.format(image=image, target=target)}).failed == []


@pytest.mark.parametrize(("tag", "failed"), [("8.0", ["Dockerfile:1"]), ("8.0-noble-chiseled", [])])
def test_images_of_dotnet_run_as_root_unless_they_are_chiseled(look: Look, tag: str, failed: list[str]) -> None:
    text = f'FROM mcr.microsoft.com/dotnet/aspnet:{tag}\nCOPY . .\nCMD ["dotnet", "Api.dll"]\n'
    assert look("CON-002", {"Dockerfile": text}).failed == failed
