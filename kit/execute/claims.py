"""Reports of others from files to files: read, held against the project, written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kit.claims.examine import examine
from kit.claims.model import Examination, Verdict
from kit.claims.read import read_reports
from kit.execute.staging import require_writable
from kit.params import Params, ParamsError
from kit.project import open_project
from kit.report.claims import data
from kit.report.claims.page import render_page
from kit.report.exports.files import write

_FAILING = {
    "never": frozenset[Verdict](),
    "refuted": frozenset({Verdict.REFUTED}),
    "unsupported": frozenset({Verdict.REFUTED, Verdict.UNSUPPORTED}),
}


def examine_reports(params: Params, reports: Iterable[Path], out: Path) -> Examination:
    """Examine the reports and write `claims.json` and `claims.html` to `out`.

    Raises ParamsError for a report that is none, before anything is written.
    """
    readings = read_reports(tuple(reports), params.root)
    require_writable(out)
    project = open_project(str(params.root), params.name)
    if not project.files.paths:
        raise ParamsError(f"{params.root}: no files there; name the folder that holds the project")
    examination = examine(project, readings)
    write_claims(examination, out)
    return examination


def write_claims(examination: Examination, out: Path) -> tuple[str, ...]:
    """Write `claims.json` and `claims.html`. Returns their names."""
    write(out / "claims.json", data.render(examination))
    write(out / "claims.html", render_page(examination))
    return ("claims.json", "claims.html")


def failing(examination: Examination, fail_on: str) -> bool:
    """Whether a claim has a verdict that makes the run fail: `fail_on` is "refuted", "unsupported" or "never"."""
    return any(claim.verdict in _FAILING[fail_on] for claim in examination.claims)
