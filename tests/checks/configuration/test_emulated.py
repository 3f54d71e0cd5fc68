"""Stand-ins that production runs, or that code falls back to."""

from __future__ import annotations

import pytest
from conftest import Look

POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: files}
    spec:
      selector: {matchLabels: {app: files}}
      template:
        metadata: {labels: {app: files}}
        spec:
          containers:
            - name: files
              image: %s
    """
READ = "const endpoint = process.env.S3_ENDPOINT || '%s';\n"


@pytest.mark.parametrize(
    ("path", "severity"),
    [("k8s/files.yaml", "medium"), ("k8s/production/files.yaml", "high"), ("k8s/staging/files.yaml", "low")],
)
def test_a_manifest_that_runs_a_stand_in_is_told(look: Look, path: str, severity: str) -> None:
    seen = look("CFG-016", {path: POD % "localstack/localstack:3.8.0"})

    assert [(str(f.outcome), str(f.severity)) for f in seen.findings] == [("fail", severity)]
    assert "its data goes with the container" in seen.text


@pytest.mark.parametrize("image", ["minio/minio:RELEASE.2024", "registry.example.com/localstack-docs:1"])
def test_the_service_itself_is_none(look: Look, image: str) -> None:
    assert look("CFG-016", {"k8s/files.yaml": POD % image}).outcomes == ["pass"]


def test_stand_ins_of_development_are_what_they_are_for(look: Look) -> None:
    stack = "services:\n  mail:\n    image: axllent/mailpit:v1\n"

    assert look("CFG-016", {"k8s/overlays/dev/files.yaml": POD % "localstack/localstack:3"}).failed == []
    assert look("CFG-016", {"docker-compose.yml": stack}).failed == []
    assert look("CFG-016", {"docker-compose.prod.yml": stack}).failed == ["docker-compose.prod.yml:2"]


def test_a_fall_back_to_a_stand_in_is_told(look: Look) -> None:
    assert look("CFG-016", {"src/files.js": READ % "http://localstack:4566"}).failed == ["src/files.js:1"]


@pytest.mark.parametrize("address", ["https://s3.eu-central-1.amazonaws.com", "http://minio:9000", "localstack"])
def test_another_fall_back_is_not(look: Look, address: str) -> None:
    assert look("CFG-016", {"src/files.js": READ % address}).failed == []


def test_a_fall_back_for_development_alone_is_not(look: Look) -> None:
    text = "if (process.env.NODE_ENV === 'development') {\n  " + READ % "http://localstack:4566" + "}\n"

    assert look("CFG-016", {"src/files.js": text}).failed == []
