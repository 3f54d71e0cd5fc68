"""Who else can write into the pipeline: actions, permissions, outsiders' text, and the secrets that it handles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.delivery.common import steps
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import word_set
from kit.sources.formats.nodes import Node
from kit.sources.pipelines.model import Job, Step, Workflow
from kit.system.pipeline_acts import Pipeline, pipelines

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
VERSION = re.compile(r"v?\d[\w.+-]*|release[/-]v?\d[\w.]*")
OWN = re.compile(r"^(?:actions|github)/")
WRITTEN_BY_OUTSIDERS = re.compile(
    r"\$\{\{[^}]{0,200}?\bgithub\.(?:head_ref|event\.(?:issue\.(?:title|body)|comment\.body|review\.body|review_comment\.body"
    r"|discussion\.(?:title|body)|pages\.[^}]{0,30}page_name|commits\.[^}]{0,30}(?:message|author\.\w+)|head_commit\.(?:message"
    r"|author\.\w+)|pull_request\.(?:title|body|head\.(?:ref|label|repo\.default_branch))|workflow_run\.(?:head_branch"
    r"|head_commit\.message|pull_requests[^}]{0,30}head\.ref)))[^}]{0,100}?\}\}"
)
TRUSTED = word_set("""
    pull_request_target issues issue_comment discussion discussion_comment workflow_run pull_request_review
    pull_request_review_comment
""")
HEAD = re.compile(
    r"github\.event\.pull_request\.head\.|github\.head_ref|refs/pull/|pull_request\.head_sha|workflow_run\.head_"
)
SECRET = re.compile(r"\$\{\{\s*secrets\.([A-Za-z_]\w*)")
RUNS_CODE = re.compile(
    r"\b(?:npm|pnpm|yarn|bun|pip|poetry|uv|make|mvn|gradle|gradlew|go|cargo|python\d?|node|pytest|docker)\b"
)


@check("DEL-008", "Actions are pinned", Severity.MEDIUM, Clause.ASSUMPTIONS, effort_hours=1)
def actions_are_pinned(project: Project) -> Iterator[Fact]:
    """
    An action runs with the pipeline's secrets. Whoever can move its tag or branch can read them.

    Decides: each action and reusable workflow of others: pinned to a commit holds, to a version tag in part, to a
    branch not at all. Actions of GitHub itself hold with a version tag. One finding per file for the tags.

    Fix: name the commit, with the version as a comment: `uses: owner/action@<40 hex digits> # v4.1.0`.

    Blind to: what a pinned action downloads when it runs.

    See: https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions#using-third-party-actions
    """
    for pipeline in pipelines(project):
        tagged: list[tuple[str, At]] = []
        pinned: list[tuple[str, At]] = []
        for name, reference, at in _uses(pipeline.workflow):
            if COMMIT.fullmatch(reference) or (OWN.match(name) and VERSION.fullmatch(reference)):
                pinned.append((name, at))
            elif VERSION.fullmatch(reference):
                tagged.append((f"{name}@{reference}", at))
            else:
                yield bad(
                    f"{name} is taken from {reference or 'its default branch'}: it may be another program on every run.",
                    at,
                )
        if tagged:
            names = listed([name for name, _ in tagged])
            yield partial(
                f"{pipeline.workflow.name}: {names}: a tag can be moved to other code.",
                *[at for _, at in tagged[:3]],
            )
        elif pinned:
            yield ok(f"{pipeline.workflow.name}: actions are pinned.", pinned[0][1])


def _uses(workflow: Workflow) -> Iterator[tuple[str, str, At]]:
    """Name, reference and place of every action and workflow of others."""
    if workflow.platform != "github":
        return
    nodes = [(job.uses, job.node.get("uses")) for job in workflow.jobs]
    nodes += [(step.uses, step.node.get("uses")) for job in workflow.jobs for step in job.steps]
    for uses, node in nodes:
        if uses and node is not None and not uses.startswith(("./", "docker://")) and "${{" not in uses:
            name, _, reference = uses.partition("@")
            yield name, reference, node.at


@check(
    "DEL-009",
    "Workflows have no more rights than they need",
    Severity.MEDIUM,
    Clause.ASSUMPTIONS,
    effort_hours=0.5,
)
def workflows_have_least_permissions(project: Project) -> Iterator[Fact]:
    """
    The token of a job that builds and tests needs to read the repository. With more, one bad dependency can push.

    Decides: each GitHub workflow states `permissions`, for all jobs or for each; `write-all` does not hold. Without
    any, the rights are those of the repository's setting, which no file shows.

    Fix: add `permissions: {contents: read}` to the workflow and more only to the job that needs it.

    Blind to: the default that repository and organisation set.

    See: https://docs.github.com/en/actions/security-for-github-actions/security-guides/automatic-token-authentication
    """
    silent: list[tuple[Workflow, Job]] = []
    for pipeline in pipelines(project):
        workflow = pipeline.workflow
        if workflow.platform != "github" or not workflow.jobs:
            continue
        too_wide = next((n for n in _permissions(workflow) if n.text == "write-all"), None)
        unstated = [job for job in workflow.jobs if job.permissions is None and workflow.permissions is None]
        if too_wide is not None:
            yield bad(f"{workflow.name} may write everything in the repository.", too_wide)
        elif unstated:
            silent.append((workflow, unstated[0]))
        else:
            yield ok(f"{workflow.name} states its permissions.", next(_permissions(workflow)))
    if silent:
        names = listed([workflow.name for workflow, _ in silent])
        message = f"No permissions are stated in {names}: the repository's setting decides what they may write."
        yield partial(message, *[job for _, job in silent[:5]], severity=Severity.LOW)


def _permissions(workflow: Workflow) -> Iterator[Node]:
    if workflow.permissions is not None:
        yield workflow.permissions
    yield from (job.permissions for job in workflow.jobs if job.permissions is not None)


@check(
    "DEL-010",
    "Outsiders' text and code do not run in the pipeline",
    Severity.HIGH,
    Clause.ASSUMPTIONS,
    effort_hours=1,
)
def outsiders_do_not_run(project: Project) -> Iterator[Fact]:
    """
    A pull request's title pasted into a shell script is part of the script, and so is the code that it brings: whoever
    writes them writes the pipeline, and reads its secrets.

    Decides: expressions with text that anybody can write (titles, bodies, branch names, commit messages) inside of
    `run` and of scripts given to actions; and workflows with secrets (`pull_request_target` and its kin) that check
    out a pull request's code and run it.

    Fix: hand the text over in the environment: `env: {TITLE: "${{ github.event.pull_request.title }}"}` and `"$TITLE"`
    in the script. Run a pull request's code under `pull_request` only.

    Blind to: text that reaches a script through an action's outputs.

    See: https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions#understanding-the-risk-of-script-injections
    """
    clean: dict[str, Pipeline] = {}
    told: set[str] = set()
    for pipeline, job, step in steps(project):
        if pipeline.workflow.platform != "github":
            continue
        facts = [*_pasted(pipeline, step), *_checked_out(pipeline, job, step)]
        yield from facts
        if facts:
            told.add(pipeline.path)
        elif pipeline.triggers & (TRUSTED | {"pull_request"}):
            clean.setdefault(pipeline.path, pipeline)
    for pipeline in (p for path, p in clean.items() if path not in told):
        yield ok(f"{pipeline.workflow.name}: nothing that outsiders write is run.", pipeline.workflow)


def _pasted(pipeline: Pipeline, step: Step) -> Iterator[Fact]:
    script = step.node.get("run") or step.node.get("with", "script")
    if script is None or "github." not in script.text:
        return
    for number, line in enumerate(script.text.split("\n")):
        for match in WRITTEN_BY_OUTSIDERS.finditer(line):
            place = At(script.at.path, _line(script, number))
            trusted = pipeline.triggers & TRUSTED
            severity = Severity.HIGH if trusted else Severity.MEDIUM
            what = " ".join(match[0].split())
            yield bad(
                f"{what} is pasted into a script: whoever writes it runs commands here.",
                place,
                severity=severity,
            )


def _line(script: Node, number: int) -> int | None:
    """The line of a block scalar's text, which begins after its key."""
    first, last = script.at.line, script.at.end_line
    if first is None:
        return None
    block = last is not None and last > first
    return min(first + number + (1 if block else 0), last or first)


_OF_A_BOT = re.compile(r"pull_request\.user\.login\s*==\s*['\"][\w-]+\[bot\]['\"](?![^|]*\|\|)")
"""A condition that only a bot's pull requests meet; who started the run (`github.actor`) says nothing of whose code it is."""


def _checked_out(pipeline: Pipeline, job: Job, step: Step) -> Iterator[Fact]:
    risky = pipeline.triggers & {"pull_request_target", "workflow_run", "issue_comment"}
    ref = step.inputs.get("ref") if step.uses and "checkout" in step.uses and step.inputs is not None else None
    if not risky or ref is None or not HEAD.search(ref.text):
        return
    after = job.steps[next((i for i, s in enumerate(job.steps) if s is step), 0) :]
    runs = next((s for s in after if s.run and RUNS_CODE.search(s.run)), None)
    if runs is not None:
        when = ", ".join(sorted(risky))
        message = f"Job {job.id} runs a pull request's code with the repository's rights and secrets ({when})"
        only_for = job.node.get("if")
        if only_for is not None and _OF_A_BOT.search(only_for.text):
            yield partial(f"{message}, of a bot's own pull requests only.", ref, runs, severity=Severity.LOW)
        elif job.environment:
            yield partial(f"{message}; only an approval of {job.environment} could stop it.", ref, runs)
        else:
            yield bad(f"{message}.", ref, runs)


@check(
    "DEL-025",
    "Pipelines keep their secrets to themselves",
    Severity.MEDIUM,
    Clause.ASSUMPTIONS,
    effort_hours=0.5,
)
def secrets_stay_inside(project: Project) -> Iterator[Fact]:
    """
    A secret in a command's arguments shows in the list of processes; printed, it shows in the log once a part of it or
    an encoded form is: runners mask only the secret as it is.

    Decides: `echo` and `printf` of a secret to the log, and secrets as the argument of `docker login`, `curl`, `mysql`
    and other commands; secrets that come in through the environment or standard input hold. One finding per step.

    Fix: give the secret as `env:` and read it from there: `echo "$TOKEN" | docker login -u bot --password-stdin`.

    Blind to: what the commands themselves print.

    See: https://docs.github.com/en/actions/security-for-github-actions/security-guides/using-secrets-in-github-actions
    """
    for pipeline, _, step in steps(project):
        if step.run is None or pipeline.workflow.platform != "github":
            continue
        given = [name for name, node in step.env.items() if "secrets." in node.text]
        pasted = SECRET.search(step.run)
        printing = next(
            (c for c in step.commands if _prints_secret(c.program, c.text) and not c.writes and not c.piped),
            None,
        )
        if printing is not None:
            named = SECRET.findall(printing.text)
            mild = Severity.LOW if all(_ADDRESS.search(name) for name in named) else None
            message = f"{listed(named)}: printed to the log, where only the runner's mask hides it."
            yield bad(message, printing, severity=mild)
        elif pasted is not None:
            yield partial(
                f"{_names(step.run)}: pasted into the script's text, where the processes of the machine see it.",
                step,
                severity=Severity.LOW,
            )
        elif given:
            yield ok(f"{listed(given)}: given through the environment.", step)


_ADDRESS = re.compile(
    r"(?:^|_)(?:HOST|HOSTNAME|USER|USERNAME|URL|DOMAIN|IP|PORT|REGION|NAME|ACCOUNT|BUCKET)(?:_|$)", re.IGNORECASE
)
"""Names of what tells where something is, and opens nothing."""


def _prints_secret(program: str, text: str) -> bool:
    return program in {"echo", "printf", "cat"} and bool(SECRET.search(text)) and ">" not in text and "|" not in text


def _names(text: str) -> str:
    return listed(SECRET.findall(text))
