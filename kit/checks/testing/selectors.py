"""Do end-to-end tests look for what the pages show?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.testfiles import test_files
from kit.checks.shared.texts import at_offset
from kit.checks.testing.labels import labels_that_are_gone
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check

_ASKED = re.compile(
    r"(?:getBy|findBy|queryBy|getAllBy|findAllBy)TestId\(\s*['\"`]([\w:.-]{1,80})['\"`]\s*\)"
    r"|\[(?:data-testid|data-test-id|data-test|data-cy)=\\?['\"]?([\w:.-]{1,80})\\?['\"]?\]|\bgetByCy\(\s*['\"]([\w:.-]{1,80})['\"]"
)
_SHOWN = re.compile(r"(?:data-testid|data-test-id|data-test|data-cy|dataTestId|dataTestid|testId|testID|test-id)\b")
_TEMPLATE = re.compile(r"`([^`\n]{0,120}\$\{[^`\n]{0,120})`")
_VALUE = re.compile(r"\$\{[^{}]*\}")
_PAGES = (
    "**/*.tsx",
    "**/*.jsx",
    "**/*.ts",
    "**/*.js",
    "**/*.vue",
    "**/*.svelte",
    "**/*.html",
    "**/*.astro",
    "**/*.hbs",
    "**/*.ejs",
    "**/*.erb",
    "**/*.php",
)


@check(
    "TST-061", "End-to-end tests look for what the pages show", Severity.MEDIUM, Clause.SPECIFICATION, effort_hours=2
)
def tests_look_for_what_is_shown(project: Project) -> Iterator[Fact]:
    """
    A test that waits for a button that was renamed fails for its own reason, until somebody skips it; one that asks that it
    is not there passes for ever.

    Decides: the test ids that end-to-end tests of a browser ask for, against the words of the project's pages and
    components. An id is reported only where its text stands in none of them, and nothing that they put together from
    values comes to it. Names of buttons and links, labels and placeholders of several words are reported where some word
    of them stands in no page, component or translation.

    Fix: give the element its `data-testid` again, or ask for the new one.

    Blind to: ids that are put together from values; names whose words all stand somewhere; texts that are asked for
    without a role.

    See: https://playwright.dev/docs/locators#locate-by-test-id
    """
    tests = [t for t in test_files(project) if t.browser]
    yield from labels_that_are_gone(project, tests)
    pages = "\n".join(_pages(project)) if tests else ""
    if not pages:
        return
    composed = _composed(pages)
    for test in tests:
        text = project.code.text(test.path)
        asked = {next(g for g in m.groups() if g): m.start() for m in reversed(list(_ASKED.finditer(text)))}
        absent = {n: offset for n, offset in asked.items() if n not in pages and composed.fullmatch(n) is None}
        for name, offset in sorted(absent.items(), key=lambda item: item[1])[:1]:
            more = f", nor {len(absent) - 1} others that it asks for" if len(absent) > 1 else ""
            yield bad(
                f"The test looks for `{name}`, which no page or component has{more}.",
                at_offset(test.path, text, offset),
            )
        if asked and not absent:
            yield ok(f"The pages have all {len(asked)} test ids that the test looks for.", At(test.path))


def _pages(project: Project) -> Iterator[str]:
    """The texts of pages and components that give test ids; of every one, since ids are handed on as values."""
    texts = [project.files.text(p) for p in project.files.glob(*_PAGES, classes={FileClass.PRODUCTION})]
    if any(_SHOWN.search(text) for text in texts):
        yield from texts


def _composed(pages: str) -> re.Pattern[str]:
    """What the texts that are put together from values may come to, as far as something of them is written out."""
    found: set[str] = set()
    for match in _TEMPLATE.finditer(pages):
        parts = _VALUE.split(match[1])
        if max(map(len, parts)) > 2 and all(re.fullmatch(r"[\w:.-]*", part) for part in parts):
            found.add("[\\w:.-]+".join(map(re.escape, parts)))
    return re.compile("|".join(sorted(found)) or r"(?!)")
