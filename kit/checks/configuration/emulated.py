"""Does production speak to what only stands in for the real service?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.configuration.common import ASIDE
from kit.checks.shared.deployed import grade, manifests
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.code.records import EnvReadFact
from kit.system.images import STAND_INS, parse_image, stands_in

_MAILS = frozenset({"mailhog", "mailpit", "maildev", "mailcatcher", "smtp4dev", "inbucket"})
_KEEPS = frozenset({"localstack", "azurite", "dynamodb-local", "moto", "fake-gcs-server", "elasticmq"})
_HOST = re.compile(r"^(?:[a-z][\w+.-]{1,20}://)?(?:[^@/\s]{0,100}@)?([\w.-]{1,100})(?::\d+)?(?:/|$)")
_MEANT = re.compile(r"is_?dev|is_?local\b|NODE_ENV|APP_ENV|development|\btest", re.IGNORECASE)


@check(
    "CFG-016", "Production speaks to real services, not to stand-ins", Severity.HIGH, Clause.EXECUTION, effort_hours=4
)
def production_is_real(project: Project) -> Iterator[Fact]:
    """
    LocalStack, Azurite or MailHog answer as the real service does and keep nothing: files and tables are gone with the
    container, nobody checks rights, mails reach no one.

    Decides: the images of manifests, and of compose files that are named for production, against the known stand-ins;
    fall-backs in code that lead to one where a variable is not set.

    Fix: give production the service itself (a bucket, a table, a mail provider), keep the stand-in in the overlay or
    compose file for development, and let code without an address stop at start or take the provider's own.

    Blind to: stand-ins under names of one's own.

    See: https://12factor.net/dev-prod-parity
    """
    seen = False
    for manifest in manifests(project):
        for container in manifest.containers:
            if stands_in(container.image):
                seen = True
                words = f"{manifest.title}: {_harm(container.image or '')}"
                yield bad(words, container, severity=_severity(manifest.environment), **grade(manifest.environment))
    for file in project.compose:
        for service in file.services if file.environment == "production" else ():
            if stands_in(service.image):
                seen = True
                yield bad(f"{service.name}: {_harm(service.image or '')}", service, **grade(file.environment))
    for read in project.env_reads:
        name = _named(read.default or "")
        if name is not None and not _is_aside(project, read):
            seen = True
            words = f"{read.name} falls back to {name}; where nobody sets it, production speaks to a stand-in."
            yield partial(words, read, severity=Severity.MEDIUM)
    deployed = next(iter(manifests(project, "Deployment", "StatefulSet")), None)
    if not seen and deployed is not None:
        yield ok("No manifest runs a stand-in.", deployed)


def _harm(reference: str) -> str:
    image = parse_image(reference)
    name = image.base if image is not None else reference
    if name.lower() in _MAILS:
        return f"{name} takes every mail and delivers none."
    if name.lower() in _KEEPS:
        return (
            f"{name} stands in for a service of the cloud: its data goes with the container, and it checks no rights."
        )
    return f"{name} stands in for the real service: what it answers is made up."


def _severity(environment: str) -> Severity | None:
    """Where no name tells that it is production, it may be the cluster of developers."""
    return {"production": None, "staging": Severity.LOW}.get(environment, Severity.MEDIUM)


def _named(default: str) -> str | None:
    """The stand-in that an address leads to."""
    found = _HOST.match(default.strip())
    words = (
        set(re.split(r"[.]", found[1].lower())) if found is not None and (":" in default or "/" in default) else set()
    )
    return next((n for n in sorted(STAND_INS) if any(w == n or w.startswith(f"{n}-") for w in words)), None)


def _is_aside(project: Project, read: EnvReadFact) -> bool:
    """Whether code falls back so for development alone: its file or the lines about it say so."""
    line = read.at.line or 1
    near = "\n".join(project.files.lines(read.at.path)[max(0, line - 3) : line + 1])
    return project.files.environment_of(read.at.path) in ASIDE or _MEANT.search(near) is not None
