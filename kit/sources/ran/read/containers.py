"""`docker ps`, `docker compose ps` and `podman ps`, told to write JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kit.sources.ran.model import ContainerState, Read


def docker(lines: list[str]) -> Read | None:
    """The containers that a listing in JSON names: one object a line, or a list of them."""
    found = [state for each in _objects(lines) if (state := _state(each)) is not None]
    return Read("docker", containers=tuple(found)) if found else None


def _objects(lines: list[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith(('{"', "[{")):
            try:
                loaded = json.loads(line)
            except (ValueError, RecursionError):
                continue
            yield from (each for each in (loaded if isinstance(loaded, list) else [loaded]) if isinstance(each, dict))


def _state(each: dict[str, Any]) -> ContainerState | None:
    name = each.get("Names") or each.get("Name")
    name = name[0] if isinstance(name, list) and name else name
    if not isinstance(name, str) or not isinstance(each.get("State"), str):
        return None
    status = str(each.get("Status") or "")
    health = str(each.get("Health") or next((w for w in ("unhealthy", "healthy", "starting") if f"({w}" in status), ""))
    return ContainerState(name.lstrip("/"), str(each.get("Image") or ""), each["State"].lower(), health)
