"""What is shown to the world?"""

from __future__ import annotations

import pytest
from conftest import Look

EXPRESS = '{"name": "shop", "dependencies": {"express": "4.19.2"}}'


def test_every_actuator_endpoint_is_too_many(look: Look) -> None:
    settings = "management:\n  endpoints:\n    web:\n      exposure:\n        include: %s\n"
    files = {"pom.xml": "<project><artifactId>shop</artifactId></project>", "Dockerfile": "FROM eclipse-temurin:21\n"}

    assert look("SEC-013", {**files, "src/main/resources/application.yml": settings % "'*'"}).failed == [
        "src/main/resources/application.yml:5"
    ]
    assert look("SEC-013", {**files, "src/main/resources/application.yml": settings % "health,info"}).failed == []


def test_a_console_that_compose_publishes(look: Look) -> None:
    compose = 'services:\n  admin:\n    image: adminer:4\n    ports: ["%s8080:8080"]\n'

    assert look("SEC-013", {"docker-compose.prod.yml": compose % ""}).failed == ["docker-compose.prod.yml:4"]
    assert look("SEC-013", {"docker-compose.prod.yml": compose % "127.0.0.1:"}).failed == []


def test_folders_that_can_be_listed(look: Look) -> None:
    app = "const app = require('express')();\nconst serveIndex = require('serve-index');\napp.use('/ftp', serveIndex('ftp'));\napp.listen(1);\n"
    proxy = "server {\n  listen 80;\n  location /files/ {\n    autoindex on;\n  }\n}\n"

    assert look("SEC-013", {"package.json": EXPRESS, "app.js": app, "nginx.conf": proxy}).failed == [
        "app.js:3",
        "nginx.conf:4",
    ]


def test_routes_for_debugging(look: Look) -> None:
    app = "const app = require('express')();\napp.get('/debug/state', state);\napp.get('/debugger', page);\napp.listen(1);\n"

    assert look("SEC-013", {"package.json": EXPRESS, "app.js": app}).failed == ["app.js:2"]


def test_the_profiler_on_the_default_mux(look: Look) -> None:
    source = 'package main\n\nimport (\n\t"net/http"\n\t_ "net/http/pprof"\n)\n\nfunc main() { http.ListenAndServe(":8080", %s) }\n'

    assert look("SEC-013", {"go.mod": "module x\n", "main.go": source % "nil"}).failed == ["main.go:5"]
    assert look("SEC-013", {"go.mod": "module x\n", "main.go": source % "router"}).failed == []


@pytest.mark.parametrize(
    ("line", "failed"),
    [
        ("res.status(500).json({ error: err.stack });", ["app.js:1"]),
        ("res.status(500).json({ error: isDev ? err.stack : undefined });", []),
        ("console.error(err.stack);", []),
    ],
)
def test_stacks_in_answers(look: Look, line: str, failed: list[str]) -> None:
    assert look("SEC-022", {"package.json": "{}", "app.js": line + "\n"}).failed == failed


def test_handlers_for_development(look: Look) -> None:
    app = "const app = require('express')();\n%sapp.use(require('errorhandler')());\napp.listen(1);\n"

    assert look("SEC-022", {"package.json": EXPRESS, "app.js": app % ""}).failed == ["app.js:2"]
    assert (
        look(
            "SEC-022", {"package.json": EXPRESS, "app.js": app % "if (process.env.NODE_ENV === 'development')\n  "}
        ).failed
        == []
    )


def test_stacks_by_configuration(look: Look) -> None:
    files = {
        "shop/main.py": "app = FastAPI(debug=True)\n",
        "res/application.properties": "server.error.include-stacktrace=always\n",
    }

    assert look("SEC-022", files).failed == ["res/application.properties:1", "shop/main.py:1"]


HANDLED = "app.use((err, req, res, next) => { res.status(500).json({ error: 'internal' }); });\n"


def _express(handler: str, mode: str | None) -> dict[str, str]:
    given = f"    environment: {{ NODE_ENV: {mode} }}\n" if mode else ""
    return {
        "package.json": EXPRESS,
        "Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "app.js"]\n',
        "docker-compose.prod.yml": f"services:\n  api:\n    build: .\n{given}",
        "app.js": f"const express = require('express');\nconst app = express();\napp.get('/', page);\n{handler}app.listen(1);\n",
    }


@pytest.mark.parametrize(
    ("handler", "mode", "outcome"),
    [
        ("", "development", "fail"),
        ("", None, "unknown"),
        ("", "production", "pass"),
        (HANDLED, "development", "pass"),
        (
            HANDLED.replace("'internal'", "process.env.NODE_ENV === 'production' ? '' : err.stack"),
            "development",
            "fail",
        ),
        (HANDLED.replace("'internal'", "process.env.NODE_ENV === 'production' ? '' : err.stack"), "production", "pass"),
    ],
)
def test_what_express_answers_without_a_handler_depends_on_its_mode(
    look: Look, handler: str, mode: str | None, outcome: str
) -> None:
    assert look("SEC-022", _express(handler, mode)).outcomes == [outcome]


def test_consoles_and_security_in_settings_of_spring(look: Look) -> None:
    settings = "src/main/resources/application.properties"

    local = look("SEC-013", {settings: "spring.h2.console.enabled=true\n"})
    world = look(
        "SEC-013", {settings: "spring.h2.console.enabled=true\nspring.h2.console.settings.web-allow-others=true\n"}
    )
    off = look("SEC-013", {settings: "management.security.enabled=false\n"})
    on = look("SEC-013", {settings: "spring.h2.console.enabled=false\nmanagement.security.enabled=true\n"})

    assert [f.severity for f in local.findings] == ["medium"]
    assert [f.severity for f in world.findings] == ["high"]
    assert off.failed == [f"{settings}:1"]
    assert on.failed == []


def test_the_console_of_h2_in_yaml(look: Look) -> None:
    settings = "src/main/resources/application.yml"

    assert look("SEC-013", {settings: "spring:\n  h2:\n    console:\n      enabled: true\n"}).failed == [
        f"{settings}:4"
    ]


@pytest.mark.parametrize(("answer", "failed"), [("{ errorObject: error }", ["app.js:5"]), ("{ code: 'failed' }", [])])
def test_an_error_that_is_answered_as_an_object_shows_its_stack(look: Look, answer: str, failed: list[str]) -> None:
    code = (
        "import { serializeError } from 'serialize-error';\ntry { work(); } catch (e) {\n"
        f"  const error = serializeError(e);\n  console.log(error);\n  return serverError({answer});\n}}\n"
    )

    assert look("SEC-022", {"package.json": "{}", "app.js": code}).failed == failed


WATCHING = """
    services:
      watch:
        image: %s
        ports: ["%s"]
    """


@pytest.mark.parametrize(
    ("image", "port"),
    [
        ("prom/prometheus:v3.0.1", "9090:9090"),
        ("quay.io/prometheus/alertmanager:v0.27.0", "9093:9093"),
        ("jaegertracing/all-in-one:1.62.0", "8016:16686"),
        ("openzipkin/zipkin:3", "9411:9411"),
    ],
)
def test_pages_of_monitoring_are_not_published(look: Look, image: str, port: str) -> None:
    file = "docker-compose.prod.yml"

    assert look("SEC-013", {file: WATCHING % (image, port)}).failed == [f"{file}:4"]
    assert look("SEC-013", {file: WATCHING % (image, f"127.0.0.1:{port}")}).failed == []
    assert look("SEC-013", {"docker-compose.dev.yml": WATCHING % (image, port), file: ""}).failed == []


def test_what_only_takes_data_or_asks_for_a_password_is_no_console(look: Look) -> None:
    file = "docker-compose.prod.yml"
    secured = (WATCHING % ("prom/prometheus:v3.0.1", "9090:9090")).rstrip() + (
        "\n        command: --web.config.file=/etc/prometheus/web.yml\n"
    )

    assert look("SEC-013", {file: WATCHING % ("jaegertracing/all-in-one:1.62.0", "4318:4318")}).failed == []
    assert look("SEC-013", {file: WATCHING % ("acme/all-in-one:1", "16686:16686")}).failed == []
    assert look("SEC-013", {file: secured}).failed == []


def test_consoles_of_profiles_for_development_do_not_start(look: Look) -> None:
    aside = (WATCHING % ("adminer:5", "8080:8080")).rstrip() + "\n        profiles: [dev]\n"

    assert look("SEC-013", {"docker-compose.prod.yml": aside}).failed == []
