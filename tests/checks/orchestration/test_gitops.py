"""Rewrites, owners of volumes, and what Argo CD follows."""

from __future__ import annotations

import pytest
from conftest import Look

INGRESS = """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: api
      annotations:
        nginx.ingress.kubernetes.io/rewrite-target: {target}
    spec:
      rules:
        - http:
            paths:
              - path: {path}
                pathType: {kind}
                backend: {{service: {{name: api, port: {{number: 80}}}}}}
    """


@pytest.mark.parametrize(("path", "target"), [("/api", "/"), ("/api", "/$2"), ("/api/(.*)", "/$2")])
def test_a_rewrite_loses_what_follows_the_prefix(look: Look, path: str, target: str) -> None:
    text = INGRESS.format(path=path, target=target, kind="Prefix")
    assert len(look("ORC-032", {"k8s/ingress.yaml": text}).failed) == 1


@pytest.mark.parametrize(
    ("path", "target", "kind"),
    [("/api(/|$)(.*)", "/$2", "ImplementationSpecific"), ("/", "/", "Prefix"), ("/api", "/", "Exact")],
)
def test_a_rewrite_that_keeps_the_rest_holds(look: Look, path: str, target: str, kind: str) -> None:
    text = INGRESS.format(path=path, target=target, kind=kind)
    assert look("ORC-032", {"k8s/ingress.yaml": text}).failed == []


API = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api}
    spec:
      selector: {matchLabels: {app: api}}
      template:
        metadata: {labels: {app: api}}
        spec:
          containers: [{name: api, image: "acme/api:1.0.0", ports: [{containerPort: 80}]}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: api}
    spec:
      selector: {app: api}
      ports: [{port: 80}]
    """


@pytest.mark.parametrize(("prefix", "count"), [("/api", 1), ("", 0)])
def test_a_prefix_is_taken_off_that_all_routes_begin_with(look: Look, prefix: str, count: int) -> None:
    code = f"from fastapi import FastAPI\napp = FastAPI()\n\n@app.get('{prefix}/orders')\ndef orders(): ...\n"
    files = {
        "k8s/ingress.yaml": INGRESS.format(path="/api(/|$)(.*)", target="/$2", kind="ImplementationSpecific"),
        "k8s/api.yaml": API,
        "api/Dockerfile": "FROM python:3.12\nCOPY . .\nCMD uvicorn main:app --port 80\n",
        "api/main.py": code,
        "api/requirements.txt": "fastapi==0.115.6\nuvicorn==0.34.0\n",
    }
    assert len(look("ORC-032", files).failed) == count


POD = """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {{name: files}}
    spec:
      selector: {{matchLabels: {{app: files}}}}
      template:
        metadata: {{labels: {{app: files}}}}
        spec:
          securityContext: {{runAsUser: {user}{more}}}
          containers:
            - name: files
              image: acme/files:1.0.0
              volumeMounts:
                - {{name: data, mountPath: /data}}
      volumeClaimTemplates:
        - metadata: {{name: data}}
          spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}
    """


@pytest.mark.parametrize(
    ("user", "more", "failed"), [(1000, "", ["k8s/a.yaml:14"]), (1000, ", fsGroup: 1000", []), (0, "", [])]
)
def test_a_volume_belongs_to_root_unless_a_group_is_given(look: Look, user: int, more: str, failed: list[str]) -> None:
    assert look("ORC-033", {"k8s/a.yaml": POD.format(user=user, more=more)}).failed == failed


APP = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {{name: shop}}
    spec:
      source:
        repoURL: https://git.example.org/acme/project.git
        path: {path}
        targetRevision: {revision}
      destination: {{server: https://kubernetes.default.svc, namespace: shop}}
    """


def test_an_application_names_a_folder_that_is_not_there(look: Look) -> None:
    files = {"argocd/shop.yaml": APP.format(path="deploy/production", revision="v1.2.0"), "deploy/base/a.txt": ""}
    assert look("ORC-034", files).failed == ["argocd/shop.yaml:7"]


@pytest.mark.parametrize(("revision", "failed"), [("HEAD", ["argocd/shop.yaml:8"]), ("v1.2.0", [])])
def test_an_application_follows_a_branch(look: Look, revision: str, failed: list[str]) -> None:
    files = {"argocd/shop.yaml": APP.format(path="deploy", revision=revision), "deploy/a.txt": ""}
    assert look("ORC-034", files).failed == failed


@pytest.mark.parametrize(("beside", "count"), [("/api/(.*)", 0), ("/web/(.*)", 1)])
def test_what_follows_the_prefix_is_taken_by_the_path_beside_it(look: Look, beside: str, count: int) -> None:
    text = INGRESS.format(path="/api", target="/$1", kind="Prefix").rstrip()
    entry = text[text.index("              - path:") :]

    seen = look("ORC-032", {"k8s/ingress.yaml": f"{text}\n{entry.replace('/api', beside)}\n"})

    assert len(seen.failed) == count
