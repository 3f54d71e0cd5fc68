"""What a browser would make of a text: elements, scripts, handlers and addresses."""

from __future__ import annotations

import re
from html.parser import HTMLParser

BAITS = {
    "html": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(2)>",
    "shortcode": "{{< include /etc/passwd >}}",
    "raw": "```{=html}<script>alert(3)</script>```",
    "link": "[click](javascript:alert(4))",
    "formula": "=cmd|'/c calc'!A1",
    "jinja": "{{ 7*191 }}{% raw %}",
    "typst": '#eval("7*191") #read("/etc/passwd")',
    "tex": "\\input{/etc/passwd}",
    "remote": "![i](http://evil.example/x.png)",
    "style": "</style><style>*{display:none}",
    "control": "\x07\x1b[31m\u202egnp.\ud800",
    "mention": "@everyone closes #2",
    "xml": "]]> --> <!-- &lol;",
}
"""Texts that some reader of a report would take for more than text."""


class Reader(HTMLParser):
    """Collects what is active in a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.active: list[str] = []
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element: its handlers and addresses are looked at."""
        self.tags.append(tag)
        self._script = tag == "script"
        for name, value in attrs:
            if name.startswith("on") or re.match(
                r"\s*(?:javascript|data:text/html|vbscript):?", value or "", re.IGNORECASE
            ):
                self.active.append(f"{tag} {name}={value}")
            if name in {"src", "href", "action"} and "evil.example" in (value or ""):
                self.active.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the signature is the parser's
        """The end of an element."""
        self._script = False

    def handle_data(self, data: str) -> None:
        """Text: within a script no bait may stand as code."""
        if self._script and re.search(r"^\s*alert\(\d", data):
            self.active.append(f"script {data[:40]}")


def active(html: str) -> list[str]:
    """Whatever of the baits a browser would act upon."""
    reader = Reader(html)
    return [*reader.active, *(tag for tag in reader.tags if tag in {"img", "iframe", "object", "embed", "base"})]
