"""Names of buttons, links and fields that end-to-end tests ask for, against the words of the front end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kit.checks.shared.testfiles import TestFile
from kit.checks.shared.texts import at_offset
from kit.model import Fact, FileClass, Severity, bad
from kit.project import Project

_TEXT = r"(?:'([A-Za-z][^'\\\n$]{3,80})'|\"([A-Za-z][^\"\\\n$]{3,80})\")"
_ASKED = re.compile(
    rf"\bgetByRole\(\s*['\"](?:button|link)['\"]\s*,\s*\{{\s*name\s*:\s*{_TEXT}|\bgetBy(?:Label|Placeholder)(?:Text)?\(\s*{_TEXT}"
)
_FRONT = ("**/*.tsx", "**/*.jsx", "**/*.vue", "**/*.svelte", "**/*.html", "**/*.astro")
_WORDS = (
    *_FRONT, "**/*.ts", "**/*.js", "**/*.mjs", "**/*.json", "**/*.md", "**/*.mdx", "**/*.yml", "**/*.yaml", "**/*.po", "**/*.hbs",
    "**/*.ejs", "**/*.pug", "**/*.njk", "**/*.php", "**/*.erb", "**/*.py", "**/*.properties", "**/*.ftl", "**/*.xlf",
)  # fmt: skip
_WORD = re.compile(r"[a-z]{4,}")
MOST_FILES = 6000
MOST_TEXT = 400_000


def labels_that_are_gone(project: Project, tests: Sequence[TestFile]) -> Iterator[Fact]:
    """The first name in each test, of two words or more, of which a word stands nowhere in the project outside tests."""
    asked = {
        t.path: [(next(g for g in m.groups() if g), m.start()) for m in _ASKED.finditer(project.code.text(t.path))]
        for t in tests
    }
    wanted = {w for names in asked.values() for name, _ in names for w in _WORD.findall(name.lower())}
    if not wanted or not project.files.glob(*_FRONT, classes={FileClass.PRODUCTION}):
        return
    absent = _absent(project, wanted)
    for path, names in asked.items():
        text = project.code.text(path)
        for name, offset in names:
            gone = [w for w in _WORD.findall(name.lower()) if w in absent]
            if " " in name and gone and not _made_here(text, gone[0]):
                message = f'The test looks for "{name}"; no page, component or translation has the word "{gone[0]}".'
                yield bad(message, at_offset(path, text, offset), severity=Severity.LOW)
                break


def _made_here(text: str, word: str) -> bool:
    """Whether the test itself brings the word in: a name that it types or gives to what it makes."""
    return len(re.findall(re.escape(word), text, re.IGNORECASE)) > len(
        [1 for m in _ASKED.finditer(text) if word in next(g for g in m.groups() if g).lower()]
    )


def _absent(project: Project, wanted: set[str]) -> set[str]:
    """Those words that no file outside of tests has; none where there is too much to look through."""
    paths = project.files.glob(*_WORDS, classes=set(FileClass) - {FileClass.TEST})
    if len(paths) > MOST_FILES:
        return set()
    left = set(wanted)
    for path in paths:
        if not left:
            break
        if project.files.size(path) > MOST_TEXT:
            return set()  # what is not read may have them
        text = project.files.text(path).lower()
        left = {word for word in left if word not in text}
    return left
