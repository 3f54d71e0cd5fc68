"""Waivers and attestations: what people accept or vouch for, applied to findings; misuse becomes a notice."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pathspec import GitIgnoreSpec

from kit.judgement.policy import Policy
from kit.model import AREAS, Check, Finding, Waiver
from kit.params import Params, WaiverParams

EVERYWHERE = {"**", "*", ".", "/", "**/*"}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the assessment itself that its reader should know. `kind` is a word to group by."""

    kind: str
    text: str
    place: str


def apply_waivers(
    findings: Sequence[Finding], params: Params, policy: Policy, today: date, checks: Mapping[str, Check]
) -> tuple[tuple[Finding, ...], tuple[Notice, ...]]:
    """The findings with those that a valid waiver covers marked, and what is wrong with the waivers."""
    marked: dict[int, Finding] = {}
    ran = {f.check for f in findings}
    notices: list[Notice] = []
    for index, waiver in enumerate(params.waivers):
        if left_out(waiver.check, ran, checks):
            continue
        place = params.source.place(("waivers", index))
        covered = [i for i, f in enumerate(findings) if i not in marked and _covers(waiver, f)]
        accepted = [i for i in covered if not unwaivable(findings[i], policy)]
        notices += _about_waiver(waiver, place, len(covered), len(accepted), policy, today)
        if waiver.expires >= today:
            note = Waiver(waiver.reason, waiver.owner, waiver.expires.isoformat())
            marked |= {i: replace(findings[i], waived=note) for i in accepted}
    return tuple(marked.get(i, f) for i, f in enumerate(findings)), tuple(notices)


def left_out(check: str, ran: set[str], checks: Mapping[str, Check]) -> bool:
    """True for a check that this run did not make: what is said about it is not unused."""
    return bool(checks) and check not in ran and not _unknown(check, checks)


def _unknown(check: str, checks: Mapping[str, Check]) -> bool:
    """True where the catalogue lacks the check but has others of its area, or there is no such area."""
    areas = {known.area for known in checks.values()}
    owner = next((area for area, (prefix, _) in AREAS.items() if check.startswith(f"{prefix}-")), None)
    return check not in checks and (owner is None or owner in areas)


def unknown_checks(params: Params, policy: Policy, checks: Mapping[str, Check]) -> tuple[Notice, ...]:
    """The ids in waivers, attestations and the policy that no check of the catalogue has."""
    named = [(w.check, params.source.place(("waivers", i))) for i, w in enumerate(params.waivers)]
    named += [(a.check, params.source.place(("attestations", i))) for i, a in enumerate(params.attestations)]
    named += [(check, f"policy {policy.name}") for check in policy.checks]
    return tuple(
        Notice("unknown-check", f"There is no check {check}{_near(check, checks)}", place)
        for check, place in named
        if checks and _unknown(check, checks)
    )


def primary_path(finding: Finding) -> str:
    """Where the finding stands: the path of its first evidence, `.` for the project as a whole."""
    return finding.evidence[0].path if finding.evidence else "."


def _covers(waiver: WaiverParams, finding: Finding) -> bool:
    if not finding.outcome.open or finding.check != waiver.check:
        return False
    return waiver.path in EVERYWHERE or GitIgnoreSpec.from_lines([waiver.path]).match_file(primary_path(finding))


def unwaivable(finding: Finding, policy: Policy) -> bool:
    """Whether no waiver can accept a finding."""
    rule = policy.waivers.unwaivable
    return finding.check in rule.checks or (rule.blockers and finding.blocker is not None)


def _about_waiver(
    waiver: WaiverParams, place: str, covered: int, accepted: int, policy: Policy, today: date
) -> Iterable[Notice]:
    what = f"The waiver of {waiver.check} for {waiver.path} by {waiver.owner}"
    if waiver.expires < today:
        yield Notice("waiver-expired", f"{what} expired on {waiver.expires}; it covered {covered}.", place)
        return
    if not covered:
        yield Notice("waiver-unused", f"{what} covers nothing that is open.", place)
    if covered > accepted:
        refused = covered - accepted
        yield Notice("waiver-refused", f"{what} names {refused} that the policy makes unwaivable.", place)
    if covered and waiver.path in EVERYWHERE:
        yield Notice("waiver-too-wide", f"{what} covers the whole project; name the paths.", place)
    elif accepted > policy.waivers.most_findings:
        yield Notice("waiver-too-wide", f"{what} covers {accepted} findings; name the paths.", place)
    if (waiver.expires - today).days > policy.waivers.most_days:
        limit = policy.waivers.most_days
        yield Notice("waiver-too-long", f"{what} runs until {waiver.expires}, over {limit} days.", place)


def _near(check: str, checks: Mapping[str, Check]) -> str:
    close = difflib.get_close_matches(check, checks, n=1)
    return f"; did you mean {close[0]}?" if close else "."
