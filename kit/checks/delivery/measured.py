"""What compilers and linters said when they were run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from kit.checks.shared.evidence import Told, place, told
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.evidence.model import Issue, Issues

MOST_TOLD = 50
_GRADES = {"types": Severity.MEDIUM, "lint": Severity.LOW}


@check("DEL-070", "Compilers and linters report no error", Severity.MEDIUM, Clause.SPECIFICATION, effort_hours=2)
def compilers_report_no_error(project: Project) -> Iterator[Fact]:
    """
    A type error that is tolerated is a promise that the code does not keep; the next one is not seen among the old ones.

    Decides: outputs of tsc, mypy, pyright, ESLint, Ruff, golangci-lint and of linters that write SARIF: each file with errors is
    a finding at the first of them; warnings show in part, once for each output.

    Fix: mend the line, or narrow the rule with a reason beside it.

    Blind to: runs that leave files out.

    See: https://www.typescriptlang.org/tsconfig/#noEmitOnError
    """
    seen: set[tuple[str, str, int | None, str]] = set()
    for output in told(project, Issues):
        topic = output.record.topic
        if topic not in _GRADES:
            continue
        every = [i for i in output.record.found if i.level == "error"]
        errors = sorted((i for i in every if _key(output, i) not in seen), key=lambda i: (i.path, i.at or 0))
        seen |= {_key(output, i) for i in errors}
        grouped = [list(group) for _, group in groupby(errors, key=lambda i: i.path)]
        for issues in grouped[:MOST_TOLD]:
            yield _file(project, output, issues)
        rest = sum(len(issues) for issues in grouped[MOST_TOLD:]) + output.record.more
        if rest:
            yield bad(
                output.said(f"{output.record.tool}: {rest} more errors."),
                output.at(),
                severity=_GRADES[topic],
                **output.how,
            )
        if not every:
            yield _no_errors(output)


def _key(output: Told[Issues], issue: Issue) -> tuple[str, str, int | None, str]:
    """What makes an error the same in two outputs of one tool."""
    return output.record.tool.lower(), issue.path, issue.at, issue.rule


def _file(project: Project, output: Told[Issues], issues: list[Issue]) -> Fact:
    first = issues[0]
    own = place(project, output, first.path, first.at)
    count = "1 error" if len(issues) == 1 else f"{len(issues)} errors, the first"
    where = "" if own else f" in {first.path}" if first.path else ""
    message = output.said(f"{output.record.tool}: {count}{where} ({first.rule}): {first.message.rstrip('.')}.")
    severity = _GRADES[output.record.topic]
    if own is None:
        return bad(message, output.at(first.line), severity=severity, **output.how)
    told_at: tuple[At, ...] = (output.at(first.line),)
    return bad(message, own, severity=severity, measured=told_at, **output.how)


def _no_errors(output: Told[Issues]) -> Fact:
    warnings = [i for i in output.record.found if i.level == "warning"]
    if not warnings:
        return ok(output.said(f"{output.record.tool}: no error and no warning."), output.at(), **output.how)
    message = f"{output.record.tool}: no error, {len(warnings)} {'warning' if len(warnings) == 1 else 'warnings'}."
    return partial(output.said(message), output.at(warnings[0].line), severity=Severity.LOW, **output.how)
