"""What the cluster runs is held against the manifests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from given import seen

from kit.assessment import opened
from kit.model import Strength
from kit.params import load_params
from kit.registry import catalogue
from kit.run import run_check

MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
        - {name: api, image: "docker.io/shop/api:1.2"}
"""


def deployment(image: str, ready: int = 2) -> dict[str, object]:
    containers = [{"name": "api", "image": image}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "api"},
        "spec": {"replicas": 2, "template": {"spec": {"containers": containers}}},
        "status": {"readyReplicas": ready},
    }


def shown(*items: dict[str, object]) -> dict[str, str]:
    return {"cluster.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": list(items)}, indent=1)}


@pytest.mark.parametrize(
    ("image", "outcome"), [("shop/api:1.2", "pass"), ("shop/api:1.1", "fail"), ("other/api:1.2", "fail")]
)
def test_the_image_that_runs_is_that_of_the_manifest(tmp_path: Path, image: str, outcome: str) -> None:
    found = seen(tmp_path, "ORC-070", shown(deployment(image)), {"k8s/api.yaml": MANIFEST})

    assert found.outcomes == [outcome]


def test_a_workload_that_no_manifest_declares_and_an_image_from_a_variable_are_left_alone(tmp_path: Path) -> None:
    for manifest in (
        MANIFEST.replace("name: api}", "name: web}", 1),
        MANIFEST.replace("shop/api:1.2", "shop/api:${TAG}"),
    ):
        assert seen(tmp_path, "ORC-070", shown(deployment("shop/api:1.1")), {"k8s/api.yaml": manifest}).failed == []


def pod(**status: object) -> dict[str, object]:
    container = {"name": "api", "image": "a", "ready": True, "restartCount": 0, **status}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "api-1"},
        "spec": {"containers": [{"name": "api"}]},
        "status": {"phase": status.get("phase", "Running"), "containerStatuses": [container]},
    }


@pytest.mark.parametrize(
    ("item", "outcome", "said"),
    [
        (deployment("a", ready=2), "pass", "1 object of the cluster is"),
        (deployment("a", ready=1), "partial", "1 of 2 replicas are ready"),
        (deployment("a", ready=0), "fail", "0 of 2 replicas are ready"),
        (pod(), "pass", "1 object of the cluster is"),
        (pod(restartCount=9), "partial", "restarted 9 times"),
        (pod(ready=False, state={"waiting": {"reason": "ImagePullBackOff"}}), "fail", "does not run: ImagePullBackOff"),
        (pod(phase="Pending"), "fail", "is Pending"),
        (
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": "n"},
                "status": {"conditions": [{"type": "Ready", "status": "False"}]},
            },
            "fail",
            "is NotReady",
        ),
    ],
)
def test_what_is_not_ready_is_told(tmp_path: Path, item: dict[str, object], outcome: str, said: str) -> None:
    found = seen(tmp_path, "ORC-071", shown(item))

    assert found.outcomes == [outcome]
    assert said in found.text


def test_an_object_that_no_cluster_has_looked_at_is_not_judged(tmp_path: Path) -> None:
    assert seen(tmp_path, "ORC-071", shown({**deployment("a"), "status": {}})).failed == []


def test_a_secret_that_the_cluster_has_is_declared_there(tmp_path: Path) -> None:
    manifest = MANIFEST.replace(
        '"docker.io/shop/api:1.2"}', '"a", env: [{name: T, valueFrom: {secretKeyRef: {name: api, key: TOKEN}}}]}'
    )
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "api"}, "data": {"TOKEN": "eA=="}}

    without = seen(tmp_path / "a", "ORC-023", {}, {"k8s/api.yaml": manifest})
    there = seen(tmp_path / "b", "ORC-023", shown(secret), {"k8s/api.yaml": manifest})
    other = seen(tmp_path / "c", "ORC-023", shown({**secret, "data": {"OTHER": "eA=="}}), {"k8s/api.yaml": manifest})

    assert (without.outcomes, there.outcomes, other.outcomes) == (["unknown"], ["pass"], ["unknown"])
    assert there.findings[0].evidence[0].strength is Strength.MEASURED


def test_a_pod_that_is_ready_by_a_probe_shows_that_its_path_is_served(tmp_path: Path) -> None:
    poor = Path(__file__).parents[2] / "projects" / "shop-poor"
    container = {"name": "web", "image": "w", "readinessProbe": {"httpGet": {"path": "/", "port": 80}}}
    item = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web-1"},
        "spec": {"containers": [container]},
        "status": {"phase": "Running", "containerStatuses": [{"name": "web", "ready": True, "restartCount": 0}]},
    }
    keys = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "worker"},
        "data": {"CARRIER_API_URL": "eA==", "MAIL_FROM": "eA==", "SMTP_HOST": "eA=="},
    }
    (tmp_path / "cluster.json").write_text(shown(item, keys)["cluster.json"])
    (tmp_path / "params.yaml").write_text(f"project: {{path: {poor}}}\nevidence: {{other: [cluster.json]}}\n")
    project = opened(load_params(tmp_path / "params.yaml"))

    def unknowns(check_id: str) -> int:
        return sum(f.outcome == "unknown" for f in run_check(project, next(c for c in catalogue() if c.id == check_id)))

    assert (unknowns("ORC-003"), unknowns("CFG-001")) == (0, 0)
    project.evidence = None
    assert unknowns("ORC-003") == 2
    assert unknowns("CFG-001") == 2


OVERLAYS = {
    f"k8s/overlays/{name}/{file}": text
    for name, tag in (("staging", "1.3"), ("production", "1.2"))
    for file, text in (
        ("kustomization.yaml", f"namespace: shop-{name[:4]}\nresources: [api.yaml]\n"),
        ("api.yaml", MANIFEST.replace("api:1.2", f"api:{tag}")),
    )
}


def in_namespace(namespace: str, image: str) -> dict[str, object]:
    found = deployment(image)
    return {**found, "metadata": {"name": "api", "namespace": namespace}}


@pytest.mark.parametrize(
    ("namespace", "image", "expected"),
    [
        ("shop-stag", "shop/api:1.3", ("pass", "staging")),
        ("shop-prod", "shop/api:1.3", ("fail", "production")),
        ("elsewhere", "shop/api:1.3", ("pass", None)),
        ("the-staging-one", "shop/api:1.2", ("fail", "staging")),
    ],
)
def test_what_runs_is_held_against_its_own_environment(
    tmp_path: Path, namespace: str, image: str, expected: tuple[str, str | None]
) -> None:
    found = seen(tmp_path, "ORC-070", shown(in_namespace(namespace, image)), OVERLAYS)

    assert [(f.outcome.value, f.environment) for f in found.findings] == [expected]


def test_a_file_may_say_by_its_name_of_which_environment_it_is(tmp_path: Path) -> None:
    [cluster] = shown(in_namespace("default", "shop/api:1.3")).values()
    found = seen(tmp_path, "ORC-070", {"staging.json": cluster}, OVERLAYS)

    assert [(f.outcome.value, f.environment) for f in found.findings] == [("pass", "staging")]


def test_what_one_environment_holds_decides_nothing_of_another(tmp_path: Path) -> None:
    reference = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
        - {name: api, image: "shop/api:1", envFrom: [{secretRef: {name: api-secrets}}]}
"""
    files = {
        f"k8s/overlays/{name}/{file}": text
        for name in ("staging", "production")
        for file, text in (
            ("kustomization.yaml", f"namespace: shop-{name}\nresources: [api.yaml]\n"),
            ("api.yaml", reference),
        )
    }
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "api-secrets", "namespace": "shop-staging"}}

    found = seen(tmp_path, "ORC-023", shown({**secret, "data": {"A": "eA=="}}), files)

    assert {(f.environment, f.outcome.value) for f in found.findings} == {
        ("staging", "pass"),
        ("production", "unknown"),
    }
