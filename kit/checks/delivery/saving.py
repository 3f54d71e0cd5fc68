"""Before and after a deploy: is the data saved first, and does somebody hear of a failure?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kit.checks.delivery.common import jobs
from kit.model import At, Clause, Fact, FileClass, Located, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import Command
from kit.sources.commands.scripts import Script
from kit.sources.pipelines.model import Job, Step
from kit.system.pipeline_acts import Act, Pipeline, is_preview
from kit.system.purposes import prints_only, purposes
from kit.system.reach import reach

_SAVES = re.compile(
    r"\b(?:pg_dump(?:all)?|pg_basebackup|mysqldump|mariadb-dump|xtrabackup|mongodump|wal-g backup-push|pgbackrest|barman backup"
    r"|velero (?:backup )?(?:create|backup)|restic backup|kopia snapshot|create-db-(?:cluster-)?snapshot|create-backup"
    r"|start-backup-job|sql backups create|pg:backups[: ]capture|db dump)\b",
    re.IGNORECASE,
)
_SAVING_NAME = re.compile(r"(?:^|[^a-z])(?:back-?_?up|snapshot|dump)s?(?:[^a-z]|$)", re.IGNORECASE)
_RELEASING = re.compile(r"deploy|release|migrat|upgrade|rollout|update", re.IGNORECASE)
_TELLS = re.compile(
    r"slack|discord|telegram|teams|mail|sns publish|notif|pagerduty|opsgenie|issue|mattermost|rocket\.?chat|webhook|alert|sentry",
    re.IGNORECASE,
)
_ON_FAILURE = re.compile(r"\bfailure\(\)|\balways\(\)|result\s*[!=]=|conclusion|failed\(\)")


@check("DEL-060", "Data is saved before it is migrated", Severity.MEDIUM, Clause.EXECUTION, effort_hours=2)
def data_is_saved_first(project: Project) -> Iterator[Fact]:
    """
    A migration that goes wrong halfway leaves rows that no rollback of the program brings back; what was saved the
    night before lacks the day.

    Decides: each deploying job, and each script that deploys or migrates, that runs migrations: whether a command that
    saves the database (pg_dump, a snapshot of the provider and the like, also inside of scripts that it calls) runs
    before, in the same job or in one that it needs. Jobs whose database is a container of the job are tests.

    Fix: put `pg_dump --format=custom "$DATABASE_URL" > before.dump` and its upload, or
    `aws rds create-db-snapshot ... && aws rds wait db-snapshot-available ...`, before the migration.

    Blind to: continuous archiving of the database, and services that migrate when they start.

    See: https://www.postgresql.org/docs/current/continuous-archiving.html
    """
    told: set[At] = set()
    for pipeline, job in jobs(project):
        acts = pipeline.of_job(job, "migrate")
        if acts and acts[0].at not in told and _is_earnest(project, pipeline, job):
            told.update(place for act in acts for place in act.places)
            yield _pipeline_fact(project, pipeline, job, acts[0])
    for script in project.scripts:
        found = _migration(project, script)
        if found is not None and found.at not in told:
            yield _script_fact(script, found)


def _is_earnest(project: Project, pipeline: Pipeline, job: Job) -> bool:
    """Whether a job changes a database that outlives it."""
    if job.services or is_preview(project, pipeline, job) or pipeline.called:
        return False
    return bool(job.environment or pipeline.of_job(job, "deploy") or _RELEASING.search(f"{job.id} {job.name}"))


def _pipeline_fact(project: Project, pipeline: Pipeline, job: Job, act: Act) -> Fact:
    before = [j for j in pipeline.workflow.jobs if j.id in pipeline.before.get(job.id, ())]
    saved = next((s for j in before for s in j.all_steps if _saves(project, s)), None) or _earlier(project, job, act)
    if saved is not None:
        return ok(f"Job {job.id}: the data is saved before {act.words}.", saved, act)
    if _inside(act):
        return ok(f"Job {job.id}: {act.words} saves the data before it migrates.", act)
    message = f"Job {job.id}: {act.words} migrates the database, and nothing saves the data before."
    return bad(message, act, *act.places[1:])


def _earlier(project: Project, job: Job, act: Act) -> Step | None:
    for step in job.all_steps:
        if step is act.step:
            break
        if _saves(project, step):
            return step
    if act.reached is not None:
        line = act.reached.root.at.line or 0
        if any((c.at.line or 0) < line and _SAVES.search(c.text) for c in act.step.commands):
            return act.step
    return None


def _inside(act: Act) -> bool:
    """Whether the script that migrates saves the data in a line before."""
    command = act.reached.command if act.reached is not None else None
    return command is not None and len(act.places) > 1 and bool(_SAVING_NAME.search(command.text))


def _saves(project: Project, step: Step) -> bool:
    """Whether a step saves data: by a command that it reaches, or by an action or script that is named after it."""
    if step.commands:
        reached = [r.command for r in reach(project).of(step.commands)]
        return any(_SAVES.search(c.text) for c in reached) or any(map(_calls_a_backup, step.commands))
    return bool(step.uses and _SAVING_NAME.search(step.uses))


def _calls_a_backup(command: Command) -> bool:
    return not prints_only(command) and bool(_SAVING_NAME.search(" ".join(command.words[:4])))


def _migration(project: Project, script: Script) -> Command | None:
    """The command of a deploying script that migrates; None where it has none, or is a container's start."""
    name = script.path.rpartition("/")[2]
    if not _RELEASING.search(name) or project.files.class_of(script.path) is not FileClass.PRODUCTION:
        return None
    found = next((c for c in script.commands if "migrate" in purposes(c)), None)
    replaces = any(c.program == "exec" or c.text.startswith("exec ") for c in script.commands)
    return None if replaces or project.files.environment_of(script.path) in {"development", "test"} else found


def _script_fact(script: Script, found: Command) -> Fact:
    before = script.commands[: script.commands.index(found)]
    saved = next((c for c in before if _SAVES.search(c.text) or _calls_a_backup(c)), None)
    if saved is None:
        return bad(f"{script.path} migrates the database, and saves no data before.", found)
    if saved.conditional or saved.guarded:
        message = f"{script.path} migrates the database also where the backup before was left out or failed."
        return partial(message, saved, found, severity=Severity.LOW)
    return ok(f"{script.path} saves the data before it migrates.", saved, found)


@check("DEL-063", "A failed deploy tells somebody", Severity.LOW, Clause.EXECUTION, effort_hours=1)
def failed_deploys_are_told(project: Project) -> Iterator[Fact]:
    """
    A deploy that fails at night leaves the old version, or half of the new one, and nobody knows until users ask.

    Decides: each pipeline that deploys what users meet has a step or job that runs after a failure (`if: failure()`,
    `when: on_failure`, `notifications`) and tells a person: a chat, a mail, an issue, a paging service. Steps that
    only print do not hold.

    Fix: end the job with a step `if: failure()` that posts the address of the run to the team's channel.

    Blind to: mails that the hosting platform sends to the author, and apps of a chat that follow the repository.

    See: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
    """
    seen: dict[str, tuple[Pipeline, Act]] = {}
    for pipeline, job in jobs(project):
        acts = pipeline.of_job(job, "deploy")
        if acts and not pipeline.called and not is_preview(project, pipeline, job):
            seen.setdefault(pipeline.path, (pipeline, acts[0]))
    watched = _watchers(project)
    silent = []
    for path, (pipeline, act) in seen.items():
        told = next(_tellers(pipeline), None) or watched.get(pipeline.workflow.name) or watched.get(path)
        if told is not None:
            yield ok(f"{pipeline.workflow.name}: a failure is told.", told)
        else:
            silent.append((pipeline, act))
    if silent:
        names = ", ".join(p.workflow.name for p, _ in silent[:5])
        yield bad(f"When a deploy fails, nobody is told ({names}).", *(act for _, act in silent[:5]))


def _tellers(pipeline: Pipeline) -> Iterator[Located]:
    """The steps and jobs that run after a failure and tell somebody."""
    root = pipeline.workflow.node
    for key in ("notifications", "post"):
        if root is not None and (node := root.get(key)) is not None:
            yield node
    for job in pipeline.workflow.jobs:
        late = _late(job.condition, job.node.get("when"))
        yield from (s for s in job.all_steps if (late or _late(s.condition, s.node.get("when"))) and _tells(s))


def _late(condition: str | None, when: Located | None) -> bool:
    stated = getattr(when, "text", "")
    return bool(condition and _ON_FAILURE.search(condition)) or stated in {"on_failure", "on_fail", "always"}


def _tells(step: Step) -> bool:
    words = " ".join([step.name, step.uses or "", step.run or ""])
    prints = bool(step.commands) and all(map(prints_only, step.commands))
    return not prints and bool(_TELLS.search(words))


def _watchers(project: Project) -> dict[str, Step]:
    """The names of workflows that another one follows to tell of their failure."""
    found: dict[str, Step] = {}
    for pipeline, job in jobs(project):
        on = pipeline.workflow.on
        names: Iterable[str] = (n.text for n in on.each("workflow_run", "workflows", "*")) if on is not None else ()
        tells = next((s for s in job.all_steps if _tells(s)), None)
        if tells is not None:
            found.update((name, tells) for name in names)
    return found
