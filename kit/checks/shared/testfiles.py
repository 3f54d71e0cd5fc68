"""Which files hold tests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kit.model import At, FileClass
from kit.project import Project

FAMILY = {
    "python": "python", "javascript": "js", "typescript": "js", "tsx": "js", "go": "go", "java": "jvm", "kotlin": "jvm",
    "csharp": "dotnet", "ruby": "ruby", "php": "php", "rust": "rust",
}  # fmt: skip
WORDS = {
    "python": re.compile(r"^[ \t]*(?:async )?def test_|^class Test\w*\s*[:(]|TestCase\)", re.MULTILINE),
    "js": re.compile(r"\b[xf]?(?:describe|it|test|suite|Deno\.test|bench)(?:\.\w+)*\s*(?:\(|`|<)"),
    "go": re.compile(r"^func (?:\(\w+ \*?\w+\) )?(?:Test|Fuzz|Example|Benchmark)\w*\(", re.MULTILINE),
    "jvm": re.compile(
        r"@(?:Test|ParameterizedTest|RepeatedTest|Property|TestFactory)\b|\b(?:should|test|describe|it)\s*\("
    ),
    "dotnet": re.compile(r"\[(?:Fact|Theory|Test|TestMethod|TestCase)\b"),
    "ruby": re.compile(r"\b(?:describe|it|test|context)\b|def test_"),
    "php": re.compile(r"function test|@test\b|#\[Test\]|\b(?:it|test)\("),
    "rust": re.compile(r"#\[(?:tokio::)?test\]"),
}
E2E = re.compile(
    r"(?:^|[/._-])(?:e2e|end-to-end|cypress|playwright|browser-?tests?|acceptance|ui-?tests?|selenium)(?:$|[/._-])",
    re.IGNORECASE,
)
BROWSER = re.compile(r"(?:^|/)(?:cypress|playwright)/|\.cy\.[jt]sx?$")
SMOKE = re.compile(r"(?:^|[/._-])smoke", re.IGNORECASE)
DRIVERS = re.compile(
    r"@playwright/test|\bcy\.[a-zA-Z]\w*\(|from ['\"]playwright|selenium|puppeteer|webdriverio|testcafe|from playwright"
)
HELPERS = re.compile(
    r"(?:^|/)(?:conftest|__init__|setup\w*|fixtures?|helpers?|mocks?|utils?|factories|support|global-?setup"
    r"|tests?[-_]?(?:utils?|helpers?|setup))\.\w+$|/(?:fixtures|__mocks__|__fixtures__|mocks|support)/"
)


@dataclass(frozen=True)
class TestFile:
    """A file with tests. `family` is its language; `kind` "unit", "e2e" or "smoke" by its place and its tools;
    `browser` where a runner for browsers is needed."""

    path: str
    family: str
    kind: str
    browser: bool = False

    @property
    def at(self) -> At:
        """The file."""
        return At(self.path)


TestFile.__test__ = False  # type: ignore[attr-defined]


@lru_cache(maxsize=4)
def test_files(project: Project) -> tuple[TestFile, ...]:
    """Every file that holds tests, also those that no runner may find."""
    found = []
    for path in project.code.files(every_class=True):
        family = FAMILY.get(project.code.language(path) or "")
        inline = family == "rust"
        wanted = {FileClass.TEST, FileClass.PRODUCTION} if inline else {FileClass.TEST}
        if path.startswith(".") or family is None or project.files.class_of(path) not in wanted or HELPERS.search(path):
            continue
        text = project.code.text(path)
        if WORDS[family].search(text):
            browser = family == "js" and bool(BROWSER.search(path) or DRIVERS.search(text[:6000]))
            found.append(TestFile(path, family, _kind(path, text), browser))
    return tuple(found)


test_files.__test__ = False  # type: ignore[attr-defined]


def _kind(path: str, text: str) -> str:
    if SMOKE.search(path):
        return "smoke"
    return "e2e" if E2E.search(path) or DRIVERS.search(text[:6000]) else "unit"
