"""Is all data saved, by the clock, and elsewhere?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.shared.crowd import by_file, crowded, gathered
from kit.checks.shared.deployed import production_is_told
from kit.checks.shared.images import ASIDE, nobody_runs
from kit.checks.shared.meant import in_development_mode
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node
from kit.system.backups import Backup, is_gone
from kit.system.images import parse_image
from kit.system.landings import in_the_store
from kit.system.model import Store

_BUCKETS = frozenset({"s3", "gcs", "azure-blob"})
LASTING = _BUCKETS | frozenset(
    {
        "postgres",
        "mysql",
        "mongodb",
        "mssql",
        "clickhouse",
        "elasticsearch",
        "etcd",
        "neo4j",
        "cassandra",
        "influxdb",
    }
)
_LIVE = frozenset({"production", "staging"})
_KEPT = (
    "backup_retention_period", "backup_configuration", "backup_retention_days", "point_in_time_recovery", "versioning",
    "settings.backup_configuration", "snapshot_retention_limit",
)  # fmt: skip
_UPLOADS = re.compile(r"(?:^|[/_-])(?:uploads?|media|attachments|user[-_]?files|documents)(?:$|[/_-])", re.IGNORECASE)
_EXPRESSION = re.compile(r"\$\{\{[^}]{0,99}\}\}")
_STATED = re.compile(
    r"(?:\bdest|UPLOAD_FOLDER['\"\]]{0,2}|MEDIA_ROOT|uploadDir|tempFileDir)\s*[:=]\s*['\"](/[\w./-]{1,120})['\"]"
)
_COPIES = re.compile(r"\b(?:restic|borg|borgmatic|tar|rsync|rclone|aws s3 sync|duplicity|kopia|velero|gsutil)\b")


_STATES = re.compile(r"(?:terraform|tf|tofu)[-_]?states?(?![a-z])", re.IGNORECASE)
"""Names of buckets that hold what Terraform made; its own checks look after them."""


def lasting(project: Project) -> list[Store]:
    """The stores whose loss is the loss of data."""
    run = {s.name: s for s in project.system.services}
    kept = []
    for store in project.system.stores:
        deployments = run[store.name].deployments if store.name in run else ()
        only_aside = bool(deployments) and all(d.environment in {"development", "test"} for d in deployments)
        emulated = any("localstack" in (d.image or "") for d in deployments)
        if store.engine in LASTING and not only_aside and not emulated and not _STATES.search(store.name):
            kept.append(store)
    # A replica holds what its primary holds: who saves the one has saved the other.
    primaries = {s.engine for s in kept if not _REPLICA.search(s.name)}
    return [s for s in kept if not (_REPLICA.search(s.name) and s.engine in primaries)]


_REPLICA = re.compile(r"(?i)(?:^|[-_.])(?:(?:read[-_]?)?replicas?|standby|slave|secondary|follower)[-_]?\d*(?:[-_.]|$)")


def is_run_elsewhere(project: Project, store: Store) -> bool:
    """Whether somebody else runs the store, and nothing in the project says how it is saved."""
    return store.managed and _managed_backup(project, store) is None


@check("REC-001", "Every store with data is backed up", Severity.CRITICAL, Clause.DEPLOYMENT, effort_hours=8)
@crowded("stores are backed up by nothing in the project")
def stores_are_backed_up(project: Project) -> Iterator[Fact]:
    """
    A store without a backup is lost with its disk, a mistaken `DELETE`, or an extortionist.

    Decides: for each database and object store that the project runs, a command, job or backup service of its engine in
    scripts, manifests, pipelines and compose files. A managed store with backups set in Terraform holds.

    Fix: add a job that dumps the store to a place outside of the machines that it runs on: `pg_dump -Fc` by cron, or as a
    CronJob of the cluster.

    Blind to: backups that are set up in a provider's console; for stores run elsewhere, and for compose files that run
    stores alone, it is unknown.

    See: https://www.postgresql.org/docs/current/backup.html
    """
    hidden: dict[str, list[Store]] = defaultdict(list)
    for store in lasting(project):
        made = [b for b in project.backups if b.engine == store.engine]
        if made:
            lasting_ones = [b for b in made if not is_gone(b)]
            if lasting_ones:
                yield ok(f"{store.name}: {lasting_ones[0].tool} saves it.", lasting_ones[0])
            else:
                said = f"{made[0].tool} reads it out, and what it writes is gone with its container"
                yield partial(f"{store.name}: {said}.", made[0].lands_at, made[0], severity=Severity.MEDIUM)
            yield from _elsewhere(project, store, made)
        elif store.managed:
            kept = _managed_backup(project, store)
            if kept is not None:
                yield ok(f"{store.name}: its provider keeps backups.", kept)
            else:
                hidden[store.engine].append(store)
        elif _beside_nothing(project, store):
            words = (
                f"{store.name}: {store.at.path} runs it beside none of the services; what production runs is not said"
            )
            yield unknown(f"{words}, nor whether that is backed up.", store)
        elif _left_lying(project, store):
            words = f"{store.name}: {store.at.path} makes an image of a {store.engine} store that nothing here runs"
            yield unknown(f"{words}; whether one is run elsewhere, and backed up, is not said.", store)
        else:
            yield bad(
                f"{store.name}: nothing in the project backs up the {store.engine} store.",
                store,
                **_grade(project, store),
            )
    for engine, stores in hidden.items():
        yield _not_seen(engine, stores)


def _not_seen(engine: str, stores: list[Store]) -> Fact:
    names = ", ".join(s.name for s in stores[:4]) + (f" and {len(stores) - 4} more" if len(stores) > 4 else "")
    what = "bucket" if engine in _BUCKETS else f"{engine} store"
    run = f"the {what} is" if len(stores) == 1 else f"these {what}s are"
    words = f"{names}: {run} run elsewhere; whether the provider keeps backups, a statement of its settings would show"
    return unknown(f"{words}.", *stores[:6])


def _beside_nothing(project: Project, store: Store) -> bool:
    """Whether only files that name no environment and run none of the project's services run the store: what a
    developer's machine needs."""
    service = project.system.service(store.name)
    targets = {d.target for d in service.deployments} if service is not None else set()
    named = {d.environment for d in service.deployments} if service is not None else set()
    own = {d.target for s in project.system.own if s.name != store.name for d in s.deployments}
    nameless = named <= {"unknown", "development", "test"}
    return bool(targets) and not targets & own and nameless and (bool(own) or _only_stores(project, targets))


_HELPERS = re.compile(
    r"adminer|pgadmin|phpmyadmin|mongo-express|redis-?(?:commander|insight)|cloudbeaver|mailhog|mailpit|maildev"
)


def _only_stores(project: Project, targets: set[str]) -> bool:
    """Whether files run nothing but stores, brokers and what one looks into them with."""
    run = ((s, d) for s in project.system.services for d in s.deployments if d.target in targets)
    return all(
        s.kind in {"store", "monitoring"} or _HELPERS.search(f"{s.name} {d.image or ''}") is not None for s, d in run
    )


def _left_lying(project: Project, store: Store) -> bool:
    service = project.system.service(store.name)
    build = service.build if service is not None and not service.deployments else None
    return build is not None and nobody_runs(project, build.dockerfile)


def _is_taken_home(project: Project, store: Store) -> bool:
    """Whether only compose files run the store that build nothing, around images which the project's pipelines publish:
    what people install elsewhere, who back their data up themselves."""
    service = project.system.service(store.name)
    targets = {d.target for d in service.deployments} if service is not None else set()
    published = {_repository(name) for b in project.image_builds if b.workflow for name in b.images}
    beside = [(s, d) for s in project.system.services for d in s.deployments if d.target in targets]
    shipped = [d for _, d in beside if d.build is None and d.image and _repository(d.image) in published]
    made = [d for s, d in beside if s.first_party and d not in shipped]
    return bool(shipped) and not made and not production_is_told(project)


def _repository(image: str) -> str:
    parsed = parse_image(_EXPRESSION.sub("x", image))
    return parsed.name if parsed is not None else image.rpartition(":")[0]


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
    """Object stores and search indexes can often be filled again; a project that does not say how production
    runs shows a stack for one machine, and one that is published for others to install keeps no data itself."""
    if store.engine in {"elasticsearch", "etcd", "influxdb"} or _is_taken_home(project, store):
        return {"severity": Severity.MEDIUM}
    service = project.system.service(store.name)
    named = {d.environment for d in service.deployments} if service else set()
    if named & _LIVE:
        return {}
    if in_development_mode(project, store.at.path) or not _is_of_production(project, store):
        return {"severity": Severity.MEDIUM}
    return {"severity": Severity.HIGH}


def _is_of_production(project: Project, store: Store) -> bool:
    """Whether what the project says of production holds for this store: it runs where that is told, or compose files are
    all that a deploying pipeline could bring up. Beside manifests, a nameless compose file is a developer's."""
    service = project.system.service(store.name)
    mine = service.deployments if service is not None else ()
    if not mine or any(not d.target.startswith("compose:") and d.environment not in ASIDE for d in mine):
        return production_is_told(project)
    every = [d for s in project.system.services for d in s.deployments if d.environment not in ASIDE]
    elsewhere = any(d.environment in _LIVE or not d.target.startswith("compose:") for d in every)
    return any(d.environment in _LIVE for d in mine) or (production_is_told(project) and not elsewhere)


def _managed_backup(project: Project, store: Store) -> At | None:
    """Where Terraform says that the provider keeps backups, or versions of a bucket's objects."""
    for resource in (r for folder in project.terraform for r in folder.resources):
        if resource.name == store.name and (node := _kept_by(resource.node)) is not None:
            return node.at
        if resource.type.endswith(("_versioning", "_backup_plan", "_backup_selection")):
            text = " ".join(n.text for n in resource.node.strings())
            if f".{store.name}." in text:
                return resource.at
    return None


def _kept_by(resource: Node) -> Node | None:
    nodes = (resource.get(*key.split(".")) for key in _KEPT)
    return next((n for n in nodes if n is not None and n.text not in {"0", "false"}), None)


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
            yield bad(
                f"{backup.tool} saves the {backup.engine or 'data'}, and nothing runs it by the clock.",
                backup,
                severity=_gravity(project, backup),
            )


@check("REC-003", "Backups leave the machine", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=3)
@gathered(by_file)
def backups_leave_the_machine(project: Project) -> Iterator[Fact]:
    """
    A backup beside the data goes down with it. One that lands in an emptyDir or in a container's own files is gone when the
    job ends.

    Decides: whether the script or job that saves a store also uploads the result; otherwise where the result lands: in an
    emptyDir or a container's own files, on the volume of the store itself, on another volume, or on the host.

    Fix: upload the dump: `aws s3 cp dump.pgc s3://backups/...`, or write it with `restic` to a remote repository.

    Blind to: replication of the disk that it lands on.

    See: https://www.cisa.gov/audiences/small-and-medium-businesses/secure-your-business/back-up-business-data
    """
    for backup in project.backups:
        beside = in_the_store(project, backup.engine, backup.lands, backup.lands_at)
        if backup.off_site:
            yield ok(f"{backup.tool}: the result is sent elsewhere.", backup)
        elif beside is not None:
            words = "writes onto the volume of the store itself; what takes the data takes its backup"
            yield bad(f"{backup.tool} {words}.", backup.lands_at, beside, backup, severity=Severity.CRITICAL)
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
            yield bad(
                f"{backup.tool}: the result stays on the machine that it is made on.",
                backup,
                severity=_gravity(project, backup),
            )


def _gravity(project: Project, backup: Backup) -> Severity | None:
    """A script for whoever runs the software is graver where the project itself runs such a store in production."""
    mine = [s for s in project.system.stores if s.engine == backup.engine]
    return None if backup.schedules or any(_is_of_production(project, s) for s in mine) else Severity.MEDIUM


@check("REC-011", "Files that people bring are backed up too", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=4)
def files_are_backed_up(project: Project) -> Iterator[Fact]:
    """
    A database that is restored without the files that its rows name is full of broken pictures and lost contracts.

    Decides: volumes of the project's own services, outside of development and tests, that are mounted where uploads or
    media are kept, by their name or because code says so; a script or service that saves files must name the volume or
    the path.

    Fix: save the volume with restic beside the dump, or keep the files in a bucket with versions.

    Blind to: volumes under other names; snapshots of the disks.

    See: https://restic.readthedocs.io/en/stable/040_backup.html
    """
    for name, source, path, at in _upload_volumes(project):
        saved = _saves_files(project, source, path)
        if saved is not None:
            yield ok(f"{name}: {path} is saved.", saved, at)
        else:
            yield bad(f"{name}: nothing saves the files in {path}.", at)


def _upload_volumes(project: Project) -> list[tuple[str, str, str, At]]:
    """Service, source, mount path and place of each volume that holds what people bring; each source once."""
    found: dict[str, tuple[str, str, str, At]] = {}
    brought = _upload_folders(project)
    for service in project.system.own:
        for deployment in service.deployments:
            for source, path, at in deployment.volumes:
                aside = deployment.environment in {"development", "test"} or source.startswith(
                    (".", "configMap", "secret")
                )
                kept = _UPLOADS.search(f"{source}/{path}") or path.rstrip("/") in brought
                if source and not aside and kept and source != "emptyDir":
                    found.setdefault(source, (service.name, source, path, at))
    return list(found.values())


def _upload_folders(project: Project) -> set[str]:
    """The folders, from the root of the container, that code hands to what takes uploads."""
    needles = ("multer(", "UPLOAD_FOLDER", "MEDIA_ROOT", "uploadDir", "fileUpload(")
    texts = (project.code.text(path) for path in project.code.holding(*needles))
    return {place.rstrip("/") for text in texts for place in _STATED.findall(text)}


def _saves_files(project: Project, source: str, path: str) -> At | None:
    names = [n for n in (source.rpartition(":")[2], path.rstrip("/")) if n]
    for command in (c for script in project.scripts for c in script.commands):
        if _COPIES.search(command.text) and any(n in command.text for n in names):
            return command.at
    images = (b for b in project.backups if b.format == "archive" and not b.engine)
    return next((b.at for b in images), None)
