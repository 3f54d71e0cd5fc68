"""Where pipelines, scripts and tools build images: which Dockerfile, from which folder, under which name."""

from __future__ import annotations

import itertools
import math
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.pipelines.model import literals

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.commands.command import Command
    from kit.sources.formats.nodes import Node
    from kit.sources.pipelines.model import Job, Step

Row = dict[str, str]
MAX_RUNS = 64
_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w.-]+)\s*\}\}")
_METADATA_TAGS = re.compile(r"\$\{\{\s*steps\.([\w-]+)\.outputs\.tags\s*\}\}")
_VARIABLE = re.compile(r"\$\{\{\s*env\.(\w+)\s*\}\}|\$\{(\w+)\}|\$(\w+)")


@dataclass(frozen=True, slots=True)
class ImageBuild:
    """A build of an image. Paths are relative to the root; `images` as written; `dockerfile` None where it cannot
    be told."""

    dockerfile: str | None
    context: str | None
    target: str | None
    images: tuple[str, ...]
    at: At
    pushes: bool
    workflow: str | None = None


def image_builds(project: Project) -> tuple[ImageBuild, ...]:
    """Every image build that a pipeline, script, Makefile or skaffold file of the project does."""
    found: list[ImageBuild] = []
    for workflow in project.workflows:
        for job in workflow.jobs:
            rows = _rows(job)
            named = _named_by_metadata(job)
            made = [b for step in job.all_steps for b in _of_action(step, workflow.path, rows, named)]
            # one build step and one push step make a push as one step of both does
            made.extend(_of_commands(_each(job.commands, rows), workflow.path))
            known = literals(workflow.env, job.env, *(step.env for step in job.all_steps))
            found.extend(replace(b, images=tuple(_filled(image, known) for image in b.images)) for b in made)
    for script in project.scripts:
        found.extend(_of_commands(script.commands, None))
    for makefile in project.makefiles:
        for target in makefile.targets.values():
            found.extend(_of_commands(target.commands, None))
    found.extend(_of_skaffold(project))
    return tuple(found)


def _filled(image: str, known: Mapping[str, str]) -> str:
    """The image's name with the variables filled in that the pipeline sets to constants."""

    def value(found: re.Match[str]) -> str:
        return known.get(found[1] or found[2] or found[3], found[0])

    return _VARIABLE.sub(value, image)


def _rows(job: Job) -> tuple[Row, ...]:
    """What the matrix of a job gives, run by run; one run without values where it has none that can be read."""
    matrix = job.node.get("strategy", "matrix")
    lists = {name: list(node.each("*")) for name, node in matrix.items()} if matrix is not None else {}
    more = [_flat(node) for node in lists.pop("include", ())]
    lists.pop("exclude", None)
    sizes = [len(values) for values in lists.values()]
    if math.prod(sizes) * max(len(more), 1) > MAX_RUNS:
        return ({},)
    runs = [dict(zip(lists, run, strict=True)) for run in itertools.product(*lists.values())] if lists else []
    rows: list[Row] = [dict(pair for n, v in run.items() for pair in _flat(v, f"{n}.").items()) for run in runs]
    return tuple([*rows, *more] or [{}])


def _flat(node: Node, prefix: str = "") -> Row:
    """The scalars below a value of a matrix by their names: `matrix.x` of a scalar, `matrix.x.y` of a mapping."""
    inner = {f"{prefix}{name}": value.text for name, value in node.items() if value.text}
    return inner or ({prefix.rstrip("."): node.text} if prefix and node.text else {})


def _each(commands: Iterable[Command], rows: Iterable[Row]) -> Iterator[Command]:
    """The commands as each run of the matrix has them; those that take nothing of it once."""
    for command in commands:
        given = dict.fromkeys(tuple(_run(arg, row) for arg in command.args) for row in rows)
        yield from (replace(command, args=args) for args in given)


def _run(text: str, row: Row) -> str:
    return _MATRIX.sub(lambda found: row.get(found[1], found[0]), text)


def _named_by_metadata(job: Job) -> dict[str, list[str]]:
    """The names that each step of docker/metadata-action makes tags for, by the step's id."""
    named: dict[str, list[str]] = {}
    for step in job.all_steps:
        id_, images = step.node.get("id"), step.inputs.get("images") if step.inputs is not None else None
        if step.uses and "metadata-action" in step.uses and id_ is not None and images is not None:
            lines = (line.split(",")[0].strip().removeprefix("name=") for line in images.text.splitlines())
            named[id_.text] = [line for line in lines if line]
    return named


def _of_action(step: Step, workflow: str, rows: Iterable[Row], named: Mapping[str, list[str]]) -> Iterator[ImageBuild]:
    if not step.uses or not step.uses.startswith(("docker/build-push-action", "depot/build-push-action")):
        return

    def tagged(found: re.Match[str]) -> str:
        return "\n".join(f"{name}:{found[0]}" for name in named.get(found[1], ())) or found[0]

    texts = {key: node.text for key, node in step.inputs.items()} if step.inputs is not None else {}
    texts["tags"] = _METADATA_TAGS.sub(tagged, texts.get("tags", ""))
    for given in _unique({key: _run(text, row) for key, text in texts.items()} for row in rows):
        yield _given(step, given, workflow)


def _unique(rows: Iterable[Row]) -> list[Row]:
    """Each of them once, in their order."""
    return [dict(row) for row in dict.fromkeys(tuple(row.items()) for row in rows)]


def _given(step: Step, given: Row, workflow: str) -> ImageBuild:
    context = _local(given.get("context", "."))
    file = given.get("file")
    dockerfile = _local(file) if file else _joined(context, "Dockerfile")
    tags = tuple(t.strip() for t in given.get("tags", "").replace(",", "\n").splitlines() if t.strip())
    pushes = given.get("push", "false").lower() != "false" or "type=registry" in given.get("outputs", "")
    return ImageBuild(dockerfile, context, given.get("target") or None, tags, step.at, pushes, workflow)


def _of_commands(commands: Iterable[Command], workflow: str | None) -> Iterator[ImageBuild]:
    kept = list(commands)
    pushed = any(c.program == "docker" and "push" in c.args[:2] for c in kept)
    for command in kept:
        words = list(command.args)
        if command.program not in {"docker", "podman", "buildah"} or not words:
            continue
        if words[:2] in (["buildx", "build"], ["image", "build"]):
            words = words[1:]
        if words[0] in {"build", "bud"}:
            yield _of_words(command, words[1:], workflow, pushed=pushed or "--push" in words)


def _of_words(command: Command, words: list[str], workflow: str | None, *, pushed: bool) -> ImageBuild:
    file, target, context, tags = None, None, None, []
    position = 0
    while position < len(words):
        name, equals, value = words[position].partition("=")
        if not name.startswith("-"):
            context = words[position]
        elif name in _VALUED:
            if not equals:
                position += 1
                value = words[position] if position < len(words) else ""
            file = value if name in {"-f", "--file"} else file
            target = value if name == "--target" else target
            tags += [value] if name in {"-t", "--tag"} else []
        position += 1
    folder = _inside(command.directory, context or ".")
    dockerfile = _inside(command.directory, file) if file else _joined(folder, "Dockerfile")
    return ImageBuild(dockerfile, folder, target, tuple(tags), command.at, pushed, workflow)


_VALUED = {
    "-f", "--file", "-t", "--tag", "--target", "--build-arg", "--platform", "--cache-from", "--cache-to", "--label",
    "--network", "--secret", "--ssh", "-o", "--output", "--progress", "--build-context", "--builder", "--metadata-file",
    "--iidfile", "-m", "--memory", "--add-host", "--annotation", "--attest",
}  # fmt: skip


def _of_skaffold(project: Project) -> Iterator[ImageBuild]:
    for path in project.files.named("skaffold.yaml", "skaffold.yml"):
        folder = posixpath.dirname(path) or "."
        document = project.documents.get(path)
        artifacts = (
            *document.each("build", "artifacts", "*"),
            *document.each("profiles", "*", "build", "artifacts", "*"),
        )
        for artifact in artifacts:
            image, context = artifact.get("image"), artifact.get("context")
            file = artifact.get("docker", "dockerfile")
            place = _inside(folder, context.text if context is not None else ".")
            dockerfile = _joined(place, file.text if file is not None else "Dockerfile")
            yield ImageBuild(dockerfile, place, None, (image.text,) if image is not None else (), artifact.at, True)


def _local(path: str) -> str | None:
    return None if "$" in path or "://" in path else posixpath.normpath(path)


def _inside(folder: str | None, path: str) -> str | None:
    if folder is None or "$" in path or path == "-" or "://" in path:
        return None
    inner = posixpath.normpath(posixpath.join(folder, path))
    return None if inner.startswith(("..", "/")) else inner


def _joined(folder: str | None, name: str) -> str | None:
    return None if folder is None or "$" in name else posixpath.normpath(posixpath.join(folder, name))
