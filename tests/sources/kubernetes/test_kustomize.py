from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from kit.model import At
from kit.sources.formats.documents import Documents
from kit.sources.kubernetes.kustomize import Kustomization, find
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.tree.files import FileIndex

BASE = {
    "base/kustomization.yaml": "resources: [web.yaml, service.yaml]\n",
    "base/web.yaml": """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
                - name: web
                  image: shop/web:1
                  envFrom:
                    - configMapRef: {name: settings}
    """,
    "base/service.yaml": """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{port: 80}]}
    """,
}


def resolve(root: Path, files: dict[str, str]) -> dict[str, Kustomization]:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip("\n"))
    index = FileIndex.of(root)
    return {k.dir: k for k in find(index, Documents(index))}


def overlay(root: Path, text: str, **more: str) -> Kustomization:
    files = {**BASE, "prod/kustomization.yaml": "resources: [../base]\n" + dedent(text)}
    return resolve(root, {**files, **{f"prod/{k}.yaml": v for k, v in more.items()}})["prod"]


def only(one: Kustomization, kind: str) -> Manifest:
    (found,) = one.manifests.of(kind)
    return found


def test_an_overlay_has_the_objects_of_its_base_under_its_own_environment(tmp_path):
    found = overlay(tmp_path, "")

    assert [m.title for m in found.manifests] == ["Deployment/web", "Service/web"]
    assert {(m.origin, m.environment, m.path) for m in found.manifests} == {
        ("kustomize:prod", "production", "base/web.yaml"),
        ("kustomize:prod", "production", "base/service.yaml"),
    }


def test_a_base_that_an_overlay_uses_is_superseded_and_the_overlay_is_not(tmp_path):
    found = resolve(tmp_path, {**BASE, "prod/kustomization.yaml": "resources: [../base]\n"})

    assert found["base"].superseded
    assert all(m.superseded for m in found["base"].manifests)
    assert not found["prod"].superseded


def test_a_base_that_only_tests_use_is_still_judged(tmp_path):
    found = resolve(tmp_path, {**BASE, "tests/all/kustomization.yaml": "resources: [../../base]\n"})

    assert not found["base"].superseded


def test_an_inline_patch_has_the_lines_of_the_kustomization(tmp_path):
    found = overlay(
        tmp_path,
        """
        patches:
          - patch: |-
              apiVersion: apps/v1
              kind: Deployment
              metadata: {name: web}
              spec:
                replicas: 3
        """,
    )

    assert only(found, "Deployment").replicas == 3
    assert only(found, "Deployment").node.get("spec", "replicas").at == At("prod/kustomization.yaml", 9, 9)


def test_a_patch_file_with_a_target_is_applied_to_what_it_selects(tmp_path):
    found = overlay(
        tmp_path,
        "patches: [{path: image.yaml, target: {kind: Deployment, name: w.*}}]",
        image="- {op: replace, path: /spec/template/spec/containers/0/image, value: shop/web:2}\n",
    )

    assert only(found, "Deployment").containers[0].image == "shop/web:2"
    assert only(found, "Deployment").containers[0].get("image").at.path == "prod/image.yaml"
    assert found.patches == {"prod/image.yaml"}


def test_a_patch_for_nothing_is_refused_at_its_line(tmp_path):
    patch = "kind: Deployment\nmetadata: {name: gone}\n"
    found = overlay(tmp_path, "patchesStrategicMerge: [p.yaml]", p=patch)

    assert [str(p.at) for p in found.problems] == ["prod/p.yaml:1"]


def test_a_missing_resource_is_refused_and_a_remote_one_only_not_seen(tmp_path):
    found = overlay(tmp_path, "bases: [../gone, 'https://github.com/a/b//deploy?ref=v1']")

    assert [p.message for p in found.problems] == ["../gone is not there."]
    assert len(found.unresolved) == 1
    assert not any(m.companions_known for m in found.manifests)


def test_prefix_namespace_and_labels_reach_names_references_and_selectors(tmp_path):
    found = overlay(
        tmp_path,
        """
        namePrefix: eu-
        namespace: shop
        commonLabels: {team: blue}
        configMapGenerator: [{name: settings, literals: [MODE=live]}]
        """,
    )
    web, service = only(found, "Deployment"), only(found, "Service")

    assert (web.name, web.namespace) == ("eu-web", "shop")
    assert web.pod_labels == {"app": "web", "team": "blue"}
    assert service.selects(web.pod_labels)
    assert service.node.get("spec", "selector").value == {"app": "web", "team": "blue"}
    assert [(r.kind, r.name) for r in web.references()] == [("ConfigMap", "eu-settings")]
    assert only(found, "ConfigMap").keys == {"MODE"}


def test_a_patch_finds_an_object_by_the_name_that_it_had_in_the_base(tmp_path):
    files = {
        **BASE,
        "mid/kustomization.yaml": "namePrefix: a-\nresources: [../base]\n",
        "prod/kustomization.yaml": "resources: [../mid]\npatchesStrategicMerge: [p.yaml]\n",
        "prod/p.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n",
    }
    web = only(resolve(tmp_path, files)["prod"], "Deployment")

    assert (web.name, web.replicas) == ("a-web", 2)


def test_images_and_replicas_stand_at_the_entry_that_sets_them(tmp_path):
    found = overlay(
        tmp_path,
        """
        images:
          - name: shop/web
            newTag: "7"
        replicas:
          - {name: web, count: 4}
        """,
    )
    web = only(found, "Deployment")

    assert web.containers[0].image == "shop/web:7"
    assert str(web.containers[0].get("image").at) == "prod/kustomization.yaml:5"
    assert (web.replicas, web.node.get("spec", "replicas").line) == (4, 7)


def test_a_generator_reads_variables_at_their_lines_and_says_what_is_not_there(tmp_path):
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod/app.env").write_text("# first\nURL=http://api\n")
    found = overlay(
        tmp_path,
        """
        configMapGenerator: [{name: settings, envs: [app.env]}]
        secretGenerator: [{name: keys, files: [id=key.pem]}]
        """,
    )

    assert str(only(found, "ConfigMap").node.get("data", "URL").at) == "prod/app.env:2"
    assert only(found, "Secret").keys is None
    assert ["key.pem" in p.message for p in found.unresolved] == [True]


def test_a_component_changes_what_the_overlay_has_and_gives_nothing_by_itself(tmp_path):
    files = {
        **BASE,
        "part/kustomization.yaml": """
            kind: Component
            patches:
              - patch: '[{"op": "add", "path": "/spec/replicas", "value": 5}]'
                target: {kind: Deployment}
        """,
        "prod/kustomization.yaml": "resources: [../base]\ncomponents: [../part]\n",
    }
    found = resolve(tmp_path, files)
    replicas = only(found["prod"], "Deployment").node.get("spec", "replicas")

    assert (replicas.value, str(replicas.at)) == (5, "part/kustomization.yaml:3")
    assert not found["part"].manifests


def test_a_replacement_puts_a_value_of_one_object_into_another(tmp_path):
    found = overlay(
        tmp_path,
        """
        configMapGenerator: [{name: settings, literals: ["HOST=a.example:81"]}]
        replacements:
          - source: {kind: ConfigMap, fieldPath: data.HOST, options: {delimiter: ":", index: 1}}
            targets:
              - select: {kind: Service}
                fieldPaths: [spec.ports.0.port, 'metadata.annotations.example\\.com/port']
                options: {create: true}
              - select: {kind: Deployment}
                fieldPaths: ["spec.template.spec.containers.[name=web].image"]
                options: {delimiter: ":", index: 1}
        """,
    )
    service, web = only(found, "Service"), only(found, "Deployment")

    assert (service.service_ports[0].number, service.annotations) == (81, {"example.com/port": "81"})
    assert web.containers[0].image == "shop/web:81"
    assert web.containers[0].get("image").at.path == "prod/kustomization.yaml"
    assert not found.problems


@pytest.mark.parametrize(
    ("source", "path"),
    [("{kind: Secret}", "spec.replicas"), ("{kind: Service, fieldPath: spec.gone}", "spec.replicas"),
     ("{kind: Service}", "spec.gone.too")],
)  # fmt: skip
def test_a_replacement_without_its_source_or_field_is_refused(tmp_path, source, path):
    targets = f"[{{select: {{kind: Deployment}}, fieldPaths: [{path}]}}]"
    found = overlay(tmp_path, f"replacements: [{{source: {source}, targets: {targets}}}]")

    assert [p.at.line for p in found.problems] == [2]
    assert not any(m.complete for m in found.manifests)


def test_a_broken_kustomization_is_refused_and_one_of_another_tool_is_none(tmp_path):
    other = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n"
    found = resolve(
        tmp_path,
        {"a/kustomization.yaml": "resources: [\n", "b/kustomization.yaml": other},
    )

    assert list(found) == ["a"]
    assert found["a"].problems


def test_kustomizations_in_a_circle_end_and_are_refused(tmp_path):
    found = resolve(
        tmp_path,
        {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"},
    )

    assert "circle" in found["a"].problems[0].message


def test_what_leads_out_of_the_project_is_not_followed(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/kustomization.yaml").write_text("configMapGenerator: [{name: x}]\n")
    found = resolve(tmp_path / "in", {"kustomization.yaml": "resources: [../outside, /etc/passwd]\n"})

    assert not found[""].manifests
