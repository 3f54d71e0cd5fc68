"""A website of Quarto made to work from a disk: browsers load no modules there, and fetch no index of a search."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

_MODULE = re.compile(r'<script src="([^"]*)" type="module"></script>\n?')
_IMPORT = re.compile(r'^import \* as (\w+) from "(\.[^"]*)";\n?', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function (\w+))", re.MULTILINE)
_STATEMENT = re.compile(r"^(?:import|export)\b", re.MULTILINE)

SEARCH = "site_libs/quarto-search/quarto-search.js"
INDEX = "search-index.js"
_ALERT = 'window.location.protocol === "file:" && !shownWarning'
_FETCH = 'await fetch(offsetURL("search.json"))'
_ASKED = f'await readinessIndex(offsetURL("{INDEX}"))'
_LOADER = """
// A script may be loaded from a disk, where nothing may be fetched.
function readinessIndex(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = address
    script.onload = () => resolve({ status: 200, json: async () => window.readinessSearch })
    script.onerror = () => reject(new Error(`${address} is not there`))
    document.head.append(script)
  })
}
"""

Entry = dict[str, Any]
"""What Quarto's search knows of a place: objectID, href, title, section, text, crumbs."""


def make_local(site: Path, pages: Iterable[Path], index: Sequence[Entry] | None = None) -> None:
    """Rewrite a rendered site in place. `index` takes the place of what Quarto found in its pages."""
    _classic(site / "site_libs/quarto-html/quarto.js")
    _searchable(site, index)
    for page in pages:
        text = page.read_text("utf-8")
        local = _MODULE.sub(lambda script, page=page: _loaded(script, page), text)  # type: ignore[misc]
        if local != text:
            page.write_text(local, "utf-8")


def _classic(main: Path) -> None:
    """A module with what it imports as one script that is none."""
    if not main.is_file():
        return
    text = main.read_text("utf-8")
    one = _IMPORT.sub(lambda found: _taken_in(found[1], main.parent / found[2]), text)
    if one != text and not _STATEMENT.search(one):
        main.write_text(f"(function () {{\n{one}\n}})();\n", "utf-8")


def _taken_in(name: str, path: Path) -> str:
    text = path.read_text("utf-8")
    names = ", ".join(_EXPORT.findall(text))
    return f"const {name} = (function () {{\n{_EXPORT.sub('', text)}\nreturn {{ {names} }};\n}})();\n"


def _loaded(script: re.Match[str], page: Path) -> str:
    """The script without its module; nothing for one that only others import. One that is in the page stays."""
    if ":" in script[1]:
        return script[0]
    path = (page.parent / script[1]).resolve()
    text = path.read_text("utf-8") if path.is_file() else "import"
    if not _STATEMENT.search(text):
        return f'<script src="{script[1]}" defer=""></script>\n'
    return "" if _EXPORT.search(text) and not _IMPORT.search(text) else script[0]


def _searchable(site: Path, index: Sequence[Entry] | None) -> None:
    script, found = site / SEARCH, site / "search.json"
    if not script.is_file():
        return
    text = script.read_text("utf-8")
    if _FETCH in text:
        script.write_text(text.replace(_ALERT, "false").replace(_FETCH, _ASKED) + _LOADER, "utf-8")
    entries = index if index is not None else _read(found)
    said = json.dumps(entries, ensure_ascii=True)
    (site / INDEX).write_text(f"window.readinessSearch = {said};\n", "utf-8")
    if index is not None:
        found.unlink(missing_ok=True)


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8")) if path.is_file() else []
