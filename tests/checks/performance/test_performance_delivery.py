"""How files reach the browser."""

from __future__ import annotations

from conftest import Look

PAGE = {
    "package.json": '{"name": "web", "scripts": {"build": "vite build"}, "dependencies": {"react": "19"}, "devDependencies": {"vite": "7"}}',
    "index.html": "<script src=/src/main.jsx></script>",
    "src/main.jsx": 'import React from "react";\nexport default 1;\n',
    "Dockerfile": "FROM node:22 AS b\nCOPY . .\nRUN npm run build\nFROM nginx:1.27\nCOPY --from=b dist /usr/share/nginx/html\n",
    "docker-compose.prod.yml": "services:\n  web:\n    build: .\n    ports: ['80:80']\n",
}
CDN = {"infra/main.tf": 'resource "aws_cloudfront_distribution" "web" {\n  enabled = true\n}\n'}
SIZED = {".size-limit.json": '[{"path": "dist/*.js", "limit": "200 kB"}]'}
RUN = {".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: npx size-limit\n"}


def test_pages_without_a_delivery_network_are_told_once(look: Look) -> None:
    assert len(look("PRF-060", PAGE).failed) == 1
    assert look("PRF-060", {**PAGE, **CDN}).passed == ["infra/main.tf:1"]


def test_the_size_of_a_page_is_held_by_a_pipeline(look: Look) -> None:
    assert look("PRF-061", CDN).outcomes == ["not_applicable"]
    assert look("PRF-061", PAGE).outcomes == ["fail"]
    assert look("PRF-061", {**PAGE, **SIZED}).failed == [".size-limit.json"]
    assert look("PRF-061", {**PAGE, **SIZED, **RUN}).passed == [".github/workflows/ci.yml:6"]
