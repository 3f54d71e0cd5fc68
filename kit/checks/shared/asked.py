"""Facts about what running systems answered: each names what was asked, and shows the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlsplit

from kit.model import At, Fact, Located, Strength, unknown
from kit.project import Project
from kit.sources.probes.model import HttpProbe, PostgresProbe, Probes, RedisProbe, S3Probe

Told = Callable[..., Fact]
_Probe = TypeVar("_Probe", HttpProbe, PostgresProbe, RedisProbe, S3Probe)
_LOOPBACK = ("localhost", "127.", "::1")
_NOT_ASKED = (
    "the variable ",
    "the password was refused",
    "the keys ",
    "it wants a password",
    "there is no such database",
)
"""How errors begin that say nothing of whether the system runs: it could not be asked as the params file would have it."""


def probes(project: Project) -> Probes:
    """What was asked of running systems; nothing where nothing was."""
    return project.probes or Probes("")


def answered(found: tuple[_Probe, ...]) -> Iterator[_Probe]:
    """Those that gave an answer."""
    return (probe for probe in found if not probe.error)


def live(told: Told, message: str, about: str, said: str = "", *at: Located, **more: Any) -> Fact:
    """A fact that a running system told by itself. `about` is what was asked, `said` the answer, which is shown beside
    places of files."""
    places = [place.at for place in at]
    if not places or (said and all(place.line is not None for place in places)):
        places.append(At("."))
    return told(message, *places, strength=Strength.LIVE, about=about, said=said, blocks=False, **more)


def silent(found: tuple[_Probe, ...], what: str) -> Iterator[Fact]:
    """What stays unknown of those that gave no answer."""
    for probe in found:
        if probe.error:
            yield unknown(f"{name(probe)}: {what} could not be asked: {probe.error}.", At("."), about=name(probe))


def name(probe: HttpProbe | PostgresProbe | RedisProbe | S3Probe) -> str:
    """What a report calls a probe: its address, or the variable that holds it."""
    if isinstance(probe, HttpProbe):
        return probe.url
    if isinstance(probe, S3Probe):
        return f"bucket {probe.bucket}"
    return f"{probe.variable} ({probe.where})" if probe.where else probe.variable


def was_asked(error: str) -> bool:
    """Whether an error is the system's own: it was asked, and did not answer."""
    return not error.startswith(_NOT_ASKED)


def is_loopback(url: str) -> bool:
    """Whether an address leads to this host itself, where nobody else listens in."""
    return (urlsplit(url).hostname or "").startswith(_LOOPBACK)


def answer_of(probe: HttpProbe) -> str:
    """The request and its answer, as a console shows them."""
    lines = [f"GET {probe.url}"]
    lines += [
        f"{r.status} to {r.to}{'' if r.followed else ' (another address, not followed)'}" for r in probe.redirects
    ]
    lines += [f"HTTP {probe.status}"] if probe.status else [probe.error]
    return "\n".join([*lines, *([probe.said] if probe.said else [])])


def place_of(project: Project, probe: HttpProbe) -> At:
    """The service that answers there, as the params file names it; the project where it names none."""
    service = next((s for s in project.system.services if s.name == probe.service), None) if probe.service else None
    return service.at if service is not None else At(".")


def load_measured(project: Project) -> bool:
    """Whether a bounded load on an address of the params file was measured."""
    return any(probe.load is not None and probe.load.latency is not None for probe in probes(project).http)


def path_answered(project: Project, service: str, path: str) -> HttpProbe | None:
    """The answer of a running system to a path of a service, where an address of the params file names both."""
    for probe in answered(probes(project).http):
        if probe.service == service and (urlsplit(probe.url).path or "/") == path and probe.status is not None:
            return probe
    return None


def milliseconds(seconds: float) -> str:
    """A time as people write it."""
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.1f} s"


def bytes_of(size: float) -> str:
    """A size as people write it."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
