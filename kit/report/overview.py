"""The whole assessment as blocks: verdicts, numbers and their terms, charts with their sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kit.judgement.assessment import AreaResult, Assessment
from kit.judgement.plan import PhaseTotal
from kit.judgement.score import Term
from kit.judgement.verdict import VERDICTS
from kit.model import Finding, Outcome
from kit.report import charts_overview as charts
from kit.report.alike import gathered
from kit.report.blocks import Block, Cell, Chart, Figure, Figures, Mark, Notice, Ref, Table, columns, empty
from kit.report.display import Display, figure_json, show
from kit.report.tables import findings_table, wheres
from kit.report.texts import text
from kit.report.words import OUTCOME_WORDS, VERDICT_MEANING, count, have, listed

WATERFALL_TERMS = 9
PATH_ROWS = 200
"""Files that the table behind the map of findings names."""

ACCEPTED = "GO*"
"""What no gate holds up, though its status is RED."""

NUMERIC_GATES = {"score_below", "confidence_below", "risk_over"}


def verdicts(assessment: Assessment) -> Table:
    """The verdict of each environment with the reasons in the policy's words."""
    rows = tuple(
        (name, Mark(v.verdict), " ".join(r.text for r in v.reasons) or VERDICT_MEANING["GO"])
        for name, v in assessment.environments.items()
    )
    return Table("Verdict per environment", columns("Environment", "Verdict", "Because"), rows)


def numbers(assessment: Assessment) -> Figures:
    """Score, confidence and risk, each with its terms."""
    a = assessment
    return Figures(
        (
            Figure("Score", f"{a.score:.0f}", "of 100", note="what holds", terms=shares(a.score_terms)),
            Figure(
                "Confidence",
                f"{a.confidence:.0f}",
                "%",
                note="what was seen",
                terms=shares(a.confidence_terms),
            ),
            Figure("Risk", f"{a.risk_score:.1f}", "of 10", note="what is open", terms=addends(a.risk_terms)),
        )
    )


def area_numbers(area: AreaResult) -> Figures:
    """An area's status, score, confidence and what is open in it."""
    opened = area.counts[Outcome.FAIL] + area.counts[Outcome.PARTIAL]
    score = "not judged" if area.score is None else f"{area.score:.0f}"
    graded = ", ".join(f"{area.counts[s]} {s}" for s in ("critical", "high", "medium", "low") if area.counts[s])
    return Figures(
        (
            Figure("Status", OUTCOME_WORDS[area.status], status=area.status),
            Figure("Score", score, "" if area.score is None else "of 100", terms=shares(area.score_terms)),
            Figure("Confidence", f"{area.confidence:.0f}", "%", terms=shares(area.confidence_terms)),
            Figure("Open", str(opened), note=graded),
        )
    )


def shares(terms: Sequence[Term]) -> tuple[tuple[str, str], ...]:
    """Terms of a mean: what each adds of what it could, the largest loss first."""
    ranked = sorted(terms, key=lambda t: -t.lost)
    return tuple((_named(t), f"{t.contribution:.1f} of {t.possible:.1f}") for t in ranked)


def addends(terms: Sequence[Term]) -> tuple[tuple[str, str], ...]:
    """Terms of a sum: what each adds."""
    return tuple((t.label, f"+{t.contribution:.2f}") for t in terms)


def area_scores(assessment: Assessment) -> Chart:
    """Every area's score and confidence."""
    areas = sorted(assessment.areas, key=lambda a: (a.score is None, a.score or 0))
    red = [a.title for a in areas if a.status == "RED"]
    title = (
        f"{len(red)} of {count(len(areas), 'area')} {have(len(red), 'is', 'are')} red: {listed(red, 3)}"
        if red
        else "No area is red"
    )
    figure = charts.area_scores([(a.title, a.score, a.confidence, a.status) for a in areas])
    return Chart(title, figure_json(figure), f"{title}.", areas_table(assessment))


def areas_table(assessment: Assessment) -> Table:
    """Areas with status, score, confidence and counts."""
    rows = tuple(
        (
            Ref(f"area-{a.id}", a.title),
            Mark(a.status),
            None if a.score is None else f"{a.score:.0f}",
            f"{a.confidence:.0f}",
            a.counts["critical"],
            a.counts["high"],
            a.counts["medium"],
            a.counts["low"],
            a.counts["pass"],
            a.counts["unknown"],
        )
        for a in assessment.areas
    )
    numeric = ("Score", "Confidence", "Critical", "High", "Medium", "Low", "Held", "Not seen")
    return Table("Areas", columns("Area", "Status", *((name, "number") for name in numeric)), rows)


def risk_waterfall(assessment: Assessment) -> Block:
    """Which open findings make the risk."""
    terms = _by_check(assessment.risk_terms)
    if not terms:
        return empty("Nothing is open, so there is no risk to take apart", "Open findings would be drawn here.")
    rest = sum(points for _, points, _ in terms[WATERFALL_TERMS:])
    shown = [(label, points) for label, points, _ in terms[:WATERFALL_TERMS]]
    shown += [(f"{len(terms) - WATERFALL_TERMS} more", rest)] if rest else []
    share = sum(points for _, points in shown[:3])
    most = min(3, len(terms))
    making = f"{count(most, 'check')} {have(most, 'makes', 'make')}"
    title = f"{making} {share:.1f} of {assessment.risk_score:.1f} risk points"
    rows: tuple[tuple[Cell, ...], ...] = tuple((label, f"{points:.2f}", n) for label, points, n in terms)
    heads = columns("What is open", ("Risk points", "number"), ("Findings", "number"))
    figure = charts.risk_waterfall(shown, assessment.risk_score)
    return Chart(title, figure_json(figure), f"{title}.", Table("Terms of the risk", heads, rows))


def severity_by_area(assessment: Assessment) -> Block:
    """Open findings by area and severity."""
    counts: dict[str, Counter[str]] = {a.title: Counter() for a in assessment.areas}
    titles = {a.id: a.title for a in assessment.areas}
    for finding in assessment.open:
        counts[titles[finding.area]][finding.severity.value] += 1
    found = {title: c for title, c in counts.items() if c}
    if not found:
        return empty("Nothing is open in any area", "Open findings would be counted here by area and severity.")
    most = max(found, key=lambda t: sum(found[t].values()))
    title = f"{count(len(assessment.open), 'open finding')}; {most} has the most, {sum(found[most].values())}"
    graded = ("critical", "high", "medium", "low")
    rows: tuple[tuple[Cell, ...], ...] = tuple((t, *(c[s] for s in graded)) for t, c in found.items())
    heads = columns("Area", *((s, "number") for s in ("Critical", "High", "Medium", "Low")))
    table = Table("Open findings by area and severity", heads, rows)
    return Chart(title, figure_json(charts.severity_by_area(found)), f"{title}.", table)


def findings_by_path(assessment: Assessment) -> Block:
    """Where in the project the open findings are."""
    placed = [(f.evidence[0].path, f.severity.value) for f in assessment.open if f.evidence]
    if not placed:
        return empty("Nothing is open at any path", "Open findings would be drawn here by folder and file.")
    files = Counter(path for path, _ in placed)
    path, most = files.most_common(1)[0]
    holder = text("page.whole") if path == "." else path
    title = f"{count(len(placed), 'open finding')} at {count(len(files), 'place')}; {holder} has the most, {most}"
    rows = tuple((p, n) for p, n in files.most_common(PATH_ROWS))
    more = len(files) - len(rows)
    note = (
        f"{count(more, 'more file')} with no more than {rows[-1][1]} each: in the list of all findings." if more else ""
    )
    table = Table("Open findings by file", columns(("File", "code"), ("Open", "number")), rows, note)
    return Chart(title, figure_json(charts.findings_by_path(placed)), f"{title}.", table)


def go_no_go(assessment: Assessment) -> Block:
    """Areas and the policy's numeric gates against environments."""
    names = tuple(assessment.environments)
    rows: list[tuple[Cell, ...]] = [
        (Ref(f"area-{a.id}", a.title), *(_area_verdict(assessment, a, name) for name in names))
        for a in assessment.areas
    ]
    rows += _gate_rows(assessment, names)
    note = "An area is marked by the gravest gate that one of its own findings holds up."
    if any(isinstance(cell, Mark) and cell.text == ACCEPTED for row in rows for cell in row):
        note += " * Its status is RED, and no gate asks for more: to go live is to accept that."
    return Table("Areas and gates by environment", columns("Criterion", *names), tuple(rows), note, matrix=True)


def plan(assessment: Assessment) -> Display:
    """The remediation plan as a curve and a table."""
    steps = assessment.plan.steps
    if not steps:
        return show(empty("Nothing is to be mended", "Each open finding would become a step here."))
    worked, done = 0.0, []
    for step in steps:
        worked += step.hours
        done.append((f"{step.check} {step.title}", worked, step.score_after))
    spent = count(round(assessment.plan.hours), "hour")
    takes = have(round(assessment.plan.hours), "takes", "take")
    title = f"{spent} of work {takes} the score from {assessment.score:.0f} to {done[-1][2]:.0f}"
    figure = charts.remediation(done, assessment.score)
    return show(Chart(title, figure_json(figure), f"{title}."), *plan_tables(assessment))


def plan_tables(assessment: Assessment) -> tuple[Table, ...]:
    """The steps of each phase with effort and gain; all but the first phase folded."""
    phases = [p for p in assessment.plan.phases if p.steps]
    return tuple(_phase_table(assessment, phase, folded=i > 0) for i, phase in enumerate(phases))


def _phase_table(assessment: Assessment, phase: PhaseTotal, *, folded: bool) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Ref(f"check-{s.check}", s.title),
            Mark(s.severity.value),
            len(s.findings),
            f"{s.hours:g}",
            f"+{s.score_gain:.1f}" if s.score_gain else "–",
            f"{s.score_after:.1f}",
            f"{s.risk_after:.1f}",
        )
        for s in assessment.plan.steps
        if s.phase == phase.id
    )
    numeric = ("Findings", "Hours", "Score won", "Score after", "Risk after")
    heads = columns("Step", "Severity", *((name, "number") for name in numeric))
    after = f"score {phase.score_after:.0f} and risk {phase.risk_after:.1f} afterwards"
    spent = f"{phase.hours:g} {have(phase.hours, 'hour', 'hours')}"
    caption = f"{phase.title}: {count(phase.steps, 'step')}, {spent}, {after}"
    return Table(caption, heads, rows, folded=folded)


def blockers(assessment: Assessment) -> Block:
    """What must be mended before anything else."""
    deciding = [f for f in assessment.open if f.blocker or f.severity == "critical"]
    if not deciding:
        return Notice("No hard blocker and no critical finding is open.", tone="pass")
    hard = count(len(assessment.blockers), "hard blocker")
    further = count(sum(f.blocker is None for f in deciding), "further critical finding")
    return findings_table(deciding, f"{hard}, {further}")


def unseen(findings: Sequence[Finding]) -> Block:
    """What could not be seen from the files, and what would show it."""
    found = [f for f in findings if f.outcome in {Outcome.UNKNOWN, Outcome.ERROR}]
    if not found:
        return Notice("Every check that applies could be decided.", tone="pass")
    told = gathered(found, lambda f: (f.check, f.outcome), lambda f: f.message)
    rows = tuple(
        (
            Ref(f"check-{row.items[0].check}", row.items[0].title),
            Mark(row.items[0].outcome.value),
            row.message,
            wheres(row.items),
        )
        for row in told
    )
    heads = columns("Question", "Result", "What would show it", "Looked at")
    return Table(f"{count(len(found), 'thing')} could not be seen", heads, rows)


def _named(term: Term) -> str:
    return (
        term.label
        if term.key == term.label.lower()
        else f"{term.key} {term.label}".removeprefix(f"{term.key} {term.key}")
    )


def _by_check(terms: Sequence[Term]) -> list[tuple[str, float, int]]:
    points: dict[str, float] = {}
    numbers: Counter[str] = Counter()
    for term in terms:
        points[term.label] = points.get(term.label, 0) + term.contribution
        numbers[term.label] += 1
    return sorted(((k, p, numbers[k]) for k, p in points.items()), key=lambda row: -row[1])


def _area_verdict(assessment: Assessment, area: AreaResult, environment: str) -> Mark:
    gates = {g.id: g.when.kind for g in assessment.policy.environments[environment].gates}
    own = {f.fingerprint for f in assessment.open if f.area == area.id}
    held = [
        r
        for r in assessment.environments[environment].reasons
        if gates.get(r.gate) not in NUMERIC_GATES and own.intersection(r.findings)
    ]
    if not held:
        unmarked = Mark("GO", ACCEPTED) if area.status == "RED" else Mark("GO")
        return Mark("unknown", "not judged") if area.score is None else unmarked
    worst = max(held, key=lambda r: VERDICTS.index(r.verdict))
    return Mark(worst.verdict)


def _gate_rows(assessment: Assessment, names: Sequence[str]) -> list[tuple[Cell, ...]]:
    """One row per number that a gate limits: the score, the confidence, the risk."""
    labels = {
        "score_below": "Score overall",
        "confidence_below": "Confidence overall",
        "risk_over": "Risk overall",
    }
    rows: list[tuple[Cell, ...]] = []
    for kind, label in labels.items():
        cells = [_gate_mark(assessment, name, kind) for name in names]
        if any(cell.outcome for cell in cells):
            rows.append((label, *cells))
    return rows


def _gate_mark(assessment: Assessment, environment: str, kind: str) -> Mark:
    gates = [g.id for g in assessment.policy.environments[environment].gates if g.when.kind == kind]
    if not gates:
        return Mark("", "no gate")
    held = [r for r in assessment.environments[environment].reasons if r.gate in gates]
    return Mark(max((r.verdict for r in held), key=VERDICTS.index)) if held else Mark("GO")
