"""What a service listens on and serves, as command, code, environment and proxy say together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from kit.project import Project
from kit.system.model import Service

Open = Callable[[Mapping[str, str]], Project]
PYTHON = {
    "main.py": "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get('/items/{id}')\ndef one(id: int): ...\n",
    "requirements.txt": "fastapi==0.115.6\n",
}


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    def write(files: Mapping[str, str]) -> Project:
        for name, text in files.items():
            path = tmp_path / "shop" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip("\n"), "utf-8")
        return Project(tmp_path / "shop")

    return write


def only(project: Project) -> Service:
    return next(s for s in project.system.services if s.build is not None)


def dockerfile(command: str, more: str = "") -> dict[str, str]:
    return {**PYTHON, "Dockerfile": f"FROM python:3.12.7\nWORKDIR /app\nCOPY . .\n{more}CMD {command}\n"}


@pytest.mark.parametrize(
    ("command", "port"),
    [
        ("uvicorn main:app --host 0.0.0.0 --port 8080", 8080),
        ("uvicorn main:app", 8000),
        ("gunicorn -b 0.0.0.0:9000 main:app", 9000),
        ("python manage.py runserver 0.0.0.0:8001", 8001),
        ("flask run -p 5050", 5050),
    ],
)
def test_a_server_s_command_says_the_port(opened: Open, command: str, port: int) -> None:
    project = opened(dockerfile(command))
    found = project.serving.listening(only(project))

    assert (found.on(port), found.on(port + 1)) == (True, False)


def test_a_port_of_a_variable_is_that_of_the_image(opened: Open) -> None:
    project = opened(dockerfile("uvicorn main:app --port $PORT", "ENV PORT=7000\n"))

    assert project.serving.listening(only(project)).on(7000) is True


def test_a_port_in_a_file_of_settings_cannot_be_told(opened: Open) -> None:
    project = opened(dockerfile("gunicorn -c gunicorn.conf.py main:app"))

    assert project.serving.listening(only(project)).on(8000) is None


def test_a_script_that_starts_the_server_hides_it(opened: Open) -> None:
    project = opened({**dockerfile("./start.sh"), "start.sh": "exec uvicorn main:app\n"})

    assert project.serving.listening(only(project)).on(8000) is None


def test_a_package_script_is_followed(opened: Open) -> None:
    files = {
        "package.json": '{"name": "web", "scripts": {"start": "next start -p 4000"}, "dependencies": {"next": "15.1.0"}}',
        "Dockerfile": "FROM node:22.12.0\nWORKDIR /app\nCOPY . .\nCMD npm run start\n",
        "pages/index.js": "export default () => null;\n",
    }
    project = opened(files)

    assert project.serving.listening(only(project)).on(4000) is True


def test_routes_match_with_their_parameters(opened: Open) -> None:
    project = opened(dockerfile("uvicorn main:app"))
    service = only(project)

    assert project.serving.serves(service, "/items/7").holds is True
    assert project.serving.serves(service, "/orders").holds is False
    assert project.serving.serves(service, "/docs").holds is True


def test_what_no_route_is_known_for_cannot_be_told(opened: Open) -> None:
    project = opened({**dockerfile("python main.py"), "main.py": "print('hello')\n"})

    assert project.serving.serves(only(project), "/health").holds is None


def test_a_proxy_answers_for_its_locations(opened: Open) -> None:
    files = {
        "nginx.conf": "server {\n  listen 8080;\n  location = /ping { return 204; }\n}\n",
        "Dockerfile": "FROM nginx:1.27.3\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\n",
    }
    project = opened(files)
    service = only(project)

    assert project.serving.listening(service).on(80) is False
    assert project.serving.serves(service, "/ping").holds is True
    assert project.serving.serves(service, "/pong").holds is None


NET = """
    var app = WebApplication.CreateBuilder(args).Build();
    app.MapGet("/orders", () => Results.Ok());
    app.Run();
    """


@pytest.mark.parametrize(("more", "holds"), [("", False), ("app.MapControllers();", None)])
def test_a_program_of_asp_net_serves_what_it_maps(opened: Open, more: str, holds: bool | None) -> None:
    files = {"Api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>', "Program.cs": NET + more}
    project = opened(
        {**files, "Dockerfile": 'FROM mcr.microsoft.com/dotnet/aspnet:8.0\nCOPY . .\nCMD ["dotnet", "Api.dll"]\n'}
    )
    assert project.serving.serves(only(project), "/health").holds is holds


def test_a_path_that_other_code_answers_cannot_be_told(opened: Open) -> None:
    answers = "class Health:\n    def __call__(self, request):\n        if request.path.startswith('/healthcheck'):\n            return OK\n"
    status = {"main.py": PYTHON["main.py"] + "\n@app.get('/detailed/case-status')\ndef status(): ...\n"}
    files = {**dockerfile("uvicorn main:app"), **status}
    known = opened({**files, "middleware.py": answers})
    assert known.serving.serves(only(known), "/healthcheck").holds is None
    assert known.serving.serves(only(known), "/healthy").holds is False
