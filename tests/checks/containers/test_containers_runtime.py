"""Whether containers start, as whom, and who sees that they live."""

from __future__ import annotations

import pytest
from conftest import Look, Seen

SERVER = """
    const app = require("express")();
    app.get("/health", (req, res) => res.send("ok"));
    app.listen(3000);
    """
NODE = """
    FROM node:22.12.0-slim
    WORKDIR /app
    COPY . .
    USER node
    EXPOSE 3000
    CMD ["node", "server.js"]
    """
FILES = {"Dockerfile": NODE, "package.json": '{"name": "api"}', "server.js": SERVER}


def with_(*lines: tuple[str, str]) -> dict[str, str]:
    text = NODE
    for old, new in lines:
        text = text.replace(old, new)
    return {**FILES, "Dockerfile": text}


def test_the_user_that_is_in_force_decides(look: Look) -> None:
    assert look("CON-002", FILES).passed == ["Dockerfile:4"]
    assert look("CON-002", with_(("USER node", "USER 0:0"))).failed == ["Dockerfile:4"]
    assert look("CON-002", with_(("    USER node\n", ""))).failed == ["Dockerfile:1"]


def test_what_is_known_of_base_images_decides_without_a_user(look: Look) -> None:
    free = ("    USER node\n", "")

    def outcome(base: str) -> list[str]:
        return look("CON-002", with_(free, ("node:22.12.0-slim", base))).outcomes

    assert outcome("gcr.io/distroless/nodejs22:nonroot") == ["pass"]
    assert outcome("gcr.io/distroless/nodejs22") == ["fail"]
    assert outcome("docker.io/library/node:22.12.0") == ["fail"]
    assert outcome("grafana/grafana:11.3.0") == ["unknown"]
    assert outcome("elasticsearch:8.16.0") == ["pass"]


def test_an_nginx_that_is_only_configured_drops_its_rights_itself(look: Look) -> None:
    seen = look("CON-002", {"Dockerfile": "FROM nginx:1.27.3\nCOPY site /usr/share/nginx/html\n", "site/a": ""})

    assert seen.outcomes == ["partial"]


def test_a_service_that_nobody_checks_is_named(look: Look) -> None:
    none = look("CON-004", FILES)
    own = look("CON-004", with_(("EXPOSE 3000", "HEALTHCHECK CMD curl -f http://localhost:3000/health")))

    assert none.failed == ["Dockerfile:1"]
    assert own.passed == ["Dockerfile:5"]


def test_an_image_that_answers_nothing_needs_no_health_check(look: Look) -> None:
    files = {"Dockerfile": "FROM python:3.12.7\nCOPY job.py .\nCMD python job.py\n", "job.py": "print(1)\n"}

    assert look("CON-004", files).outcomes == ["not_applicable"]


def test_secrets_in_layers_are_found(look: Look) -> None:
    env = look("CON-005", with_(("EXPOSE 3000", "ENV API_TOKEN=9f8a7b6c5d4e3f2a1b")))
    file = look("CON-005", {**with_(("COPY . .", "COPY .env server.key ./")), ".env": "", "server.key": ""})

    assert env.failed == ["Dockerfile:5"]
    assert file.failed == ["Dockerfile:3", "Dockerfile:3"]


def test_names_samples_and_variables_are_no_secrets(look: Look) -> None:
    files = with_(("EXPOSE 3000", "ENV API_TOKEN=$TOKEN TOKEN_TTL=60"), ("COPY . .", "COPY .env.example ca.pem ./"))

    assert look("CON-005", files).failed == []


def test_a_secret_of_a_stage_that_is_left_behind_weighs_less(look: Look) -> None:
    text = "FROM node:22.12.0 AS build\nARG NPM_TOKEN=9f8a7b6c5d4e3f2a1b\n" + NODE.replace("    ", "")
    seen = look("CON-005", {**FILES, "Dockerfile": text})

    assert (seen.failed, seen.outcomes) == (["Dockerfile:2"], ["partial"])


def test_a_command_that_names_no_file_of_the_image_ends_at_once(look: Look) -> None:
    assert look("CON-008", FILES).passed == ["Dockerfile:6"]
    assert look("CON-008", with_(("server.js", "main.js"))).failed == ["Dockerfile:6"]
    assert look("CON-008", with_(("server.js", "dist/main.js"))).unknown == ["Dockerfile:6"]


def test_a_file_that_a_command_of_the_build_names_may_be_made_by_it(look: Look) -> None:
    text = 'FROM mongo:7.0.14\nCOPY data/ /\nRUN dos2unix -n /init.sh /start.sh\nCMD ["/start.sh"]\n'

    assert look("CON-008", {"Dockerfile": text, "data/init.sh": "mongod\n"}).unknown == ["Dockerfile:4"]
    text = text.replace("/start.sh\n", "/other.sh\n")
    assert look("CON-008", {"Dockerfile": text, "data/init.sh": "mongod\n"}).failed == ["Dockerfile:4"]


def test_an_output_is_followed_to_the_source_that_it_is_compiled_from(look: Look) -> None:
    files = {**with_(("server.js", "dist/server.js")), "src/server.ts": "export {};\n"}

    assert look("CON-008", files).passed == ["Dockerfile:6"]


def test_a_module_that_its_package_does_not_have_is_not_started(look: Look) -> None:
    text = 'FROM python:3.12.7\nWORKDIR /app\nCOPY shop ./shop\nCMD ["python", "-m", "shop.main"]\n'
    package = {"Dockerfile": text, "shop/__init__.py": "", "shop/__main__.py": ""}

    assert look("CON-008", package).failed == ["Dockerfile:4"]
    assert look("CON-008", {"shop/main.py": ""}).passed == ["Dockerfile:4"]
    assert look("CON-008", {"Dockerfile": text.replace("shop.main", "celery")}).outcomes == ["not_applicable"]


def test_a_command_of_an_installed_program_is_not_looked_up(look: Look) -> None:
    assert look("CON-008", with_(('"node", "server.js"', '"npx", "serve"'))).outcomes == ["not_applicable"]


def test_the_shell_form_keeps_signals_to_itself(look: Look) -> None:
    shell = look("CON-017", with_(('["node", "server.js"]', "node server.js")))
    manager = look("CON-017", with_(('["node", "server.js"]', '["npm", "start"]')))

    assert (shell.outcomes, manager.outcomes, look("CON-017", FILES).outcomes) == (["fail"], ["partial"], ["pass"])
    assert "JSON" in shell.findings[0].fix
    assert "Start the program itself" in manager.findings[0].fix
    assert shell.failed == ["Dockerfile:6"]


def test_the_exposed_port_is_compared_with_the_one_listened_on(look: Look) -> None:
    poor = look("CON-021", with_(("EXPOSE 3000", "EXPOSE 8080")))

    assert poor.failed == ["Dockerfile:5"]
    assert "listens on 3000" in poor.text
    assert look("CON-021", FILES).passed == ["Dockerfile:5"]


def test_the_published_port_is_compared_with_the_one_listened_on(look: Look) -> None:
    def published(ports: str, more: str = "", **changed: str) -> Seen:
        text = f"services:\n  api:\n    build: .\n    ports: {ports}\n{more}"
        return look("CON-021", {**with_(("    EXPOSE 3000\n", "")), **changed, "compose.prod.yaml": text})

    poor = published('["8080:8080"]')

    assert (poor.failed, [f.severity.value for f in poor.findings]) == (["compose.prod.yaml:4"], ["high"])
    assert "listens on 3000: nobody gets through" in poor.text
    assert published('["8080:3000"]').passed == ["compose.prod.yaml:4"]
    assert published('["8080:3000", "9229:9229"]').failed == []
    assert published('["8080:8080/udp"]').outcomes == ["not_applicable"]
    assert published('["8080:8080"]', "  vpn: {image: acme/vpn, network_mode: 'service:api'}\n").failed == []
    assert published('["8080:8080"]', "    env_file: [.env]\n").unknown == ["compose.prod.yaml:4"]


def test_a_wrong_port_is_told_once(look: Look) -> None:
    compose = 'services:\n  api:\n    build: .\n    ports: ["8080:8080"]\n'
    seen = look("CON-021", {**with_(("EXPOSE 3000", "EXPOSE 8080")), "compose.prod.yaml": compose})

    assert seen.failed == ["compose.prod.yaml:4"]
    assert [f"{e.path}:{e.line}" for e in seen.findings[0].evidence][-1] == "Dockerfile:5"
    assert look("CON-021", {"compose.dev.yaml": compose, "compose.prod.yaml": ""}).failed == ["Dockerfile:5"]


def test_a_health_check_asks_what_is_served(look: Look) -> None:
    def asked(address: str) -> Seen:
        return look(
            "CON-022", with_(("-slim", ""), ("EXPOSE 3000", f"HEALTHCHECK CMD curl -f http://localhost:{address}"))
        )

    good, path, port = asked("3000/health"), asked("3000/healthz"), asked("8080/health")

    assert good.passed == ["Dockerfile:5"]
    assert (path.failed, port.failed) == (["Dockerfile:5"], ["Dockerfile:5"])
    assert "the nearest is /health" in path.text


def test_the_program_that_a_health_check_calls_is_in_the_image(look: Look) -> None:
    check = ("EXPOSE 3000", "HEALTHCHECK CMD curl -f http://localhost:3000/health")
    without = look("CON-022", with_(check))
    installed = look("CON-022", with_(check, ("WORKDIR", "RUN apt-get update && apt-get install -y curl\n    WORKDIR")))

    assert without.failed == ["Dockerfile:5"]
    assert "curl" in without.text
    assert installed.outcomes == ["pass"]


def test_a_health_check_of_compose_is_held_against_the_code_too(look: Look) -> None:
    compose = """
        services:
          api:
            build: .
            healthcheck:
              test: curl -f http://localhost:3000/status
        """
    seen = look("CON-022", {**with_(("-slim", "")), "compose.prod.yaml": compose})

    assert seen.failed == ["compose.prod.yaml:4"]


API = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api}
    spec:
      selector: {matchLabels: {app: api}}
      template:
        metadata: {labels: {app: api}}
        spec:
          securityContext: {runAsNonRoot: true, runAsUser: 1000}
          containers: [{name: api, image: "registry.local/api:1"}]
    """


def test_an_image_that_manifests_alone_run_under_a_user_is_not_held_to_its_own(look: Look) -> None:
    files = {"api/Dockerfile": 'FROM node:22.1.0\nCMD ["node", "x.js"]\n', "k8s/api.yaml": API}

    assert look("CON-002", files).passed == ["k8s/api.yaml:9"]

    rooted = {**files, "k8s/api.yaml": API.replace("runAsNonRoot: true, runAsUser: 1000", "runAsUser: 0")}
    assert look("CON-002", rooted).failed == ["api/Dockerfile:1"]


def test_a_component_that_is_not_taken_in_yet_may_give_the_user(look: Look) -> None:
    component = {
        "api/Dockerfile": 'FROM node:22.1.0\nCMD ["node", "x.js"]\n',
        "k8s/more/kustomization.yaml": "kind: Component\nresources: [api.yaml]\n",
        "k8s/more/api.yaml": API.replace("registry.local/api:1", "api"),
    }
    assert look("CON-002", component).passed == ["k8s/more/api.yaml:9"]


@pytest.mark.parametrize(
    ("line", "outcome"), [("exec gosu app node server.js", "pass"), ("# exec gosu app", "fail"), ("node x.js", "fail")]
)
def test_an_entry_script_may_hand_over_to_another_user(look: Look, line: str, outcome: str) -> None:
    text = 'FROM node:22.12.0\nWORKDIR /app\nCOPY docker/entry.sh ./run.sh\nENTRYPOINT ["/app/run.sh"]\n'

    assert look("CON-002", {"Dockerfile": text, "docker/entry.sh": f"#!/bin/sh\n{line}\n"}).outcomes == [outcome]


@pytest.mark.parametrize(("line", "outcome"), [('exec su-exec "$UID" "$0"', "pass"), ("exec node x.js", "fail")])
def test_the_entry_script_may_come_out_of_the_stage_that_builds(look: Look, line: str, outcome: str) -> None:
    text = (
        "FROM golang:1.23.0 AS build\nWORKDIR /src\nCOPY . .\nFROM alpine:3.21\n"
        'COPY --from=build /src/scripts/entry.sh /entry.sh\nENTRYPOINT ["/entry.sh", "/app"]\n'
    )

    assert look("CON-002", {"Dockerfile": text, "scripts/entry.sh": f"#!/bin/sh\n{line}\n"}).outcomes == [outcome]


def test_a_value_of_a_keys_form_is_found_under_any_name(look: Look) -> None:
    key = "sk_live_" + "4eC39HqLyjWDaKtT7p0dc"

    assert look("CON-005", with_(("EXPOSE 3000", f"ARG BILLING={key}"))).failed == ["Dockerfile:5"]
    assert look("CON-005", with_(("EXPOSE 3000", "ARG BILLING=sk_live_your_key_here"))).failed == []


def test_a_stand_in_for_a_developers_machine_is_no_image_of_the_system(look: Look) -> None:
    compose = "services:\n  {0}:\n    build: {{context: ., dockerfile: mail.Dockerfile}}\n"
    dockerfile = "FROM node:22.12.0\nRUN npm i -g maildev@2.0.5\nCMD maildev\n"

    asked = {
        n: look("CON-002", {"compose.yml": compose.format(n), "mail.Dockerfile": dockerfile})
        for n in ("maildev", "mailer")
    }

    assert not asked["maildev"].failed
    assert asked["mailer"].failed == ["mail.Dockerfile:1"]


def test_a_well_known_server_that_only_gets_more_tools_still_gives_up_its_rights(look: Look) -> None:
    text = "FROM nginx:1.27\nRUN apk add curl\nEXPOSE 80\nCMD ['nginx']\n".replace("'", '"')
    seen = look("CON-002", {"Dockerfile": text})
    assert seen.findings[0].severity == "medium"
    seen = look("CON-002", {"a": "", "Dockerfile": text.replace('"nginx"]', '"./own"]')})
    assert seen.findings[0].severity == "high"


def test_an_image_that_nothing_runs_and_nobody_asks_weighs_less(look: Look) -> None:
    def grave(files: dict[str, str]) -> str:
        return str(look("CON-002", files).findings[0].severity)

    assert grave({"Dockerfile": "FROM node:22\nCOPY . .\n"}) == "medium"
    assert grave({"Dockerfile": "FROM node:22\nCOPY . .\nEXPOSE 80\n"}) == "high"
    worker = {"Dockerfile": "FROM node:22\nCOPY . .\n", "compose.yaml": "services:\n  w:\n    build: .\n"}
    assert grave(worker) == "high"


def test_the_check_of_an_image_weighs_where_docker_asks_it(look: Look) -> None:
    files = {
        "Dockerfile": "FROM python:3.12-slim\nCOPY . .\nEXPOSE 8000\n"
        'HEALTHCHECK CMD wget -qO- http://127.0.0.1:8000/${BASE}health\nCMD ["python", "app.py"]\n',
        "app.py": "from flask import Flask\napp = Flask(__name__)\napp.run(port=8000)\n",
    }
    stack = {"compose.yaml": "services:\n  api:\n    build: .\n    restart: always\n"}

    def grave(files: dict[str, str]) -> list[str]:
        return [str(f.severity) for f in look("CON-022", files).findings if f.outcome.open]

    assert grave(files) == ["medium"]
    assert grave({**files, **stack}) == ["high"]


def test_a_server_that_a_script_starts_gives_up_its_rights_all_the_same(look: Look) -> None:
    text = "FROM nginx:1.27\nEXPOSE 80\nENTRYPOINT ['/entry.sh']\nCMD ['nginx']\n".replace("'", '"')

    assert look("CON-002", {"Dockerfile": text}).findings[0].severity == "medium"


@pytest.mark.parametrize(("value", "count"), [("/gcp-credentials.json", 0), ("9f8a7b6c5d4e3f2a1b", 1)])
def test_the_path_of_a_file_is_no_secret(look: Look, value: str, count: int) -> None:
    files = with_(("EXPOSE 3000", f"ENV GOOGLE_APPLICATION_CREDENTIALS={value}"))

    assert len(look("CON-005", files).failed) == count
