"""What a person sees in the terminal: progress while it runs, then verdicts, areas and the blockers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kit.execute.outline import BlockerLine, Outline
from kit.execute.request import Progress
from kit.model import AREAS, Check
from kit.sources.tree.text import visible

if TYPE_CHECKING:
    from kit.claims.model import Examination
    from kit.execute.notebooks import Notebook
    from kit.execute.workers import Ran
    from kit.judgement.diff import Change, Changes

STEPS = {
    "read": "Reading files",
    "map": "Joining the system map",
    "scanners": "Asking scanners",
    "commands": "Running commands",
    "probes": "Asking what runs",
    "notebooks": "Running notebooks",
    "summary": "Summing up",
    "report": "Rendering the report",
    "write": "Writing",
}
VERDICT_STYLES = {"GO": "bold green", "CONDITIONAL": "bold yellow", "NO-GO": "bold red"}
STATUS_STYLES = {"GREEN": "green", "YELLOW": "yellow", "RED": "red", "GREY": "dim"}
SEVERITY_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}
SHOWN_BLOCKERS = 8


def console(*, quiet: bool = False) -> Console:
    """Standard output; as wide as a log is read where it is no terminal."""
    made = Console(quiet=quiet, highlight=False)
    return made if made.is_terminal else Console(quiet=quiet, highlight=False, width=120)


def progress(console: Console, folder: Path) -> tuple[Progress, Callable[[], None]]:
    """Progress shown on the console, and what ends it. It refreshes when told and starts no thread: processes are
    forked beside it."""
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        SpinnerColumn(style="cyan"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        auto_refresh=False,
    )
    task = bar.add_task("Reading files", total=None)
    running: list[str] = []
    if console.is_terminal:
        bar.start()

    def step(name: str) -> None:
        bar.update(task, description=STEPS.get(name, name))
        bar.refresh()

    def notebook(event: str, one: Notebook, ran: Ran | None) -> None:
        title = _title(one)
        if event == "start":
            running.append(title)
        elif event in {"done", "kept"}:
            running[:] = [r for r in running if r != title]
            bar.advance(task)
            bar.console.print(_notebook_line(one, ran, folder))
        bar.update(task, description=", ".join(running) or "Running notebooks")
        bar.refresh()

    return Progress(step=step, notebooks=lambda count: bar.update(task, total=count), notebook=notebook), bar.stop


def _notebook_line(one: Notebook, ran: Ran | None, folder: Path) -> Text:
    line = Text("  ")
    title = _title(one)
    if ran is None:
        return line.append("=", "dim").append(f" {title:<16}").append("finished by an earlier run", "dim")
    if ran.error is not None:
        return line.append("!", "bold red").append(f" {title:<16}").append(ran.error, "red")
    line.append("✓", "green").append(f" {title:<16}").append(f"{ran.seconds:5.1f} s  ", "dim")
    return line.append_text(_tally(folder / "findings" / f"{one.area}.json"))


def _tally(path: Path) -> Text:
    """What is open in an area's findings, by severity."""
    if not path.is_file():
        return Text("")
    open_ = [
        f
        for f in json.loads(path.read_bytes())
        if f["outcome"] in {"fail", "partial"} and f["file_class"] == "production"
    ]
    counts = {s: sum(f["severity"] == s for f in open_) for s in SEVERITY_STYLES}
    parts = [Text(f"{n} {s}", SEVERITY_STYLES[s]) for s, n in counts.items() if n]
    return Text(", ").join(parts) if parts else Text("nothing open", "green")


def _title(one: Notebook) -> str:
    return AREAS[one.area][1] if one.area in AREAS else "Summary"


def show_result(console: Console, run: Outline, report: Path) -> None:
    """Areas, verdicts, the blockers that decide them, and where the report is."""
    console.print(Group(Text(), _areas(run), Text(), *_verdicts(run), Text(), *_blockers(run)))
    for line in run.missing:
        console.print(Text(f"Incomplete: {line}", "bold red"))
    for notice in run.notices:
        console.print(Text(f"Note: {notice}", "yellow"))
    seconds = sum(run.seconds.values())
    kept = ", answered from the cache" if "cache" in run.seconds else ""
    last = Text(f"{run.files} files in {seconds:.1f} s{kept}. ", "dim")
    if report.exists():
        last.append("Report: ", "default").append(str(report), "bold cyan")
    console.print(last, soft_wrap=True)


def _areas(run: Outline) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("Area")
    table.add_column("Status")
    for name in ("Score", "Confidence", "Critical", "High", "Medium", "Low", "Pass", "Unknown"):
        table.add_column(name, justify="right")
    for area in run.areas:
        c = area.counts
        numbers = [_number(c[s], SEVERITY_STYLES[s]) for s in SEVERITY_STYLES]
        score = "–" if area.score is None else f"{area.score:.0f}"
        style = STATUS_STYLES[area.status]
        table.add_row(
            area.title,
            Text(area.status, style),
            score,
            f"{area.confidence:.0f}%",
            *numbers,
            str(c["pass"]),
            str(c["unknown"]),
        )
    table.add_section()
    table.add_row(
        Text("Overall", "bold"),
        f"risk {run.risk_score:.1f}/10",
        Text(f"{run.score:.0f}", "bold"),
        f"{run.confidence:.0f}%",
    )
    return table


def _number(value: int, style: str) -> Text:
    return Text(str(value), style) if value else Text("·", "dim")


def _verdicts(run: Outline) -> list[Any]:
    shown: list[Any] = []
    for line in run.verdicts:
        shown.append(Text(f"{line.environment:<12}").append(line.verdict, VERDICT_STYLES[line.verdict]))
        shown.extend(Padding(Text(reason, "dim"), (0, 0, 0, 12)) for reason in line.reasons)
    return shown


def _blockers(run: Outline) -> list[Any]:
    if not run.blockers:
        return []
    lines: list[Any] = [Text("What decides it", "bold")]
    lines.extend(_blocker(line) for line in run.blockers[:SHOWN_BLOCKERS])
    if len(run.blockers) > SHOWN_BLOCKERS:
        lines.append(Text(f"  and {len(run.blockers) - SHOWN_BLOCKERS} more in the report", "dim"))
    return [*lines, Text()]


def _blocker(one: BlockerLine) -> Text:
    line = Text("  ").append(one.check, SEVERITY_STYLES[one.severity]).append(" ").append(one.place, "cyan")
    return line.append(f"\n      {one.message}")


def show_checks(console: Console, checks: tuple[Check, ...]) -> None:
    """The catalogue as a table, area by area."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("Id", "Severity", "Title"):
        table.add_column(name)
    area = ""
    for check in checks:
        if check.area != area:
            area = check.area
            table.add_row("", "", Text(AREAS[area][1], "bold"))
        table.add_row(check.id, Text(check.severity, SEVERITY_STYLES[check.severity]), check.title)
    console.print(table)
    console.print(Text(f"{len(checks)} checks. `readiness explain ID` tells one in full.", "dim"))


def show_check(console: Console, check: Check) -> None:
    """One check in full."""
    head = f"[bold]{check.id}[/bold] {escape(check.title)}"
    console.print(head)
    facts = (
        f"{AREAS[check.area][1]} · {check.severity} · clause {check.clause} · about {check.effort_hours:g} h to mend"
    )
    console.print(Text(facts + (f" · while open: {check.blocker}" if check.blocker else ""), "dim"))
    for title, text in (
        ("Why", check.rationale),
        ("How it decides", check.decides),
        ("Fix", "\n".join([check.fix, *(f"{', '.join(names)}: {way}" for names, way in check.ways)])),
        ("What it does not see", check.blind_to),
    ):
        console.print(Text(f"\n{title}", "bold"))
        console.print(Padding(Text(text), (0, 0, 0, 2)))
    console.print(Text("\nReferences", "bold"))
    for reference in check.references:
        console.print(Padding(Text(reference, "cyan"), (0, 0, 0, 2)))


def show_changes(to: Console, changes: Changes) -> None:
    """What differs between two assessments: verdicts first, each with what moved it, then the findings."""
    to.print(f"since {changes.since}", style="dim")
    for name, trend in (("score", changes.score), ("confidence", changes.confidence), ("risk", changes.risk)):
        to.print(f"{name:<11}{trend.before:>6.1f} → {trend.after:.1f}  ({trend.change:+.1f})")
    by_id = {change.fingerprint: change for change in changes.changes}
    for move in changes.moves:
        to.print(f"\n{move.environment}: {move.before} → {move.after}", style="bold", markup=False)
        for fingerprint in move.findings:
            to.print(f"  {_changed(by_id[fingerprint])}", markup=False)
    for kind in ("new", "worse", "fixed", "better", "changed", "gone", "newly_asked"):
        found = changes.of(kind)
        if found:
            to.print(f"\n{kind.replace('_', ' ')}: {len(found)}", style="bold")
        for change in found:
            to.print(f"  {_changed(change)}", markup=False)
    if changes.added or changes.dropped:
        asked = f"{len(changes.added)} checks ran for the first time and {len(changes.dropped)} no longer"
        to.print(f"\n{asked}, which moves numbers by itself; what they find is no regression.")
    if changes.policy_changed:
        to.print("\nThe policy differs between the two, which may move numbers and verdicts by itself.")


def show_claims(to: Console, examination: Examination, page: Path) -> None:
    """How many claims of each report have which verdict, then what is refuted, and what cannot both be true."""
    verdicts = ("confirmed", "partly", "refuted", "unsupported", "undecidable")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("Report")
    for name in ("claims", *verdicts):
        table.add_column(name, justify="right")
    for reading in examination.readings:
        own = [c.verdict.value for c in examination.claims if c.statement.source == reading.source]
        table.add_row(escape(reading.source), str(len(own)), *(str(own.count(v)) for v in verdicts))
    to.print(table)
    refuted = [c for c in examination.claims if c.verdict == "refuted"]
    for claim in refuted[:SHOWN_BLOCKERS]:
        place = f"{claim.statement.source}:{claim.statement.line}"
        to.print(Text.assemble(("refuted ", "bold red"), (place, "cyan"), f"  {visible(claim.statement.text[:100])}"))
        to.print(Padding(Text(visible(claim.reason[:240]), "dim"), (0, 0, 0, 8)))
    if examination.contradictions:
        pairs = len(examination.contradictions)
        to.print(f"{pairs} pair{'s' * (pairs != 1)} of statements that cannot both be true.")
    to.print(Text(str(page), "cyan"))


def _changed(change: Change) -> str:
    return f"{change.check} {change.blocker or change.severity} {change.place}: {change.message}"
