"""What every section is put together from: headings by key, what holds, what is open, boxes, entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kit.model import AREAS, Finding, Outcome
from kit.report.alike import Alike, gathered
from kit.report.blocks import Block, Cell, Checklist, Item, Listing, Mark, Notice, Place, Ref, State, Table, columns
from kit.report.document import Section
from kit.report.sections.material import Material, Standing, outcome_of
from kit.report.sections.topics import CORE, TOPICS
from kit.report.tables import severity_mark, wheres
from kit.report.texts import filled, text, texts
from kit.report.words import at, count, listed

MOST_PLACES = 3
MOST_HELD = 15

_GRADES = ["critical", "high", "medium", "low"]

_STATES: dict[str, State] = {
    "pass": "done",
    "partial": "partly",
    "fail": "open",
    "unknown": "unknown",
    "error": "unknown",
    "not_applicable": "not_applicable",
}


def section(
    key: str,
    *blocks: Block | None,
    sections: Iterable[Section] = (),
    status: str = "",
    note: str = "",
    folded: bool = False,
    **values: object,
) -> Section:
    """A section whose title is the text of the key, filled in with `values`; its id is made of the key."""
    kept = tuple(block for block in blocks if block is not None)
    return Section(key.replace(".", "-"), text(key, **values), kept, tuple(sections), status, note, folded)


def nothing(key: str, **values: object) -> Notice:
    """Said where there is no evidence: what is missing, and what would supply it."""
    what, fill = texts(f"empty.{key}")
    return Notice(filled(fill, **values), tone="empty", title=filled(what, **values))


def joined(groups: Mapping[str, Sequence[str]], keys: Iterable[str]) -> str:
    """Which areas each group joins whose name says less: a group's score is not that of an area of the same name."""
    told = [
        text("numbers.joined", group=text(f"groups.{key}"), areas=", ".join(AREAS[area][1] for area in groups[key]))
        for key in keys
        if len(groups[key]) > 1
    ]
    return text("numbers.groups", groups="; ".join(told)) if told else ""


def group_name(key: str, areas: Sequence[str]) -> str:
    """A group's name beside figures: one that an area has too says what else the group joins."""
    name, titles = text(f"groups.{key}"), [AREAS[area][1] for area in areas]
    others = [title for title in titles if title != name]
    if not others or name not in {title for _, title in AREAS.values()}:
        return name
    return text("numbers.with", group=name, areas=listed(others, len(others)))


def heads(*names: str) -> tuple[str, ...]:
    """Names of columns by their keys."""
    return tuple(text(f"columns.{name}") for name in names)


def held(standings: Sequence[Standing]) -> Block:
    """What holds, check by check, with how many things were examined; what holds in part comes last."""
    whole = _weightiest(s for s in standings if s.held and not s.open)
    return _held_listing([*whole, *(s for s in standings if s.held and s.open)])


def wholly_held(standings: Sequence[Standing]) -> Block:
    """What holds without exception, the weightiest checks first."""
    return _held_listing(_weightiest(s for s in standings if s.held and not s.open))


def _held_listing(found: Sequence[Standing]) -> Block:
    if not found:
        return nothing("strengths")
    rest = len(found) - MOST_HELD
    more = (text("standing.more", count=rest),) if rest > 0 else ()
    return Listing((*(_held(s) for s in found[:MOST_HELD]), *more))


def _weightiest(standings: Iterable[Standing]) -> list[Standing]:
    return sorted(standings, key=lambda s: _GRADES.index(s.held[0].severity))


def missing(standings: Sequence[Standing], *, most: int | None = None) -> Block:
    """What is open, the gravest check first, each with the first places; beyond `most` checks, how many more."""
    rows = tuple(_missing(s) for s in gravest_first(s for s in standings if s.open))
    if not rows:
        return Notice(text("standing.none-open"), tone="pass")
    rest = len(rows) - most if most is not None else 0
    note = text("page.more", number=rest) if rest > 0 else ""
    table = columns(*heads("question", "severity", "seen", "where"))
    return Table(text("standing.caption-open", count=count(len(rows), "check")), table, rows[:most], note)


def unseen(standings: Sequence[Standing]) -> Listing | None:
    """What could not be seen, check by check; None where all was decided."""
    found = [s for s in standings if s.unseen and not s.open]
    rows = tuple(_check_ref(s, _unseen(s)) for s in found)
    return Listing(rows, caption=text("standing.caption-unseen")) if rows else None


def _unseen(standing: Standing) -> str:
    more = len(standing.unseen) - 1
    values = {"title": standing.title, "seen": standing.unseen[0].message, "count": more}
    return text("standing.unseen-more" if more else "standing.unseen", **values)


def actions(material: Material, standings: Sequence[Standing], *, ordered: bool = True) -> Block | None:
    """The fix of each check that is open, the gravest first, with its effort; None where nothing is open."""
    steps = {step.check: step for step in material.assessment.plan.steps}
    found = [s for s in gravest_first(s for s in standings if s.open) if s.check in steps]
    rows = tuple(_action(s, steps[s.check].hours) for s in found[:MOST_HELD])
    rest = len(found) - MOST_HELD
    more = (text("phases.more", count=rest),) if rest > 0 else ()
    return Listing((*rows, *more), ordered=ordered, caption=text("standing.action")) if rows else None


def _action(standing: Standing, spent: float) -> Ref:
    """What is mended, then how, then how long it takes."""
    values = {"title": standing.title, "fix": fix_of(standing.open[0]), "hours": f"{spent:g}"}
    return _check_ref(standing, text("standing.effort", **values))


def boxes(standings: Iterable[Standing], caption: str = "") -> Block:
    """A checklist of checks, ticked by what was found."""
    items = tuple(box(s) for s in standings if s.outcome != "not_applicable")
    return Checklist(caption, items) if items else nothing("open")


def box(standing: Standing) -> Item:
    """A check as a box: done where all that was examined holds."""
    return Item(standing.title, _state(standing), _box_note(standing), tuple(_places(standing)))


def _state(standing: Standing) -> State:
    """Open where nothing of it holds, whatever its severity; partly where something does."""
    if not standing.open:
        return _STATES[standing.outcome]
    wholly = not standing.held and any(f.outcome is Outcome.FAIL for f in standing.open)
    return "open" if wholly else "partly"


def topic_box(material: Material, topic: str) -> Item:
    """A topic as a box, with the checks that hold it back."""
    opened = [s for s in material.of_checks(TOPICS[topic]) if s.open]
    refs = tuple(Ref(f"check-{s.check}", s.check) for s in gravest_first(opened)[:MOST_PLACES])
    state = _STATES[topic_outcome(material, topic)]
    return Item(text(f"topics.{topic}"), state, _topic_note(material, topic), refs)


def topic_outcome(material: Material, topic: str) -> str:
    """What a topic comes to by all checks that speak to it."""
    return outcome_about(material, topic, material.of_checks(TOPICS[topic]))


def outcome_about(material: Material, topic: str, standings: Sequence[Standing]) -> str:
    """What some checks of a topic come to: what holds beside its question does not answer it, and what the system
    raises is not seen where no check decides it."""
    outcome = outcome_of(standings)
    if outcome == "not_applicable" and topic in material.raised:
        return "unknown"
    core = CORE.get(topic, frozenset())
    answered = not core or any(s.held for s in standings if s.check in core)
    return "unknown" if outcome == "pass" and not answered else outcome


def topics_table(material: Material, caption: str, topics: Iterable[str]) -> Table:
    """Topics as rows: outcome, and what holds or is missing in each."""
    rows = tuple(_topic_row(material, topic) for topic in topics)
    return Table(caption, columns(*heads("aspect", "status", "detail")), rows)


def findings_rows(found: Sequence[Finding], caption: str, *, most: int | None = None) -> Table:
    """Findings with their grade, what was seen and where, those that are alike in one row; beyond `most` rows, how many
    more findings there are."""
    told = gathered(found, lambda f: (f.check, f.severity, f.blocker), lambda f: f.message)
    rest = sum(len(row.items) for row in told[most:]) if most is not None else 0
    note = text("page.more", number=rest) if rest > 0 else ""
    rows = tuple(_findings_row(row) for row in told[:most])
    return Table(caption, columns(*heads("check", "severity", "seen", "where")), rows, note)


def _findings_row(row: Alike[Finding]) -> tuple[Cell, ...]:
    """One finding by its number, several by their check."""
    first = row.items[0]
    target = f"finding-{first.fingerprint}" if len(row.items) == 1 else f"check-{first.check}"
    place = Place(at(first)) if len(row.items) == 1 else wheres(row.items)
    return (Ref(target, first.check), severity_mark(first), row.message, place)


def gravest_first(standings: Iterable[Standing]) -> list[Standing]:
    """By their gravest open finding, blockers before all."""
    return sorted(standings, key=lambda s: (not any(f.blocker for f in s.open), _GRADES.index(s.open[0].severity)))


def fix_of(finding: Finding) -> str:
    """The finding's fix with a large first letter and no full stop at its end."""
    return (finding.fix[:1].upper() + finding.fix[1:]).rstrip(". ")


def defect(standing: Standing) -> str:
    """What does not hold in a check that is open: its gravest finding in its own words, and how many more."""
    words = standing.open[0].message.rstrip(".")
    more = len(standing.open) - 1
    return f"{words} ({text('standing.others', count=more)})" if more else words


def _held(standing: Standing) -> Ref:
    values = {"title": standing.title, "held": len(standing.held), "count": standing.examined}
    key = "standing.held-part" if standing.open else "standing.held"
    unseen = f", {text('standing.not-seen', count=len(standing.unseen))}" if standing.unseen else ""
    return _check_ref(standing, f"{text(key, **values)}{unseen}")


def _missing(standing: Standing) -> tuple[Cell, ...]:
    first = standing.open[0]
    more = len(standing.open) - 1
    seen = first.message if not more else f"{first.message} {text('standing.others', count=more)}"
    return (Ref(f"finding-{first.fingerprint}", standing.title), severity_mark(first), seen, Place(at(first)))


def _check_ref(standing: Standing, words: str) -> Ref:
    return Ref(f"check-{standing.check}", words)


def _box_note(standing: Standing) -> str:
    if standing.open:
        return text("checklist.of", open=len(standing.open), count=standing.examined)
    if standing.held:
        unseen = f"; {text('standing.not-seen', count=len(standing.unseen))}" if standing.unseen else ""
        return f"{text('checklist.held', count=standing.examined)}{unseen}"
    return standing.unseen[0].message if standing.unseen else ""


def _places(standing: Standing) -> Iterable[Cell]:
    for finding in standing.open[:MOST_PLACES]:
        place = at(finding)
        yield Ref(f"finding-{finding.fingerprint}", standing.check if place in {"", "."} else place)


def _topic_row(material: Material, topic: str) -> tuple[Cell, ...]:
    return (text(f"topics.{topic}"), Mark(topic_outcome(material, topic)), _topic_note(material, topic))


def _topic_note(material: Material, topic: str) -> str:
    """What is missing, or else what holds, or else why nothing is known."""
    standings = material.of_checks(TOPICS[topic])
    opened = gravest_first(s for s in standings if s.open)
    if opened:
        return "; ".join(defect(s) for s in opened[:MOST_PLACES])
    good = sorted((s for s in standings if s.held), key=lambda s: s.check not in CORE[topic])
    titles, outcome = "; ".join(s.title for s in good[:MOST_PLACES]), topic_outcome(material, topic)
    if titles and outcome == "unknown":
        return text("checklist.beside", held=titles)
    return titles or undecided(outcome)


def undecided(outcome: str) -> str:
    """Why nothing is known of a topic: nothing of its kind is there, or nothing that is there tells."""
    return text("checklist.undecided" if outcome == "not_applicable" else "checklist.unseen")


def graded(material: Material) -> str:
    """How many blockers, and how many critical and high findings beside them, are open, in words."""
    criticals = sum(f.severity == "critical" and not f.blocker for f in material.open)
    highs = sum(f.severity == "high" and not f.blocker for f in material.open)
    blockers = len(material.assessment.blockers)
    return text(
        "summary.grave",
        blockers=count(blockers, "hard blocker"),
        critical=count(criticals, "further critical finding" if blockers else "critical finding"),
        high=count(highs, "high finding"),
    )
