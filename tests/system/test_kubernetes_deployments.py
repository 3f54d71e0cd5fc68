"""What Kubernetes manifests say of the services that they run."""

from __future__ import annotations

from writing import Write

from kit.system.model import Deployment

MANIFESTS = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api-deployment, namespace: shop}
    spec:
      replicas: 2
      template:
        metadata: {labels: {app: api}}
        spec:
          initContainers:
            - {name: migrate, image: "acme/shop-api:1", command: [alembic, upgrade, head]}
          containers:
            - name: api
              image: acme/shop-api:1
              ports: [{containerPort: 8000, name: http}]
              envFrom:
                - configMapRef: {name: settings}
              env:
                - name: PASSWORD
                  valueFrom: {secretKeyRef: {name: db, key: password}}
              readinessProbe: {httpGet: {path: /ready, port: http}}
              volumeMounts: [{name: cache, mountPath: /cache}]
          volumes: [{name: cache, emptyDir: {}}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: api, namespace: shop}
    spec:
      selector: {app: api}
      ports: [{port: 80, targetPort: http}]
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings, namespace: shop}
    data: {LOG_LEVEL: info}
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: api, namespace: shop}
    spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api-deployment}, maxReplicas: 6}
    """
FILES = {"k8s/api.yaml": MANIFESTS, "api/Dockerfile": "FROM python:3.12\nCOPY . .\n", "api/app.py": "x = 1\n"}


def deployment(project_of: Write, files: dict[str, str]) -> Deployment:
    found = project_of(files).system.service("api")
    assert found is not None
    return next(d for d in found.deployments if not d.workload.endswith("init"))


def test_a_workload_is_joined_to_the_dockerfile_of_its_name(project_of: Write) -> None:
    api = project_of(FILES).system.service("api")

    assert api is not None and api.build is not None
    assert api.build.dockerfile == "api/Dockerfile"
    assert {d.target for d in api.deployments} == {"kubernetes:k8s"}


def test_ports_are_those_of_the_container_and_of_services_that_select_it(project_of: Write) -> None:
    ports = deployment(project_of, FILES).ports

    assert [(p.role, p.number, p.host) for p in ports] == [("container", 8000, None), ("target", 8000, 80)]


def test_variables_of_a_config_map_are_given_with_their_values_and_places(project_of: Write) -> None:
    given = {e.name: e for e in deployment(project_of, FILES).env}

    assert (given["LOG_LEVEL"].value, str(given["LOG_LEVEL"].at)) == ("info", "k8s/api.yaml:34")
    assert (given["PASSWORD"].value, given["PASSWORD"].source) == (None, "secret")


def test_a_config_map_that_cannot_be_seen_leaves_the_environment_incomplete(project_of: Write) -> None:
    absent = {**FILES, "k8s/api.yaml": MANIFESTS.replace("name: settings, namespace", "name: others, namespace")}

    assert deployment(project_of, FILES).env_complete is True
    assert deployment(project_of, absent).env_complete is False


def test_an_autoscaler_states_the_bounds_of_the_replicas(project_of: Write) -> None:
    found = deployment(project_of, FILES)

    assert (found.replicas, found.max_replicas) == (1, 6)


def test_probes_and_volumes_are_taken_over(project_of: Write) -> None:
    found = deployment(project_of, FILES)

    assert [(p.kind, p.path) for p in found.probes] == [("readiness", "/ready")]
    assert [(source.split(":")[0], path) for source, path, _ in found.volumes] == [("emptyDir", "/cache")]


def test_a_container_that_nothing_builds_is_a_service_of_somebody_else(project_of: Write) -> None:
    job = """
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: tidy}
        spec:
          schedule: "0 3 * * *"
          jobTemplate: {spec: {template: {spec: {containers: [{name: tidy, image: "alpine:3"}]}}}}
        """

    tidy = project_of({"k8s/tidy.yaml": job}).system.service("tidy")

    assert tidy is not None
    assert (tidy.kind, tidy.first_party) == ("job", False)
    assert tidy.deployments[0].schedule == "0 3 * * *"


def test_containers_of_one_common_name_are_services_of_their_own(project_of: Write) -> None:
    workload = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: {name}}}
        spec: {{template: {{spec: {{containers: [{{name: server, image: "{image}"}}]}}}}}}
        """
    images = {"queue": "bitnami/kafka:4.0", "worker": "acme/worker:1", "console": "acme/console:1"}
    files = {f"k8s/{name}.yaml": workload.format(name=name, image=image) for name, image in images.items()}
    system = project_of(files).system

    assert {s.name: s.kind == "store" for s in system.services} == {"queue": True, "worker": False, "console": False}


def test_a_proxy_beside_the_program_is_not_the_program(project_of: Write) -> None:
    pod = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: api}
        spec:
          template:
            spec:
              containers:
                - {name: api, image: "acme/api:1"}
                - {name: nginx, image: "nginx:1.28", ports: [{containerPort: 8081}]}
        """
    system = project_of({"api/Dockerfile": "FROM python:3.13\n", "k8s/api.yaml": pod}).system

    assert [d.image for d in system.service("api").deployments] == ["acme/api:1"]
    assert [d.image for d in system.service("nginx").deployments] == ["nginx:1.28"]
