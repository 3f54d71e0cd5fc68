"""What claims are held against: the project, the findings of its checks, and what several lookups ask alike."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from kit.model import At, Evidence, Fact, FileClass, Finding, Located, Outcome
from kit.project import Project
from kit.registry import catalogue
from kit.run import evidence_at, run_check
from kit.sources.packages.import_names import distributions, npm_name
from kit.sources.packages.model import Dependency, Package, plain_name
from kit.sources.pipelines.model import Step
from kit.sources.tree.files import clean

MOST_PLACES = 4
"""How many places stand beside a claim."""
MOST_BYTES = 400_000
"""The largest file that is searched for a text."""
_LOCKS = (
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "go.sum",
    "Cargo.lock",
    ".min.js",
    ".svg",
    ".map",
)
_CODE = (
    ".py",
    ".ts",
    ".tsx",
    ".js",
    ".jsx",
    ".mjs",
    ".cjs",
    ".go",
    ".java",
    ".kt",
    ".rb",
    ".php",
    ".cs",
    ".rs",
    ".conf",
    ".yml",
    ".yaml",
)
READ = (".py", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".go", ".java")
_UNREAD = (".rs", ".rb", ".php", ".cs", ".kt", ".ex", ".exs", ".scala", ".swift", ".clj", ".cpp", ".cc", ".dart")
_PROSE = (".md", ".mdx", ".rst", ".txt", ".csv", ".tsv", ".ipynb", ".log")
_ASIDE = re.compile(
    r"\.(?!github/|gitlab|circleci/|husky/|env|eslintrc|prettierrc|storybook/|platform|ebextensions/)[^/]+/"
)
_DOCS = re.compile(r"(?:^|/)(?:docs?|documentation)/")
"""What lies there describes, also where it is the code of pages."""
_SAMPLE = re.compile(
    r"(?:^|/)[^/]*\.?env[^/]*\.(?:example|sample|template|dist)$|\.postman_collection\.json$", re.IGNORECASE
)
"""Lists of what could be set or asked: they show nothing at work."""
_COMMENTS = ("#", "//", "*", "/*", "--", "<!--")
_SEEN = Fact(Outcome.PASS, "")


class Ground:
    """The project with what has been found out about it, each thing once.

    `findings` are those of a run that came before, by check; checks that are not among them run when asked for.
    """

    def __init__(self, project: Project, findings: Mapping[str, tuple[Finding, ...]] | None = None) -> None:
        self.project = project
        self.files = project.files
        self._findings = dict(findings or {})
        self._checks = {check.id: check for check in catalogue()}
        self.products: dict[str, Any] = {}
        self._names: dict[str, tuple[At, ...]] = {}

    def findings(self, check: str) -> tuple[Finding, ...]:
        """A check's findings in files that weigh; empty for a check that there is not."""
        if check not in self._findings and check in self._checks:
            self._findings[check] = run_check(self.project, self._checks[check])
        return tuple(f for f in self._findings.get(check, ()) if f.file_class is FileClass.PRODUCTION)

    def title(self, check: str) -> str:
        """What a check asks for; its id where the catalogue has none of that name."""
        known = self._checks.get(check)
        return known.title if known else check

    def is_about_documents(self, check: str) -> bool:
        """Whether the check judges documents themselves: there a document is the thing, and no hearsay."""
        known = self._checks.get(check)
        return known is not None and known.documents

    def evidence(self, places: Iterable[Located | None]) -> tuple[Evidence, ...]:
        """The first few places with what stands there, secrets masked."""
        known = dict.fromkeys(place.at for place in places if place is not None)
        return tuple(evidence_at(self.project, at, _SEEN) for at in list(known)[:MOST_PLACES])

    def resolve(self, name: str, source: str = "") -> tuple[str, ...]:
        """The files or folders that a report means by a path: from the root, from its own folder, or by the end of
        the path. Several where the name alone does not tell."""
        path = clean(name.rstrip("/").lstrip("/")) if not name.startswith("~") else None
        if not path:
            return ()
        beside = clean(f"{source.rpartition('/')[0]}/{path}") if "/" in source else None
        for known in (path, beside):
            if known and (self.files.exists(known) or self.files.is_dir(known)):
                return (known,)
        return self._by_end.get(path.lower(), ()) or self._folders_by_end(path)

    def place(self, name: str) -> At | None:
        """The place of a file, or of the first package script or target that is called so in words."""
        if self.files.exists(name) or self.files.is_dir(name):
            return At(name)
        called = name.rpartition(" ")[2]
        scripts = (package.scripts[called].at for package in self.project.packages if called in package.scripts)
        return next(scripts, None)

    @cached_property
    def hollow(self) -> frozenset[str]:
        """The root's folders that are here without any file, as submodules are that nobody took in."""
        folders = (entry for entry in self.project.root.iterdir() if entry.is_dir() and not entry.is_symlink())
        return frozenset(
            entry.name for entry in folders if not entry.name.startswith(".") and not next(entry.iterdir(), None)
        )

    @cached_property
    def _by_end(self) -> dict[str, tuple[str, ...]]:
        """Paths by each of their ends: "b/c.py" and "c.py" for "a/b/c.py"."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.files.paths:
            parts = path.lower().split("/")
            for start in range(max(0, len(parts) - 4), len(parts)):
                found["/".join(parts[start:])].append(path)
        return {end: tuple(paths) for end, paths in found.items()}

    def _folders_by_end(self, path: str) -> tuple[str, ...]:
        wanted = f"/{path.lower()}/"
        folders = {
            full[: f"/{full.lower()}".find(wanted) + len(path)]
            for full in self.files.paths
            if wanted in f"/{full.lower()}"
        }
        return tuple(sorted(folders))

    @cached_property
    def dependencies(self) -> dict[str, list[tuple[Package, Dependency]]]:
        """Every declared dependency of a production manifest by its plain name."""
        found: dict[str, list[tuple[Package, Dependency]]] = defaultdict(list)
        for package in self.project.packages:
            if self.files.class_of(package.path) is FileClass.PRODUCTION:
                for dependency in package.dependencies:
                    found[plain_name(dependency.name)].append((package, dependency))
        return found

    def installed(self, name: str) -> tuple[tuple[str, At], ...]:
        """The releases of a declared package: those that lockfiles fix, else the specs as they are written."""
        found: list[tuple[str, At]] = []
        for package, dependency in self.dependencies.get(plain_name(name), ()):
            locks = {version for lock in package.lockfiles for version in lock.packages.get(dependency.name, ())}
            found += [(version, dependency.at) for version in sorted(locks)] or [(dependency.spec, dependency.at)]
        return tuple(dict.fromkeys(found))

    @cached_property
    def images(self) -> tuple[tuple[str, str, At], ...]:
        """Images that are built upon or run: name without registry, tag (may be empty), place."""
        found: list[tuple[str, str, At]] = []
        for dockerfile in self.project.dockerfiles:
            if self.files.class_of(dockerfile.path) is FileClass.PRODUCTION:
                found += [(*_named(stage.image), stage.at) for stage in dockerfile.stages if stage.image]
        for service in self.project.system.services:
            found += [(*_named(d.image), d.at) for d in service.deployments if d.image]
        for manifest in self.project.manifests:
            found += [(*_named(c.image), c.node.at) for c in manifest.containers if c.image]
        return tuple(dict.fromkeys((name, tag, at) for name, tag, at in found if name))

    @cached_property
    def production(self) -> tuple[str, ...]:
        """The paths of the files that weigh."""
        return tuple(p for p in self.files.paths if self.files.class_of(p) is FileClass.PRODUCTION)

    @cached_property
    def unread(self) -> bool:
        """Whether most code that weighs is in languages of which no check reads more than the text."""
        read = sum(path.endswith(READ) for path in self.production)
        return sum(path.endswith(_UNREAD) for path in self.production) > read

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step of every pipeline."""
        return tuple(s for w in self.project.workflows for j in w.jobs for each in j.steps for s in each.all)

    def imported(self, distribution: str) -> At | None:
        """The first place in code that weighs where a package is taken in."""
        name = plain_name(distribution)
        return self._imports.get(name)

    @cached_property
    def _imports(self) -> dict[str, At]:
        """The first import of each package, by the package's plain name."""
        found: dict[str, At] = {}
        for path in self.project.code.files("python", "javascript", "typescript", "tsx"):
            for taken in self.project.code.imports(path):
                if taken.relative or taken.type_only:
                    continue
                for name in _distributions(path, taken.module):
                    found.setdefault(plain_name(name), taken.at)
        return found

    def mention(self, marks: tuple[str, ...]) -> At | None:
        """The first line of a file that weighs, documents left out, where one of the texts stands."""
        for path in self._spoken:
            text = self.files.text(path)
            mark = next((m for m in marks if m in text), None)
            if mark is not None:
                return At(path, text.count("\n", 0, text.index(mark)) + 1)
        return None

    @cached_property
    def _spoken(self) -> tuple[str, ...]:
        return tuple(p for p in self.production if not p.endswith(_LOCKS) and self.files.size(p) < MOST_BYTES)

    @cached_property
    def _told(self) -> tuple[str, ...]:
        """Files of code and configuration that weigh; prose, data and the folders of assistants tell nothing."""
        told = (p for p in self._spoken if not p.endswith(_PROSE) and not _ASIDE.match(p))
        return tuple(p for p in told if not _DOCS.search(p) and not _SAMPLE.search(p))

    @cached_property
    def code_paths(self) -> tuple[str, ...]:
        """The files of code that weigh."""
        return tuple(p for p in self._spoken if p.endswith(_CODE))

    def spoken_of(self, name: str) -> tuple[At, ...]:
        """The first places in files that are no documents where a name of code stands."""
        if name not in self._names:
            pattern = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
            found: list[At] = []
            for path in self._coded:
                text = self.files.text(path)
                if name in text:
                    found += (At(path, text.count("\n", 0, m.start()) + 1) for m in pattern.finditer(text))
                if len(found) > MOST_PLACES:
                    break
            self._names[name] = tuple(found)
        return self._names[name]

    def named_at(self, product: str) -> At | None:
        """The first place in a file that is no document where a product's name stands, in any case."""
        pattern = re.compile(rf"(?<![\w@-]){re.escape(product)}(?![\w-])", re.IGNORECASE)
        for path in self._coded:
            found = pattern.search(self.files.text(path))
            if found:
                return At(path, self.files.text(path).count("\n", 0, found.start()) + 1)
        return None

    def lines_with(self, pattern: re.Pattern[str], most: int = 2) -> tuple[At, ...]:
        """The first lines of files that weigh, no comments, where an expression matches."""
        found: list[At] = []
        for path in self._told:
            text = self.files.text(path)
            for match in pattern.finditer(text):
                start = text.rfind("\n", 0, match.start()) + 1
                if not text[start : match.start() + 1].lstrip().startswith(_COMMENTS):
                    found.append(At(path, text.count("\n", 0, match.start()) + 1))
                    break
            if len(found) >= most:
                break
        return tuple(found)

    def numbered(self, number: int) -> At | None:
        """The first line of a file that is no document where a number stands by itself."""
        return next(iter(self.spoken_of(str(number))), None)

    @cached_property
    def _coded(self) -> tuple[str, ...]:
        """Files that are no documents and no lockfiles, those that weigh first."""
        prose = {FileClass.DOCUMENTATION, FileClass.VENDORED, FileClass.BUILD}
        others = [p for p in self.files.paths if self.files.class_of(p) not in {*prose, FileClass.PRODUCTION}]
        every = [*self._spoken, *(p for p in others if not p.endswith(_LOCKS) and self.files.size(p) < MOST_BYTES)]
        return tuple(p for p in every if not p.endswith((".md", ".mdx", ".rst", ".txt")))


def _distributions(path: str, module: str) -> tuple[str, ...]:
    """The packages that an import may come from."""
    if path.endswith((".py", ".pyi")):
        return (*distributions(module), module.split(".")[0])
    if module.startswith((".", "/", "#", "node:")):
        return ()
    # What a runtime brings along is a dependency, too, where a manifest declares it.
    name = npm_name(module) or "/".join(module.split("/")[: 2 if module.startswith("@") else 1])
    return (name,)


def _named(image: str) -> tuple[str, str]:
    """Name and tag of an image reference, without registry and digest."""
    name = image.split("@")[0]
    head, _, last = name.rpartition("/")
    base, _, tag = last.partition(":")
    owner = head.rpartition("/")[2] if head and "." not in head.rpartition("/")[2] else ""
    return (f"{owner}/{base}" if owner and owner != "library" else base).lower(), tag
