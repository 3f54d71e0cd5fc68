"""`run.json`: with what an assessment was made, so that it can be made again."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from kit.judgement.assessment import Assessment

PACKAGES = (
    "ast-grep-py",
    "ipykernel",
    "nbclient",
    "nbconvert",
    "nbformat",
    "pandas",
    "papermill",
    "plotly",
    "pydantic",
    "pyyaml",
    "sqlglot",
    "tree-sitter",
)
"""The libraries whose version can change a report."""


def render(
    assessment: Assessment,
    *,
    inputs: Mapping[str, str],
    params: str | None,
    seconds: Mapping[str, float],
    **more: Any,
) -> str:
    """The record as JSON text.

    `inputs` maps every input file to its SHA-256, `params` is that of the params file (None without one),
    `seconds` what each step took; `more` are plain facts of the run that the caller adds.
    """
    record = {
        "schema": 1,
        "generated_at": assessment.generated_at,
        "versions": versions(),
        "project": {"name": assessment.project.name, "revision": assessment.project.revision},
        "params_sha256": params,
        "policy_sha256": assessment.policy.sha256,
        "checks": len({finding.check for finding in assessment.findings}),
        **more,
        "inputs": dict(sorted(inputs.items())),
        "seconds": {step: round(taken, 3) for step, taken in seconds.items()},
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def versions() -> dict[str, str]:
    """The versions of Python, the kit and the libraries that are here."""
    found = {"python": platform.python_version(), "kit": kit_version()}
    for package in PACKAGES:
        known = _version(package)
        if known is not None:
            found[package] = known
    return found


def kit_version() -> str:
    """The kit's version; 0.0.0 where it runs from a folder that was never installed."""
    return _version("readiness-kit") or "0.0.0"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
