from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.documents import Documents
from kit.sources.kubernetes.find import find as find_manifests
from kit.sources.platforms.nginx import NginxConfig, find, in_config_maps, is_nginx, parse
from kit.sources.tree.files import FileIndex

SITE = """
upstream api {
    server api:8000;
    server 10.0.0.2 backup;
}
server {
    listen 443 ssl;
    listen 127.0.0.1:8080;
    listen unix:/run/nginx.sock;
    server_name shop.example www.shop.example;
    add_header X-Frame-Options DENY;  # outer
    location /api/ {
        proxy_pass http://api/;
        location ~ \\.php$ { return 404; }
    }
    location = /health {
        add_header Content-Type "text/plain; charset=utf-8";
        return 200;
    }
}
"""


def parsed(text: str) -> NginxConfig:
    return parse(dedent(text).lstrip("\n"), "nginx.conf")


def configs(root: Path, files: dict[str, str]) -> dict[str, NginxConfig]:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip("\n"))
    return {c.path: c for c in find(FileIndex.of(root))}


def test_a_server_has_its_names_addresses_and_locations_with_lines():
    (server,) = parsed(SITE).servers

    assert server.names == ("shop.example", "www.shop.example")
    assert [(x.port, x.address, x.ssl) for x in server.listens] == [
        (443, None, True),
        (8080, "127.0.0.1", False),
        (None, "unix:/run/nginx.sock", False),
    ]
    assert [(x.modifier, x.path, x.at.line) for x in server.locations] == [
        ("", "/api/", 11),
        ("~", "\\.php$", 13),
        ("=", "/health", 15),
    ]
    assert (server.at.line, server.at.end_line) == (5, 19)


def test_an_upstream_has_its_servers_with_port_or_without():
    (upstream,) = parsed(SITE).upstreams

    assert [(s.host, s.port) for s in upstream.servers] == [("api", 8000), ("10.0.0.2", None)]


def test_headers_of_a_location_hide_those_of_the_server():
    (server,) = parsed(SITE).servers
    api, _, health = server.locations

    assert [d.args[0] for d in server.effective("add_header", api)] == ["X-Frame-Options"]
    assert [d.args[0] for d in server.effective("add_header", health)] == ["Content-Type"]
    assert api.proxy_pass is not None
    assert api.proxy_pass.value == "http://api/"


def test_what_the_http_block_says_holds_for_its_servers():
    (server,) = parsed("events {}\nhttp {\n  server_tokens off;\n  server { listen 80; }\n}\n").servers

    assert [str(d.at) for d in server.effective("server_tokens")] == ["nginx.conf:3"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("server {\n  listen 80\n}\n", 2),
        ("server {\n  listen 80;\n", 2),
        ("server {\n}\n}\n", 3),
        ("server", None),
    ],
)
def test_a_broken_configuration_is_an_error_at_its_line(text: str, line: int | None):
    config = parsed(text)

    assert config.error is not None
    assert line is None or config.error.at.line == line


def test_what_nginx_refuses_is_a_problem_at_its_line():
    config = parsed("server {\n  proxy_pass http://api;\n  client_max_body_size;\n}\n")

    assert [p.at.line for p in config.problems] == [2, 3]
    assert not parsed(SITE).problems


def test_a_template_is_not_read():
    assert parsed("server { {% if tls %} listen 443; {% endif %} }").template


def test_a_template_of_mere_values_is_read_with_variables_in_their_places():
    config = parsed("server {\n  listen 80;\n  location / { proxy_pass http://127.0.0.1:{{ api.port }}; }\n}\n")

    assert not config.template
    assert [d.args for d in config.walk() if d.name == "proxy_pass"] == [("http://127.0.0.1:$api",)]


def test_files_that_are_included_stand_in_the_place_of_the_directive(tmp_path):
    found = configs(
        tmp_path,
        {
            "web/nginx.conf": "events {}\nhttp {\n  include /etc/nginx/conf.d/*.conf;\n  include mime;\n}\n",
            "web/conf.d/site.conf": "server { listen 80; include /etc/nginx/headers.conf; }\n",
            "web/headers.conf": "add_header A b;\n",
        },
    )
    (server,) = found["web/nginx.conf"].servers

    assert str(server.at) == "web/conf.d/site.conf:1"
    assert [str(d.at) for d in server.effective("add_header")] == ["web/headers.conf:1"]
    assert (found["web/nginx.conf"].included, found["web/conf.d/site.conf"].included) == (False, True)


def test_an_include_outside_of_the_project_or_in_a_circle_is_not_followed(tmp_path):
    (tmp_path / "secret.conf").write_text("server { listen 1; }\n")
    text = "server { listen 80; include ../secret.conf; include nginx.conf; }\n"
    config = configs(tmp_path / "in", {"nginx.conf": text})["nginx.conf"]

    assert [x.port for s in config.servers for x in s.listens] == [80]
    assert ["circle" in p.message for p in config.problems] == [True]


def test_other_files_that_end_in_conf_are_left_alone(tmp_path):
    hocon = "http {\n  port = 80\n}\n"

    assert not configs(tmp_path, {"application.conf": hocon, "redis.conf": "maxmemory 1gb\n"})
    assert is_nginx(SITE)


def test_a_configuration_in_a_config_map_has_the_lines_of_the_manifest(tmp_path):
    (tmp_path / "map.yaml").write_text(
        dedent(
            """\
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: proxy}
            data:
              default.conf: |
                server {
                  listen 8080;
                }
            """
        )
    )
    index = FileIndex.of(tmp_path)
    (config,) = in_config_maps(find_manifests(index, Documents(index)))

    assert str(config.servers[0].listens[0].at) == "map.yaml:7"


@given(st.text(alphabet="{};#'\"\\$ \nab", max_size=60))
def test_no_text_makes_the_parser_raise(text: str):
    config = parse(text, "nginx.conf")

    assert all(d.at.path == "nginx.conf" for d in config.walk())
