"""What a params file brings beside the project: evidence files, commands, addresses, what people say."""

from __future__ import annotations

from kit.checks.shared.ran import ending
from kit.judgement.attestations import UNSHOWN
from kit.model import Finding, Strength
from kit.project import Project
from kit.report.blocks import Block, Cell, Mark, Place, Prose, Table, columns
from kit.report.sections.basics import heads
from kit.report.sections.material import Material
from kit.report.texts import text
from kit.report.words import at
from kit.sources.evidence.model import EvidenceFile

MOST = 60
"""Rows of each table; the findings hold all."""


def sources(material: Material) -> str:
    """What the report was made from, in words: the files of the project, and whatever else there was."""
    project = material.project
    asked = project.probes.asked if project.probes is not None else 0
    ran = sum(run.asked for run in project.ran or ())
    more = [
        text(f"given.from-{key}", number=number)
        for key, number in (
            ("files", len(project.evidence or ())),
            ("ran", ran),
            ("asked", asked),
            ("people", len({(f.check, f.message.partition(UNSHOWN)[0]) for f in _attested(material)})),
        )
        if number
    ]
    *first, last = [text("given.project"), *more]
    return text("given.and", first=", ".join(first), last=last) if first else last


def given(material: Material) -> tuple[Block, ...]:
    """Tables of the evidence files, of the commands and of what people attest; nothing where there is none of it."""
    tables = (_files(material.project), _commands(material.project), _people(material))
    found = tuple(table for table in tables if table is not None)
    return (Prose((text("given.prose"),)), *found) if found else ()


def _files(project: Project) -> Table | None:
    found = project.evidence or ()
    revised = any(f.revision for f in found[:MOST])  # few tools state it
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Place(f.path), f.format or None, _made(f), *([_revision(f)] if revised else []), _state(f))
        for f in found[:MOST]
    )
    names = columns(*heads("file", "what", "made", *(["revision"] if revised else []), "result"))
    return Table(text("given.files"), names, rows, _rest(len(found))) if rows else None


def _made(file: EvidenceFile) -> str | None:
    return f"{file.made:%Y-%m-%d %H:%M}" if file.made is not None else None


def _revision(file: EvidenceFile) -> str | None:
    return file.revision[:12] if file.revision else None


def _state(file: EvidenceFile) -> Mark:
    if file.error:
        return Mark("fail", text("given.unreadable", why=file.error.rstrip(".")))
    if file.stale:
        return Mark("partial", text("given.stale", why=file.stale))
    return Mark("pass", text("given.read"))


def _commands(project: Project) -> Table | None:
    found = project.ran or ()
    rows = tuple(
        (run.name, run.area, Mark("pass" if run.holds else "fail" if run.asked else "unknown", ending(run)))
        for run in found[:MOST]
    )
    names = columns(*heads("command", "area", "result"))
    return Table(text("given.commands"), names, rows, _rest(len(found))) if rows else None


def _people(material: Material) -> Table | None:
    found = _attested(material)
    rows = tuple((f.title, Mark(f.outcome.value), f.message, Place(at(f))) for f in found[:MOST])
    names = columns(*heads("question", "result", "said", "where"))
    return Table(text("given.people"), names, rows, _rest(len(found)) or text("given.weaker")) if rows else None


def _attested(material: Material) -> list[Finding]:
    """What a named person decided, where nothing else could."""
    found = material.assessment.findings
    return [f for f in found if f.evidence and all(e.strength is Strength.ATTESTED for e in f.evidence)]


def _rest(number: int) -> str:
    return text("page.more", number=number - MOST) if number > MOST else ""
