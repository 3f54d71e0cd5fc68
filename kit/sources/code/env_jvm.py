"""The environment that Java reads, and in outline C#, Ruby, PHP and Rust."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.model import At
from kit.sources.code.index import CodeIndex, Match
from kit.sources.code.java import JavaModules
from kit.sources.code.records import EnvReadFact
from kit.sources.formats.nodes import Node

_PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?::([^{}]*))?\}")
_CALLS = {
    "java": ("method_invocation", re.compile(r'^System\.getenv\(\s*"(\w+)"\s*\)$')),
    "kotlin": ("call_expression", re.compile(r'^System\.getenv\(\s*"(\w+)"\s*\)$')),
    "csharp": (
        "invocation_expression",
        re.compile(r'^(?:System\.)?Environment\.GetEnvironmentVariable\(\s*"(\w+)"'),
    ),
    "rust": ("call_expression", re.compile(r'^(?:std::)?env::var\(\s*"(\w+)"\s*\)$')),
    "php": (
        "function_call_expression",
        re.compile(r"^(?:getenv|env)\(\s*['\"](\w+)['\"]\s*(?:,\s*['\"]?([^'\")]*)['\"]?)?\)$"),
    ),
}
_FALLBACK = {
    "csharp": re.compile(r'\?\?\s*"([^"]*)"'),
    "kotlin": re.compile(r'\?:\s*"([^"]*)"'),
    "rust": re.compile(r'unwrap_or(?:_else)?\(\s*(?:\|[^|]*\|\s*)?"([^"]*)"'),
    "php": re.compile(r"\?:\s*['\"]([^'\"]*)['\"]"),
}
_DEMANDS = {
    "rust": re.compile(r"\.(?:unwrap|expect)\("),
    "csharp": re.compile(r"\?\?\s*throw"),
    "kotlin": re.compile(r"!!|\?:\s*(?:throw|error)"),
}


def jvm_env(code: CodeIndex) -> Iterator[EnvReadFact]:
    """`System.getenv`, `@Value("${X:default}")`, and `${X:default}` in Spring's settings."""
    modules = code.once(JavaModules)
    needles = ("${",)
    for match in code.find(kind="string_literal", languages=("java",), needles=needles):
        yield from _placeholders(match.text, match.at)
    for module in modules.roots:
        for _, root in modules.settings(module):
            for node in root.strings():
                yield from _setting(node)


def _setting(node: Node) -> Iterator[EnvReadFact]:
    yield from _placeholders(str(node.data), node.at)


def _placeholders(text: str, at: At) -> Iterator[EnvReadFact]:
    for found in _PLACEHOLDER.finditer(text):
        yield EnvReadFact(found[1], at, found[2] is None, found[2])


def called_env(code: CodeIndex) -> Iterator[EnvReadFact]:
    """Reads by a call with a literal name, in the languages that are read in outline."""
    for language, (kind, pattern) in _CALLS.items():
        for match in code.find(kind=kind, languages=(language,), needles=("env", "Env")):
            found = pattern.match(match.text) if len(match.text) < 300 else None
            if found:
                yield _call(match, language, found)
    yield from _ruby(code)


def _call(match: Match, language: str, found: re.Match[str]) -> EnvReadFact:
    outer = [node.text() for node in match.node.ancestors()[:2]]
    around = next((text for text in reversed(outer) if len(text) < 400), match.text)
    given = found[2] if found.re.groups > 1 else None
    stated = _FALLBACK[language].search(around) if language in _FALLBACK else None
    default = given or (stated[1] if stated else None)
    demanded = _DEMANDS[language].search(around) if language in _DEMANDS else None
    required = True if demanded else False if default is not None else None
    return EnvReadFact(found[1], match.at, required, default)


def _ruby(code: CodeIndex) -> Iterator[EnvReadFact]:
    """`ENV["X"]`, `ENV.fetch("X")`, which raises, and `ENV.fetch("X", "default")`."""
    for match in code.find(kind="element_reference", languages=("ruby",), needles=("ENV[",)):
        found = re.match(r"^ENV\[\s*['\"](\w+)['\"]\s*\]$", match.text)
        if found:
            yield EnvReadFact(found[1], match.at)
    for match in code.find(kind="call", languages=("ruby",), needles=("ENV.fetch",)):
        found = re.match(
            r"^ENV\.fetch\(\s{0,80}['\"](\w+)['\"]\s{0,80}(?:,\s{0,80}['\"]?([^'\")]*)['\"]?\s{0,80})?\)", match.text
        )
        if found:
            lenient = found[2] is not None or "{" in match.text
            yield EnvReadFact(found[1], match.at, not lenient, found[2])
