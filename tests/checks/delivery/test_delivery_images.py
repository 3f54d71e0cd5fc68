"""Whether the images that run are those that were built, tagged and scanned."""

from __future__ import annotations

import pytest
from conftest import Look

PATH = ".github/workflows/ci.yml"


def workflow(*steps: str) -> str:
    """The first step stands at line 6, in a job with a checkout."""
    return (
        "\n".join(["on: push", "jobs:", "  a:", "    runs-on: x", "    steps:", *(f"      - {s}" for s in steps)])
        + "\n"
    )


def push(tags: str) -> str:
    return f"{{uses: docker/build-push-action@v6, with: {{push: true, context: ., tags: '{tags}'}}}}"


@pytest.mark.parametrize(
    ("tags", "outcome"),
    [
        ("acme/api:latest", "fail"),
        ("acme/api", "fail"),
        ("acme/api:1.0", "partial"),
        ("acme/api:${{ github.sha }}", "pass"),
        ("acme/api:latest,acme/api:${{ github.sha }}", "pass"),
    ],
)
def test_a_tag_stays(look: Look, tags: str, outcome: str) -> None:
    assert look("DEL-011", {PATH: workflow(push(tags)), "Dockerfile": "FROM x\n"}).outcomes == [outcome]


def test_rules_of_the_metadata_action_are_read(look: Look) -> None:
    meta = "{id: meta, uses: docker/metadata-action@v5, with: {images: acme/api, tags: 'type=raw,value=latest'}}"
    files = {PATH: workflow(meta, push("${{ steps.meta.outputs.tags }}"))}

    assert look("DEL-011", files).failed == [f"{PATH}:7"]
    held = {PATH: workflow(meta.replace("type=raw,value=latest", "type=sha"), push("${{ steps.meta.outputs.tags }}"))}
    assert look("DEL-011", held).outcomes == ["pass"]


DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api}
    spec:
      selector: {matchLabels: {app: api}}
      template:
        metadata: {labels: {app: api}}
        spec:
          containers:
            - name: api
              image: acme/api:1.0
"""
SERVICE = {
    "api/Dockerfile": 'FROM node:22\nCMD ["node", "index.js"]\n',
    "api/package.json": "{}",
    "k8s/api.yaml": DEPLOYMENT,
}


def test_an_image_that_nothing_pushes_is_found(look: Look) -> None:
    seen = look("DEL-013", {**SERVICE, PATH: workflow(push("acme/web:${{ github.sha }}"))})

    assert len(seen.failed) == 1
    assert seen.failed[0].startswith("k8s/api.yaml:")
    assert "acme/api:1.0" in seen.text


def test_an_image_that_a_pipeline_pushes_holds(look: Look) -> None:
    text = workflow(push("acme/api:${{ github.ref_name }}").replace("context: .", "context: api"))

    assert look("DEL-013", {**SERVICE, PATH: text}).outcomes == ["pass"]


@pytest.mark.parametrize(
    ("tags", "outcome"),
    [
        ("acme/api:latest", "partial"),
        ("acme/api:1.1", "partial"),
        ("acme/api:latest,acme/api:1.0", "pass"),
        ("acme/api:${{ github.ref_name }}", "pass"),
        ("acme/api:${{ github.sha }}", "partial"),
    ],
)
def test_the_tag_that_runs_is_one_that_is_pushed(look: Look, tags: str, outcome: str) -> None:
    text = workflow(push(tags).replace("context: .", "context: api"))

    assert look("DEL-013", {**SERVICE, PATH: text}).outcomes == [outcome]


def test_a_tag_that_the_deploy_sets_is_not_held_against_the_manifest(look: Look) -> None:
    built = push("acme/api:${{ github.sha }}").replace("context: .", "context: api")
    text = workflow(built, "run: kubectl set image deployment/api api=acme/api:${{ github.sha }}")

    assert look("DEL-013", {**SERVICE, PATH: text}).outcomes == ["pass"]


@pytest.mark.parametrize(
    ("scanned", "outcome"),
    [("${{ github.run_id }}", "fail"), ("1.0", "fail"), ("${{ github.sha }}", "pass"), ("$TAG", "pass")],
)
def test_a_scan_of_another_tag_is_found(look: Look, scanned: str, outcome: str) -> None:
    scan = f"{{uses: aquasecurity/trivy-action@0.30.0, with: {{image-ref: 'acme/api:{scanned}', exit-code: 1}}}}"

    assert look("DEL-016", {PATH: workflow(scan, push("acme/api:${{ github.sha }}"))}).outcomes == [outcome]


def test_a_scan_of_another_image_is_found(look: Look) -> None:
    scan = "{uses: aquasecurity/trivy-action@0.30.0, with: {image-ref: 'acme/web:1', exit-code: 1}}"

    seen = look("DEL-016", {PATH: workflow(scan, push("acme/api:1"))})

    assert seen.failed == [f"{PATH}:6"]


def test_a_scan_after_the_push_holds_in_part(look: Look) -> None:
    scan = "{uses: aquasecurity/trivy-action@0.30.0, with: {image-ref: 'acme/api:1', exit-code: 1}}"

    assert look("DEL-016", {PATH: workflow(push("acme/api:1"), scan)}).outcomes == ["partial"]
    assert look("DEL-016", {PATH: workflow(scan, push("acme/api:1"))}).outcomes == ["pass"]
