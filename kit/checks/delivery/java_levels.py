"""Is the Java of an image as new as the one that the code is compiled for?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.shared.texts import at_offset
from kit.model import At, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.sources.containers.dockerfile import Dockerfile
from kit.sources.containers.dockerfile_model import Stage

_JAVA = re.compile(
    r"(?:openjdk|eclipse-temurin|amazoncorretto|ibm-semeru-runtimes|sapmachine|zulu-openjdk(?:-alpine)?|liberica-open\w+):"
    r"(?:open-)?(?P<tag>\d{1,2})(?=[.\-_]|@|$)"
    r"|(?:maven|gradle):[\w.-]{0,40}?(?:jdk|temurin|openjdk|corretto|zulu)-?(?P<of>\d{1,2})(?=[.\-_]|@|$)"
    r"|distroless/java(?P<named>\d{1,2})\b"
)
_WANTED = (
    (
        "pom.xml",
        re.compile(
            r"<(?:maven\.compiler\.(?:release|target)|java\.version|release|target)>\s{0,20}(?P<level>1\.8|\d{1,2})\s{0,20}</"
        ),
    ),
    (
        "build.gradle",
        re.compile(
            r"(?:source|target)Compatibility\s{0,4}=?\s{0,4}(?:JavaVersion\.VERSION_|[\"'])?(?P<level>1[._]8|\d{1,2})\b"
            r"|jvmTarget\s{0,4}=\s{0,4}(?:JvmTarget\.JVM_|[\"'])(?P<target>1\.8|\d{1,2})\b"
            r"|JavaLanguageVersion\.of\(\s{0,4}(?P<tool>\d{1,2})\s{0,4}\)"
        ),
    ),
)

_COMMENT = re.compile(r"<!--(?:[^-]|-(?!->)){0,4000}-->")


def java_levels(project: Project, dockerfile: Dockerfile) -> Iterator[Fact]:
    """What the stages of an image stand on, against what the build file beside the Dockerfile compiles for."""
    wanted = _wanted(project, posixpath.dirname(dockerfile.path))
    if wanted is None:
        return
    level, at, downloads = wanted
    older: list[tuple[Stage, int, bool]] = []
    for stage in dockerfile.stages:
        found = _JAVA.search(stage.image) if stage.base_stage is None else None
        if found is None:
            continue
        has = int(found["tag"] or found["of"] or found["named"])
        builds = any(re.search(r"\bmvnw?\b|\bgradlew?\b", i.value) for i in stage.instructions if i.name == "RUN")
        if has >= level:
            yield ok(f"{at.path} compiles for Java {level}; the image has {has}.", stage, at)
        elif not (builds and downloads):
            older.append((stage, has, builds))
    if older:
        _, has, builds = older[0]
        says = "it does not compile" if builds else "the program does not start"
        message = f"{at.path} compiles for Java {level}; the image has {has}: {says}."
        yield bad(message, *(stage for stage, _, _ in older), at, severity=Severity.HIGH)


def _wanted(project: Project, folder: str) -> tuple[int, At, bool] | None:
    """The level of Java that a folder's build file compiles for, where it says so, and whether it brings its own compiler."""
    for name, pattern in _WANTED:
        for path in (posixpath.join(folder, name), posixpath.join(folder, f"{name}.kts")):
            text = project.files.text(path) if project.files.exists(path) else ""
            judged = text and project.files.class_of(path) is FileClass.PRODUCTION
            found = pattern.search(_COMMENT.sub(_blank, text)) if judged else None
            if found is not None:
                said = next(value for value in found.groups() if value)
                level = int(re.sub(r"^1[._]", "", said)) if said.startswith(("1.", "1_")) else int(said)
                return level, at_offset(path, text, found.start()), "JavaLanguageVersion" in text
    return None


def _blank(comment: re.Match[str]) -> str:
    """As many lines and signs as the comment has, so that what follows keeps its place."""
    return re.sub(r"[^\n]", " ", comment[0])
