"""What was seen of running systems: pages, metrics, a cluster, a plan."""

from __future__ import annotations

import json
from pathlib import Path

from evidence_files import one

from kit.sources.evidence.model import Cluster, Page, Plan, Series


def test_a_page_has_its_scores_times_and_date(tmp_path: Path) -> None:
    report = {
        "lighthouseVersion": "12.0.0",
        "fetchTime": "2026-11-20T10:00:00.000Z",
        "finalDisplayedUrl": "https://user:pw@shop.example/cart?token=abc",
        "categories": {"performance": {"score": 0.42}, "accessibility": {"score": 1}, "pwa": {"score": None}},
        "audits": {"largest-contentful-paint": {"numericValue": 4100.5}},
    }

    [page] = one(tmp_path, json.dumps(report)).records

    assert isinstance(page, Page)
    assert page.url == "https://shop.example/cart"
    assert page.scores == {"performance": 42.0, "accessibility": 100.0}
    assert page.metrics == {"largest-contentful-paint": 4100.5}


def test_prometheus_answers_queries_targets_and_alerts(tmp_path: Path) -> None:
    query = {
        "status": "success",
        "data": {
            "resultType": "vector",
            "result": [{"metric": {"__name__": "up", "job": "api"}, "value": [1763800000.5, "0"]}],
        },
    }
    ranged = {
        "status": "success",
        "data": {
            "resultType": "matrix",
            "result": [{"metric": {"__name__": "up", "job": "api"}, "values": [[1, "1"], [1763800000, "0"]]}],
        },
    }
    targets = {
        "status": "success",
        "data": {"activeTargets": [{"labels": {"job": "api"}, "health": "down", "lastError": "refused"}]},
    }
    alerts = {"status": "success", "data": {"alerts": [{"labels": {"alertname": "ApiDown"}, "state": "firing"}]}}

    for answer in (query, ranged, targets):
        [series] = one(tmp_path, json.dumps(answer)).records
        assert isinstance(series, Series)
        assert [(s.name, s.labels["job"], s.value) for s in series.samples] == [("up", "api", 0.0)]
    [series] = one(tmp_path, json.dumps(alerts)).records
    assert isinstance(series, Series)
    assert [(s.name, s.labels) for s in series.samples] == [
        ("ALERTS", {"alertname": "ApiDown", "alertstate": "firing"})
    ]


def test_a_scalar_of_prometheus_is_a_value_without_labels(tmp_path: Path) -> None:
    file = one(
        tmp_path,
        json.dumps({"status": "success", "data": {"resultType": "scalar", "result": [1763800000.5, "0.25"]}}),
    )

    [series] = file.records
    assert isinstance(series, Series)
    assert [(s.name, s.labels, s.value) for s in series.samples] == [("", {}, 0.25)]
    assert file.made is not None and file.made.year == 2025


def test_an_error_of_prometheus_is_no_measurement(tmp_path: Path) -> None:
    [series] = one(
        tmp_path, json.dumps({"status": "error", "errorType": "bad_data", "error": "parse error", "data": {}})
    ).records

    assert isinstance(series, Series)
    assert (series.samples, series.error) == ((), "parse error")


POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "api-1", "namespace": "shop", "ownerReferences": [{"kind": "ReplicaSet", "name": "api"}]},
    "spec": {
        "containers": [
            {"name": "api", "image": "shop/api:1", "readinessProbe": {"httpGet": {"path": "/health", "port": 80}}}
        ]
    },
    "status": {
        "phase": "Running",
        "containerStatuses": [
            {
                "name": "api",
                "image": "docker.io/shop/api:1",
                "imageID": "docker.io/shop/api@sha256:abc",
                "ready": False,
                "restartCount": 7,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"reason": "OOMKilled"}},
            }
        ],
    },
}
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "api"}, "data": {"TOKEN": "c2VjcmV0LXZhbHVl"}}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "api", "namespace": "shop"},
    "spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "api", "image": "shop/api:1"}]}}},
    "status": {"observedGeneration": 1},
}


def test_a_cluster_shows_its_workloads_pods_and_names_of_secrets(tmp_path: Path) -> None:
    file = one(tmp_path, json.dumps({"apiVersion": "v1", "kind": "List", "items": [POD, SECRET, DEPLOYMENT]}, indent=1))

    [cluster] = file.records
    assert isinstance(cluster, Cluster)
    pod, secret, deployment = cluster.resources
    [container] = pod.containers
    assert (container.image, container.ready, container.restarts, container.reason) == (
        "docker.io/shop/api:1",
        False,
        7,
        "CrashLoopBackOff",
    )
    assert container.probes == ("readinessProbe /health",)
    assert (secret.type, secret.keys) == ("Secret", ("TOKEN",))
    assert (deployment.wanted, deployment.ready) == (3, 0)
    assert "c2VjcmV0LXZhbHVl" not in str(file)


def test_one_object_alone_is_a_cluster_too(tmp_path: Path) -> None:
    [cluster] = one(tmp_path, json.dumps(POD)).records

    assert isinstance(cluster, Cluster)
    assert [r.name for r in cluster.resources] == ["api-1"]


def test_a_plan_tells_what_would_be_done_and_no_values(tmp_path: Path) -> None:
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "timestamp": "2026-11-20T10:00:00Z",
        "resource_changes": [
            {
                "address": "aws_db_instance.main",
                "mode": "managed",
                "type": "aws_db_instance",
                "change": {"actions": ["delete", "create"], "before": {"password": "hunter2hunter2"}},
                "action_reason": "replace_because_cannot_update",
            },
            {"address": "data.aws_ami.x", "mode": "data", "type": "aws_ami", "change": {"actions": ["read"]}},
        ],
    }

    file = one(tmp_path, json.dumps(plan, indent=1))

    [record] = file.records
    assert isinstance(record, Plan)
    assert [(c.address, c.actions) for c in record.changes] == [("aws_db_instance.main", ("delete", "create"))]
    assert "hunter2" not in str(file)


def test_the_stream_of_a_plan_tells_the_same(tmp_path: Path) -> None:
    rows = [
        {"@level": "info", "@module": "terraform.ui", "@timestamp": "2026-11-20T10:00:00.1Z", "type": "version"},
        {
            "@level": "info",
            "@module": "terraform.ui",
            "type": "planned_change",
            "change": {
                "resource": {"addr": "aws_db_instance.main", "resource_type": "aws_db_instance"},
                "action": "replace",
            },
        },
        {"@level": "info", "@module": "terraform.ui", "type": "change_summary"},
    ]

    [record] = one(tmp_path, "\n".join(map(json.dumps, rows))).records

    assert isinstance(record, Plan)
    assert [(c.address, c.actions, c.line) for c in record.changes] == [
        ("aws_db_instance.main", ("delete", "create"), 2)
    ]
