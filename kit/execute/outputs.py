"""What cells print and raise, without the secrets that an error's message may quote."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat

from kit.sources.secrets.find import mask

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def mask_outputs(outputs: Iterable[Any]) -> None:
    """Mask the secrets in streams and errors; what is displayed was made of masked texts."""
    for output in outputs:
        if output["output_type"] == "stream":
            output["text"] = _masked(output["text"])
        elif output["output_type"] == "error":
            output["evalue"] = _masked(output["evalue"])
            output["traceback"] = [_masked(line) for line in output["traceback"]]


def mask_notebook(path: Path) -> None:
    """Mask the secrets in what the cells of an executed notebook have printed and raised."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        mask_outputs(cell.get("outputs", ()))
    nbformat.write(notebook, path)


def _masked(text: str) -> str:
    """The text as it is where it holds no secret, else without its colours, which may stand within one."""
    plain = _COLOURS.sub("", text)
    masked = mask(plain)
    return text if masked == plain else masked
