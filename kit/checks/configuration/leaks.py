"""Secrets in tracked files: what is in them, whether it is real, and how far it reaches."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.configuration.common import SAMPLE
from kit.checks.configuration.gravity import gravity
from kit.checks.configuration.stand_ins import is_stand_in
from kit.checks.shared.crowd import repeated
from kit.checks.shared.told import told
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.secrets.find import SECRETS, SecretHit


@check("CFG-005", "No secret is in a tracked file", Severity.CRITICAL, Clause.ASSUMPTIONS, effort_hours=4)
@repeated(above=4)
def no_tracked_secret(project: Project) -> Iterator[Fact]:
    """
    A secret in the repository is known to everybody who ever cloned it, and stays in the history when it is taken out.

    Decides: known key formats, private keys, URLs with passwords, and random values given to secrets' names, in every text
    file that belongs to the project; placeholders and well-known defaults are told apart. Images, Kubernetes Secrets and
    defaults in code have questions of their own, and are reported there only.

    Fix: revoke the secret, take it from a secret store, and rewrite the history if the repository was ever shared.

    Blind to: secrets in binary files and in the history of the repository.

    See: https://docs.github.com/en/code-security/secret-scanning/introduction/about-secret-scanning
    """
    looked = 0
    found = 0
    elsewhere = _told_elsewhere(project)
    for path in project.files.paths:
        if (
            project.files.class_of(path) is not FileClass.PRODUCTION
            or project.files.tracked(path) is False
            or _not_ours(path)
        ):
            continue
        text = project.files.text(path)
        looked += bool(text)
        hits = [h for h in project.files.read(SECRETS, path) if not h.placeholder and not h.weak] if text else []
        hits = [h for h in hits if not is_stand_in(text, h) and (path, h.line) not in elsewhere]
        if path.endswith((".html", ".htm", ".md", ".txt")) or _PAGE.match(text):
            hits = [h for h in hits if h.kind != "assignment"]
        found += len(hits)
        yield from _leaks(project, path, hits)
    if looked and not found:
        yield ok(f"No secret in {looked} text files.", At("."))


_PAGE = re.compile(r"(?i)\s{0,200}<!doctype html")
"""A page of the web, under whatever name it was saved."""


def _told_elsewhere(project: Project) -> set[tuple[str, int | None]]:
    """The lines that a closer question reports: entries of Kubernetes Secrets (ORC-017), defaults in code (CFG-003), keys
    that sign tokens and sessions (SEC-023)."""
    secrets = [m for m in project.manifests.of("Secret") if "sops" not in m.node]
    parts = [node for m in secrets for name in ("data", "stringData") if (node := m.node.get(name)) is not None]
    entries = {(value.at.path, value.at.line) for node in parts for value in node.children()}
    return entries | told(project, "CFG-003", "SEC-023")


def _leaks(project: Project, path: str, hits: list[SecretHit]) -> Iterator[Fact]:
    """One fact for all secrets of a file that are as grave as one another: they leave it together."""
    together: dict[tuple[Severity, str | None], list[SecretHit]] = defaultdict(list)
    for hit in hits:
        together[gravity(project, path, hit)].append(hit)
    for (severity, environment), same in together.items():
        places = [At(path, hit.line) for hit in same][:MOST]
        message = f"{_told(path, same)}; everybody with the repository has {'it' if len(same) == 1 else 'them'}."
        yield bad(message, *places, severity=severity, environment=environment)


MOST = 40
"""How many places of one file are shown."""


def _told(path: str, same: list[SecretHit]) -> str:
    first = same[0]
    if len(same) == 1:
        return f"{first.name} holds what looks like a real secret" if first.name else _what(first.kind)
    names = listed(dict.fromkeys(h.name or h.kind.replace("-", " ") for h in same))
    return f"{path} holds what looks like {len(same)} real secrets ({names})"


def _what(kind: str) -> str:
    return f"What looks like a real {kind.replace('-', ' ')} stands here"


def _not_ours(path: str) -> bool:
    """Lock files, samples and translations hold hashes and words, no secrets."""
    name = posixpath.basename(path).lower()
    if "dockerfile" in name:
        return True  # CON-005 looks at those
    return (
        name.endswith((".lock", ".sum", ".svg", ".map", ".po", ".csv", ".bundle", ".jsbundle"))
        or name in {"package-lock.json", "pnpm-lock.yaml"}
        or (bool(SAMPLE.search(name.removeprefix(".env"))) and name.startswith(".env"))
        or re.search(r"[._-](?:sample|example|dist|template|tmpl)(?:\.\w{2,5})?$", name) is not None
        or _TRANSLATIONS.search(path) is not None
    )


_TRANSLATIONS = re.compile(
    r"(?i)(?:^|/)(?:i18n|l10n|locales?|translations?|lang(?:uages?)?)/(?:[^/]+/)*[^/]+\.(?:json|ya?ml|properties|xml|ts|js|php)$"
    r"|(?:^|[/_.-])messages[_.-][a-z]{2}(?:[_-][A-Za-z]{2,4})?\.properties$"
)
