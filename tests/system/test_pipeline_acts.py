"""What pipelines do, and what has to succeed before."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.project import Project
from kit.system.pipeline_acts import Pipeline, is_preview, pipelines, waits_for_success

WORKFLOW = """
on: push
jobs:
  test: {runs-on: x, steps: [{run: pytest}]}
  pack: {runs-on: x, needs: test, steps: [{run: docker build -t a .}]}
  ship: {runs-on: x, needs: pack, if: always(), steps: [{run: kubectl apply -f k8s}]}
"""


def pipeline(root: Path, text: str, name: str = ".github/workflows/ci.yml") -> tuple[Project, Pipeline]:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, "utf-8")
    project = Project(root)
    return project, pipelines(project)[0]


def test_acts_have_purpose_job_and_place(tmp_path: Path) -> None:
    _, found = pipeline(tmp_path, WORKFLOW)

    assert [(a.purpose, a.job.id, a.at.line) for a in found.acts] == [
        ("test", "test", 4),
        ("build", "pack", 5),
        ("deploy", "ship", 6),
    ]


def test_needs_are_followed_all_the_way(tmp_path: Path) -> None:
    _, found = pipeline(tmp_path, WORKFLOW)

    assert found.before["ship"] == {"pack", "test"}
    assert [waits_for_success(job) for job in found.workflow.jobs] == [True, True, False]


def test_a_cluster_of_ones_own_is_no_deploy(tmp_path: Path) -> None:
    _, found = pipeline(tmp_path, WORKFLOW.replace("kubectl", "kind create cluster && kubectl"))

    assert found.of("deploy") == ()


def test_stages_of_gitlab_come_one_after_the_other(tmp_path: Path) -> None:
    text = "stages: [a, b]\none: {stage: a, script: [pytest]}\ntwo: {stage: b, script: [ls]}\n"
    _, found = pipeline(tmp_path, text, ".gitlab-ci.yml")

    assert found.before["two"] == {"one"}


def test_a_preview_is_no_release(tmp_path: Path) -> None:
    project, found = pipeline(tmp_path, WORKFLOW.replace("ship:", "preview:"))

    assert is_preview(project, found, found.workflow.jobs[2])


def test_a_job_that_starts_a_cluster_tries_the_change_on_it(tmp_path: Path) -> None:
    steps = "[{uses: helm/kind-action@v1}, {run: kubectl apply -k deploy}, {run: kubectl wait deploy/api}]"
    _, found = pipeline(tmp_path, f"on: push\njobs:\n  a: {{runs-on: x, steps: {steps}}}\n")

    assert {a.purpose for a in found.acts} == {"try", "verify"}


def test_a_script_that_is_called_test_tests_whatever_program_of_its_own_it_starts(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"scripts": {"test": "node check/all.mjs", "serve": "node server.mjs"}}')
    steps = "[{run: npm test}, {run: npm run serve}, {run: node check/all.mjs}]"

    _, found = pipeline(tmp_path, f"on: push\njobs:\n  a: {{runs-on: x, steps: {steps}}}\n")

    assert [(a.purpose, a.at.line, a.words) for a in found.acts] == [("test", 3, "npm test")]


@pytest.mark.parametrize(
    ("lines", "deploys"),
    [
        (["sudo systemctl stop api", "sudo cp api /opt/api/api", "sudo systemctl start api"], [5]),
        (["rsync -a dist/ /srv/app/", "pm2 restart app"], [4]),
        (["systemctl start postgresql", "cp .env.example .env", "go test ./..."], []),
        (["cp .env.example .env", "systemctl restart postgresql"], []),
        (["cp app.conf /etc/app/", "systemctl start app"], []),
        (["systemctl restart app"], []),
    ],
)
def test_files_put_in_place_and_a_service_started_anew_are_a_deploy(
    tmp_path: Path, lines: list[str], deploys: list[int]
) -> None:
    script = "".join(f"    - {line}\n" for line in lines)
    _, found = pipeline(tmp_path, f"ship:\n  script:\n{script}", ".gitlab-ci.yml")
    _, hosted = pipeline(tmp_path / "hosted", f"ship:\n  image: alpine\n  script:\n{script}", ".gitlab-ci.yml")

    assert [act.at.line for act in found.of("deploy")] == deploys
    assert hosted.of("deploy") == ()
