"""What a scanner says that no check of ours asks about."""

from __future__ import annotations

from collections.abc import Iterator

from kit.model import At, Fact, ok, unknown
from kit.project import Project


def nothing_to_add(project: Project, scanner: str) -> Iterator[Fact]:
    """That the scanner looked, or why it could not; nothing where it was not asked or had nothing to look at.

    Its alarms are joined in by `kit.scanners.merge`, as those of every check are.
    """
    for scan in project.scans or ():
        if scan.scanner == scanner and scan.error:
            yield unknown(f"{scanner} did not finish: {scan.error}. What it would have added is not known.")
        elif scan.scanner == scanner and scan.paths:
            count = len(scan.paths)
            yield ok(f"{scanner} looked at {count} {'file' if count == 1 else 'files'}.", At("."))
