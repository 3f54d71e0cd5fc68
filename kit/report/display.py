"""A display object: blocks that Jupyter, Quarto and the built-in report each show in their own way.

Every block becomes one output with our JSON, HTML and plain text; a chart has plotly's JSON too, for
JupyterLab. The HTML of a chart is a `div`, its JSON in a script of type application/json, and a call: no
require.js, no CDN.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from typing import Any

from kit.report.blocks import Block, Chart, Json, plain
from kit.report.blocks_json import from_json, to_json
from kit.report.markup import block_html
from kit.report.theme import CONFIG, template

BLOCK_MIME = "application/vnd.readiness.block+json"
PLOTLY_MIME = "application/vnd.plotly.v1+json"
Bundle = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Display:
    """Blocks to show, in order."""

    blocks: tuple[Block, ...]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for block in self.blocks:
            display(bundle(block), raw=True)

    def _repr_html_(self) -> str:
        return "\n".join(block_html(block, notebook=True) for block in self.blocks)

    def __add__(self, other: Display) -> Display:
        return Display(self.blocks + other.blocks)

    def __str__(self) -> str:
        return "\n\n".join(plain(block) for block in self.blocks)


def show(*blocks: Block | None) -> Display:
    """A display of the blocks that are there."""
    return Display(tuple(block for block in blocks if block is not None))


def bundle(block: Block) -> Bundle:
    """The mime bundle of one block."""
    data: Bundle = {
        "text/plain": plain(block),
        "text/html": block_html(block, notebook=True),
        BLOCK_MIME: to_json(block),
    }
    if isinstance(block, Chart):
        layout = {**block.figure.get("layout", {}), "template": template(), "title": _title(block.title)}
        data[PLOTLY_MIME] = {"data": block.figure.get("data", []), "layout": layout, "config": CONFIG}
    return data


def from_bundle(data: Bundle) -> Block | None:
    """The block in an output of ours; None where the output is somebody else's or was tampered with."""
    if BLOCK_MIME not in data:
        return None
    try:
        return from_json(_parsed(data[BLOCK_MIME]), _figure(data))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def figure_json(figure: Any) -> Json:
    """A plotly Figure as JSON without its template."""
    figure = figure.to_dict() if hasattr(figure, "to_dict") else figure
    parsed: Json = json.loads(json.dumps(figure, default=_plain_value))
    parsed.get("layout", {}).pop("template", None)
    return parsed


def _title(text: str) -> Json:
    """The sentence above a chart where nothing but plotly shows it; our own markup has it in a caption."""
    return {
        "text": html.escape(text, quote=False),
        "font": {"size": 15},
        "x": 0,
        "xanchor": "left",
        "yref": "container",
        "automargin": True,
    }


def _figure(data: Bundle) -> Json | None:
    if PLOTLY_MIME not in data:
        return None
    stored = _parsed(data[PLOTLY_MIME])
    layout = {k: v for k, v in stored.get("layout", {}).items() if k not in {"template", "title"}}
    return {"data": stored.get("data", []), "layout": layout}


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _plain_value(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    return str(value)
