"""Under which licence the system stands, what it is made of, and under which licences that is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, FileClass, Severity, Strength, bad, ok, partial
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

    Decides: a licence file at the top, and whether the licence fields of all manifests, those of nested packages among them,
    say the same; a package with a licence file of its own is held against that one.

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
    if file is not None:
        known = _licence_of(project.files.text(file))
        yield ok(
            f"The licence is in {file}{f' ({known})' if known else ''}.",
            At(file),
            strength=Strength.DOCUMENTED,
        )
    else:
        where = [at for _, at in stated]
        names = listed(list(dict.fromkeys(text for text, _ in stated)))
        yield partial(f"{listed([at.path for at in where])}: {names}, and there is no licence file.", *where[:8])
    for text, at in stated:
        held = _beside(project, at.path) or file
        known = _licence_of(project.files.text(held)) if held else None
        if known and held and not _same(known, text):
            grave = Severity.MEDIUM if "/" not in at.path else None
            yield bad(f"{at.path} states {text}, {held} is {known}.", at, At(held), severity=grave)


def _beside(project: Project, manifest: str) -> str | None:
    """The licence file of a nested package's own."""
    folder = posixpath.dirname(manifest)
    names = (p for p in project.files.paths if folder and posixpath.dirname(p) == folder)
    return next((p for p in names if _LICENCE_FILE.fullmatch(posixpath.basename(p))), None)


_FIELDS = (("license",), ("project", "license"), ("tool", "poetry", "license"), ("package", "license"))
"""Where manifests of npm, Composer, Python and Cargo state their licence."""


def _stated(project: Project) -> Iterator[tuple[str, At]]:
    for package in project.packages:
        if package.node is None or project.files.class_of(package.path) is not FileClass.PRODUCTION:
            continue
        node = next((found for keys in _FIELDS if (found := package.node.get(*keys)) is not None), None)
        if node is None or not node.text:
            continue
        if not re.search(r"SEE LICEN|UNLICENSED|LICEN[CS]E(\.\w+)?$", node.text, re.IGNORECASE):
            yield node.text, node.at


def _closed(project: Project) -> Iterator[At]:
    """Where a manifest says, as npm writes it, that nobody outside has a licence: at the top, or each of the nested ones."""
    said = [(p, p.node.get("license") if p.node is not None else None) for p in project.packages]
    closed = [(p, n.at) for p, n in said if n is not None and n.text.upper() == "UNLICENSED"]
    if closed and (len(closed) == len(said) or any(p.dir == "." for p, _ in closed)):
        yield from (at for _, at in sorted(closed, key=lambda one: one[0].dir != "."))


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
