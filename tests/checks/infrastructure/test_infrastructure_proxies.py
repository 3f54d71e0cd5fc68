"""Proxies: where they lead, over what, within which bounds."""

from __future__ import annotations

import pytest
from conftest import Look

NGINX = """
    server {
      listen 443 ssl;
      server_tokens off;
      ssl_protocols TLSv1.2 TLSv1.3;
      add_header X-Content-Type-Options nosniff always;
      location / {
        proxy_pass http://api:3000;
      }
    }
    """
PLAIN = NGINX.replace("443 ssl", "80")
COMPOSE = """
    services:
      proxy:
        image: nginx:1.27.3
        ports: ["443:443"]
        volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
      api:
        build: ./api
    """
API = {
    "api/Dockerfile": "FROM node:22.12.0\nCOPY . .\nCMD node server.js\n",
    "api/server.js": 'const app = require("express")();\napp.listen(3000);\n',
    "api/package.json": "{}",
}
WHOLE = {"nginx.conf": NGINX, "compose.prod.yaml": COMPOSE, **API}


def test_an_upstream_that_listens_holds(look: Look) -> None:
    assert look("INF-008", WHOLE).passed == ["nginx.conf:7"]


def test_an_upstream_that_is_no_service_keeps_nginx_from_starting(look: Look) -> None:
    seen = look("INF-008", {**WHOLE, "nginx.conf": NGINX.replace("api:3000", "backend:3000")})

    assert seen.failed == ["nginx.conf:7"]


def test_a_port_that_nobody_listens_on_answers_nothing(look: Look) -> None:
    seen = look("INF-008", {**WHOLE, "nginx.conf": NGINX.replace("api:3000", "api:8080")})

    assert seen.failed == ["nginx.conf:7"]
    assert "listens on 3000" in seen.text


def test_named_upstreams_aliases_and_hosts_outside_are_told_apart(look: Look) -> None:
    upstream = "upstream backend { server shop-api:3000; }\n" + NGINX.replace("api:3000", "backend")
    alias = COMPOSE.replace("build: ./api", "build: ./api\n        container_name: shop-api")
    named = look("INF-008", {**WHOLE, "nginx.conf": upstream, "compose.prod.yaml": alias})
    outside = look("INF-008", {"nginx.conf": NGINX.replace("api:3000", "api.acme.io:443")})
    variable = look("INF-008", {"nginx.conf": NGINX.replace("api:3000", "$backend")})

    assert named.passed == ["nginx.conf:1"]
    assert outside.unknown == ["nginx.conf:7"]
    assert variable.outcomes == ["not_applicable"]


def test_services_on_different_networks_do_not_meet(look: Look) -> None:
    text = COMPOSE.replace("image: nginx:1.27.3", "image: nginx:1.27.3\n        networks: [front]")
    text = text.replace("build: ./api", "build: ./api\n        networks: [back]")
    text = text.rstrip() + "\n    networks: {front: {}, back: {}}\n"
    seen = look("INF-008", {**WHOLE, "compose.prod.yaml": text})

    assert seen.failed == ["nginx.conf:7"]
    assert "share no network" in seen.text


def test_traefik_is_told_the_port_that_is_listened_on(look: Look) -> None:
    label = "labels: [traefik.http.services.api.loadbalancer.server.port=3000]"
    text = COMPOSE.replace("build: ./api", f"build: ./api\n        {label}")
    good = look("INF-008", {**WHOLE, "compose.prod.yaml": text})
    poor = look("INF-008", {"compose.prod.yaml": text.replace("port=3000", "port=80")})

    assert good.failed == []
    assert poor.failed == ["compose.prod.yaml:8"]


def test_tls_with_a_redirect_holds(look: Look) -> None:
    redirect = "server {\n  listen 80;\n  location / { return 301 https://$host$request_uri; }\n}\n"
    seen = look("INF-009", {**WHOLE, "nginx.conf": redirect + NGINX})

    assert seen.failed == []


def test_a_proxy_that_is_published_without_tls_fails(look: Look) -> None:
    text = COMPOSE.replace("443:443", "80:80")

    assert look("INF-009", {**WHOLE, "nginx.conf": PLAIN, "compose.prod.yaml": text}).failed == ["nginx.conf:2"]


def test_a_front_that_only_containers_reach_needs_no_tls(look: Look) -> None:
    text = COMPOSE.replace('        ports: ["443:443"]\n', "")

    assert look("INF-009", {"nginx.conf": PLAIN, "compose.prod.yaml": text}).failed == []


def test_plain_http_beside_tls_and_old_protocols_are_told(look: Look) -> None:
    beside = look("INF-009", {"nginx.conf": NGINX + PLAIN})
    old = look("INF-009", {"nginx.conf": NGINX.replace("TLSv1.2", "TLSv1 TLSv1.2")})

    assert beside.failed == ["nginx.conf:11"]
    assert old.failed == ["nginx.conf:4"]


def test_a_load_balancer_forwards_https_or_redirects(look: Look) -> None:
    text = 'resource "aws_lb_listener" "web" {\n  protocol = "HTTP"\n  default_action {\n    type = "forward"\n  }\n}\n'

    assert look("INF-009", {"main.tf": text}).failed == ["main.tf:2"]
    assert look("INF-009", {"main.tf": text.replace("forward", "redirect")}).passed == ["main.tf:1"]


def test_size_and_time_have_bounds(look: Look) -> None:
    poor = NGINX.replace("server_tokens off;", "client_max_body_size 0; proxy_read_timeout 1h;")

    assert look("INF-010", {"nginx.conf": poor}).failed == ["nginx.conf:3", "nginx.conf:3"]
    assert look("INF-010", {"nginx.conf": NGINX}).passed == ["nginx.conf"]


def test_a_version_is_hidden(look: Look) -> None:
    assert look("INF-011", {"nginx.conf": NGINX}).passed == ["nginx.conf:1"]
    assert look("INF-011", {"nginx.conf": NGINX.replace("server_tokens off;", "")}).failed == ["nginx.conf:1"]


def test_a_location_s_own_header_drops_those_of_its_server(look: Look) -> None:
    text = NGINX.replace("proxy_pass", "add_header Cache-Control no-store;\n        proxy_pass")
    seen = look("INF-011", {"nginx.conf": text})

    assert seen.failed == ["nginx.conf:7"]
    assert "drops x-content-type-options" in seen.text


def test_a_configuration_that_nginx_refuses_is_named(look: Look) -> None:
    seen = look("INF-014", {"nginx.conf": NGINX.replace("server_tokens off;", "server_tokens off")})
    misplaced = look("INF-014", {"nginx.conf": NGINX.replace("server_tokens off;", "worker_processes 4;")})

    assert [place.partition(":")[0] for place in seen.failed] == ["nginx.conf"]
    assert misplaced.failed == ["nginx.conf:3"]
    assert look("INF-014", {"nginx.conf": NGINX}).passed == ["nginx.conf"]


@pytest.mark.parametrize(
    ("listen", "outcome"),
    [
        ("listen 8443 ssl\n    server_name shop.example;", "fail"),
        ("listen 8443 ssl http2 reuseport backlog=511;", "pass"),
        ("listen 127.0.0.1:8443 ${LISTEN_OPTIONS};", "pass"),
    ],
)
def test_a_listen_without_its_end_takes_the_next_line_for_parameters(look: Look, listen: str, outcome: str) -> None:
    text = f"events {{}}\nhttp {{\n  server {{\n    {listen}\n    location / {{ return 204; }}\n  }}\n}}\n"

    assert look("INF-014", {"nginx.conf": text}).outcomes == [outcome]


NOWHERE = "events {}\nhttp {\n  include /etc/nginx/mime.types;\n  upstream api { server api:80; }\n"


@pytest.mark.parametrize(
    ("more", "failed"),
    [("", ["nginx.conf:2"]), ("  server { listen 80; }\n", []), ("  include /etc/nginx/conf.d/*.conf;\n", [])],
)
def test_an_nginx_without_a_server_answers_nobody(look: Look, more: str, failed: list[str]) -> None:
    assert look("INF-014", {"nginx.conf": NOWHERE + more + "}\n"}).failed == failed
