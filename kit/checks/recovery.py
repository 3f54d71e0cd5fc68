"""Can the data be brought back: is it saved, often enough, elsewhere, readable, and has anybody ever tried?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.model import At, Clause, Fact, Severity, Strength, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.system.backups import Backup, interval_hours
from kit.system.model import Store

LASTING = frozenset(
    {
        "postgres",
        "mysql",
        "mongodb",
        "mssql",
        "s3",
        "clickhouse",
        "elasticsearch",
        "etcd",
        "neo4j",
        "cassandra",
        "influxdb",
    }
)
CAN_READ = {"custom": {"pg_restore"}, "directory": {"pg_restore"}, "tar": {"pg_restore"}}
_OBJECTIVE = re.compile(
    r"\b(?P<what>RPO|RTO|recovery (?:point|time) objective)\b[^\n]{0,60}?(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>min(?:ute)?s?|h(?:our)?s?|s(?:ec(?:ond)?s?)?|m|d(?:ay)?s?)\b",
    re.IGNORECASE,
)
_HOURS = {"s": 1 / 3600, "m": 1 / 60, "h": 1.0, "d": 24.0}
_PRUNES = re.compile(
    r"-mtime\s+\+|--keep-|forget\b|retention|lifecycle|expire|BACKUP_KEEP|KEEP_DAYS|rm -f[^\n]*backup", re.IGNORECASE
)
_NOTICES = re.compile(
    r"curl [^\n]*(?:hc-ping|healthchecks|slack|hooks|pushgateway|alert|heartbeat|ping_url|webhook)|mail -s|sendmail|notify|pushgateway|on_failure|backup_last_success",
    re.IGNORECASE,
)


def lasting(project: Project) -> list[Store]:
    """The stores whose loss is the loss of data."""
    run = {s.name: s for s in project.system.services}
    kept = []
    for store in project.system.stores:
        deployments = run[store.name].deployments if store.name in run else ()
        only_aside = bool(deployments) and all(d.environment in {"development", "test"} for d in deployments)
        if store.engine in LASTING and not only_aside:
            kept.append(store)
    return kept


@check("REC-001", "Every store with data is backed up", Severity.CRITICAL, Clause.DEPLOYMENT, effort_hours=8)
def stores_are_backed_up(project: Project) -> Iterator[Fact]:
    """
    A store without a backup is lost with its disk, a mistaken `DELETE`, or an extortionist.

    Decides: for each database and object store that the project runs, a command, job or backup service of its engine in
    scripts, manifests, pipelines and compose files. A managed store with backups set in Terraform holds.

    Fix: add a job that dumps the store to a place outside of the cluster, for example a CronJob with `pg_dump -Fc`.

    Blind to: backups that are set up in a provider's console; for stores run elsewhere it is unknown.

    See: https://www.postgresql.org/docs/current/backup.html
    """
    for store in lasting(project):
        made = [b for b in project.backups if b.engine == store.engine]
        if made:
            yield ok(f"{store.name}: {made[0].tool} saves it.", made[0])
            yield from _elsewhere(project, store, made)
        elif store.managed:
            kept = _managed_backup(project, store)
            if kept is not None:
                yield ok(f"{store.name}: its provider keeps backups.", kept)
            elif store.engine != "s3":
                yield unknown(
                    f"{store.name}: the {store.engine} store is run elsewhere; whether its provider backs it up, a statement of its settings would show.",
                    store,
                )
        else:
            yield bad(
                f"{store.name}: nothing in the project backs up the {store.engine} store.",
                store,
                **_grade(project, store),
            )


def _elsewhere(project: Project, store: Store, made: list[Backup]) -> Iterator[Fact]:
    """A compose file for production whose store only a job of the cluster would save."""
    service = project.system.service(store.name)
    if not all(b.schedules and all(s.source == "cronjob" for s in b.schedules) for b in made):
        return
    for deployment in service.deployments if service is not None else ():
        if deployment.target.startswith("compose:") and deployment.environment == "production":
            yield bad(
                f"{store.name}: {deployment.target.partition(':')[2]} runs it, and only a job in the cluster makes backups.",
                deployment,
                environment="production",
            )


def _grade(project: Project, store: Store) -> dict[str, Severity]:
    """Object stores and search indexes can often be filled again; a project without a production target may be a
    developer's stack."""
    if store.engine in {"elasticsearch", "etcd", "influxdb"}:
        return {"severity": Severity.MEDIUM}
    service = project.system.service(store.name)
    named = {d.environment for d in service.deployments} if service else set()
    return {} if named & {"production", "staging"} else {"severity": Severity.HIGH}


def _managed_backup(project: Project, store: Store) -> At | None:
    for folder in project.terraform:
        for resource in folder.resources:
            if resource.name == store.name:
                for key in (
                    "backup_retention_period",
                    "backup_configuration",
                    "backup_retention_days",
                    "point_in_time_recovery",
                    "versioning",
                ):
                    node = resource.node.get(key)
                    if node is not None and node.text not in {"0", "false"}:
                        return node.at
    return None


@check("REC-002", "Backups run by the clock", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def backups_are_scheduled(project: Project) -> Iterator[Fact]:
    """
    A backup script that somebody has to remember is a backup of the day it was written.

    Decides: each command that saves a store is run by a CronJob, a crontab, a scheduled pipeline or a backup service with
    a schedule.

    Fix: run the script from a CronJob, a crontab in the repository, or a scheduled workflow.

    Blind to: crontabs on hosts.

    See: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
    """
    for backup in project.backups:
        if backup.schedules:
            yield ok(
                f"{backup.tool} runs by the clock ({backup.schedules[0].expression}).", backup.schedules[0], backup
            )
        elif not any(o.schedules for o in project.backups if o.engine == backup.engine):
            yield bad(f"{backup.tool} saves the {backup.engine or 'data'}, and nothing runs it by the clock.", backup)


@check("REC-003", "Backups leave the machine", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=3)
def backups_leave_the_machine(project: Project) -> Iterator[Fact]:
    """
    A backup beside the data goes down with it. One that lands in an emptyDir or in a container's own files is gone when the
    job ends.

    Decides: whether the script or job that saves a store also uploads the result; otherwise where the result lands.

    Fix: upload the dump: `aws s3 cp dump.pgc s3://backups/...`, or write it with `restic` to a remote repository.

    Blind to: replication of the disk that it lands on.

    See: https://www.cisa.gov/audiences/small-and-medium-businesses/secure-your-business/back-up-business-data
    """
    for backup in project.backups:
        if backup.off_site:
            yield ok(f"{backup.tool}: the result is sent elsewhere.", backup)
        elif backup.lands in {"emptyDir", "container"}:
            where = (
                "an emptyDir, which is deleted with the pod"
                if backup.lands == "emptyDir"
                else "the container's own files, which are deleted with it"
            )
            yield bad(
                f"{backup.tool} writes into {where}: there is no backup.",
                backup.lands_at,
                backup,
                severity=Severity.CRITICAL,
            )
        elif backup.lands.startswith("claim:"):
            yield partial(
                f"{backup.tool} writes to a volume of the same cluster; what takes the cluster takes the backups.",
                backup.lands_at,
                backup,
            )
        else:
            yield bad(f"{backup.tool}: the result stays on the machine that it is made on.", backup)


@check("REC-004", "Restore can read what backup writes", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=3)
def restore_reads_backup(project: Project) -> Iterator[Fact]:
    """
    The day of the restore is the wrong day to learn that `psql` cannot read a custom-format dump.

    Decides: for each engine that is saved there is a restore command in scripts, manifests or pipelines, and one of them
    reads the format that the backup writes.

    Fix: restore a custom, directory or tar dump with `pg_restore`, a plain one with `psql`.

    Blind to: file names and encryption between the two.

    See: https://www.postgresql.org/docs/current/app-pgrestore.html
    """
    for engine in dict.fromkeys(b.engine for b in project.backups if b.engine):
        made = [b for b in project.backups if b.engine == engine]
        found = [r for r in project.restores if r.engine == engine]
        if not found:
            yield bad(f"The {engine} store is saved, and nothing in the project brings it back.", made[0])
            continue
        for backup in made:
            fits = next((r for r in found if backup.format in r.reads), None)
            if fits is not None:
                yield ok(f"{fits.tool} reads the {_named(backup)} dump that {backup.tool} writes.", fits, backup)
            else:
                yield bad(
                    f"{found[0].tool} cannot read the {_named(backup)} dump that {backup.tool} writes at {backup.at}: a restore fails.",
                    found[0],
                    backup,
                )


def _named(backup: Backup) -> str:
    return {"plain.gz": "compressed plain", "plain": "plain"}.get(backup.format, f"{backup.format}-format")


@check("REC-005", "Something tries the restore", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=6)
def restore_is_tried(project: Project) -> Iterator[Fact]:
    """
    A backup that was never restored is a hope.

    Decides: a pipeline or schedule runs a restore.

    Fix: restore last night's backup into an empty database once a week in a scheduled pipeline, and query it.

    Blind to: drills that people hold; attest them with who, when and how long it took.

    See: https://sre.google/sre-book/data-integrity/
    """
    if not project.backups:
        return
    tried = next((r for r in project.restores if r.runs), None)
    if tried is not None:
        yield ok(f"{tried.tool} is run by a pipeline or schedule.", *tried.runs[:1], tried)
    elif project.restores:
        yield bad("No pipeline or schedule ever runs the restore.", project.restores[0])


@check(
    "REC-006",
    "Recovery objectives are stated, and the schedule keeps them",
    Severity.MEDIUM,
    Clause.DEPLOYMENT,
    effort_hours=2,
    documents=True,
)
def objectives_are_kept(project: Project) -> Iterator[Fact]:
    """
    Without an RPO and an RTO nobody can say whether a nightly backup is enough.

    Decides: figures for RPO and RTO in the project's documents, and the longest wait between two scheduled backups against
    the RPO that they state.

    Fix: write down how much data may be lost and how long recovery may take, and set the backup's schedule by it.

    Blind to: objectives in contracts; the params file's thresholds are compared in the report.

    See: https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/disaster-recovery-dr-objectives.html
    """
    if not lasting(project):
        return
    stated = list(_stated(project))
    if not stated:
        yield bad("No RPO and no RTO is stated anywhere in the project.", At("."))
        return
    for what in ("RPO", "RTO"):
        said = next(((hours, at) for name, hours, at in stated if name == what), None)
        if said is None:
            yield partial(f"No {what} is stated.", stated[0][2])
        else:
            yield ok(f"{what} is stated: {_hours_text(said[0])}.", said[1], strength=Strength.DOCUMENTED)
    yield from _kept(project, stated)


def _kept(project: Project, stated: list[tuple[str, float, At]]) -> Iterator[Fact]:
    rpo = next(((hours, at) for name, hours, at in stated if name == "RPO"), None)
    timed = [(b, s, h) for b in project.backups for s in b.schedules if (h := interval_hours(s.expression)) is not None]
    if rpo is None or not timed:
        return
    backup, schedule, hours = min(timed, key=lambda t: t[2])
    if hours > rpo[0]:
        yield bad(
            f"{backup.tool} runs every {_hours_text(hours)}; the stated RPO is {_hours_text(rpo[0])}.",
            schedule,
            rpo[1],
            severity=Severity.HIGH,
        )
    else:
        yield ok(
            f"{backup.tool} runs every {_hours_text(hours)}, within the RPO of {_hours_text(rpo[0])}.", schedule, rpo[1]
        )


def _stated(project: Project) -> Iterator[tuple[str, float, At]]:
    for document in project.markdown:
        text = project.files.text(document.path)
        if "RPO" not in text and "RTO" not in text and "bjective" not in text:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            for found in _OBJECTIVE.finditer(line):
                what = "RPO" if found["what"].upper() == "RPO" or "point" in found["what"].lower() else "RTO"
                yield what, float(found["number"]) * _HOURS[found["unit"][0].lower()], At(document.path, number)


def _hours_text(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:g} hour{'' if hours == 1 else 's'}"


@check("REC-007", "Old backups are kept for a time and then removed", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1)
def retention_is_set(project: Project) -> Iterator[Fact]:
    """
    Backups that nobody removes fill the disk until the next one fails; those removed too soon are no help against a slow
    loss.

    Decides: the file that makes a backup, or the one that holds its schedule, speaks of retention.

    Fix: remove what is older than the retention time, or set a lifecycle rule on the bucket.

    Blind to: lifecycle rules that are set in a console.

    See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
    """
    for backup in {b.at.path: b for b in project.backups}.values():
        place = _line_of(project, backup.at.path, _PRUNES)
        if place is not None:
            yield ok("Old backups are removed after a time.", place)
        else:
            yield bad(f"{backup.tool}: nothing says how long its results are kept.", backup)


@check("REC-010", "A failing backup is noticed", Severity.MEDIUM, Clause.EXECUTION, effort_hours=2)
def failures_are_noticed(project: Project) -> Iterator[Fact]:
    """
    `pg_dump | gzip > file` succeeds when pg_dump fails: weeks of empty files, found on the day of the restore.

    Decides: the script stops at the first failure (`set -e`, `pipefail`), and something tells of it: a notification in the
    script or an alert rule that speaks of backups.

    Fix: begin the script with `set -euo pipefail`, and ping a dead man's switch when it has succeeded.

    Blind to: alerts on failed jobs in general.

    See: https://healthchecks.io/docs/monitoring_cron_jobs/
    """
    alerts = [a for a in project.prometheus.alerts if "backup" in a.name.lower()]
    for backup in {b.at.path: b for b in project.backups}.values():
        notice = _line_of(project, backup.at.path, _NOTICES)
        if not backup.checked:
            yield bad(
                f"{backup.tool}: a failure inside of the script goes unnoticed; it has no `set -e` or `pipefail`.",
                backup,
            )
        elif notice is None and not alerts:
            yield partial(f"{backup.tool}: it stops at a failure, and nothing tells anybody.", backup)
        else:
            yield ok(f"{backup.tool}: a failure is noticed.", notice or alerts[0])


def _line_of(project: Project, path: str, pattern: re.Pattern[str]) -> At | None:
    lines = project.files.lines(path)
    return next((At(path, number) for number, line in enumerate(lines, start=1) if pattern.search(line)), None)
