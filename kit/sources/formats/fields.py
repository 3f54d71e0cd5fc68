"""Kinds of values that settings files have in common, each with what it says of a value that is none."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from kit.model import AREAS, CHECK_ID

__all__ = ["Area", "CheckId", "Duration", "Percent", "Port", "Share", "Size", "Text", "Variable", "WebAddress"]

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+")
_BYTES = {"kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kMG]B)")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")


def _duration(value: Any) -> timedelta:
    if not isinstance(value, str) or not _DURATION.fullmatch(value.strip()):
        raise ValueError("a duration: a number and ms, s, m, h, d or w")
    return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(value)))


def _share(value: Any) -> float:
    text = str(value).strip()
    try:
        share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        share = -1.0
    if isinstance(value, bool) or not 0 <= share <= 1:
        raise ValueError("a percentage such as 1%, or a share between 0 and 1")
    return share


def _size(value: Any) -> int:
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a size: a number and kB, MB or GB")
    return int(float(match[1]) * _BYTES[match[2]])


def _check_id(value: str) -> str:
    if not CHECK_ID.fullmatch(value):
        raise ValueError("the id of a check, three letters and three digits")
    return value


def _area(value: str) -> str:
    if value not in AREAS:
        raise ValueError(f"one of {', '.join(AREAS)}")
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("the name of an environment variable")
    return value


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", value):
        raise ValueError("an address that starts with http:// or https://")
    if "@" in re.split(r"[/?#]", value, maxsplit=3)[2]:
        raise ValueError("an address without a name and password; name variables in header_env")
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(lambda d: d.total_seconds(), return_type=float),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$"}),
]
Share = Annotated[
    float,
    BeforeValidator(_share),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\d+(\.\d+)?%$"},
                {"type": "number", "minimum": 0, "maximum": 1},
            ]
        }
    ),
]
Size = Annotated[
    int,
    BeforeValidator(_size),
    PlainSerializer(lambda size: f"{size / 1000:g}kB", return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{_SIZE.pattern}$"}),
]
Percent = Annotated[float, Field(ge=0, le=100)]
Area = Annotated[str, AfterValidator(_area), Field(json_schema_extra={"enum": list(AREAS)})]
Variable = Annotated[str, AfterValidator(_variable)]
CheckId = Annotated[str, AfterValidator(_check_id)]
Port = Annotated[int, Field(ge=1, le=65535)]
Text = Annotated[str, Field(min_length=1)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
