"""The poor sample, judged once for all tests that read a whole report; they run in one process (GROUP)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from kit.judgement.assessment import Assessment, judge
from kit.judgement.policy import load_policy
from kit.params import load_params
from kit.project import Project, open_project
from kit.registry import catalogue
from kit.report.sections.material import Material
from kit.run import run_checks

GROUP = pytest.mark.xdist_group("poor")
PARAMS = Path(__file__).resolve().parents[2] / "params" / "sample.yaml"


@cache
def sample() -> tuple[Project, Assessment]:
    """The project and its assessment."""
    params = load_params(PARAMS)
    project = open_project(str(params.root), params.name)
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    found = run_checks(project, catalogue())
    return project, judge(found, load_policy(params), params, generated_at=now, checks=catalogue())


def material() -> Material:
    """What sections of its report are made from, without notebooks."""
    project, assessment = sample()
    return Material(assessment, project)
