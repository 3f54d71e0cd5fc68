"""Logs, metrics, traces and errors of services."""

from __future__ import annotations

import json

from conftest import Look


def service(dependencies: dict[str, str], code: str = "app.get('/a', f);", folder: str = "") -> dict[str, str]:
    return {
        f"{folder}Dockerfile": "FROM node:22\nCOPY . .\n",
        f"{folder}package.json": json.dumps({"name": folder or "shop", "dependencies": dependencies}, indent=1),
        f"{folder}server.js": f"const app = require('express')();\n{code}\napp.listen(3000);\n",
    }


def test_a_service_without_a_structured_logger_is_told(look: Look) -> None:
    assert look("OBS-001", service({"express": "5"})).failed == ["Dockerfile"]
    assert look("OBS-001", service({"pino": "9"})).passed == ["package.json:4"]


def test_a_logger_in_a_package_that_is_shared_counts(look: Look) -> None:
    files = {
        **service({"shared": "*"}, folder="apps/api/"),
        "package.json": '{"name": "root", "private": true, "workspaces": ["apps/*", "libs/*"]}',
        "libs/shared/package.json": '{"name": "shared",\n "dependencies": {\n  "winston": "3"}}',
    }

    assert look("OBS-001", files).passed == ["libs/shared/package.json:3"]


def test_a_json_layout_in_the_logging_settings_counts(look: Look) -> None:
    files = {
        "Dockerfile": "FROM eclipse-temurin:21\nCOPY . .\n",
        "src/main/java/A.java": '@RestController\nclass A {\n  @GetMapping("/a")\n  String a() { return ""; }\n}\n',
        "src/main/resources/log4j2.xml": '<Configuration>\n<Console name="o">\n<JsonLayout compact="true"/>\n</Console></Configuration>',
    }
    plain = {**files, "src/main/resources/log4j2.xml": "<Configuration>\n<PatternLayout/>\n</Configuration>"}

    assert look("OBS-001", files).passed == ["src/main/resources/log4j2.xml:3"]
    assert look("OBS-001", plain).failed == ["Dockerfile"]


def test_prints_are_counted_beyond_a_couple(look: Look) -> None:
    prints = "\n".join(["console.log('a');"] * 3)

    assert look("OBS-012", service({}, prints)).failed == ["server.js:2"]
    assert look("OBS-012", service({}, "// console.log(1)\nlogger.info('a');")).failed == []
    assert look("OBS-012", {**service({}), "scripts/seed.js": prints}).failed == []


def test_metrics_are_served_registered_or_missed(look: Look) -> None:
    assert look("OBS-002", service({"express": "5"})).failed == ["Dockerfile"]
    assert look("OBS-002", service({"prom-client": "15"}, "app.get('/metrics', f);")).passed == ["server.js:2"]


def test_figures_about_something_of_the_users_are_no_metrics_of_the_service(look: Look) -> None:
    assert look("OBS-002", service({}, "app.get('/sites/:id/metrics', f);")).failed == ["Dockerfile"]


def test_a_metrics_library_whose_metrics_nothing_serves_holds_in_part(look: Look) -> None:
    seen = look("OBS-002", service({"prom-client": "15"}))

    assert (seen.outcomes, seen.failed) == (["partial"], ["package.json:4"])


def test_traces_matter_where_there_is_more_than_one_service(look: Look) -> None:
    two = {**service({"@opentelemetry/sdk-node": "1"}, folder="a/"), **service({}, folder="b/")}

    seen = look("OBS-009", two)

    assert (seen.passed, seen.failed) == (["a/package.json:4"], ["b/Dockerfile"])


def test_one_service_alone_needs_no_traces(look: Look) -> None:
    assert look("OBS-009", service({})).outcomes == ["not_applicable"]


def test_errors_are_collected_by_somebody(look: Look) -> None:
    assert look("OBS-010", service({})).failed == ["Dockerfile"]
    assert look("OBS-010", service({"@sentry/node": "9"})).passed == ["package.json:4"]


def test_requests_carry_an_id_or_their_lines_cannot_be_told_together(look: Look) -> None:
    assert look("OBS-011", service({})).failed == ["server.js:2"]
    assert look("OBS-011", service({}, "const id = req.headers['x-request-id'];")).failed == []


def test_services_that_run_the_same_code_are_told_once(look: Look) -> None:
    compose = (
        "services:\n  web:\n    build: .\n    ports: ['80:80']\n  jobs:\n    build: .\n    command: node jobs.js\n"
    )
    (finding,) = look("OBS-001", {**service({"express": "5"}), "docker-compose.yml": compose}).findings

    assert "web" in finding.message and "jobs" in finding.message


def spring(folder: str, artifact: str) -> dict[str, str]:
    dependency = f"<dependency><groupId>org.example</groupId><artifactId>{artifact}</artifactId></dependency>"
    return {
        f"{folder}/Dockerfile": "FROM eclipse-temurin:21\nCOPY . .\n",
        f"{folder}/pom.xml": f"<project><artifactId>{folder}</artifactId>\n<dependencies>\n{dependency}\n</dependencies></project>\n",
        f"{folder}/src/main/java/A.java": '@RestController\nclass A {\n  @GetMapping("/a")\n  String a() { return ""; }\n}\n',
    }


def test_starters_of_spring_that_bring_tracing_count(look: Look) -> None:
    files = {
        **spring("a", "spring-boot-starter-zipkin"),
        **spring("b", "micrometer-tracing-bridge-brave"),
        **spring("c", "spring-boot-starter-web"),
    }

    traced, told = look("OBS-009", files), look("OBS-011", files)

    assert (traced.passed, traced.failed) == (["a/pom.xml:3", "b/pom.xml:3"], ["c/Dockerfile"])
    assert (told.passed, told.failed) == (["a/pom.xml:3", "b/pom.xml:3"], ["c/src/main/java/A.java:3"])


def test_a_library_of_traces_and_metrics_that_only_traces_exports_none(look: Look) -> None:
    sdk = {"@opentelemetry/sdk-node": "1"}
    traces = "const {NodeSDK} = require('@opentelemetry/sdk-node');\nnew NodeSDK({traceExporter}).start();\napp.get('/a', f);"

    assert look("OBS-002", service(sdk, traces)).failed == ["Dockerfile"]
    assert look("OBS-002", service(sdk, traces.replace("traceExporter", "metricReader"))).outcomes == ["pass"]
