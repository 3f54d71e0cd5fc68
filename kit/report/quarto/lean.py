"""Quarto's own styles within a self-contained page, in fewer bytes: said plainly, once, and only what is used."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

_SHEET = re.compile(r'<link href="data:text/css,([^"]*)"([^>]*)>')
_ICON = re.compile(r'\.bi-([\w-]+)::before\s*\{\s*content:\s*"\\[0-9a-f]+";?\s*\}\s*')
_NAMED = re.compile(r"\bbi-([\w-]+)")
_PLAIN = "!$&'()*+,-./:;=?@[]^_`{|} ~"
"""Signs of a style sheet that may stand in an address within double quotes as they are."""


def lean(page: str) -> str:
    """The page with its sheets spelled out where Quarto writes every sign as a number, without the second copy of the
    light one, which Quarto's script turns off as soon as it runs, and with the icons that something in it names."""
    return _without_icons(_SHEET.sub(_sheet, page))


def _sheet(found: re.Match[str]) -> str:
    css, attributes = found.groups()
    shorter = "" if "quarto-color-scheme-extra" in attributes else quote(unquote(css), safe=_PLAIN)
    return f'<link href="data:text/css,{shorter}"{attributes}>'


def _without_icons(page: str) -> str:
    used = set(_NAMED.findall(_ICON.sub("", page)))
    return _ICON.sub(lambda rule: rule[0] if rule[1] in used else "", page)
