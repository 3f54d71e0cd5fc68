"""Is a backup looked at before it is needed?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.texts import first_line
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check

_READS = re.compile(
    r"pg_restore\b[^\n]*(?:\s-l\b|--list)|\bgzip -t|\bzstd -t|\bxz -t|restic[^\n]*\bcheck\b|borg[^\n]*\bcheck\b|pgbackrest[^\n]*\bverify\b|pg_verifybackup|wal-g[^\n]*verify"
    r"|mongorestore[^\n]*--dryRun|(?:sha\d+|md5)sum\b[^\n]*(?:\s-c\b|--check)|\bcmp\s|tar\s+-?t|age -d[^\n]*\|\s*pg_restore"
)
_SUMS = re.compile(r"\b(?:sha\d+|md5)sum\b|\bshasum\b")
_SIZE = re.compile(r"\[\[?\s*!?\s*-s\s|\bstat\b[^\n]*(?:%s|-c)|\bdu -[a-z]*b|minimum size", re.IGNORECASE)


@check("REC-060", "Backups are looked at when they are made", Severity.LOW, Clause.EXECUTION, effort_hours=1)
def backups_are_verified(project: Project) -> Iterator[Fact]:
    """
    A dump that ended half way has a name and a size like any other; it shows on the day when it is the only one left.

    Decides: the file that makes a backup, or one that brings it back, reads it through (`pg_restore --list`, `gzip -t`,
    `restic check`) or compares a checksum, or something runs a restore. A checksum that is only written, or a look at the size, holds in part.

    Fix: `pg_restore --list "$FILE" > /dev/null` before the upload.

    Blind to: checks that a backup service makes by itself.

    See: https://www.postgresql.org/docs/current/app-pgrestore.html
    """
    saving = {b.at.path for b in project.backups}
    restoring = [r.at.path for r in project.restores if r.at.path not in saving]
    for backup in {b.at.path: b for b in project.backups}.values():
        paths = dict.fromkeys((backup.at.path, *restoring))
        read = next((at for path in paths if (at := first_line(project, path, _READS))), None)
        tried = next((r for r in project.restores if r.runs and r.engine == backup.engine), None)
        sums = first_line(project, backup.at.path, _SUMS) or first_line(project, backup.at.path, _SIZE)
        if read is not None:
            yield ok(f"{backup.tool}: the result is read through or compared.", read, backup)
        elif tried is not None:
            yield ok(f"{backup.tool}: a restore of it is run.", tried.runs[0], backup)
        elif sums is not None:
            yield partial(
                f"{backup.tool}: a checksum or size is noted, and nothing compares or reads the result.", sums, backup
            )
        else:
            yield bad(f"{backup.tool}: nothing looks whether the result can be read.", backup)
