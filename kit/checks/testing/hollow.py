"""Tests of Java, Kotlin, C# and Go that run and ask nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from kit.checks.shared.testfiles import TestFile
from kit.model import At
from kit.project import Project

FAMILIES = frozenset({"jvm", "dotnet", "go"})
_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\w\"'])//[^\n]*", re.DOTALL)
_IMPORTS = re.compile(r"(?m)^[ \t]*(?:import|package|using)\b[^\n]*$")
_EMPTY_BODY = r"\([^(){};]{0,200}\)\s*(?:throws [\w., ]{1,100}|:\s*Unit)?\s*\{\s*\}"
_NAME = r"(?:\w{1,120}|`[^`\n]{1,120}`)"
_TEST = {
    "jvm": re.compile(r"@(?:Test|ParameterizedTest|RepeatedTest)\b(?!\()|@(?:Test|ParameterizedTest|RepeatedTest)\("),
    "dotnet": re.compile(r"\[(?:Fact|Theory|Test|TestMethod|TestCase)\b"),
    "go": re.compile(r"(?m)^func (?:\(\w+ \*?\w+\) )?Test(?!Main\()\w*\("),
}
_EMPTY = {
    "jvm": re.compile(
        rf"@(?:Test|ParameterizedTest|RepeatedTest)\b[^{{}};]{{0,400}}?\b(?:void|fun)\s+{_NAME}\s*{_EMPTY_BODY}"
    ),
    "dotnet": re.compile(
        rf"\[(?:Fact|Theory|Test|TestMethod|TestCase)\b[^{{}};]{{0,400}}?\b(?:void|Task)\s+{_NAME}\s*{_EMPTY_BODY}"
    ),
    "go": re.compile(rf"(?m)^func (?:\(\w+ \*?\w+\) )?Test\w*{_EMPTY_BODY}"),
}
_ASSERTS = {
    "jvm": re.compile(
        r"(?i:assert|expect|verif|should|snapshot|approv|validat|ensure|check|compare)"
        r"|\b(?:then|fail|failBecause\w*|require\w*|must\w*|raises|throws?Exception|await|conform\w*|matches|given)\s*[.({<]"
        r"|\.(?:then|statusCode|satisfies|matches|must\w*|isEqualTo)\s*\(|@Property\b|\bthrow new \w*(?:Error|Exception)\("
        r"|\barchRule|\bArchRule|\bwithNoArguments|\bPactVerif|@ArchTest"
    ),
    "dotnet": re.compile(
        r"(?i:assert|expect|verif|should|snapshot|approv|validat|ensure|check|compare)"
        r"|\b(?:Received|DidNotReceive|MustHaveHappened\w*|MustNotHaveHappened|Throws\w*|Fail|Must\w*|Is|Has)\s*[.(]"
        r"|\bthrow new \w*Exception\(|\.HaveHappened|\bRunAsync\("
    ),
    "go": re.compile(
        r"(?i:assert|require\.|expect|verif|should|snapshot|golden|check|compare|quick\.)|\bpanic\(|\blog\.Fatal|Ω\(|// Output:"
        r"|\b\w{1,6}(?:\.T\(\))?\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\((?!\)\s*[,)])"
        r"|\.(?:Equal\w*|NotEqual\w*|Nil|NotNil|NoError|True|False|Contains|Len|Empty|NotEmpty|ErrorIs|Is|Eq|Check)\("
        r"|(?<!\.Run)\(\s*(?:t|tb|s\.T\(\)|suite\.T\(\))\s*[,)]|\bSkip(?:Now|f)?\("
    ),
}
_OF_ONES_OWN = re.compile(
    r"\bextends\s+\w|\bclass\s+\w+(?:<[^>]*>)?\s*(?:\([^()]*\))?\s*:\s*\w|@Nested|@SelectClasspathResource"
    r"|@(?:CucumberOptions|Suite|IncludeEngines|TestFactory)\b"
)
"""A class that stands on another, which may assert for it; runners of what stands elsewhere."""
_HANDED_ON = re.compile(r"(?m)^[ \t]*(?:return |await )?[a-z]\w*\(")
_STARTS = re.compile(r"@(?:SpringBootTest|QuarkusTest|MicronautTest|ContextConfiguration)\b|\bcontext_?[lL]oads\b")


def _code(project: Project, test: TestFile) -> str:
    """The text of a test without comments and imports; every character keeps its place."""
    return _blanked(project.code.text(test.path))


@lru_cache(maxsize=256)
def _blanked(text: str) -> str:
    for aside in (_COMMENT, _IMPORTS):
        text = aside.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    return text


def empty_tests(project: Project, test: TestFile) -> list[At]:
    """The places of the tests of a file that have an empty body."""
    pattern = _EMPTY.get(test.family)
    if pattern is None:
        return []
    code = _code(project, test)
    # The last line of a match is the method's own, below its annotations.
    lines = (code.count("\n", 0, code.rfind("(", 0, m.end())) + 1 for m in pattern.finditer(code))
    return [At(test.path, line, line) for line in lines]


def is_empty(project: Project, test: TestFile) -> bool:
    """Whether every test of a file has an empty body."""
    pattern = _TEST.get(test.family)
    every = len(pattern.findall(_code(project, test))) if pattern is not None else 0
    return every > 0 and len(empty_tests(project, test)) >= every


def only_starts(project: Project, test: TestFile) -> bool:
    """Whether an empty test starts the program all the same: what a framework's runner does before it."""
    return is_empty(project, test) and _STARTS.search(_code(project, test)) is not None


def asserts(project: Project, test: TestFile) -> bool:
    """Whether anything in a file of Java, Kotlin, C# or Go may be an assertion, or hand on to one."""
    if is_empty(project, test):
        return False
    code, known = _code(project, test), _ASSERTS[test.family]
    declared = _TEST[test.family].search(code)
    if declared is None or known.search(_without_names(code)):
        return True
    inherited = test.family != "go" and _OF_ONES_OWN.search(code) is not None
    return inherited and (_HANDED_ON.search(code) is not None or "Test" not in code)


_DECLARED = re.compile(
    r"\b(?:class|void|fun|func|Task)\s+(?:\w{1,120}|`[^`\n]{1,120}`)(?=\s*[(:{<]|\s+(?:extends|implements))"
)


def _without_names(code: str) -> str:
    """The code without the names of its tests, which say `should` and `check` of what nobody does."""
    return _DECLARED.sub("", code)
