"""What the page's scripts read: every finding, the policy's numbers, the words they show; and the checks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from kit.judgement.assessment import Assessment
from kit.judgement.waivers import unwaivable
from kit.model import AREAS, Check, Evidence, Finding
from kit.report.blocks import Json
from kit.report.texts import mapping
from kit.report.theme import OUTCOMES
from kit.report.words import CLASS_WORDS, OUTCOME_WORDS, sentence


@dataclass(frozen=True, slots=True)
class CheckView:
    """A check of the catalogue with what it found."""

    check: Check
    counts: tuple[tuple[str, int], ...]


def check_views(assessment: Assessment) -> dict[str, tuple[CheckView, ...]]:
    """The checks that ran, by area title."""
    counts: dict[str, Counter[str]] = {}
    for finding in assessment.findings:
        counts.setdefault(finding.check, Counter())[finding.outcome.value] += 1
    titles = {a.id: a.title for a in assessment.areas}
    found: dict[str, list[CheckView]] = {}
    for check in assessment.checks.values():
        if check.id in counts:
            shown = tuple((o, counts[check.id][o]) for o in OUTCOMES if counts[check.id][o])
            found.setdefault(titles.get(check.area, check.area.capitalize()), []).append(CheckView(check, shown))
    return {area: tuple(views) for area, views in found.items()}


def findings_data(assessment: Assessment) -> Json:
    """Every finding for the page's list, with texts that repeat said once."""
    texts = _Texts()
    rows = [_row(f, texts, assessment) for f in _by_gravity(assessment)]
    return {
        "texts": texts.said,
        "rows": rows,
        "areas": {a.id: a.title for a in assessment.areas},
        "words": OUTCOME_WORDS,
        "classes": CLASS_WORDS,
        "says": mapping("script"),
    }


def judgement_data(assessment: Assessment) -> Json:
    """What the page needs to judge by the same policy: its numbers, each check's severity, the order of findings."""
    place = {f.fingerprint: i for i, f in enumerate(_by_gravity(assessment))}
    policy = assessment.policy
    severities = {c.id: (policy.override(c.id).severity or c.severity).value for c in assessment.checks.values()}
    return {
        "policy": policy.values(),
        "severities": severities,
        "areas": {id: title for id, (_, title) in AREAS.items()},
        "environments": list(assessment.environments),
        "order": [place[f.fingerprint] for f in assessment.findings],
        "unwaivable": [place[f.fingerprint] for f in assessment.open if unwaivable(f, policy)],
    }


class _Texts:
    """Texts by index, each said once."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._index: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        if text not in self._index:
            self._index[text] = len(self.said)
            self.said.append(text)
        return self._index[text]


def _by_gravity(assessment: Assessment) -> list[Finding]:
    opened = assessment.open
    first = {f.fingerprint for f in opened}
    return [*opened, *(f for f in assessment.findings if f.fingerprint not in first)]


def _row(finding: Finding, texts: _Texts, assessment: Assessment) -> list[Any]:
    """One finding as a list; the page's script names the places in the same order."""
    waived = finding.waived
    return [
        finding.fingerprint,
        finding.check,
        finding.area,
        texts(finding.title),
        finding.severity.value,
        finding.outcome.value,
        texts(finding.message),
        texts(finding.fix),
        [_evidence(e, texts) for e in finding.evidence],
        finding.file_class.value,
        finding.environment or "",
        [waived.reason, waived.owner, waived.expires] if waived else 0,
        sentence(finding.blocker or ""),
        finding.effort_hours,
        int(assessment.policy.is_open(finding)),
    ]


def _evidence(evidence: Evidence, texts: _Texts) -> list[Any]:
    shown = [texts(evidence.path), evidence.line, texts(evidence.excerpt), evidence.strength.value]
    return [*shown, texts(evidence.before), texts(evidence.after)] if evidence.before or evidence.after else shown
