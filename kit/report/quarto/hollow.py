"""What stands in a page's raw blocks passes Quarto by: a place is kept for each, and filled once Quarto is done.

Quarto and Pandoc have then little to read, and nothing that a project says but its headings.
"""

from __future__ import annotations

import re

_RAW = re.compile(r"^(`{3,})\{=html\}\n(.*?)\n\1$", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r'<div data-readiness="(\d+)">\s*</div>')


def hollow(source: str) -> tuple[str, list[str]]:
    """The source with a place for each raw block of HTML, and the blocks in order."""
    parts: list[str] = []

    def keep(block: re.Match[str]) -> str:
        parts.append(block[2])
        return f'```{{=html}}\n<div data-readiness="{len(parts) - 1}"></div>\n```'

    return _RAW.sub(keep, source), parts


def filled(page: str, parts: list[str]) -> str:
    """The page with each block in its place. Raises ValueError where Quarto has lost one, or has one twice."""
    found = [int(number) for number in _PLACE.findall(page)]
    if sorted(found) != list(range(len(parts))):
        raise ValueError("the page does not hold each of its blocks once")
    return _PLACE.sub(lambda place: parts[int(place[1])], page)
