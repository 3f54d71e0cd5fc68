"""What Quarto needs before it renders the executed notebooks, and what must not stay in its pages after.

`_quarto.yml` calls `python -m kit.report.quarto prepare` before a render and `... finish` after it. All that is
written lies under `build/`.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kit.report.builtin import asset, plotly
from kit.report.markup import script_json
from kit.report.pdf import SignOff
from kit.report.pdf.render import FONTS, write_sources
from kit.report.quarto import markdown
from kit.report.quarto.executed import assessment_of, document_of, moment_of
from kit.report.quarto.local import make_local
from kit.report.theme import DARK, LIGHT, MONO, SANS, chart_theme, css_variables

THEME = Path(__file__).parent / "theme"
ASSETS = Path("build/quarto")
REPORTS = "build/*/notebooks"

_CARDS = re.compile(
    r"^(?:\.(?:verdict|reasons|behind|lead|meaning|visually-hidden)|button|html:not\(\.js\) \.js-only)[^{}]*\{[^}]*\}",
    re.MULTILINE,
)
"""The rules of the report's own page that draw its verdicts and buttons; the rest of that page is Quarto's here."""

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_REMOTE_SCRIPT = re.compile(
    r"""<script\b[^>]*\bsrc="https?://[^"]*"[^>]*></script>\s*"""
    r"""|<script[^>]*>define\('jquery', \[\],function\(\) \{return window\.jQuery;\}\)</script>\s*"""
)
"""What Quarto puts into the head of every notebook with HTML in it, for widgets that ask for it: ours do not."""


def prepare(top: Path) -> int:
    """Write what the profiles render to `build/quarto`: the theme, the charts' scripts, the navigation, and for each
    report a page and a paper of its notebooks. 1 where nothing was executed."""
    reports = executed(top)
    if not reports:
        sys.stderr.write("Nothing to render: build/ holds no executed notebooks. Run `make report` first.\n")
        return 1
    folder = top / ASSETS
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in assets(reports).items():
        (folder / name).write_text(text, "utf-8")
    for report in reports:
        _write_sources(folder / report.name, report)
    return 0


def _write_sources(folder: Path, report: Path) -> None:
    """One report's page and paper, as Quarto's Markdown."""
    folder.mkdir(exist_ok=True)
    document, judged = document_of(report), assessment_of(report)
    (folder / "page.qmd").write_text(markdown.report(document, "html"), "utf-8", "replace")
    paper = {"format": {"typst": {"font-paths": [str(FONTS)]}}}
    (folder / "paper.qmd").write_text(markdown.report(document, "typst", options=paper), "utf-8", "replace")
    write_sources(folder, document, moment_of(judged), SignOff((), _hash(report / "assessment.json")))


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def finish(pages: list[Path]) -> int:
    """Take the scripts out of the rendered pages that a reader's browser would fetch from a network, and those that it
    would not load from a disk."""
    for page in pages:
        text = page.read_text("utf-8")
        offline = without_remote_scripts(text)
        if offline != text:
            page.write_text(offline, "utf-8")
    site = os.environ.get("QUARTO_PROJECT_OUTPUT_DIR")
    if site:
        make_local(Path(site), pages)
    return 0


def without_remote_scripts(html: str) -> str:
    """The page without scripts of other hosts."""
    return _REMOTE_SCRIPT.sub("", html)


def executed(top: Path) -> list[Path]:
    """The folders under `build/` that hold executed notebooks, by name."""
    return sorted(folder.parent for folder in top.glob(REPORTS) if any(folder.glob("*.ipynb")))


def assets(reports: list[Path]) -> dict[str, str]:
    """File name to content of all that `_quarto.yml` refers to in `build/quarto`."""
    return {
        **theme_files(),
        "readiness.lua": theme_file("quarto.lua"),
        "plotly.min.js": plotly(),
        "after-body.html": _after_body(f' src="/{ASSETS.as_posix()}/plotly.min.js">'),
        "page-body.html": _theme_of_charts() + page_scripts(),
        "typst-template.typ": theme_file("typst-template.typ"),
        "typst-show.typ": theme_file("typst-show.typ"),
        "site.yml": yaml.safe_dump(navigation(reports), allow_unicode=True, sort_keys=False),
    }


def theme_files() -> dict[str, str]:
    """The theme: file name to content."""
    cards = "\n".join(_CARDS.findall(asset("page.css")))
    sheets = (
        asset("parts.css"),
        asset("explorer.css"),
        theme_file("quarto.css"),
        theme_file("page.css"),
        asset("print.css"),
    )
    style = css_variables() + cards + "".join(sheets)
    return {"light.scss": _scss(LIGHT), "dark.scss": _scss(DARK), "readiness.css": style}


def navigation(reports: list[Path]) -> dict[str, Any]:
    """A sidebar per report; a bar to change between them where there are several."""
    website: dict[str, Any] = {"sidebar": [_sidebar(report) for report in reports]}
    if len(reports) > 1:
        left = [{"text": s["title"], "href": s["contents"][0]["href"]} for s in website["sidebar"]]
        website["navbar"] = {"left": left}
    return {"website": website}


def _sidebar(report: Path) -> dict[str, Any]:
    names = sorted(path.name for path in (report / "notebooks").glob("*.ipynb"))
    contents = [{"href": f"build/{report.name}/notebooks/{name}"} for name in names]
    page = {"text": "Findings and checks", "href": f"build/{report.name}/report.html"}
    more = [page] if (report / "report.html").is_file() else []
    return {"id": report.name, "title": _plain(_name(report)), "contents": contents + more}


def _name(report: Path) -> str:
    """What the report calls itself; the folder's name where its assessment cannot be read."""
    return str(assessment_of(report).get("project", {}).get("name") or report.name)


def _plain(text: str) -> str:
    """A project's own words where Quarto reads Markdown: every sign of it escaped."""
    return _PUNCTUATION.sub(r"\\\1", text)


def _scss(colors: Mapping[str, str]) -> str:
    """The palette as the variables that Quarto's theme is made of."""
    values = {
        "body-bg": colors["page"],
        "body-color": colors["ink"],
        "primary": colors["accent"],
        "secondary": colors["muted"],
        "link-color": colors["accent"],
        "border-color": colors["line"],
        "code-bg": colors["surface"],
        "code-color": colors["ink"],
        "navbar-bg": colors["surface"],
        "navbar-fg": colors["ink"],
        "sidebar-bg": colors["page"],
        "sidebar-fg": colors["ink"],
        "footer-fg": colors["muted"],
        "font-family-sans-serif": SANS,
        "font-family-monospace": MONO,
    }
    return "/*-- scss:defaults --*/\n" + "".join(f"${name}: {value};\n" for name, value in values.items())


def _after_body(source: str) -> str:
    """Plotly from the site itself, and the scripts that draw the charts in the page's colours."""
    own = f"<script>{theme_file('quarto.js')}</script>\n<script>{asset('charts.js')}</script>\n"
    return f"{_theme_of_charts()}<script{source}</script>\n{own}"


def page_scripts() -> str:
    """The same within a page: Plotly packed, and the script that unpacks it and has the charts drawn."""
    return (
        f"<script>{theme_file('quarto.js')}</script>\n"
        f'<script type="text/plain" id="charts-script">{asset("charts.js")}</script>\n'
        f'<script type="text/plain" id="plotly-packed">{_packed()}</script>\n'
        f"<script>{theme_file('unpack.js')}</script>\n"
    )


def _theme_of_charts() -> str:
    return f'<script type="application/json" id="chart-theme">{script_json(chart_theme())}</script>\n'


@cache
def _packed() -> str:
    return base64.b64encode(gzip.compress(plotly().encode(), mtime=0)).decode()


def theme_file(name: str) -> str:
    """One of the theme's own files."""
    return (THEME / name).read_text("utf-8")
