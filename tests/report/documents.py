"""A document with every kind of block, and one text in every place where a project's own words may stand."""

from __future__ import annotations

from kit.report.blocks import (
    Block,
    Chart,
    Checklist,
    Column,
    Entry,
    Excerpt,
    Figure,
    Figures,
    Item,
    Listing,
    Mark,
    Markdown,
    Notice,
    Place,
    Prose,
    Reason,
    Ref,
    Row,
    Table,
    Verdict,
    Verdicts,
)
from kit.report.charts import bars
from kit.report.display import figure_json
from kit.report.document import Document, Section

MOMENT = "2026-11-22T14:00:00+00:00"
HOSTILE = (
    '#include "/etc/passwd" #read("/etc/passwd") $x^2$ */ // /* \\ `code` <finding-x> @ref = Title '
    '<script>alert(1)</script> {{< env RK_SECRET >}} ```{=html} ::: [x](http://evil.example) "]) #panic("run")'
)


def blocks(text: str) -> tuple[Block, ...]:
    """One block of every kind, all saying `text`."""
    excerpt = Excerpt(text, tuple(text.split("\n")), 7, (7, 7), text)
    cells = ((text, Mark("fail", text, text), Place(text), Ref("finding-f1", text), 1.25, None),)
    heads = (Column(text), Column("Mark"), Column("Place", "code"), Column("Ref"), Column("N", "number"), Column("Nil"))
    table = Table(text, heads, cells, text)
    figure = figure_json(bars([text], [3], texts=[text], colors=["#0b6e5d"], unit=text))
    return (
        table,
        Table(
            text,
            (Column(text), *(Column(f"{text} {i}") for i in range(40))),
            (((text, *([Mark("pass")] * 40))),),
            matrix=True,
        ),
        Chart(text, figure, text, table),
        Chart(text, {"data": [{"type": "pie", "labels": [text]}], "layout": {}}, text, table),
        Notice(text, "empty", text, (text, Place(text))),
        Figures((Figure("Score", "46", "of 100", "RED", text, ((text, "+1"),)),)),
        Prose((text,)),
        Markdown(text),
        Listing((text,), True, text),
        Checklist(text, (Item(text, "done", text, (Place(text),)), Item(text, "unknown"))),
        excerpt,
        Excerpt("", (text,), caption=text),
        Entry(
            1,
            text,
            "critical",
            "fail",
            "f1",
            "CON-001",
            text,
            text,
            (Row(text, text, excerpt), Row(text, text, copy=True)),
        ),
    )


def document(text: str = "A text", title: str = "A shop: production readiness") -> Document:
    """A document whose sections hold every kind of block."""
    verdict = Verdict("production", "NO-GO", text, text, (Reason("NO-GO", text, (Ref("finding-f1", text),), 3),))
    inner = Section("inner", f"1.1 {text}", blocks(text))
    return Document(
        style="status",
        title=title,
        subtitle=text,
        facts=(("Date", "22 November 2026"), ("Project", text), ("Revision", Place(text))),
        verdicts=Verdicts((verdict, Verdict("staging", "CONDITIONAL", text, text), Verdict("test", "GO", text, text))),
        numbers=Figures((Figure("Score", "46", "of 100"), Figure("Confidence", "80", "%"))),
        first=(Prose((text,)),),
        sections=(
            Section("first", "1. Deployment", (), (inner,), "YELLOW", text),
            Section("second", text, blocks(text)),
        ),
        appendix=(Section("area-security", "Security", blocks(text), (), "GREY"), Section("glossary", "Glossary")),
    )
