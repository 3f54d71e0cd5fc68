"""Markdown as data for paper: the few things that prose in a notebook is made of, everything else as its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from kit.report.pdf.words import breakable

Node = dict[str, Any]
_LISTS = {"bullet_list", "ordered_list"}


def nodes_of(text: str) -> list[Node]:
    """The text as nodes: {"p": spans}, {"h": spans}, {"code": str}, {"list": [[node]], "ordered": bool}.

    A span is {"text"} with "code", "strong" or "em" where it is one. HTML is text, images are their alternative.
    """
    parser = MarkdownIt("commonmark", {"html": False})
    return [node for child in SyntaxTreeNode(parser.parse(text)).children for node in _block(child)]


def _block(node: SyntaxTreeNode) -> Iterator[Node]:
    if node.type == "heading":
        yield {"h": _spans(node.children)}
    elif node.type == "paragraph":
        yield {"p": _spans(node.children)}
    elif node.type in {"fence", "code_block"}:
        yield {"code": breakable(node.content.rstrip("\n"))}
    elif node.type in _LISTS:
        items = [[inner for child in item.children for inner in _block(child)] for item in node.children]
        yield {"list": items, "ordered": node.type == "ordered_list"}
    else:
        for child in node.children:
            yield from _block(child)


def _spans(children: Sequence[SyntaxTreeNode], **style: bool) -> list[Node]:
    return [span for child in children for span in _span(child, style)]


def _span(node: SyntaxTreeNode, style: dict[str, bool]) -> Iterator[Node]:
    if node.type in {"softbreak", "hardbreak"}:
        yield {"text": " ", **style}
    elif node.type == "code_inline":
        yield {"text": breakable(node.content), **style, "code": True}
    elif node.type in {"strong", "em"}:
        yield from _spans(node.children, **style, **{node.type: True} if node.type not in style else {})
    elif node.children:
        yield from _spans(node.children, **style)
    else:
        yield {"text": breakable(node.content), **style}
