"""SQL that runs when a database is new: scripts mounted into a database's image, and Spring's schema.sql."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from kit.model import At
from kit.sources.containers import dockerfile
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Document, Node
from kit.sources.orm.model import MigrationSet, dialect_of
from kit.sources.orm.sqlfiles import OWN, build_set
from kit.sources.tree.files import FileIndex

_ENTRY = "/docker-entrypoint-initdb.d"
_COMPOSE = re.compile(r"(?:^|[._-])compose(?:[._-]|$)", re.I)
_ENGINE = re.compile(r"\b(postgres\w*|postgis|mysql|mariadb)\b")


def init_sets(files: FileIndex, documents: Documents) -> tuple[MigrationSet, ...]:
    """The scripts that fill a new database, one set per source; `at` is the mount, COPY or folder."""
    found: dict[tuple[str, str], MigrationSet] = {}
    for source, at, dialect in (*_mounted(files, documents), *_copied(files)):
        paths = _scripts(files, source)
        if paths and (source, at.path) not in found:
            made = build_set(files, "initdb", source, ((p, None, p, None) for p in paths), dialect)
            found[source, at.path] = MigrationSet("initdb", source, at, made.migrations, made.heads, made.dialect)
    return (*found.values(), *_spring(files))


def _scripts(files: FileIndex, source: str) -> list[str]:
    """The SQL files at a source, in the order of their names, as the image runs them."""
    if files.exists(source):
        return [source] if source.endswith(".sql") else []
    prefix = "" if source == "." else f"{source}/"
    direct = (p for p in files.paths if p.startswith(prefix) and "/" not in p[len(prefix) :])
    return sorted(p for p in direct if p.endswith(".sql"))


def _mounted(files: FileIndex, documents: Documents) -> Iterator[tuple[str, At, str | None]]:
    for path in files.glob("*.yml", "*.yaml", classes=OWN):
        if _COMPOSE.search(PurePosixPath(path).name):
            yield from _in_compose(documents.get(path))


def _in_compose(document: Document) -> Iterator[tuple[str, At, str | None]]:
    base = posixpath.dirname(document.path)
    for service in document.each("services", "*"):
        image = service.get("image")
        engine = _ENGINE.search(image.text) if image is not None else None
        for volume in service.each("volumes", "*"):
            source, target = _sides(volume)
            if source and target.startswith(_ENTRY):
                place = posixpath.normpath(posixpath.join(base, source))
                yield place, volume.at, dialect_of(engine[1]) if engine else None


def _sides(volume: Node) -> tuple[str, str]:
    if volume.is_map:
        source, target = volume.get("source"), volume.get("target")
        return (source.text if source else "", target.text if target else "")
    source_text, _, rest = volume.text.partition(":")
    return source_text, rest.partition(":")[0]


def _copied(files: FileIndex) -> Iterator[tuple[str, At, str | None]]:
    """COPY into the folder of init scripts, the context being the Dockerfile's folder or the root."""
    for found in dockerfile.find(files):
        for instruction in found.instructions:
            words = instruction.args
            if instruction.name in {"COPY", "ADD"} and len(words) > 1 and words[-1].startswith(_ENTRY):
                yield from ((place, instruction.at, None) for place in _sources(files, found.path, words[:-1]))


def _sources(files: FileIndex, path: str, sources: tuple[str, ...]) -> Iterator[str]:
    for source in sources:
        for base in (posixpath.dirname(path), ""):
            place = posixpath.normpath(posixpath.join(base, source.lstrip("/")))
            matches = files.glob(f"/{place}") if "*" in place else ()
            if matches or files.exists(place) or files.is_dir(place):
                yield from matches or (place,)
                break


def _spring(files: FileIndex) -> Iterator[MigrationSet]:
    """schema.sql among the resources of a Spring Boot service, run before anything else."""
    folders: dict[str, list[str]] = defaultdict(list)
    for path in files.named("schema.sql"):
        if "/src/main/resources/" in f"/{path}" and files.class_of(path) in OWN:
            folders[posixpath.dirname(path)].append(path)
    for folder, paths in sorted(folders.items()):
        dialect = dialect_of(posixpath.basename(folder))
        yield build_set(files, "spring", folder, ((p, None, p, None) for p in paths), dialect)
