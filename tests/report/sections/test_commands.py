"""Commands of a project stand where they may be pasted: nothing that takes away among those that deploy."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.project import Project
from kit.report.blocks import Excerpt, Table
from kit.report.sections.commands import recovery, targets, tasks
from kit.report.sections.inventory import deployments
from kit.report.sections.material import Material
from kit.report.styles import build_document
from tests.findings import assess
from tests.report.test_styles import told, words

FILES = {
    "Makefile": "deploy:\n\tkubectl apply -k k8s/overlays/production\n\nundeploy:\n\tkubectl delete -k k8s\n\n"
    "up:\n\tdocker compose up\n\ndb-reset:\n\tdropdb shop\n",
    "package.json": '{"name": "shop", "scripts": {"migrate": "prisma migrate deploy", "migrate:undo": "x", '
    '"deploy:rollback": "x"}}',
    "ops/backup.sh": "#!/bin/sh\npg_dump shop\n",
    "ops/backup-restore.sh": "#!/bin/sh\npg_restore\n",
    "ops/verify-restore.sh": "#!/bin/sh\npg_restore\n",
    "k8s/base/kustomization.yaml": "resources: [api.yaml]\n",
    "k8s/base/api.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: "
    "{containers: [{name: api, image: 'api:1'}]}}}\n",
    "k8s/overlays/staging/kustomization.yaml": "resources: [../../base]\n",
    "k8s/overlays/production/kustomization.yaml": "resources: [../../base]\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return Project(tmp_path)


def test_what_takes_something_back_is_a_command_for_recovery_only(project: Project) -> None:
    shown = [*tasks(project, "build", "check", "deploy", "stage", "verify", "backup", "migrate", "start")]

    assert sorted(shown) == ["./ops/backup.sh", "make deploy", "make up", "npm run migrate"]
    assert sorted(tasks(project, "recover")) == [
        "./ops/backup-restore.sh",
        "./ops/verify-restore.sh",
        "npm run deploy:rollback",
        "npm run migrate:undo",
    ]


def test_a_restore_stands_with_incidents_and_staging_has_the_overlay_of_its_own(project: Project) -> None:
    made = build_document(Material(assess(), project), "audit")

    assert "restore" not in words(told(made, "Quick start commands"))
    assert "kubectl apply -k k8s/overlays/staging" in words(told(made, "Staging deployment"))
    assert "./ops/backup-restore.sh" in words(told(made, "Incident response"))


def test_the_last_phase_of_validation_deploys_and_takes_nothing_away(project: Project) -> None:
    made = build_document(Material(assess(), project), "validation")

    live = words(told(made, "Phase 4: production deployment"))
    assert "make deploy" in live
    assert [word for word in ("restore", "undo", "rollback", "reset", "make up") if word in live] == []
    assert "./ops/backup-restore.sh" in words(told(made, "Emergency contacts"))


def test_a_project_that_brings_nothing_back_has_no_such_block(tmp_path: Path) -> None:
    assert recovery(Project(tmp_path)) is None


def test_commands_of_recovery_stand_under_a_warning(project: Project) -> None:
    block = recovery(project)

    assert isinstance(block, Excerpt)
    assert "may overwrite" in block.caption


def test_compose_files_of_tests_start_no_environment(tmp_path: Path) -> None:
    for name in ("docker-compose.yml", "cypress/docker-compose.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("services: {web: {build: .}}\n")

    assert [*targets(Project(tmp_path), ["compose"], ["unknown"])] == [
        "docker compose -f docker-compose.yml up -d --build"
    ]


def test_a_compose_file_is_started_with_those_that_it_is_put_over(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text("services:\n  api:\n    image: acme/api:1\n")
    (tmp_path / "compose.prod.yml").write_text("services:\n  api:\n    restart: always\n")

    assert [*targets(Project(tmp_path), ["compose"], ["production"])] == [
        "docker compose -f compose.yml -f compose.prod.yml up -d --build"
    ]


def test_what_never_ends_or_writes_is_no_validation(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(
        '{"name": "shop", "scripts": {"test": "vitest run", "test:watch": "vitest", "unit": "jest --watch", '
        '"lint": "biome lint .", "check": "biome check --write", "lint:fix": "x", "check-format": "prettier --check .", '
        '"e2e:open": "x", "check:ci": "jest --watch=false", "dev": "next dev --watch"}}'
    )
    (tmp_path / "Makefile").write_text("test:\n\tpytest\n\ntest-tidy:\n\truff check --fix .\n")
    project = Project(tmp_path)

    assert sorted(tasks(project, "check", "verify")) == [
        "make test",
        "npm run check-format",
        "npm run check:ci",
        "npm run lint",
        "npm run test",
    ]
    assert [*tasks(project, "start")] == ["npm run dev"], "what is started may watch"


def test_a_skaffold_file_starts_and_deploys(tmp_path: Path) -> None:
    for path in ("skaffold.yaml", "shop/skaffold.yaml", "examples/skaffold.yaml"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("apiVersion: skaffold/v4beta11\nkind: Config\n")
    project = Project(tmp_path)

    assert [*tasks(project, "deploy")] == ["skaffold run", "skaffold run -f shop/skaffold.yaml"]
    assert [*tasks(project, "start")] == ["skaffold dev", "skaffold dev -f shop/skaffold.yaml"]


def test_a_compose_file_that_names_no_environment_is_started_for_production_as_it_is_judged(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text("services: {web: {build: ., restart: always}}\n")
    (tmp_path / "netlify.toml").write_text('[build]\npublish = "out"\n')
    made = build_document(Material(assess(), Project(tmp_path)), "audit")

    assert "docker compose" not in words(told(made, "Development setup"))
    assert "docker compose -f docker-compose.yml up" in words(told(made, "Production deployment"))


def test_what_compose_runs_is_counted_in_compose_files(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text("services: {web: {build: ., restart: always}}\n")
    (tmp_path / "netlify.toml").write_text('[build]\npublish = "out"\n')

    table = deployments(Material(assess(), Project(tmp_path)), ("compose",))

    assert isinstance(table, Table)
    assert table.caption == "1 service in 1 compose file"
