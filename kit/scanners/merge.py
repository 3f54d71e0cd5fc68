"""Join what scanners say with what a check of ours says of the same thing: one finding, never two.

How an alarm that belongs to a check is told, by what the check itself said at that place (the same line, the same
instruction of a Dockerfile, the same step of a workflow):

- open: the alarm becomes further evidence of that finding, measured.
- unknown: the scanner saw what we could not; the finding fails by its word.
- pass: the two contradict each other. Ours has joined more files than the scanner has seen, the scanner knows more
  of the format: neither can be believed against the other from here. So the finding becomes unknown, which costs
  confidence and no points, and says what the scanner says, for a reader to decide.
- nothing: the alarm is a finding of the check, with the severity of the table. It is never a blocker: only what we
  have joined ourselves is certain enough for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from kit.model import At, Fact, Located, Outcome, Severity, Strength
from kit.project import Project
from kit.scanners.reported import reported
from kit.scanners.table import Place, place_of
from kit.sources.scanners.model import Alarm

_ORDER = (Outcome.FAIL, Outcome.PARTIAL, Outcome.UNKNOWN, Outcome.PASS)
_SEVERITIES = tuple(Severity)


@dataclass
class _Thing:
    """One place of the project and all alarms there."""

    at: At
    place: Place
    alarms: list[Alarm] = field(default_factory=list)


def merged(project: Project, check: str, facts: Sequence[Fact]) -> list[Fact]:
    """The facts of a check with the alarms that belong to it joined in, none told twice."""
    out = list(facts)
    alone: dict[str | At, _Thing] = {}
    for thing in _things(project, check):
        index = _same(project, out, thing)
        if index is not None:
            out[index] = _joined(out[index], thing)
        elif not (thing.place.stands and any(_passed(fact, thing) for fact in out)):
            key = thing.at if thing.place.near == "place" else thing.at.path
            alone.setdefault(key, _Thing(thing.at, thing.place)).alarms += thing.alarms
    return [*out, *map(_fact, alone.values())]


def _things(project: Project, check: str) -> Iterable[_Thing]:
    """The alarms of a check by the thing that they are about."""
    things: dict[At, _Thing] = {}
    for alarm in chain((a for each in project.scans or () for a in each.alarms), reported(project)):
        place = place_of(alarm)
        if place is not None and place.check == check and not (place.final and _left_behind(project, alarm)):
            at = _whole(project, At(alarm.path, alarm.line, alarm.end_line))
            thing = things.setdefault(at, _Thing(at, place))
            thing.alarms.append(alarm)
            thing.place = min(thing.place, place, key=lambda p: _SEVERITIES.index(p.severity))
    return things.values()


def _left_behind(project: Project, alarm: Alarm) -> bool:
    """Whether the line stands in a stage of a Dockerfile that the image is not made of."""
    for file in project.dockerfiles:
        if file.path == alarm.path and file.stages:
            kept = {i.at.line for stage in file.lineage() for i in stage.instructions}
            return any(i.at.line == alarm.line and i.at.line not in kept for s in file.stages for i in s.instructions)
    return False


def _whole(project: Project, at: At) -> At:
    """The place widened to the instruction or step that it stands in; itself elsewhere."""
    line = at.line or 1
    for first, last in _units(project, at.path):
        if first <= line <= last:
            return At(at.path, first, last)
    return at


def _units(project: Project, path: str) -> Iterator[tuple[int, int]]:
    for file in project.dockerfiles:
        if file.path == path:
            yield from (_lines(instruction) for instruction in file.instructions)
    for workflow in project.workflows:
        if workflow.path == path:
            yield from (_lines(s) for job in workflow.jobs for s in job.all_steps if s.at.path == path)


def _lines(thing: Located) -> tuple[int, int]:
    return thing.at.line or 1, thing.at.end_line or thing.at.line or 1


def _same(project: Project, facts: Sequence[Fact], thing: _Thing) -> int | None:
    """The fact about the same thing: at its place, else one about the whole file; the open ones first."""
    ranked = sorted(
        (i for i, fact in enumerate(facts) if fact.outcome in _ORDER),
        key=lambda i: _ORDER.index(facts[i].outcome),
    )
    there = (i for i in ranked if any(_overlaps(_whole(project, at), thing.at) for at in facts[i].at))
    near = (i for i in ranked if any(_covers(at, thing) for at in facts[i].at) and facts[i].outcome.open)
    return next(chain(there, near), None)


def _overlaps(one: At, other: At) -> bool:
    if one.path != other.path or one.line is None or other.line is None:
        return False
    return one.line <= (other.end_line or other.line) and other.line <= (one.end_line or one.line)


def _covers(at: At, thing: _Thing) -> bool:
    """Whether a place speaks of all of the file, or the rule of the alarm does."""
    if thing.place.near == "project":
        return True
    return at.path == thing.at.path and (at.line is None or thing.place.near == "file")


def _passed(fact: Fact, thing: _Thing) -> bool:
    return fact.outcome is Outcome.PASS and any(_covers(at, thing) for at in fact.at)


def _joined(fact: Fact, thing: _Thing) -> Fact:
    said = _said(thing)
    if fact.outcome is Outcome.PASS and thing.place.stands:
        return fact
    if fact.outcome.open:
        return replace(fact, measured=(*fact.measured, *_places(thing)))
    if fact.outcome is Outcome.UNKNOWN:
        message = f"{fact.message} {said}"
        return replace(
            fact, outcome=_outcome(thing), message=message, measured=(*fact.measured, *_places(thing)), blocks=False
        )
    message = f"{fact.message} {said} One of the two is mistaken: look at the line."
    return replace(fact, outcome=Outcome.UNKNOWN, message=message, measured=(*fact.measured, *_places(thing)))


def _fact(thing: _Thing) -> Fact:
    severity, said = thing.place.severity, _said(thing)
    places = tuple(_stands(thing))
    told = tuple(at for at in _places(thing) if at not in places)
    return Fact(_outcome(thing), said, places, severity, strength=Strength.MEASURED, measured=told, blocks=False)


def _places(thing: _Thing) -> Iterable[At]:
    """Where the alarms stand, then the lines of the reports that told them."""
    return dict.fromkeys([*_stands(thing), *(a.told for a in thing.alarms if a.told is not None)])


def _stands(thing: _Thing) -> Iterable[At]:
    return dict.fromkeys(At(a.path, a.line, a.end_line if a.end_line > a.line else None) for a in thing.alarms)


def _outcome(thing: _Thing) -> Outcome:
    """A mere note of a scanner is something left to mend, and no failure."""
    return Outcome.PARTIAL if all(a.level == "note" for a in thing.alarms) else Outcome.FAIL


def _said(thing: _Thing) -> str:
    each = dict.fromkeys(f"{a.scanner} says ({a.rule}): {a.message.rstrip('.')}." for a in thing.alarms)
    return " ".join(each)
