"""Releases that meet a few users first, features that can be turned off, and what pipelines keep."""

from __future__ import annotations

from conftest import Look

SERVICE = {
    "package.json": '{"name": "api", "dependencies": {"express": "4"%s}}',
    "server.js": 'const express = require("express");\nconst app = express();\napp.get("/", (q, r) => r.end());\n%s\napp.listen(80);\n',
    "Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "server.js"]\n',
    ".github/workflows/deploy.yml": """
        on: {push: {branches: [main]}}
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - run: kubectl apply -f k8s/
    """,
}


def service(dependency: str = "", code: str = "", **more: str) -> dict[str, str]:
    files = {**SERVICE, "package.json": SERVICE["package.json"] % dependency, "server.js": SERVICE["server.js"] % code}
    return {**files, **more}


def rollout(strategy: str) -> dict[str, str]:
    text = f"apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {{name: api}}\nspec:\n  strategy:\n    {strategy}\n"
    return {"k8s/rollout.yaml": text}


def test_a_deploy_to_all_at_once_is_told_and_a_canary_holds(look: Look) -> None:
    assert look("DEL-061", service()).failed == [".github/workflows/deploy.yml:7"]
    steps = look("DEL-061", {**service(), **rollout("canary: {steps: [{setWeight: 10}]}")})
    assert (steps.failed, steps.passed) == ([], ["k8s/rollout.yaml:6"])


def test_a_rollout_without_steps_is_no_canary(look: Look) -> None:
    assert look("DEL-061", rollout("canary: {}")).outcomes == ["partial"]


def test_two_stacks_in_a_compose_file_can_be_switched(look: Look) -> None:
    compose = "services:\n  api-blue: {image: api:1}\n  api-green: {image: api:2}\n"

    assert look("DEL-061", {"docker-compose.prod.yml": compose}).passed == ["docker-compose.prod.yml"]


def test_a_flag_that_code_asks_holds_and_a_library_that_nothing_asks_does_not(look: Look) -> None:
    asked = service(', "unleash-client": "6"', 'if (unleash.isEnabled("new-checkout")) start();')

    assert look("DEL-062", asked).passed == ["server.js:4"]
    unused = look("DEL-062", service(', "unleash-client": "6"', '// unleash.isEnabled("new-checkout")'))
    assert (unused.outcomes, unused.failed) == (["partial"], ["package.json:1"])
    assert look("DEL-062", service()).failed == ["."]


def test_an_install_without_a_cache_is_told_once_per_pipeline(look: Look) -> None:
    job = "{runs-on: ubuntu-latest, steps: [{uses: actions/setup-node@v4%s}, {run: npm ci}]}"
    text = "on: push\njobs:\n  a: %s\n  b: %s\n"
    bare, kept = job % "", job % ", with: {cache: npm}"

    assert look("DEL-064", {".github/workflows/ci.yml": text % (bare, bare)}).failed == [".github/workflows/ci.yml:3"]
    assert look("DEL-064", {".github/workflows/ci.yml": text % (kept, kept)}).outcomes == ["pass"]
