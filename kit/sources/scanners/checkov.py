"""Checkov: Terraform, CloudFormation, Kubernetes, Dockerfiles and Serverless files, where the command is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kit.sources.scanners.model import Alarm
from kit.sources.scanners.parse import at, copy_name, loaded, mappings, text, whole

SETTINGS = (("empty.yaml", "{}\n"),)
_FRAMEWORKS = ("terraform", "cloudformation", "kubernetes", "dockerfile", "serverless")
_PLAIN = re.compile(r"(?:\w[\w.@+-]{0,100}/){0,20}\w[\w.@+-]{0,100}")


def name(number: int, path: str) -> str | None:
    """Copies keep their paths, by which modules find each other; those with unusual signs are left out."""
    del number
    return f"files/{path}" if _PLAIN.fullmatch(path) else None


def words(copies: tuple[str, ...]) -> tuple[str, ...]:
    """Offline, by an empty configuration, no module downloaded."""
    del copies
    frameworks = (word for framework in _FRAMEWORKS for word in ("--framework", framework))
    return ("--directory", "files", "--config-file", "empty.yaml", "--output", "json", "--compact", "--quiet",
            "--soft-fail", "--skip-download", "--download-external-modules", "false", *frameworks)  # fmt: skip


def read(output: str) -> list[Alarm]:
    """The failed checks. Raises ValueError for an output that is none."""
    found = loaded(output)
    reports = found if isinstance(found, list) else [found]
    return [_alarm(each) for report in mappings(reports) for each in _failed(report)]


def _failed(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from mappings(at(report, "results", "failed_checks"))


def _alarm(each: dict[str, Any]) -> Alarm:
    lines = each.get("file_line_range")
    first, last = lines if isinstance(lines, list) and len(lines) == 2 else (1, 1)
    path = f"files/{copy_name(each.get('file_path'))}"
    said = ": ".join(filter(None, (text(each.get("resource")), text(each.get("check_name")))))
    return Alarm(
        "checkov", path, whole(first), max(whole(first), whole(last)), text(each.get("check_id")), "warning", said
    )
