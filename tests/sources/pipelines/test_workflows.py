"""Pipelines as jobs, steps and commands that know their place."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.documents import Documents
from kit.sources.papers.references import references
from kit.sources.pipelines import outline, workflows
from kit.sources.pipelines.github import parse as parse_github
from kit.sources.pipelines.gitlab import parse as parse_gitlab
from kit.sources.pipelines.model import Workflow
from kit.sources.tree.files import FileIndex


def found(root: Path, **texts: str) -> dict[str, Workflow]:
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    files = FileIndex.of(root)
    return {w.path: w for w in workflows.find(files, Documents(files))}


CI = """\
    name: CI
    on:
      push: {branches: [main]}
      schedule: [{cron: "0 3 * * *"}]
    permissions: {contents: read}
    env: {APP: api}
    defaults: {run: {working-directory: web}}
    jobs:
      test:
        runs-on: [self-hosted, linux]
        timeout-minutes: 5
        continue-on-error: true
        steps:
          - uses: actions/checkout@v4
          - name: Test
            if: always()
            run: |
              npm ci

              cd $APP && npm test || true
          - run: npm run "${{ inputs.x }}"
            working-directory: .
            env: {A: 1}
      deploy:
        needs: test
        environment: {name: production}
        uses: ./.github/workflows/deploy.yml
      elsewhere:
        runs-on: ubuntu-latest
        needs: [gone]
        steps:
          - run: bash x.sh
    """


def test_a_workflow_has_its_jobs_steps_and_commands(tmp_path: Path) -> None:
    deploy = "on: workflow_call\njobs:\n  go:\n    runs-on: x\n    steps: [{run: make deploy}]\n"
    ci = found(tmp_path, **{".github/workflows/ci.yml": CI, ".github/workflows/deploy.yml": deploy})[
        ".github/workflows/ci.yml"
    ]
    test = ci.jobs[0]

    assert (ci.name, ci.triggers, ci.schedules[0][0]) == ("CI", ("push", "schedule"), "0 3 * * *")
    assert (test.runs_on, test.continue_on_error, test.timeout and test.timeout.data) == (
        ("self-hosted", "linux"),
        True,
        5,
    )
    assert [(c.program, c.directory, c.at.line, c.guarded) for c in test.steps[1].commands] == [
        ("npm", "web", 18, False),
        ("cd", "web", 20, True),
        ("npm", "web/api", 20, True),
        ("true", "web/api", 20, False),
    ]
    assert (test.steps[1].condition, test.steps[2].directory) == ("always()", ".")
    assert (ci.jobs[1].environment, ci.jobs[1].local, ci.jobs[1].needs) == (
        "production",
        ".github/workflows/deploy.yml",
        ("test",),
    )
    assert [c.program for c in ci.jobs[1].commands] == ["make"]
    assert [p.message for p in ci.problems] == ["job elsewhere needs gone, which is no job"]


def test_a_job_without_a_checkout_has_no_files() -> None:
    workflow = parse_github(dedent(CI), ".github/workflows/ci.yml")

    assert workflow.jobs[2].checks_out is False
    assert references(workflow.jobs[2].commands[0]) == ()


def test_a_checkout_elsewhere_is_followed() -> None:
    text = """\
        jobs:
          a:
            steps:
              - uses: actions/checkout@v4
                with: {path: own}
              - uses: actions/checkout@v4
                with: {path: other, repository: x/y}
              - {run: ls, working-directory: own/api}
              - {run: ls, working-directory: other}
              - {run: ls}
        """
    steps = parse_github(dedent(text), "ci.yml").jobs[0].steps

    assert [s.directory for s in steps[2:]] == ["api", None, None]


def test_composite_actions_of_the_project_are_taken_in(tmp_path: Path) -> None:
    text = """\
        jobs:
          a:
            steps:
              - uses: actions/checkout@v4
              - uses: ./.github/actions/setup
              - uses: ./.github/actions/gone
        """
    action = """\
        runs:
          using: composite
          steps:
            - shell: bash
              run: python ${{ github.action_path }}/x.py | tee log
        """
    workflow = found(tmp_path, **{".github/workflows/a.yml": text, ".github/actions/setup/action.yml": action})[
        ".github/workflows/a.yml"
    ]
    command = workflow.jobs[0].commands[0]

    assert command.args == ("//.github/actions/setup/x.py",)
    assert not command.piped
    assert command.at.path == ".github/actions/setup/action.yml"
    assert [p.message for p in workflow.problems] == ["uses ./.github/actions/gone, which is no action of the project"]


def test_an_action_works_where_its_inputs_say(tmp_path: Path) -> None:
    text = """\
        jobs:
          a:
            steps:
              - uses: actions/checkout@v4
              - {uses: ./.github/actions/all, with: {place: services/api}}
        """
    outer = """\
        inputs: {place: {required: true}, extra: {default: docs}}
        runs:
          steps:
            - {uses: ./.github/actions/one, with: {where: "${{ inputs.place }}/tests"}}
            - {run: make, working-directory: "${{ inputs.extra }}"}
            - {run: make, working-directory: "${{ inputs.unknown }}"}
        """
    inner = """\
        inputs: {where: {default: .}}
        runs:
          steps: [{run: pytest, working-directory: "${{inputs.where}}"}]
        """
    files = {".github/actions/all/action.yml": outer, ".github/actions/one/action.yml": inner}
    workflow = found(tmp_path, **{".github/workflows/a.yml": text, **files})[".github/workflows/a.yml"]

    assert [c.directory for c in workflow.jobs[0].commands] == ["services/api/tests", "docs", None]


def test_other_shells_are_read_as_what_they_are() -> None:
    text = """\
        jobs:
          a:
            steps:
              - {uses: actions/checkout@v4}
              - {run: npm ci, shell: pwsh}
              - {run: print(1), shell: python}
        """
    steps = parse_github(dedent(text), "ci.yml").jobs[0].steps

    assert [[c.program for c in s.commands] for s in steps] == [[], ["npm"], []]


def test_a_broken_workflow_is_a_fact() -> None:
    assert parse_github("jobs: [", "ci.yml").error is not None
    assert parse_github("jobs: 1\non: 2", "ci.yml").jobs == ()


GITLAB = """\
    include:
      - local: /ci/*.yml
    stages: [test, deploy]
    default:
      image: node:20
      before_script: [npm ci]
    variables: {DIR: web}
    .base: &base
      tags: [fast]
      variables: {A: "1"}
    test:
      extends: [.base, .shared]
      variables: {B: "2"}
      script:
        - cd $DIR
        - - npm test || true
        - !reference [.shared, script]
    deploy:
      stage: deploy
      needs: [{job: test}, gone]
      environment: {name: production}
      when: manual
      script:
        - |
          ls
          kubectl apply -f k8s.yml
      after_script: [echo done]
    broken:
      extends: .gone
      script: ["x"]
    """
SHARED = """\
    .shared:
      retry: 1
      allow_failure: true
      script: [make shared]
    """


def test_gitlab_jobs_are_resolved(tmp_path: Path) -> None:
    pipeline = found(tmp_path, **{".gitlab-ci.yml": GITLAB, "ci/shared.yml": SHARED})[".gitlab-ci.yml"]
    test = pipeline.job("test")
    assert test is not None

    assert [j.id for j in pipeline.jobs] == ["test", "deploy", "broken"]
    assert (test.container, test.runs_on, test.continue_on_error, set(test.env)) == (
        "node:20",
        ("fast",),
        True,
        {"A", "B"},
    )
    assert [(c.program, c.directory, c.at.path, c.at.line) for c in test.commands] == [
        ("npm", ".", ".gitlab-ci.yml", 6),
        ("cd", ".", ".gitlab-ci.yml", 15),
        ("npm", "web", ".gitlab-ci.yml", 16),
        ("true", "web", ".gitlab-ci.yml", 16),
        ("make", "web", "ci/shared.yml", 4),
    ]
    assert pipeline.includes == ("ci/shared.yml",)


def test_gitlab_deployments_and_problems_are_told() -> None:
    pipeline = parse_gitlab(dedent(GITLAB).replace("include:\n  - local: /ci/*.yml\n", ""))
    deploy = pipeline.job("deploy")
    assert deploy is not None

    assert (deploy.stage, deploy.environment, deploy.manual, deploy.continue_on_error) == (
        "deploy",
        "production",
        True,
        True,
    )
    assert [(c.program, c.at.line) for c in deploy.commands] == [
        ("npm", 4),
        ("ls", 23),
        ("kubectl", 24),
        ("echo", 25),
    ]
    assert [p.message for p in pipeline.problems] == [
        "job test extends .shared, which is not defined",
        "refers to .shared.script, which is not defined",
        "job broken extends .gone, which is not defined",
        "job deploy needs gone, which is no job",
    ]


def test_an_include_from_elsewhere_leaves_names_open() -> None:
    text = "include: [{template: A.yml}]\na: {extends: .gone, script: [ls], needs: [gone]}\n"

    assert parse_gitlab(text).problems == ()


def test_the_other_platforms_are_read_in_outline(tmp_path: Path) -> None:
    azure = """\
        trigger: [main]
        stages:
          - stage: a
            jobs:
              - job: build
                pool: {vmImage: ubuntu-latest}
                steps:
                  - script: cd $(Build.SourcesDirectory)/web && npm test
                    displayName: Test
                  - task: X@1
              - deployment: go
                environment: prod
                strategy: {runOnce: {deploy: {steps: [{bash: ./deploy.sh}]}}}
        """
    circle = """\
        commands: {setup: {steps: [{run: make setup}]}}
        jobs:
          build:
            docker: [{image: node}]
            steps: [checkout, setup, {run: {command: npm test, working_directory: web}}]
        workflows: {w: {jobs: [build: {requires: [lint]}]}}
        """
    bitbucket = "pipelines: {default: [{step: {name: T, deployment: production, script: [npm test]}}]}\n"
    cloud = "steps:\n  - {name: gcr.io/x/docker, dir: api, args: [build, ., -f, Dockerfile]}\n"
    spec = "phases:\n  build:\n    commands: [npm test]\n    finally: [npm run report]\nversion: 0.2\n"
    jenkins = "stage('Build') {\n  sh 'make'\n}\nstage('Test') {\n  sh '''\n    npm test\n  '''\n}\n"
    all_ = found(
        tmp_path,
        **{
            "azure-pipelines.yml": azure,
            ".circleci/config.yml": circle,
            "bitbucket-pipelines.yml": bitbucket,
            "cloudbuild.yaml": cloud,
            "web/buildspec.yml": spec,
            "Jenkinsfile": jenkins,
            ".travis.yml": "install: [npm ci]\nscript: npm test\n",
        },
    )
    told = {
        w.platform: [(j.id, c.program, c.directory, c.at.line) for j in w.jobs for c in j.commands]
        for w in all_.values()
    }

    assert told == {
        "azure": [("build", "cd", ".", 8), ("build", "npm", "web", 8), ("go", "./deploy.sh", ".", 13)],
        "circleci": [("build", "make", ".", 1), ("build", "npm", "web", 5)],
        "bitbucket": [("T", "npm", ".", 1)],
        "cloudbuild": [("build", "docker", "api", 2)],
        "codebuild": [("build", "npm", ".", 3), ("build", "npm", ".", 4)],
        "jenkins": [("Build", "make", ".", 2), ("Test", "npm", ".", 6)],
        "travis": [("travis", "npm", ".", 1), ("travis", "npm", ".", 2)],
    }
    assert all_["azure-pipelines.yml"].jobs[1].environment == "prod"
    assert all_[".circleci/config.yml"].jobs[0].needs == ("lint",)


@given(st.text(alphabet="ab:[]{}-\n &*!|>'\"<", max_size=80))
def test_no_text_raises(text: str) -> None:
    assert parse_github(text, "ci.yml").platform == "github"
    assert parse_gitlab(text).platform == "gitlab"


def test_what_other_checkouts_artifacts_and_caches_bring_is_told() -> None:
    text = """\
        jobs:
          a:
            steps:
              - uses: actions/checkout@v4
              - {uses: actions/checkout@v4, with: {repository: x/y, path: other}}
              - {uses: actions/download-artifact@v4, with: {path: made}}
              - {uses: actions/cache@v4, with: {path: "~/.npm"}}
              - {uses: actions/cache@v4, with: {path: "${{ env.X }}"}}
          b:
            steps: [{uses: actions/download-artifact@v4}]
        """
    jobs = parse_github(dedent(text), "ci.yml").jobs

    assert [job.brings for job in jobs] == [("other", "made"), (".",)]
    assert parse_gitlab("a: {script: [ls], artifacts: {paths: [out/]}}\n").jobs[0].brings == ("out",)


def test_travis_runs_what_its_language_says_where_no_script_is_given(tmp_path: Path) -> None:
    default = found(tmp_path, **{".travis.yml": "dist: focal\nlanguage: java\n"})[".travis.yml"]

    assert [(c.text, c.at.line) for j in default.jobs for c in j.commands] == [("mvn test -B", 2)]


def test_commands_of_a_jenkinsfile_run_in_the_folders_of_the_blocks_around_them() -> None:
    text = "stage('A') {\n dir('web') {\n  script { if (x) { sh 'npm ci' } }\n }\n sh 'make'\n dir(y) { sh 'go' }\n}\n"
    steps = outline.jenkins(text, "Jenkinsfile").jobs[0].steps
    assert [(s.run, s.directory) for s in steps] == [("npm ci", "web"), ("make", "."), ("go", None)]
