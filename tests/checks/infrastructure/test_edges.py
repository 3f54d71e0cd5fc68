"""INF-009: Traefik and Caddy at the edge."""

from __future__ import annotations

import pytest
from conftest import Look

TRAEFIK = """
services:
  edge:
    image: traefik:v3.2
    command: [--providers.docker=true, {argument}]
    ports: ["80:80", "443:443"]
  shop:
    image: acme/shop:1
    labels:
      traefik.http.routers.shop.rule: Host(`shop.test`)
      {label}
"""
TLS = "traefik.http.routers.shop.tls.certresolver: le"
ENTRY = "--entrypoints.web.http.redirections.entrypoint.scheme=https"


@pytest.mark.parametrize(
    ("argument", "label", "outcome"),
    [
        ("--ping", TLS, "pass"),
        (ENTRY, "a: b", "pass"),
        ("--ping", "a: b", "fail"),
        ("--ping", "traefik.http.routers.shop.tls: 'false'", "fail"),
        ("--ping", f"{TLS}\n      traefik.http.routers.admin.rule: Host(`admin.test`)", "partial"),
    ],
)
def test_labels_of_traefik_say_where_tls_ends(look: Look, argument: str, label: str, outcome: str) -> None:
    files = {"docker-compose.prod.yml": TRAEFIK.format(argument=argument, label=label)}

    assert look("INF-009", files).outcomes == [outcome]


def test_a_router_that_only_redirects_needs_no_tls(look: Look) -> None:
    plain = "traefik.http.routers.plain.rule: Host(`shop.test`)\n      traefik.http.routers.plain.middlewares: redirect-https"
    files = {"docker-compose.prod.yml": TRAEFIK.format(argument="--ping", label=f"{TLS}\n      {plain}")}

    assert look("INF-009", files).outcomes == ["pass"]


CADDY = """
services:
  edge:
    image: caddy:2.8
    ports: ["80:80", "443:443"]
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
"""


@pytest.mark.parametrize(
    ("caddyfile", "outcome"),
    [
        ("shop.test {\n  reverse_proxy api:3000\n}\n", "pass"),
        ("{\n  email ops@shop.test\n}\n\n{$DOMAIN} {\n  reverse_proxy api:3000\n}\n", "pass"),
        (":80 {\n  reverse_proxy api:3000\n}\n", "fail"),
        ("http://shop.test {\n  reverse_proxy api:3000\n}\n", "fail"),
        ("{\n  auto_https off\n}\nshop.test {\n  reverse_proxy api:3000\n}\n", "fail"),
    ],
)
def test_sites_of_caddy_have_certificates_unless_they_say_otherwise(look: Look, caddyfile: str, outcome: str) -> None:
    assert look("INF-009", {"docker-compose.prod.yml": CADDY, "Caddyfile": caddyfile}).outcomes == [outcome]


def test_routes_of_traefik_in_a_cluster(look: Look) -> None:
    route = (
        "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: shop}\n"
        "spec:\n  routes: [{match: Host(`shop.test`), services: [{name: shop, port: 80}]}]\n"
    )

    assert look("INF-009", {"k8s/route.yaml": route}).outcomes == ["unknown"]
    assert look("INF-009", {"k8s/route.yaml": f"{route}  tls: {{certResolver: le}}\n"}).outcomes == ["pass"]
