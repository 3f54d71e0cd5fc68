"""Is there, in the database, what the SQL asks for beside what every database has?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.data.common import ASIDE, dialect_of, label, sets
from kit.checks.shared.texts import at_offset, without_comments
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.orm.model import MigrationSet
from kit.system.images import parse_image
from kit.system.model import Deployment, Service

_USES = {
    "uuid-ossp": re.compile(r"\buuid_generate_v[1345]\w*\("),
    "pg_trgm": re.compile(r"\b(?:gin|gist)_trgm_ops\b"),
    "vector": re.compile(r"(?i)\bvector\s{0,3}\(\s{0,3}\d{2,5}\s{0,3}\)|\bvector_(?:cosine|l2|ip)_ops\b"),
    "citext": re.compile(r"(?i)(?<![\w'\"./])citext\b(?!['\"./])|@db\.Citext\b"),
    "hstore": re.compile(r"(?i)(?<![\w'\"./])hstore\b(?!['\"./])"),
    "postgis": re.compile(r"(?i)\bgeometry\s{0,3}\(\s{0,3}(?:point|polygon|line|multi|geometry)|\bgeography\s{0,3}\("),
    "pgcrypto": re.compile(r"\bgen_salt\(|\bpgp_sym_(?:en|de)crypt\("),
    "unaccent": re.compile(r"(?<![\w.'\"])unaccent\("),
    "timescaledb": re.compile(r"\bcreate_hypertable\("),
    "ltree": re.compile(r"(?i)(?<![\w'\"./])ltree\b(?!['\"./])"),
}
_BY_CLIENT = re.compile(r"(?<![\w.])default\s{0,3}=\s{0,3}(?:\w+\.)?(?:text\(\s{0,20}['\"][^'\"\n]*['\"]|func\.\w+\()")
"""What SQLAlchemy puts in with a row: it stands in no table."""
_UUID = re.compile(r"\bgen_random_uuid\(")
_CREATED = re.compile(r"(?i)create\s{1,5}extension\s{1,5}(?:if\s{1,5}not\s{1,5}exists\s{1,5})?[\\'\"`]{0,3}([\w-]+)")
_DJANGO = {
    "TrigramExtension": "pg_trgm", "CITextExtension": "citext", "HStoreExtension": "hstore", "CryptoExtension": "pgcrypto",
    "UnaccentExtension": "unaccent", "VectorExtension": "vector",
}  # fmt: skip
_OPERATION = re.compile(
    r"\bCreateExtension\(\s{0,20}(?:name\s{0,3}=\s{0,3})?['\"]([\w-]+)"
    r"|\bPGExtension\([^()\n]{0,200}?signature\s{0,3}=\s{0,3}['\"]([\w-]+)|\b(\w{4,12}Extension)\("
)
_NAMED = re.compile(
    r"(?i)\b(?:drop|alter|comment\s{1,5}on)\s{1,5}extension\s{1,5}(?:if\s{1,5}exists\s{1,5})?[\\'\"`]{0,3}[\w-]+"
)
"""What is done with an extension that is there takes nothing from it."""
_RESOURCE = "postgresql_extension"
_IMAGES = {"postgis": "postgis", "timescaledb": "timescaledb"}
_BRINGS = {"earthdistance": "cube", "postgis_raster": "postgis", "postgis_topology": "postgis"}
_TYPEORM = frozenset({"uuid-ossp", "citext", "hstore", "ltree", "postgis"})
_SUPABASE = frozenset({"uuid-ossp", "pgcrypto"})
_SOURCES = (
    "*.sql",
    "*.sh",
    "*.py",
    "*.ts",
    "*.js",
    "*.mjs",
    "*.yml",
    "*.yaml",
    "*.go",
    "*.java",
    "*.kt",
    "*.tf",
    "*.rb",
    "*.xml",
)


@dataclass(frozen=True)
class _Use:
    extension: str
    at: At
    order: int


@check("DAT-060", "Extensions that SQL asks for are created", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=1)
def extensions_are_created(project: Project) -> Iterator[Fact]:
    """
    A function, type or operator class of an extension is unknown to a fresh PostgreSQL: the first migration that names it
    fails, on every new environment, though it runs where somebody once created the extension by hand.

    Decides: what migrations for PostgreSQL take from well-known extensions (uuid-ossp, pg_trgm, vector, citext, hstore,
    postgis, pgcrypto, unaccent, ltree, timescaledb; `gen_random_uuid` before PostgreSQL 13) against `CREATE EXTENSION` in
    migrations, init scripts, code and Terraform, and that within one set the creation comes first. What Docker's own image
    of PostgreSQL does not hold (postgis, vector, timescaledb, pg_cron) is looked for where it is run.

    Fix: `CREATE EXTENSION IF NOT EXISTS "pg_trgm";` as the first statement of the migration that needs it.

    Blind to: extensions that a provider or a person creates; less common extensions.

    See: https://www.postgresql.org/docs/current/sql-createextension.html
    """
    created = _created(project)
    yield from _not_in_image(project, created)
    for found in sets(project):
        if dialect_of(project, found) != "postgres":
            continue
        given = _given(project, found)
        orders = {m.path: m.order for m in found.migrations}
        for use in _uses(project, found):
            yield from _judged(found, use, created.get(use.extension, []), orders, given)


_NOT_INCLUDED = ("postgis", "vector", "timescaledb", "pg_cron", "pgrouting")
_PLAIN = re.compile(r"(?:docker\.io/)?(?:library/)?postgres(?:[:@].*)?$")


def _not_in_image(project: Project, created: dict[str, list[At]]) -> Iterator[Fact]:
    """Extensions that are created in a database whose image does not hold them, where no other database runs beside it."""
    by_target: dict[str, list[tuple[Service, Deployment]]] = defaultdict(list)
    for service in project.system.services:
        for deployment in service.deployments:
            image = parse_image(deployment.image)
            if image is not None and image.engine == "postgres" and deployment.environment != "test":
                by_target[deployment.target].append((service, deployment))
    for found in by_target.values():
        service, deployment = found[0]
        plain = all(d.build is None and _PLAIN.match(d.image or "") for _, d in found)
        for name in _NOT_INCLUDED if plain else ():
            if places := created.get(name):
                place = {"environment": None if deployment.environment == "unknown" else deployment.environment}
                message = (
                    f"{service.name}: {deployment.image} does not hold the extension {name}, which the SQL creates"
                )
                grave = Severity.MEDIUM if deployment.environment == "development" else None
                yield bad(f"{message}: the migration fails.", deployment, places[0], severity=grave, **place)


def _judged(
    found: MigrationSet, use: _Use, created: list[At], orders: dict[str, int], given: frozenset[str]
) -> Iterator[Fact]:
    name = use.extension
    if not created and name not in given:
        yield bad(
            f"{label(found)}: the SQL takes this from the extension {name}, and nothing creates it: on a new database the migration fails.",
            use.at,
            fix=f'CREATE EXTENSION IF NOT EXISTS "{name}";',
        )
        return
    within = [at for at in created if at.path in orders]
    first = min(within, key=lambda at: (orders[at.path], at.line or 0), default=None)
    late = first is not None and (orders[first.path], first.line or 0) > (use.order, use.at.line or 0)
    if late and first is not None and len(within) == len(created) and name not in given:
        yield bad(
            f"{label(found)}: the extension {name} is asked for before the migration that creates it.", use.at, first
        )
    elif created:
        yield ok(f"{label(found)}: the extension {name} is created.", first or created[0], use.at)


def _uses(project: Project, found: MigrationSet) -> Iterator[_Use]:
    """The first use of each extension in a set."""
    wanted = dict(_USES)
    if _old(project):
        wanted["pgcrypto"] = re.compile(f"{_USES['pgcrypto'].pattern}|{_UUID.pattern}")
    for migration in found.migrations:
        text = without_comments(migration.path, project.files.text(migration.path))
        text = _NAMED.sub(lambda m: " " * len(m[0]), _CREATED.sub(lambda m: " " * len(m[0]), text))
        text = _BY_CLIENT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text) if migration.path.endswith(".py") else text
        for name, pattern in list(wanted.items()):
            match = pattern.search(text)
            if match is not None:
                del wanted[name]
                yield _Use(name, at_offset(migration.path, text, match.start()), migration.order)


def _old(project: Project) -> bool:
    """Whether a deployed PostgreSQL is from before 13, which has `gen_random_uuid` by itself."""
    versions = (s.version or "" for s in project.system.stores if s.engine == "postgres" and not s.managed)
    return any(re.match(r"(?:9|1[0-2])(?:\D|$)", version) for version in versions)


def _created(project: Project) -> dict[str, list[At]]:
    """Extension to the places that create it, tests and documents left out."""
    kinds = {FileClass.PRODUCTION, FileClass.GENERATED, FileClass.BUILD}
    found: dict[str, list[At]] = {}
    for path in project.files.glob(*(f"**/{name}" for name in _SOURCES), classes=kinds):
        if project.files.size(path) > 500_000 or project.files.environment_of(path) in ASIDE:
            continue
        raw = project.files.text(path)
        if "xtension" not in raw and "EXTENSION" not in raw:
            continue
        text = without_comments(path, raw)
        for name, offset in _named(path, text):
            found.setdefault(name, []).append(at_offset(path, text, offset))
    return found


def _named(path: str, text: str) -> Iterator[tuple[str, int]]:
    for match in _CREATED.finditer(text):
        name = match[1].lower()
        yield name, match.start()
        if name in _BRINGS:
            yield _BRINGS[name], match.start()
    if path.endswith(".py"):
        for match in _OPERATION.finditer(text):
            name = (match[1] or match[2] or _DJANGO.get(match[3] or "", "")).lower()
            if name:
                yield name, match.start()
    if path.endswith(".tf") and _RESOURCE in text:
        yield from ((m[1], m.start()) for m in re.finditer(r"\bname\s{0,9}=\s{0,9}\"([\w-]+)\"", text))


def _given(project: Project, found: MigrationSet) -> frozenset[str]:
    """Extensions that a tool or an image creates by itself."""
    given = set(_TYPEORM) if found.tool == "typeorm" else set()
    if "supabase" in found.dir.lower():
        given |= _SUPABASE
    for service in project.system.services:
        for deployment in service.deployments:
            image = parse_image(deployment.image)
            if image is not None and image.base in _IMAGES:
                given.add(_IMAGES[image.base])
    return frozenset(given)
