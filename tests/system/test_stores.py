"""Stores that manifests run, that Terraform makes, and that only code knows of."""

from __future__ import annotations

import pytest
from writing import Write


@pytest.mark.parametrize(
    ("volume", "persistent"),
    [
        ("data:/var/lib/postgresql/data", True),
        ("./init.sql:/docker-entrypoint-initdb.d/init.sql", False),
    ],
)
def test_a_store_lasts_where_its_data_is_on_a_volume(project_of: Write, volume: str, persistent: bool) -> None:
    text = f"services:\n  db:\n    image: postgres:16\n    volumes: ['{volume}']\nvolumes: {{data: {{}}}}\n"

    (store,) = project_of({"compose.yml": text}).system.stores

    assert (store.engine, store.persistent, store.managed) == ("postgres", persistent, False)


def test_a_managed_database_of_terraform_is_a_store(project_of: Write) -> None:
    text = """
        resource "aws_db_instance" "main" {
          engine = "postgres"
        }
        resource "aws_s3_bucket" "files" {}
        resource "google_storage_bucket" "shots" {}
        resource "azurerm_storage_account" "papers" {}
        resource "aws_vpc" "net" {}
        """

    stores = project_of({"infra/main.tf": text}).system.stores

    assert [(s.engine, s.name, s.managed, str(s.at)) for s in stores] == [
        ("postgres", "main", True, "infra/main.tf:1"),
        ("s3", "files", True, "infra/main.tf:4"),
        ("gcs", "shots", True, "infra/main.tf:5"),
        ("azure-blob", "papers", True, "infra/main.tf:6"),
    ]


def test_an_engine_that_only_code_speaks_to_is_run_by_somebody_else(project_of: Write) -> None:
    system = project_of(
        {
            "Dockerfile": "FROM python:3.12\nCOPY . .\n",
            "requirements.txt": "redis==5\n",
            "app.py": "import redis\nclient = redis.Redis.from_url(URL)\n",
        }
    ).system

    assert [(s.engine, s.name, s.managed) for s in system.stores] == [("redis", "Redis", True)]
    assert [s.engine for s in system.services[0].stores] == ["redis"]


def test_a_job_that_takes_the_image_of_a_store_is_its_client(project_of: Write) -> None:
    text = """
        apiVersion: batch/v1
        kind: CronJob
        metadata: { name: purge }
        spec:
          schedule: "30 2 * * *"
          jobTemplate:
            spec:
              template:
                spec:
                  containers: [{ name: purge, image: "postgres:16", command: [psql] }]
        """

    assert project_of({"k8s/purge.yaml": text}).system.stores == ()
