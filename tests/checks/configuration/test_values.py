"""What do the values that are deployed say?"""

from __future__ import annotations

import pytest
from conftest import Look

COMPOSE = """
services:
  shop:
    image: shop
    environment:
      {}: "{}"
"""


@pytest.mark.parametrize(
    ("name", "value", "severity"),
    [
        ("CORS_ORIGIN", "https://shop.example.com", "high"),
        ("JWT_SECRET", "changeme", "high"),
        ("MAIL_FROM", "info@example.com", "medium"),
    ],
)
def test_placeholders_in_production(look: Look, name: str, value: str, severity: str) -> None:
    seen = look("CFG-002", {"docker-compose.prod.yml": COMPOSE.format(name, value)})

    assert seen.failed == ["docker-compose.prod.yml:5"]
    assert [f.severity for f in seen.findings] == [severity]


@pytest.mark.parametrize(
    ("file", "value", "outcome"),
    [
        ("docker-compose.prod.yml", "https://shop.test", "pass"),
        ("docker-compose.prod.yml", "${ORIGIN}", "not_applicable"),
        ("docker-compose.dev.yml", "https://shop.example.com", "not_applicable"),
    ],
)
def test_what_is_no_placeholder(look: Look, file: str, value: str, outcome: str) -> None:
    assert look("CFG-002", {file: COMPOSE.format("CORS_ORIGIN", value)}).outcomes == [outcome]


def test_hosts_and_notes_in_manifests(look: Look) -> None:
    ingress = """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: web  # TODO: set the class
    spec:
      rules:
        - host: shop.example.com
    """

    assert look("CFG-002", {"k8s/ingress.yaml": ingress}).failed == ["k8s/ingress.yaml:7", "k8s/ingress.yaml:4"]


@pytest.mark.parametrize(
    ("file", "name", "value", "outcome", "severity"),
    [
        ("docker-compose.prod.yml", "NODE_ENV", "development", "fail", "high"),
        ("docker-compose.prod.yml", "NODE_ENV", "production", "pass", "high"),
        ("docker-compose.yml", "FLASK_DEBUG", "1", "fail", "medium"),
        ("docker-compose.prod.yml", "DEBUG", "express:*", "pass", "high"),
        ("docker-compose.dev.yml", "NODE_ENV", "development", "not_applicable", "high"),
    ],
)
def test_debug_modes_that_are_given(look: Look, file: str, name: str, value: str, outcome: str, severity: str) -> None:
    assert [(f.outcome, f.severity) for f in look("CFG-011", {file: COMPOSE.format(name, value)}).findings] == [
        (outcome, severity)
    ]


@pytest.mark.parametrize(
    ("path", "source", "failed"),
    [
        ("shop/app.py", "app.run(host='0.0.0.0', debug=True)", ["shop/app.py:1"]),
        ("shop/app.py", "app.run(host='0.0.0.0')", []),
        ("shop/settings/production.py", "DEBUG = True", ["shop/settings/production.py:1"]),
        ("shop/settings/local.py", "DEBUG = True", []),
        ("shop/settings.py", "DEBUG = env.bool('DEBUG', False)", []),
    ],
)
def test_debug_modes_in_code(look: Look, path: str, source: str, failed: list[str]) -> None:
    assert look("CFG-011", {path: source + "\n"}).failed == failed


def test_production_has_configuration_of_its_own(look: Look) -> None:
    one = COMPOSE.format("A", "1")

    assert look("CFG-012", {"docker-compose.yml": one}).outcomes == ["fail"]
    assert look("CFG-012", {"docker-compose.prod.yml": one}).outcomes == ["pass"]


def test_development_alone_says_nothing_of_production(look: Look) -> None:
    assert look("CFG-012", {"docker-compose.dev.yml": COMPOSE.format("A", "1")}).outcomes == ["not_applicable"]


@pytest.mark.parametrize(
    ("path", "text", "failed"),
    [
        ("config.yml", "a: [1\nb: 2\n", ["config.yml:2"]),
        ("config.json", '{"a": 1,, }\n', ["config.json:1"]),
        ("config.yml", "a: 1\na: 2\n", ["config.yml:2"]),
        ("config.yml", "a: 1\nb: 2\n", []),
        ("chart/templates/a.yaml", "a: {{ .Values.a }}\n", []),
    ],
)
def test_files_that_cannot_be_parsed(look: Look, path: str, text: str, failed: list[str]) -> None:
    assert look("CFG-013", {path: text, "ok.toml": "a = 1\n"}).failed == failed


def test_a_stage_that_is_chosen_on_deploy_is_no_debug_mode(look: Look) -> None:
    serverless = "service: shop\nprovider:\n  name: aws\n  environment:\n    NODE_ENV: ${opt:stage, 'dev'}\nfunctions:\n  a:\n    handler: a.main\n"

    assert (
        look(
            "CFG-011", {"serverless.yml": serverless, "a.js": "exports.main = () => 1;\n", "package.json": "{}"}
        ).failed
        == []
    )


def test_a_pipeline_that_cannot_be_read_is_told_by_the_pipelines_own_check(look: Look) -> None:
    seen = look("CFG-013", {".github/workflows/a.yml": "on: [push\njobs: *x\n", "b.yml": "a: [\n"})

    assert seen.failed == ["b.yml:1"]


def test_json_one_document_a_line_is_read_by_its_tools(look: Look) -> None:
    assert look("CFG-013", {"data.json": '{"id": 1}\n{"id": 2}\n'}).outcomes == ["pass"]
    assert look("CFG-013", {"data.json": '{"id": 1}\n{"id": \n'}).failed == ["data.json:2"]


def test_a_file_that_nobody_filled_in_is_told_once(look: Look) -> None:
    names = ["JWT_SECRET", "SMTP_PASSWORD", "STRIPE_SECRET_KEY", "SESSION_SECRET"]
    given = "".join(f"      {name}: your-secret-here\n" for name in names)

    seen = look(
        "CFG-002",
        {
            "compose.prod.yml": f"services:\n  api:\n    build: .\n    environment:\n{given}",
            "Dockerfile": "FROM scratch\n",
        },
    )

    assert seen.failed == ["compose.prod.yml:5"]
    assert "4 values" in seen.text


def test_keys_for_an_emulator_of_the_cloud_open_nothing(look: Look) -> None:
    given = "      AWS_SECRET_ACCESS_KEY: changeme\n"
    compose = f"services:\n  api:\n    build: .\n    environment:\n{given}"
    emulator = compose + "      AWS_ENDPOINT_URL: http://localstack:4566\n"

    assert look("CFG-002", {"compose.yml": compose, "Dockerfile": "FROM scratch\n"}).failed == ["compose.yml:5"]
    assert look("CFG-002", {"compose.yml": emulator}).failed == []


@pytest.mark.parametrize(("stage", "severity"), [("staging", "medium"), ("production", "high")])
def test_debugging_weighs_less_where_few_can_see_it(look: Look, stage: str, severity: str) -> None:
    seen = look("CFG-011", {f"shop/settings/{stage}.py": "DEBUG = True\n", "manage.py": "import django\n"})

    assert [f.severity for f in seen.findings if f.outcome == "fail"] == [severity]


def test_an_empty_file_of_json_is_told_mildly(look: Look) -> None:
    def grave(path: str, text: str) -> str:
        return str(look("CFG-013", {path: text}).findings[0].severity)

    assert grave("config/data.json", "") == "low"
    assert grave("config/data.json", '{"id": ') == "high"


def test_what_nothing_reads_may_be_broken_and_variables_are_no_yaml(look: Look) -> None:
    def graves(files: dict[str, str]) -> list[str]:
        return [str(f.severity) for f in look("CFG-013", files).findings if f.outcome.open]

    page = {"cloud/answer.json": "<!DOCTYPE html>\n"}
    assert graves(page) == ["medium"]
    assert graves({**page, "load.py": "open('cloud/answer.json')\n"}) == ["high"]
    assert look(
        "CFG-013", {"openshift/params.yaml": "# where it runs\nWEBAPI_URL=\nNAME=shop\n", "a.json": "{}"}
    ).failed == ["cloud/answer.json:1"]


def test_what_the_pipeline_gives_goes_before_the_env_file(look: Look) -> None:
    stack = {
        "compose.yml": "services:\n  api:\n    image: api\n    environment:\n      JWT_SECRET: ${JWT_SECRET}\n",
        "compose.deploy.yml": "services:\n  api:\n    restart: always\n",
        ".env": "JWT_SECRET=changethis\n",
    }
    up = "run: docker compose -f compose.yml -f compose.deploy.yml up -d"
    head = "on: push\njobs:\n  d:\n    runs-on: x\n"
    given = f"{head}    env: {{JWT_SECRET: '${{{{ secrets.JWT_SECRET }}}}'}}\n    steps: [{{{up}}}]\n"

    assert look("CFG-002", {**stack, ".github/workflows/deploy.yml": given}).failed == []
    assert look("CFG-060", {**stack, ".github/workflows/deploy.yml": given}).passed == ["compose.yml:5"]
    bare = f"{head}    steps: [{{{up}}}]\n"
    assert look("CFG-002", {**stack, ".github/workflows/deploy.yml": bare}).failed == ["compose.yml:5"]
    assert look("CFG-060", {**stack, ".github/workflows/deploy.yml": bare}).failed == ["compose.yml:5"]
