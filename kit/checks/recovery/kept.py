"""Are backups kept, encrypted and watched?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.system.backups import is_gone

_PRUNES = re.compile(
    r"-mtime\s+\+|--keep-|forget\b|retention|lifecycle|expire|BACKUP_KEEP|KEEP_DAYS|rm -f[^\n]*backup", re.IGNORECASE
)
_NOTICES = re.compile(
    r"(?:curl|wget) [^\n]*(?:hc-ping|healthchecks|slack|hooks|pushgateway|alert|heartbeat|ping_url|webhook)|mail -s|sendmail|notify|pushgateway|on_failure|backup_last_success",
    re.IGNORECASE,
)
_ENCRYPTS = re.compile(
    r"(?:^|[\s|/])(?:age|gpg2?|restic|borg|borgmatic|wal-g|kopia|duplicity|pgbackrest)\b|openssl enc|--sse(?:-c|=aws:kms| aws:kms)"
    r"|repo\d?-cipher|ENCRYPT|PASSPHRASE|rclone[^\n]*crypt",
)


@check("REC-007", "Old backups are removed after a set time", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1)
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
        if place is not None and is_gone(backup):
            said = "old backups would be removed after a time, and what it writes is gone with its container"
            yield partial(f"{backup.tool}: {said}.", place, backup.lands_at)
        elif place is not None:
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


@check("REC-008", "Backups are encrypted before they leave", Severity.LOW, Clause.COMPLIANCE, effort_hours=2)
def backups_are_encrypted(project: Project) -> Iterator[Fact]:
    """
    A dump holds every row in one file: whoever reads the bucket reads the database.

    Decides: for backups that are sent elsewhere, whether the tool encrypts by itself (restic, borg, WAL-G) or the file
    that makes it does (`age`, `gpg`, `openssl enc`, server-side encryption with a key).

    Fix: pipe the dump through `age --recipient <key>` before it is uploaded, and keep the key elsewhere.

    Blind to: buckets that are set to encrypt with a key of their own.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Cryptographic_Storage_Cheat_Sheet.html
    """
    for backup in {b.at.path: b for b in project.backups if b.off_site}.values():
        place = _line_of(project, backup.at.path, _ENCRYPTS)
        if place is not None:
            yield ok(f"{backup.tool}: the result is encrypted.", place)
        else:
            yield bad(f"{backup.tool}: the result is sent elsewhere as it is, readable for whoever gets it.", backup)


def _line_of(project: Project, path: str, pattern: re.Pattern[str]) -> At | None:
    lines = project.files.lines(path)
    return next((At(path, number) for number, line in enumerate(lines, start=1) if pattern.search(line)), None)
