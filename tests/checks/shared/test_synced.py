"""How grave a manifest is that no Application of a repository takes."""

from __future__ import annotations

import pytest
from conftest import Look

APPLICATION = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: %s}\nspec:\n  source:\n    repoURL: https://git.example/shop.git\n    targetRevision: v1\n    path: %s\n"
INGRESS = (
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: %s}\nspec:\n  rules:\n    - host: shop.acme.io\n"
)
LISTS = "resources: [%s]\n"
SHOP = {
    "argocd/shop.yaml": APPLICATION % ("shop", "apps/shop"),
    "argocd/pay.yaml": APPLICATION % ("pay", "apps/pay"),
    "apps/shop/kustomization.yaml": LISTS % "ingress.yaml",
    "apps/shop/ingress.yaml": INGRESS % "shop",
    "apps/pay/kustomization.yaml": LISTS % "ingress.yaml",
    "apps/pay/ingress.yaml": INGRESS % "pay",
    "old/shop/kustomization.yaml": LISTS % "ingress.yaml",
    "old/shop/ingress.yaml": INGRESS % "first",
}
CHART = {
    "argocd/shop.yaml": APPLICATION % ("shop", "charts/shop") + "    helm: {valueFiles: [values.yaml]}\n",
    "charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "charts/shop/values.yaml": "enabled: false\nhost: shop.local\n",
    "charts/shop/values-aws.yaml": "enabled: true\n# shop.example.com is to be replaced\nhost: shop.example.com\n",
    "charts/shop/templates/ingress.yaml": "{{- if .Values.enabled }}\n" + INGRESS.replace("shop.acme.io", "{{ .Values.host }}") % "shop" + "{{- end }}\n",
}  # fmt: skip
GIVEN = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  AUTH_URL: %s\n"
WORKLOAD = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  template:\n    spec:\n      containers:\n        - name: shop\n          image: acme/shop:1\n          envFrom: [{configMapRef: {name: shop}}]\n"
OVERLAID = {
    "argocd/shop.yaml": APPLICATION % ("shop", "environments/production"),
    "argocd/next.yaml": APPLICATION % ("next", "environments/staging"),
    "base/kustomization.yaml": "resources: [shop.yaml, given.yaml]\n",
    "base/shop.yaml": WORKLOAD,
    "base/given.yaml": GIVEN % "https://auth.example.com",
    "environments/production/kustomization.yaml": "resources: [../../base]\npatches: [{path: given.yaml}]\n",
    "environments/production/given.yaml": GIVEN % "https://auth.acme.io",
    "environments/staging/kustomization.yaml": "resources: [../../base]\npatches: [{path: given.yaml}]\n",
    "environments/staging/given.yaml": GIVEN % "https://auth.acme.dev",
    "overlays/production/kustomization.yaml": "resources: [../../base]\n",
}


def severities(look: Look, files: dict[str, str], check: str = "ORC-025") -> dict[str, str]:
    return {f.evidence[0].path: f.severity.value for f in look(check, files).findings if f.outcome.open}


def test_a_folder_that_nobody_names_weighs_less(look: Look) -> None:
    assert severities(look, SHOP) == {
        "apps/shop/ingress.yaml": "high",
        "apps/pay/ingress.yaml": "high",
        "old/shop/ingress.yaml": "medium",
    }


@pytest.mark.parametrize(
    "more",
    [
        {"deploy.sh": "#!/bin/sh\nkubectl apply -k old/shop\n"},
        {"deploy.sh": '#!/bin/sh\nkubectl apply -k "$ROOT/old/$NAME/"\n'},
        {"old/shop/README.md": "Then `kubectl apply -k .`\n"},
        {"argocd/all.yaml": APPLICATION % ("old", "old/{{name}}")},
        {
            "argocd/pay.yaml": APPLICATION % ("pay", "elsewhere"),
            "argocd/shop.yaml": APPLICATION % ("shop", "apps/shop"),
        },
        {"apps/shop/kustomization.yaml": "resources: [ingress.yaml, ../../old/shop]\n"},
    ],
)
def test_a_folder_that_something_may_apply_keeps_its_weight(look: Look, more: dict[str, str]) -> None:
    assert severities(look, {**SHOP, **more})["old/shop/ingress.yaml"] == "high"


def test_an_overlay_of_an_applied_base_keeps_its_weight(look: Look) -> None:
    files = {
        **SHOP,
        "next/kustomization.yaml": "resources: [../apps/shop, more.yaml]\n",
        "next/more.yaml": INGRESS % "a",
    }

    assert severities(look, files)["next/more.yaml"] == "high"


def test_what_does_not_render_blocks_only_where_it_is_applied(look: Look) -> None:
    files = {**SHOP, "old/shop/kustomization.yaml": LISTS % "gone.yaml"}
    applied = {**SHOP, "apps/shop/kustomization.yaml": LISTS % "gone.yaml"}

    assert severities(look, files, "ORC-001") == {"old/shop/kustomization.yaml": "medium"}
    assert severities(look, applied, "ORC-001") == {"apps/shop/kustomization.yaml": "critical"}


def test_values_that_no_application_takes_weigh_less_and_are_shown_where_they_stand(look: Look) -> None:
    named = {**CHART, "argocd/shop.yaml": CHART["argocd/shop.yaml"].replace("[values.yaml]", "[values-aws.yaml]")}
    by_hand = {**CHART, "deploy.sh": "#!/bin/sh\nhelm upgrade shop charts/shop -f charts/shop/values-aws.yaml\n"}

    seen = [f for f in look("CFG-002", CHART).findings if f.outcome.open]

    assert [(f.severity.value, f.evidence[0].path, f.evidence[0].line) for f in seen] == [
        ("medium", "charts/shop/values-aws.yaml", 3)
    ]
    assert set(severities(look, named, "CFG-002").values()) == {"high"}
    assert set(severities(look, by_hand, "CFG-002").values()) == {"high"}


def test_a_placeholder_that_every_applied_overlay_replaces_is_none(look: Look) -> None:
    applied = {**OVERLAID, "argocd/old.yaml": APPLICATION % ("old", "overlays/production")}

    assert severities(look, OVERLAID, "CFG-002") == {}
    assert severities(look, applied, "CFG-002") == {"base/given.yaml": "high"}
