"""Releases: "PostgreSQL 16", "Node.js >= 18", "postgres:15-alpine", against images, manifests and engines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.catalogue import Product
from kit.claims.ground import Ground
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At
from kit.sources.packages.model import plain_name

_RELEASE = re.compile(
    r"^[\s:(v*`]{0,4}(?:version\s*)?(?P<how>≥|>=|~|\^)?\s*v?(?P<number>\d{1,3}(?:\.(?:\d{1,4}|x)){0,2})(?P<plus>\+|\s+or (?:later|newer|above))?"
    r"(?![\w%./-]|\s*(?:%|GB|MB|KB|ms|s\b|min|hour|day|users?|replicas?|instances?|services?|nodes?|tables?|connections?|workers?|files?|tests?))"
)
_IMAGE = re.compile(
    r"(?<![\w/.-])(?P<name>[a-z][a-z0-9._/-]{1,60}):(?P<tag>(?:v?\d|latest|alpine|stable)[\w.-]{0,40}(?<=\w))(?![\w/])"
)
_TROUBLE = re.compile(r"\b(?:failed|fails|incompatib\w+|compatibility issues?|unsupported|deprecated)\b", re.IGNORECASE)
"""A release that something does not work with is not one that is said to be used."""
_RUNTIMES = re.compile(r"\b(?P<what>node(?:\.?js)?|python|go(?:lang)?|java|jdk)\b", re.IGNORECASE)
_TAGGED = {
    "node": ("node",),
    "python": ("python",),
    "go": ("golang",),
    "java": ("eclipse-temurin", "openjdk", "amazoncorretto"),
}


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each image with a tag, and for each runtime with a release, that a statement names."""
    if statement.kind == "code" or _TROUBLE.search(statement.text):
        return
    for found in _IMAGE.finditer(statement.text):
        answer = _image(found["name"], found["tag"], ground)
        if answer is not None:
            yield answer
    for found in _RUNTIMES.finditer(statement.text):
        said = release_said(statement.text, found.end())
        if said is not None:
            what = found["what"].lower()
            kind = (
                "node"
                if what.startswith("node")
                else "java"
                if what in {"java", "jdk"}
                else "go"
                if what.startswith("go")
                else "python"
            )
            yield from _runtime(kind, said, ground)


def release_said(text: str, end: int) -> tuple[str, bool] | None:
    """The release right behind a name, and whether later ones are meant too."""
    found = _RELEASE.match(text[end : end + 40])
    if found is None:
        return None
    return found["number"].rstrip(".x").rstrip("."), bool(found["plus"] or found["how"] in {"≥", ">="})


def same_release(
    product: Product, said: tuple[str, bool], ground: Ground, about: str, *, decisive: bool
) -> Answer | None:
    """Whether the images and packages of a product are of the release that is said; None where nothing tells."""
    found = [(tag, at) for name, tag, at in ground.images if name in product.images and re.match(r"v?\d", tag)]
    if found:
        return _compared(product.name, said, found, ground, about, decisive=decisive)
    named = next((n for n in product.packages if ground.dependencies.get(plain_name(n))), None)
    if named is None:
        return None
    specs = [(d.spec, d.at) for _, d in ground.dependencies[plain_name(named)]]
    answers = [
        _compared(product.name, said, known, ground, about, decisive=decisive)
        for known in (specs, list(ground.installed(named)))
    ]
    return _of_package(product, named, answers)


def _of_package(product: Product, named: str, answers: list[Answer | None]) -> Answer | None:
    """One answer from what a manifest asks for and from what is installed: a report may mean either."""
    told = [answer for answer in answers if answer is not None]
    right = next((answer for answer in told if answer.verdict is Verdict.CONFIRMED), None)
    if right is not None or not told:
        return right
    own = plain_name(named) in {plain_name(product.name), plain_name(product.packages[0])}
    # The adapter of a product has releases of its own, and a library may be of the release that it is called by.
    return told[-1] if own and len(told) == len(answers) else None


def _runtime(kind: str, said: tuple[str, bool], ground: Ground) -> Iterator[Answer]:
    found: list[tuple[str, At]] = [
        (tag, at) for name, tag, at in ground.images if name in _TAGGED[kind] and re.match(r"v?\d", tag)
    ]
    for package in ground.project.packages:
        if package.path in ground.production and kind in package.engines:
            node = package.node.get("engines", kind) if package.node is not None else None
            found.append((package.engines[kind], node.at if node is not None else package.at))
    if kind == "node":
        found += [
            (f.runtime.removeprefix("nodejs"), f.at)
            for s in ground.project.serverless
            for f in s.functions
            if f.runtime and f.runtime.startswith("nodejs")
        ]
        found += [
            (text, At(path, 1))
            for path in ground.files.named(".nvmrc", ".node-version")
            if (text := ground.files.text(path).strip())
        ]
    if kind == "python":
        found += [
            (text, At(path, 1))
            for path in ground.files.named(".python-version", "runtime.txt")
            if (text := ground.files.text(path).strip())
        ]
    answer = _compared(
        {"node": "Node.js", "python": "Python", "go": "Go", "java": "Java"}[kind],
        said,
        found,
        ground,
        f"release of {kind}",
        decisive=True,
    )
    if answer is not None:
        yield answer


def _compared(
    name: str, said: tuple[str, bool], found: list[tuple[str, At]], ground: Ground, about: str, *, decisive: bool
) -> Answer | None:
    known = [(release, at) for text, at in found if (release := _numbers(text))]
    if not known:
        return None
    wanted, later = _numbers(said[0]), said[1]
    same = [(release, at) for release, at in known if release[: len(wanted)] == wanted or (later and release >= wanted)]
    shown = ", ".join(dict.fromkeys(".".join(map(str, release)) for release, _ in known))
    if same:
        reason = f"{name} is {shown} here; said is {said[0]}{'+' if later else ''}."
        return Answer(
            Verdict.CONFIRMED,
            reason,
            ground.evidence(at for _, at in same),
            about=about,
            decisive=decisive,
            exists=True,
        )
    if len({release[: len(wanted)] for release, _ in known}) > 1:
        return None
    if any(wanted[: len(release)] == release for release, _ in known):
        return None
    reason = f"{name} is {shown} here, not {said[0]}{'+' if later else ''}."
    return Answer(
        Verdict.REFUTED, reason, ground.evidence(at for _, at in known), about=about, decisive=True, exists=True
    )


def _numbers(text: str) -> tuple[int, ...]:
    found = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _image(name: str, tag: str, ground: Ground) -> Answer | None:
    base = "/".join(name.split("/")[-2:]) if "/" in name else name
    tags = [(t, at) for n, t, at in ground.images if n in (base, base.rpartition("/")[2])]
    about = f"image {name}"
    if not tags:
        return None
    same = [at for t, at in tags if t == tag or (tag == "latest" and not t)]
    if same:
        return Answer(Verdict.CONFIRMED, f"{name}:{tag} is run or built upon.", ground.evidence(same), about=about)
    shown = ", ".join(dict.fromkeys(t or "no tag" for t, _ in tags))
    return Answer(
        Verdict.REFUTED, f"{name} is {shown} here, not {tag}.", ground.evidence(at for _, at in tags), about=about
    )
