"""Is what stands beside the stores saved too: certificates, realms, keys, dashboards?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.images import services
from kit.model import Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeService
from kit.sources.containers.compose_fields import ComposeVolume
from kit.system.backups import without_comments

_KEPT = (
    (re.compile(r"letsencrypt|certbot|acme|traefik", re.I), re.compile(r"/(?:letsencrypt|acme)\b"), "certificates and their account"),
    (re.compile(r"(?:^|/)caddy", re.I), re.compile(r"^/data/?$"), "certificates and their account"),
    (re.compile(r"keycloak", re.I), re.compile(r"^/opt/(?:jboss/)?keycloak/(?:standalone/)?data"), "realms and users"),
    (re.compile(r"vault|openbao", re.I), re.compile(r"^/(?:vault|openbao)/(?:file|data)"), "secrets"),
    (re.compile(r"grafana/grafana", re.I), re.compile(r"^/var/lib/grafana/?$"), "dashboards and their users"),
)  # fmt: skip
_WHOLE = re.compile(
    r"/var/lib/docker/volumes|docker volume ls|offen/docker-volume-backup|\bvelero\b|restic\s[^\n]*backup\s+/(?:\s|$)"
)


@check("REC-061", "Backups save what stands beside the stores", Severity.LOW, Clause.EXECUTION, effort_hours=1)
def the_rest_is_saved(project: Project) -> Iterator[Fact]:
    """
    A database that is back does not help while nobody can log in: realms, certificates and keys that were made by hand
    are not in it, and nobody remembers how they were set.

    Decides: where backups are made at all, the volumes of compose files in which a proxy keeps certificates, Keycloak its
    own data, Vault its secrets and Grafana its dashboards, unless a variable gives them a database for it: a file that makes a backup, or a backup service beside them,
    names the volume or its path.

    Fix: pack the volume that is named here beside the dump: `docker run --rm -v <project>_<volume>:/from:ro -v "$DEST":/to
    alpine tar -czf /to/<volume>.tgz -C /from .`.

    Blind to: snapshots of whole machines; what is exported by hand; claims in Kubernetes.

    See: https://www.keycloak.org/server/importExport
    """
    if not project.backups:
        return
    said = {b.at.path: without_comments(project.files.text(b.at.path)) for b in project.backups}
    scripts = {
        s.path: without_comments(project.files.text(s.path)) for s in project.scripts if "backup" in s.path.lower()
    }
    told = "\n".join(text for path, text in {**scripts, **said}.items() if not path.endswith((".yml", ".yaml")))
    whole = _WHOLE.search("\n".join([told, *said.values()])) is not None
    for _, service in services(project):
        for volume, what in _lasting(service):
            saved = whole or _named(volume, told) or _shared(project, service, volume)
            if saved:
                yield ok(f"{service.name}: a backup saves its {what}.", volume.at)
            else:
                yield bad(
                    f"{service.name}: backups are made, and none saves its {what} in `{volume.source}`.", volume.at
                )


_DATABASES = {"KC_DB": "dev-", "DB_VENDOR": "h2", "GF_DATABASE_TYPE": "sqlite", "GF_DATABASE_URL": "sqlite"}
"""Variables that say where Keycloak and Grafana keep what they know, and how a file of their own begins there."""


def _in_a_database(service: ComposeService) -> bool:
    given = {
        name: (service.environment[name].value or "").lower() for name in _DATABASES if name in service.environment
    }
    return any(value and not value.startswith(_DATABASES[name]) for name, value in given.items())


def _lasting(service: ComposeService) -> Iterator[tuple[ComposeVolume, str]]:
    for volume in service.volumes if not _in_a_database(service) else ():
        for image, path, what in _KEPT:
            if image.search(service.image or "") and path.search(volume.target or "") and volume.source:
                yield volume, what


def _named(volume: ComposeVolume, text: str) -> bool:
    words = [w for w in ((volume.source or "").removeprefix("./"), (volume.target or "").rstrip("/")) if len(w) > 4]
    return any(re.search(rf"{re.escape(word)}(?![\w-])", text) for word in words)


def _shared(project: Project, service: ComposeService, volume: ComposeVolume) -> bool:
    """Whether a service that makes backups mounts the volume as well."""
    return any(
        "backup" in f"{other.name} {other.image or ''}" and any(v.source == volume.source for v in other.volumes)
        for file in project.compose
        for other in file.services
        if other.name != service.name
    )
