"""Does anybody still mend what images stand on?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.crowd import crowded
from kit.checks.shared.images import judged, services
from kit.model import Clause, Fact, Located, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.system.images import parse_image

MAINTAINED: dict[str, tuple[int, ...]] = {
    "node": (20,), "python": (3, 10), "php": (8, 2), "ruby": (3, 2), "golang": (1, 24), "debian": (11,),
    "ubuntu": (22, 4), "alpine": (3, 20), "postgres": (14,), "mysql": (8,), "mariadb": (10, 6), "mongo": (7,),
    "redis": (6,), "elasticsearch": (7,), "rabbitmq": (3, 13), "dotnet/aspnet": (8,), "dotnet/runtime": (8,),
    "dotnet/sdk": (8,), "gradle": (7,),
}  # fmt: skip
"""The first version whose maintenance had not ended by the beginning of 2026."""
GIVEN_UP = {
    "openjdk": "eclipse-temurin",
    "java": "eclipse-temurin",
    "centos": "rockylinux",
    "adoptopenjdk": "eclipse-temurin",
}
"""Images that get no new versions at all, and what takes their place."""
RELEASES = {
    "jessie": "Debian 8", "stretch": "Debian 9", "buster": "Debian 10", "trusty": "Ubuntu 14.04", "xenial": "Ubuntu 16.04",
    "bionic": "Ubuntu 18.04", "focal": "Ubuntu 20.04",
}  # fmt: skip


@check("CON-066", "What images stand on is still maintained", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=4)
@crowded("images stand on what is no longer maintained")
def bases_are_maintained(project: Project) -> Iterator[Fact]:
    """
    A release that has reached its end gets no more security fixes: each hole that is found in it stays open, and the
    step to a newer one grows with every month.

    Decides: the version in the tag of each base image of a Dockerfile and of each image of a compose file, for runtimes,
    distributions and stores whose ends are published, and the release of Debian or Ubuntu that a tag names; against what
    had ended by the beginning of 2026. Images that are given up altogether are told as well.

    Fix: move to a release that is maintained, and let a bot propose the next ones.

    Blind to: extended support that somebody pays for, versions that only a digest or a variable gives.

    See: https://endoflife.date/
    """
    for reference, place in _standing_on(project):
        ended = _ended(reference)
        if ended:
            yield bad(f"{reference}: {ended}; holes that are found in it stay open.", place)
        elif ended is not None:
            yield ok(f"{reference}: its release is maintained.", place)


def _standing_on(project: Project) -> Iterator[tuple[str, Located]]:
    for dockerfile in judged(project):
        for stage in dockerfile.stages:
            if stage.base_stage is None and "$" not in stage.image:
                yield stage.image, stage
    for _, service in services(project):
        if service.image and service.build is None and "$" not in service.image:
            yield service.image, service.node.get("image") or service


def _ended(reference: str) -> str | None:
    """What has ended; "" where the release is maintained, None where nothing is known of it."""
    image = parse_image(reference)
    if image is None or image.registry not in {None, "docker.io", "mcr.microsoft.com"}:
        return None
    name, tag = image.name.removeprefix("library/"), image.tag or ""
    release = next((told for word, told in RELEASES.items() if word in re.split(r"[-_.]", tag)), None)
    if name in GIVEN_UP:
        return f"{name} is given up as an image; {GIVEN_UP[name]} takes its place"
    if name in {*MAINTAINED, "buildpack-deps"} and release is not None:
        return f"{release} is no longer maintained"
    first, found = MAINTAINED.get(name), re.match(r"v?(\d{1,4}(?:\.\d{1,4})*)", tag)
    if first is None or found is None:
        return None
    version = tuple(int(part) for part in found[1].split("."))[: len(first)]
    if len(version) < len(first) and version == first[: len(version)]:
        return None  # a moving tag: the newest of its line
    return f"{name} {'.'.join(found[1].split('.')[: len(first)])} is no longer maintained" if version < first else ""
