"""Compose files to services and deployments."""

from __future__ import annotations

from writing import Write

COMPOSE = """
    services:
      api:
        build: {context: ./api, target: run}
        image: acme/shop-api:1
        command: uvicorn app:app
        env_file: [.env.api]
        environment: {LOG_LEVEL: info}
        ports: ["127.0.0.1:8080:8000"]
        depends_on: [db]
        healthcheck: {test: "curl -f http://localhost:8000/health"}
      db:
        image: postgres:16
        volumes: ["data:/var/lib/postgresql/data"]
    volumes: {data: {}}
    """


def test_a_service_has_its_build_ports_probe_and_volumes(project_of: Write) -> None:
    system = project_of({"compose.yml": COMPOSE, "api/Dockerfile": "FROM python:3.12 AS run\nCOPY . /app\n"}).system

    api = system.service("api")
    assert api is not None and api.build is not None
    assert (api.build.dockerfile, api.build.context, api.build.target) == ("api/Dockerfile", "api", "run")
    (deployment,) = api.deployments
    port, probe = deployment.ports[0], deployment.probes[0]
    assert (port.number, port.host, port.address, str(port.at)) == (8000, 8080, "127.0.0.1", "compose.yml:8")
    assert (probe.kind, probe.path, probe.port) == ("healthcheck", "/health", 8000)
    assert deployment.depends_on == ("db",)
    assert deployment.target == "compose:compose.yml"
    assert [(e.name, e.value) for e in deployment.env] == [("LOG_LEVEL", "info")]


def test_an_env_file_that_is_not_there_leaves_the_environment_incomplete(project_of: Write) -> None:
    system = project_of({"compose.yml": COMPOSE, "api/Dockerfile": "FROM python:3.12\n"}).system

    complete = {s.name: s.deployments[0].env_complete for s in system.services}

    assert complete == {"api": False, "db": True}


def test_a_store_image_makes_a_store_that_is_not_our_own(project_of: Write) -> None:
    system = project_of({"compose.yml": COMPOSE}).system

    db = system.service("db")
    assert db is not None
    assert (db.kind, db.first_party) == ("store", False)
    assert [(s.engine, s.version, s.persistent) for s in system.stores] == [("postgres", "16", True)]


def test_one_name_in_two_files_is_one_service_with_two_deployments(project_of: Write) -> None:
    system = project_of(
        {
            "docker-compose.yml": "services: {api: {build: .}}\n",
            "docker-compose.prod.yml": "services: {api: {image: 'acme/api:1', build: .}}\n",
            "Dockerfile": "FROM node:22\nCOPY . .\n",
            "package.json": '{"name": "api"}',
        }
    ).system

    api = system.service("api")
    assert api is not None
    assert {d.environment for d in api.deployments} >= {"production"}
    assert len(api.deployments) == 2
    assert len(system.services) == 1


def test_a_disabled_healthcheck_is_no_probe(project_of: Write) -> None:
    system = project_of(
        {"compose.yml": "services:\n  api:\n    image: acme/api\n    healthcheck: {disable: true}\n"}
    ).system

    assert system.services[0].deployments[0].probes == ()


def test_two_services_of_one_file_are_two_though_they_share_an_image(project_of: Write) -> None:
    system = project_of(
        {
            "compose.yml": """
                services:
                  migrate: {build: ./api, image: "acme/api:1", command: alembic upgrade head}
                  api: {build: ./api, image: "acme/api:1"}
                """,
            "api/Dockerfile": "FROM python:3.12\nCOPY . .\n",
        }
    ).system

    assert [(s.name, len(s.deployments)) for s in system.services] == [("migrate", 1), ("api", 1)]


def test_services_of_two_files_are_one_but_for_an_affix_only_where_they_build_alike(project_of: Write) -> None:
    files = {
        "compose.yml": "services: {web: {build: ./web}, db: {image: 'postgres:16'}}\n",
        "compose.dev.yml": "services: {web-server: {build: ./server}, db: {image: 'postgres:16'}}\n",
        "web/Dockerfile": "FROM node:22\nCOPY . .\n",
        "server/Dockerfile": "FROM node:22\nCOPY . .\n",
    }

    names = {s.name for s in project_of(files).system.services}

    assert names == {"web", "db", "web-server"}


def test_namesakes_of_other_stacks_that_are_built_apart_are_services_of_their_own(project_of: Write) -> None:
    stack = "services:\n  api:\n    build: ./api\n"
    files = {f"{n}/{f}": "FROM python:3.12\nCOPY . .\n" for n in "ab" for f in ("api/Dockerfile", "api/Dockerfile.dev")}
    dev = "services:\n  api:\n    build: {context: ./api, dockerfile: Dockerfile.dev}\n"

    system = project_of({**files, "a/compose.yml": stack, "b/compose.yml": stack, "b/compose.dev.yml": dev}).system

    assert [(s.name, s.build and s.build.context, len(s.deployments)) for s in system.services] == [
        ("api", "a/api", 1),
        ("api-2", "b/api", 2),
    ]


def test_namesakes_of_other_stacks_that_run_other_images_are_called_after_them(project_of: Write) -> None:
    stacks = {f"{n}/app.yml": f"services:\n  app:\n    image: acme/{n}:1\n" for n in ("orders", "users")}
    again = {"orders/more.yml": stacks["orders/app.yml"].replace(":1", ":2")}

    services = project_of({**stacks, **again}).system.services

    assert [(s.name, len(s.deployments)) for s in services] == [("app", 2), ("users", 1)]
