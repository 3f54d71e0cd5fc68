"""Layers that are kept, builds for production, heaps that fit, and hosts of compose."""

from __future__ import annotations

from conftest import Look


def test_an_install_after_the_whole_code_is_told(look: Look) -> None:
    assert look("CON-060", {"Dockerfile": "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\n"}).failed == [
        "Dockerfile:3"
    ]


def test_manifests_first_or_a_cache_mount_hold(look: Look) -> None:
    first = "FROM node:22\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n"
    mount = "FROM golang:1.23\nCOPY . .\nRUN --mount=type=cache,target=/go/pkg go build ./...\n"

    assert look("CON-060", {"Dockerfile": first}).outcomes == ["pass"]
    assert look("CON-060", {"Dockerfile": mount}).outcomes == ["pass"]


def test_a_debug_build_in_the_image_is_told(look: Look) -> None:
    text = 'FROM rust:1 AS build\nRUN cargo build\nFROM debian:12\nCOPY --from=build /src/target/%s/api /api\nCMD ["/api"]\n'

    assert look("CON-061", {"Dockerfile": text % "debug"}).failed == ["Dockerfile:4"]
    assert look("CON-061", {"Dockerfile": text % "release"}).failed == []


def test_source_maps_of_a_page_are_told_unless_they_are_hidden_or_deleted(look: Look) -> None:
    shown = {"vite.config.ts": "export default {\n  build: { sourcemap: true },\n};\n"}

    assert look("CON-061", shown).failed == ["vite.config.ts:2"]
    assert look("CON-061", {"vite.config.ts": 'export default { build: { sourcemap: "hidden" } };\n'}).failed == []
    deleted = {**shown, "Dockerfile": "FROM node:22\nRUN npm run build && find dist -name '*.map' -delete\n"}
    assert look("CON-061", deleted).outcomes == ["pass"]


def compose(heap: str) -> dict[str, str]:
    text = (
        f"services:\n  api:\n    image: api:1\n    mem_limit: 512m\n    environment:\n      JAVA_TOOL_OPTIONS: {heap}\n"
    )
    return {"docker-compose.prod.yml": text}


def test_a_heap_beyond_the_limit_is_told_and_one_below_holds(look: Look) -> None:
    assert look("CON-062", compose("-Xmx1g")).failed == ["docker-compose.prod.yml:6"]
    assert look("CON-062", compose("-Xmx500m")).outcomes == ["partial"]
    assert look("CON-062", compose("-Xmx384m")).outcomes == ["pass"]
    assert look("CON-062", compose("-XX:MaxRAMPercentage=75")).outcomes == ["pass"]


def test_the_heap_of_a_pod_is_compared_too(look: Look) -> None:
    text = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: api}
        spec:
          template:
            spec:
              containers:
                - name: api
                  image: api:1
                  args: ["--max-old-space-size=4096", "server.js"]
                  resources: {limits: {memory: 2Gi}}
    """
    assert look("CON-062", {"k8s/api.yaml": text}).failed == ["k8s/api.yaml:10"]
    assert look("CON-062", {"k8s/api.yaml": text.replace("4096", "1536")}).failed == []


HOST = """
services:
  web:
    image: nginx:1.27
    ports: ["80:80"]
    networks: [front%s]
  api:
    image: api:1
    networks: [front, back]
    restart: always
  db:
    image: postgres:16
    networks: [back]
networks: {front: {}, back: {}}
"""


def test_a_proxy_in_the_network_of_the_database_is_told(look: Look) -> None:
    assert look("CON-063", {"docker-compose.prod.yml": HOST % ", back"}).failed == ["docker-compose.prod.yml:2"]
    assert look("CON-063", {"docker-compose.prod.yml": HOST % ""}).outcomes == ["pass"]


def test_logs_without_a_limit_are_told_once_per_file(look: Look) -> None:
    bare = "services:\n  api: {image: api:1}\n  db: {image: 'postgres:16'}\n"
    bound = "services:\n  api:\n    image: api:1\n    logging: {driver: json-file, options: {max-size: 10m}}\n"

    assert look("CON-064", {"docker-compose.prod.yml": bare}).failed == ["docker-compose.prod.yml:2"]
    assert look("CON-064", {"docker-compose.prod.yml": bound}).outcomes == ["pass"]
    daemon = {"docker-compose.prod.yml": bare, "host/daemon.json": '{"log-opts": {"max-size": "10m"}}'}
    assert look("CON-064", daemon).outcomes == ["pass"]


def test_a_service_of_production_that_can_rewrite_its_image_is_told(look: Look) -> None:
    text = "services:\n  api:\n    build: .\n%s"

    assert look("CON-065", {"docker-compose.yml": text % ""}).outcomes == ["not_applicable"]
    assert look("CON-065", {"docker-compose.prod.yml": text % ""}).failed == ["docker-compose.prod.yml:2"]
    assert look("CON-065", {"docker-compose.prod.yml": text % "    read_only: true\n"}).outcomes == ["pass"]
