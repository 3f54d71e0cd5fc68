"""Which sites may call from a browser?"""

from __future__ import annotations

import pytest
from conftest import Look

JS = "const cors = require('cors');\n"


@pytest.mark.parametrize(
    ("line", "outcome", "severity"),
    [
        ("app.use(cors({ origin: true, credentials: true }));", "fail", "high"),
        ("app.use(cors({ origin: (origin, callback) => callback(null, true), credentials: true }));", "fail", "high"),
        ("app.use(cors());", "partial", "low"),
        ("app.use(cors({ origin: '*' }));", "partial", "low"),
        ("app.use(cors({ origin: process.env.ORIGINS.split(','), credentials: true }));", "pass", "high"),
        ("app.use(cors({ origin: ['https://shop.test'], credentials: true }));", "pass", "high"),
        ("app.enableCors({ origin: true, credentials: true });", "fail", "high"),
        ("app.enableCors();", "partial", "low"),
    ],
)
def test_javascript(look: Look, line: str, outcome: str, severity: str) -> None:
    seen = look("SEC-002", {"package.json": "{}", "app.js": JS + line + "\n", "login.js": "exports.session = 1;\n"})

    assert [(f.outcome, f.severity) for f in seen.findings] == [(outcome, severity)]
    assert seen.findings[0].evidence[0].line == 2


def test_options_that_have_a_name_are_looked_up(look: Look) -> None:
    source = JS + "const options = { origin: true, credentials: true };\napp.use(cors(options));\n"

    assert look("SEC-002", {"package.json": "{}", "app.js": source}).failed == ["app.js:3"]


def test_an_origin_that_is_mirrored_unchecked_is_every_origin(look: Look) -> None:
    lines = "res.header('Access-Control-Allow-Origin', req.headers.origin);\nres.header('Access-Control-Allow-Credentials', 'true');\n"
    checked = "if (allowedOrigins.includes(req.headers.origin)) {\n" + lines + "}\n"

    assert look("SEC-002", {"package.json": "{}", "app.js": lines}).failed == ["app.js:1"]
    assert look("SEC-002", {"package.json": "{}", "app.js": checked}).failed == []


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("app.add_middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)", "fail"),
        ("app.add_middleware(CORSMiddleware, allow_origins=['*'])", "partial"),
        ("app.add_middleware(CORSMiddleware, allow_origins=settings.origins, allow_credentials=True)", "pass"),
        ("from flask_cors import CORS; CORS(app, supports_credentials=True)", "fail"),
        ("CORS_ALLOW_ALL_ORIGINS = True\nCORS_ALLOW_CREDENTIALS = True", "fail"),
    ],
)
def test_python(look: Look, source: str, outcome: str) -> None:
    assert look("SEC-002", {"shop/main.py": source + "\n"}).outcomes == [outcome]


@pytest.mark.parametrize(
    ("path", "source", "outcome"),
    [
        ("main.go", "package main\nvar c = cors.Config{AllowAllOrigins: true, AllowCredentials: true}\n", "fail"),
        ("main.go", 'package main\nvar c = cors.Options{AllowedOrigins: []string{"*"}}\n', "partial"),
        (
            "src/main/java/Cors.java",
            'class Cors { void a(CorsConfiguration c) { c.setAllowedOriginPatterns(List.of("*")); c.setAllowCredentials(true); } }\n',
            "fail",
        ),
        ("src/main/java/Api.java", "@CrossOrigin\nclass Api { }\n", "partial"),
        ("src/main/java/Api.java", '@CrossOrigin(origins = "https://shop.test")\nclass Api { }\n', "not_applicable"),
    ],
)
def test_go_and_java(look: Look, path: str, source: str, outcome: str) -> None:
    assert look("SEC-002", {"go.mod": "module x\n", path: source}).outcomes == [outcome]


def test_nginx_and_ingress(look: Look) -> None:
    nginx = "server {\n  listen 80;\n  add_header Access-Control-Allow-Origin $http_origin;\n  add_header Access-Control-Allow-Credentials true;\n}\n"
    ingress = """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: web
      annotations:
        nginx.ingress.kubernetes.io/enable-cors: "true"
    spec: {rules: []}
    """

    assert look("SEC-002", {"nginx.conf": nginx, "k8s/ingress.yaml": ingress}).failed == [
        "nginx.conf:3",
        "k8s/ingress.yaml:5",
    ]


def test_a_variable_that_lets_everyone_in(look: Look) -> None:
    compose = "services:\n  shop:\n    build: .\n    environment:\n      CORS_ORIGINS: '*'\n"
    app = "app.use(cors({ origin: process.env.CORS_ORIGINS.split(','), credentials: true }));\n"
    files = {"Dockerfile": "FROM node:22\nCOPY . .\n", "package.json": "{}", "app.js": app}

    assert look("SEC-002", {**files, "docker-compose.prod.yml": compose}).failed == ["docker-compose.prod.yml:5"]
    assert (
        look("SEC-002", {**files, "docker-compose.prod.yml": compose.replace("'*'", "https://shop.test")}).failed == []
    )


def test_a_function_of_the_same_name_is_not_the_package(look: Look) -> None:
    assert look(
        "SEC-002", {"package.json": "{}", "app.js": "import cors from './lib/cors';\ncors(req, res);\n"}
    ).outcomes == ["not_applicable"]


def test_options_and_functions_that_cannot_be_seen_leave_it_open(look: Look) -> None:
    assert look("SEC-002", {"package.json": "{}", "app.js": JS + "app.use(cors(makeOptions()));\n"}).unknown == [
        "app.js:2"
    ]
    source = JS + "app.use(cors({ origin: (origin, done) => decide(origin, done), credentials: true }));\n"
    assert look("SEC-002", {"package.json": "{}", "app.js": source}).unknown == ["app.js:2"]


def test_a_fall_back_to_every_origin_counts(look: Look) -> None:
    source = JS + "app.use(cors({ origin: process.env.ORIGIN || '*', credentials: true }));\n"

    assert look("SEC-002", {"package.json": "{}", "app.js": source}).failed == ["app.js:2"]


def test_credentials_weigh_less_where_no_code_knows_cookies(look: Look) -> None:
    line = "app.use(cors({ origin: true, credentials: true }));\n"

    assert look("SEC-002", {"package.json": "{}", "app.js": JS + line}).findings[0].severity == "medium"


LOGIN = {"package.json": "{}", "login.js": "exports.session = 1;\n"}


@pytest.mark.parametrize(
    ("origin", "severity", "words"),
    [("'*'", "medium", "browsers refuse"), ("true", "high", "named back"), ("/.*/", "high", "named back")],
)
def test_a_star_with_credentials_is_not_an_origin_that_is_named_back(
    look: Look, origin: str, severity: str, words: str
) -> None:
    seen = look("SEC-002", {**LOGIN, "app.js": JS + f"app.use(cors({{ origin: {origin}, credentials: true }}));\n"})

    assert [f.severity for f in seen.findings] == [severity]
    assert words in seen.text


@pytest.mark.parametrize(
    ("path", "source", "words"),
    [
        ("shop/main.py", "app.add_middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)", "named back"),
        ("main.go", "package main\nvar c = cors.Config{AllowAllOrigins: true, AllowCredentials: true}\n", "browsers refuse"),
        ("src/main/java/Cors.java", 'class Cors { void a(CorsConfiguration c) { c.setAllowedOrigins(List.of("*")); c.setAllowCredentials(true); } }\n', "Spring 5.3"),
    ],
)  # fmt: skip
def test_what_every_origin_comes_to_is_the_library_s_matter(look: Look, path: str, source: str, words: str) -> None:
    assert words in look("SEC-002", {"go.mod": "module x\n", path: source}).text


GATEWAY = """
    import { WebSocketGateway } from '@nestjs/websockets';
    @WebSocketGateway({ path: '/ws', cors: %s })
    export class Live {}
    """
SOCKETS = "const { Server } = require('socket.io');\nconst io = new Server(http, { cors: %s });\n"
POLICY = "builder.Services.AddCors(o => o.AddDefaultPolicy(p => p%s));\n"


@pytest.mark.parametrize(
    ("path", "source", "outcomes"),
    [
        ("src/live.gateway.ts", GATEWAY % "{ origin: true, credentials: true }", ["fail"]),
        ("src/live.gateway.ts", GATEWAY % "{ origin: ['https://shop.test'], credentials: true }", ["pass"]),
        ("src/live.gateway.ts", GATEWAY % "true", ["partial"]),
        ("src/live.gateway.ts", GATEWAY % "false", []),
        ("app.js", SOCKETS % "{ origin: '*' }", ["partial"]),
        ("app.js", SOCKETS % "{ origin: process.env.ORIGINS.split(',') }", ["pass"]),
        ("Program.cs", POLICY % ".SetIsOriginAllowed(_ => true).AllowCredentials()", ["fail"]),
        ("Program.cs", POLICY % ".SetIsOriginAllowed(o => known.Contains(o)).AllowCredentials()", []),
        ("Program.cs", POLICY % ".AllowAnyOrigin()", ["partial"]),
    ],
)
def test_sockets_and_dotnet(look: Look, path: str, source: str, outcomes: list[str]) -> None:
    seen = look("SEC-002", {"package.json": "{}", "login.js": "exports.session = 1;\n", path: source})

    assert [o for o in seen.outcomes if o != "not_applicable"] == outcomes
