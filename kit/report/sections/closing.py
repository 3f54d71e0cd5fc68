"""How a report ends: the call per environment, the checklist before and after, sign-off."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kit.judgement.assessment import AreaResult
from kit.judgement.reach import SCORED
from kit.judgement.verdict import Reason
from kit.model import Outcome, Severity
from kit.report.blocks import Block, Checklist, Item, Listing, Mark, Prose, Ref, Table, columns
from kit.report.sections.basics import box, findings_rows, graded, gravest_first, heads, nothing
from kit.report.sections.entries import entries
from kit.report.sections.material import Material, Standing
from kit.report.sections.planning import level
from kit.report.texts import text
from kit.report.words import at, listed, sentence

MOST_REASONS = 8
MOST_EXTREMES = 3
LEAST_PRAISED = 5
"""Things decided in an area that may be called strong."""
MOST_CARDS = 8
MOST_ROWS = 20
_KEY = {"GO": "go", "CONDITIONAL": "conditional", "NO-GO": "no-go"}


def call(material: Material, environment: str) -> str:
    """The verdict of an environment as an order: "DO NOT DEPLOY to production until ..."."""
    verdict = material.assessment.environments[environment]
    return text(f"verdict.do-{_KEY[verdict.verdict]}", environment=environment)


def calls(material: Material) -> Prose:
    """The verdict of each environment as an order, and what it would take."""
    return Prose(tuple(call(material, name) for name in reversed(list(material.assessment.environments))))


def authorization(material: Material) -> str:
    """Approved, on conditions or not, for the strictest environment."""
    verdict = material.assessment.environments[material.assessment.strictest].verdict
    word = {"GO": "approved", "CONDITIONAL": "on-conditions", "NO-GO": "not-approved"}[verdict]
    return text(f"verdict.{word}")


def summary(material: Material) -> Prose:
    """What was examined and what it came to, in a few sentences."""
    a = material.assessment
    counted = {o: sum(area.counts[o] for area in a.areas) for o in ("pass", "partial", "fail", "unknown")}
    stands = text(
        "summary.stands",
        held=counted["pass"],
        decided=counted["pass"] + counted["partial"] + counted["fail"],
        partly=counted["partial"],
        failed=counted["fail"],
        unseen=counted["unknown"],
    )
    risk = text("summary.risk", risk=f"{a.risk_score:.1f}", level=level(a.risk_score).lower())
    return Prose((stands, f"{sentence(graded(material))} {risk}", _extremes(material)))


def reasons(material: Material, environment: str) -> Block:
    """Why the verdict of an environment is not better."""
    verdict = material.assessment.environments[environment]
    rows = tuple(Mark(r.verdict, r.text) for r in verdict.reasons)
    return Listing(rows, caption=text("verdict.reasons")) if rows else Prose((text("verdict.nothing-open"),))


def conditions(material: Material, environment: str) -> Block:
    """What must be so before an environment may be deployed to: the checks behind the verdict's reasons. All that is
    open stands behind a number that is too low; the number itself is the condition then."""
    verdict = material.assessment.environments[environment]
    gates = {g.id: g.when.kind for g in material.assessment.policy.environments[environment].gates}
    numbers = [r for r in verdict.reasons if gates.get(r.gate) in SCORED]
    wanted = {f for r in verdict.reasons if r not in numbers for f in r.findings}
    found = [f for f in material.open if f.fingerprint in wanted]
    checks = list(dict.fromkeys(f.check for f in found))
    rows = [Ref(f"check-{c}", _condition(material.standings[c])) for c in checks if c in material.standings]
    rest = len(rows) - MOST_REASONS
    more = (text("phases.more", count=rest),) if rest > 0 else ()
    if not verdict.reasons:
        return Prose((text("verdict.nothing-open"),))
    met = tuple(_reached(material, environment, r) for r in numbers)
    return Listing((*rows[:MOST_REASONS], *more, *met), ordered=True)


def must(material: Material) -> tuple[Block, ...]:
    """What must be done before the strictest environment may be gone live in: what decides in full, what is a condition
    beside it as rows; conditions alone in full, as many as can be read."""
    deciding = {f.fingerprint for f in material.deciding}
    conditions_ = [f for f in material.holding if f.fingerprint not in deciding]
    told = material.deciding or tuple(conditions_[:MOST_CARDS])
    rest = [f for f in conditions_ if f not in told]
    rows = (findings_rows(rest, text("verdict.conditions"), most=MOST_ROWS),) if rest else ()
    return (*entries(material, told), *rows) or (nothing("critical"),)


def before(material: Material) -> Block:
    """What must be done before anything goes live: blockers, criticals and highs, and those that hold already."""
    grave = {Severity.CRITICAL, Severity.HIGH}
    return _checklist(material, lambda s: _own(material, s) in grave)


def after(material: Material) -> Block:
    """What comes next: checks of medium severity."""
    return _checklist(material, lambda s: _own(material, s) is Severity.MEDIUM)


def continuous(material: Material) -> Block:
    """What is never done for good: checks of low severity."""
    return _checklist(material, lambda s: _own(material, s) is Severity.LOW)


def blockers_table(material: Material) -> Block:
    """Blockers and critical findings, numbered, with component and impact."""
    titles = {a.id: a.title for a in material.assessment.areas}
    rows = tuple(
        (
            Ref(f"finding-{f.fingerprint}", str(material.numbers[f.fingerprint])),
            Mark(f.severity.value),
            titles.get(f.area, f.area),
            f.message,
            f.blocker or _impact(material, f.check),
        )
        for f in material.deciding
    )
    if not rows:
        return nothing("critical")
    caption = sentence(graded(material))
    return Table(caption, columns(*heads("id", "severity", "component", "issue", "impact")), rows)


def signoff(material: Material) -> tuple[Block, ...]:
    """Who signs, and whether deployment is authorized."""
    roles = material.assessment.report.sign_off
    said = Prose((f"{text('facts.approval')}: {authorization(material)}",))
    if not roles:
        return (said, nothing("signoff"))
    rows = tuple((role, None, None, None) for role in roles)
    return said, Table(text("facts.review"), columns(*heads("role", "name", "date", "signature")), rows)


def _checklist(material: Material, wanted: Callable[[Standing], bool]) -> Block:
    """What is open first; what holds after it."""
    found = [s for s in material.standings.values() if wanted(s) and s.outcome != "not_applicable"]
    opened = gravest_first(s for s in found if s.open)
    rest = [s for s in found if not s.open]
    items = _items([*opened, *(s for s in rest if s.held), *(s for s in rest if not s.held)])
    return Checklist("", items) if items else nothing("open")


def _items(standings: Iterable[Standing]) -> tuple[Item, ...]:
    return tuple(box(standing) for standing in standings)


def _own(material: Material, standing: Standing) -> Severity:
    """The severity of a check: of its gravest open finding, else of the check itself."""
    if standing.open:
        return Severity.CRITICAL if standing.open[0].blocker else standing.open[0].severity
    check = material.assessment.checks.get(standing.check)
    return check.severity if check is not None else Severity.MEDIUM


def _condition(standing: Standing) -> str:
    places = listed((place for f in standing.open if (place := at(f)) != "."), 2)
    return f"{standing.title} ({places})" if places else standing.title


def _reached(material: Material, environment: str, reason: Reason) -> str:
    """The number of a gate as what must be reached."""
    a = material.assessment
    when = next(g.when for g in a.policy.environments[environment].gates if g.id == reason.gate)
    judged = a.environments[environment]
    values = {
        "score_below": judged.score,
        "confidence_below": judged.confidence,
        "risk_over": judged.risk_score,
    }
    said = {"value": f"{values.get(when.kind, 0):g}", "reason": reason.text.rstrip(".")}
    limit = getattr(when, when.kind)
    said["limit"] = f"{limit:g}" if isinstance(limit, float | int) else ""
    return text(f"verdict.numbers-reached.{when.kind}", **said)


def _impact(material: Material, check: str) -> str:
    known = material.assessment.checks.get(check)
    return sentence(known.rationale.split(". ")[0].rstrip(".")) if known else ""


def _extremes(material: Material) -> str:
    """The areas that stand out, each with how much was decided in it: a few things are no base for praise."""
    whole = material.assessment.score
    scored = sorted(((a.score, a) for a in material.assessment.areas if a.score is not None), key=lambda s: -s[0])
    strong = [a for score, a in scored if score >= whole and _decided(a) >= LEAST_PRAISED][:MOST_EXTREMES]
    weak = [a for score, a in scored[::-1] if score < whole][:MOST_EXTREMES]
    said = [(key, [_stands_out(a) for a in areas]) for key, areas in (("strong", strong), ("weak", weak)) if areas]
    return " ".join(text(f"summary.{key}", areas=listed(areas, MOST_EXTREMES)) for key, areas in said)


def _stands_out(area: AreaResult) -> str:
    return text("summary.area", area=area.title, score=f"{area.score:.0f}", count=_decided(area))


def _decided(area: AreaResult) -> int:
    return sum(area.counts[o] for o in Outcome if o.decided)
