"""hadolint: Dockerfiles, and the shell of their RUN through ShellCheck."""

from __future__ import annotations

from kit.sources.scanners.copies import numbered
from kit.sources.scanners.model import Alarm, Level
from kit.sources.scanners.parse import copy_name, loaded, mappings, text, whole

SETTINGS = (("empty.yaml", "ignored: []\n"),)
_LEVELS: dict[str, Level] = {"error": "error", "warning": "warning"}
name = numbered(".Dockerfile")


def words(copies: tuple[str, ...]) -> tuple[str, ...]:
    """By an empty configuration, no comment silencing anything."""
    return ("--config", "empty.yaml", "--format", "json", "--no-fail", "--disable-ignore-pragma", *copies)


def read(output: str) -> list[Alarm]:
    """The alarms. Raises ValueError for an output that is none."""
    found = loaded(output)
    return [
        Alarm(
            "hadolint",
            copy_name(each.get("file")),
            whole(each.get("line")),
            whole(each.get("line")),
            text(each.get("code")),
            _LEVELS.get(text(each.get("level")), "note"),
            text(each.get("message")),
        )
        for each in mappings(found)
    ]
