"""Which metrics a PromQL expression asks for."""

from __future__ import annotations

import re

MAX_CHARACTERS = 4_000

_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`", re.DOTALL)
_NAME_MATCHER = re.compile(r"__name__\s*=\s*[\"'`]([a-zA-Z_:][a-zA-Z0-9_:]*)[\"'`]")
_RANGE = re.compile(r"\[[^\[\]]*\]")
_MATCHERS = re.compile(r"\{[^{}]*\}")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)", re.IGNORECASE)
_VARIABLE = re.compile(r"(?<![\w:])[\w:]*(?:\$\{[^{}]*\}|\$\w+)[\w:]*")
_NAME = re.compile(r"(?<![\w:.])([a-zA-Z_:][a-zA-Z0-9_:]*)\b(?!\s*\()")
_WORDS = frozenset(
    {
        "and",
        "or",
        "unless",
        "offset",
        "bool",
        "by",
        "without",
        "on",
        "ignoring",
        "group_left",
        "group_right",
        "inf",
        "nan",
        "start",
        "end",
        "atan2",
        "sum",
        "avg",
        "min",
        "max",
        "count",
        "stddev",
        "stdvar",
        "topk",
        "bottomk",
        "quantile",
        "count_values",
        "group",
        "le",
    }
)
_DURATION = re.compile(r"(?:[0-9]+(?:ms|[smhdwy]))+")


def metrics_of(expression: str) -> frozenset[str]:
    """The names of the metrics; without those that a variable of a dashboard completes.

    Text that is no PromQL gives what looks like a metric in it, never an exception.
    """
    text = expression[:MAX_CHARACTERS]
    named = frozenset(_NAME_MATCHER.findall(text))
    for pattern in (_STRING, _VARIABLE, _RANGE, _MATCHERS, _GROUPING):
        text = pattern.sub(" ", text)
    found = (name for name in _NAME.findall(text) if name.lower() not in _WORDS)
    return named | frozenset(name for name in found if not _DURATION.fullmatch(name))
