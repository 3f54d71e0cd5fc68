"""A document as data for the Typst template: strings, numbers and lists; nothing in it is ever read as markup."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kit.report import blocks as b
from kit.report.blocks import Block, Cell, Json, Mark, Place, Ref
from kit.report.document import Document, Section
from kit.report.pdf.columns import ordinary, parted
from kit.report.pdf.markdown import nodes_of
from kit.report.pdf.paper import SIGNED
from kit.report.pdf.words import breakable, spans
from kit.report.svg import Undrawable, draw
from kit.report.texts import mapping, text
from kit.report.theme import LIGHT, STATUS
from kit.report.words import OUTCOME_WORDS, sentence


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who signs, and the hash of what is signed."""

    roles: tuple[str, ...]
    sha256: str


def document_data(document: Document, moment: str, sign_off: SignOff) -> Json:
    """All that the template shows. `moment`: ISO, the date that the PDF bears."""
    write = _Writer(anchors_of(document), document.style)
    signed = SIGNED.get(document.style) in {section.id for _, section in document.walk()}
    return {
        "title": breakable(document.title),
        "subtitle": breakable(document.subtitle),
        "style": document.style,
        "language": document.language,
        "direction": document.direction,
        "date": [int(part) for part in moment[:10].split("-")],
        "facts": [[label, write.cell(value)] for label, value in document.facts],
        "verdicts": write.block(document.verdicts),
        "numbers": write.block(document.numbers),
        "first": write.blocks(document.first),
        "sections": [write.section(section) for section in document.sections],
        "appendix": [write.section(section) for section in document.appendix],
        "sign_off": {
            "roles": [breakable(role) for role in sign_off.roles],
            "sha256": breakable(sign_off.sha256),
            "placed": signed,
        },
        "words": mapping("paper"),
        "colors": LIGHT,
        "status": STATUS,
    }


def anchors_of(document: Document) -> frozenset[str]:
    """Every place of the document that a link may lead to."""
    found = [section.id for _, section in document.walk()]
    for _, section in document.walk():
        found += [f"finding-{block.fingerprint}" for block in section.blocks if isinstance(block, b.Entry)]
    return frozenset(found)


def _below(title: str, block: Block) -> Block:
    """A block without a caption that says what the heading above it has said."""
    said = isinstance(block, b.Table) and sentence(block.caption) == title
    return replace(block, caption="") if said and isinstance(block, b.Table) else block


class _Writer:
    """Blocks to data. The first to take an anchor has it: a finding may be told twice in a document."""

    def __init__(self, anchors: frozenset[str], style: str) -> None:
        self._anchors = anchors
        self._style = style
        self._taken: set[str] = set()
        self._kinds: Mapping[type, Callable[[Any], Json]] = {
            b.Table: self._table,
            b.Chart: self._chart,
            b.Notice: self._notice,
            b.Figures: self._figures,
            b.Prose: lambda p: {"paragraphs": [spans(text) for text in p.paragraphs]},
            b.Markdown: lambda m: {"nodes": nodes_of(m.text)},
            b.Listing: self._listing,
            b.Checklist: self._checklist,
            b.Excerpt: self._excerpt,
            b.Entry: self._entry,
            b.Verdicts: self._verdicts,
        }

    def section(self, section: Section) -> Json:
        return {
            "id": self._take(section.id),
            "title": breakable(section.title),
            "status": self._mark(Mark(section.status)) if section.status else None,
            "note": breakable(section.note),
            "blocks": self.blocks([_below(section.title, block) for block in section.blocks]),
            "signed": section.id == SIGNED.get(self._style),
            "sections": [self.section(inner) for inner in section.sections],
        }

    def blocks(self, blocks: Sequence[Block]) -> list[Json]:
        return [self.block(block) for block in blocks]

    def block(self, block: Block) -> Json:
        return {"kind": type(block).__name__.lower(), **self._kinds[type(block)](block)}

    def cell(self, cell: Cell, kind: str = "text") -> Json:
        if isinstance(cell, Mark):
            return self._mark(cell)
        if isinstance(cell, Place):
            return self._place(cell.at)
        if isinstance(cell, Ref):
            to = cell.target if cell.target in self._anchors else None
            return {"is": "ref", "spans": spans(cell.text), "to": to}
        if isinstance(cell, float):
            return {"is": "text", "spans": [{"text": f"{cell:.1f}"}]}
        said = "" if cell is None else str(cell)
        if kind == "code" and said:
            return {"is": "place", "at": breakable(said)}
        return {"is": "text", "spans": spans(said)}

    def _place(self, at: str) -> Json:
        """A path as code; the project itself in words, as a lone dot tells nobody anything."""
        if at == ".":
            return {"is": "text", "spans": [{"text": text("page.whole")}]}
        return {"is": "place", "at": breakable(at)}

    def _take(self, anchor: str) -> str | None:
        if anchor in self._taken:
            return None
        self._taken.add(anchor)
        return anchor

    def _mark(self, mark: Mark) -> Json:
        word = mark.text or OUTCOME_WORDS.get(mark.outcome, mark.outcome)
        return {"is": "mark", "outcome": mark.outcome, "spans": spans(word), "at": breakable(mark.at)}

    def _table(self, table: b.Table) -> Json:
        parts = parted(table) if table.matrix else [ordinary(table)]
        shown = [
            {
                "widths": list(part.widths),
                "upright": part.upright,
                "small": part.small,
                "columns": [{"name": breakable(c.name), "kind": c.kind} for c in part.columns],
                "rows": [self._row(row, part.columns) for row in part.rows],
            }
            for part in parts
        ]
        return {
            "caption": spans(sentence(table.caption)),
            "note": spans(table.note),
            "matrix": table.matrix,
            "parts": shown,
        }

    def _row(self, row: Sequence[Cell], columns: Sequence[b.Column]) -> list[Json]:
        return [self.cell(cell, column.kind) for cell, column in zip(row, columns, strict=True)]

    def _chart(self, chart: b.Chart) -> Json:
        said = {"title": spans(sentence(chart.title)), "text": breakable(chart.text)}
        try:
            drawing = draw(chart)
        except Undrawable:
            return {**said, "svg": None, "table": self._table(chart.table) if chart.table else None}
        return {**said, "svg": drawing.svg, "width": drawing.width, "height": drawing.height, "table": None}

    def _notice(self, notice: b.Notice) -> Json:
        items = [self.cell(item) for item in notice.items]
        return {"tone": notice.tone, "title": spans(notice.title), "text": spans(notice.text), "items": items}

    def _figures(self, figures: b.Figures) -> Json:
        shown = [
            {"label": f.label, "value": f.value, "unit": f.unit, "status": f.status, "note": f.note}
            for f in figures.figures
        ]
        return {"figures": shown}

    def _listing(self, listing: b.Listing) -> Json:
        items = [self.cell(item) for item in listing.items]
        return {"caption": spans(listing.caption), "ordered": listing.ordered, "items": items}

    def _checklist(self, checklist: b.Checklist) -> Json:
        items = [
            {"label": spans(i.label), "state": i.state, "note": spans(i.note), "refs": [self.cell(r) for r in i.refs]}
            for i in checklist.items
        ]
        return {"caption": spans(checklist.caption), "items": items}

    def _excerpt(self, excerpt: b.Excerpt) -> Json:
        first, last = excerpt.highlight or (0, -1)
        lines = [
            {
                "n": number if excerpt.first_line is not None else None,
                "text": breakable(line),
                "lit": first <= number <= last,
            }
            for number, line in enumerate(excerpt.lines, start=excerpt.first_line or 1)
        ]
        return {"at": breakable(excerpt.at), "caption": spans(excerpt.caption), "lines": lines}

    def _entry(self, entry: b.Entry) -> Json:
        rows = [
            {
                "label": row.label,
                "spans": spans(sentence(row.text)),
                "excerpt": self._excerpt(row.excerpt) if row.excerpt else None,
            }
            for row in entry.rows
        ]
        rating = entry.severity if entry.outcome in {"fail", "partial"} else entry.outcome
        return {
            "id": self._take(f"finding-{entry.fingerprint}"),
            "number": entry.number,
            "title": spans(entry.title),
            "rating": self._mark(Mark(rating)),
            "blocker": entry.blocker,
            "check": entry.check,
            "at": text("page.whole") if entry.at == "." else breakable(entry.at),
            "rows": rows,
            "open": entry.outcome in {"fail", "partial"},
        }

    def _verdicts(self, verdicts: b.Verdicts) -> Json:
        return {"verdicts": [self._verdict(verdict) for verdict in verdicts.verdicts]}

    def _verdict(self, verdict: b.Verdict) -> Json:
        reasons = [
            {
                "mark": self._mark(Mark(reason.verdict)),
                "text": spans(reason.text),
                "behind": [self.cell(cell) for cell in reason.behind],
                "more": reason.more,
            }
            for reason in verdict.reasons
        ]
        said = {"environment": verdict.environment, "word": verdict.word}
        return {**said, "meaning": spans(verdict.meaning), "numbers": spans(verdict.numbers), "reasons": reasons}
