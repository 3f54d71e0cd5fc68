"""What a health check's command asks: the port and path of the URL in it."""

from __future__ import annotations

import re

_URL = re.compile(
    r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|[A-Za-z][\w-]*)"
    r"(?::(?P<port>\$?\{?[A-Za-z0-9_]+(?::?-\d+)?\}?))?(?P<path>/[^\s'\"`)|;&?]*)?"
)
_PARTS = re.compile(r"port:\s*(\d+)")
_PATH = re.compile(r"path:\s*['\"](/[^'\"]*)['\"]")


def asked_by(command: str) -> tuple[str | None, int | None]:
    """Path and port that a health command asks over HTTP; None for each where it asks something else."""
    found = _URL.search(command)
    if found is None:
        port, path = _PARTS.search(command), _PATH.search(command)
        return (path[1] if path else None, int(port[1]) if port else None) if path else (None, None)
    asked = found["path"] or "/"
    if found["port"] is None and re.match(r":?['\"]\s*\+", command[found.end() :]):
        return None, None  # a program puts the rest of it together
    return (None if "$" in asked else asked), _number(found["port"])


def _number(text: str | None) -> int | None:
    digits = re.search(r"(?<!\d)(\d+)\}?$", text or "")
    if text is None:
        return 80
    return int(digits[1]) if digits and (text.isdigit() or "-" in text) else None
