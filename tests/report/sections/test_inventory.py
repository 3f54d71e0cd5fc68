"""What is in place, as tables: who asks instances whether they are well, and what files declare or run."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.project import Project
from kit.report.blocks import Mark, Table
from kit.report.sections.inventory import deployments, manifest_files
from kit.report.sections.material import Material
from kit.report.views import recovery
from tests.findings import assess

HEALTH = "FROM node:22\nHEALTHCHECK CMD wget -q localhost\nCMD node x.js\n"


def project(folder: Path, **files: str) -> Project:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Project(folder)


@pytest.mark.parametrize(
    ("dockerfile", "more", "said"),
    [
        (HEALTH, "", Mark("pass", "in the image")),
        (HEALTH, "    healthcheck: {disable: true}\n", Mark("partial", "none")),
        ("FROM node:22\nCMD node x.js\n", "", Mark("partial", "none")),
        ("FROM node:22\n", '    healthcheck: {test: ["CMD", "true"]}\n', Mark("pass", "1 probe")),
    ],
)
def test_docker_asks_by_the_image_where_compose_says_nothing(
    dockerfile: str, more: str, said: Mark, tmp_path: Path
) -> None:
    compose = f"services:\n  api:\n    build: ./api\n{more}"
    found = project(tmp_path, **{"compose.yaml": compose, "api/Dockerfile": dockerfile})

    table = deployments(Material(assess(), found), ("compose",))

    assert isinstance(table, Table)
    assert table.rows[0][3] == said


def test_a_manifest_file_is_told_by_all_that_it_declares(tmp_path: Path) -> None:
    both = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"

    assert list(manifest_files(project(tmp_path, **{"k8s/a.yaml": both}))) == [("k8s/a.yaml", "Service, ConfigMap")]


def test_only_what_is_a_program_is_asked_who_runs_it(tmp_path: Path) -> None:
    files = {"ops/backup.env": "A=1\n", "ops/backup.sh": "#!/bin/sh\npg_dump shop\n", "ops/restore.py": "print(1)\n"}

    (table,) = recovery.material(project(tmp_path, **files)).blocks

    assert isinstance(table, Table)
    assert [row[2] for row in table.rows] == [
        Mark("not_applicable", "no program"),
        Mark("unknown", "nothing by the clock"),
        Mark("unknown", "nothing by the clock"),
    ]
