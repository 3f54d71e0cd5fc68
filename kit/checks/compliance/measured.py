"""What a bill of materials says that the system is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.evidence import Told, told
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.evidence.model import Bill, Component
from kit.sources.packages.model import Dependency, Package

MOST_UNKNOWN = 0.1
_ECOSYSTEMS = {
    "npm": "npm",
    "pypi": "pypi",
    "go": "golang",
    "maven": "maven",
    "gradle": "maven",
    "cargo": "cargo",
    "nuget": "nuget",
}
_STRONG = re.compile(
    r"\b(?:A?GPL-[123](?:\.\d)?(?:-only|-or-later)?\+?|A?GPL(?:v[123])?|SSPL-1\.0|BUSL-1\.1|CC-BY-NC[-\w.]*)\b"
)
_CHOICE = re.compile(r"\s+OR\s+|/", re.IGNORECASE)


@check(
    "CMP-070",
    "The bill of materials is whole and its licences are known",
    Severity.LOW,
    Clause.COMPLIANCE,
    effort_hours=2,
)
def the_bill_is_whole(project: Project) -> Iterator[Fact]:
    """
    When the next hole in a library is told, the list of parts says within minutes whether it concerns the system, if it is whole.

    Decides: each CycloneDX or SPDX document of the evidence: that it lists components with versions, that the dependencies which
    manifests declare for production are among them, and how many tell a licence; licences that ask for the source of
    what is built on them, or that forbid business, are named.

    Fix: make it from the lockfile in every build, licences included, with `syft` or with what the language has for it.
    - node: `npx @cyclonedx/cyclonedx-npm`.
    - python: `cyclonedx-py`.
    - java: cyclonedx-maven-plugin, or its like for Gradle.
    - go: `cyclonedx-gomod mod`.
    - dotnet: `dotnet CycloneDX`.
    - php: `composer CycloneDX:make-sbom`.
    - rust: `cargo cyclonedx`.

    Blind to: what a base image brings, unless the document is of the image.

    See: https://www.cisa.gov/sbom
    """
    bills = list(told(project, Bill))
    for bill in bills:
        parts = bill.record.components
        if not parts:
            yield bad(
                bill.said(f"{bill.file.path} lists no component."), bill.at(), severity=Severity.MEDIUM, **bill.how
            )
            continue
        yield _licences(bill)
        yield from _strong(bill)
        bare = [c for c in parts if not c.version]
        if len(bare) > MOST_UNKNOWN * len(parts):
            message = f"{len(bare)} of {len(parts)} components have no version; a hole in one of them cannot be told."
            yield partial(bill.said(message), bill.at(bare[0].line), **bill.how)
    yield from _complete(project, [b for b in bills if b.record.components])


def _licences(bill: Told[Bill]) -> Fact:
    parts = bill.record.components
    without = [c for c in parts if not c.licences]
    said = f"{len(parts)} components, {len(parts) - len(without)} with a licence"
    if len(without) > MOST_UNKNOWN * len(parts):
        message = bill.said(f"{said}; the first without is {without[0].name}.")
        return partial(message, bill.at(without[0].line), **bill.how)
    return ok(bill.said(f"{said}."), bill.at(), **bill.how)


def _strong(bill: Told[Bill]) -> Iterator[Fact]:
    found: dict[str, list[Component]] = {}
    for component in bill.record.components:
        for licence in component.licences:
            if all(_STRONG.search(choice) and "LGPL" not in choice for choice in _CHOICE.split(licence)):
                found.setdefault(licence, []).append(component)
    for licence, components in found.items():
        names = listed([c.name for c in components])
        message = f"Under {licence}: {names}. What is built on it may have to be given away under the same licence, or not be sold."
        yield partial(bill.said(message), bill.at(components[0].line), severity=Severity.MEDIUM, **bill.how)


def _complete(project: Project, bills: list[Told[Bill]]) -> Iterator[Fact]:
    """Whether what manifests declare for production is listed, by ecosystem that a bill speaks of."""
    for ecosystem in dict.fromkeys(_ECOSYSTEMS.values()):
        speaking = [b for b in bills if any(c.purl.startswith(f"pkg:{ecosystem}/") for c in b.record.components)]
        declared = [
            (p, d)
            for p in project.packages
            if _ECOSYSTEMS.get(p.ecosystem) == ecosystem
            for d in p.dependencies
            if d.kind == "prod"
        ]
        if speaking and declared:
            yield _listed(ecosystem, speaking, declared)


def _listed(ecosystem: str, bills: list[Told[Bill]], declared: list[tuple[Package, Dependency]]) -> Fact:
    names = {_plain(c.name) for b in bills for c in b.record.components}
    own = {_plain(p.name or "") for p, _ in declared}
    missing = [
        (p, d)
        for p, d in declared
        if _plain(d.name) not in names | own and _plain(d.name.rpartition(":")[2]) not in names
    ]
    bill = bills[0]
    if not missing:
        return ok(
            bill.said(f"Each of {len(declared)} declared {ecosystem} dependencies is listed."), bill.at(), **bill.how
        )
    message = bill.said(
        f"{len(missing)} of {len(declared)} declared {ecosystem} dependencies are not listed: {listed([d.name for _, d in missing])}."
    )
    places: list[At] = [missing[0][1].at]
    severity = Severity.MEDIUM if len(missing) > len(declared) / 2 else Severity.LOW
    return partial(message, bill.at(), *places, severity=severity, **bill.how)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.lower())
