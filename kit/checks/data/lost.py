"""Commands that promise a way back and take the data with them, and clocks that tick once per process."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from kit.checks.data.common import owners
from kit.checks.data.state import replicas
from kit.checks.shared.calls import runs
from kit.checks.shared.texts import at_offset
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT

_BACK = re.compile(
    r"(?i)(?:^|[^a-z])(?:roll-?_?back|downgrade|undo|revert)(?:[^a-z]|$)|(?:migrat\w*|db|schema)[^a-z]*down(?:[^a-z]|$)|(?:^|[^a-z])down[^a-z]+(?:migrat|db|schema)"
)
_EMPTIES = re.compile(
    r"\bprisma\s+migrate\s+reset\b|\bprisma\s+db\s+push\b[^\n]*--force-reset|\b(?:sequelize(?:-cli)?|rails|rake|bin/rails|dotenv)\b[^\n]*\bdb:(?:drop|reset)\b"
    r"|\bsequelize(?:-cli)?\s+db:migrate:undo:all\b|\bknex\s+migrate:rollback\b[^\n]*--all\b|\balembic\s+downgrade\s+base\b|\bflask\s+db\s+downgrade\s+base\b"
    r"|\bmanage\.py\s+(?:migrate\s+\w+\s+zero|flush|reset_db|sqlflush)\b|\btypeorm\b[^\n]*\bschema:drop\b|\bgoose\b[^\n]*\b(?:reset|down-to\s+0)\b"
    r"|\bmigrate\b[^\n]*\s(?:drop(?:\s+-f)?|down\s+-all)(?:\s|$)|\bliquibase\b[^\n]*\bdrop-?all\b|\bflyway\b[^\n]*\bclean\b|\bdropdb\b"
    r"|\bdrop\s+(?:database|schema)\b|\bdocker(?:-|\s+)compose\b[^\n]*\bdown\b[^\n]*\s(?:-v|--volumes)\b|\bdocker\s+volume\s+(?:rm|prune)\b|\bartisan\s+migrate:(?:fresh|reset)\b"
    r"|\bkubectl\s+delete\s+(?:pvc|persistentvolumeclaims?)\b",
    re.IGNORECASE,
)
_LOCAL = re.compile(
    r"(?i)(?:^|[^a-z])(?:dev|local|test|tests|e2e|ci|seed|sandbox|demo)(?:[^a-z]|$)"
    r"|(?:^|[^a-z])(?:docker|compose|containers?|services?|stack)(?:[^a-z].*)?[^a-z]down(?:[^a-z]|$)"
)
"""Names of what is tried out, and of containers that are taken down."""


class _Told(NamedTuple):
    """A command with the name of what holds it: a script, a target, a job."""

    name: str
    text: str
    at: At


@check("DAT-022", "A way back keeps the data", Severity.HIGH, Clause.INVARIANTS, effort_hours=2)
def way_back_keeps_data(project: Project) -> Iterator[Fact]:
    """
    A rollback that drops the database and starts anew works in every rehearsal on an empty one, and takes everything with
    it when it is needed.

    Decides: commands under a name that promises a way back (rollback, downgrade, undo, revert, migrate down) in package
    scripts, Makefiles, scripts and pipelines: none of them resets or drops the database or deletes its volume.

    Fix: take back one step, or restore the backup that was made before.
    - knex: `knex migrate:down`.
    - typeorm: `typeorm migration:revert`.
    - sequelize: `sequelize db:migrate:undo`.
    - alembic: `alembic downgrade -1`.
    - django: `manage.py migrate <app> <previous>`.
    - go: `migrate ... down 1`.
    - ruby: `rails db:rollback STEP=1`.

    Blind to: commands that are put together while they run.

    See: https://www.prisma.io/docs/orm/prisma-migrate/workflows/generating-down-migrations
    """
    kept: list[At] = []
    for told in _told(project):
        if not _BACK.search(told.name) or _LOCAL.search(told.name):
            continue
        found = _EMPTIES.search(told.text)
        if found is None or _restores_after(project, told):
            kept.append(told.at)
        else:
            yield bad(f"{told.name} promises a way back, and `{found[0].strip()[:60]}` deletes the data.", told.at)
    if kept:
        yield ok("What takes a release back does not reset the database.", kept[0])


def _restores_after(project: Project, told: _Told) -> bool:
    """Whether what is emptied is filled from a backup further down in the same script."""
    return any(r.at.path == told.at.path and (r.at.line or 0) > (told.at.line or 0) for r in project.restores)


def _told(project: Project) -> Iterator[_Told]:
    for package in project.packages:
        if project.files.class_of(package.path) is FileClass.PRODUCTION:
            yield from (_Told(name, node.text, node.at) for name, node in package.scripts.items())
    for makefile in project.makefiles:
        for name, target in makefile.targets.items():
            yield from (_Told(name, c.text, c.at) for c in target.commands)
    for script in project.scripts:
        if project.files.class_of(script.path) is FileClass.PRODUCTION:
            name = posixpath.basename(script.path)
            yield from (_Told(name, c.text, c.at) for c in script.commands)
    for workflow in project.workflows:
        for job in workflow.jobs:
            yield from (_Told(f"{posixpath.basename(workflow.path)} {job.name}", c.text, c.at) for c in job.commands)


_CLOCKS = (
    (JAVASCRIPT, ("node-cron", "node-schedule", "croner"), r"\b(?:cron\.schedule|schedule\.scheduleJob|new\s+Cron)\("),
    (JAVASCRIPT, ("'cron'", '"cron"'), r"\bnew\s+(?:\w+\.)?CronJob\(|\bCronJob\.from\("),
    (JAVASCRIPT, ("@nestjs/schedule",), r"(?m)^[ \t]*@Cron\("),
    (("python",), ("apscheduler",), r"\b(?:Background|AsyncIO|Gevent)Scheduler\("),
    (("go",), ("robfig/cron", "go-co-op/gocron"), r"\b(?:cron\.New|gocron\.NewScheduler)\("),
    (("java",), ("@Scheduled",), r"(?m)^[ \t]*@Scheduled\b"),
)
_LOCKS = re.compile(
    r"(?i)redlock|shedlock|SchedulerLock|distributed_?lock|pg_(?:try_)?advisory|SETNX|\bnx\s*[:=]\s*true|['\"]NX['\"]|leader_?elect|isLeader|acquire_?lock|with_?lock|withLock|"
    r"jobstore|RedisJobStore|SQLAlchemyJobStore|agenda|quartz|NODE_APP_INSTANCE|RUN_(?:CRON|JOBS|SCHEDULER)|ENABLE_(?:CRON|JOBS|SCHEDULER)|CRON_ENABLED|SCHEDULER_ENABLED"
)


@check("DAT-023", "What runs by the clock runs once", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=3)
def clock_ticks_once(project: Project) -> Iterator[Fact]:
    """
    A timer inside a service of three replicas fires three times: three reminders, three charges, three reports.

    Decides: timers that code sets (node-cron, @nestjs/schedule, APScheduler, cron libraries of Go, Spring's @Scheduled) in
    services of which more than one process runs, without a lock or a switch for it in the same file.

    Fix: run it as a CronJob, or take a lock that all replicas see before the work starts.

    Blind to: work that may be done twice without harm.

    See: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
    """
    seen: set[At] = set()
    for languages, needles, pattern in _CLOCKS:
        for path in project.code.holding(*needles, languages=languages):
            text = project.code.text(path)
            found = re.search(pattern, text) if runs(path) else None
            if found is None:
                continue
            at = at_offset(path, text, found.end())
            counted = [(s, *replicas(s)) for s in owners(project, path)]
            many = next((one for one in counted if one[1] > 1), None)
            if many is None or at in seen:
                continue
            seen.add(at)
            lock = _LOCKS.search(text)
            if lock is not None:
                yield ok(
                    f"{many[0].name}: what runs by the clock here takes a lock or a switch.",
                    at_offset(path, text, lock.start()),
                )
            else:
                yield bad(
                    f"{many[0].name}: this runs by the clock in each of {many[1]} processes.",
                    at,
                    *([many[2]] if many[2] else []),
                )
