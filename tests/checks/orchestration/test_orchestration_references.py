"""What manifests refer to by name, and whether something makes it."""

from __future__ import annotations

from conftest import Look

POD = """
    apiVersion: v1
    kind: Pod
    metadata: {name: api}
    spec:
      serviceAccountName: default
      containers:
        - name: api
          image: shop/api:1.4.0
          env:
            - name: LEVEL
              valueFrom:
                configMapKeyRef:
                  name: settings
                  key: LEVEL
            - name: PASSWORD
              valueFrom:
                secretKeyRef:
                  name: db
                  key: password
    """
CONFIG = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {LEVEL: info}
    """
EXTERNAL = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: mail}
    spec: {target: {name: mail}}
    """


def test_a_config_map_that_nothing_declares_keeps_pods_from_starting(look: Look) -> None:
    seen = look("ORC-002", {"k8s/api.yaml": POD})

    assert seen.failed == ["k8s/api.yaml:12"]


def test_a_declared_config_map_holds_unless_the_key_is_missing(look: Look) -> None:
    good = look("ORC-002", {"k8s/api.yaml": POD, "k8s/config.yaml": CONFIG})
    poor = look("ORC-002", {"k8s/config.yaml": CONFIG.replace("LEVEL", "LOG_LEVEL")})

    assert (good.failed, good.passed) == ([], ["k8s/api.yaml:12"])
    assert poor.failed == ["k8s/api.yaml:12"]
    assert "no key LEVEL" in poor.text


def test_an_optional_reference_is_none(look: Look) -> None:
    text = POD.replace("key: LEVEL", "key: LEVEL\n                  optional: true")

    assert look("ORC-002", {"k8s/api.yaml": text}).outcomes == ["not_applicable"]


def test_a_config_map_that_a_script_makes_is_there(look: Look) -> None:
    script = "#!/bin/sh\nkubectl create configmap settings --from-file=settings.ini\n"
    seen = look("ORC-002", {"k8s/api.yaml": POD, "scripts/deploy.sh": script})

    assert seen.failed == []


def test_a_config_map_of_another_overlay_cannot_be_told(look: Look) -> None:
    files = {
        "k8s/kustomization.yaml": "resources: [api.yaml]\n",
        "k8s/api.yaml": POD,
        "shared/kustomization.yaml": "resources: [config.yaml]\n",
        "shared/config.yaml": CONFIG,
    }
    seen = look("ORC-002", files)

    assert (seen.failed, seen.unknown) == ([], ["k8s/api.yaml:12"])


def test_a_service_account_and_a_claim_must_be_declared(look: Look) -> None:
    text = POD.replace("serviceAccountName: default", "serviceAccountName: shop").rstrip() + (
        "\n      volumes: [{name: data, persistentVolumeClaim: {claimName: uploads}}]\n"
    )
    seen = look("ORC-002", {"k8s/api.yaml": text, "k8s/config.yaml": CONFIG})

    assert seen.failed == ["k8s/api.yaml:20", "k8s/api.yaml:5"]
    assert "claim uploads" in seen.text


def test_a_secret_of_which_nothing_is_known_cannot_be_told(look: Look) -> None:
    seen = look("ORC-023", {"k8s/api.yaml": POD})

    assert (seen.failed, seen.unknown) == ([], ["k8s/api.yaml:17"])


def test_a_secret_that_is_missing_beside_declared_ones_fails(look: Look) -> None:
    seen = look("ORC-023", {"k8s/api.yaml": POD, "k8s/mail.yaml": EXTERNAL})

    assert seen.failed == ["k8s/api.yaml:17"]


def test_an_external_secret_brings_forth_its_target(look: Look) -> None:
    seen = look("ORC-023", {"k8s/api.yaml": POD, "k8s/db.yaml": EXTERNAL.replace("mail", "db")})

    assert seen.passed == ["k8s/api.yaml:17"]


def test_a_document_that_tells_how_to_make_a_secret_is_no_proof(look: Look) -> None:
    guide = "# Install\n\n    kubectl create secret generic db --from-literal=password=...\n"
    seen = look("ORC-023", {"k8s/api.yaml": POD, "k8s/mail.yaml": EXTERNAL, "docs/install.md": guide})

    assert (seen.failed, seen.unknown) == ([], ["docs/install.md:3"])


def test_the_keys_of_a_secret_from_outside_are_those_that_it_names(look: Look) -> None:
    text = """
        apiVersion: external-secrets.io/v1beta1
        kind: ExternalSecret
        metadata: { name: outside }
        spec:
          target: { name: api }
          data: [{ secretKey: KEY, remoteRef: { key: api } }]
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: api }
        spec:
          containers:
            - name: api
              image: api:1
              env:
                - name: KEY
                  valueFrom: { secretKeyRef: { name: api, key: KEY } }
        """
    whole = text.replace("data: [{ secretKey: KEY, remoteRef: { key: api } }]", "dataFrom: [{ extract: { key: api } }]")
    wrong = text.replace("name: api, key: KEY", "name: api, key: TOKEN")

    assert look("ORC-023", {"k8s/api.yaml": text}).passed
    assert look("ORC-023", {"k8s/api.yaml": wrong}).failed == ["k8s/api.yaml:17"]
    assert look("ORC-023", {"k8s/api.yaml": whole}).passed


def test_a_config_map_that_a_document_makes_by_hand_is_left_open(look: Look) -> None:
    guide = "# Install\n\n    kubectl create --namespace=shop configmap settings --from-file=a.json\n"
    told = look("ORC-002", {"k8s/api.yaml": POD, "docs/install.md": guide})
    other = look("ORC-002", {"k8s/api.yaml": POD, "docs/install.md": guide.replace("settings", "settings-2")})

    assert (told.failed, told.unknown) == ([], ["docs/install.md:3"])
    assert other.failed == ["k8s/api.yaml:12"]


def test_a_secret_that_is_missing_is_told_once_for_a_workload(look: Look) -> None:
    entry = "- {{name: {0}, valueFrom: {{secretKeyRef: {{name: store, key: {0}}}}}}}"
    env = "\n                ".join(entry.format(key) for key in ("user", "password"))
    pod = f"""
        apiVersion: v1
        kind: Pod
        metadata: {{name: api}}
        spec:
          containers:
            - name: api
              image: acme/api:1
              env:
                {env}
        """
    kept = "apiVersion: v1\nkind: Secret\nmetadata: {name: other}\n"

    assert len(look("ORC-023", {"k8s/api.yaml": pod, "k8s/other.yaml": kept}).failed) == 1


def test_a_manifest_that_a_program_fills_in_is_not_applied_as_it_stands(look: Look) -> None:
    hook = "apiVersion: v1\nkind: Secret\nmetadata: {name: hook}\nstringData: {token: '1234567'}\n"
    code = "const text = fs.readFileSync(`${__dirname}/manifests/${kind}.yaml`);\n"
    files = {"api/package.json": "{}", "api/manifests/hook.yaml": hook}

    assert look("ORC-017", {**files, "api/apply.js": code}).failed == []
    assert len(look("ORC-017", {**files, "api/apply.js": "serve('/manifests/');\n"}).failed) == 1
