"""What changed between two assessments, and which change moved a verdict. Pure: plain data in, a record out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.judgement.verdict import VERDICTS

SCHEMA = 1
OPEN = {"fail", "partial"}
_COMPARED = ("outcome", "severity", "blocker", "waived")


class DiffError(ValueError):
    """One of the two is no assessment that this version reads."""


@dataclass(frozen=True, slots=True)
class Change:
    """A finding that is not as it was. `kind`: new, newly_asked (its check did not run before), fixed, gone, worse,
    better or changed; `before` and `after` are what it came to, empty where it was not there."""

    kind: str
    fingerprint: str
    check: str
    area: str
    title: str
    message: str
    severity: str
    blocker: str
    place: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Move:
    """A verdict that changed, and the fingerprints of the changes that stand behind it."""

    environment: str
    before: str
    after: str
    reasons: tuple[str, ...]
    findings: tuple[str, ...]

    @property
    def better(self) -> bool:
        """True where the verdict rose."""
        return _rank(self.after) < _rank(self.before)


@dataclass(frozen=True, slots=True)
class Trend:
    """A number then and now."""

    before: float
    after: float

    @property
    def change(self) -> float:
        """What it rose by."""
        return round(self.after - self.before, 1)


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs. `since` is when the earlier assessment was made (ISO 8601); `added` and `dropped` are
    the checks that only the later or only the earlier one ran."""

    since: str
    revision: str | None
    score: Trend
    confidence: Trend
    risk: Trend
    moves: tuple[Move, ...]
    changes: tuple[Change, ...]
    policy_changed: bool
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def of(self, *kinds: str) -> tuple[Change, ...]:
        """The changes of some kinds."""
        return tuple(c for c in self.changes if c.kind in kinds)

    @property
    def worsened(self) -> bool:
        """True where a verdict fell by more than what is asked for the first time."""
        return any(not move.better and not self.only_newly_asked(move) for move in self.moves)

    def only_newly_asked(self, move: Move) -> bool:
        """Whether nothing but findings of checks that did not run before stands behind a move."""
        newly = {c.fingerprint for c in self.of("newly_asked")}
        return bool(move.findings) and newly.issuperset(move.findings)


def diff(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    """What changed from one assessment to a later one, both as `assessment.json` holds them.

    Raises DiffError for data that is no assessment of a schema that this version reads.
    """
    return _diff(checked(old), checked(new))


def checked(data: Any) -> Mapping[str, Any]:
    """The data where it is an assessment as far as a comparison reads it. Raises DiffError for anything else."""
    if not isinstance(data, Mapping) or "schema" not in data:
        raise DiffError("no assessment: it has no schema")
    if data["schema"] != SCHEMA:
        raise DiffError(f"an assessment of schema {data['schema']}, which this version does not read")
    try:
        _diff(data, data)
        for finding in data["findings"]:
            _change("", finding, None)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DiffError(f"no whole assessment: {error} is missing or of another kind") from error
    return data


def _diff(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    changes = tuple(_changes(old["findings"], new["findings"]))
    before, after = _ran(old["findings"]), _ran(new["findings"])
    return Changes(
        since=str(old["generated_at"]),
        revision=old["project"]["revision"],
        score=Trend(float(old["score"]), float(new["score"])),
        confidence=Trend(float(old["confidence"]), float(new["confidence"])),
        risk=Trend(float(old["risk_score"]), float(new["risk_score"])),
        moves=tuple(_moves(old, new, changes)),
        changes=changes,
        policy_changed=old["policy"].get("sha256") != new["policy"].get("sha256"),
        added=tuple(sorted(after - before)),
        dropped=tuple(sorted(before - after)),
    )


def _changes(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterable[Change]:
    before = {str(f["fingerprint"]): f for f in old}
    after = {str(f["fingerprint"]): f for f in new}
    asked = _ran(old)
    for fingerprint, finding in after.items():
        known = before.get(fingerprint)
        if known is None:
            if _open(finding):
                yield _change("new" if finding["check"] in asked else "newly_asked", None, finding)
        elif any(known.get(key) != finding.get(key) for key in _COMPARED):
            yield _change(_kind(known, finding), known, finding)
    # Where the check still ran, what it no longer finds is mended or taken away; else nobody looked.
    asks = _ran(new)
    for fingerprint, finding in before.items():
        if fingerprint not in after and _open(finding):
            yield _change("fixed" if finding["check"] in asks else "gone", finding, None)


def _ran(findings: Sequence[Mapping[str, Any]]) -> set[str]:
    """The checks that ran: one that had nothing to look at has a finding that says so."""
    return {str(f["check"]) for f in findings}


def _kind(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if _open(before) and not _open(after):
        return "fixed" if after["outcome"] == "pass" else "changed"
    if _open(after) and not _open(before):
        return "new"
    worse = _harm(after) - _harm(before)
    return "worse" if worse > 0 else "better" if worse < 0 else "changed"


def _open(finding: Mapping[str, Any]) -> bool:
    return finding["outcome"] in OPEN and finding["waived"] is None


def _harm(finding: Mapping[str, Any]) -> int:
    if not _open(finding):
        return 0
    grade = {"low": 1, "medium": 2, "high": 3, "critical": 4}[finding["severity"]]
    return 10 * bool(finding.get("blocker")) + 2 * grade + int(finding["outcome"] == "fail")


def _change(kind: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Change:
    shown = after or before or {}
    return Change(
        kind=kind,
        fingerprint=str(shown["fingerprint"]),
        check=str(shown["check"]),
        area=str(shown["area"]),
        title=str(shown["title"]),
        message=str(shown["message"]),
        severity=str(shown["severity"]),
        blocker=str(shown.get("blocker") or ""),
        place=_place(shown["evidence"]),
        before=_state(before),
        after=_state(after),
    )


def _state(finding: Mapping[str, Any] | None) -> str:
    if finding is None:
        return ""
    return "waived" if finding["waived"] is not None else str(finding["outcome"])


def _place(evidence: Sequence[Mapping[str, Any]]) -> str:
    if not evidence:
        return ""
    path, line = evidence[0]["path"], evidence[0]["line"]
    return str(path) if line is None else f"{path}:{line}"


def _moves(old: Mapping[str, Any], new: Mapping[str, Any], changes: Sequence[Change]) -> Iterable[Move]:
    """Verdicts that differ, each with the reasons of the worse side and the changed findings behind them."""
    changed = {c.fingerprint for c in changes}
    for name, verdict in new["environments"].items():
        known = old["environments"].get(name)
        if known is None or known["verdict"] == verdict["verdict"]:
            continue
        worse = max(known, verdict, key=lambda v: _rank(v["verdict"]))
        held = [r for r in worse["reasons"] if r["verdict"] == worse["verdict"]]
        behind = dict.fromkeys(f for r in held for f in r["findings"] if f in changed)
        yield Move(
            str(name),
            str(known["verdict"]),
            str(verdict["verdict"]),
            tuple(str(r["text"]) for r in held),
            tuple(str(f) for f in behind),
        )


def _rank(verdict: str) -> int:
    return VERDICTS.index(verdict) if verdict in VERDICTS else len(VERDICTS)
