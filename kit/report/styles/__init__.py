"""The five styles: each orders sections of the same assessment as its field writes them."""

from __future__ import annotations

from collections.abc import Callable

from kit.report.claims.section import documents
from kit.report.document import Document, Section
from kit.report.sections.appendix import appendix
from kit.report.sections.first import deciding, facts, numbers, outlook, verdicts
from kit.report.sections.material import Material
from kit.report.styles import audit, formal, status, validation, viability
from kit.report.texts import text

STYLES: dict[str, Callable[[Material], tuple[Section, ...]]] = {
    "formal": formal.sections,
    "audit": audit.sections,
    "viability": viability.sections,
    "validation": validation.sections,
    "status": status.sections,
}
"""Style to what makes its sections."""


def build_document(material: Material, style: str | None = None) -> Document:
    """The report in a style, by default the one that its params name. Raises KeyError for a style there is not."""
    name = style or material.assessment.style
    return Document(
        style=name,
        title=material.assessment.report.title or text(f"{name}.name"),
        subtitle=text(f"{name}.subtitle", project=material.name),
        facts=facts(material),
        verdicts=verdicts(material),
        numbers=numbers(material),
        first=(deciding(material), *outlook(material)),
        sections=(*STYLES[name](material), *documents(material)),
        appendix=appendix(material),
        language=text("language"),
        direction=text("direction"),
    )
