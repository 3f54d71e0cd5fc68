"""Fall-backs of secrets in scripts: those that production runs count."""

from __future__ import annotations

import pytest
from conftest import Look

SCRIPT = '#!/bin/sh\nset -e\nexport JWT_SECRET="${JWT_SECRET:-s3same-kept}"\nexec java -jar /app.jar\n'
IMAGE = 'FROM eclipse-temurin:21\nCOPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n'


def test_an_entry_point_that_makes_up_a_secret(look: Look) -> None:
    assert look("CFG-003", {"Dockerfile": IMAGE, "run.sh": SCRIPT}).failed == ["run.sh:3"]


def test_a_service_script_of_windows_that_makes_up_a_password(look: Look) -> None:
    text = 'if (-not $env:DB_PASSWORD) { $env:DB_PASSWORD = "library-live" }\n'

    assert look("CFG-003", {"ops/install-service.ps1": text}).failed == ["ops/install-service.ps1:1"]


@pytest.mark.parametrize("name", ["dev/start.sh", "scripts/local.sh", "other.sh"])
def test_a_script_that_production_does_not_run(look: Look, name: str) -> None:
    assert look("CFG-003", {name: SCRIPT}).failed == []


def test_the_name_of_a_secret_of_the_cluster_is_none(look: Look) -> None:
    text = '#!/bin/sh\nset -e\nkubectl get secret "${DB_SECRET:-library-db}"\n'

    assert look("CFG-003", {"ops/deploy.sh": text}).failed == []
