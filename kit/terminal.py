"""What a person sees in the terminal: progress while it runs, then verdicts, areas and the blockers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from kit.execute.assess import FINDINGS, Progress, Result
from kit.execute.notebooks import SUMMARY, Notebook
from kit.execute.workers import Ran
from kit.judgement.assessment import Assessment
from kit.judgement.diff import Change, Changes
from kit.model import AREAS, Check, Finding

STEPS = {
    "read": "Reading files",
    "map": "Joining the system map",
    "scanners": "Asking scanners",
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


def progress(console: Console, notebooks: int, folder: Path) -> tuple[Progress, Callable[[], None]]:
    """Progress shown on the console, and what ends it. It refreshes when told and starts no thread: processes are
    forked beside it."""
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
    task = bar.add_task("Reading files", total=notebooks)
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

    return Progress(step=step, notebook=notebook), bar.stop


def _notebook_line(one: Notebook, ran: Ran | None, folder: Path) -> Text:
    line = Text("  ")
    title = _title(one)
    if ran is None:
        return line.append("=", "dim").append(f" {title:<16}").append("finished by an earlier run", "dim")
    if ran.error is not None:
        return line.append("!", "bold red").append(f" {title:<16}").append(ran.error, "red")
    line.append("✓", "green").append(f" {title:<16}").append(f"{ran.seconds:5.1f} s  ", "dim")
    return line.append_text(_tally(folder / FINDINGS / f"{one.area}.json"))


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
    return "Summary" if one.area == SUMMARY else AREAS[one.area][1]


def show_result(console: Console, result: Result, report: Path) -> None:
    """Areas, verdicts, the blockers that decide them, and where the report is."""
    a = result.assessment
    console.print(Group(Text(), _areas(a), Text(), *_verdicts(a), Text(), *_blockers(a)))
    for line in result.missing:
        console.print(Text(f"Incomplete: {line}", "bold red"))
    for notice in a.notices:
        console.print(
            Text(f"Note: {notice.text} ({notice.place})" if notice.place else f"Note: {notice.text}", "yellow")
        )
    seconds = sum(result.seconds.values())
    console.print(
        Text(f"{result.files} files in {seconds:.1f} s. ", "dim")
        .append("Report: ", "default")
        .append(str(report), "bold cyan"),
        soft_wrap=True,
    )


def _areas(a: Assessment) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("Area")
    table.add_column("Status")
    for name in ("Score", "Confidence", "Critical", "High", "Medium", "Low", "Pass", "Unknown"):
        table.add_column(name, justify="right")
    for area in a.areas:
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
        f"risk {a.risk_score:.1f}/10",
        Text(f"{a.score:.0f}", "bold"),
        f"{a.confidence:.0f}%",
    )
    return table


def _number(value: int, style: str) -> Text:
    return Text(str(value), style) if value else Text("·", "dim")


def _verdicts(a: Assessment) -> list[Any]:
    shown: list[Any] = []
    for name, verdict in a.environments.items():
        shown.append(Text(f"{name:<12}").append(verdict.verdict, VERDICT_STYLES[verdict.verdict]))
        shown.extend(Padding(Text(r.text, "dim"), (0, 0, 0, 12)) for r in verdict.reasons)
    return shown


def _blockers(a: Assessment) -> list[Any]:
    grave = [f for f in a.open if f.blocker is not None or f.severity.value == "critical"]
    if not grave:
        return []
    lines: list[Any] = [Text("What decides it", "bold")]
    lines.extend(_blocker(f) for f in grave[:SHOWN_BLOCKERS])
    if len(grave) > SHOWN_BLOCKERS:
        lines.append(Text(f"  and {len(grave) - SHOWN_BLOCKERS} more in the report", "dim"))
    return [*lines, Text()]


def _blocker(f: Finding) -> Text:
    place = f.evidence[0] if f.evidence else None
    where = "" if place is None else f"{place.path}:{place.line}" if place.line else place.path
    line = Text("  ").append(f.check, SEVERITY_STYLES[f.severity.value]).append(" ").append(where, "cyan")
    return line.append(f"\n      {f.message}")


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
        ("Fix", check.fix),
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


def _changed(change: Change) -> str:
    return f"{change.check} {change.blocker or change.severity} {change.place}: {change.message}"
