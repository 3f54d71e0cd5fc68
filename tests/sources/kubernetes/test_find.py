from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from kit.sources.formats.documents import Documents
from kit.sources.kubernetes.find import Manifests, find
from kit.sources.tree.files import FileIndex

WEB = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, labels: {app: web}}
    spec:
      replicas: 2
      template:
        metadata: {labels: {app: web, tier: front}}
        spec:
          serviceAccountName: shop
          imagePullSecrets: [{name: registry}]
          initContainers:
            - {name: migrate, image: shop/web:1}
            - {name: proxy, image: proxy:1, restartPolicy: Always}
          containers:
            - name: web
              image: shop/web:1
              ports: [{name: http, containerPort: 8080}]
              env:
                - {name: MODE, value: live}
                - {name: KEY, valueFrom: {secretKeyRef: {name: keys, key: api, optional: true}}}
                - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
              envFrom: [{prefix: APP_, configMapRef: {name: settings}}]
              livenessProbe: {httpGet: {path: /live, port: http}}
              readinessProbe: {exec: {command: [sh, -c, check]}}
              startupProbe: {grpc: {port: 9000}}
          volumes:
            - {name: data, persistentVolumeClaim: {claimName: data}}
            - {name: tls, secret: {secretName: cert, items: [{key: tls.crt, path: c}]}}
            - {name: tmp, emptyDir: {}}
"""


def read(root: Path, **files: str) -> Manifests:
    return read_paths(root, {f"{name}.yaml": text for name, text in files.items()})


def read_paths(root: Path, files: dict[str, str]) -> Manifests:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip("\n"))
    index = FileIndex.of(root)
    return find(index, Documents(index))


def test_a_workload_tells_its_containers_and_which_of_them_only_prepare(tmp_path):
    (web,) = read(tmp_path, web=WEB)

    assert [(c.name, c.init) for c in web.containers] == [("web", False), ("migrate", True), ("proxy", False)]
    assert (web.replicas, web.labels, web.pod_labels["tier"]) == (2, {"app": "web"}, "front")


def test_probes_have_their_path_their_port_by_number_and_their_command(tmp_path):
    (web,) = read(tmp_path, web=WEB)

    assert [(p.kind, p.mode, p.path, p.port, p.command) for p in web.probes] == [
        ("liveness", "http", "/live", 8080, None),
        ("readiness", "exec", None, None, "sh -c check"),
        ("startup", "grpc", None, 9000, None),
    ]
    assert str(web.probes[0].at) == "web.yaml:23"


def test_environment_tells_literals_from_what_comes_from_elsewhere(tmp_path):
    (web,) = read(tmp_path, web=WEB)
    container = web.containers[0]

    assert [(v.name, v.value, v.source) for v in container.env] == [
        ("MODE", "live", "literal"),
        ("KEY", None, "secret"),
        ("NODE", None, "field"),
    ]
    assert [(e.prefix, e.reference.name) for e in container.env_from] == [("APP_", "settings")]


def test_references_name_all_that_must_be_declared_elsewhere(tmp_path):
    (web,) = read(tmp_path, web=WEB)

    assert {(r.kind, r.name, r.key, r.optional) for r in web.references()} == {
        ("Secret", "keys", "api", True),
        ("ConfigMap", "settings", None, False),
        ("PersistentVolumeClaim", "data", None, False),
        ("Secret", "cert", None, False),
        ("Secret", "cert", "tls.crt", False),
        ("Secret", "registry", None, False),
        ("ServiceAccount", "shop", None, False),
    }


def test_a_claim_template_declares_the_claim_that_its_pods_mount(tmp_path):
    (db,) = read(
        tmp_path,
        db="""
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db}
            spec:
              serviceName: db
              template: {spec: {volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}}
              volumeClaimTemplates: [{metadata: {name: data}}]
        """,
    )

    assert [(r.kind, r.name) for r in db.references()] == [("Service", "db")]


def test_a_service_selects_the_workloads_with_its_labels_in_its_namespace(tmp_path):
    found = read(
        tmp_path,
        web=WEB,
        service="""
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80, targetPort: http, nodePort: 30000}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: other, namespace: far}
            spec: {selector: {app: web}, ports: [{port: 81}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: outside}
            spec: {externalName: example.com}
        """,
    )
    selected = {s.name: [m.title for m in found.selected_by(s)] for s in found.of("Service")}

    assert selected == {"web": ["Deployment/web"], "other": [], "outside": []}
    ports = [(p.number, p.target, p.node_port) for s in found.of("Service") for p in s.service_ports]
    assert ports == [(80, "http", 30000), (81, 81, None)]


@pytest.mark.parametrize(
    ("selector", "holds"),
    [
        ("{}", True),
        ("{matchLabels: {app: web}}", True),
        ("{matchLabels: {app: api}}", False),
        ("{matchExpressions: [{key: tier, operator: In, values: [front, back]}]}", True),
        ("{matchExpressions: [{key: tier, operator: NotIn, values: [front]}]}", False),
        ("{matchExpressions: [{key: tier, operator: Exists}, {key: x, operator: DoesNotExist}]}", True),
        ("{matchExpressions: [{key: tier, operator: Odd}]}", False),
    ],
)
def test_a_network_policy_selects_pods_by_labels_and_expressions(tmp_path, selector, holds):
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n"
    found = read(tmp_path, web=WEB, policy=f"{head}spec: {{podSelector: {selector}}}\n")

    assert bool(found.selected_by(found.of("NetworkPolicy")[0])) is holds


def test_an_ingress_names_the_services_behind_it_in_the_old_form_too(tmp_path):
    (ingress,) = read(
        tmp_path,
        ingress="""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: shop}
            spec:
              tls: [{hosts: [shop.example], secretName: cert}]
              defaultBackend: {service: {name: web, port: {name: http}}}
              rules:
                - host: shop.example
                  http:
                    paths:
                      - {path: /api, backend: {service: {name: api, port: {number: 80}}}}
                      - {path: /old, backend: {serviceName: old, servicePort: 81}}
        """,
    )

    assert [(b.host, b.path, b.service, b.port) for b in ingress.backends] == [
        (None, "/", "web", "http"),
        ("shop.example", "/api", "api", 80),
        ("shop.example", "/old", "old", 81),
    ]
    assert ("Secret", "cert") in {(r.kind, r.name) for r in ingress.references()}


def test_a_cron_job_has_a_schedule_and_a_scaler_its_target(tmp_path):
    found = read(
        tmp_path,
        more="""
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: backup}
            spec:
              schedule: "0 3 * * *"
              jobTemplate: {spec: {template: {spec: {containers: [{name: dump, image: pg}]}}}}
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web}
            spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 4}
        """,
    )
    job, scaler = found

    assert (job.schedule.text, job.schedule.line, job.containers[0].name) == ("0 3 * * *", 5, "dump")
    assert (scaler.scale_target.kind, scaler.scale_target.name) == ("Deployment", "web")


def test_what_a_controller_makes_of_an_object_counts_as_provided(tmp_path):
    found = read(
        tmp_path,
        secrets="""
            apiVersion: external-secrets.io/v1
            kind: ExternalSecret
            metadata: {name: outer}
            spec: {target: {name: keys}}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: plain}
            stringData: {a: b}
        """,
    )

    assert [m.title for m in found.providing("Secret", "keys")] == ["ExternalSecret/outer"]
    assert found.providing("Secret", "plain")[0].keys == {"a"}


def test_a_list_gives_its_items_and_json_is_read_too(tmp_path):
    item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [item]}, indent=1)

    assert [m.title for m in read_paths(tmp_path, {"all.json": text})] == ["ConfigMap/a"]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: skaffold/v4beta11\nkind: Config\nmetadata: {name: x}\n",
        "apiVersion: v1\nkind: Config\nmetadata: {name: x}\nclusters: []\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: x}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: '{{ .Values.name }}'\n",
        "apiVersion: 1\nkind: datasource\nmetadata: {}\n",
        "apiVersion: v1\nkind: Pod\n",
        "services: {web: {image: a}}\n",
    ],
)
def test_what_no_api_server_sees_is_no_manifest(tmp_path, text):
    assert not read_paths(tmp_path, {"file.yaml": text})


def test_plain_manifests_are_applied_with_those_of_their_environment_only(tmp_path):
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\n"
    paths = {f"k8s/{name}/pod.yaml": pod.replace("NAME", name) for name in ("dev", "prod", "shared")}
    found = {m.name: m for m in read_paths(tmp_path, paths)}
    beside = {m.name for m in Manifests(found.values()).beside(found["prod"])}

    assert beside == {"prod", "shared"}


def test_resources_of_an_overlay_are_superseded_and_its_patches_are_no_manifests(tmp_path):
    found = read_paths(
        tmp_path,
        {
            "prod/kustomization.yaml": "resources: [web.yaml]\npatches: [{path: patch.yaml}]\n",
            "prod/web.yaml": WEB,
            "prod/patch.yaml": """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec: {replicas: 5}
            """,
        },
    )

    assert [(m.origin, m.superseded, m.replicas) for m in found] == [
        ("kustomize:prod", False, 5),
        ("plain", True, 2),
    ]
    assert [m.origin for m in found.effective] == ["kustomize:prod"]
