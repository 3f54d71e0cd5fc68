"""Quarto run on a document: in a folder of its own, with the kit's theme, and nothing left in its pages to fetch."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml
from markupsafe import Markup

from kit.report import page as report_page
from kit.report.builtin import SCRIPTS, asset, plotly
from kit.report.document import Document
from kit.report.markup import environment, script_json
from kit.report.pdf import SignOff
from kit.report.pdf import available as typst_available
from kit.report.pdf.paper import for_paper
from kit.report.pdf.render import FONTS, compile_pdf, write_sources
from kit.report.quarto import markdown
from kit.report.quarto.hollow import filled, hollow
from kit.report.quarto.lean import lean
from kit.report.quarto.local import Entry, make_local
from kit.report.quarto.project import THEME, page_scripts, theme_file, theme_files, without_remote_scripts
from kit.report.sections.appendix import EVIDENCE
from kit.report.sections.material import Material
from kit.report.site.pages import FINDINGS, INDEX, Group, Page, anchors_of, groups_of, pages_of
from kit.report.site.render import linked, search_index
from kit.report.texts import text
from kit.report.theme import chart_theme

LONGEST = 1200
"""Seconds after which a render is given up."""

PARTIALS = ("typst-template.typ", "typst-show.typ")

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline' data:; script-src 'unsafe-inline' data:; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'"
)
SITE_POLICY = (
    "default-src 'none'; style-src 'self' file: 'unsafe-inline' data:; script-src 'self' file: 'unsafe-inline'; "
    "img-src 'self' file: data:; font-src 'self' file: data:; base-uri 'none'; form-action 'none'"
)
"""Nothing from any network: a page has all in itself, a site in its own files."""

LINE = 300
_HEARD: Final[Any] = {"capture_output": True, "text": True, "check": False}
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_COMPLAINT = re.compile(r"\b(?:ERROR|[Ee]rror):?[ \t]+(\S.{0,299})")

REMOTE = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=["'](?:https?:)?//[^>]*>""")


class QuartoFailed(RuntimeError):
    """Quarto is not there, or it did not render; the message is one line."""


def available() -> bool:
    """Whether the quarto command is there."""
    return shutil.which("quarto") is not None


def render_html(document: Document, material: Material) -> str:
    """The document as one self-contained page."""
    lists = _lists(material)
    last = {"checks": lists.pop("checks")}
    screen = markdown.Screen(str(_notices(material)), lists, last)
    source, parts = hollow(markdown.report(document, "html", screen, frozenset({EVIDENCE})))
    with _folder() as folder:
        _prepare(folder, {"embed-resources": True, "toc-depth": 2})
        (folder / "report.qmd").write_text(source, "utf-8", "replace")
        _quarto(folder, "render", "report.qmd", "--to", "html")
        page = _filled(lean((folder / "report.html").read_text("utf-8")), parts)
    return offline(_with_scripts(page, material, ""))


def render_pdf(document: Document, moment: str, sign_off: SignOff) -> bytes:
    """The document through Quarto to Typst, with the template of the built-in PDF.

    The pages are set by Typst's wheel where it is there, for it gives tags and the same bytes each time; by the
    Typst that Quarto brings otherwise.
    """
    printed = for_paper(document)
    with _folder() as folder:
        write_sources(folder, printed, moment, sign_off)
        for name in PARTIALS:
            shutil.copyfile(THEME / name, folder / name)
        settings = {"format": {"typst": {"template-partials": list(PARTIALS), "output-ext": "typ"}}, **_still()}
        (folder / "_quarto.yml").write_text(yaml.safe_dump(settings), "utf-8")
        source = markdown.report(printed, "typst", paper=frozenset({EVIDENCE}))
        (folder / "document.qmd").write_text(source, "utf-8", "replace")
        _quarto(folder, "render", "document.qmd", "--to", "typst")
        if typst_available():
            return compile_pdf(folder, "document.typ", moment)
        shutil.copytree(FONTS, folder / "fonts")
        _quarto(folder, "typst", "compile", "document.typ", "report.pdf", "--root", ".", "--font-path", "fonts")
        return (folder / "report.pdf").read_bytes()


def render_site(document: Document, material: Material, notebooks: Sequence[Path]) -> dict[str, bytes]:
    """The site as a website of Quarto: the same pages as the built-in one. Path within the site to content."""
    groups = groups_of(document, material, notebooks)
    pages = {page.href: page for page in pages_of(groups)}
    parts: dict[str, list[str]] = {}
    with _folder() as folder:
        _prepare(folder, {"toc-depth": 3}, _website(document, groups))
        for href, page in pages.items():
            path = (folder / href).with_suffix(".qmd")
            path.parent.mkdir(exist_ok=True)
            source, parts[href] = hollow(_page_source(page, document, material))
            path.write_text(source, "utf-8", "replace")
        _quarto(folder, "render")
        site = folder / "_site"
        make_local(site, (site / href for href in pages), _entries(search_index(document, material, groups), pages))
        drawn = _Drawn(material, anchors_of(document, material, groups), parts)
        return dict(_site_files(site, pages, drawn))


def offline(html: str) -> str:
    """The page without what a browser would fetch from another host. Raises QuartoFailed where something is left."""
    found = without_remote_scripts(html)
    left = REMOTE.search(found)
    if left:
        raise QuartoFailed(f"quarto left a reference to another host in its page: {left[0][:120]}")
    return found


def _lists(material: Material) -> dict[str, str]:
    """What-if, the list of all findings and the checks, by their ids: they draw themselves on a screen."""
    values = {"a": material.assessment, "checks": report_page.check_views(material.assessment)}
    names = {"what-if": "what_if", "findings": "explorer", "checks": "checks"}
    return {id_: environment().get_template(f"{name}.html.j2").render(**values) for id_, name in names.items()}


def _notices(material: Material) -> Markup:
    """What the run has to say of itself."""
    said = material.assessment.notices
    lines = Markup("").join(Markup("<li>{} <code>{}</code></li>").format(n.text, n.place) for n in said)
    head = Markup('<summary>{} <span class="count">{}</span></summary>').format(text("page.notices"), len(said))
    return (
        Markup('<details class="rk-fold">{}<ul class="notes">{}</ul></details>').format(head, lines) if said else lines
    )


def _page_source(page: Page, document: Document, material: Material) -> str:
    if page.href == INDEX:
        return markdown.report(replace(document, appendix=()), "html")
    if page.href == FINDINGS:
        lists = _lists(material)
        own = markdown.without_head(lists.pop("findings"))
        return markdown.page(page.section, own, lists)
    if page.cells:
        return markdown.notebook(page.title, page.cells)
    more = f'<p><a href="{page.notebook}">{text("site.notebook")}</a></p>' if page.notebook else ""
    return markdown.page(page.section, more)


def _entries(found: Iterable[tuple[str, str, str, str]], pages: Mapping[str, Page]) -> list[Entry]:
    """The index of the built-in site, as Quarto's search reads one: places under the pages that they are on."""
    return [
        {
            "objectID": f"{i}",
            "href": href,
            "title": pages[href.partition("#")[0]].title,
            "section": title if "#" in href else "",
            "text": f"{where} {words}",
        }
        for i, (title, href, where, words) in enumerate(found)
    ]


def _website(document: Document, groups: Sequence[Group]) -> dict[str, Any]:
    contents = [
        {"section": markdown.plain(title), "contents": [_entry(page) for page in pages]}
        for title, pages in groups
        if pages
    ]
    sidebar = {"style": "docked", "contents": contents}
    return {"title": markdown.plain(document.title), "sidebar": sidebar, "search": True}


def _entry(page: Page) -> dict[str, str]:
    return {"href": page.href.removesuffix(".html") + ".qmd", "text": markdown.plain(page.title)}


def _prepare(folder: Path, options: Mapping[str, Any], website: Mapping[str, Any] | None = None) -> None:
    """The project's settings and the theme."""
    for name, content in theme_files().items():
        (folder / name).write_text(content, "utf-8")
    html = {
        "theme": {"light": "light.scss", "dark": "dark.scss"},
        "respect-user-color-scheme": True,
        "css": "readiness.css",
        "html-table-processing": "none",
        "html-math-method": "plain",
        "toc": True,
        "page-layout": "article",
        "grid": {"sidebar-width": "240px", "body-width": "1000px", "margin-width": "220px"},
        **options,
    }
    settings: dict[str, Any] = {"format": {"html": html}, **_still()}
    if website is not None:
        settings |= {"project": {"type": "website", "output-dir": "_site"}, "website": dict(website)}
    (folder / "_quarto.yml").write_text(yaml.safe_dump(settings, sort_keys=False), "utf-8")


def _still() -> dict[str, Any]:
    return {"execute": {"enabled": False}}


def _with_scripts(html: str, material: Material, up: str, *, lists: bool = True) -> str:
    """The page with the scripts that draw its charts and lists; `up` is the way to shared ones, "" to have them in."""
    a = material.assessment
    data = {"chart-theme": chart_theme()}
    if lists:
        data |= {"findings-data": report_page.findings_data(a), "judgement-data": report_page.judgement_data(a)}
    stored = "".join(
        f'<script type="application/json" id="{id_}">{script_json(v)}</script>\n' for id_, v in data.items()
    )
    shared = f'<script src="{up}assets/plotly.min.js"></script>\n' if up else page_scripts()
    names = [n for n in SCRIPTS if lists and n not in {"charts.js", "page.js"}]
    own = [*([theme_file("quarto.js"), asset("charts.js")] if up else ()), *map(asset, names)]
    scripts = shared + "".join(f"<script>{script}</script>\n" for script in own)
    head, end, tail = html.rpartition("</body>")
    return _guarded(f"{head}{stored}{scripts}{end}{tail}", SITE_POLICY if up else PAGE_POLICY)


def _guarded(html: str, policy: str) -> str:
    """The page with a policy that lets a browser fetch nothing from elsewhere."""
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return html.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{tag}', 1)


def _filled(page: str, parts: list[str]) -> str:
    try:
        return filled(page, parts)
    except ValueError as error:
        raise QuartoFailed(f"quarto: {error}") from None


@dataclass(frozen=True)
class _Drawn:
    """What fills the pages of a site: blocks by page, and where each anchor is."""

    material: Material
    anchors: Mapping[str, str]
    parts: Mapping[str, list[str]]

    def page(self, html: str, page: Page) -> str:
        html = linked(_filled(html, self.parts[page.href]), page, self.anchors)
        return offline(_with_scripts(html, self.material, page.up or "./", lists=page.href == FINDINGS))


def _site_files(site: Path, pages: Mapping[str, Page], drawn: _Drawn) -> Iterator[tuple[str, bytes]]:
    yield "assets/plotly.min.js", plotly().encode()
    for path in sorted(p for p in site.rglob("*") if p.is_file()):
        name = path.relative_to(site).as_posix()
        page = pages.get(name)
        yield name, drawn.page(path.read_text("utf-8"), page).encode() if page else path.read_bytes()


@contextmanager
def _folder() -> Iterator[Path]:
    if not available():
        raise QuartoFailed(text("paper.no_quarto"))
    with tempfile.TemporaryDirectory(prefix="readiness-quarto-") as name:
        yield Path(name)


def _quarto(folder: Path, *arguments: str) -> None:
    """Run a command of Quarto in the folder. Raises QuartoFailed with the first line of what it complained of."""
    command = [str(shutil.which("quarto")), *arguments]
    plain = {**os.environ, "NO_COLOR": "1"}
    try:
        done = subprocess.run(command, cwd=folder, env=plain, timeout=LONGEST, **_HEARD)  # noqa: S603 - a program of this machine
    except subprocess.TimeoutExpired:
        raise QuartoFailed(f"quarto took more than {LONGEST} seconds") from None
    if done.returncode:
        raise QuartoFailed(f"quarto {arguments[0]} failed: {complaint(done.stderr)}")


def complaint(said: str) -> str:
    """The line that tells what went wrong, of all that Quarto writes while it works."""
    said = _ANSI.sub("", said)
    found = _COMPLAINT.search(said)
    if found:
        return found[1].strip()
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:LINE] if lines else "it says nothing"
