"""A document as Quarto's Markdown: its headings, and under each what the built-in renderers draw, as raw blocks.

A project's words reach Markdown only in headings and titles, where every sign is written as a character reference;
everything else is HTML that is escaped already, or a place in the data of the Typst template.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from kit.report.blocks import Block
from kit.report.document import Document, Section
from kit.report.markup import badge_html, block_html, cell_html
from kit.report.notebooks import Cell
from kit.report.texts import text

DEEPEST = 6
_SIGN = re.compile(r"[^\w ]|_")
_ID = re.compile(r"[^\w.-]")
_FENCE = re.compile(r"`{3,}")
_OWN_HEAD = re.compile(r'<section id="[\w-]+" class="chapter">\s*<header class="heading">.*?</header>', re.DOTALL)


def plain(said: str) -> str:
    """Words for a place where Markdown is read: nothing in them is a sign of it, or a shortcode.

    Quarto looks for shortcodes in metadata once references are signs again: a blank without width keeps
    their signs apart.
    """
    apart = re.sub(r"(?<=[{<>])(?=[{<>}])", "\u200b", " ".join(said.split()))
    return _SIGN.sub(lambda sign: f"&#{ord(sign[0])};", apart)


def raw(kind: str, content: str) -> str:
    """A raw block for one kind of output, in a fence that its content cannot end."""
    if not content.strip():
        return ""
    longest = max((len(fence) for fence in _FENCE.findall(content)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{{={kind}}}\n{content}\n{fence}\n"


def front_matter(values: Mapping[str, Any]) -> str:
    """The values as a page's own settings; JSON is YAML too."""
    return f"---\n{json.dumps(values, ensure_ascii=True, indent=1)}\n---\n"


@dataclass(frozen=True, slots=True)
class Screen:
    """HTML that only a page shows: `first` below its first screen, and lists under headings of their own, each by its
    id, before and after the appendix."""

    first: str = ""
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)


def report(
    document: Document,
    to: str,
    screen: Screen | None = None,
    paper: frozenset[str] = frozenset(),
    options: Mapping[str, Any] | None = None,
) -> str:
    """The whole document on one page, `to` "html" or "typst".

    `screen`: what only a page shows; `paper`: the sections of the appendix that only paper shows; `options`: further
    settings of Quarto.
    """
    head = front_matter({"pagetitle": plain(document.title), "lang": document.language, **(options or {})})
    return _joined([head, *(_screen(document, screen or Screen(), paper) if to == "html" else _paper(document, paper))])


def page(section: Section, more: str = "", lists: Mapping[str, str] | None = None) -> str:
    """A page of the site: the section's title, `more` HTML, the section's blocks and what is below it, then lists by
    their ids."""
    name = plain(section.title)
    parts = [front_matter({"title": name, "pagetitle": name}), raw("html", f"{more}\n{section_html(section)}")]
    below = (part for inner in section.sections for part in _html_tree(inner, 2))
    return _joined([*parts, *below, *(listed(id_, html, 2) for id_, html in (lists or {}).items())])


def _screen(document: Document, screen: Screen, paper: frozenset[str]) -> Iterator[str]:
    yield raw("html", first_screen(document) + screen.first)
    for section in document.sections:
        yield from _html_tree(section, 1)
    for id_, html in screen.before.items():
        yield listed(id_, html)
    for section in document.appendix:
        if section.id not in paper:
            yield from _html_tree(section, 1)
    for id_, html in screen.after.items():
        yield listed(id_, html)


def listed(id_: str, html: str, level: int = 1) -> str:
    """A list that the page's scripts draw, under a heading of Quarto in place of its own."""
    inner = without_head(html)
    if level == 1:
        inner = inner.replace("<h3>", "<h2>").replace("</h3>", "</h2>")
    return f"{'#' * level} {plain(text(f'page.{id_}'))} {{#{id_}}}\n\n{raw('html', inner)}"


def without_head(html: str) -> str:
    """A list without its own heading and anchor, for one of Quarto stands above it."""
    return _OWN_HEAD.sub('<section class="list">', html, count=1)


def _paper(document: Document, paper: frozenset[str]) -> Iterator[str]:
    front = "#cover\n#contents\n#pagebreak()\n#heading(level: 1, words.glance)\n#opening\n#pagebreak(weak: true)"
    yield raw("typst", front)
    for i, section in enumerate(document.sections):
        yield from _typst_tree(section, 1, f"data.sections.at({i})")
    if document.appendix:
        yield raw("typst", "#pagebreak(weak: true)")
        yield f"# {plain(text('paper.appendix'))}\n"
    for i, section in enumerate(document.appendix):
        place = f"data.appendix.at({i})"
        if section.id in paper:
            yield raw("typst", f"#section-of({place}, 2)")
        else:
            yield from _typst_tree(section, 2, place)
    yield raw("typst", "#last")


def notebook(title: str, cells: Sequence[Cell]) -> str:
    """The page of an executed notebook: the code of its cells, and what they drew."""
    parts = [
        front_matter({"title": plain(title), "pagetitle": plain(title)}),
        raw("html", Markup('<p class="lead">{}</p>').format(text("site.notebook-lead"))),
    ]
    for cell in cells:
        code = Markup('<figure class="excerpt cell"><pre tabindex="0"><code>{}</code></pre></figure>\n').format(
            cell.code
        )
        parts.append(raw("html", (code if cell.code else Markup()) + Markup("\n").join(map(block_html, cell.blocks))))
    return _joined(parts)


def first_screen(document: Document) -> str:
    """Title, facts, verdicts, numbers and what decides them."""
    facts = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(label, cell_html(value)) for label, value in document.facts
    )
    head = Markup('<h1 class="report-title">{}</h1>\n<p class="subtitle">{}</p>\n<dl class="facts">{}</dl>\n')
    blocks = [document.verdicts, document.numbers, *document.first]
    return str(head.format(document.title, document.subtitle, facts) + Markup("\n").join(map(block_html, blocks)))


def standing(section: Section) -> Markup:
    """The status and the note beside a heading."""
    status = Markup('<span class="status">{}</span> ').format(badge_html(section.status)) if section.status else ""
    note = Markup('<span class="beside">{}</span>').format(section.note) if section.note else ""
    return Markup('<p class="standing">{}{}</p>\n').format(status, note) if status or note else Markup()


def section_html(section: Section) -> Markup:
    """What stands under the section's heading, but for the sections below it."""
    return standing(section) + Markup("\n").join(_below(section, block) for block in section.blocks)


def _below(section: Section, block: Block) -> Markup:
    """A block; a caption that says the heading again is for those who do not see the heading."""
    html = block_html(block)
    same = getattr(block, "caption", "") == section.title
    return Markup('<div class="same-title">{}</div>').format(html) if same else html


def _html_tree(section: Section, level: int) -> Iterator[str]:
    yield _heading(section, level, " .folded" if section.folded and level > 1 else "")
    yield raw("html", section_html(section))
    for inner in section.sections:
        yield from _html_tree(inner, level + 1)


def _typst_tree(section: Section, level: int, place: str) -> Iterator[str]:
    yield _heading(section, level)
    yield raw("typst", f"#contents-of({place})")
    for i, inner in enumerate(section.sections):
        yield from _typst_tree(inner, level + 1, f"{place}.sections.at({i})")


def _heading(section: Section, level: int, kind: str = "") -> str:
    return f"{'#' * min(level, DEEPEST)} {plain(section.title)} {{#{_ID.sub('-', section.id)}{kind}}}\n"


def _joined(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)
