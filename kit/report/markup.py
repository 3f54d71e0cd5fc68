"""Blocks and templates to HTML. Every value is escaped; nothing that a project says is ever markup."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from kit.report import texts, words
from kit.report.blocks import Block, Cell, Excerpt, Mark, Place, Ref, cell_text
from kit.report.theme import SHAPES, STATUS
from kit.report.words import OUTCOME_WORDS, sentence

LONG = 40
"""Characters from which on a cell's text is not squeezed."""

_SAFE_TARGET = re.compile(r"[\w.-]+")
_SCRIPT_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_TICKS = {"done": "✓", "open": "", "partly": "◐", "unknown": "?", "not_applicable": "–"}
_HEADING = re.compile(r"h([1-6])")


def block_html(block: Block, *, notebook: bool = False) -> Markup:
    """The block's HTML. In a notebook a chart brings its own call; on our page one script draws them all."""
    macro = getattr(_blocks(), type(block).__name__.lower())
    return Markup(macro(block, notebook))  # noqa: S704 - the macros escape every value


def render(name: str, **values: Any) -> str:
    """The template of that name, filled in."""
    return environment().get_template(name).render(**values)


@cache
def environment() -> Environment:
    """Our templates: everything is escaped, and a name that is not given raises."""
    found = Environment(
        loader=PackageLoader("kit.report", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(
        block=block_html,
        cell=cell_html,
        cell_class=cell_class,
        prose=prose_html,
        ticks=ticks_html,
        place=place_html,
        badge=badge_html,
        script_json=script_json,
        excerpt_lines=excerpt_html,
        markdown=markdown_html,
    )
    found.globals.update(shape=shape, text=texts.text, tick=_TICKS.__getitem__, words=words)
    return found


def cell_html(cell: Cell) -> Markup:
    """A table's cell."""
    if isinstance(cell, Mark):
        return mark_html(cell)
    if isinstance(cell, Place):
        return place_html(cell.at)
    if isinstance(cell, Ref):
        return _link(cell)
    if isinstance(cell, float):
        return escape(f"{cell:.1f}")
    return ticks_html(cell) if isinstance(cell, str) else escape("" if cell is None else cell)


def cell_class(cell: Cell, kind: str) -> Markup:
    """The class attribute of a cell: its kind, and `long` where its text wants room."""
    long = isinstance(cell, str | Ref) and len(cell_text(cell)) > LONG
    names = " ".join(filter(None, [kind if kind in {"number", "code"} else "", "long" if long else ""]))
    return Markup(' class="{}"').format(names) if names else Markup()


def prose_html(text: str) -> Markup:
    """A check's own words: a large first letter, and code where backticks mark it."""
    return ticks_html(sentence(text))


def ticks_html(text: str) -> Markup:
    """Text with code where pairs of backticks mark it."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts))


def place_html(at: str) -> Markup:
    """`path:line` set as code, the line apart, with room to break after each slash."""
    if at == ".":
        return escape(texts.text("page.whole"))
    path, _, line = at.rpartition(":") if re.search(r":\d+$", at) else (at, "", "")
    broken = Markup("/<wbr>").join(path.split("/"))
    number = Markup('<span class="line">:{}</span>').format(line) if line else Markup()
    return Markup('<code class="place">{}{}</code>').format(broken, number)


def mark_html(mark: Mark) -> Markup:
    """An outcome as shape and word; its place where it has one."""
    if not mark.outcome:
        return escape(mark.text)
    where = Markup(" {}").format(place_html(mark.at)) if mark.at else Markup()
    return Markup("{}{}").format(badge_html(mark.outcome, mark.text), where)


def badge_html(outcome: str, text: str = "") -> Markup:
    """A shape and a word in the outcome's colour; works for outcomes, statuses, verdicts and severities."""
    word = text or OUTCOME_WORDS.get(outcome, outcome)
    kind = STATUS.get(outcome, outcome).replace("_", "-")
    if not re.fullmatch(r"[a-z-]+", kind):
        return escape(word)
    return Markup('<span class="badge {}"><span class="shape" aria-hidden="true">{}</span>{}</span>').format(
        kind, shape(outcome), word
    )


def shape(outcome: str) -> str:
    """The shape of an outcome, status or verdict; a filled one for severities."""
    return SHAPES.get(STATUS.get(outcome, outcome), "■")


def excerpt_html(excerpt: Excerpt) -> Markup:
    """The lines of an excerpt, numbered where they are of a file; those that are meant stand out."""
    first = excerpt.first_line
    if first is None:
        return escape("\n".join(excerpt.lines))
    low, high = excerpt.highlight or (0, -1)
    rows = (
        Markup('<span class="row{}"><span class="n" data-n="{}"></span>{}\n</span>').format(
            " meant" if low <= number <= high else "", number, text
        )
        for number, text in enumerate(excerpt.lines, start=first)
    )
    return Markup("").join(rows)


def markdown_html(text: str) -> Markup:
    """Markdown as HTML, a heading one level down; HTML in it is shown as text, and images are left out."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = parser.parse(text)
    for token in tokens:
        level = _HEADING.fullmatch(token.tag)
        if level:
            token.tag = f"h{min(int(level[1]) + 1, 6)}"
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 - html is off


def script_json(value: Any) -> Markup:
    """JSON that may stand in a script element: no `</script>`, no comment, no line separator can occur in
    it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, escaped in _SCRIPT_UNSAFE.items():
        text = text.replace(character, escaped)
    return Markup(text)  # noqa: S704 - every character that could end the script is escaped above


def _link(ref: Ref) -> Markup:
    if not _SAFE_TARGET.fullmatch(ref.target):
        return ticks_html(ref.text)
    return Markup('<a href="#{}">{}</a>').format(ref.target, ticks_html(ref.text))


@cache
def _blocks() -> Any:
    return environment().get_template("blocks.html.j2").module
