"""How far an answer reaches: what a statement says beyond it, and what keeps a check from refuting it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from kit.claims.amounts import amounts
from kit.claims.ground import READ, Ground
from kit.claims.model import Answer, Spoken, Stated, Statement, Verdict
from kit.claims.words import words_of
from kit.model import FileClass
from kit.sources.commands.command import word_set

_SPLIT = re.compile(r"(?:(?<!\s)\s+)?(?:,|;|\s\+\s|\s&\s|\band\b|\bplus\b)\s*", re.IGNORECASE)
_PRAISE = re.compile(
    r"\b(?:comprehensive(?:ly)?|complete(?:ly)?|full(?:y)?|robust|excellent|enterprise[- ]grade|extensive(?:ly)?|thorough(?:ly)?|perfect"
    r"|bank[- ]grade|military[- ]grade|world[- ]class|best practices?|proper(?:ly)?|production[- ]grade|good|very good|strong|optimi[sz]ed|efficient(?:ly)?|scalable|configurable|better|improved|faster|simpler|easier|latest|well[- ]\w+)\b",
    re.IGNORECASE,
)
_ABSENCE = re.compile(
    r"\b(?:no|none|missing|lack(?:s|ing)?|without|absent|nothing|not (?:yet )?(?:implemented|configured|present|available|set up|in place"
    r"|defined|there|enabled|used|added|exist\w*)|does(?:n't| not) exist|unavailable)\b",
    re.IGNORECASE,
)
_UNIVERSAL = re.compile(
    r"\b(?:no|none|zero|0|never|all|every|any|entirely|without|free of|removed|eliminated|fixed|100\s?%)\b",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(r"\W*(?:issue|problem|gap|risk|concern|bug|weakness|limitation)s?\b\s*[:—–-]", re.IGNORECASE)
_DOCUMENTED = re.compile(r"\bdocument(?:ed|ation)\b|\bguide\b|\bdescribed in\b|\bdocs?\b", re.IGNORECASE)
_OF_DOCUMENTS = ("OPS-", "CTR-", "REC-006", "OBS-014", "CMP-006")
_DISTINCT = re.compile(r"\b(?:[A-Z][a-z]+[A-Z]\w+|[a-z]+(?:-[a-z]+){2,}|[a-z]+[A-Z]\w+|[A-Z]{2,}_[A-Z_]+)\b")
_SMALL = word_set(
    "the a an for of in on to and or with is are be has have all our its via by from as at we it this that using used use"
    " implemented configured enabled added set up support supported provided available present exists exist ready"
)
_SECRET_CONSTANT = re.compile(
    r"\b[A-Z_]*(?:API_KEYS?|SECRET(?:_KEY)?S?|PASSWORDS?|(?:AUTH|ACCESS)_TOKENS?)\s*(?::[^=\n]{1,40})?=\s*[\[({]?\s*[\"'](?![\"'$<{])"
)
_OF_CODE = ("OBS-", "SEC-", "RES-", "CTR-", "CFG-007", "CMP-002", "DAT-0")
LEAST_SEEN = 0.5
"""The share of a statement's words that must have been seen before it is borne out as a whole."""
_KIND = re.compile(r"^(?:issue|problem|impact|finding|risk|evidence|status|note|gaps?)\s*:\s*", re.IGNORECASE)
_APPLIED = re.compile(r"migrat|supabase/|flyway|liquibase|drizzle|initdb|(?:^|/)V\d", re.IGNORECASE)
_DEPLOYS_ITSELF = re.compile(
    r"\bauto\w*[- ]deploy|\bdeploy\w*\b.{0,30}\b(?:automatic\w*|on (?:every |each )?(?:push|merge|commit))|\bcontinuous deployment",
    re.IGNORECASE,
)
_DEPLOYING = re.compile(
    r"deploy|kubectl|helm|vercel|railway|fly(?:ctl)?\b|\becs\b|rsync|\bssh\b|terraform apply|firebase|serverless|wrangler|netlify|heroku"
    r"|docker push|argocd",
    re.IGNORECASE,
)
_SAYING = frozenset({"echo", "printf", "cat", "grep", "test"})
_DENIED_LABEL = re.compile(r"\W*(?:no|missing)\b[^:—–]{3,50}[:—–]", re.IGNORECASE)
_DENIAL = re.compile(r"\bno\s+[a-z]", re.IGNORECASE)
_LABEL = re.compile(r":\s|\s[-—–|]\s|\s\(")
LEAST_COVER = 0.5
"""The share of a statement's words that a denied thing must make up before its presence refutes the statement."""


def weighed(
    answers: Iterable[Answer], statement: Statement, spoken: tuple[Spoken, ...], ground: Ground
) -> list[Answer]:
    """The answers of checks as far as they carry; what lookups say is left as it is."""
    phrases = {each.check: each for each in spoken}
    kept = []
    if _COMPLAINT.match(statement.text):
        phrases = {check: each for check, each in phrases.items() if each.stated is not Stated.PASS}
        answers = [answer for answer in answers if not answer.checks or answer.checks[0] in phrases]
    for answer in answers:
        said = phrases.get(answer.checks[0]) if answer.checks else None
        if said is None:
            kept.append(answer)
        elif not _about_documents(answer, statement):
            kept.append(_carried(answer, said, statement, ground))
    return kept


def _about_documents(answer: Answer, statement: Statement) -> bool:
    """Whether the statement is about a document, and the check is not."""
    return _DOCUMENTED.search(statement.text) is not None and not answer.checks[0].startswith(_OF_DOCUMENTS)


def _carried(answer: Answer, said: Spoken, statement: Statement, ground: Ground) -> Answer:
    if not _meets_names(answer, statement) or _not_read(answer, said, ground):
        return _doubted(answer)
    if said.stated is Stated.FAIL:
        # A check that finds no such defect may have overlooked the one that somebody has seen.
        if answer.verdict is Verdict.REFUTED and (said.defect or not _denies(said, statement)):
            return _doubted(answer)
        if answer.verdict is Verdict.REFUTED and not _of_quoted_route(answer, statement):
            return _doubted(answer)
        if answer.verdict is Verdict.CONFIRMED and not _quotes_stand(statement, ground):
            return replace(answer, verdict=Verdict.PARTLY)
        return answer
    if answer.verdict is Verdict.CONFIRMED and (_only_smoke(answer, said) or _only_tests(answer, statement, ground)):
        return _doubted(answer)
    if answer.verdict is Verdict.CONFIRMED and _of_other_route(answer, statement):
        return replace(answer, verdict=Verdict.PARTLY)
    if answer.verdict is Verdict.CONFIRMED and answer.checks == ("CFG-005",):
        return _unless_written(answer, ground)
    if answer.verdict is Verdict.CONFIRMED and _nobody_applies(answer, ground):
        return replace(_doubted(answer), reason=f"{answer.reason} Nothing in the project names that file.")
    if answer.verdict is Verdict.REFUTED and _elsewhere(answer, statement, ground):
        return _doubted(answer)
    if answer.verdict is Verdict.REFUTED and said.defect and _UNIVERSAL.search(statement.text) is None:
        return replace(answer, verdict=Verdict.PARTLY)
    return answer


def _not_read(answer: Answer, said: Spoken, ground: Ground) -> bool:
    """Whether a check misses something in code of a language that it does not read, or finds nothing wrong there."""
    if not ground.unread or not answer.checks[0].startswith(_OF_CODE):
        return False
    misses = answer.verdict is (Verdict.CONFIRMED if said.stated is Stated.FAIL else Verdict.REFUTED)
    nothing = misses or answer.verdict is Verdict.UNSUPPORTED or said.defect or answer.checks == ("CMP-002",)
    return nothing and not any(e.path.endswith(READ) for e in answer.evidence)


def _of_quoted_route(answer: Answer, statement: Statement) -> bool:
    """Whether what was seen is one of the addresses that a statement quotes, where it quotes some."""
    if answer.checks[:1] == ("OBS-007",) and not re.search(r"/\w*(?:health|ready|live|ping)", answer.reason):
        return False  # an address of another name may be none for checks of health
    quoted = re.findall(r"`(?:[A-Z]+ )?(/[\w/-]+)`", statement.text)
    return not quoted or any(re.search(rf"{re.escape(path)}(?![\w/-])", answer.reason) for path in quoted)


def _of_other_route(answer: Answer, statement: Statement) -> bool:
    """Whether an address is quoted for a health or metrics endpoint, and what was seen is another one."""
    if answer.checks[:1] not in {("OBS-002",), ("OBS-007",)}:
        return False
    quoted = re.findall(r"`(?:[A-Z]+ )?(/[\w/-]+)`", statement.text)
    return bool(quoted) and not any(re.search(rf"{re.escape(path)}(?![\w/-])", answer.reason) for path in quoted)


def _quotes_stand(statement: Statement, ground: Ground) -> bool:
    """Whether each piece of code that a fault quotes stands in the project (`allow_origins=["*"]`)."""
    quoted = re.findall(r"`([\w.]{3,}\s?[=(\[][^`]{1,60})`", statement.text)
    return all(ground.mention((quote, quote.replace('"', "'"))) is not None for quote in quoted)


def _unless_written(answer: Answer, ground: Ground) -> Answer:
    """That no secret was found, unless a constant that is called one is written out: it may be one that looks like none."""
    places = [at for at in ground.lines_with(_SECRET_CONSTANT, 8) if at.path in ground.code_paths][:2]
    if not places:
        return answer
    reason = f"{answer.reason} What is written out at {places[0]} is called a secret, and may be one."
    return replace(_doubted(answer), reason=reason, evidence=ground.evidence(places))


def _only_smoke(answer: Answer, said: Spoken) -> bool:
    """Whether end-to-end tests are spoken of, and all that was seen is a pipeline's step that calls the system."""
    if said.check != "TST-009" or "smoke" in said.phrase.lower():
        return False
    return all(e.path.endswith((".yml", ".yaml")) for e in answer.evidence)


def _only_tests(answer: Answer, statement: Statement, ground: Ground) -> bool:
    """Whether a pipeline is said to deploy, and no step of any does."""
    if answer.checks[0] != "DEL-001" or _DEPLOYS_ITSELF.search(statement.text) is None:
        return False
    run = (" ".join((c.program, *c.words)) for s in ground.steps for c in s.commands if c.program not in _SAYING)
    words = (*run, *(s.uses for s in ground.steps if s.uses))
    return not any(_DEPLOYING.search(text) for text in words)


def _nobody_applies(answer: Answer, ground: Ground) -> bool:
    """Whether SQL was seen, and all of it lies in no folder of migrations and that nothing names."""
    paths = {e.path for e in answer.evidence if e.path.endswith(".sql")}
    return bool(paths) and all(not _APPLIED.search(path) and _unnamed(path, ground) for path in paths)


def _unnamed(path: str, ground: Ground) -> bool:
    folder, _, name = path.rpartition("/")
    marks = (name, f"./{folder}:", f"{folder}/") if folder else (name,)
    return ground.mention(marks) is None


def _doubted(answer: Answer) -> Answer:
    return replace(answer, verdict=Verdict.UNDECIDABLE, decisive=False)


def _meets_names(answer: Answer, statement: Statement) -> bool:
    """Whether one of the names that a statement quotes stands where the check looked; True where it quotes none."""
    names = [re.split(r"[/.(]", name.strip("./"))[0] or name for name in re.findall(r"`([^`]{3,60})`", statement.text)]
    if not names or answer.verdict not in {Verdict.CONFIRMED, Verdict.REFUTED}:
        return True
    seen = answer.reason + " ".join(f"{e.path} {e.excerpt}" for e in answer.evidence)
    return any(name.lower() in seen.lower() for name in names)


def _denies(said: Spoken, statement: Statement) -> bool:
    """Whether a statement denies just the thing that the check asks for, so that its presence refutes it."""
    box = statement.kind == "item" and statement.mark is Stated.FAIL
    if not box and _ABSENCE.search(statement.text) is None:
        return False
    head = re.split(r"[.;:—–]\s|\s[-—–]\s|\sbut\s", statement.text)[0]
    words = [w for w in re.findall(r"[a-z][\w-]+", _ABSENCE.sub(" ", head).lower()) if w not in _SMALL]
    phrase = set(re.findall(r"[a-z][\w-]+", said.phrase.lower()))
    return bool(words) and sum(w in phrase for w in words) / len(words) >= LEAST_COVER


def _elsewhere(answer: Answer, statement: Statement, ground: Ground) -> bool:
    """Whether a distinct name of the statement stands in code that the check did not look at."""
    looked = {e.path for e in answer.evidence}
    for name in _DISTINCT.findall(statement.text)[:4]:
        places = ground.spoken_of(name)
        if any(at.path not in looked and ground.files.class_of(at.path) is FileClass.PRODUCTION for at in places):
            return True
    return False


def reaches(
    verdict: Verdict, answers: list[Answer], statement: Statement, stated: Stated, spoken: tuple[Spoken, ...]
) -> bool:
    """Whether what was seen is all that the statement says: each part of an enumeration, its numbers, its praise."""
    if verdict is not Verdict.CONFIRMED:
        return True
    if stated is Stated.FAIL:
        # "No auth, no rate limiting, no tests" is three things, each of which has to be seen.
        denied = len(_DENIAL.findall(statement.text))
        return denied < 2 or _DENIED_LABEL.match(statement.text) is not None or len(answers) >= denied
    by_checks = all(answer.checks for answer in answers)
    seen = by_checks or all(answer.checks or answer.about.startswith("feature ") for answer in answers)
    if (by_checks and _numbered(statement)) or (seen and _PRAISE.search(statement.text)):
        return False
    if not all(answer.checks for answer in answers):
        return True
    if not any(answer.checks for answer in answers):
        return True
    return _covers(answers, statement, spoken) and _all_parts(answers, statement, spoken)


def _covers(answers: list[Answer], statement: Statement, spoken: tuple[Spoken, ...]) -> bool:
    """Whether what was seen makes up a statement's label, or a good part of its words."""
    checks = {check for answer in answers for check in answer.checks}
    seen = [each.phrase for each in spoken if each.check in checks] + [answer.about for answer in answers]
    known = {word for text in seen for word in _content(text)}
    text = _KIND.sub("", statement.text)
    label, said = _content(_LABEL.split(text)[0]), _content(text)
    if label and known.issuperset(label):
        return True
    return not said or sum(word in known for word in said) / len(said) >= LEAST_SEEN


def _content(text: str) -> list[str]:
    """The words that carry a text, as they are compared; praise and small words left out."""
    bare = _PRAISE.sub(" ", re.sub(r"^\W*\d+[.)]\s", "", text))
    return [word.stem for word in words_of(bare) if word.text.lower() not in _SMALL]


def _numbered(statement: Statement) -> bool:
    text = re.sub(r"^\W*\d+[.)]\s|#\d+|\b\d+(?:\.\d+)+\b|\b[A-Za-z]+-?\d+\b|\bTop 10\b", " ", statement.text)
    return any(amount.unit or amount.low not in {None, 1.0, 0.0} for amount in amounts(text))


def _all_parts(answers: list[Answer], statement: Statement, spoken: tuple[Spoken, ...]) -> bool:
    body = statement.text.split(": ", 1)[-1]
    parts = [part for part in _SPLIT.split(body) if re.search(r"[A-Za-z]{3}", part)]
    if len(parts) < 3:
        return True
    known = [each.phrase.lower() for each in spoken if any(each.check in a.checks for a in answers)]
    known += [answer.about.rpartition(" ")[2].lower() for answer in answers if not answer.checks]
    met = sum(any(word and (word in part.lower() or part.lower() in word) for word in known) for part in parts)
    return met * 2 > len(parts)
