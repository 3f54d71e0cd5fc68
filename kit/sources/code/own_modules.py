"""Which file of the project an import means, by the rules of its language, and why there is none."""

from __future__ import annotations

import posixpath
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from kit.sources.code.index import CodeIndex

SWAPPED = {
    ".js": (".ts", ".tsx", ".d.ts", ".jsx"),
    ".mjs": (".mts", ".d.mts"),
    ".cjs": (".cts", ".d.cts"),
    ".jsx": (".tsx", ".ts", ".d.ts"),
    ".tsx": (".ts",),
}
TRIED = (
    ".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".json", ".node", ".vue", ".svelte",
    ".astro", ".mdx", ".md", ".css", ".scss", ".graphql", ".gql",
)  # fmt: skip
_PYTHON = (".py", ".pyi", ".pyx", ".so", ".pyd")
_HIDDEN = re.compile(r"(?:^|/)(?:\$|\+types|\.(?!\.?(?:/|$)))|[{}<>!*$]|node_modules|^\.{1,2}//")
_MADE = re.compile(
    r"(?:^|[/._-])(?:generated?|__generated__|gen|autogen|codegen|dist|build|out|output|target|compiled|lib-esm|esm|cjs"
    r"|bin|obj|artifacts?|tmp|temp|cache|\w*pb2?(?:_grpc)?|proto\w*|grpc|stubs?|prisma|client-js|typechain\w*|_?version"
    r"|build-?info|git-?info|buildid|buildnumber|package|routeTree|routes?\.gen|paraglide|graphql-?types|gql"
    r"|locales?|i18n|messages|translations|secrets?|credentials?|local|private)(?=$|[/._-])",
    re.IGNORECASE,
)
"""Words of paths that a build step, a generator or an operator fills."""


class Target(NamedTuple):
    """Where an import leads.

    `state`: "found"; "case" where only the spelling of upper and lower case differs; "ignored" where an ignore rule
    keeps such a path out of the repository; "absent"; "shadowed" where a module `x.py` stands before the folder `x`,
    which is no package; "open" where something may make it. `path` is the file or folder that is meant, or the module
    that stands before it.
    """

    state: str
    path: str = ""


class OwnModules:
    """The files of a project as import statements see them."""

    def __init__(self, code: CodeIndex) -> None:
        self.code = code
        self.files = code.index

    def javascript(self, importer: str, specifier: str) -> Target:
        """The target of `./x`, `../x` or `.`, by the rules of Node.js, TypeScript and bundlers together."""
        plain = re.split(r"[?#]", specifier, maxsplit=1)[0]
        base = posixpath.normpath(posixpath.join(posixpath.dirname(importer), plain))
        if _HIDDEN.search(specifier) or base.startswith("..") or self._foreign(base):
            return Target("open")
        wanted = list(_spellings(base))
        if re.search(r"\.[mc]?tsx?$", importer):
            # TypeScript means its own file by the name that this will have; a copy that was compiled may be an old one.
            wanted.sort(key=lambda path: not re.search(r"\.[mc]?tsx?$", path))
        found = next((p for p in wanted if p in self._paths), None) or self._variant(base)
        if found is not None:
            return self._there(found)
        if base == "." or base in self._folders:
            return self._package_folder(base)
        return self._missing(base, wanted)

    def python(self, importer: str, module: str) -> Target:
        """The target of a relative module (`.x`, `..`), or of a package of the project; "open" for any other."""
        dots = len(module) - len(module.lstrip("."))
        rest = module.lstrip(".").replace(".", "/")
        if dots:
            folder = posixpath.dirname(importer)
            for _ in range(dots - 1):
                if not folder:
                    return Target("open")
                folder = posixpath.dirname(folder)
            return self._shadow(folder, rest) or self.python_at(posixpath.join(folder, rest).rstrip("/") or ".")
        root = self.python_root(importer, module)
        if root is None:
            return self._beside(importer, rest)
        if self._extended(posixpath.join(root, module.partition(".")[0], "__init__.py")):
            return Target("open")
        return self._shadow(root, rest) or self.python_at(posixpath.join(root, rest))

    def python_at(self, stem: str) -> Target:
        """The module at a path without its extension."""
        wanted = [f"{stem}.py", f"{stem}/__init__.py"]
        found = next((p for p in (*wanted, *(stem + end for end in _PYTHON)) if p in self._paths), None)
        if found is not None or stem == "." or stem in self._folders:
            return self._there(found or stem)
        if self._compiled(stem) or self._foreign(stem):
            return Target("open", stem)
        return self._missing(stem, wanted)

    def python_root(self, importer: str, module: str) -> str | None:
        """The folder above an importing file, itself no package nor within one, that holds the package of this name."""
        top, _, inner = module.partition(".")
        folder = posixpath.dirname(importer)
        while inner:
            if posixpath.join(folder, top, "__init__.py") in self._paths and not self._is_within_package(folder):
                return folder
            if not folder:
                break
            folder = posixpath.dirname(folder)
        return None

    def _is_within_package(self, folder: str) -> bool:
        """Whether a folder is a package of Python or lies in one, with or without a file that says so itself."""
        while folder:
            if posixpath.join(folder, "__init__.py") in self._paths:
                return True
            folder = posixpath.dirname(folder)
        return False

    def seen_elsewhere(self, module: str) -> bool:
        """Whether some file or folder of the project ends like the module's name, for roots that cannot be seen."""
        stem = "/" + module.replace(".", "/")
        tails = self._tails.get(posixpath.basename(stem), ())
        return any(f"/{tail}".endswith(stem) for tail in tails)

    def go(self, folder: str) -> Target:
        """The package in a folder."""
        if folder in self._go_folders:
            return Target("found", folder)
        return self._missing(folder, [folder]) if not self._foreign(folder) else Target("open")

    # the tree

    def _there(self, path: str) -> Target:
        """What is there; ignored where a rule names it and no git tells that it is tracked all the same."""
        return Target("ignored" if path in self.files.unsure else "found", path)

    def _shadow(self, folder: str, rest: str) -> Target | None:
        """The module that Python finds before the folder of the same name, so that nothing below it can be imported."""
        for part in rest.split("/")[:-1]:
            folder = posixpath.join(folder, part)
            module = f"{folder}.py"
            if module in self._paths and f"{folder}/__init__.py" not in self._paths:
                return Target("open") if self._extended(module) else Target("shadowed", module)
        return None

    def _missing(self, base: str, wanted: Iterable[str]) -> Target:
        other = next((self._lower[p.lower()] for p in wanted if p.lower() in self._lower), None)
        if other is None and base.lower() in self._lower_folders:
            other = self._lower_folders[base.lower()]
        if other is not None:
            return Target("case", other)
        ignored = next((p for p in (base, *wanted) if self.files.ignored(p)), None)
        if ignored is not None:
            return Target("open" if _MADE.search(base) else "ignored", ignored)
        if any(self.files.on_disk(p) for p in (base, *wanted)) or _MADE.search(base):
            return Target("open", base)
        return Target("absent", base)

    def _variant(self, base: str) -> str | None:
        """`x.native.tsx` or `x.web.ts` for `x`, as bundlers of several platforms take it."""
        prefix = posixpath.basename(base) + "."
        for name in self._listing.get(posixpath.dirname(base), ()):
            aside = re.search(r"\.(?:test|spec|stories|snap)\.", name)
            if name.startswith(prefix) and not aside and posixpath.splitext(name)[1] in TRIED:
                return posixpath.join(posixpath.dirname(base), name)
        return None

    def _package_folder(self, base: str) -> Target:
        wanted = [posixpath.normpath(f"{base}/index{end}") for end in TRIED]
        found = next((p for p in (*wanted, posixpath.normpath(f"{base}/package.json")) if p in self._paths), None)
        found = found or self._variant(posixpath.normpath(f"{base}/index"))
        return Target("found", found) if found else self._missing(f"{base}/index", wanted[:4])

    def _beside(self, importer: str, rest: str) -> Target:
        """A module that lies in a folder above the importing file; where none does, it may be installed."""
        for folder in (*_above(posixpath.dirname(importer)), ""):
            if posixpath.join(folder, "__init__.py") in self._paths or rest.split("/")[0] in sys.stdlib_module_names:
                continue
            stem = posixpath.join(folder, rest)
            found = next((p for p in (f"{stem}.py", f"{stem}/__init__.py") if p in self._paths), None)
            if found is not None:
                return Target("open" if self._extended(found) else "found", found)
        return Target("open")

    def _extended(self, path: str) -> bool:
        """Whether a package takes modules from elsewhere, too."""
        return re.search(r"__path__|extend_path|meta_path", self.code.text(path)) is not None

    def _compiled(self, stem: str) -> bool:
        prefix = posixpath.basename(stem) + "."
        return any(n.startswith(prefix) for n in self._listing.get(posixpath.dirname(stem), ()))

    def _foreign(self, path: str) -> bool:
        """Whether the path lies in a submodule, whose files are not here, or leads through a link."""
        return any(path == s or path.startswith(f"{s}/") for s in self._submodules)

    @cached_property
    def _submodules(self) -> list[str]:
        return re.findall(r"^\s*path\s*=\s*(\S+)\s*$", self.files.text(".gitmodules"), re.MULTILINE)

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(self.files.paths)

    @cached_property
    def _listing(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.files.paths:
            folder, _, name = path.rpartition("/")
            found[folder].append(name)
        return found

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(f for path in self._listing for f in _above(path))

    @cached_property
    def _lower(self) -> dict[str, str]:
        return {path.lower(): path for path in self.files.paths}

    @cached_property
    def _lower_folders(self) -> dict[str, str]:
        return {folder.lower(): folder for folder in self._folders}

    @cached_property
    def _tails(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.files.paths:
            if path.endswith((*_PYTHON, ".proto")):
                stem = posixpath.splitext(path)[0].removesuffix("/__init__")
                found[posixpath.basename(stem)].append(stem)
        for folder in self._folders:
            found[posixpath.basename(folder)].append(folder)
        return found

    @cached_property
    def _go_folders(self) -> frozenset[str]:
        return frozenset(posixpath.dirname(p) or "." for p in self.files.paths if p.endswith((".go", ".proto")))


def _spellings(base: str) -> Iterator[str]:
    stem, extension = posixpath.splitext(base)
    yield base
    yield from (stem + swapped for swapped in SWAPPED.get(extension, ()))
    yield from (base + tried for tried in TRIED)


def _above(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
