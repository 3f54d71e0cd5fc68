"""A verdict for each statement: from what lookups saw, and from what the checks that it speaks to found."""

from __future__ import annotations

import re
from dataclasses import replace

from kit.claims.bounds import out_of_reach
from kit.claims.checked import heard
from kit.claims.ground import Ground
from kit.claims.lookups import features, look_up
from kit.claims.lookups.files import named_paths
from kit.claims.model import Answer, Claim, Spoken, Stated, Statement, Verdict
from kit.claims.parts import in_part
from kit.claims.understand import speak_to
from kit.claims.understand import stated as stated_by
from kit.claims.weigh import reaches, weighed
from kit.claims.wired import at_work
from kit.model import Evidence

_ORDER = (Verdict.REFUTED, Verdict.UNSUPPORTED, Verdict.PARTLY, Verdict.CONFIRMED, Verdict.UNDECIDABLE)
_PRESENT = re.compile(
    r"\b(?:is|are)? ?(?:present|in place|enabled|configured|implemented|tracked|working|available)\W*$", re.IGNORECASE
)
_DENIED = re.compile(r"\b(?:no|not|never|missing|without|lacks?|un\w+ed|nothing|none|cannot)\b", re.IGNORECASE)
MOST_REASONS = 3
MOST_EVIDENCE = 6


def judge(statement: Statement, ground: Ground) -> Claim:
    """The statement with its verdict, why, and where the project shows it."""
    stated = stated_by(statement)
    reach = out_of_reach(statement, stated)
    if reach is not None and reach.asks:
        return Claim(statement, stated, Verdict.UNDECIDABLE, reach.reason)
    spoken = () if _is_command(statement) else _own_words(statement, tuple(speak_to(statement)))
    if reach is not None:
        answers = heard(statement, spoken, ground, measured=True) if reach.measured else []
        return _joined(statement, stated, spoken, answers, reach.reason)
    looked = (_as_stated(answer, stated) for answer in look_up(statement, ground))
    answers = [_of_named_file(answer, statement, ground) for answer in looked if answer is not None]
    if not _settled(answers, statement):
        answers += weighed(heard(statement, spoken, ground), statement, spoken, ground)
    if not _decided(answers) and not any(answer.checks for answer in answers):
        # What a check or a count tells is closer than that some line shows a feature.
        answers += [shown for a in features.look(statement, ground) if (shown := _as_stated(a, stated)) is not None]
    if not _decided(answers):
        answers = in_part(answers, statement, stated)
    return _joined(statement, stated, spoken, at_work(answers, ground), "")


def _decided(answers: list[Answer]) -> bool:
    return any(answer.decisive and answer.verdict is not Verdict.UNDECIDABLE for answer in answers)


def _of_named_file(answer: Answer, statement: Statement, ground: Ground) -> Answer:
    """A refutation of what is said of one file by what other files hold is none."""
    if answer.verdict is not Verdict.REFUTED or answer.about.startswith(("file ", "excerpt ")):
        return answer
    found = [ground.resolve(named.written, statement.source) for named in named_paths(statement.text)]
    paths = [path for known in found for path in known[:1]]
    if not paths or any(e.path == p or e.path.startswith(f"{p}/") for e in answer.evidence for p in paths):
        return answer
    return replace(answer, verdict=Verdict.UNDECIDABLE, decisive=False)


def _own_words(statement: Statement, spoken: tuple[Spoken, ...]) -> tuple[Spoken, ...]:
    """What is said to be there in so many words is praise, also below a heading that finds fault."""
    praised = statement.mark is None and _PRESENT.search(statement.text) and not _DENIED.search(statement.text)
    if not praised:
        return spoken
    return tuple(replace(s, stated=Stated.PASS) if s.stated is Stated.FAIL and not s.defect else s for s in spoken)


def _settled(answers: list[Answer], statement: Statement) -> bool:
    """Whether lookups say all: the file that it is about is missing, or what is said to exist does."""
    missing = [a for a in answers if a.verdict is Verdict.UNSUPPORTED and a.about.startswith(("file ", "excerpt "))]
    if missing:
        return True
    says_so = re.search(r"\bexists?\b(?!.*\bbut\b)", statement.text, re.IGNORECASE) is not None
    return says_so and any(a.decisive and _is_there(a) for a in answers)


def _is_there(answer: Answer) -> bool:
    return answer.exists and answer.verdict is Verdict.CONFIRMED


def _is_command(statement: Statement) -> bool:
    """Whether it is nothing but a quoted command."""
    return re.fullmatch(r"`[^`]+`\W*", statement.text) is not None


def _as_stated(answer: Answer, stated: Stated) -> Answer | None:
    """A lookup's answer under what the statement says of its subject; None where that leaves nothing to say.

    That a thing is there says nothing against a statement that finds fault with it; that it is missing bears out only
    one that says so.
    """
    if stated is Stated.FAIL and answer.exists:
        return None
    return answer


def _joined(
    statement: Statement, stated: Stated, spoken: tuple[Spoken, ...], answers: list[Answer], otherwise: str
) -> Claim:
    decisive = [a for a in answers if a.decisive and a.verdict is not Verdict.UNDECIDABLE]
    checks = tuple(dict.fromkeys([*(c for a in answers for c in a.checks), *(s.check for s in spoken)]))
    if not decisive:
        reason, evidence = _undecided(answers, spoken, otherwise)
        return Claim(statement, stated, Verdict.UNDECIDABLE, reason, checks, evidence)
    verdict = _verdict(decisive)
    if verdict is Verdict.REFUTED and all(a.checks for a in decisive) and any(_is_there(a) for a in answers):
        verdict = Verdict.PARTLY
    if not reaches(verdict, decisive, statement, stated, spoken) or _of_unseen_product(verdict, answers):
        verdict = Verdict.PARTLY
    kept = [a for a in decisive if a.verdict is verdict] or decisive
    if verdict is Verdict.PARTLY:
        kept = sorted(decisive, key=lambda a: _ORDER.index(a.verdict))
    reason = " ".join(dict.fromkeys(a.reason for a in kept[:MOST_REASONS]))
    if verdict is Verdict.PARTLY and all(a.verdict is Verdict.CONFIRMED for a in decisive):
        reason = f"{reason} The rest of what is said is not decided by that."
    evidence = tuple(dict.fromkeys(e for a in kept for e in a.evidence))[:MOST_EVIDENCE]
    return Claim(statement, stated, verdict, reason, checks, evidence)


def _of_unseen_product(verdict: Verdict, answers: list[Answer]) -> bool:
    """Whether checks bear out a kind of thing, and the product that is named for it cannot be seen at work."""
    if verdict is not Verdict.CONFIRMED or not all(a.checks for a in answers if a.decisive):
        return False
    return any(a.about.startswith("product ") and a.verdict is Verdict.UNDECIDABLE for a in answers)


def _verdict(answers: list[Answer]) -> Verdict:
    """Of several parts: all alike that verdict; some borne out and some not, partly."""
    if any(answer.verdict is Verdict.REFUTED and not answer.checks for answer in answers):
        # That the thing is there bears out nothing of a number, size or release that is wrong.
        answers = [answer for answer in answers if not _is_there(answer)]
    verdicts = {answer.verdict for answer in answers}
    if len(verdicts) == 1:
        return verdicts.pop()
    if Verdict.CONFIRMED in verdicts or Verdict.PARTLY in verdicts:
        return Verdict.PARTLY
    # What is not there cannot be seen to be otherwise.
    looked = any(answer.verdict is Verdict.UNSUPPORTED and not answer.checks for answer in answers)
    return Verdict.UNSUPPORTED if looked else Verdict.REFUTED


def _undecided(answers: list[Answer], spoken: tuple[Spoken, ...], otherwise: str) -> tuple[str, tuple[Evidence, ...]]:
    seen = [a for a in answers if a.reason]
    if otherwise:
        return otherwise, ()
    if seen:
        reason = " ".join(dict.fromkeys(a.reason for a in seen[:2]))
        told = f"{reason} That alone does not decide what is said."
        return told, tuple(dict.fromkeys(e for a in seen for e in a.evidence))[:MOST_EVIDENCE]
    if spoken:
        return "The checks that this speaks to could not be decided from files.", ()
    return "Nothing in it can be counted or looked up, and no check of the catalogue speaks of it.", ()
