"""Probes, resources, pins, replicas, budgets, scalers, schedules."""

from __future__ import annotations

import pytest
from conftest import Look

DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api}
    spec:
      replicas: 2
      selector: {matchLabels: {app: api}}
      template:
        metadata: {labels: {app: api}}
        spec:
          terminationGracePeriodSeconds: 30
          containers:
            - name: api
              image: acme/api:1.4.0
              ports: [{containerPort: 3000}]
              livenessProbe: {tcpSocket: {port: 3000}}
              readinessProbe: {httpGet: {path: /, port: 3000}}
              resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
    """
SERVICE = """
    apiVersion: v1
    kind: Service
    metadata: {name: api}
    spec: {selector: {app: api}, ports: [{port: 80, targetPort: 3000}]}
    """
BUDGET = """
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: api}
    spec:
      minAvailable: 1
      selector: {matchLabels: {app: api}}
    """
SCALER = """
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: api}
    spec:
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
      minReplicas: 2
      maxReplicas: 6
      metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
    """
WHOLE = {"k8s/api.yaml": DEPLOYMENT, "k8s/service.yaml": SERVICE}


def without(line: str) -> str:
    return "\n".join(one for one in DEPLOYMENT.split("\n") if line not in one)


def test_probes_of_both_kinds_hold(look: Look) -> None:
    seen = look("ORC-005", WHOLE)

    assert (seen.failed, seen.passed) == ([], ["k8s/api.yaml:15"])


def test_a_container_without_readiness_takes_requests_too_early(look: Look) -> None:
    seen = look("ORC-005", {"k8s/api.yaml": without("readinessProbe")})

    assert seen.failed == ["k8s/api.yaml:12"]
    assert seen.outcomes == ["partial"]


def test_a_worker_needs_no_readiness_probe(look: Look) -> None:
    text = without("readinessProbe").replace("          ports: [{containerPort: 3000}]\n", "")

    assert look("ORC-005", {"k8s/worker.yaml": text}).failed == []


def test_requests_and_a_memory_limit_are_asked_for(look: Look) -> None:
    good = look("ORC-006", WHOLE)
    none = look("ORC-006", {"k8s/api.yaml": without("resources:")})
    some = look("ORC-006", {"k8s/api.yaml": DEPLOYMENT.replace(", limits: {memory: 64Mi}", "")})

    assert good.passed == ["k8s/api.yaml:17"]
    assert none.failed == ["k8s/api.yaml:12"]
    assert (some.failed, some.outcomes) == (["k8s/api.yaml:17"], ["partial"])


def test_a_limit_range_gives_what_containers_leave_out(look: Look) -> None:
    range_ = "apiVersion: v1\nkind: LimitRange\nmetadata: {name: defaults}\nspec: {limits: []}\n"
    seen = look("ORC-006", {"k8s/api.yaml": without("resources:"), "k8s/range.yaml": range_})

    assert seen.failed == []


def test_latest_is_no_version(look: Look) -> None:
    poor = look("ORC-008", {"k8s/api.yaml": DEPLOYMENT.replace(":1.4.0", ":latest")})
    good = look("ORC-008", WHOLE)

    assert (poor.failed, good.passed) == (["k8s/api.yaml:13"], ["k8s/api.yaml:13"])


def test_a_tag_that_skaffold_puts_in_cannot_be_told(look: Look) -> None:
    files = {
        "api/Dockerfile": "FROM node:22.12.0\nCMD node server.js\n",
        "skaffold.yaml": "apiVersion: skaffold/v4beta7\nbuild: {artifacts: [{image: acme/api, context: api}]}\n",
        "k8s/api.yaml": DEPLOYMENT.replace(":1.4.0", ""),
    }
    seen = look("ORC-008", files)

    assert (seen.failed, seen.unknown) == ([], ["k8s/api.yaml:13"])


def test_one_replica_behind_a_service_is_an_outage_waiting(look: Look) -> None:
    poor = look("ORC-009", {**WHOLE, "k8s/api.yaml": DEPLOYMENT.replace("replicas: 2", "replicas: 1")})
    scaled = look("ORC-009", {"k8s/scaler.yaml": SCALER})

    assert poor.failed == ["k8s/api.yaml:5"]
    assert (scaled.failed, scaled.passed) == ([], ["k8s/scaler.yaml:6"])


def test_a_worker_that_no_service_leads_to_may_be_alone(look: Look) -> None:
    text = DEPLOYMENT.replace("replicas: 2", "replicas: 1")

    assert look("ORC-009", {"k8s/api.yaml": text}).outcomes == ["not_applicable"]


def test_replicas_need_a_budget_that_lets_one_go(look: Look) -> None:
    none = look("ORC-010", {"k8s/api.yaml": DEPLOYMENT})
    good = look("ORC-010", {"k8s/budget.yaml": BUDGET})
    tight = look("ORC-010", {"k8s/budget.yaml": BUDGET.replace("minAvailable: 1", "minAvailable: 2")})

    assert none.failed == ["k8s/api.yaml:5"]
    assert good.passed == ["k8s/budget.yaml:1"]
    assert tight.failed == ["k8s/budget.yaml:1"]


def test_a_scaler_needs_its_target_and_requests_to_measure_against(look: Look) -> None:
    good = look("ORC-014", {"k8s/api.yaml": without("replicas:"), "k8s/scaler.yaml": SCALER})
    blind = look("ORC-014", {"k8s/api.yaml": without("resources:")})
    lost = look("ORC-014", {"k8s/scaler.yaml": SCALER.replace("name: api}", "name: shop}")})

    assert good.passed == ["k8s/scaler.yaml:1"]
    assert blind.failed == ["k8s/scaler.yaml:1"]
    assert lost.failed == ["k8s/scaler.yaml:5"]


def test_a_scaled_workload_leaves_its_replicas_to_the_scaler(look: Look) -> None:
    seen = look("ORC-014", {"k8s/api.yaml": DEPLOYMENT, "k8s/scaler.yaml": SCALER})

    assert seen.failed == ["k8s/api.yaml:5"]
    assert "fall back to 2" in seen.text


def test_a_scaler_with_one_bound_never_scales(look: Look) -> None:
    files = {"k8s/api.yaml": DEPLOYMENT, "k8s/scaler.yaml": SCALER.replace("maxReplicas: 6", "maxReplicas: 2")}

    assert look("ORC-014", files).failed == ["k8s/scaler.yaml:1"]


def test_recreate_is_an_outage_unless_a_claim_asks_for_it(look: Look) -> None:
    recreate = DEPLOYMENT.replace("replicas: 2", "strategy: {type: Recreate}")
    claim = recreate.replace(
        "terminationGracePeriodSeconds: 30", "volumes: [{name: d, persistentVolumeClaim: {claimName: d}}]"
    )

    assert look("ORC-020", {**WHOLE, "k8s/api.yaml": recreate}).failed == ["k8s/api.yaml:5"]
    assert look("ORC-020", {**WHOLE, "k8s/api.yaml": claim}).failed == []
    assert look("ORC-020", WHOLE).passed == ["k8s/api.yaml:1"]


def test_no_time_to_end_cuts_requests_off(look: Look) -> None:
    text = DEPLOYMENT.replace("PeriodSeconds: 30", "PeriodSeconds: 0")

    assert look("ORC-020", {**WHOLE, "k8s/api.yaml": text}).failed == ["k8s/api.yaml:10"]


def test_a_suspended_job_never_runs_and_a_slow_one_overtakes_itself(look: Look) -> None:
    job = """
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: backup}
        spec:
          schedule: "0 3 * * *"
          concurrencyPolicy: Forbid
          suspend: false
          jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: []}}}}
        """

    assert look("ORC-028", {"k8s/job.yaml": job}).passed == ["k8s/job.yaml:6"]
    assert look("ORC-028", {"k8s/job.yaml": job.replace("false", "true")}).failed == ["k8s/job.yaml:7"]
    assert look("ORC-028", {"k8s/job.yaml": job.replace("Forbid", "Allow")}).failed == ["k8s/job.yaml:5"]


def test_a_service_without_ports_sends_no_requests(look: Look) -> None:
    workload = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: events}\nspec:\n  template:\n"
    workload += (
        "    metadata: {labels: {app: events}}\n    spec: {containers: [{name: events, image: acme/events:1}]}\n"
    )
    service = (
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: events}\nspec: {clusterIP: None, selector: {app: events}"
    )
    idle = look("ORC-005", {"k8s/events.yaml": workload + service + "}\n"})
    asked = look("ORC-005", {"k8s/events.yaml": workload + service + ", ports: [{port: 80}]}\n"})

    assert [f.severity.value for one in (idle, asked) for f in one.findings] == ["low", "high"]


def test_what_copies_of_one_workload_lack_is_told_once(look: Look) -> None:
    workload = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n"
    workload += "    spec: {containers: [{name: api, image: acme/api:1, ports: [{containerPort: 80}]}]}\n"
    copies = {f"{cloud}/api.yaml": workload for cloud in ("aws", "azure", "gcp")}
    seen = look("ORC-005", {**copies, "other/web.yaml": workload.replace("name: api", "name: web")})

    assert sorted(seen.failed) == ["aws/api.yaml:6", "other/web.yaml:6"]
    assert "in 3 files" in seen.text


def test_a_target_that_comes_with_a_chart_beside_cannot_be_told(look: Look) -> None:
    lost = {"k8s/scaler.yaml": SCALER.replace("name: api}", "name: shop-postgresql}")}

    assert look("ORC-014", {**lost, "README.md": "Run `helm install shop bitnami/postgresql`.\n"}).failed == []
    assert look("ORC-014", {**lost, "README.md": "Run `helm install other bitnami/postgresql`.\n"}).failed
    assert look("ORC-014", {**lost, "ha/values.yaml": "a:\n  name: shop-postgresql\n"}).failed == []


def test_a_sidecar_without_a_port_and_what_makes_load_take_no_requests(look: Look) -> None:
    pod = "spec: {selector: {matchLabels: {app: %s}}, template: {metadata: {labels: {app: %s}}, spec: {containers: [%s]}}}"
    head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %s}\n"
    api = "{name: api, image: acme/api:1, ports: [{containerPort: 80}], readinessProbe: {httpGet: {path: /, port: 80}}, livenessProbe: {httpGet: {path: /, port: 80}}}"
    two = head % "api" + pod % ("api", "api", api + ", {name: sql-proxy, image: acme/proxy:1}") + "\n"
    service = (
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selector: {app: api}, ports: [{port: 80}]}\n"
    )
    load = (
        head % "loadgenerator"
        + pod % ("l", "l", "{name: main, image: acme/load:1, ports: [{containerPort: 8089}]}")
        + "\n"
    )
    seen = [
        *look("ORC-005", {"k8s/api.yaml": two + service}).findings,
        *look("ORC-005", {"k8s/load.yaml": load}).findings,
    ]

    assert {str(f.severity) for f in seen if f.outcome.open} == {"low"}


TOWER = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: tower}
    spec:
      replicas: 1
      strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}
      selector: {matchLabels: {app: tower}}
      template: {metadata: {labels: {app: tower}}, spec: {containers: [{name: tower, image: "acme/tower:1"}]}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: tower}
    spec: {selector: {app: tower}, ports: [{port: 80}]}
    ---
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: tower}
    spec: {minAvailable: 1, selector: {matchLabels: {app: tower}}}
    """


def test_the_only_pod_that_may_go_before_the_new_one_is_up_is_a_gap(look: Look) -> None:
    assert look("ORC-020", {"k8s/tower.yaml": TOWER}).outcomes == ["fail"]
    assert look("ORC-020", {"k8s/tower.yaml": TOWER.replace("replicas: 1", "replicas: 3")}).outcomes == ["pass"]


def test_a_budget_of_the_only_pod_keeps_its_node(look: Look) -> None:
    assert look("ORC-010", {"k8s/tower.yaml": TOWER}).outcomes == ["fail"]
    assert (
        "fail"
        not in look("ORC-010", {"k8s/tower.yaml": TOWER.replace("minAvailable: 1", "maxUnavailable: 1")}).outcomes
    )


def test_a_kind_under_an_api_that_does_not_have_it_is_refused(look: Look) -> None:
    core = TOWER.replace("policy/v1", "v1")

    assert "v1 has no PodDisruptionBudget" in look("ORC-001", {"k8s/tower.yaml": core}).text
    assert "has no" not in look("ORC-001", {"k8s/tower.yaml": TOWER}).text


def test_a_pod_that_no_service_leads_to_needs_its_probes_less(look: Look) -> None:
    bare = "\n".join(line for line in DEPLOYMENT.split("\n") if "Probe" not in line)

    alone = look("ORC-005", {"k8s/api.yaml": bare})
    led_to = look("ORC-005", {"k8s/service.yaml": SERVICE})

    assert [str(f.severity) for f in (*alone.findings, *led_to.findings)] == ["medium", "high"]
    assert "requests reach it" not in alone.text
    assert "requests reach it" in led_to.text


@pytest.mark.parametrize(("lacks", "severity"), [("none", "medium"), ("readinessProbe", "high")])
def test_a_sidecar_beside_a_container_that_is_asked_weighs_less(look: Look, lacks: str, severity: str) -> None:
    beside = "            - {name: exporter, image: acme/exporter:1, ports: [{containerPort: 9113}]}\n"
    text = without(lacks).rstrip() + "\n" + beside
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec:\n  selector: {app: api}\n  ports: [{port: 80, targetPort: 3000}]\n"

    found = look("ORC-005", {"k8s/api.yaml": text, "k8s/service.yaml": service}).findings

    assert [f.severity for f in found if "exporter" in f.message] == [severity]


def test_an_operator_of_the_monitoring_is_missed_less_than_a_program_of_ones_own(look: Look) -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n    spec:\n      containers: [{name: a, image: '%s', ports: [{containerPort: 80}]}]\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: a}, ports: [{port: 80}]}\n"

    def told(image: str) -> list[str]:
        return [str(f.severity) for f in look("ORC-005", {"k8s/a.yaml": text % image}).findings]

    assert told("quay.io/prometheus-operator/prometheus-operator:v0.70.0") == ["medium"]
    assert told("acme/orders-operator:1") == ["high"]
