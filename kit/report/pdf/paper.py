"""A document cut down for paper: what nobody reads on paper stays in the page and in the files, and it says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kit.report import blocks as b
from kit.report.alike import gathered
from kit.report.blocks import Block, Entry, Excerpt, Mark, Place, Row, Table, Verdict, columns
from kit.report.document import Document, Section
from kit.report.sections.appendix import EVIDENCE
from kit.report.sections.basics import heads, nothing
from kit.report.texts import text

AREAS = "appendix-areas"
GRAVE = ("critical", "high")
OPEN = {"fail", "partial"}
SIGNED = {"formal": "formal-signoff", "audit": "audit-information"}
"""Style to its section in which the report is signed; the others are signed on their last page."""

MOST_CARDS = 60
"""Cards in the appendix, those told before not counted; the blockers and criticals of a style are all told."""

MOST_ROWS, SPARED = 18, 6
"""Rows of a table in the appendix, and by how many it may be longer before it is cut."""

MOST_LISTED = 160
"""Rows of the list of lesser findings."""

MOST_LINES = 6
"""Lines of an excerpt; what is meant comes before its context."""

MOST_BOXES = 12
"""Boxes of a checklist up to which each says where it is open; the template sets longer ones in two columns."""

TALLEST = 14
"""Rows of a matrix up to which it is drawn; a taller one would leave the page before it half empty, so it stands as
its table, which breaks between pages."""

MOST_CHARTS = 1
"""Charts of an area; the appendix has those of the whole before."""


def for_paper(document: Document) -> Document:
    """The document as it is printed: its style's sections in full, a summary of one page, and an appendix that has
    the grave findings as cards, each told once, the others as rows, and of each area what it comes to."""
    told: set[str] = set()
    shown = frozenset(_shown(document))
    sections = tuple(_section(_unsigned(section, document.style), told) for section in document.sections)
    appendix = tuple(_of_appendix(section, told, shown) for section in document.appendix)
    verdicts = b.Verdicts(tuple(_verdict(verdict) for verdict in document.verdicts.verdicts))
    return replace(document, verdicts=verdicts, sections=sections, appendix=appendix)


def _shown(document: Document) -> Iterator[str]:
    """The anchors of findings that a table of the style's sections has as a row."""
    sections = (inner for section in document.sections for _, inner in section.walk())
    tables = (block for section in sections for block in section.blocks if isinstance(block, Table))
    for row in (row for table in tables for row in table.rows):
        yield from (cell.target for cell in row if isinstance(cell, b.Ref))


def _verdict(verdict: Verdict) -> Verdict:
    """Its reasons in a line each: what stands behind them is told under it, and in the sections."""
    return replace(verdict, reasons=tuple(replace(r, behind=(), more=0) for r in verdict.reasons))


def _unsigned(section: Section, style: str) -> Section:
    """A section in which the report is signed without its own lines for it: those with the hash stand there."""
    if section.id != SIGNED.get(style):
        return section
    lines = {text("facts.review"), nothing("signoff").title}
    blocks = (block for block in section.blocks if getattr(block, "caption", getattr(block, "title", "")) not in lines)
    return replace(section, blocks=tuple(blocks))


def _section(section: Section, told: set[str]) -> Section:
    blocks = tuple(_told_once(block, told) for block in section.blocks)
    return replace(section, blocks=blocks, sections=tuple(_section(inner, told) for inner in section.sections))


def _told_once(block: Block, told: set[str]) -> Block:
    """A finding as a card the first time that it comes up, as a line after it; long checklists without places."""
    if isinstance(block, b.Checklist) and len(block.items) > MOST_BOXES:
        return replace(block, items=tuple(replace(item, refs=()) for item in block.items))
    if not isinstance(block, Entry):
        return block
    if block.fingerprint in told:
        return b.Listing((b.Ref(f"finding-{block.fingerprint}", f"{block.number}. {block.title}"),))
    told.add(block.fingerprint)
    return _card(block)


def _card(entry: Entry) -> Entry:
    """The card with one excerpt, and the places of the others."""
    shown = [row for row in entry.rows if row.excerpt is not None]
    other = [row.excerpt.at for row in shown[1:] if row.excerpt is not None and row.excerpt.at]
    rows = (replace(r, excerpt=_excerpt(r.excerpt)) if r.excerpt else r for r in entry.rows if r not in shown[1:])
    return replace(entry, rows=tuple(_in_short(entry, _with_places(rows, other))))


def _in_short(entry: Entry, rows: Iterable[Row]) -> Iterator[Row]:
    """Effort, environments and owner on one line, where the first of them stood; whom nobody named, a pen will."""
    kept = [_observed(entry, row) for row in rows]
    about = {text(f"entry.{key}"): key for key in ("effort", "environments", "owner")}
    said = {about[row.label]: row.text for row in kept if row.label in about}
    if said.get("owner") == text("entry.no-owner"):
        del said["owner"]
    line = "; ".join(text(f"paper.about-{key}", said=said[key]) for key in about.values() if said.get(key))
    for row in kept:
        if row.label not in about:
            yield row
    if line:
        yield Row(text("entry.effort"), line)


def _observed(entry: Entry, row: Row) -> Row:
    """A row that begins with the words of the title goes on after them."""
    rest = row.text.removeprefix(entry.title).strip()
    return replace(row, text=rest) if rest and rest != row.text else row


def _with_places(rows: Iterable[Row], places: Sequence[str]) -> Iterator[Row]:
    for row in rows:
        yield row
        if row.excerpt is not None and places:
            yield Row("", text("paper.also", places=", ".join(places)))


def _excerpt(excerpt: Excerpt) -> Excerpt:
    """Not more than `MOST_LINES` of it, around the line that is meant."""
    if len(excerpt.lines) <= MOST_LINES:
        return excerpt
    if excerpt.first_line is None or excerpt.highlight is None:
        return replace(excerpt, lines=(*excerpt.lines[:MOST_LINES], "…"))
    first = excerpt.highlight[0] - excerpt.first_line
    start = min(max(first - 2, 0), len(excerpt.lines) - MOST_LINES)
    lines = excerpt.lines[start : start + MOST_LINES]
    return replace(excerpt, lines=lines, first_line=excerpt.first_line + start)


def _of_appendix(section: Section, told: set[str], shown: frozenset[str]) -> Section:
    if section.id == EVIDENCE:
        return replace(section, blocks=tuple(_evidence(section, told, shown)))
    kept = tuple(_short(block) for block in section.blocks)
    if section.id == AREAS:
        kept = (*kept, b.Prose((text("paper.areas"),)))
    return replace(section, blocks=kept, sections=tuple(_area(inner) for inner in section.sections))


def _evidence(section: Section, told: set[str], shown: frozenset[str]) -> Iterator[Block]:
    """Grave findings that no section has told as cards, others that none has shown as rows, and where all of it is."""
    found = [block for block in section.blocks if isinstance(block, Entry)]
    if not found:
        yield from section.blocks
        return
    grave = [e for e in found if e.fingerprint not in told and (e.blocker or e.severity in GRAVE)]
    cards = grave[:MOST_CARDS]
    before = sum(e.fingerprint in told for e in found)
    yield b.Prose((_introduced(before, len(cards)),))
    yield from (_card(card) for card in cards)
    known = told | {card.fingerprint for card in cards}
    rest = [e for e in found if e.fingerprint not in known and f"finding-{e.fingerprint}" not in shown]
    if rest:
        yield _listed(rest)
    yield b.Prose((text("paper.everything", all=len(found)),))


def _introduced(told: int, cards: int) -> str:
    """What the sections before have told already, and what follows as cards."""
    key = ("told" if cards else "told-all") if told else ("told-none" if cards else "told-nothing")
    return text(f"paper.{key}", told=told, cards=cards)


def _listed(rest: Sequence[Entry]) -> Table:
    told = gathered(rest, lambda e: (e.check, e.severity), lambda e: e.title)
    rows = tuple(_listed_row(row.items, row.message) for row in told[:MOST_LISTED])
    shown = sum(len(row.items) for row in told[:MOST_LISTED])
    note = text("paper.rows", shown=shown, all=len(rest)) if shown < len(rest) else ""
    names = columns(*heads("number", "check", "severity", "seen", "where"))
    return Table(text("paper.listed", count=len(rest)), names, rows, note)


def _listed_row(found: Sequence[Entry], message: str) -> tuple[b.Cell, ...]:
    first, more = found[0], len(found) - 1
    where = text("views.alike-where", first=first.at, count=more) if more else (Place(first.at) if first.at else None)
    return (", ".join(str(e.number) for e in found), first.check, Mark(first.severity), message, where)


def _area(section: Section) -> Section:
    """An area's first charts and what an analyst added; its numbers stand beside its title, its tables on its page.
    A notebook of no area has no such page of its own to read on: its tables stay."""
    if section.id.startswith("notebook-"):
        return replace(section, blocks=tuple(_short(block) for block in section.blocks))
    if not section.id.startswith("area-"):
        return section
    kept = tuple(_area_blocks(section.blocks))
    bare = not any(isinstance(block, b.Chart) for block in kept)
    more = (block for block in _first_table(section.blocks) if block not in kept)
    return replace(section, blocks=(*kept, *more) if bare else kept)


def _first_table(blocks: Sequence[Block]) -> Iterator[Block]:
    """What an area without charts shows on paper: its first table with rows, and the text before it."""
    for group in _groups(blocks):
        table = next((block for block in group if isinstance(block, Table) and block.rows), None)
        if table is not None:
            yield from (block for block in group if isinstance(block, b.Markdown))
            yield _short(table)
            return


def _area_blocks(blocks: Sequence[Block]) -> Iterator[Block]:
    for group in _groups(blocks):
        charts = [block for block in group if isinstance(block, b.Chart)][:MOST_CHARTS]
        drawn = [_short(chart) for chart in charts]
        kept = [block for block in group if not isinstance(block, Table | b.Chart | b.Figures | b.Markdown)] + drawn
        if kept or all(isinstance(block, b.Markdown) for block in group):
            said = [block for block in group if isinstance(block, b.Markdown)]
            yield from (*said, *kept)


def _groups(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Each text of a notebook with what follows it."""
    group: list[Block] = []
    for block in blocks:
        if isinstance(block, b.Markdown) and group:
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _short(block: Block) -> Block:
    """A table of the appendix with its first rows."""
    block = _breaking(block)
    if not isinstance(block, Table) or len(block.rows) <= MOST_ROWS + SPARED:
        return block
    note = text("paper.rows", shown=MOST_ROWS, all=len(block.rows))
    return replace(block, rows=block.rows[:MOST_ROWS], note=f"{block.note} {note}".strip())


def _breaking(block: Block) -> Block:
    """A tall matrix as its table, the rows that are open first."""
    if not isinstance(block, b.Chart) or block.table is None or not block.table.matrix:
        return block
    table = block.table
    if len(table.rows) <= TALLEST:
        return block
    rows = sorted(table.rows, key=lambda row: -sum(isinstance(c, Mark) and c.outcome in OPEN for c in row))
    return replace(table, caption=block.title, rows=tuple(rows))
