"""Package manifests of every ecosystem, with their workspaces and lockfiles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from posixpath import dirname
from typing import TYPE_CHECKING

from kit.sources.packages import jvm as packages_jvm
from kit.sources.packages import lockfiles
from kit.sources.packages import npm as packages_npm
from kit.sources.packages import other as packages_other
from kit.sources.packages import python as packages_python
from kit.sources.packages.model import Dependency, Lockfile, Mismatch, Package, matches

if TYPE_CHECKING:
    from kit.sources.formats.documents import Documents
    from kit.sources.tree.files import FileIndex

_SETUP = re.compile(r"^(?:from|import) (?:setuptools|distutils)\b", re.MULTILINE)
_PROJECT_FILE = re.compile(r"\.(?:cs|fs|vb)proj$")


def find(files: FileIndex, documents: Documents) -> tuple[Package, ...]:
    """Every package manifest of the project by path, each with the lockfile that holds for it."""
    found = _with_workspaces({package.path: package for package in _Manifests(files, documents).all()})
    locks = lockfiles.find(files)
    return tuple(lockfiles.attach(found[path], locks, found) for path in sorted(found))


class _Manifests:
    """Reads the manifests of one project, each kind by the name of its file."""

    def __init__(self, files: FileIndex, documents: Documents) -> None:
        self.files = files
        self.documents = documents
        self._catalogs: dict[str, packages_jvm.Catalog] = {}
        self.by_name: dict[str, Callable[[str], Package]] = {
            "package.json": self._npm,
            "pyproject.toml": lambda path: packages_python.pyproject(documents.get(path)),
            "Pipfile": lambda path: packages_python.pipfile(documents.get(path)),
            "go.mod": self._go,
            "pom.xml": lambda path: packages_jvm.pom(files.text(path), path, self._read),
            "build.gradle": self._gradle,
            "build.gradle.kts": self._gradle,
            "Cargo.toml": self._cargo,
        }

    def all(self) -> Iterator[Package]:
        """Every manifest."""
        for path in self.files.paths:
            make = self.by_name.get(path.rpartition("/")[2]) or self._by_pattern(path)
            if make is not None:
                yield make(path)

    def _by_pattern(self, path: str) -> Callable[[str], Package] | None:
        if _PROJECT_FILE.search(path):
            return lambda path: packages_other.csproj(self.files.text(path), path)
        if path.rpartition("/")[2] == "setup.cfg" and "install_requires" in self.files.text(path):
            return lambda path: packages_python.setup_cfg(self.files.text(path), path)
        if path.rpartition("/")[2] == "setup.py" and _SETUP.search(self.files.text(path)):
            return lambda path: packages_python.setup_py(self.files.text(path), path)
        if packages_python.REQUIREMENTS_NAME.search(path):
            return lambda path: packages_python.requirements(self.files.text(path), path, self._read)
        return None

    def _read(self, path: str) -> str | None:
        return self.files.text(path) if self.files.exists(path) else None

    def _npm(self, path: str) -> Package:
        pnpm = _beside(path, "pnpm-workspace.yaml")
        workspace = self.documents.get(pnpm) if self.files.exists(pnpm) else None
        return packages_npm.parse(self.documents.get(path), workspace)

    def _go(self, path: str) -> Package:
        used = packages_other.go_work(self._read(_beside(path, "go.work")) or "", path)
        return replace(packages_other.go_mod(self.files.text(path), path), workspaces=used)

    def _gradle(self, path: str) -> Package:
        names = (_beside(path, "settings.gradle"), _beside(path, "settings.gradle.kts"))
        settings = next((text for name in names if (text := self._read(name))), "")
        return packages_jvm.gradle(self.files.text(path), path, settings, self._catalog(dirname(path)))

    def _catalog(self, folder: str) -> packages_jvm.Catalog:
        """The version catalog of the build that a folder belongs to: the nearest above."""
        while True:
            path = f"{folder}/gradle/libs.versions.toml" if folder else "gradle/libs.versions.toml"
            if self.files.exists(path):
                return self._catalogs.setdefault(path, packages_jvm.version_catalog(self.documents.get(path)))
            if not folder:
                return {}
            folder = dirname(folder)

    def _cargo(self, path: str) -> Package:
        """With the dependencies that the nearest workspace above shares."""
        folder, shared = dirname(path), None
        while shared is None:
            above = f"{folder}/Cargo.toml" if folder else "Cargo.toml"
            if self.files.exists(above):
                shared = self.documents.get(above).get("workspace", "dependencies")
            if not folder:
                break
            folder = dirname(folder)
        return packages_other.cargo(self.documents.get(path), shared)


def _beside(path: str, name: str) -> str:
    folder = dirname(path)
    return f"{folder}/{name}" if folder else name


def _with_workspaces(found: dict[str, Package]) -> dict[str, Package]:
    """The packages with the members of their workspaces, the members with the nearest root above."""
    linked = dict(found)
    for root in sorted((p for p in found.values() if p.workspaces), key=lambda p: len(p.dir)):
        members = [p for p in found.values() if p.ecosystem == root.ecosystem and _is_member(root, p)]
        folders = tuple(member.dir for member in members)
        linked[root.path] = replace(linked[root.path], members=folders)
        for member in members:
            linked[member.path] = replace(linked[member.path], root=root.path)
    return linked


def _is_member(root: Package, package: Package) -> bool:
    if package.path == root.path or package.path.rpartition("/")[2] != root.path.rpartition("/")[2]:
        return False
    prefix = "" if root.dir == "." else f"{root.dir}/"
    if not package.dir.startswith(prefix):
        return False
    folder = package.dir.removeprefix(prefix)
    excluded = any(p.startswith("!") and matches(p[1:], folder) for p in root.workspaces)
    return not excluded and any(matches(p, folder) for p in root.workspaces if not p.startswith("!"))


__all__ = ["Dependency", "Lockfile", "Mismatch", "Package", "find"]
