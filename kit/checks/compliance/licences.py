"""Under which licence the system stands, what it is made of, and under which licences that is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.model import At, Clause, Fact, Severity, Strength, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.packages.model import line_of

_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|unlicense)([-._][\w.-]+)?", re.IGNORECASE)
_LICENCES = {
    "Apache-2.0": re.compile(r"Apache License\s+Version 2\.0", re.IGNORECASE),
    "MIT": re.compile(r"Permission is hereby granted, free of charge, to any person obtaining a copy"),
    "AGPL-3.0": re.compile(r"GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3"),
    "LGPL-3.0": re.compile(r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3"),
    "GPL-3.0": re.compile(r"GNU GENERAL PUBLIC LICENSE\s+Version 3"),
    "GPL-2.0": re.compile(r"GNU GENERAL PUBLIC LICENSE\s+Version 2"),
    "BSD": re.compile(r"Redistribution and use in source and binary forms"),
    "ISC": re.compile(r"Permission to use, copy, modify, and(?:/or)? distribute this software"),
    "MPL-2.0": re.compile(r"Mozilla Public License Version 2\.0"),
}
_STRONG = re.compile(r"\(?(AGPL|GPL|SSPL)[-\d.+\w]*\)?$")


@check(
    "CMP-001",
    "The licence is stated, and stated once",
    Severity.LOW,
    Clause.COMPLIANCE,
    effort_hours=0.5,
    documents=True,
)
def licence_is_stated(project: Project) -> Iterator[Fact]:
    """
    Without a licence nobody outside may use the code, and nobody inside knows what was promised.

    Decides: a licence file at the top, and whether the manifests' licence fields say the same.

    Fix: add a LICENSE file and set the same SPDX id in the manifests; for closed code say `UNLICENSED` and whose it is.

    Blind to: contracts.

    See: https://spdx.org/licenses/
    """
    file = next((p for p in project.files.paths if _LICENCE_FILE.fullmatch(p)), None)
    stated = list(_stated(project))
    closed = next(_closed(project), None)
    if file is None and not stated and closed is not None:
        yield ok(f"{closed.path} says that the code is not licensed to others.", closed)
        return
    if file is None and not stated:
        yield bad("No licence file, and no manifest states a licence.", At("."))
        return
    known = _licence_of(project.files.text(file)) if file else None
    if file is not None:
        yield ok(
            f"The licence is in {file}{f' ({known})' if known else ''}.",
            At(file),
            strength=Strength.DOCUMENTED,
        )
    else:
        yield partial(f"A manifest states {stated[0][0]}, and there is no licence file.", stated[0][1])
    for text, at in stated:
        if known and not _same(known, text):
            yield bad(f"{at.path} states {text}, {file} is {known}.", at, At(file or "."), severity=Severity.MEDIUM)


def _stated(project: Project) -> Iterator[tuple[str, At]]:
    for package in project.packages:
        node = (
            package.node.get("license") or package.node.get("project", "license") if package.node is not None else None
        )
        if node is None or not node.text or package.dir != ".":
            continue
        if not re.search(r"SEE LICEN|UNLICENSED|LICEN[CS]E(\.\w+)?$", node.text, re.IGNORECASE):
            yield node.text, node.at


def _closed(project: Project) -> Iterator[At]:
    """Where a manifest at the top says, as npm writes it, that nobody outside has a licence."""
    for package in project.packages:
        node = package.node.get("license") if package.node is not None and package.dir == "." else None
        if node is not None and node.text.upper() == "UNLICENSED":
            yield node.at


def _licence_of(text: str) -> str | None:
    flat = re.sub(r"\s+", " ", text[:6000])
    return next((name for name, pattern in _LICENCES.items() if pattern.search(flat)), None)


def _same(known: str, stated: str) -> bool:
    return known.split("-")[0].lower() in stated.lower() or " OR " in stated


@check("CMP-005", "What the system is made of can be listed", Severity.LOW, Clause.COMPLIANCE, effort_hours=2)
def components_are_listed(project: Project) -> Iterator[Fact]:
    """
    "Are we affected?" is asked within hours of the next Log4Shell; a bill of materials answers it.

    Decides: a pipeline makes an SBOM or checks licences, or one is in the repository; where dependencies are locked, it
    could be made.

    Fix: make one in the release pipeline, with `anchore/sbom-action` or with what the language has for it.
    - node: `npx @cyclonedx/cyclonedx-npm`.
    - python: `cyclonedx-py`.
    - java: cyclonedx-maven-plugin, or its like for Gradle.
    - go: `cyclonedx-gomod mod`.
    - dotnet: `dotnet CycloneDX`.
    - php: `composer CycloneDX:make-sbom`.
    - rust: `cargo cyclonedx`.

    Blind to: scans of a registry.

    See: https://cyclonedx.org/
    """
    if not project.packages:
        return
    for workflow in project.workflows:
        for job in workflow.jobs:
            for step in job.all_steps:
                if re.search(
                    r"sbom|cyclonedx|\bspdx\b|\bsyft\b|license[-_]?(check|finder|scan)|\bfossa\b|scancode|pip-licenses|go-licenses|\bort\b",
                    f"{step.uses or ''} {step.run or ''} {step.inputs.value if step.inputs is not None else ''}",
                    re.IGNORECASE,
                ):
                    yield ok("A pipeline lists the components or checks their licences.", step)
                    return
    locked = next(((p, p.lockfile) for p in project.packages if p.lockfile is not None), None)
    if locked is not None:
        yield partial("Dependencies are locked, so a bill of materials could be made; nothing makes one.", *locked)
    else:
        yield bad("Dependencies are not locked, and nothing lists them.", project.packages[0])


@check("CMP-009", "Licences of dependencies allow the use", Severity.MEDIUM, Clause.COMPLIANCE, effort_hours=4)
def licences_allow_the_use(project: Project) -> Iterator[Fact]:
    """
    A network copyleft licence obliges whoever runs a changed version to publish it; the lawyers should not hear of it last.

    Decides: the licences that lock files record for dependencies, against AGPL, GPL and SSPL.

    Fix: replace the package, or have its use cleared and waive the finding with a reason.

    Blind to: ecosystems whose lock files record no licence; there it is unknown.

    See: https://spdx.org/licenses/AGPL-3.0-only.html
    """
    locks = {p.lockfile.path: p.lockfile for p in project.packages if p.lockfile is not None and p.lockfile.licences}
    for path, lock in locks.items():
        strong = [(n, said) for n, said in lock.licences.items() if "node_modules/" in n and _STRONG.match(said)]
        manifest = At(posixpath.join(posixpath.dirname(path), "package.json"))
        for name, said in strong[:10]:
            place = line_of(project.files.text(path), '"license"', path, after=f'"{name}"')
            yield bad(f"{name.rpartition('node_modules/')[2]} is under {said}.", manifest, place)
        if not strong:
            yield ok(f"None of {len(lock.licences)} locked packages is under AGPL, GPL or SSPL.", manifest, At(path))
