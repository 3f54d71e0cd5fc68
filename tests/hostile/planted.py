"""Made-up keys of every common kind, and the files of a project that people leave them in."""

from __future__ import annotations

import base64
import random
import string

_DICE = random.Random(20261122)  # noqa: S311 - keys of nothing, the same in every run
_LETTERS = string.ascii_letters + string.digits


def _any(length: int, signs: str = _LETTERS) -> str:
    return "".join(_DICE.choices(signs, k=length))


def _hex(length: int) -> str:
    return _any(length, "0123456789abcdef")


def _token(value: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(repr(value).encode()).decode().rstrip("=")


PEM_LINES = tuple(_any(64) for _ in range(6))
PEM = "\n".join(("-----BEGIN RSA PRIVATE KEY-----", *PEM_LINES, "-----END RSA PRIVATE KEY-----"))

KEYS: dict[str, str] = {
    "aws_access_key_id": "AKIA" + _any(16, string.ascii_uppercase + "234567"),
    "aws_secret_access_key": _any(40, _LETTERS + "/+"),
    "google_api_key": "AIza" + _any(35),
    "azure_account_key": _any(86, _LETTERS + "+/") + "==",
    "azure_client_secret": _any(3) + "8Q~" + _any(34, _LETTERS + "-_."),
    "github_token": "ghp_" + _any(36),
    "github_pat": "github_pat_" + _any(22) + "_" + _any(59),
    "gitlab_token": "glpat-" + _any(20),
    "slack_token": f"xoxb-{_any(12, string.digits)}-{_any(12, string.digits)}-{_any(24)}",
    "stripe_secret_key": "sk_live_" + _any(24),
    "twilio_auth_token": _hex(32),
    "twilio_api_key": "SK" + _hex(32),
    "sendgrid_api_key": f"SG.{_any(22)}.{_any(43)}",
    "npm_token": "npm_" + _any(36),
    "pypi_token": "pypi-AgEIcHlwaS5vcmc" + _any(60),
    "openai_api_key": "sk-proj-" + _any(48),
    "anthropic_api_key": "sk-ant-api03-" + _any(80),
    "auth_token": f"eyJ{_any(30)}.eyJ{_any(60)}.{_any(43)}",
    "db_password": _any(9) + "#7" + _any(7),
    "session_secret": _any(32),
    "secret_key_base": _hex(64),
}
"""A key of each kind under the name that it usually has."""

URL_PASSWORD, BASIC_PASSWORD, REDIS_PASSWORD = _any(18), _any(16), _any(20)
DATABASE_URL = f"postgresql://shop:{URL_PASSWORD}@db.internal:5432/shop"
BASIC_URL = f"https://deploy:{BASIC_PASSWORD}@git.internal/shop.git"
REDIS_URL = f"redis://:{REDIS_PASSWORD}@cache.internal:6379/0"
NPMRC_TOKEN = f"{_hex(8)}-{_hex(4)}-{_hex(4)}-{_hex(4)}-{_hex(12)}"
DOCKER_AUTH = base64.b64encode(f"shop:{_any(22)}".encode()).decode()
KUBE_TOKEN, KUBE_KEY_DATA = _any(44), base64.b64encode(PEM.encode()).decode()
STATE_PASSWORD, HTPASSWD = _any(21), "$apr1$" + _any(8) + "$" + _any(22)
FOLDED = (_any(40), _any(40))

SECRETS = (
    *KEYS.values(), *PEM_LINES, URL_PASSWORD, BASIC_PASSWORD, REDIS_PASSWORD, NPMRC_TOKEN, DOCKER_AUTH, KUBE_TOKEN,
    KUBE_KEY_DATA, STATE_PASSWORD, *FOLDED,
)  # fmt: skip
"""None of these may stand whole in anything that is written or printed."""


def encoded(text: str) -> str:
    """As a Kubernetes Secret has it."""
    return base64.b64encode(text.encode()).decode()


def _lines(form: str, indent: str = "") -> str:
    return "\n".join(indent + form.format(name=name, NAME=name.upper(), value=value) for name, value in KEYS.items())


def _indented(text: str, by: str) -> str:
    return "\n".join(by + line for line in text.split("\n"))


def files() -> dict[str, str]:
    """Path to text: every key in every kind of file."""
    escaped = PEM.replace("\n", "\\n")
    return {
        ".env": _lines("{NAME}={value}") + f'\nDATABASE_URL={DATABASE_URL}\nREDIS_URL={REDIS_URL}\nKEY="{escaped}"\n',
        "config/.env.production": _lines('export {NAME}="{value}"'),
        "app.py": "import os\n" + _lines('{NAME} = "{value}"') + f'\nPRIVATE_KEY = """{PEM}"""\nDB = "{DATABASE_URL}"\n',
        "settings/settings.py": "CONFIG = {\n" + _lines('"{name}": "{value}",', "    ") + "\n}\n",
        "src/app.ts": _lines('export const {name} = "{value}";') + f"\nconst db = `{DATABASE_URL}`;\n",
        "src/client.js": "client.init({\n" + _lines('{name}: "{value}",', "  ") + f'\n  git: "{BASIC_URL}" }});\n',
        "main.go": "package main\nvar (\n" + _lines('{name} = "{value}"', "\t") + "\n)\n",
        "src/main/java/App.java": "class App {\n" + _lines('static final String {NAME} = "{value}";', "  ") + "\n}\n",
        "application.properties": _lines("{name}={value}") + f"\nspring.datasource.url=jdbc:{DATABASE_URL}\n",
        "config.toml": "[keys]\n" + _lines('{name} = "{value}"') + "\n",
        "config.json": "{" + ",".join(f'"{n}": "{v}"' for n, v in KEYS.items()) + f', "key": "{escaped}"}}\n',
        "config.yaml": _lines("{name}: {value}") + f"\nkey: |\n{_indented(PEM, '  ')}\n"
        f"folded_secret: >-\n  {FOLDED[0]}\n  {FOLDED[1]}\n",
        "docker-compose.yml": "services:\n  web:\n    image: shop:latest\n    environment:\n"
        + _lines('{NAME}: "{value}"', "      ") + f"\n      DATABASE_URL: {DATABASE_URL}\n"
        f"    command: server --db {DATABASE_URL} --password {KEYS['db_password']}\n"
        f"  db:\n    image: postgres:16\n    environment:\n      - POSTGRES_PASSWORD={KEYS['db_password']}\n"
        f"  cache:\n    image: redis:7\n    command: redis-server --requirepass {REDIS_PASSWORD}\n",
        "Dockerfile": "FROM python:3.12\n" + _lines("ENV {NAME}={value}") + "\n" + _lines("ARG {NAME}={value}")
        + f"\nRUN git clone {BASIC_URL} && export DATABASE_URL={DATABASE_URL}\n",
        "k8s/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\ndata:\n"
        + "\n".join(f"  {n}: {encoded(v)}" for n, v in KEYS.items()) + f"\n  tls.key: {encoded(PEM)}\n"
        "stringData:\n" + _lines('{name}: "{value}"', "  ") + f"\n  id_rsa: |\n{_indented(PEM, '    ')}\n",
        "k8s/deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
        "      containers:\n        - name: web\n          image: shop:latest\n          env:\n"
        + "\n".join(f"            - name: {n.upper()}\n              value: \"{v}\"" for n, v in KEYS.items()) + "\n",
        "k8s/configmap.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n" + _lines('{NAME}: "{value}"', "  ")
        + f"\n  app.properties: |\n    db.password={KEYS['db_password']}\n    url={DATABASE_URL}\n",
        "main.tf": "\n".join(f'variable "{n}" {{\n  default = "{v}"\n}}' for n, v in KEYS.items())
        + f'\nresource "aws_db_instance" "db" {{\n  password = "{STATE_PASSWORD}"\n  user_data = <<EOF\n{PEM}\nEOF\n}}\n',
        "terraform.tfvars": _lines('{name} = "{value}"') + "\n",
        "terraform.tfstate": '{"version": 4, "resources": [{"type": "aws_db_instance", "name": "db", "instances": '
        f'[{{"attributes": {{"password": "{STATE_PASSWORD}", "master_password": "{STATE_PASSWORD}"}}}}]}}]}}\n',
        ".npmrc": f"//registry.npmjs.org/:_authToken={NPMRC_TOKEN}\n//registry.internal/:_auth={DOCKER_AUTH}\n",
        ".docker/config.json": f'{{"auths": {{"registry.internal": {{"auth": "{DOCKER_AUTH}"}}}}}}\n',
        "kubeconfig": "apiVersion: v1\nkind: Config\nusers:\n  - name: admin\n    user:\n"
        f"      token: {KUBE_TOKEN}\n      client-key-data: {KUBE_KEY_DATA}\n",
        ".pypirc": f"[pypi]\nusername = __token__\npassword = {KEYS['pypi_token']}\n",
        ".netrc": f"machine git.internal login deploy password {BASIC_PASSWORD}\n",
        "service-account.json": f'{{"type": "service_account", "private_key_id": "{_hex(40)}", "private_key": "{escaped}"}}\n',
        "certs/server.key": PEM + "\n",
        "id_rsa": PEM + "\n",
        "deploy.sh": "#!/bin/sh\n" + _lines("export {NAME}='{value}'")
        + f'\npsql "{DATABASE_URL}" -c "select 1"\ncurl -u deploy:{BASIC_PASSWORD} https://x.internal\n'
        f"curl -H 'Authorization: Bearer {KEYS['auth_token']}' https://x.internal\n"
        f"mysqldump -u root -p{KEYS['db_password']} shop > dump.sql\ngit clone {BASIC_URL}\n",
        "Makefile": "deploy:\n\t" + "\n\t".join(f"{n.upper()}={v} ./run" for n, v in KEYS.items()) + "\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    env:\n"
        + _lines("{NAME}: {value}", "      ") + f"\n    steps:\n      - run: docker login -u x -p {KEYS['npm_token']}\n"
        f"      - run: echo {DATABASE_URL}\n",
        "migrations/001_users.sql": f"CREATE USER shop WITH PASSWORD '{KEYS['db_password']}';\n"
        f"ALTER ROLE shop PASSWORD '{KEYS['session_secret']}';\n",
        "README.md": "# Shop\n\nSet these:\n\n```\n" + _lines("{NAME}={value}") + f"\n```\n\nOr `{DATABASE_URL}`.\n\n{PEM}\n",
        "docs/RUNBOOK.md": f"# Runbook\n\nThe password is `{KEYS['db_password']}`; connect with {DATABASE_URL}.\n",
        "nginx.conf": "server {\n" + _lines('  proxy_set_header X-{name} "{value}";') + "\n}\n",
        "prometheus.yml": f"scrape_configs:\n  - job_name: a\n    basic_auth: {{username: x, password: {BASIC_PASSWORD}}}\n"
        f"    authorization: {{credentials: {KEYS['auth_token']}}}\n",
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/values.yaml": _lines('{name}: "{value}"') + f"\ndatabaseUrl: {DATABASE_URL}\n",
        "chart/templates/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n"
        + "\n".join(f"  {n}: {{{{ .Values.{n} | quote }}}}" for n in KEYS) + "\n",
        "package.json": '{"name": "shop", "scripts": {' + ",".join(f'"{n}": "{n.upper()}={v} node ."' for n, v in KEYS.items())
        + f'}}, "repository": "{BASIC_URL}"}}\n',
        "appsettings.json": f'{{"ConnectionStrings": {{"Default": "Server=db;User Id=sa;Password={STATE_PASSWORD};"}}}}\n',
        "notebooks/look.ipynb": '{"cells": [{"cell_type": "code", "source": ["key = \\"'
        + KEYS["openai_api_key"] + '\\""], "outputs": [], "metadata": {}, "execution_count": null}], "metadata": {},'
        ' "nbformat": 4, "nbformat_minor": 5}\n',
        "pom.xml": "<project><properties>\n" + _lines("<{name}>{value}</{name}>") + "\n</properties></project>\n",
        "openapi.yaml": "openapi: 3.0.0\ninfo: {title: a, version: '1'}\npaths:\n  /login:\n    post:\n      requestBody:\n"
        f"        content: {{application/json: {{example: {{password: {KEYS['db_password']}, token: {KEYS['auth_token']}}}}}}}\n",
    }  # fmt: skip
