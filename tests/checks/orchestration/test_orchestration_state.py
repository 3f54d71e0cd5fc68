"""Stores and their volumes."""

from __future__ import annotations

from conftest import Look

STORE = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: db}
    spec:
      replicas: 1
      selector: {matchLabels: {app: db}}
      template:
        metadata: {labels: {app: db}}
        spec:
          containers:
            - name: db
              image: postgres:16.4
              volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]
          volumes:
            - {name: data, persistentVolumeClaim: {claimName: db}}
    """
CLAIM = """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: db}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
    """


def test_a_store_on_a_claim_keeps_its_data(look: Look) -> None:
    seen = look("ORC-019", {"k8s/db.yaml": STORE, "k8s/claim.yaml": CLAIM})

    assert (seen.failed, seen.passed) == ([], ["k8s/db.yaml:15"])


def test_a_store_on_an_empty_dir_loses_it(look: Look) -> None:
    text = STORE.replace("persistentVolumeClaim: {claimName: db}", "emptyDir: {}")

    assert look("ORC-019", {"k8s/db.yaml": text}).failed == ["k8s/db.yaml:15"]


def test_a_store_without_a_mount_loses_it_and_a_cache_in_part(look: Look) -> None:
    text = "\n".join(line for line in STORE.split("\n") if "volumeMounts" not in line)
    cache = look("ORC-019", {"k8s/db.yaml": text.replace("postgres:16.4", "redis:7.4")})

    assert look("ORC-019", {"k8s/db.yaml": text}).failed == ["k8s/db.yaml:11"]
    assert cache.outcomes == ["partial"]


def test_claim_templates_and_memcached_hold(look: Look) -> None:
    stateful = STORE.replace("kind: Deployment", "kind: StatefulSet").replace(
        "      replicas: 1", "      volumeClaimTemplates: [{metadata: {name: data}}]"
    )

    assert look("ORC-019", {"k8s/db.yaml": stateful}).failed == []
    assert look("ORC-019", {"k8s/db.yaml": STORE.replace("postgres:16.4", "memcached:1.6")}).failed == []


def test_an_image_that_is_built_on_a_store_is_one(look: Look) -> None:
    files = {
        "db/Dockerfile": "FROM postgres:16.4\nCOPY init.sql /docker-entrypoint-initdb.d/\n",
        "db/init.sql": "create table orders (id int);\n",
        "k8s/db.yaml": STORE.replace("postgres:16.4", "acme/db:1.0.0").replace(
            "persistentVolumeClaim: {claimName: db}", "emptyDir: {}"
        ),
    }

    assert look("ORC-019", files).failed == ["k8s/db.yaml:15"]


def test_replicas_that_share_a_volume_for_one_fail(look: Look) -> None:
    many = STORE.replace("replicas: 1", "replicas: 2")
    poor = look("ORC-021", {"k8s/db.yaml": many, "k8s/claim.yaml": CLAIM})
    good = look("ORC-021", {"k8s/claim.yaml": CLAIM.replace("ReadWriteOnce", "ReadWriteMany")})

    assert poor.failed == ["k8s/db.yaml:15"]
    assert good.passed == ["k8s/db.yaml:15"]


def test_one_replica_shares_nothing(look: Look) -> None:
    assert look("ORC-021", {"k8s/db.yaml": STORE, "k8s/claim.yaml": CLAIM}).outcomes == ["not_applicable"]
