"""A report's stated date against the history of its file, read with dulwich."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from dulwich.repo import Repo

from kit.claims.model import Statement, Verdict
from kit.project import Project

_STATED = re.compile(
    r"^(?P<label>(?:(?:last|date) )?(?:updated|generated|reviewed|revised|modified)(?: on)?|date|(?:report|audit|assessment|review) date)\s*[:|]\s*",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_WRITTEN = re.compile(
    r"\b(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>20\d\d)\b"
    r"|\b(?P<day2>\d{1,2})(?:st|nd|rd|th)? (?P<month2>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*,? (?P<year2>20\d\d)\b",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SLACK = timedelta(days=14)
"""A report may be dated a few days before or after it is committed."""
MAX_COMMITS = 3000


def date_against_history(statement: Statement, source: str, project: Project) -> tuple[Verdict, str] | None:
    """A verdict on the date that a report gives itself, where its file has a history; None where nothing tells."""
    label = _STATED.match(statement.text)
    stated = stated_date(statement.text) if label else None
    if label is None or stated is None:
        return None
    path = _within(source, project)
    changes = _changes(project.root, path) if path else None
    if not changes:
        return None
    first, last = changes[-1], changes[0]
    if stated > last + SLACK:
        return Verdict.REFUTED, f"It is dated {stated}; the file was last changed on {last}."
    if "updated" in label["label"].lower() or "modified" in label["label"].lower():
        if last - stated > SLACK:
            return (
                Verdict.REFUTED,
                f"It says that it was last updated on {stated}; the file was last changed on {last}.",
            )
        return Verdict.CONFIRMED, f"The file was last changed on {last}."
    if first - SLACK <= stated <= last + SLACK:
        return (
            Verdict.CONFIRMED,
            f"The file was changed {_between(first, last)}; a fortnight either way is allowed for.",
        )
    return Verdict.UNDECIDABLE, f"It is dated {stated}; the repository has the file only since {first}."


def _between(first: date, last: date) -> str:
    return f"on {first}" if first == last else f"between {first} and {last}"


def stated_date(text: str) -> date | None:
    """The first date of a text."""
    iso = _ISO.search(text)
    written = _WRITTEN.search(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if written:
            month = (written["month"] or written["month2"]).lower()[:3]
            year, day = written["year"] or written["year2"], written["day"] or written["day2"]
            return date(int(year), _MONTHS.index(month) + 1, int(day))
    except ValueError:
        pass
    return None


def _within(source: str, project: Project) -> str | None:
    """The report's path in the project; None where it lies elsewhere."""
    place = Path(source)
    for candidate in (place, project.root / place):
        resolved = candidate.resolve()
        if resolved.is_file() and resolved.is_relative_to(project.root):
            return resolved.relative_to(project.root).as_posix()
    return None


@lru_cache(maxsize=64)
def _changes(root: Path, path: str) -> tuple[date, ...] | None:
    """The days on which commits changed a file, the latest first; None without a history that reaches back."""
    if not (root / ".git").is_dir() or (root / ".git" / "shallow").exists():
        return None
    try:
        with Repo(str(root)) as repo:
            entries = repo.get_walker(paths=[path.encode()], max_entries=200)
            days = [datetime.fromtimestamp(e.commit.commit_time, UTC).date() for e in entries]
    except Exception:
        return None  # a repository that cannot be read tells nothing
    return tuple(sorted(days, reverse=True)) or None
