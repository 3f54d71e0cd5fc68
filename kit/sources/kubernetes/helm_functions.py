"""Helm's template functions that are pure and sure to end; a missing one leaves a template unrendered."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from kit.sources.formats.documents import parse
from kit.sources.kubernetes.go_values import (
    MAX_TEXT,
    TemplateError,
    bounded,
    equal,
    go_printf,
    go_quote,
    go_text,
    kind_of,
    less,
    to_json,
    to_yaml,
    truth,
    whole,
)
from kit.sources.packages.semver import semver_compare

MAX_REPEAT = 10_000
Function = Callable[..., Any]


def _default(fallback: Any, value: Any = None) -> Any:
    return value if truth(value) else fallback


def _indent(spaces: Any, text: Any) -> str:
    pad = " " * _limited(spaces)
    return str(bounded("\n".join(pad + line for line in _lines(text, len(pad)))))


def _lines(text: Any, pad: int) -> list[str]:
    lines = go_text(text).split("\n")
    if len(lines) * pad > 1_000_000:
        raise TemplateError("a text grows too long", "unsupported")
    return lines


def _limited(number: Any) -> int:
    count = whole(number)
    if count > MAX_REPEAT:
        raise TemplateError(f"a count of {count}", "unsupported")
    return max(count, 0)


def _trunc(length: Any, text: Any) -> str:
    size, shown = whole(length), go_text(text)
    return shown[:size] if size >= 0 else shown[size:]


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            value = value[key]
        elif isinstance(value, dict):
            value = value.get(go_text(key))
        else:
            raise TemplateError(f"there is nothing to index with {go_text(key)!r}")
    return value


def _dig(*arguments: Any) -> Any:
    *keys, fallback, value = arguments
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return fallback
        value = value[key]
    return value


def _dict(*pairs: Any) -> dict[str, Any]:
    keys = [go_text(key) for key in pairs[::2]]
    return dict(zip(keys, [*pairs[1::2], *([""] * (len(pairs) % 2))], strict=True))


def _set(mapping: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    mapping[go_text(key)] = value
    bounded(mapping)
    return mapping


def _unset(mapping: dict[str, Any], key: str) -> dict[str, Any]:
    mapping.pop(key, None)
    return mapping


def merge_values(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with `over` laid on it, maps merged all the way down; both are left as they are."""
    merged = dict(base)
    for key, value in over.items():
        held = merged.get(key)
        both = isinstance(held, dict) and isinstance(value, dict)
        merged[key] = merge_values(held, value) if both else value  # type: ignore[arg-type]
    return merged


def _merge(target: dict[str, Any], *sources: dict[str, Any]) -> dict[str, Any]:
    for source in sources:
        _replace(target, merge_values(bounded(source), bounded(target)))
    return target


def _merge_overwrite(target: dict[str, Any], *sources: dict[str, Any]) -> dict[str, Any]:
    for source in sources:
        _replace(target, merge_values(bounded(target), bounded(source)))
    return target


def _replace(target: dict[str, Any], content: dict[str, Any]) -> None:
    target.clear()
    target.update(content)


def _until(*bounds: Any) -> list[int]:
    start, stop, step = (0, whole(bounds[0]), 1) if len(bounds) == 1 else [whole(b) for b in bounds]
    numbers = range(start, stop, step or 1)
    _limited(len(numbers))
    return list(numbers)


def _uniq(items: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


def _from_yaml(text: Any) -> Any:
    document = parse(go_text(text), "value.yaml")
    return deepcopy(document.root.value) if document.roots else {}


def _decoded(text: Any) -> str:
    try:
        return base64.b64decode(go_text(text), validate=True).decode(errors="replace")
    except (binascii.Error, ValueError) as error:
        raise TemplateError("bad base64") from error


def _required(message: Any, value: Any = None) -> Any:
    if value is None or value == "":
        raise TemplateError(go_text(message), "required")
    return value


def _fail(message: Any) -> Any:
    raise TemplateError(go_text(message), "required")


def _round(value: Any, places: Any = 0) -> float:
    return round(float(value), min(whole(places), 15))


def _integers(change: Callable[[int, int], int]) -> Function:
    def folded(first: Any, *others: Any) -> int:
        total = whole(first)
        for other in others:
            total = whole(change(total, whole(other)))
        return total

    return folded


def _divided(one: int, other: int) -> int:
    if other == 0:
        raise TemplateError("division by zero")
    quotient = abs(one) // abs(other)
    return quotient if (one < 0) == (other < 0) else -quotient


def _title(text: Any) -> str:
    return re.sub(r"\b[a-z]", lambda m: m[0].upper(), go_text(text))


def _substr(start: Any, end: Any, text: Any) -> str:
    first, last = max(whole(start), 0), whole(end)
    return go_text(text)[first:] if last < 0 else go_text(text)[first:last]


def _texts(items: Any) -> list[str]:
    return [go_text(item) for item in (items if isinstance(items, list) else [items])]


def _split(separator: Any, text: Any) -> dict[str, str]:
    return {f"_{i}": part for i, part in enumerate(go_text(text).split(go_text(separator) or None))}


def _slice(value: Any, first: Any, last: Any = None) -> Any:
    return value[max(whole(first), 0) : None if last is None else max(whole(last), 0)]


def _replaced(old: Any, new: Any, text: Any) -> str:
    shown, gone, put = go_text(text), go_text(old), go_text(new)
    if shown.count(gone) * len(put) > MAX_TEXT:
        raise TemplateError("a text grows too long", "unsupported")
    return shown.replace(gone, put)


def _joined(separator: Any, items: Any) -> str:
    parts, between = _texts(bounded(items)), go_text(separator)
    if len(parts) * len(between) > MAX_TEXT:
        raise TemplateError("a text grows too long", "unsupported")
    return str(bounded(between.join(parts)))


def _snake(text: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", text).replace("-", "_").lower()


def _of_text(change: Callable[[str], str]) -> Function:
    return lambda text: change(go_text(text))


def _is_kind(kind: Any, value: Any) -> bool:
    return kind_of(value) == go_text(kind)


def _type_of(value: Any) -> str:
    return {"map": "map[string]interface {}", "slice": "[]interface {}", "invalid": "<nil>"}.get(
        kind_of(value), kind_of(value)
    )


_STRINGS: dict[str, Function] = {
    "quote": lambda *values: " ".join(go_quote(v) for v in values if v is not None),
    "squote": lambda *values: " ".join(f"'{go_text(v)}'" for v in values if v is not None),
    "nindent": lambda spaces, text: "\n" + _indent(spaces, text),
    "indent": _indent,
    "printf": lambda template, *values: go_printf(go_text(template), *values),
    "print": lambda *values: "".join(go_text(v) for v in values),
    "println": lambda *values: " ".join(go_text(v) for v in values) + "\n",
    "trunc": _trunc,
    "abbrev": _trunc,
    "trim": _of_text(str.strip),
    "trimAll": lambda marks, text: go_text(text).strip(go_text(marks)),
    "trimSuffix": lambda end, text: go_text(text).removesuffix(go_text(end)),
    "trimPrefix": lambda start, text: go_text(text).removeprefix(go_text(start)),
    "upper": _of_text(str.upper),
    "lower": _of_text(str.lower),
    "title": _title,
    "untitle": _of_text(lambda text: text[:1].lower() + text[1:]),
    "camelcase": _of_text(lambda text: "".join(_title(part) for part in text.split("_"))),
    "snakecase": _of_text(_snake),
    "kebabcase": _of_text(lambda text: _snake(text).replace("_", "-")),
    "nospace": _of_text(lambda text: "".join(text.split())),
    "replace": _replaced,
    "contains": lambda part, text: go_text(part) in go_text(text),
    "hasPrefix": lambda start, text: go_text(text).startswith(go_text(start)),
    "hasSuffix": lambda end, text: go_text(text).endswith(go_text(end)),
    "repeat": lambda count, text: _joined("", [go_text(text)] * _limited(count)),
    "substr": _substr,
    "cat": lambda *values: " ".join(go_text(v) for v in values if v is not None),
    "join": _joined,
    "splitList": lambda separator, text: go_text(text).split(go_text(separator) or None),
    "split": _split,
    "toString": go_text,
    "toStrings": _texts,
    "b64enc": lambda text: base64.b64encode(go_text(text).encode()).decode(),
    "b64dec": _decoded,
    "sha256sum": lambda text: hashlib.sha256(go_text(text).encode()).hexdigest(),
    "sha1sum": lambda text: hashlib.sha1(go_text(text).encode(), usedforsecurity=False).hexdigest(),
    "toYaml": to_yaml,
    "toJson": to_json,
    "toRawJson": to_json,
    "toPrettyJson": lambda value: to_json(value, indent=2),
    "fromYaml": _from_yaml,
    "fromJson": _from_yaml,
    "fromYamlArray": _from_yaml,
    "fromJsonArray": _from_yaml,
}
_VALUES: dict[str, Function] = {
    "default": _default,
    "empty": lambda value: not truth(value),
    "coalesce": lambda *values: next((v for v in values if truth(v)), None),
    "ternary": lambda yes, no, test: yes if truth(test) else no,
    "required": _required,
    "fail": _fail,
    "not": lambda value: not truth(value),
    "all": lambda *values: all(truth(v) for v in values),
    "any": lambda *values: any(truth(v) for v in values),
    "eq": lambda one, *others: any(equal(one, other) for other in others),
    "ne": lambda one, other: not equal(one, other),
    "lt": less,
    "le": lambda one, other: not less(other, one),
    "gt": lambda one, other: less(other, one),
    "ge": lambda one, other: not less(one, other),
    "kindIs": _is_kind,
    "kindOf": kind_of,
    "typeOf": _type_of,
    "typeIs": lambda name, value: name in {_type_of(value), kind_of(value)},
    "int": whole,
    "int64": whole,
    "atoi": whole,
    "float64": lambda value: float(value or 0),
    "add": _integers(lambda one, other: one + other),
    "add1": lambda value: whole(value) + 1,
    "sub": _integers(lambda one, other: one - other),
    "mul": _integers(lambda one, other: one * other),
    "div": _integers(_divided),
    "mod": _integers(lambda one, other: one - other * _divided(one, other)),
    "max": _integers(max),
    "min": _integers(min),
    "ceil": lambda value: math.ceil(float(value)),
    "floor": lambda value: math.floor(float(value)),
    "round": _round,
    "until": _until,
    "untilStep": _until,
    "semverCompare": semver_compare,
}
_COLLECTIONS: dict[str, Function] = {
    "list": lambda *items: list(items),
    "tuple": lambda *items: list(items),
    "dict": _dict,
    "get": lambda mapping, key: mapping.get(key, ""),
    "set": _set,
    "unset": _unset,
    "hasKey": lambda mapping, key: key in (mapping or {}),
    "keys": lambda *mappings: sorted(key for mapping in mappings for key in mapping),
    "values": lambda mapping: [mapping[key] for key in sorted(mapping)],
    "pick": lambda mapping, *keys: {k: v for k, v in mapping.items() if k in keys},
    "omit": lambda mapping, *keys: {k: v for k, v in mapping.items() if k not in keys},
    "pluck": lambda key, *mappings: [mapping[key] for mapping in mappings if key in mapping],
    "merge": _merge,
    "mergeOverwrite": _merge_overwrite,
    "deepCopy": lambda value: deepcopy(bounded(value)),
    "dig": _dig,
    "index": _index,
    "len": lambda value: len(value or ()),
    "slice": _slice,
    "first": lambda items: items[0] if items else None,
    "last": lambda items: items[-1] if items else None,
    "rest": lambda items: items[1:],
    "initial": lambda items: items[:-1],
    "reverse": lambda items: items[::-1],
    "append": lambda items, item: bounded([*items, item]),
    "prepend": lambda items, item: bounded([item, *items]),
    "concat": lambda *lists: bounded([item for items in lists for item in items]),
    "uniq": _uniq,
    "compact": lambda items: [item for item in items if truth(item)],
    "without": lambda items, *gone: [item for item in items if item not in gone],
    "has": lambda item, items: item in (items or ()),
    "sortAlpha": lambda items: sorted(_texts(items)),
}
_MUST = (
    "append",
    "compact",
    "deepCopy",
    "first",
    "has",
    "last",
    "merge",
    "mergeOverwrite",
    "prepend",
    "toJson",
    "toYaml",
    "uniq",
    "without",
)

FUNCTIONS: dict[str, Function] = {**_STRINGS, **_VALUES, **_COLLECTIONS}
"""Name to function; the last argument is what a pipeline gives."""

# `mustAppend` is `append` that says when it fails, which all do here.
FUNCTIONS.update({f"must{name[0].upper()}{name[1:]}": FUNCTIONS[name] for name in _MUST})

RANDOM = frozenset({"randAlphaNum", "randAlpha", "randNumeric", "randAscii", "uuidv4"})
"""Functions whose result nobody can tell: a filler stands for it, and the object counts as incomplete."""

HASHES = frozenset({"sha256sum", "sha1sum"})
"""Functions whose result looks like a secret, whatever they are given."""
