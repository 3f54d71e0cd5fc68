"""Does the builder take each instruction of a Dockerfile, and does it do what it says?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from kit.checks.containers.build import shell_words
from kit.checks.containers.packages import ran
from kit.checks.shared.images import images, judged
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import word_set
from kit.sources.commands.wrappers import base_name
from kit.sources.containers.dockerfile import Dockerfile
from kit.sources.containers.dockerfile_model import Copy, Instruction, Stage

_LAST_PORT = 65535
_SSH = 22
_FAILS_RARELY = word_set("echo printf cat yes true ls find sort env head tail awk sed grep : dpkg-query pwd")


@check(
    "CON-043",
    "The builder takes every instruction",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot build",
    effort_hours=0.5,
)
def instructions_are_taken(project: Project) -> Iterator[Fact]:
    """
    One instruction that the builder refuses ends the build.

    Decides: each `COPY --from` names another stage than its own, a `COPY` of several sources goes into a folder, and
    ports are numbers that there are.

    Fix: name the stage that is meant; end the target of several sources with a slash (`COPY a b ./`).

    Blind to: what variables decide.

    See: https://docs.docker.com/reference/dockerfile/#copy
    """
    for dockerfile in judged(project):
        found = [fact for stage in dockerfile.stages for fact in _refused(dockerfile, stage)]
        yield from found or (
            [ok("Every instruction is one that the builder takes.", dockerfile)] if dockerfile.stages else []
        )


def _refused(dockerfile: Dockerfile, stage: Stage) -> Iterator[Fact]:
    for copy in dockerfile.copies(stage):
        own = copy.instruction.flags.get("from", "")
        if stage.name and own.lower() == stage.name.lower() and not _earlier(dockerfile, stage):
            yield bad(f"COPY --from={own} names the stage that it stands in; there is nothing to copy from yet.", copy)
        elif len(copy.sources) > 1 and not _is_folder(copy) and not shell_words(copy):
            yield bad(f"Several files are copied to {copy.target}, which does not end with a slash.", copy)
    for instruction in stage.instructions:
        if instruction.name == "EXPOSE":
            beyond = [w for w in instruction.args if (n := re.match(r"\d{1,9}(?=/|$)", w)) and int(n[0]) > _LAST_PORT]
            if beyond:
                yield bad(f"There is no port {beyond[0].split('/')[0]}; the highest is {_LAST_PORT}.", instruction)


def _earlier(dockerfile: Dockerfile, stage: Stage) -> bool:
    names = [s.name for s in dockerfile.stages[: stage.index]]
    return (stage.name or "") in names


def _is_folder(copy: Copy) -> bool:
    words = copy.instruction.args
    target = words[-1] if words else copy.target
    return (
        target.endswith(("/", "\\", "/.")) or target in {".", ".."} or "$" in target or "<<" in copy.instruction.value
    )


@check("CON-044", "Every instruction takes effect", Severity.LOW, Clause.EXECUTION, effort_hours=0.5)
def instructions_take_effect(project: Project) -> Iterator[Fact]:
    """
    What stands in a Dockerfile and does nothing is what somebody believes to hold.

    Decides: the last `CMD`, `ENTRYPOINT` and `HEALTHCHECK` of a stage is its only one; `RUN cd` has something to do in
    its folder; what begins like a list of words is one; no two stages have one name; no pipe is handed to a program as an argument; nothing needs `sudo`, which
    few images have, in a build that is root anyway.

    Fix: take out what is overruled, write `WORKDIR` for `RUN cd`, give each stage a name of its own.

    Blind to: instructions that a base image overrules.

    See: https://docs.docker.com/reference/dockerfile/
    """
    for dockerfile in judged(project):
        lines = [f for s in dockerfile.stages for i in s.instructions if i.name == "RUN" for f in _run(i)]
        last = [f for s in dockerfile.lineage() for f in (*_overruled(s), *_no_list(s))]
        found = [*_doubled(dockerfile), *last, *lines]
        yield from found or ([ok("Every instruction takes effect.", dockerfile)] if dockerfile.stages else [])


def _doubled(dockerfile: Dockerfile) -> Iterator[Fact]:
    counted = Counter((s.name or "").lower() for s in dockerfile.stages)
    for stage in dockerfile.stages:
        name = (stage.name or "").lower()
        if name and counted[name] > 1:
            counted[name] = 0
            yield bad(
                f"Two stages are called {stage.name}; which one is meant cannot be told.",
                stage,
                severity=Severity.MEDIUM,
            )


def _overruled(stage: Stage) -> Iterator[Fact]:
    for name in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
        stated = [i for i in stage.instructions if i.name == name]
        if len(stated) > 1:
            message = f"This {name} has no effect: a later one of the same stage overrules it."
            yield bad(message, stated[0], stated[-1], severity=Severity.MEDIUM)


def _no_list(stage: Stage) -> Iterator[Fact]:
    for instruction in stage.instructions:
        if instruction.name in {"CMD", "ENTRYPOINT", "HEALTHCHECK"} and not instruction.json:
            opened = re.match(r"\[\s*[\"'][\w./-]+", instruction.body)
            if opened is not None and not instruction.body.startswith(("[ -", "[[ ")):
                shown = instruction.body.split(",")[0][:40]
                message = (
                    f"This {instruction.name} begins like a list and is none: a shell looks for the command `{shown},`."
                )
                yield bad(message, instruction, severity=Severity.HIGH)


def _run(instruction: Instruction) -> Iterator[Fact]:
    programs = [base_name(c.program) for c in ran(instruction)]
    if instruction.json and "|" in instruction.args:
        message = "The exec form has no shell: `|` is handed to the program as an argument."
        yield bad(message, instruction, severity=Severity.MEDIUM)
    elif programs and set(programs) == {"cd"}:
        yield bad("RUN cd lasts for its own instruction only; WORKDIR is what stays.", instruction)
    elif re.search(r"(?:^|[;&|(]\s*|\[\s*\")sudo\b", instruction.value):
        yield partial("sudo in a build that is root anyway; few images have it.", instruction)


@check("CON-045", "Pipes in builds fail with their first command", Severity.LOW, Clause.EXECUTION, effort_hours=0.5)
def pipes_fail(project: Project) -> Iterator[Fact]:
    """
    A shell takes the last command of a pipe for its outcome: a download that fails is unpacked as nothing, and the
    build goes on.

    Decides: a `RUN` whose pipe begins with something that may fail has `set -o pipefail`, or a `SHELL` before it does.

    Fix: `SHELL ["/bin/bash", "-o", "pipefail", "-c"]`, or download into a file first.

    Blind to: pipes in scripts that are copied in, checks of the result that follow.

    See: https://docs.docker.com/build/building/best-practices/#using-pipes
    """
    for dockerfile in judged(project):
        for stage in dockerfile.stages:
            held = False
            for instruction in stage.instructions:
                held = "pipefail" in instruction.value if instruction.name == "SHELL" else held
                if instruction.name == "RUN" and not instruction.json:
                    yield from _pipe(instruction, held)


def _pipe(instruction: Instruction, held: bool) -> Iterator[Fact]:
    piped = [c for c in ran(instruction) if c.piped and not c.substituted and not c.guarded]
    risky = [c for c in piped if base_name(c.program) not in _FAILS_RARELY]
    if held or "pipefail" in instruction.value:
        if piped:
            yield ok("A pipe fails with its first command.", instruction)
    elif risky:
        name = base_name(risky[0].program)
        yield bad(f"When {name} fails, the build goes on: the pipe has the outcome of its last command.", instruction)


@check("CON-046", "No container is entered by SSH", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=1)
def no_ssh(project: Project) -> Iterator[Fact]:
    """
    An SSH server in a container is a second way in, with keys and users of its own that nobody rotates or logs.

    Decides: `EXPOSE` of port 22 in each image that is built.

    Fix: take the SSH server out; `docker exec` and `kubectl exec` lead in where that is needed.

    Blind to: servers on other ports.

    See: https://docs.docker.com/build/building/best-practices/#decouple-applications
    """
    for image in images(project):
        for port in image.dockerfile.exposed(image.stage):
            if port.number == _SSH:
                yield bad(f"{image.name}: port 22 is exposed; containers are not entered by SSH.", port)
        if image.dockerfile.exposed(image.stage) and not any(
            p.number == _SSH for p in image.dockerfile.exposed(image.stage)
        ):
            yield ok(f"{image.name}: no SSH port is exposed.", image.stage)
