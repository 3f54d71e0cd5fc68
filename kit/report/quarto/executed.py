"""A report that was executed, as a document again: from its notebooks and its `assessment.json` alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kit.report.blocks import Figure, Figures, Reason, Verdict, Verdicts
from kit.report.document import Document, Section
from kit.report.notebooks import VERDICTS, read_section
from kit.report.texts import text
from kit.report.words import VERDICT_MEANING, long_date


def document_of(report: Path) -> Document:
    """The notebooks of a report's folder as sections under its verdicts; an assessment that cannot be read is left
    out, for the notebooks say the same."""
    judged = assessment_of(report)
    name = str(judged.get("project", {}).get("name") or report.name)
    facts = ((text("facts.project"), name), (text("facts.date"), long_date(moment_of(judged))))
    sections = tuple(_sections(report / "notebooks"))
    return Document(
        style="notebooks",
        title=text("site.of", project=name),
        subtitle=text("site.notebooks"),
        facts=facts,
        verdicts=Verdicts(tuple(_verdict(n, v) for n, v in reversed(judged.get("environments", {}).items()))),
        numbers=Figures(tuple(_figures(judged))),
        first=(),
        sections=sections,
        language=text("language"),
        direction=text("direction"),
    )


def assessment_of(report: Path) -> Mapping[str, Any]:
    """What `assessment.json` says; nothing where it cannot be read, or is of another shape."""
    try:
        judged = dict(json.loads((report / "assessment.json").read_text("utf-8")))
        fits = isinstance(judged["project"], dict) and isinstance(judged.get("environments", {}), dict)
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return judged if fits else {}


def moment_of(judged: Mapping[str, Any]) -> str:
    """When it was judged, ISO; now where that is not known."""
    try:
        return datetime.fromisoformat(str(judged.get("generated_at"))).isoformat(timespec="seconds")
    except ValueError:
        return datetime.now(UTC).isoformat(timespec="seconds")


def _sections(folder: Path) -> Iterator[Section]:
    for path in sorted(folder.glob("*.ipynb")):
        read = read_section(path, without=VERDICTS)
        yield Section(read.id, read.title, read.blocks)


def _verdict(name: str, judged: Mapping[str, Any]) -> Verdict:
    word = str(judged.get("verdict", ""))
    reasons = tuple(Reason(str(r.get("verdict", "")), str(r.get("text", ""))) for r in judged.get("reasons", ()))
    return Verdict(str(name), word, VERDICT_MEANING.get(word, ""), "", reasons)


def _figures(judged: Mapping[str, Any]) -> Iterator[Figure]:
    for key, field, unit in (
        ("score", "score", "of-100"),
        ("confidence", "confidence", "percent"),
        ("risk", "risk_score", "of-10"),
    ):
        if isinstance(judged.get(field), int | float):
            shown = f"{judged[field]:.1f}" if key == "risk" else f"{judged[field]:.0f}"
            yield Figure(text(f"numbers.{key}"), shown, text(f"numbers.{unit}"))
