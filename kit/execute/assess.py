"""One assessment from params to files: read, run the notebooks, judge, render, write."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kit.assessment import FINDINGS, read_findings, read_scans, save_scans
from kit.execute.notebooks import SUMMARY, Notebook, find_notebooks
from kit.execute.staging import Staging, key_of, require_writable
from kit.execute.workers import Ran, run_notebooks
from kit.judgement.assessment import Assessment, judge
from kit.judgement.diff import diff
from kit.judgement.policy import load_policy
from kit.model import AREAS, Finding, Outcome
from kit.params import Params, ParamsError
from kit.project import Project, open_project
from kit.registry import catalogue, checks_of
from kit.report.exports import json as json_export
from kit.report.exports import run as run_record
from kit.report.exports import write_exports
from kit.report.exports.files import write
from kit.report.notebooks import read_section
from kit.report.outputs import OutputError, Outputs, Rendered, render, write_report
from kit.report.sections.material import Material
from kit.run import run_checks
from kit.scanners.ask import asked, scans_of


@dataclass(frozen=True)
class Request:
    """What is asked of one run. `params_file` is what the notebooks are given; None where there is none."""

    params: Params
    out: Path
    params_file: Path | None = None
    areas: tuple[str, ...] = ()
    jobs: int = 2
    notebooks: Path | None = None
    outputs: Outputs = field(default_factory=Outputs)
    baseline: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Result:
    """What a run came to: the assessment, the files written, what is missing, seconds per step."""

    assessment: Assessment
    out: Path
    missing: tuple[str, ...]
    files: int
    seconds: dict[str, float]

    @property
    def incomplete(self) -> bool:
        """Whether a notebook failed or a check crashed."""
        return bool(self.missing)


@dataclass
class Progress:
    """How a run tells what it does. Each is called in the run's own thread."""

    step: Callable[[str], None] = field(default=lambda _: None)
    notebook: Callable[[str, Notebook, Ran | None], None] = field(default=lambda *_: None)
    notebooks: Callable[[int], None] = field(default=lambda _: None)


def run_assessment(request: Request, progress: Progress) -> Result:
    """Assess a project and write everything that `assess` writes into `request.out`.

    Raises ParamsError for bad input, before anything is written; KeyboardInterrupt leaves what was finished, and
    the same request goes on from there.
    """
    chosen = find_notebooks(request.notebooks, request.areas)
    policy = load_policy(request.params)
    tools = asked(request.params.scanners)
    require_writable(request.out)
    clock = _Clock(progress)
    with clock.step("read"):
        project = open_project(str(request.params.root), request.params.name)
        inputs = _inputs(project, request)
    with clock.step("map"):
        project.warm()
        checks = [c for c in catalogue() if not request.areas or c.area in request.areas]
    key = key_of(
        inputs,
        policy=policy.sha256,
        kit=run_record.kit_version(),
        params=request.params.model_dump(),
        notebooks=[n.sha256 for n in chosen],
        scanners={tool.id: tool.version() for tool in tools},
    )
    staging = Staging(request.out, key)
    if tools:
        with clock.step("scanners"):
            project.scans = read_scans(staging.folder) or scans_of(project, tools)
            save_scans(staging.folder, project.scans)
    with clock.step("notebooks"):
        failed = _run_areas(request, staging, [n for n in chosen if n.area != SUMMARY], progress)
    findings = _findings(project, staging, request.areas)
    with clock.step("summary"):
        failed |= _run_areas(request, staging, [n for n in chosen if n.area == SUMMARY], progress)
    assessment = judge(
        findings,
        policy,
        request.params,
        generated_at=datetime.now(UTC),
        revision=project.files.revision,
        checks=checks,
    )
    missing = (*failed.values(), *_unfinished(project), *_crashed(assessment))
    _publish(request, project, staging, assessment, chosen, inputs, missing, clock)
    return Result(assessment, request.out, missing, len(inputs), clock.seconds)


def _inputs(project: Project, request: Request) -> dict[str, str]:
    if not project.files.paths:
        raise ParamsError(f"{request.params.root}: no files there; name the folder that holds the project")
    return {path: project.files.sha256(path) for path in project.files.paths}


def _run_areas(request: Request, staging: Staging, chosen: list[Notebook], progress: Progress) -> dict[str, str]:
    """Run those that no earlier run has finished. Returns what failed: area to one line."""
    failed: dict[str, str] = {}

    def told(event: str, notebook: Notebook, ran: Ran | None) -> None:
        if ran is not None and ran.error is None:
            staging.finish(notebook.name)
        elif ran is not None:
            failed[notebook.area] = f"notebook {notebook.name}: {ran.error}"
        progress.notebook(event, notebook, ran)

    waiting = []
    for notebook in chosen:
        if staging.finished(notebook.name):
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
    project: Project,
    staging: Staging,
    assessment: Assessment,
    chosen: tuple[Notebook, ...],
    inputs: dict[str, str],
    missing: tuple[str, ...],
    clock: _Clock,
) -> None:
    out = request.out
    facts: dict[str, Any] = {"jobs": request.jobs, "missing": list(missing), "files": len(inputs)}
    if project.scans is not None:
        facts["scanners"] = {scan.scanner: scan.version for scan in project.scans}
    executed = [staging.notebooks / n.name for n in chosen]
    with clock.step("report"):
        sections = tuple(read_section(path) for path in executed)
        run = {**facts, "versions": run_record.versions(), "seconds": dict(clock.seconds)}
        changes = diff(request.baseline, json_export.as_data(assessment)) if request.baseline else None
        report = _report(request.outputs, Material(assessment, project, sections, run, changes), executed)
    with clock.step("write"):
        reported = write_report(report, out)
        exported = tuple(path.name for path in write_exports(assessment, out))
        staging.publish_notebooks(tuple(n.name for n in chosen))
    facts["outputs"] = sorted({*exported, *reported, "notebooks", "run.json"})
    params_hash = _hash(request.params_file)
    record = run_record.render(assessment, inputs=inputs, params=params_hash, seconds=clock.seconds, **facts)
    write(out / "run.json", record)
    staging.remove()


def _report(outputs: Outputs, material: Material, executed: list[Path]) -> Rendered:
    try:
        return render(outputs, material, executed)
    except OutputError as error:
        raise ParamsError(f"{error}; the notebooks are kept, the same command goes on from there") from error


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


__all__ = ["FINDINGS", "Progress", "Request", "Result", "run_assessment"]
