"""The paths that proxies hand on."""

from __future__ import annotations

from conftest import Look


def shop(location: str, route: str) -> dict[str, str]:
    return {
        "package.json": '{"name": "shop", "dependencies": {"express": "4.19.0"}}',
        "api/package.json": '{"name": "api", "dependencies": {"express": "4.19.0"}}',
        "api/app.js": f'const app = require("express")();\napp.get("{route}", (req, res) => res.json([]));\napp.listen(3000);\n',
        "api/Dockerfile": 'FROM node:20\nCOPY . .\nCMD ["node", "app.js"]\n',
        "nginx/default.conf": "server {\n  listen 80;\n" + location + "\n}\n",
        "docker-compose.yml": """
            services:
              api:
                build: ./api
              proxy:
                image: nginx:1.27
                volumes: ["./nginx/default.conf:/etc/nginx/conf.d/default.conf:ro"]
                ports: ["80:80"]
            """,
    }


def test_a_prefix_that_is_taken_off_though_every_route_begins_with_it_is_told(look: Look) -> None:
    seen = look("CTR-017", shop("  location /api/ { proxy_pass http://api:3000/; }", "/api/orders"))
    assert seen.failed == ["nginx/default.conf:3"]


def test_a_prefix_that_is_handed_on_though_no_route_begins_with_it_is_told(look: Look) -> None:
    seen = look("CTR-017", shop("  location /api/ { proxy_pass http://api:3000; }", "/orders"))
    assert seen.failed == ["nginx/default.conf:3"]
    assert "none of its 1 routes" in seen.text


def test_proxy_and_service_that_agree_hold(look: Look) -> None:
    for location, route in (
        ("  location /api/ { proxy_pass http://api:3000; }", "/api/orders"),
        ("  location /api/ { proxy_pass http://api:3000/; }", "/orders"),
        ("  location / { proxy_pass http://api:3000; }", "/orders"),
        ("  location /api/ { rewrite ^/api/(.*) /$1 break; proxy_pass http://api:3000; }", "/orders"),
    ):
        assert look("CTR-017", shop(location, route)).failed == []
