"""Whether there is a pipeline that looks at every change, and whether it can run."""

from __future__ import annotations

from conftest import Look

PR = """
    name: CI
    on: [push, pull_request]
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - run: pytest
"""


def test_code_without_a_pipeline_is_named_once(look: Look) -> None:
    seen = look("DEL-001", {"app.py": "print(1)"})

    assert seen.failed == ["."]


def test_workflows_of_other_forges_count_and_one_of_comments_alone_is_none(look: Look) -> None:
    aside = "".join(f"# {line}\n" for line in PR.strip().splitlines())

    assert look("DEL-001", {".gitea/other/ci.yml": PR, "app.py": "x = 1"}).failed == ["."]
    assert look("DEL-001", {".forgejo/workflows/ci.yml": aside, "app.py": "x = 1"}).failed == ["."]
    assert look("DEL-017", {".forgejo/workflows/ci.yml": aside, "app.py": "x = 1"}).failed == []
    assert look("DEL-001", {".gitea/workflows/ci.yml": PR, "app.py": "x = 1"}).passed == [".gitea/workflows/ci.yml:8"]


def test_a_folder_of_documents_needs_no_pipeline(look: Look) -> None:
    assert look("DEL-001", {"README.md": "# Notes"}).outcomes == ["not_applicable"]


def test_a_pipeline_that_tests_pull_requests_holds(look: Look) -> None:
    seen = look("DEL-001", {".github/workflows/ci.yml": PR, "app.py": ""})

    assert seen.passed == [".github/workflows/ci.yml:8"]


def test_tests_behind_a_package_script_count(look: Look) -> None:
    workflow = PR.replace("pytest", "npm run check")
    manifest = '{"scripts": {"check": "vitest run"}}'

    seen = look("DEL-001", {".github/workflows/ci.yml": workflow, "package.json": manifest})

    assert seen.outcomes == ["pass"]


def test_a_pipeline_after_the_merge_holds_in_part(look: Look) -> None:
    workflow = PR.replace("[push, pull_request]", "{push: {branches: [main]}}")

    assert look("DEL-001", {".github/workflows/ci.yml": workflow}).failed == [".github/workflows/ci.yml:2"]


def test_a_nightly_pipeline_alone_does_not_look_at_changes(look: Look) -> None:
    workflow = PR.replace("[push, pull_request]", "{schedule: [{cron: '0 3 * * *'}]}")

    assert look("DEL-001", {".github/workflows/ci.yml": workflow}).outcomes == ["fail"]


def test_a_need_that_is_no_job_is_found(look: Look) -> None:
    workflow = PR.replace("runs-on", "needs: build\n        runs-on")

    seen = look("DEL-017", {".github/workflows/ci.yml": workflow})

    assert seen.failed == [".github/workflows/ci.yml:5"]


def test_jobs_that_wait_for_each_other_are_found(look: Look) -> None:
    workflow = """
        on: push
        jobs:
          a: {runs-on: x, needs: b, steps: [{run: ls}]}
          b: {runs-on: x, needs: a, steps: [{run: ls}]}
    """

    seen = look("DEL-017", {".github/workflows/ci.yml": workflow})

    assert seen.failed == [".github/workflows/ci.yml:3", ".github/workflows/ci.yml:4"]


def test_a_result_of_a_job_that_is_not_needed_is_empty(look: Look) -> None:
    workflow = PR.replace("run: pytest", "run: pytest ${{ needs.build.outputs.tag }}")

    seen = look("DEL-017", {".github/workflows/ci.yml": workflow})

    assert seen.failed == [".github/workflows/ci.yml:8"]
    assert "needs.build" in seen.text


def test_the_output_of_a_step_with_that_id_is_known(look: Look) -> None:
    workflow = """
        on: push
        jobs:
          a:
            runs-on: x
            steps:
              - {id: tag, run: ls}
              - run: echo ${{ steps.tag.outputs.x }}
    """

    assert look("DEL-017", {".github/workflows/ci.yml": workflow}).outcomes == ["pass"]


def test_an_empty_value_that_is_only_printed_is_slight(look: Look) -> None:
    workflow = PR.replace("run: pytest", "run: echo built ${{ steps.vars.outputs.tag }}")
    printed = look("DEL-017", {".github/workflows/ci.yml": workflow})
    kept = look("DEL-017", {".github/workflows/ci.yml": workflow.replace("tag }}", "tag }} >> $GITHUB_ENV")})

    assert [str(f.severity) for f in printed.findings] == ["low"]
    assert [str(f.severity) for f in kept.findings] == ["high"]


def test_a_workflow_that_follows_an_unknown_name_never_runs(look: Look) -> None:
    workflow = PR.replace("[push, pull_request]", "{workflow_run: {workflows: [Tests]}}")

    assert "never runs" in look("DEL-017", {".github/workflows/ci.yml": workflow}).text


def test_a_broken_file_is_a_finding(look: Look) -> None:
    assert look("DEL-017", {".github/workflows/ci.yml": "jobs: [unclosed"}).outcomes == ["fail"]


def test_a_job_without_a_limit_is_named(look: Look) -> None:
    assert look("DEL-014", {".github/workflows/ci.yml": PR}).failed == [".github/workflows/ci.yml:4"]


def test_a_limit_on_the_job_holds(look: Look) -> None:
    workflow = PR.replace("runs-on", "timeout-minutes: 10\n        runs-on")

    assert look("DEL-014", {".github/workflows/ci.yml": workflow}).outcomes == ["pass"]


def test_deploys_of_two_pushes_overlap(look: Look) -> None:
    workflow = PR.replace("pytest", "kubectl apply -f k8s").replace("test:", "deploy:")
    held = workflow.replace("jobs:", "concurrency: deploy\n    jobs:")

    assert look("DEL-022", {".github/workflows/ci.yml": workflow}).failed == [".github/workflows/ci.yml:8"]
    assert look("DEL-022", {".github/workflows/ci.yml": held}).outcomes == ["pass"]


def test_scripts_around_images_of_others_need_no_build(look: Look) -> None:
    lint = "on: [pull_request]\njobs:\n  lint:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: shellcheck run.sh\n"
    files = {".github/workflows/lint.yml": lint, "run.sh": "#!/bin/sh\ndocker compose up\n"}

    assert [f.severity for f in look("DEL-001", files).findings] == ["low"]
    assert [f.severity for f in look("DEL-001", {**files, "scripts/serve.py": "x = 1\n"}).findings] == ["low"]
    assert [f.severity for f in look("DEL-001", {**files, "app.py": "x = 1\n"}).findings] == ["high"]


def test_a_server_for_pipelines_that_is_named_leaves_open_what_it_does(look: Look) -> None:
    app, readme = {"app.py": "x = 1\n"}, {"README.md": "# Shop\n\nConcourse runs the tests of each change.\n"}

    assert look("DEL-001", {**app, "README.md": "# Shop\n\nRun the tests by hand.\n"}).failed == ["."]
    assert look("DEL-001", {**app, **readme}).unknown == ["README.md:3"]
    looks = PR.replace("run: pytest", "uses: actions/dependency-review-action@v4")
    assert [str(f.severity) for f in look("DEL-001", {**app, ".github/workflows/ci.yml": looks}).findings] == ["medium"]


def test_folders_of_another_branch_are_not_looked_up_in_this_one(look: Look) -> None:
    steps = PR.replace("- run: pytest", "- run: ./qa/run.sh")
    branch = steps.replace("actions/checkout@v4", "actions/checkout@v4\n            with: {ref: qa-scripts}")

    assert look("DEL-002", {".github/workflows/ci.yml": steps}).failed
    assert look("DEL-002", {".github/workflows/ci.yml": branch}).failed == []
