"""Manifests that render, and those that Kustomize, Helm or the API server refuse."""

from __future__ import annotations

from conftest import Look

CONFIG = """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
    data:
      LEVEL: info
    """
DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: api
    spec:
      selector:
        matchLabels: {app: api}
      template:
        metadata:
          labels: {app: api}
        spec:
          containers:
            - name: api
              image: shop/api:1.4.0
    """


def test_whole_objects_are_taken(look: Look) -> None:
    seen = look("ORC-001", {"k8s/api.yaml": DEPLOYMENT, "k8s/config.yaml": CONFIG})

    assert (seen.failed, seen.passed) == ([], ["k8s"])


def test_a_manifest_that_does_not_parse_is_named_at_its_line(look: Look) -> None:
    seen = look("ORC-001", {"k8s/config.yaml": CONFIG + "      BROKEN: [1\n    x: :\n"})

    assert [place.partition(":")[0] for place in seen.failed] == ["k8s/config.yaml"]


def test_a_resource_that_is_not_there_stops_kustomize(look: Look) -> None:
    overlay = """
        resources:
          - api.yaml
          - ingress.yaml
        """
    seen = look("ORC-001", {"k8s/kustomization.yaml": overlay, "k8s/api.yaml": DEPLOYMENT})

    assert seen.failed == ["k8s/kustomization.yaml:3"]
    assert "ingress.yaml is not there" in seen.text


def test_a_remote_base_cannot_be_seen(look: Look) -> None:
    overlay = "resources: [https://github.com/acme/base//k8s?ref=v1]\n"
    seen = look("ORC-001", {"k8s/kustomization.yaml": overlay})

    assert (seen.failed, len(seen.unknown)) == ([], 1)


def test_a_development_overlay_is_not_judged(look: Look) -> None:
    seen = look("ORC-001", {"k8s/overlays/dev/kustomization.yaml": "resources: [gone.yaml]\n"})

    assert seen.failed == []


def test_a_chart_that_helm_refuses_is_told_from_one_that_renders(look: Look) -> None:
    files = {"chart/Chart.yaml": "name: shop\nversion: 1.0.0\n", "chart/values.yaml": "name: settings\n"}
    template = CONFIG.replace("settings", "{{ .Values.name }}")
    good = look("ORC-001", {**files, "chart/templates/config.yaml": template})
    poor = look("ORC-001", {**files, "chart/templates/config.yaml": template.replace("}}", "}", 1)})

    assert "chart/Chart.yaml" in good.passed
    assert good.failed == []
    assert [place.partition(":")[0] for place in poor.failed] == ["chart/templates/config.yaml"]


def test_a_selector_that_does_not_match_its_own_pods_is_refused(look: Look) -> None:
    seen = look("ORC-001", {"k8s/api.yaml": DEPLOYMENT.replace("labels: {app: api}", "labels: {app: web}")})

    assert seen.failed == ["k8s/api.yaml:10"]


def test_numbers_where_text_is_asked_for_are_refused(look: Look) -> None:
    seen = look("ORC-001", {"k8s/config.yaml": CONFIG.replace("info", "8080")})
    quoted = look("ORC-001", {"k8s/config.yaml": CONFIG.replace("info", "'8080'")})

    assert seen.failed == ["k8s/config.yaml:6"]
    assert quoted.failed == []


def test_an_unquoted_variable_is_refused(look: Look) -> None:
    text = DEPLOYMENT.rstrip() + "\n              env: [{name: DEBUG, value: true}]\n"
    seen = look("ORC-001", {"k8s/api.yaml": text})

    assert seen.failed == ["k8s/api.yaml:15"]


def test_a_mount_without_its_volume_and_requests_above_limits_are_refused(look: Look) -> None:
    text = DEPLOYMENT.rstrip() + (
        "\n              volumeMounts: [{name: data, mountPath: /data}]"
        "\n              resources: {requests: {memory: 1Gi}, limits: {memory: 512Mi}}\n"
    )
    seen = look("ORC-001", {"k8s/api.yaml": text})

    assert seen.failed == ["k8s/api.yaml:15", "k8s/api.yaml:16"]


def test_a_job_that_would_restart_for_ever_and_a_broken_schedule_are_refused(look: Look) -> None:
    text = """
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: backup}
        spec:
          schedule: "every night"
          jobTemplate:
            spec:
              template:
                spec:
                  containers: [{name: backup, image: "shop/backup:1.0.0"}]
        """
    seen = look("ORC-001", {"k8s/backup.yaml": text})

    assert seen.failed == ["k8s/backup.yaml:9", "k8s/backup.yaml:5"]


def test_a_secret_that_is_not_base64_and_nameless_ports_are_refused(look: Look) -> None:
    text = """
        apiVersion: v1
        kind: Secret
        metadata: {name: db}
        data:
          password: CHANGE_ME
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: api}
        spec:
          selector: {app: api}
          ports:
            - port: 80
            - {name: metrics, port: 9100}
        """
    seen = look("ORC-001", {"k8s/all.yaml": text})

    assert seen.failed == ["k8s/all.yaml:5", "k8s/all.yaml:13"]


def test_names_that_dns_does_not_know_are_refused(look: Look) -> None:
    seen = look("ORC-001", {"k8s/config.yaml": CONFIG.replace("settings", "App_Settings")})
    filled = look("ORC-001", {"k8s/config.yaml": CONFIG.replace("settings", "${APP}_settings")})

    assert seen.failed == ["k8s/config.yaml:4"]
    assert filled.failed == []


def test_a_patch_that_stands_alone_is_no_broken_workload(look: Look) -> None:
    patch = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: api}
        spec:
          template:
            spec:
              containers: [{name: api, resources: {limits: {memory: 1Gi}}}]
        """
    assert look("ORC-001", {"k8s/patch.yaml": patch}).failed == []


def test_removed_api_versions_are_named_with_what_takes_their_place(look: Look) -> None:
    old = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: api}\n"
    seen = look("ORC-022", {"k8s/budget.yaml": old})
    now = look("ORC-022", {"k8s/budget.yaml": old.replace("v1beta1", "v1")})

    assert seen.failed == ["k8s/budget.yaml:1"]
    assert "use policy/v1" in seen.text
    assert (now.failed, now.passed) == ([], ["k8s"])


def test_many_templates_that_helm_refuses_are_told_together_and_once(look: Look) -> None:
    broken = {f"chart/templates/t{n}.yaml": "{{ if .Values.a }}\nkind: Service\n" for n in range(7)}
    chart = {"chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n", "chart/values.yaml": "a: 1\n"}
    production = {"chart/values-production.yaml": "a: 2\n"}

    assert look("ORC-001", {**chart, **production, **broken}).failed == ["chart/templates/t0.yaml:1"]
    one = {"chart/templates/t0.yaml": broken["chart/templates/t0.yaml"]}
    assert len(look("ORC-001", {**chart, **production, **one}).failed) == 1


POLICY = """
    apiVersion: %s
    kind: %s
    metadata:
      name: api
    spec:
      podSelector: {}
    """


def test_a_kind_stands_under_an_api_that_has_it(look: Look) -> None:
    wrong = look("ORC-001", {"k8s/policy.yaml": POLICY % ("policy/v1", "NetworkPolicy")})
    right = look("ORC-001", {"k8s/policy.yaml": POLICY % ("networking.k8s.io/v1", "NetworkPolicy")})
    older = look("ORC-001", {"k8s/policy.yaml": POLICY % ("autoscaling/v1", "HorizontalPodAutoscaler")})
    custom = look("ORC-001", {"k8s/policy.yaml": POLICY % ("projectcalico.org/v3", "NetworkPolicy")})

    assert wrong.failed == ["k8s/policy.yaml:1"]
    assert "policy/v1 has no NetworkPolicy; write networking.k8s.io/v1" in wrong.text
    assert (right.failed, older.failed, custom.failed) == ([], [], [])
