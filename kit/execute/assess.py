"""One assessment from params to files: read, run the notebooks, judge, render, write."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kit.assessment import (
    examined,
    read_claims,
    read_commands,
    read_findings,
    read_looked_for,
    read_probes,
    read_scans,
    save_claims,
    save_commands,
    save_evidence,
    save_probes,
    save_scans,
)
from kit.claims.model import Examination
from kit.claims.stated import stated_of
from kit.execute.claims import write_claims
from kit.execute.facts import recalled, retain
from kit.execute.live import commands_of, probes_of, require_checks
from kit.execute.notebooks import CLAIMS, HEALTH, SUMMARY, Notebook, find_notebooks
from kit.execute.outline import AreaLine, BlockerLine, Outline, VerdictLine
from kit.execute.parts import Parts
from kit.execute.request import Progress, Request, key_of
from kit.execute.staging import Staging
from kit.execute.workers import Ran, run_notebooks
from kit.judgement.assessment import Assessment, judge
from kit.judgement.diff import diff
from kit.judgement.policy import load_policy
from kit.model import AREAS, Finding, Outcome, Severity
from kit.params import Params, ParamsError
from kit.project import Project, open_project
from kit.registry import catalogue, checks_of
from kit.report.exports import json as json_export
from kit.report.exports import run as run_record
from kit.report.exports import write_exports
from kit.report.exports.files import write
from kit.report.notebooks import read_section
from kit.report.outputs import OutputError, Outputs, Rendered, outputs_of, render, write_report
from kit.report.sections.material import Material
from kit.report.stale import remove_stale
from kit.report.words import at
from kit.run import run_checks, told
from kit.scanners.ask import asked, scans_of
from kit.sources.evidence.read import read_evidence
from kit.sources.limits import OutOfTime
from kit.sources.probes.ask import require
from kit.sources.scanners.tools import Tool
from kit.sources.tree.text import visible


def run_assessment(request: Request, progress: Progress, parts: Parts) -> tuple[Outline, dict[str, bool]]:
    """Assess a project and write everything that `assess` writes into `request.out`.

    Returns the run in outline, and which paths of the project were looked for beside its files.

    Raises ParamsError for bad input, before anything is written; KeyboardInterrupt leaves what was finished, and
    the same request goes on from there.
    """
    chosen = find_notebooks(request.notebooks, request.areas, more=_more(request.params))
    policy = load_policy(request.params)
    tools = asked(request.params.scanners)
    require(request.params.targets)
    require_checks(request.params)
    outputs = _outputs(request)
    clock = _Clock(progress)
    progress.notebooks(len(chosen))
    if parts.cache is not None:
        request.files.memory = recalled(request, parts.cache)
    project = _opened(request, clock)
    made = project.files.memory.take() if project.files.memory else {}
    checks = [c for c in catalogue() if not request.areas or c.area in request.areas]
    key = key_of({}, run=request.key, scanners={tool.id: tool.version() for tool in tools})
    staging = Staging(request.out, key)
    _gather(request, project, staging, tools, clock)
    _ask(request, project, staging, clock)
    examination = _hear(request, project, staging, clock)
    with clock.step("notebooks"):
        failed = _run_areas(request, staging, [n for n in chosen if n.area != SUMMARY], progress, parts)
    findings = _findings(project, staging, request.areas)
    with clock.step("summary"):
        failed |= _run_areas(request, staging, [n for n in chosen if n.area == SUMMARY], progress, parts)
    if parts.cache is not None:
        retain(request, parts.cache, made, staging.folder)
    assessment = judge(
        findings,
        policy,
        request.params,
        generated_at=datetime.now(UTC),
        revision=project.files.revision,
        checks=checks,
    )
    missing = (*failed.values(), *_unfinished(project), *_crashed(assessment))
    looked_for = {**read_looked_for(staging.folder), **project.files.looked_for}
    for notebook in chosen if not missing else ():
        parts.keep(notebook, staging)
    missing = _publish(request, outputs, project, staging, assessment, chosen, missing, examination, clock)
    return outline_of(assessment, missing, len(request.inputs), clock.seconds), looked_for


def _opened(request: Request, clock: _Clock) -> Project:
    """The project, read and parsed."""
    with clock.step("read"):
        open_project.cache_clear()  # what an earlier run of this process has read may have changed
        project = open_project(str(request.params.root), request.params.name)
        project.files = request.files
        project.thresholds = request.params.thresholds
    with clock.step("map"):
        project.warm()
    return project


def _gather(request: Request, project: Project, staging: Staging, tools: tuple[Tool, ...], clock: _Clock) -> None:
    """What other tools wrote and what scanners say, kept for the notebooks' processes."""
    globs = request.params.evidence_globs()
    if globs:
        project.evidence = read_evidence(project.files, globs)
        save_evidence(staging.folder, project.evidence)
    if tools:
        with clock.step("scanners"):
            project.scans = read_scans(staging.folder) or scans_of(project, tools)
            save_scans(staging.folder, project.scans)


def outline_of(assessment: Assessment, missing: tuple[str, ...], files: int, seconds: Mapping[str, float]) -> Outline:
    """An assessment in outline, with what is missing, how many files were read, and the seconds of each step."""
    grave = (f for f in assessment.open if f.blocker is not None or f.severity is Severity.CRITICAL)
    return Outline(
        score=assessment.score,
        confidence=assessment.confidence,
        risk_score=assessment.risk_score,
        areas=tuple(AreaLine(a.title, a.status, a.score, a.confidence, dict(a.counts)) for a in assessment.areas),
        verdicts=tuple(
            VerdictLine(name, v.verdict, tuple(r.text for r in v.reasons))
            for name, v in assessment.environments.items()
        ),
        strictest=assessment.strictest,
        blockers=tuple(BlockerLine(f.check, f.severity.value, visible(at(f)), f.message) for f in grave),
        notices=tuple(f"{n.text} ({n.place})" if n.place else n.text for n in assessment.notices),
        missing=missing,
        files=files,
        summary=json_export.summary(assessment),
        seconds=dict(seconds),
    )


def _outputs(request: Request) -> Outputs:
    try:
        return outputs_of(request.formats, request.renderer)
    except OutputError as error:
        raise ParamsError(str(error)) from error


def _more(params: Params) -> tuple[str, ...]:
    """The notebooks of no area that the params file gives something to show."""
    asked = params.commands or params.targets.any or params.evidence.logs
    return (*([CLAIMS] if params.claims else []), *([HEALTH] if asked else []))


def _ask(request: Request, project: Project, staging: Staging, clock: _Clock) -> None:
    """Run the commands and ask the targets of the params file, once; an earlier run of the same key has kept them."""
    if request.params.commands:
        with clock.step("commands"):
            project.ran = read_commands(staging.folder) or commands_of(request.params, request.areas)
            save_commands(staging.folder, project.ran)
    if request.params.targets.any:
        with clock.step("probes"):
            project.probes = read_probes(staging.folder) or probes_of(request.params)
            save_probes(staging.folder, project.probes)


def _hear(request: Request, project: Project, staging: Staging, clock: _Clock) -> Examination | None:
    """Hold the documents of the params file against the project, once."""
    if not request.params.claims:
        return None
    with clock.step("claims"):
        examination = read_claims(staging.folder) or examined(project, request.params)
        if examination is not None:
            save_claims(staging.folder, examination)
            project.stated = stated_of(examination)
    return examination


def _run_areas(
    request: Request, staging: Staging, chosen: list[Notebook], progress: Progress, parts: Parts
) -> dict[str, str]:
    """Run those that no earlier run has finished or made of the same files. Returns what failed: area to one line."""
    failed: dict[str, str] = {}

    def told(event: str, notebook: Notebook, ran: Ran | None) -> None:
        if ran is not None and ran.error is None:
            staging.finish(notebook.name)
        elif ran is not None:
            failed[notebook.area] = f"notebook {notebook.name}: {ran.error}"
        progress.notebook(event, notebook, ran)

    waiting = []
    for notebook in chosen:
        if staging.finished(notebook.name) or parts.bring(notebook, staging):
            staging.finish(notebook.name)
            progress.notebook("kept", notebook, None)
        else:
            waiting.append(notebook)
    if waiting:
        parameters = {
            "project": str(request.params.root),
            "params": str(request.params_file or ""),
            "out": str(staging.folder),
        }
        run_notebooks(waiting, staging.notebooks, parameters, request.jobs, told)
    return failed


def _findings(project: Project, staging: Staging, areas: tuple[str, ...]) -> list[Finding]:
    """What the notebooks saved. The checks of one that saved nothing are run here: a verdict that left an area out
    would flatter."""
    saved = read_findings(staging.folder)
    wanted = [a for a in AREAS if not areas or a in areas]
    return [f for a in wanted for f in (saved[a] if a in saved else run_checks(project, checks_of(a)))]


def _unfinished(project: Project) -> list[str]:
    return [f"scanner {scan.scanner}: {scan.error}" for scan in project.scans or () if scan.error]


def _crashed(assessment: Assessment) -> list[str]:
    crashed = [f for f in assessment.findings if f.outcome is Outcome.ERROR]
    return [f"check {f.check}: {f.message}" for f in crashed]


def _publish(
    request: Request,
    outputs: Outputs,
    project: Project,
    staging: Staging,
    assessment: Assessment,
    chosen: tuple[Notebook, ...],
    missing: tuple[str, ...],
    examination: Examination | None,
    clock: _Clock,
) -> tuple[str, ...]:
    """Write everything. Returns what is missing, the report where it cannot be made."""
    out = request.out
    facts: dict[str, Any] = {"jobs": request.jobs, "missing": list(missing), "files": len(request.inputs)}
    if project.scans is not None:
        facts["scanners"] = {scan.scanner: scan.version for scan in project.scans}
    if project.ran is not None:
        facts["commands"] = {run.name: f"{run.ended}, {run.seconds:g} s" for run in project.ran}
    if project.probes is not None:
        facts["asked"] = project.probes.at
    executed = [staging.notebooks / n.name for n in chosen]
    with clock.step("report"):
        sections = tuple(read_section(path) for path in executed)
        run = {**facts, "versions": run_record.versions(), "seconds": dict(clock.seconds)}
        changes = diff(request.baseline, json_export.as_data(assessment)) if request.baseline else None
        material = Material(assessment, project, sections, run, changes, examination)
        report, lost = _report(outputs, material, executed)
    missing = (*missing, *lost)
    facts["missing"] = list(missing)
    with clock.step("write"):
        reported = write_report(report, out) if report is not None else _no_report(out)
        exported = tuple(path.name for path in write_exports(assessment, out))
        exported += write_claims(examination, out) if examination is not None else ()
        staging.publish_notebooks(tuple(n.name for n in chosen))
    facts["outputs"] = sorted({*exported, *reported, "notebooks", "run.json"})
    params_hash = _hash(request.params_file)
    record = run_record.render(assessment, inputs=request.inputs, params=params_hash, seconds=clock.seconds, **facts)
    write(out / "run.json", record)
    staging.remove()
    return missing


def _report(outputs: Outputs, material: Material, executed: list[Path]) -> tuple[Rendered | None, tuple[str, ...]]:
    """The report, or why there is none: what a check survives, a source that raises, ends it."""
    try:
        return render(outputs, material, executed), ()
    except OutputError as error:
        raise ParamsError(f"{error}; the notebooks are kept, the same command goes on from there") from error
    except (Exception, OutOfTime) as error:
        return None, (f"the report: {told(error)}",)


def _no_report(out: Path) -> tuple[str, ...]:
    """Nothing is written, and no report of an earlier run passes for this one's."""
    remove_stale(out, ())
    return ()


def _hash(path: Path | None) -> str | None:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest() if path is not None else None


class _Clock:
    """Seconds per step, told as they begin."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._progress.step(name)
        begun = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begun
