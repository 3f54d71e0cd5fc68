"""Which code belongs to which service, in repositories of one package and of many."""

from __future__ import annotations

import json

import pytest
from writing import Write

from kit.system.scope import covers, with_workspaces, within


@pytest.mark.parametrize(
    ("path", "folder", "inside"),
    [("api/app.py", "api", True), ("api", "api", True), ("apis/x.py", "api", False), ("x.py", ".", True)],
)
def test_a_path_is_within_a_folder_by_whole_steps(path: str, folder: str, inside: bool) -> None:
    assert within(path, folder) is inside


def test_the_deepest_folder_of_a_scope_counts() -> None:
    assert covers([".", "api", "api/src"], "api/src/x.py") == 3
    assert covers(["."], "api/x.py") == 1
    assert covers(["web"], "api/x.py") == 0


def package(name: str, **dependencies: str) -> str:
    return json.dumps({"name": name, "dependencies": {k.replace("_", "-"): v for k, v in dependencies.items()}})


MONOREPO = {
    "package.json": json.dumps({"name": "root", "private": True, "workspaces": ["apps/*", "packages/*"]}),
    "apps/api/package.json": package("api", shared_lib="*", express="5"),
    "apps/api/src/server.js": "const app = require('express')();\napp.get('/orders', f);\napp.listen(4000);\n",
    "apps/web/package.json": package("web", next="15"),
    "apps/web/pages/index.tsx": "export default function Page() { return null; }\n",
    "packages/lib/package.json": package("shared-lib"),
    "packages/lib/index.js": "console.log(process.env.LIB_MODE);\n",
}


def test_a_scope_holds_the_workspaces_that_it_depends_on(project_of: Write) -> None:
    assert with_workspaces(project_of(MONOREPO), ("apps/api",)) == ("apps/api", "packages/lib")
    assert with_workspaces(project_of(MONOREPO), ("apps/web",)) == ("apps/web",)


def test_packages_that_serve_are_services_though_nothing_builds_them(project_of: Write) -> None:
    system = project_of(MONOREPO).system

    api = system.service("api")
    assert api is not None
    assert (api.root, api.build) == ("apps/api", None)
    assert [(r.method, r.path) for r in api.routes] == [("GET", "/orders")]
    assert [e.name for e in api.env] == ["LIB_MODE"]
    assert system.service("lib") is None


def test_an_image_of_the_whole_repository_is_narrowed_to_the_package_that_it_starts(project_of: Write) -> None:
    system = project_of(
        {**MONOREPO, "Dockerfile": "FROM node:22\nCOPY . .\nWORKDIR /app/apps/api\nCMD node apps/api/src/server.js\n"}
    ).system

    built = [s for s in system.services if s.build is not None]
    assert [s.root for s in built] == ["apps/api"]


def test_two_services_of_one_folder_own_the_same_code(project_of: Write) -> None:
    system = project_of(
        {
            "compose.yml": """
                services:
                  api: {build: app, command: uvicorn main:app}
                  worker: {build: app, command: celery -A main worker}
                """,
            "app/Dockerfile": "FROM python:3.12\nCOPY . .\n",
            "app/requirements.txt": "fastapi==0.115\n",
            "app/main.py": """
                import os
                from fastapi import FastAPI
                app = FastAPI()
                KEY = os.environ["KEY"]
                @app.get("/orders")
                def orders(): ...
                """,
        }
    ).system

    kinds = {s.name: (s.kind, {r.path for r in s.routes} >= {"/orders"}, [e.name for e in s.env]) for s in system.own}
    assert kinds == {"api": ("api", True, ["KEY"]), "worker": ("worker", False, ["KEY"])}


def test_a_service_that_migrates_is_a_job_without_routes(project_of: Write) -> None:
    system = project_of(
        {
            "compose.yml": """
                services:
                  api: {build: app, command: node server.js}
                  migrate: {build: app, command: npx prisma migrate deploy}
                """,
            "app/Dockerfile": "FROM node:22\nCOPY . .\n",
            "app/server.js": "const app = require('express')();\napp.get('/a', f);\napp.listen(process.env.PORT);\n",
        }
    ).system

    migrate = system.service("migrate")
    assert migrate is not None
    assert (migrate.kind, migrate.routes, migrate.env, migrate.ports) == ("job", (), (), ())


def test_what_a_target_starts_by_the_clock_and_answers_nobody_is_a_job(project_of: Write) -> None:
    cron = """
        apiVersion: batch/v1
        kind: CronJob
        metadata: {{name: {name}}}
        spec:
          schedule: "*/15 * * * *"
          jobTemplate: {{spec: {{template: {{spec: {{containers: [{{name: {name}, image: "shop/{name}"}}]}}}}}}}}
        """
    system = project_of(
        {
            "compose.yml": """
                services:
                  backup: {build: backup, image: shop/backup, command: supercronic crontab}
                  tool: {build: tool, command: ./run}
                  api: {build: api, image: shop/api, ports: ["3000:3000"]}
                """,
            "backup/Dockerfile": "FROM alpine\n",
            "tool/Dockerfile": "FROM alpine\n",
            "api/Dockerfile": "FROM scratch\n",
            "k8s/backup.yaml": cron.format(name="backup"),
            "k8s/api.yaml": cron.format(name="api"),
        }
    ).system

    assert {s.name: s.kind for s in system.own} == {"backup": "job", "tool": "unknown", "api": "unknown"}


def test_a_call_by_the_name_of_a_service_is_a_call_of_it(project_of: Write) -> None:
    system = project_of(
        {
            "web/Dockerfile": "FROM node:22\nCOPY . .\n",
            "web/server.js": """
                fetch("http://orders:8080/all");
                fetch("https://api.example.com/x");
                """,
            "orders/Dockerfile": "FROM node:22\nCOPY . .\n",
            "orders/server.js": "require('express')().listen(8080);\n",
        }
    ).system

    web = system.service("web")
    assert web is not None
    assert [c.service for c in web.calls] == ["orders", None]


def test_a_command_that_migrates_and_then_serves_is_no_job(project_of: Write) -> None:
    system = project_of(
        {
            "compose.yml": """
                services:
                  api: {build: app, command: sh -c "npx prisma migrate deploy && node server.js"}
                """,
            "app/Dockerfile": "FROM node:22\nCOPY . .\n",
            "app/server.js": "const app = require('express')();\napp.get('/a', f);\napp.listen(process.env.PORT);\n",
        }
    ).system

    api = system.service("api")
    assert api is not None
    assert (api.kind, [r.path for r in api.routes]) == ("api", ["/a"])
