"""Version constraints as Helm charts write them (`>=1.19-0`, `^1.2 || ~2.0`)."""

from __future__ import annotations

import re
from typing import Any

from packaging.version import InvalidVersion, Version

from kit.sources.kubernetes.go_values import TemplateError, go_text


def semver_compare(constraint: Any, version: Any) -> bool:
    """Whether the version meets the constraint. Raises TemplateError for what is no version."""
    has = _version(version)
    return any(
        all(_satisfies(part, has) for part in re.findall(r"[<>=!^~]*\s*v?[0-9][^\s,]*", alternative))
        for alternative in go_text(constraint).split("||")
    )


def _satisfies(part: str, has: Version) -> bool:
    operator = part[: len(part) - len(part.lstrip("<>=!^~ "))].strip()
    wanted = _version(part.lstrip("<>=!^~ "))
    if operator in {"^", "~"}:
        same = 1 if operator == "^" and wanted.major else 2
        return has >= wanted and has.release[:same] == wanted.release[:same]
    order = (has > wanted) - (has < wanted)
    allowed = {">=": {0, 1}, "<=": {-1, 0}, ">": {1}, "<": {-1}, "!=": {-1, 1}}
    return order in allowed.get(operator, {0})


def _version(text: Any) -> Version:
    # A trailing "-0" admits pre-releases, which are not told apart here.
    plain = re.sub(r"(-[0-9A-Za-z.-]+)|\.[xX*]", "", go_text(text).strip().lstrip("v"))
    try:
        numbers = Version(plain).release
        return Version(".".join(map(str, (*numbers, 0, 0)[: max(3, len(numbers))])))
    except InvalidVersion as error:
        raise TemplateError(f"bad version {go_text(text)[:40]!r}") from error
