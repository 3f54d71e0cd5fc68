"""Compliance: licences of the project and its packages, and what the checks say of personal data and
audit."""

from __future__ import annotations

from kit.model import At
from kit.project import Project
from kit.report.blocks import Cell, Mark, Table, columns, empty
from kit.report.display import Display, show
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count
from kit.sources.packages.model import Package

LICENCES = ("LICENSE*", "LICENCE*", "COPYING*", "**/LICENSE", "**/LICENSE.md", "**/LICENSE.txt", "NOTICE*")
POLICIES = (
    "**/*privacy*",
    "**/*gdpr*",
    "**/*data-protection*",
    "**/*retention*",
    "**/SECURITY.md",
    "**/*audit*log*",
)


def licences(project: Project) -> Display:
    """The project's licence files, and per package its licence and how many others it depends on."""
    files = project.files.glob(*LICENCES)
    rows = tuple(_package(p) for p in project.packages)
    if not files and not rows:
        fill = "Licence files and package manifests would be listed here."
        return show(empty("Neither a licence nor a package manifest is in the project", fill))
    own = Table("Licence files", columns("File"), tuple((at_cell(At(p)),) for p in files)) if files else None
    heads = columns("Package", "Ecosystem", "States its licence", ("Depends on", "number"), "Pinned by", "Where")
    table = Table(f"{count(len(rows), 'package')} and what they build on", heads, rows) if rows else None
    return show(own or empty("No licence file is in the project", "A LICENSE file at its root."), table)


def personal_data(project: Project) -> Display:
    """Files that speak of privacy, retention, security policy or audit."""
    paths = sorted(set(project.files.glob(*POLICIES)))
    if not paths:
        fill = "Files whose names speak of privacy, retention or audit would be listed here. A document is no proof."
        return show(empty("No file is about privacy, retention or audit", fill))
    rows = tuple((at_cell(At(p)), project.files.class_of(p).value) for p in paths)
    note = "That a file speaks of it does not show that it is done."
    return show(Table("Files about privacy and audit", columns("File", "Class"), rows, note))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "compliance", "Compliance checks by service or file"))


def _package(package: Package) -> tuple[Cell, ...]:
    stated = package.node.get("license") or package.node.get("project", "license") if package.node else None
    text = stated.text or (stated.get("text") or stated).text if stated else ""
    return (
        package.name or package.path,
        package.ecosystem,
        Mark("pass", text or "yes") if stated else Mark("partial", "no"),
        sum(d.kind == "prod" for d in package.dependencies),
        package.lockfile.path if package.lockfile else "nothing",
        at_cell(package.at),
    )
