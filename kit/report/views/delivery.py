"""Delivery: the pipelines as graphs with their gates, and the way of each service to production."""

from __future__ import annotations

from kit.checks.shared.swallowed import swallowed
from kit.project import Project
from kit.report.blocks import Block, Cell, Chart, Mark, Table, columns, empty
from kit.report.charts_system import PipelineJob, pipeline
from kit.report.display import Display, figure_json, show
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count, listed, sentence
from kit.sources.pipelines.model import Job, Workflow
from kit.system.model import Service
from kit.system.pipeline_acts import pipelines as read_pipelines

GATES = ("test", "lint", "scan", "load-test", "type-check")
GATE_PURPOSES = ("test", "types", "lint", "scan", "load-test")
STEPS = ("build", "test", "lint", "scan", "push", "migrate", "deploy")
SHOWN = 6


def pipelines(project: Project) -> Display:
    """Every pipeline that holds more than one job, the largest first, with gates and what cannot fail
    marked."""
    workflows = sorted((w for w in project.workflows if w.jobs), key=lambda w: -len(w.jobs))
    if not workflows:
        fill = "A workflow for GitHub Actions, GitLab CI or another runner in the repository would be drawn here."
        return show(empty("No pipeline is in the project", fill))
    drawn = [w for w in workflows if len(w.jobs) > 1][:SHOWN]
    return show(*(_graph(project, w) for w in drawn), _jobs_table(project, workflows))


def way_to_production(project: Project) -> Display:
    """Per service, which steps a pipeline takes for it."""
    own = project.system.own
    if not own:
        return show(empty("No service of the project's own was found", "A Dockerfile or a package with code."))
    rows = tuple((s.name, *(_step(s, step) for step in STEPS)) for s in own)
    bare = [s.name for s in own if not any(p.does == "deploy" for p in s.pipelines)]
    note = f"No step was found that deploys {listed(bare)}; a script that a job calls may do so." if bare else ""
    return show(Table("What pipelines do for each service", columns("Service", *STEPS), rows, note, matrix=True))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the files they examined."""
    return show(controls(project, findings, "delivery", "Delivery checks by service or file"))


def jobs_of(project: Project, workflow: Workflow) -> list[PipelineJob]:
    """The jobs of a workflow with what they do for services, and whether they can stop anything."""
    does: dict[str, dict[str, None]] = {}
    steps = (step for service in project.system.services for step in service.pipelines)
    for step in sorted(steps, key=lambda step: step.at.line or 0):
        if step.workflow == workflow.path:
            does.setdefault(step.job, {})[step.does] = None
    return [_job(project, job, tuple(does.get(job.id, ()))) for job in workflow.jobs]


def _graph(project: Project, workflow: Workflow) -> Block:
    jobs = jobs_of(project, workflow)
    gates = [j for j in jobs if j.gate]
    toothless = [j for j in gates if j.toothless]
    name = workflow.name or workflow.path
    said = f"{count(len(jobs), 'job')} in {name}, {count(len(gates), 'gate')}"
    if toothless:
        said += f", {len(toothless)} of which cannot fail"
    needs = "; ".join(f"{j.name} needs {', '.join(j.needs)}" for j in jobs if j.needs) or "no job needs another"
    return Chart(sentence(said), figure_json(pipeline(jobs)), f"{said}. {sentence(needs)}.")


def _jobs_table(project: Project, workflows: list[Workflow]) -> Table:
    rows = tuple(_row(workflow, job, made) for workflow in workflows for job, made in _paired(project, workflow))
    heads = columns("Pipeline", "Job", "Runs after", "Does", "Gate", "Where")
    return Table(f"{count(len(rows), 'job')} of {count(len(workflows), 'pipeline')}", heads, rows, folded=True)


def _paired(project: Project, workflow: Workflow) -> list[tuple[Job, PipelineJob]]:
    return list(zip(workflow.jobs, jobs_of(project, workflow), strict=True))


def _row(workflow: Workflow, job: Job, made: PipelineJob) -> tuple[Cell, ...]:
    gate = Mark("fail", "cannot fail") if made.toothless else Mark("pass", "gate") if made.gate else None
    return (
        workflow.name or workflow.path,
        made.name,
        ", ".join(made.needs),
        ", ".join(made.does),
        gate,
        at_cell(job.at),
    )


def _job(project: Project, job: Job, does: tuple[str, ...]) -> PipelineJob:
    gate = any(d in GATES for d in does)
    return PipelineJob(job.id, job.name or job.id, tuple(job.needs), does, gate, gate and _toothless(project, job))


def _toothless(project: Project, job: Job) -> bool:
    """Whether the failure of each of its gates is swallowed, as DEL-004 reads it."""
    acts = [act for pipeline in read_pipelines(project) for act in pipeline.of_job(job, *GATE_PURPOSES)]
    return all(swallowed(job, act) for act in acts) if acts else bool(job.continue_on_error)


def _step(service: Service, step: str) -> Cell:
    found = [p for p in service.pipelines if p.does == step]
    return Mark("pass", found[0].job) if found else Mark("", "none found")
