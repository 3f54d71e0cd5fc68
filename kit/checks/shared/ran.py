"""Facts about the commands that a params file names: each as a whole, then what its output says of files and lines."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kit.model import At, Fact, Outcome, Severity, Strength, bad, ok, partial, unknown
from kit.project import Project
from kit.sources.ran.model import CommandRun, Problem

MOST_TOLD = 50
"""So many problems of one command are findings of their own; the rest is counted."""


def ran(project: Project, area: str) -> Iterator[Fact]:
    """What came of each command of the area."""
    for run in project.ran or ():
        if run.area == area:
            yield _whole(run)
            yield from _problems(project, run)


def answered(project: Project, check: str, facts: Iterable[Fact]) -> list[Fact]:
    """The facts of a check, what is unknown among them decided by a command that the params file names for it."""
    run = next((r for r in project.ran or () if check in r.decides and r.asked), None)
    return [_decided(fact, run) if run and fact.outcome is Outcome.UNKNOWN else fact for fact in facts]


def _decided(fact: Fact, run: CommandRun) -> Fact:
    """What a command says in place of files, with its output as further evidence."""
    told = f"{run.name} answers it ({_summary(run)})." if run.holds else f"{run.name} answers it: {_failed(run)}"
    return replace(
        fact,
        outcome=Outcome.PASS if run.holds else Outcome.FAIL,
        message=f"{fact.message} {told}",
        measured=(*fact.measured, _folder(run)),
        said=console(run),
        blocks=run.required,
    )


def console(run: CommandRun) -> str:
    """The command and what it wrote, as a console shows it."""
    shown = list(run.output)
    if run.cut:
        shown.insert(_FIRST, f"… {run.cut:,} lines left out …")
    return "\n".join([f"$ {run.line}", *shown, _ending(run)])


def ending(run: CommandRun) -> str:
    """How a command came to its end, or why it was not run, in a sentence."""
    if not run.asked:
        return _not_run(run).partition(": ")[2]
    return f"{_summary(run)}." if run.holds else _failed(run)


_FIRST = 25
_SIZES = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB"))


def _whole(run: CommandRun) -> Fact:
    how = {"about": f"command {run.name}", "said": console(run), "strength": Strength.MEASURED}
    place = _folder(run)
    if not run.asked:
        return unknown(_not_run(run), place, about=how["about"])
    if not run.holds:
        return bad(f"{run.name}: {_failed(run)}", place, severity=run.severity, blocks=run.required, **how)
    if run.left:
        message = f"{run.name}: {_summary(run)}, and left {_count(run.left, 'process')} running, which were ended."
        return partial(message, place, severity=Severity.LOW, blocks=False, **how)
    return ok(f"{run.name}: {_summary(run)}.", place, **how)


def _folder(run: CommandRun) -> At:
    return At("." if run.folder in {"", "."} else posixpath.normpath(run.folder))


def _not_run(run: CommandRun) -> str:
    if run.ended == "not-asked":
        return f"{run.name}: it was not run; `readiness assess --commands` with this params file runs `{run.line}`."
    if run.ended == "interrupted":
        return f"{run.name}: it was interrupted; a run that is left to end shows it."
    return f"{run.name}: `{run.line}` cannot be started: {run.error}."


def _failed(run: CommandRun) -> str:
    if run.ended == "timed-out":
        return f"it had not ended after {run.limit:g} s and was ended, with everything that it had started."
    if run.ended == "flooded":
        return "it wrote without end and was ended."
    if run.ended == "memory":
        return f"it took more than {_size(run.memory)} of memory and was ended."
    return f"{_summary(run)}, and {run.expect} was expected."


def _summary(run: CommandRun) -> str:
    told: list[str] = []
    if tests := run.tests:
        told += [f"{n} {word}" for n, word in ((tests.passed, "passed"), (tests.failed, "failed")) if n or not told]
        told += [f"{tests.skipped} skipped"] if tests.skipped else []
    if found := len(run.problems):
        told.append(_count(found, "problem"))
    return ", ".join([*told, _code(run)])


def _code(run: CommandRun) -> str:
    if run.code is not None and run.code < 0:
        return f"ended by signal {-run.code}"
    return f"exit code {run.code}"


def _ending(run: CommandRun) -> str:
    return f"[{_code(run) if run.ended == 'exited' else run.ended.replace('-', ' ')} after {run.seconds:g} s]"


def _problems(project: Project, run: CommandRun) -> Iterator[Fact]:
    """What its output says of places that are in the project; where it held, errors are told as a tool's warnings."""
    found = [(p, at) for p in run.problems if (at := _place(project, run, p)) is not None]
    for problem, at in found[:MOST_TOLD]:
        yield _problem(run, problem, at)
    if len(found) > MOST_TOLD:
        message = f"{run.name}: {len(found) - MOST_TOLD} further problems, which its output lists."
        yield bad(message, At("."), severity=Severity.MEDIUM, strength=Strength.MEASURED, blocks=False, about=message)


def _problem(run: CommandRun, problem: Problem, at: At) -> Fact:
    rule = f" ({problem.rule})" if problem.rule else ""
    failed = problem.level == "error" and not run.holds
    return Fact(
        Outcome.FAIL if failed else Outcome.PARTIAL,
        f"{run.name}: {problem.message.rstrip('.')}{rule}.",
        (at,),
        Severity.MEDIUM if failed else Severity.LOW,
        strength=Strength.MEASURED,
        blocks=False,
    )


def _place(project: Project, run: CommandRun, problem: Problem) -> At | None:
    """The place in the project that a tool means; a name without its folder is taken where only one file has it."""
    if problem.path in project.files:
        return At(problem.path, problem.line)
    name = posixpath.basename(problem.path)
    folder = "" if run.folder in {"", "."} else f"{posixpath.normpath(run.folder)}/"
    named = [p for p in project.files.paths if p.startswith(folder) and posixpath.basename(p) == name] if name else []
    return At(named[0], problem.line) if len(named) == 1 else None


def _count(number: int, noun: str) -> str:
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def _size(size: int) -> str:
    unit, name = next(((unit, name) for unit, name in _SIZES if size >= unit), (1, "B"))
    return f"{size / unit:g} {name}"
