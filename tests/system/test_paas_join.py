"""Hosting platforms' files to services."""

from __future__ import annotations

from writing import Write


def test_a_procfile_names_processes_and_a_release_is_none(project_of: Write) -> None:
    system = project_of(
        {
            "Procfile": "release: python manage.py migrate\nweb: gunicorn app:app\nworker: celery -A app worker\n",
            "requirements.txt": "flask==3.0\n",
            "app.py": "from flask import Flask\napp = Flask(__name__)\n",
        }
    ).system

    assert {s.name for s in system.services} == {"shop", "worker"}
    assert {s.kind for s in system.services if s.name == "worker"} == {"worker"}
    assert all(d.environment == "production" for s in system.services for d in s.deployments)


def test_a_platform_file_beside_a_dockerfile_deploys_what_it_builds(project_of: Write) -> None:
    system = project_of(
        {
            "fly.toml": """
                app = "acme"
                [build]
                dockerfile = "Dockerfile"
                [http_service]
                internal_port = 8080
                [[http_service.checks]]
                path = "/health"
                """,
            "Dockerfile": "FROM node:22\nCOPY . .\n",
            "server.js": "require('express')()\n",
        }
    ).system

    (service,) = system.services
    (deployment,) = service.deployments
    assert (deployment.target, [p.number for p in deployment.ports]) == ("fly:fly.toml", [8080])
    assert [(p.kind, p.path) for p in deployment.probes] == [("paas", "/health")]
    assert deployment.env_complete is False


def test_a_serverless_file_is_one_service_of_functions(project_of: Write) -> None:
    system = project_of(
        {
            "serverless.yml": """
                service: orders
                provider: {name: aws, runtime: nodejs22.x, environment: {TABLE: orders}}
                functions:
                  create: {handler: src/create.handler}
                """,
            "src/create.js": "exports.handler = async () => ({ statusCode: 200 });\n",
        }
    ).system

    orders = system.service("orders")
    assert orders is not None
    assert (orders.kind, orders.root) == ("function", ".")
    assert [e.name for e in orders.deployments[0].env] == ["TABLE"]


def test_a_platform_file_of_an_example_deploys_nothing(project_of: Write) -> None:
    assert project_of({"examples/demo/fly.toml": 'app = "demo"\n'}).system.services == ()


def test_a_site_at_netlify_is_the_service_whose_image_is_built_from_the_same_folder(project_of: Write) -> None:
    system = project_of(
        {
            "netlify.toml": '[build]\ncommand = "npm run build"\n',
            "compose.yaml": "services:\n  shop:\n    build: .\n",
            "Dockerfile": "FROM node:22\nCOPY . .\n",
            "server.js": "require('express')()\n",
        }
    ).system

    (service,) = system.services
    assert [d.target for d in service.deployments] == ["compose:compose.yaml", "netlify:netlify.toml"]
