"""Package installs in images: what asks, what has no version, stale lists, caches that stay."""

from __future__ import annotations

import pytest
from conftest import Look

ASKS = {
    "apt-get": "apt-get install curl",
    "sudo": "sudo apt-get install curl",
    "exec form": '["apt-get", "install", "curl"]',
    "dnf": "set -e && dnf install nginx",
    "zypper": "zypper install nginx",
}
QUIET = {
    "option": "apt-get install -y curl",
    "long option": "apt-get install --assume-yes curl",
    "twice quiet": "apt-get -q -q install curl",
    "joined": "dnf install -vy nginx",
    "zypper": "zypper -n install nginx",
    "only lists": "apt-get update",
}


@pytest.mark.parametrize("command", ASKS.values(), ids=list(ASKS))
def test_an_install_that_asks_stops_the_build(look: Look, command: str) -> None:
    assert look("CON-040", {"Dockerfile": f"FROM debian:12.5\nRUN {command}\n"}).failed == ["Dockerfile:2"]


@pytest.mark.parametrize("command", QUIET.values(), ids=list(QUIET))
def test_an_install_that_agrees_beforehand_holds(look: Look, command: str) -> None:
    assert look("CON-040", {"Dockerfile": f"FROM debian:12.5\nRUN {command}\n"}).failed == []


@pytest.mark.parametrize(
    "command",
    [
        "pip install gunicorn",
        "npm install -g @angular/cli",
        "python -m pip install flask",
        "gem install bundler",
        "npm i pm2@latest",
    ],
)
def test_what_is_installed_by_name_has_a_version(look: Look, command: str) -> None:
    assert look("CON-041", {"Dockerfile": f"FROM debian:12.5\nRUN {command}\n"}).failed == ["Dockerfile:2"]


@pytest.mark.parametrize(
    "command",
    [
        "pip install gunicorn==22.0.0", "npm install -g @angular/cli@17.0.1", "pip install -r requirements.txt", "npm ci",
        "pip install --upgrade pip", "gem install bundler -v 2.5.6", "pip install .", "pnpm install --frozen-lockfile --filter @acme/api...", "yarn add left-pad@^1.3.0",
    ],
)  # fmt: skip
def test_versions_manifests_and_installers_hold(look: Look, command: str) -> None:
    assert look("CON-041", {"Dockerfile": f"FROM debian:12.5\nRUN {command}\n"}).failed == []


def test_lists_that_an_earlier_instruction_fetched_are_stale(look: Look) -> None:
    apart = "FROM debian:12.5\nRUN apt-get update\nRUN apt-get install -y curl\n"
    together = "FROM debian:12.5\nRUN apt-get update && apt-get install -y curl\n"

    assert look("CON-042", {"Dockerfile": apart}).failed == ["Dockerfile:3"]
    assert look("CON-042", {"Dockerfile": together}).passed == ["Dockerfile:2"]


def test_the_caches_of_dnf_and_pip_are_not_left_in_layers(look: Look) -> None:
    dirty = "FROM fedora:40\nRUN dnf install -y nginx\nRUN pip install flask==3.0.0\n"
    clean = "FROM fedora:40\nRUN dnf install -y nginx && dnf clean all\nRUN pip install --no-cache-dir flask==3.0.0\n"

    assert look("CON-018", {"Dockerfile": dirty}).failed == ["Dockerfile:2", "Dockerfile:3"]
    assert look("CON-018", {"Dockerfile": clean}).failed == []
    assert (
        look("CON-018", {"Dockerfile": "FROM python:3.12\nENV PIP_NO_CACHE_DIR=1\nRUN pip install x==1\n"}).failed == []
    )


def test_one_package_alone_may_come_in_without_a_question(look: Look) -> None:
    one = look("CON-040", {"Dockerfile": "FROM debian:12.5\nRUN apt-get install unzip\n"})
    two = look("CON-040", {"Dockerfile": "FROM debian:12.5\nRUN apt-get install unzip git\n"})

    assert [str(f.severity) for f in (*one.findings, *two.findings)] == ["low", "high"]
