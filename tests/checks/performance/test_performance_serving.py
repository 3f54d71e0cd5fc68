"""What serves the requests, and with how much behind it."""

from __future__ import annotations

import pytest
from conftest import Look

COMPOSE = "services:\n  api:\n    build: .\n    restart: always\n    ports: ['3000:3000']\n"
NODE = {
    "package.json": '{"name": "api", "scripts": {"dev": "next dev", "start": "node server.js"}, "dependencies": {"express": "5.0.0"}}',
    "server.js": 'import express from "express";\nconst app = express();\napp.get("/a", (req, res) => res.json([]));\napp.listen(3000);\n',
    "docker-compose.prod.yml": COMPOSE,
}


def test_a_development_server_behind_a_script_is_found(look: Look) -> None:
    files = {**NODE, "Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["npm", "run", "dev"]\n'}
    assert look("PRF-005", files).failed == ["Dockerfile:3"]
    files["Dockerfile"] = 'FROM node:22\nCOPY . .\nCMD ["npm", "start"]\n'
    assert look("PRF-005", files).passed == ["Dockerfile:3"]


@pytest.mark.parametrize(
    "command",
    [
        "flask run --host 0.0.0.0",
        "python manage.py runserver 0.0.0.0:8000",
        "uvicorn a:app --reload",
        "npx vite",
        "nodemon server.js",
        "webpack serve",
    ],
)
def test_development_servers_are_known_by_their_commands(look: Look, command: str) -> None:
    files = {**NODE, "Dockerfile": "FROM node:22\n", "docker-compose.prod.yml": f"{COMPOSE}    command: {command}\n"}
    assert look("PRF-005", files).failed == ["docker-compose.prod.yml:6"]


@pytest.mark.parametrize(
    "command", ["vite build", "gunicorn app:app", "next start", "uvicorn a:app", "node dist/nodemon-report.js"]
)
def test_production_servers_are_not_mistaken(look: Look, command: str) -> None:
    files = {**NODE, "Dockerfile": "FROM node:22\n", "docker-compose.prod.yml": f"{COMPOSE}    command: {command}\n"}
    assert look("PRF-005", files).failed == []


def test_a_stage_for_developers_starts_no_production(look: Look) -> None:
    image = 'FROM node:22 AS {}\nCOPY . .\nCMD ["npm", "run", "dev"]\n{}'
    final = 'FROM node:22 AS prod\nCMD ["npm", "start"]\n'
    stage = COMPOSE.replace("build: .", "build: {context: ., target: debug}")
    told = {**NODE, "docker-compose.prod.yml": stage}

    assert look("PRF-005", {**told, "Dockerfile": image.format("debug", final)}).failed == []
    assert look("PRF-005", {**NODE, "Dockerfile": image.format("runtime", "")}).failed == ["Dockerfile:3"]


def test_a_development_compose_file_may_reload(look: Look) -> None:
    files = {
        **NODE,
        "Dockerfile": 'FROM node:22\nCMD ["npm", "start"]\n',
        "docker-compose.dev.yml": f"{COMPOSE}    command: npm run dev\n",
    }
    assert look("PRF-005", files).failed == []


def test_a_flask_file_that_is_run_by_its_name_serves_in_development_mode(look: Look) -> None:
    files = {
        "requirements.txt": "flask==3.0.0\n",
        "app.py": 'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route("/a")\ndef a():\n    return "a"\n\n\nif __name__ == "__main__":\n    app.run(host="0.0.0.0")\n',
        "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["python", "app.py"]\n',
        "docker-compose.prod.yml": COMPOSE,
    }
    assert look("PRF-005", files).failed == ["Dockerfile:3"]
    assert look("PRF-006", files).outcomes == ["not_applicable"]
    files["Dockerfile"] = 'FROM python:3.12\nCOPY . .\nCMD ["gunicorn", "app:app"]\n'
    assert look("PRF-006", files).failed == ["Dockerfile:3"]
    copies = {**files, "docker-compose.prod.yml": "services:\n  api:\n    build: .\n    deploy: {replicas: 3}\n"}
    seen = look("PRF-006", copies)
    assert (seen.outcomes, "in each of several replicas" in seen.text) == (["partial"], True)
    files["Dockerfile"] = 'FROM python:3.12\nCOPY . .\nCMD ["gunicorn", "-w", "4", "app:app"]\n'
    assert look("PRF-006", files).passed == ["Dockerfile:3"]


DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers: [{name: api, image: "shop/api:1.0.0"}]
"""
HPA = """
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
  minReplicas: 2
  maxReplicas: 8
"""


def test_a_fixed_number_of_copies_is_found_and_an_autoscaler_holds(look: Look) -> None:
    files = {f"api/{k}": v for k, v in NODE.items() if not k.startswith("docker")} | {
        "api/Dockerfile": "FROM node:22\n"
    }
    assert look("PRF-004", {**files, "k8s/production/api.yaml": DEPLOYMENT}).outcomes == ["fail"]
    assert look("PRF-004", {**files, "k8s/production/api.yaml": DEPLOYMENT + HPA}).outcomes == ["pass"]


def test_files_want_compression_and_a_lifetime(look: Look) -> None:
    server = "server {\n  listen 80;\n  root /srv;\n  location / { try_files $uri /index.html; }\n}\n"
    assert look("PRF-008", {"nginx/default.conf": server}).outcomes == ["partial"]
    assert look(
        "PRF-008", {"nginx/default.conf": server.replace("root", "gzip on;\n  expires 1h;\n  root")}
    ).outcomes == ["pass"]


def test_pools_times_copies_must_fit_the_database(look: Look) -> None:
    pool = 'import pg from "pg";\nexport const pool = new pg.Pool({ max: 60 });\n'
    files = {
        **NODE,
        "package.json": NODE["package.json"].replace('"express"', '"pg": "8.0.0", "express"'),
        "db.js": pool,
        "Dockerfile": "FROM node:22\n",
    }
    compose = "services:\n  api:\n    build: .\n    deploy: {replicas: %d}\n  db:\n    image: postgres:16\n    command: postgres -c max_connections=100\n"
    assert look("PRF-009", {**files, "docker-compose.prod.yml": compose % 3}).failed == ["db.js:2"]
    assert look("PRF-009", {**files, "docker-compose.prod.yml": compose % 1}).passed == ["db.js:2"]
