"""The formats of a report and what makes them: one document, drawn as a page, as a PDF and as a site."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.report import pdf, quarto, site
from kit.report.builtin import render_page
from kit.report.exports import json as json_export
from kit.report.exports.files import write, write_bytes
from kit.report.sections.material import Material
from kit.report.stale import remove_stale
from kit.report.styles import build_document
from kit.report.texts import text

FORMATS = ("html", "pdf", "site")
RENDERERS = ("auto", "quarto", "builtin")


class OutputError(ValueError):
    """A format or renderer that there is not, or that cannot work here; the message is one line."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What is asked for. The page is always made; `auto` is the built-in renderer, which needs nothing."""

    formats: tuple[str, ...] = ("html",)
    renderer: str = "auto"

    @property
    def by_quarto(self) -> bool:
        """Whether Quarto draws."""
        return self.renderer == "quarto"


@dataclass(frozen=True, slots=True)
class Rendered:
    """The report as it will be written: `pdf` and `site` only where they were asked for."""

    page: str
    pdf: bytes | None = None
    site: dict[str, str | bytes] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The files and folders that it is written to."""
        made = {"report.html": self.page, "report.pdf": self.pdf, "site": self.site}
        return tuple(name for name, content in made.items() if content is not None)


def outputs_of(formats: str, renderer: str) -> Outputs:
    """What `--format` and `--renderer` ask for, checked before anything runs. Raises OutputError."""
    chosen = tuple(dict.fromkeys(part.strip() for part in formats.split(",") if part.strip()))
    unknown = [part for part in chosen if part not in FORMATS]
    if unknown or not chosen:
        raise OutputError(f"--format {(unknown or [formats])[0]}: no such format; one or more of {', '.join(FORMATS)}")
    outputs = Outputs(chosen, renderer)
    if outputs.by_quarto and not quarto.available():
        raise OutputError(text("paper.no_quarto"))
    if "pdf" in chosen and not outputs.by_quarto and not pdf.available():
        raise OutputError(f"--format pdf: {text('paper.missing')}")
    return outputs


def render(outputs: Outputs, material: Material, notebooks: Sequence[Path]) -> Rendered:
    """The report in every format that is asked for; `notebooks` are the executed ones.

    Raises OutputError where Quarto fails.
    """
    try:
        return _rendered(outputs, material, notebooks)
    except quarto.QuartoFailed as error:
        raise OutputError(str(error)) from error


def write_report(rendered: Rendered, out: Path) -> tuple[str, ...]:
    """Write `report.html`, and `report.pdf` and `site/` where they were made, each whole or not at all.

    What an earlier run left of them and this one does not write is removed first (see `remove_stale`). Returns what
    was written.
    """
    remove_stale(out, rendered.names)
    write(out / "report.html", rendered.page)
    if rendered.pdf is not None:
        write_bytes(out / "report.pdf", rendered.pdf)
    if rendered.site is not None:
        site.write_folder(out / "site", rendered.site)
    return rendered.names


def _rendered(outputs: Outputs, material: Material, notebooks: Sequence[Path]) -> Rendered:
    document = build_document(material)
    by = quarto if outputs.by_quarto else None
    page = by.render_html(document, material) if by else render_page(document, material)
    made_pdf, made_site = None, None
    if "pdf" in outputs.formats:
        moment, signed = material.assessment.generated_at, _sign_off(material)
        made_pdf = (by or pdf).render_pdf(document, moment, signed)
    if "site" in outputs.formats:
        made_site = dict((by or site).render_site(document, material, notebooks))
    return Rendered(page, made_pdf, made_site)


def _sign_off(material: Material) -> pdf.SignOff:
    """Who signs, and the hash of the assessment as it is written."""
    written = json_export.render(material.assessment).encode("utf-8", "replace")
    return pdf.SignOff(tuple(material.assessment.report.sign_off), hashlib.sha256(written).hexdigest())
