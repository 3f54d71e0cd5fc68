"""Exports: pure renderers from an assessment to text, and the files they make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kit.judgement.assessment import Assessment
from kit.report.exports import badge, csv, json, junit, sarif, summary
from kit.report.exports.files import write

__all__ = ["EXPORTS", "write", "write_exports"]

EXPORTS: dict[str, Callable[[Assessment], str]] = {
    "assessment.json": json.render,
    "findings.sarif": sarif.render,
    "junit.xml": junit.render,
    "findings.csv": csv.render,
    "summary.md": summary.render,
    "badge.svg": badge.render,
}
"""File name to the renderer that makes its text."""


def write_exports(assessment: Assessment, folder: Path) -> tuple[Path, ...]:
    """Write every export into a folder, whole or not at all; all are rendered before the first is written.

    Returns the paths. Raises OSError where the folder cannot be written to.
    """
    texts = {name: render(assessment) for name, render in EXPORTS.items()}
    return tuple(write(folder / name, text) for name, text in texts.items())
