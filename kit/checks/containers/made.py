"""Is there anything in the project that makes the output of a build which an image copies?"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache

from kit.checks.shared.pipelines_elsewhere import told
from kit.model import FileClass
from kit.project import Project
from kit.system.scope import within


@dataclass(frozen=True)
class _Tool:
    """A kind of build: the folders that it fills, beside which manifest, and what tells that somebody runs it."""

    output: frozenset[str]
    manifests: tuple[str, ...]
    runs: re.Pattern[str]


_TOOLS = (
    _Tool(
        frozenset({"target"}),
        ("pom.xml",),
        re.compile(
            r"\bmvn[wd]?(?:\.cmd)?\b(?![ \t]+(?:-\S+[ \t]+|clean[ \t]+)*(?:test|spring-boot:run|dependency:[\w-]+|[\w-]+:check)[ \t]*$)"
            r"|\bMaven@|\btarget/|\.jar\b|\bmaven\b[^\n]{0,80}\b(?:package|install|build)\b",
            re.IGNORECASE | re.MULTILINE,
        ),
    ),
    _Tool(
        frozenset({"build"}),
        ("build.gradle", "build.gradle.kts"),
        re.compile(
            r"\bgradlew?(?:\.bat)?\b(?![ \t]+(?:-\S+[ \t]+|clean[ \t]+)*(?:test|bootRun)[ \t]*$)|\bGradle@|\bbuild/libs|\.jar\b",
            re.IGNORECASE | re.MULTILINE,
        ),
    ),
    _Tool(
        frozenset({"dist", "build", "out", ".next"}),
        ("package.json",),
        re.compile(
            r"\b(?:npm|pnpm|yarn|bun|npx|nx|turbo|lerna|rush|ng|vite|nest|next|parcel|rollup|esbuild|gulp|grunt|node)\b"
            r"[^\n]{0,120}(?:build|compile|bundle|dist|generate|export|pack|release|prod|\$)|\btsc\b|\bwebpack\b|\bNpm@",
            re.IGNORECASE,
        ),
    ),
    _Tool(
        frozenset({"bin", "dist", "build", "out", "release"}),
        ("go.mod",),
        re.compile(r"(?:\bgo|\$[({]?\w*GO\w*[)}]?)\s+(?:build|install)\b|goreleaser|\bgox\b|\bmage\b|\bko\b"),
    ),
    _Tool(
        frozenset({"target"}), ("Cargo.toml",), re.compile(r"\b(?:cargo|cross)\b[^\n]{0,120}\b(?:build|install|b)\b")
    ),
)
_ANYTHING = re.compile(
    r"download-artifact|/\.github/workflows/[\w.-]+@|^include:|docker cp\b|--output\b|\b(?:bazel|buck2?|pants|earthly|dagger|nix build)\b",
    re.MULTILINE,
)
"""What may bring any file from anywhere."""
_SKIPPED = re.compile(
    r"(?:^|/)(?:mvnw|gradlew|package(?:-lock)?\.json|[\w.-]*ignore|\.gitattributes|[\w.-]*lock(?:\.\w+)?|go\.(?:mod|sum)|CHANGELOG[\w.]*)(?:\.cmd|\.bat)?$"
    r"|(?:^|/)\.mvn/|(?:^|/)src/(?:.*/)?[^/]*\.\w+$|\.(?:java|kt|go|rs|cs|[jt]sx|vue|svelte|css|scss|html|svg|sql|csv)$",
    re.IGNORECASE,
)
_OWN_BUILD = re.compile(r"(?:build|compile)(?:[:.-].*)?")


def nobody_makes(project: Project, path: str) -> bool:
    """Whether a path is the output of a build beside whose manifest it lies, and nothing in the project runs that build:
    no pipeline, script, target, package script or compose file, and no document or comment asks for it."""
    folder, tool = _build_of(project, path)
    if tool is None or project.files.on_disk(path) or project.files.exists(".gitmodules") or told(project):
        return False
    others = [s.root for s in project.system.own if s.root not in {None, "."} and not within(folder, s.root or ".")]
    spoken = [p for p in _speaking(project, tool) if not any(within(p, other or ".") for other in others)]
    return not spoken and not _scripted(project, tool, folder)


def _build_of(project: Project, path: str) -> tuple[str, _Tool | None]:
    """The folder whose build makes the path, and the build."""
    parts = path.split("/")
    for index, part in enumerate(parts):
        folder = "/".join(parts[:index]) or "."
        there = [t for t in _TOOLS if any(project.files.exists(posixpath.join(folder, m)) for m in t.manifests)]
        fitting = [t for t in there if part in t.output]
        if fitting:
            return folder, fitting[0] if len(there) == 1 else None
    return ".", None


@lru_cache(maxsize=16)
def _speaking(project: Project, tool: _Tool) -> tuple[str, ...]:
    """The files that speak of running the build, or of what may make anything."""
    dockerfiles = {d.path for d in project.dockerfiles}
    found = []
    for path in project.files.paths:
        if _SKIPPED.search(path) or project.files.class_of(path) is FileClass.VENDORED:
            continue
        text = project.files.text(path)
        if path in dockerfiles:  # what runs within an image leaves nothing in the context; a comment may tell what does
            text = "\n".join(line for line in text.split("\n") if line.lstrip().startswith("#"))
        if tool.runs.search(text) or _ANYTHING.search(text):
            found.append(path)
    return tuple(found)


def _scripted(project: Project, tool: _Tool, folder: str) -> bool:
    """Whether a package script runs the build; the one that says how the folder's own build goes runs by itself never."""
    for package in project.packages:
        for name, script in package.scripts.items():
            own = "package.json" in tool.manifests and package.dir == folder and _OWN_BUILD.fullmatch(name)
            if not own and tool.runs.search(script.text):
                return True
    return False
