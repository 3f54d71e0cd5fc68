"""What logs and metrics of the running system say."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.evidence import Told, told
from kit.model import Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.evidence.model import Log, Sample, Series

ERRORS = 0.01
FEWEST = 50
"""Entries of a service below which a share says little."""
_GRAVE = {"critical", "page", "high", "error"}


@check("OBS-071", "Nothing is down, and no alert fires", Severity.HIGH, Clause.EXECUTION, effort_hours=2)
def nothing_is_down(project: Project) -> Iterator[Fact]:
    """
    Metrics that nobody looks at before a release tell afterwards what was to be seen before.

    Decides: answers of Prometheus' API that are named under `evidence`: targets that are not up (`up`, `probe_success`, the list
    of targets) and alerts that fire (`ALERTS`, the list of alerts).

    Fix: bring the target up, or take it out of the scrape configuration; answer the alert before the release.

    Blind to: other metrics, and the time after it was asked.

    See: https://prometheus.io/docs/concepts/jobs_instances/
    """
    for answer in told(project, Series):
        if answer.record.error:
            yield unknown(f"Prometheus answered with an error: {answer.record.error}", answer.at(), **answer.how)
        alive = [s for s in answer.record.samples if s.name in ("up", "probe_success")]
        for sample in alive:
            if sample.value == 0:
                yield bad(
                    answer.said(f"{_target(sample)} is down{_why(sample)}."), answer.at(sample.line), **answer.how
                )
        firing = [
            s
            for s in answer.record.samples
            if s.name == "ALERTS" and s.labels.get("alertstate") == "firing" and s.value
        ]
        for sample in firing:
            yield _fires(answer, sample)
        if alive and all(s.value for s in alive):
            up = "The one target is up." if len(alive) == 1 else f"All {len(alive)} targets are up."
            yield ok(answer.said(up), answer.at(alive[0].line), **answer.how)
        if not firing and any(s.name == "ALERTS" for s in answer.record.samples):
            yield ok(answer.said("No alert fires; some are pending."), answer.at(), **answer.how)


def _target(sample: Sample) -> str:
    return " ".join(filter(None, (sample.labels.get("job", ""), sample.labels.get("instance", "")))) or "A target"


def _why(sample: Sample) -> str:
    return f": {sample.labels['error'].rstrip('.')}" if sample.labels.get("error") else ""


def _fires(answer: Told[Series], sample: Sample) -> Fact:
    grade = sample.labels.get("severity", "").lower()
    about = " ".join(
        f"{k}={v}" for k, v in sample.labels.items() if k in ("severity", "job", "instance", "namespace", "service")
    )
    severity = Severity.HIGH if grade in _GRAVE else Severity.MEDIUM
    message = answer.said(
        f"The alert {sample.labels.get('alertname', 'without a name')} fires ({about or 'no labels'})."
    )
    return bad(message, answer.at(sample.line), severity=severity, **answer.how)


@check("OBS-072", "Logs tell of few errors", Severity.MEDIUM, Clause.EXECUTION, effort_hours=4)
def logs_tell_of_few_errors(project: Project) -> Iterator[Fact]:
    """
    Errors that stand in the log every minute are either a defect that users meet, or noise in which the next one drowns.

    Decides: the share of entries of level error or worse in each log file, and of each service in it, against
    `thresholds.error_rate`, or 1 per cent where none is set; the message that repeats most is named. Answers with status 5xx
    in access logs count as errors.

    Fix: mend what repeats most; what is no error of ours becomes a warning with a count.

    Blind to: the time that the file covers, where its entries tell none.

    See: https://sre.google/sre-book/monitoring-distributed-systems/
    """
    wanted = project.thresholds.error_rate
    for log in told(project, Log):
        if set(log.record.levels) <= {"none"}:
            yield unknown(
                f"{log.file.path}: none of its {log.record.entries} entries tells a level.", log.at(), **log.how
            )
            continue
        yield _rate(log, "", log.record.errors, log.record.entries, wanted)
        if len(log.record.services) > 1:
            for service, levels in log.record.services.items():
                errors, entries = levels.get("error", 0) + levels.get("fatal", 0), sum(levels.values())
                if errors and entries >= FEWEST:
                    yield _rate(log, service, errors, entries, wanted)


def _rate(log: Told[Log], service: str, errors: int, entries: int, wanted: float | None) -> Fact:
    limit = ERRORS if wanted is None else wanted
    who = f"{log.file.path}{f', {service}' if service else ''}"
    message = f"{who}: {errors} of {entries} entries are errors, {errors / entries:.1%}; at most {limit:.1%} {'are allowed' if wanted is not None else 'are usual'}"
    repeated = [r for r in log.record.repeated if r.level in ("error", "fatal")]
    line = repeated[0].line if repeated and errors else None
    if errors <= limit * entries:
        return ok(log.said(f"{message}."), log.at(), **log.how)
    most = f"; most often ({repeated[0].count} times): {repeated[0].message}" if repeated and not service else ""
    grade = bad if wanted is not None else partial
    return grade(log.said(f"{message}{most}."), log.at(line), **log.how)


@check("OBS-073", "Logs hold no secrets and no personal data", Severity.HIGH, Clause.COMPLIANCE, effort_hours=4)
def logs_hold_nothing_private(project: Project) -> Iterator[Fact]:
    """
    Logs are read by more people, kept in more places and for longer than any table of users.

    Decides: the log files of the evidence: secrets by their form and by the name that they are given to, e-mail addresses, card
    and account numbers with a valid check digit, values named phone, birth date and the like. Addresses of roles and of example
    domains are left out. What is found is masked wherever it is shown.

    Fix: remove it from the logs that are kept, change the secrets, and take the field out where it is logged.
    - node: `redact` of pino.
    - python: a `logging.Filter`.

    Blind to: names, and IP addresses, which access logs hold for good reasons and for a limited time.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html
    """
    for log in told(project, Log):
        for found in log.record.exposed:
            lines = "1 line" if found.count == 1 else f"{found.count} lines"
            severity = Severity.MEDIUM if found.personal else Severity.HIGH
            yield bad(
                log.said(f"{log.file.path} holds {found.what} in {lines}; the first is {found.shown}."),
                log.at(found.line),
                severity=severity,
                **log.how,
            )
        if not log.record.exposed:
            part = "" if log.record.whole else ", as far as it was looked through"
            yield ok(
                log.said(f"{log.file.path}: no secret and no personal data among {log.record.entries} entries{part}."),
                log.at(),
                **log.how,
            )
