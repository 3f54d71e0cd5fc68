from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sources.formats.documents import Documents
from kit.sources.platforms import paas
from kit.sources.platforms.paas import PaasApp, procfile
from kit.sources.tree.files import FileIndex


@pytest.fixture
def read(tmp_path: Path):
    def make(path: str, text: str, **others: str) -> PaasApp | None:
        for name, content in {path: text, **others}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(dedent(content).lstrip())
        files = FileIndex.of(tmp_path)
        return next((app for app in paas.find(files, Documents(files)) if app.path == path), None)

    return make


def values(env) -> dict[str, tuple[str | None, str]]:
    return {name: (value.value, value.source) for name, value in env.items()}


def test_a_procfile_has_a_process_a_line() -> None:
    found = procfile(
        "# comment\nweb: gunicorn app:app -b :$PORT\n\nrelease: ./migrate.sh\nclock: python 'a b.py'\n",
        "Procfile",
    )

    assert [(s.name, s.kind, s.at.line) for s in found.services] == [
        ("web", "web", 2),
        ("release", "release", 4),
        ("clock", "worker", 5),
    ]
    assert found.service("clock").command.args == ("python", "a b.py")


def test_a_procfile_has_the_variables_and_the_scale_of_app_json(read) -> None:
    env = '{"A": "1", "S": {"generator": "secret"}, "R": {"required": true}}'
    app = f'{{"env": {env}, "formation": {{"web": {{"quantity": 2}}}}}}'
    found = read("Procfile", "web: run\n", **{"app.json": app})

    assert (found.platform, found.services[0].replicas) == ("heroku", 2)
    assert values(found.services[0].env) == {
        "A": ("1", "literal"),
        "S": (None, "generated"),
        "R": (None, "secret"),
    }


def test_a_mobile_app_json_is_not_taken_for_heroku(read) -> None:
    assert read("app.json", '{"expo": {"name": "x"}, "env": {}}') is None


def test_heroku_yml_builds_and_runs(read) -> None:
    found = read(
        "heroku.yml",
        """
        build: {docker: {web: deploy/Dockerfile}}
        run: {web: ./serve, jobs: {command: [./jobs], image: web}}
        release: {command: [./migrate], image: web}
        """,
    )

    assert [(s.name, s.kind, s.command.text) for s in found.services] == [
        ("web", "web", "./serve"),
        ("jobs", "worker", "./jobs"),
        ("release", "release", "./migrate"),
    ]
    assert found.services[0].build.dockerfile == "deploy/Dockerfile"


def test_fly_services_have_port_health_and_processes(read) -> None:
    found = read(
        "fly.toml",
        """
        app = "shop"
        [build]
          dockerfile = "Dockerfile.prod"
        [env]
          PORT = "8080"
        [processes]
          app = "node server.js"
          worker = "node worker.js"
        [deploy]
          release_command = "npx migrate"
        [http_service]
          internal_port = 8080
          min_machines_running = 2
          processes = ["app"]
          [[http_service.checks]]
            path = "/health"
        """,
    )

    web, worker, release = found.services
    assert (web.kind, web.port, web.health_path, web.replicas) == ("web", 8080, "/health", 2)
    assert (web.port_at.line, web.health_at.line) == (12, 16)
    assert (worker.kind, worker.port, worker.command.text) == ("worker", None, "node worker.js")
    assert (release.kind, release.command.text) == ("release", "npx migrate")
    assert (web.build.dockerfile, values(web.env)) == ("Dockerfile.prod", {"PORT": ("8080", "literal")})


def test_fly_without_processes_is_one_service(read) -> None:
    found = read(
        "fly.staging.toml",
        'app = "shop"\n[[services]]\ninternal_port = 3000\n[[services.tcp_checks]]\ninterval = 1\n',
    )

    assert [(s.name, s.kind, s.port, s.health_path) for s in found.services] == [("shop", "web", 3000, None)]
    assert found.environment == "staging"


def test_render_services_have_variables_from_every_source(read) -> None:
    found = read(
        "render.yaml",
        """
        services:
          - type: web
            name: api
            runtime: docker
            rootDir: api
            dockerfilePath: ./docker/Dockerfile
            healthCheckPath: /health
            numInstances: 2
            envVars:
              - {key: PORT, value: 10000}
              - {key: DB, fromDatabase: {name: db, property: connectionString}}
              - {key: KEY, generateValue: true}
              - {key: TOKEN, sync: false}
              - fromGroup: shared
          - {type: cron, name: nightly, schedule: "0 1 * * *", startCommand: ./n.sh}
        envVarGroups:
          - {name: shared, envVars: [{key: G, value: g}]}
        databases: [{name: db}]
        """,
    )

    api, nightly = found.services
    assert (api.port, api.health_path, api.replicas, api.build.dockerfile) == (
        10000,
        "/health",
        2,
        "api/docker/Dockerfile",
    )
    assert values(api.env) == {
        "G": ("g", "literal"),
        "PORT": ("10000", "literal"),
        "DB": (None, "reference"),
        "KEY": (None, "generated"),
        "TOKEN": (None, "secret"),
    }
    assert (nightly.kind, nightly.schedule, nightly.command.text) == ("cron", "0 1 * * *", "./n.sh")
    assert len(found.databases) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "railway.toml",
            '[build]\ndockerfilePath = "/docker/Dockerfile"\n[deploy]\nstartCommand = "./run"\n'
            'healthcheckPath = "/h"\nnumReplicas = 3\npreDeployCommand = ["./migrate"]\n',
        ),
        (
            "railway.json",
            '{"build": {"dockerfilePath": "docker/Dockerfile"}, "deploy": {"startCommand": "./run", '
            '"healthcheckPath": "/h", "numReplicas": 3, "preDeployCommand": "./migrate"}}',
        ),
    ],
)
def test_railway_is_read_in_both_formats(read, path: str, text: str) -> None:
    app, release = read(path, text).services

    assert (app.command.text, app.health_path, app.replicas) == ("./run", "/h", 3)
    assert app.build.dockerfile == "docker/Dockerfile"
    assert (release.kind, release.command.text) == ("release", "./migrate")


def test_vercel_has_variables_and_crons(read) -> None:
    found = read("web/vercel.json", '{"env": {"A": "1"}, "crons": [{"path": "/api/tick", "schedule": "0 5 * * *"}]}')

    assert [(s.name, s.kind, s.schedule) for s in found.services] == [
        ("web", "web", None),
        ("/api/tick", "cron", "0 5 * * *"),
    ]
    assert found.services[0].build.context == "web"


def test_netlify_takes_the_variables_of_production(read) -> None:
    text = """
        [build]
          base = "web"
          command = "npm run build"
          functions = "fn"
          environment = { A = "1", B = "1" }
        [context.production.environment]
          B = "2"
        """
    site, functions = read("netlify.toml", text).services

    assert (site.build.context, site.build.command.text, functions.kind) == (
        "web",
        "npm run build",
        "function",
    )
    assert {name: value.value for name, value in site.env.items()} == {"A": "1", "B": "2"}


def test_app_engine_is_told_from_other_app_yaml(read) -> None:
    found = read(
        "app.yaml",
        """
        runtime: python312
        service: api
        entrypoint: gunicorn main:app
        env_variables: {A: b}
        automatic_scaling: {min_instances: 2}
        readiness_check: {path: /ready}
        """,
    )

    service = found.services[0]
    assert (found.platform, service.name, service.replicas, service.health_path) == (
        "appengine",
        "api",
        2,
        "/ready",
    )
    assert read("k8s/app.yaml", "kind: Deployment\nmetadata: {name: app}\n") is None


def test_digitalocean_shares_the_variables_of_the_app(read) -> None:
    found = read(
        ".do/app.yaml",
        """
        name: shop
        envs: [{key: A, value: "1"}, {key: T, type: SECRET, value: "EV[1:x]"}]
        services:
          - name: api
            dockerfile_path: api/Dockerfile
            source_dir: api
            http_port: 8080
            health_check: {http_path: /health}
            instance_count: 2
        workers: [{name: jobs, run_command: ./jobs}]
        databases: [{name: db, engine: PG}]
        """,
    )

    api, jobs = found.services
    assert (api.port, api.health_path, api.replicas, api.build.dockerfile) == (
        8080,
        "/health",
        2,
        "api/Dockerfile",
    )
    assert values(jobs.env) == {"A": ("1", "literal"), "T": (None, "secret")}
    assert (jobs.kind, jobs.command.text, len(found.databases)) == ("worker", "./jobs", 1)


def test_a_broken_platform_file_has_an_error(read) -> None:
    found = read("render.yaml", "services: [\n")

    assert (found.platform, found.error is not None, found.services) == ("render", True, ())


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("a:/.-1", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["name", "type", "env", "path", "key", "value", "web", "port"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
SECTIONS = [
    *(
        "app",
        "build",
        "crons",
        "deploy",
        "env",
        "envVars",
        "envs",
        "formation",
        "http_service",
        "jobs",
        "name",
    ),
    *("processes", "release", "run", "runtime", "services", "setup", "workers", "context", "databases"),
    *("functions", "env_variables", "handlers", "scripts", "addons"),
]


@settings(max_examples=100, deadline=None)
@given(root=st.dictionaries(st.sampled_from(SECTIONS), ANY, max_size=6))
def test_any_platform_file_is_read_without_raising(tmp_path_factory, root: object) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name in ("render.yaml", "heroku.yml", "app.yaml", "app.json", "vercel.json", "railway.json"):
        (folder / name).write_text(yaml.safe_dump(root, default_flow_style=name.endswith("json")))
    files = FileIndex.of(folder)

    assert all(app.path in files for app in paas.find(files, Documents(files)))
