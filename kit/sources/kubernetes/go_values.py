"""Values as Go templates see them: what is true, what is equal, how they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

MAX_TEXT = 200_000
"""Characters of the longest text that a template may make."""

MAX_NODES = 20_000
"""Size of the largest value that a template may make: entries, items and every fifty characters of text."""

MAX_DEPTH = 50
_VERB = re.compile(r"%(?P<flags>[-+# 0]*)(?P<width>[0-9]*)(?:\.(?P<precision>[0-9]*))?(?P<verb>.)", re.DOTALL)


class TemplateError(Exception):
    """A template that cannot be rendered.

    `kind`: "error" where Helm would refuse it too, "required" where it demands a value that nobody gives
    here, "unsupported" where it uses what is not known here or would take too long.
    """

    def __init__(self, message: str, kind: str = "error", line: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.line = line


def truth(value: Any) -> bool:
    """Whether Go's `if` takes it: everything but false, nil, zero and the empty."""
    return bool(value)


def bounded(value: Any) -> Any:
    """The value itself; TemplateError where it has grown too large, too deep or circular."""
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise TemplateError("a text grows too long", "unsupported")
        return value
    size = 0
    for part in _sizes(value, 0):
        size += part
        if size > MAX_NODES:
            raise TemplateError("a value grows too large", "unsupported")
    return value


def _sizes(value: Any, depth: int) -> Iterator[int]:
    yield 1 + len(value) // 50 if isinstance(value, str) else 1
    if depth > MAX_DEPTH:
        raise TemplateError("a value grows too deep", "unsupported")
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _sizes(child, depth + 1)


def go_text(value: Any) -> str:
    """The value as `{{ }}` writes it; nil as nothing, as Helm does."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if value != int(value) else str(int(value))
    if isinstance(value, dict):
        bounded(value)
        return "map[" + " ".join(f"{k}:{_inner(value[k])}" for k in sorted(value)) + "]"
    if isinstance(value, list):
        bounded(value)
        return "[" + " ".join(_inner(item) for item in value) + "]"
    return str(value)


def _inner(value: Any) -> str:
    return "<nil>" if value is None else go_text(value)


def equal(one: Any, other: Any) -> bool:
    """Go's `eq` on basic values; numbers of any kind compare, a number and a text never."""
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(bounded(one) == bounded(other))


def less(one: Any, other: Any) -> bool:
    """Go's `lt`. Raises TemplateError for what has no order."""
    if not any(isinstance(one, kind) and isinstance(other, kind) for kind in ((int, float), str)):
        raise TemplateError("incompatible types for comparison")
    return bool(one < other)


def kind_of(value: Any) -> str:
    """Go's name of the value's kind."""
    names = {bool: "bool", int: "int", float: "float64", str: "string", dict: "map", list: "slice"}
    return "invalid" if value is None else names.get(type(value), "struct")


def whole(value: Any) -> int:
    """The whole number that sprig's `int` makes of it, within 64 bits; 0 of what is none."""
    try:
        number = int(float(value)) if isinstance(value, str) and value else int(value or 0)
    except (TypeError, ValueError, OverflowError):
        return 0
    return max(-(2**63), min(2**63 - 1, number))


def to_yaml(value: Any) -> str:
    """YAML as Helm's `toYaml` writes it, without the last line end."""
    bounded(value)
    text = yaml.dump(value, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, width=10**6)
    return str(text).removesuffix("\n").removesuffix("\n...")


class _Dumper(yaml.SafeDumper):
    """No anchors: a value that occurs twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature of the base
        return True


def to_json(value: Any, indent: int | None = None) -> str:
    """JSON with sorted keys."""
    separators = (",", ":") if indent is None else (",", ": ")
    bounded(value)
    return json.dumps(value, sort_keys=True, indent=indent, separators=separators, ensure_ascii=False)


def go_quote(value: Any) -> str:
    """A text in double quotes, escaped."""
    return json.dumps(go_text(value), ensure_ascii=False)


def go_printf(template: str, *values: Any) -> str:
    """Go's `printf` with the verbs that charts use. Raises TemplateError for widths beyond reason."""
    rest = list(values)

    def written(match: re.Match[str]) -> str:
        if match["verb"] == "%":
            return "%"
        if not rest:
            return f"%!{match['verb']}(MISSING)"
        return _padded(match, _verb(match, rest.pop(0)))

    return bounded(_VERB.sub(written, template))  # type: ignore[no-any-return]


def _verb(match: re.Match[str], value: Any) -> str:
    verb, precision = match["verb"], match["precision"]
    if verb == "q":
        return go_quote(value)
    if verb == "d":
        return str(whole(value))
    if verb in "fge" and isinstance(value, int | float):
        return format(float(value), f".{min(int(precision or 6), 30)}{verb}")
    if verb in "xX":
        text = format(value, "x") if isinstance(value, int) else go_text(value).encode().hex()
        return text.upper() if verb == "X" else text
    text = go_text(value)
    return text[: int(precision)] if precision and len(precision) < 7 and verb == "s" else text


def _padded(match: re.Match[str], text: str) -> str:
    if not match["width"]:
        return text
    if len(match["width"]) > 4:
        raise TemplateError("printf with a width beyond reason", "unsupported")
    width = int(match["width"])
    if "-" in match["flags"]:
        return text.ljust(width)
    return text.zfill(width) if "0" in match["flags"] else text.rjust(width)
