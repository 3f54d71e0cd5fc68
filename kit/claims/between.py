"""Statements about one thing that cannot both be true, in one report or in several, and which the project supports."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kit.claims.amounts import Amount, amounts
from kit.claims.bounds import asks
from kit.claims.model import Claim, Contradiction, Stated, Verdict

_OPPOSED = {(Stated.PASS, Stated.FAIL), (Stated.FAIL, Stated.PASS)}
_WORTH = {
    Verdict.CONFIRMED: 2,
    Verdict.PARTLY: 1,
    Verdict.UNDECIDABLE: 0,
    Verdict.UNSUPPORTED: -1,
    Verdict.REFUTED: -2,
}
MOST = 60


@dataclass(frozen=True, slots=True)
class _Said:
    """A number that a claim gives of a subject."""

    subject: str
    amount: Amount
    claim: Claim


_SUBJECTS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE), unit)
    for name, pattern, unit in (
        ("recovery time objective", r"\bRTO\b|recovery time objective", "s"),
        ("recovery point objective", r"\bRPO\b|recovery point objective", "s"),
        ("number of tables", r"\b\d+\+?\s+(?:[\w-]+\s+){0,2}tables\b", "tables"),
        ("number of models", r"\b\d+\+?\s+(?:[\w-]+\s+){0,2}models\b", "models"),
        ("number of services", r"\b\d+\+?\s+(?:[\w-]+\s+){0,2}(?:micro)?services\b", "services"),
        ("number of functions", r"\b\d+\+?\s+(?:[\w-]+\s+){0,1}lambda functions\b", "functions"),
        ("number of test files", r"\b\d+\+?\s+(?:[\w-]+\s+){0,1}test files\b", "test files"),
        ("number of endpoints", r"\b\d+\+?\s+(?:[\w-]+\s+){0,2}(?:endpoints|routes)\b", "endpoints"),
        ("test coverage", r"\bcoverage\b", "%"),
    )
)


def contradictions(claims: list[Claim]) -> list[Contradiction]:
    """Pairs of claims of which one at most is true, the readiness verdicts of several reports first."""
    found = [*_verdicts(claims), *_numbers(claims), *_opposite(claims)]
    once = {(c.a, c.b): c for c in reversed(found)}
    kept = [c for c in found if once.get((c.a, c.b)) is c]
    return kept[:MOST]


def _opposite(claims: list[Claim]) -> Iterator[Contradiction]:
    """One says that a thing holds, another that it does not."""
    by_check: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.stated in {Stated.PASS, Stated.FAIL} and not asks(claim.statement) and claim.statement.kind != "code":
            for check in claim.checks[:1]:
                by_check[check].append(claim)
    for check, speaking in sorted(by_check.items()):
        praised = [c for c in speaking if c.stated is Stated.PASS]
        blamed = [c for c in speaking if c.stated is Stated.FAIL]
        pair = _nearest(praised, blamed)
        if pair is not None:
            good, poor = pair
            yield _between(good, poor, check, "One says that it holds, the other that it does not.")


def _nearest(praised: list[Claim], blamed: list[Claim]) -> tuple[Claim, Claim] | None:
    """The pair whose words are most alike, of two reports where there are several."""
    pairs = [(p, b) for p in praised for b in blamed if not _two_things(p.statement.text, b.statement.text)]
    if not pairs:
        return None
    return max(pairs, key=lambda pair: (pair[0].statement.source != pair[1].statement.source, _alike(*pair)))


_PART = re.compile(
    r"((?:[\w-]+\s+){1,3})(test|service|route|endpoint|image|job|script|worker|page|table|container|pod|module|quer)(?:s|ies|y)?\b",
    re.IGNORECASE,
)
_ANY = re.compile(
    r"(?:all|any|some|every|each|the|these|those|our|your|most|many|few|only|other|more|new|existing|automated|and|or|for"
    r"|with|without|are|not|pass|passing|fail|failing|missing|run|running)$"
)


def _two_things(one: str, other: str) -> bool:
    """Whether they speak of parts of one kind that differ: database tests pass, engine tests do not."""
    a, b = _parts(one), _parts(other)
    both = a.keys() & b.keys()
    return bool(both) and all(a[kind] and b[kind] and not a[kind] & b[kind] for kind in both)


@lru_cache(maxsize=4096)
def _parts(text: str) -> dict[str, frozenset[str]]:
    """Kinds of parts that a text names, each with the words that say which of them."""
    found: dict[str, frozenset[str]] = {}
    for before, kind in _PART.findall(text):
        words = frozenset(w for w in re.findall(r"[a-z][\w-]{2,}", before.lower()) if not _ANY.match(w))
        found[kind.lower()] = found.get(kind.lower(), frozenset()) | words
    return found


def _alike(a: Claim, b: Claim) -> float:
    one, other = (set(re.findall(r"[a-z]{3,}", c.statement.text.lower())) for c in (a, b))
    return len(one & other) / (len(one | other) or 1)


def _numbers(claims: list[Claim]) -> Iterator[Contradiction]:
    """Two numbers of one thing that do not meet."""
    said = [each for claim in claims for each in _said(claim)]
    for subject in dict.fromkeys(s.subject for s in said):
        of_it = [s for s in said if s.subject == subject]
        for index, one in enumerate(of_it):
            other = next((o for o in of_it[index + 1 :] if _apart(one.amount, o.amount)), None)
            if other is not None:
                reason = f"One says {one.amount.text}, the other {other.amount.text}."
                yield _between(one.claim, other.claim, subject, reason)
                break


def _said(claim: Claim) -> Iterator[_Said]:
    statement = claim.statement
    if statement.kind == "code" or asks(statement) or claim.stated is Stated.FAIL:
        return
    for subject, pattern, unit in _SUBJECTS:
        found = pattern.search(statement.text)
        if found is None:
            continue
        span = statement.text if unit in {"s", "%"} else found[0]
        amount = next((a for a in amounts(span) if a.unit == (unit if unit in {"s", "%"} else "")), None)
        if amount is not None:
            yield _Said(subject, amount, claim)


def _apart(a: Amount, b: Amount) -> bool:
    low = max(x.low for x in (a, b) if x.low is not None) if a.low is not None or b.low is not None else None
    high = min(x.high for x in (a, b) if x.high is not None) if a.high is not None or b.high is not None else None
    return low is not None and high is not None and low > high and not a.fits(b.low or b.high or 0)


_READY = re.compile(
    r"\b(?:production|deployment)[- ]ready\b|\bready (?:for|to) (?:production|deploy)|\bapproved\b|\bdeployment readiness:? *100|status: (?:go|ready)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\bdo not deploy\b|\bnot (?:unconditionally )?(?:approved|ready|deployable|production)|\bno-go\b|\bcritical blockers?\b.*\bdeploy|\brequires critical remediation",
    re.IGNORECASE,
)


def _verdicts(claims: list[Claim]) -> Iterator[Contradiction]:
    """A report that says ready against one that says not ready."""
    ready = _first_of_each(c for c in claims if _READY.search(c.statement.text) and not _NOT.search(c.statement.text))
    not_ready = _first_of_each(c for c in claims if _NOT.search(c.statement.text))
    right = score_of(claims)
    for one in ready:
        for other in not_ready:
            a, b = one.statement, other.statement
            if a.source == b.source or (
                b.source in {c.statement.source for c in ready} and a.source in {c.statement.source for c in not_ready}
            ):
                continue
            reason = (
                f"One report says ready, the other not. Of what the project decides, {right.get(a.source, 0):.0%} of {a.source}"
                f" and {right.get(b.source, 0):.0%} of {b.source} is borne out."
            )
            yield Contradiction(a.id, b.id, "readiness", None, reason)


def _first_of_each(claims: Iterator[Claim]) -> list[Claim]:
    first: dict[str, Claim] = {}
    for claim in claims:
        if claim.statement.kind != "code":
            first.setdefault(claim.statement.source, claim)
    return list(first.values())


def score_of(claims: list[Claim]) -> dict[str, float]:
    """The share of each report's decided claims that the project bears out; partly counts half."""
    found: dict[str, float] = {}
    for source in dict.fromkeys(c.statement.source for c in claims):
        decided = [c.verdict for c in claims if c.statement.source == source and c.verdict is not Verdict.UNDECIDABLE]
        held = sum(1.0 if v is Verdict.CONFIRMED else 0.5 if v is Verdict.PARTLY else 0.0 for v in decided)
        found[source] = held / len(decided) if decided else 0.0
    return found


def _between(one: Claim, other: Claim, about: str, reason: str) -> Contradiction:
    first, second = sorted((one, other), key=lambda c: (c.statement.source, c.statement.line))
    better = _WORTH[first.verdict] - _WORTH[second.verdict]
    supported = None
    if (better > 0 and first.verdict is Verdict.CONFIRMED) or (
        better > 0 and second.verdict in {Verdict.REFUTED, Verdict.UNSUPPORTED}
    ):
        supported = first
    elif better < 0 and (
        second.verdict is Verdict.CONFIRMED or first.verdict in {Verdict.REFUTED, Verdict.UNSUPPORTED}
    ):
        supported = second
    told = f"{reason} {supported.reason}" if supported else f"{reason} The project decides for neither."
    return Contradiction(
        first.statement.id, second.statement.id, about, supported.statement.id if supported else None, told
    )
