"""Reports of others from files to files: read, held against the project, written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kit.claims.examine import examine
from kit.claims.model import Examination, Reading, Verdict
from kit.claims.read import read_report
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
    readings = read_reports(reports, params.root)
    require_writable(out)
    project = open_project(str(params.root), params.name)
    if not project.files.paths:
        raise ParamsError(f"{params.root}: no files there; name the folder that holds the project")
    examination = examine(project, readings)
    write(out / "claims.json", data.render(examination))
    write(out / "claims.html", render_page(examination))
    return examination


def read_reports(reports: Iterable[Path], root: Path) -> tuple[Reading, ...]:
    """Each report once, under its path in the project where it lies there, else as it was given."""
    named = {path.resolve(): path for path in reversed(list(reports))}
    return tuple(read_report(path, _source(path, root)) for path in reversed(named.values()))


def failing(examination: Examination, fail_on: str) -> bool:
    """Whether a claim has a verdict that makes the run fail: `fail_on` is "refuted", "unsupported" or "never"."""
    return any(claim.verdict in _FAILING[fail_on] for claim in examination.claims)


def _source(path: Path, root: Path) -> str:
    place = path.resolve()
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else path.as_posix()
