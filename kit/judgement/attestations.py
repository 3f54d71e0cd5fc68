"""What named people vouch for: it decides what nothing else can, and overrules nothing.

An answer holds from its day to its end, a year where it names none. It decides the findings of its check that would
be unknown, under its path; where files, measurements or a running system have decided otherwise, both are shown. Of
several answers to one check the latest counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from pathspec import GitIgnoreSpec

from kit.judgement.waivers import EVERYWHERE, Notice, left_out, primary_path
from kit.model import Check, Evidence, Finding, Outcome, Strength
from kit.params import Attestation, Params

HOLDS = timedelta(days=365)
"""How long an answer without an end of its own holds."""
UNSHOWN = "The project itself does not show it:"
"""What stands between what a person says and what is not seen."""


def apply_attestations(
    findings: Sequence[Finding], params: Params, today: date, checks: Mapping[str, Check]
) -> tuple[tuple[Finding, ...], tuple[Notice, ...]]:
    """The findings with attested answers where they would be unknown, and what is wrong with the answers."""
    ran = {f.check for f in findings}
    given = [(params.source.place(("attestations", i)), a) for i, a in enumerate(params.attestations)]
    given = [(place, a) for place, a in given if not left_out(a.check, ran, checks)]
    valid = sorted((a for _, a in given if _in_force(a, today)), key=lambda a: a.on, reverse=True)
    attested, used = [], set()
    for finding in findings:
        answer = next((a for a in valid if finding.outcome is Outcome.UNKNOWN and _covers(a, finding)), None)
        if answer is not None:
            used.add(id(answer))
        attested.append(finding if answer is None else _attested(finding, answer, checks))
    notices = [n for place, a in given for n in _about(a, place, id(a) in used, findings, today)]
    return tuple(attested), tuple(notices)


def until(attestation: Attestation) -> date:
    """The last day on which an answer holds."""
    return attestation.expires or attestation.on + HOLDS


def _in_force(attestation: Attestation, today: date) -> bool:
    return attestation.on <= today <= until(attestation)


def _covers(attestation: Attestation, finding: Finding) -> bool:
    if finding.check != attestation.check:
        return False
    if attestation.path in EVERYWHERE:
        return True
    return bool(GitIgnoreSpec.from_lines([attestation.path]).match_file(primary_path(finding)))


def _attested(finding: Finding, attestation: Attestation, checks: Mapping[str, Check]) -> Finding:
    said = f"{attestation.by} attests on {attestation.on}, until {until(attestation)}: {attestation.answer}."
    note = f"{said} {attestation.note.rstrip('.')}." if attestation.note else said
    outcome = Outcome(attestation.answer)
    check = checks.get(finding.check)
    evidence = tuple(replace(e, strength=Strength.ATTESTED) for e in finding.evidence)
    return replace(
        finding,
        outcome=outcome,
        message=f"{note} {UNSHOWN} {finding.message}",
        evidence=evidence or (Evidence(".", None, None, "", Strength.ATTESTED),),
        blocker=check.blocker if check is not None and outcome.open else None,
    )


def _about(
    attestation: Attestation, place: str, used: bool, findings: Sequence[Finding], today: date
) -> Iterator[Notice]:
    what = f"The attestation of {attestation.check} by {attestation.by}"
    if until(attestation) < today:
        yield Notice(
            "attestation-expired", f"{what} held until {until(attestation)}; somebody has to look again.", place
        )
        return
    if attestation.on > today:
        yield Notice("attestation-early", f"{what} is dated {attestation.on}, which is yet to come.", place)
        return
    against = _against(attestation, findings)
    if against is not None:
        seen = f"{primary_path(against)} shows otherwise ({against.outcome.value}): {against.message}"
        yield Notice("attestation-conflict", f"{what} says {attestation.answer}, and {seen}", place)
    elif not used:
        yield Notice("attestation-unused", f"{what} is not used: {_why_unused(attestation, findings)}", place)


def _against(attestation: Attestation, findings: Sequence[Finding]) -> Finding | None:
    """A finding that was decided without people, the other way."""
    decided = [f for f in findings if f.outcome.decided and _covers(attestation, f)]
    if attestation.answer == "pass":
        return next((f for f in decided if f.outcome.open), None)
    return next(iter(decided), None) if decided and not any(f.outcome.open for f in decided) else None


def _why_unused(attestation: Attestation, findings: Sequence[Finding]) -> str:
    if any(f.outcome.decided and _covers(attestation, f) for f in findings):
        return "the project itself answers it."
    return "nothing of that check is undecided, or a later one answers it."
