"""Where secrets come from, and whether they are changed."""

from __future__ import annotations

from conftest import Look

POD = """
    apiVersion: v1
    kind: Pod
    metadata: {name: api}
    spec:
      containers:
        - name: api
          image: api:1
          envFrom: [{secretRef: {name: api}}]
    ---
"""


def test_a_plain_secret_is_told_and_one_from_a_store_holds(look: Look) -> None:
    plain = POD + "    apiVersion: v1\n    kind: Secret\n    metadata: {name: api}\n    stringData: {KEY: x}\n"
    stored = (
        POD
        + "    apiVersion: external-secrets.io/v1\n    kind: ExternalSecret\n    metadata: {name: api}\n    spec: {}\n"
    )

    assert look("CFG-060", {"k8s/api.yaml": plain}).failed == ["k8s/api.yaml:10"]
    assert look("CFG-060", {"k8s/api.yaml": stored}).passed == ["k8s/api.yaml:10"]


def test_a_secret_from_the_shell_of_the_server_is_told(look: Look) -> None:
    text = "services:\n  api:\n    image: api:1\n%s"
    shell = text % "    environment:\n      DB_PASSWORD: ${DB_PASSWORD}\n"
    mounted = (
        text
        % "    environment:\n      DB_PASSWORD_FILE: /run/secrets/db\n    secrets: [db]\nsecrets: {db: {external: true}}\n"
    )

    assert look("CFG-060", {"docker-compose.yml": shell}).outcomes == ["not_applicable"]
    assert look("CFG-060", {"docker-compose.prod.yml": shell}).failed == ["docker-compose.prod.yml:5"]
    assert look("CFG-060", {"docker-compose.prod.yml": mounted}).outcomes == ["pass"]


def test_a_function_takes_its_secret_from_a_store(look: Look) -> None:
    text = "service: x\nprovider:\n  name: aws\n  environment:\n    API_SECRET: ${%s}\n"

    assert look("CFG-060", {"serverless.yml": text % "env:API_SECRET"}).failed == ["serverless.yml:5"]
    assert look("CFG-060", {"serverless.yml": text % "ssm:/x/secret"}).passed == ["serverless.yml:5"]


def test_declared_secrets_that_nothing_changes_are_told(look: Look) -> None:
    kept = 'resource "aws_secretsmanager_secret" "db" {\n  name = "db"\n}\n'
    rotation = (
        'resource "aws_secretsmanager_secret_rotation" "db" {\n  secret_id = aws_secretsmanager_secret.db.id\n}\n'
    )

    assert look("CFG-061", {"main.tf": kept}).failed == ["main.tf:1"]
    assert look("CFG-061", {"main.tf": kept + rotation}).passed == ["main.tf:4"]


def test_a_rotating_job_restarts_those_that_read_the_secret(look: Look) -> None:
    job = """
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: rotate}
        spec:
          schedule: "0 3 1 * *"
          jobTemplate:
            spec:
              template:
                spec:
                  containers:
                    - {name: rotate, image: tools:1, command: ["sh", "-c", "%s"]}
    """
    assert look("CFG-061", {"k8s/rotate.yaml": job % "./rotate-secrets.sh"}).outcomes == ["partial"]
    both = job % "./rotate-secrets.sh && kubectl rollout restart deployment/api"
    assert look("CFG-061", {"k8s/rotate.yaml": both}).outcomes == ["pass"]
