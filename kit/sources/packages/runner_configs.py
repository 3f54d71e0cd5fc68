"""What test runners are told: which files are tests, what coverage is measured over, and what it must reach.

Jest, Vitest, Mocha, Playwright, Cypress, nyc and c8; pytest and coverage.py; codecov; JaCoCo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.code.index import LANGUAGES, node_at, parse_tree
from kit.sources.formats.nodes import Node

if TYPE_CHECKING:
    from ast_grep_py import SgNode

    from kit.sources.formats.documents import Documents
    from kit.sources.tree.files import FileIndex

Value = str | float | bool | tuple[str, ...] | None
METRICS = ("statements", "branches", "functions", "lines")
MAX_DEPTH = 12
_JS_NAME = re.compile(
    r"(?:.*/)?(?:(jest|vitest|vite|playwright|cypress|wdio|nyc)(?:-[\w-]+)?(?:\.[\w-]+)*\.config|karma\.conf|\.mocharc)\.[cm]?[jt]s"
)
_JSON_NAME = re.compile(
    r"(?:.*/)?(?:jest[\w.-]*\.json|\.nycrc(?:\.json|\.ya?ml)?|\.c8rc(?:\.json)?|\.mocharc(?:\.json|\.ya?ml)?|cypress\.json)"
)
_INI_NAME = re.compile(r"(?:.*/)?(?:\.coveragerc|setup\.cfg|tox\.ini|pytest\.ini|\.pytest\.ini)")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: the keys that lead to it, its value and place; `value` None where code computes it by `text`."""

    keys: tuple[str, ...]
    value: Value
    at: At
    text: str = ""


@dataclass(frozen=True, eq=False)
class RunnerConfig:
    """The settings of one file for one tool: jest, vitest, playwright, cypress, mocha, karma, nyc, pytest, coverage,
    codecov. `dir` is the folder that its patterns are relative to."""

    tool: str
    path: str
    settings: tuple[Setting, ...] = ()

    @property
    def at(self) -> At:
        """The file."""
        return At(self.path)

    @property
    def dir(self) -> str:
        """The folder of the file, "." for the root."""
        return dirname(self.path) or "."

    def get(self, *tail: str) -> Setting | None:
        """The first setting whose keys end so."""
        return next((s for s in self.settings if s.keys[-len(tail) :] == tail), None)

    def all(self, *tail: str) -> Iterator[Setting]:
        """Every setting whose keys end so."""
        return (s for s in self.settings if s.keys[-len(tail) :] == tail)

    @property
    def thresholds(self) -> Iterator[tuple[str, float, At]]:
        """Metric, percentage and place of every threshold that the run of the tests is held to."""
        for setting in self.settings:
            metric = _metric(self.tool, setting.keys)
            if metric is not None and isinstance(setting.value, float):
                yield metric, setting.value, setting.at


def find(files: FileIndex, documents: Documents) -> tuple[RunnerConfig, ...]:
    """Every configuration of a test runner or coverage tool, in the order of the paths."""
    found: list[RunnerConfig] = []
    for path in files.paths:
        name = path.rpartition("/")[2]
        if match := _JS_NAME.fullmatch(path):
            found.append(script(files.text(path), path, _tool(match[1] or name)))
        elif _JSON_NAME.fullmatch(path):
            found.append(RunnerConfig(_tool(name), path, tuple(_of_node(documents.get(path).root, ()))))
        elif name == "package.json":
            found += _embedded(documents.get(path).root, path)
        elif name == "pyproject.toml":
            found += _sections(documents.get(path).get("tool"), path)
        elif _INI_NAME.fullmatch(path):
            found += _sections(documents.get(path).root, path)
        elif name in {"codecov.yml", ".codecov.yml", "codecov.yaml"}:
            found.append(RunnerConfig("codecov", path, tuple(_of_node(documents.get(path).root, ()))))
    return tuple(found)


def _tool(name: str) -> str:
    known = ("vitest", "vite", "jest", "playwright", "cypress", "karma", "mocha", "nyc", "c8", "wdio")
    found = next((tool for tool in known if tool in name), "jest")
    return {"vite": "vitest", "c8": "nyc"}.get(found, found)


def script(text: str, path: str, tool: str) -> RunnerConfig:
    """A configuration written as code: every literal entry of its objects. Never raises."""
    language = LANGUAGES.get("." + path.rpartition(".")[2].lower(), "typescript")
    root = parse_tree(text, language)
    pairs = root.find_all(kind="pair") if root is not None else ()
    return RunnerConfig(tool, path, tuple(setting for pair in pairs if (setting := _of_pair(pair, path)) is not None))


def _of_pair(pair: SgNode, path: str) -> Setting | None:
    value = pair.field("value")
    if value is None or value.kind() == "object":
        return None
    keys: list[str] = []
    node: SgNode | None = pair
    while node is not None and len(keys) < MAX_DEPTH:
        key = node.field("key") if node.kind() == "pair" else None
        if key is not None:
            keys.insert(0, key.text().strip("'\"`"))
        node = node.parent()
    return Setting(tuple(keys), _literal(value), node_at(path, pair), value.text())


def _literal(node: SgNode) -> Value:
    """The value of a literal; None for what code computes."""
    kind, text = node.kind(), str(node.text())
    if kind in {"string", "template_string"} and "${" not in text:
        return text[1:-1].replace("\\\\", "\\")
    if kind == "regex":
        return text.rpartition("/")[0].removeprefix("/")
    if kind in {"number", "unary_expression"}:
        return _number(text)
    if kind in {"true", "false"}:
        return text == "true"
    if kind == "array":
        items = [_literal(child) for child in node.children() if child.is_named() and child.kind() != "comment"]
        return tuple(i for i in items if isinstance(i, str)) if all(isinstance(i, str) for i in items) else None
    return None


def _number(text: str) -> float | None:
    try:
        return float(text.replace("_", "").rstrip("%"))
    except ValueError:
        return None


def _of_node(node: Node, keys: tuple[str, ...]) -> Iterator[Setting]:
    """The settings of a document, mapping by mapping."""
    if node.is_map and len(keys) < MAX_DEPTH:
        for key, child in node.items():
            yield from _of_node(child, (*keys, key))
    elif node.is_list:
        children = list(node.children())
        plain = all(isinstance(child.data, str) for child in children)
        yield Setting(keys, tuple(child.text for child in children) if plain else None, node.at)
    else:
        yield Setting(keys, _scalar(node), node.at)


def _scalar(node: Node) -> Value:
    if isinstance(node.data, bool):
        return node.data
    if isinstance(node.data, int | float):
        return float(node.data)
    number = _number(node.text) if re.fullmatch(r"-?\d+(?:\.\d+)?%?", node.text) else None
    return number if number is not None else node.text


def _embedded(root: Node, path: str) -> Iterator[RunnerConfig]:
    for key in ("jest", "nyc", "c8", "mocha"):
        node = root.get(key)
        if node is not None and node.is_map:
            yield RunnerConfig(_tool(key), path, tuple(_of_node(node, ())))


def _sections(root: Node | None, path: str) -> Iterator[RunnerConfig]:
    """The parts of a Python configuration that speak of pytest and coverage.py."""
    if root is None:
        return
    named = {
        "pytest": ("pytest", "tool:pytest"),
        "coverage": ("coverage",) if path.endswith("toml") else (),
    }
    if path.endswith(".coveragerc"):
        yield RunnerConfig("coverage", path, tuple(_of_node(root, ())))
    for tool, keys in named.items():
        for key in keys:
            node = root.get(key, "ini_options") or root.get(key)
            if node is not None:
                yield RunnerConfig(tool, path, tuple(_of_node(node, ())))
    prefixed = [(k.partition(":")[2], n) for k, n in root.items() if k.startswith("coverage:")]
    if prefixed:
        yield RunnerConfig("coverage", path, tuple(s for k, n in prefixed for s in _of_node(n, (k,))))


def _metric(tool: str, keys: tuple[str, ...]) -> str | None:
    """The metric that a setting is a threshold of; None for any other setting."""
    last = keys[-1]
    if tool == "coverage":
        return "lines" if keys[-2:] == ("report", "fail_under") else None
    if tool == "codecov":
        return "lines" if keys[-4:-2] == ("status", "project") and last == "target" else None
    if last not in METRICS:
        return None
    if tool == "nyc":
        return last if len(keys) == 1 else None
    inside = {"thresholds", "coverageThreshold", "check", "global", "thresholdAutoUpdate"}
    return last if inside & set(keys[:-1]) or keys[-2:-1] == ("coverage",) else None


def words(value: Value) -> tuple[str, ...]:
    """A setting's value as words: those of a list, or of a text with blanks and line ends between."""
    if isinstance(value, tuple):
        return value
    return tuple(value.split()) if isinstance(value, str) else ()
