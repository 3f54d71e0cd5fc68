"""Does the validation at start refuse the secret that everybody knows?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.configuration.common import ASIDE, SAMPLE_NAME, given
from kit.checks.shared.calls import runs
from kit.checks.shared.meant import in_development_mode
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.records import EnvReadFact
from kit.sources.secrets.find import is_placeholder, is_reference, is_secret_name, is_weak
from kit.system.model import EnvGiven

_OURS = re.compile(
    r"(?i)(?:jwt|session|cookie|auth|sign|crypt|csrf|app|token|master|webhook|cron|internal|hash)\w{0,80}(?:secret|key|salt)\w{0,80}"
    r"|secret(?:_?key(?:_?base)?)?|\w{0,80}admin\w{0,80}passw\w{0,80}"
)
"""Secrets of one's own, which work with any value: a stand-in for another system's key opens nothing."""
_THEIRS = re.compile(r"(?i)client|api_?key|access_?key|public|bucket|stripe|github|google|aws|oauth")
_LENGTH = re.compile(r"(?i)(?:\.min|min_?length|\.length)\s*[(=:]\s*(\d{1,4})")
_REFUSES = re.compile(
    r"(?i)\.(?:refine|superRefine|regex|pattern|custom|invalid|check|transform)\(|@Matches|@Validate\b|AfterValidator|pattern\s*="
)


@dataclass(frozen=True)
class _Known:
    """A value that whoever reads the repository knows, and that the variable gets where nobody changes it."""

    value: str
    at: At
    sample: bool


@check(
    "CFG-014",
    "The validation at start refuses known secrets",
    Severity.MEDIUM,
    Clause.ASSUMPTIONS,
    effort_hours=0.5,
)
def known_secrets_are_refused(project: Project) -> Iterator[Fact]:
    """
    A sample is copied, the service starts, and everybody goes on: it signs with the placeholder that stands in the
    repository. A check that asks whether the variable is there, or for ten characters, lets it through.

    Decides: secrets of one's own (keys of tokens, sessions, encryption) that code demands at start, against the
    placeholder that the sample or a deployment gives: its length against the one that is asked for. A rule on its form,
    or the placeholder named in the code, counts as refusing it.

    Fix: ask for 32 characters at least and leave the sample's value empty, so that a copied file does not start.

    Blind to: checks in other files than the one that reads the variable.

    See: https://cwe.mitre.org/data/definitions/1188.html
    """
    seen: set[str] = set()
    for read in project.env_reads:
        if read.name not in seen and _judged(project, read) and (read.required or _compared(project, read)):
            known = next(_known(project, read), None)
            if known is not None:
                seen.add(read.name)
                yield _refused(project, read, known)


def _judged(project: Project, read: EnvReadFact) -> bool:
    own = is_secret_name(read.name) and _OURS.fullmatch(read.name) and not _THEIRS.search(read.name)
    return bool(own) and runs(read.at.path) and project.files.environment_of(read.at.path) not in ASIDE


def _known(project: Project, read: EnvReadFact) -> Iterator[_Known]:
    """What deployments give it, then what the samples beside or above the code say."""
    told = (e for _, _, e in given(project) if e.name == read.name and e.source in {"literal", "env_file", "configmap"})
    yield from (_Known(e.value or "", e.at, sample=False) for e in told if _is_known(e))
    for path in project.files.paths:
        folder = posixpath.dirname(path)
        if SAMPLE_NAME.fullmatch(posixpath.basename(path).lower()) and (
            not folder or read.at.path.startswith(f"{folder}/")
        ):
            node = dict(project.documents.get(path).root.items()).get(read.name)
            if node is not None and _stands_in(node.text):
                yield _Known(node.text, node.at, sample=True)


def _is_known(one: EnvGiven) -> bool:
    return one.value is not None and _stands_in(one.value)


def _stands_in(value: str) -> bool:
    """Whether the value stands for a secret, or is one that anybody guesses; empty ones and references are neither."""
    bare = value.strip().strip("\"'")
    told = bool(bare) and (is_placeholder(bare) or is_weak(bare))
    return told and (bare.startswith("<") or not is_reference(bare, quoted=False))


def _refused(project: Project, read: EnvReadFact, known: _Known) -> Fact:
    asked, strict = _asked(project, read)
    value = known.value.strip().strip("\"'")
    named = re.search(rf"[\"'`]{re.escape(value)}[\"'`]", project.files.text(read.at.path)) is not None
    if strict or named or len(value) < asked:
        return ok(f"{read.name}: its validation refuses the value of {known.at.path}.", read, known.at)
    rule = f"its validation asks for {asked} characters" if asked > 1 else "only its presence is asked"
    follows = "whoever copies the sample" if known.sample else "the deployment"
    return bad(
        f"{read.name}: {rule}, and the stand-in in {known.at.path} passes; {follows} runs with a secret that everybody"
        " knows.",
        read,
        known.at,
        severity=None if known.sample or in_development_mode(project, known.at.path) else Severity.HIGH,
    )


def _asked(project: Project, read: EnvReadFact) -> tuple[int, bool]:
    """The length that is asked for, and whether there is a rule that is not about length."""
    text = project.files.text(read.at.path)
    lines = text.split("\n")
    first = (read.at.line or 1) - 1
    above = next((i for i in range(first, max(0, first - 6), -1) if not lines[i - 1].lstrip().startswith("@")), first)
    stated = "\n".join(lines[above : (read.at.end_line or first + 1)])
    name = re.escape(read.name)
    lengths = [*map(int, _LENGTH.findall(stated)), *_compared(project, read)]
    by_name = rf"(?i)validator\([^)\n]{{0,80}}[\"']{name}[\"']"
    return max(lengths, default=0), bool(_REFUSES.search(stated) or re.search(by_name, text))


def _compared(project: Project, read: EnvReadFact) -> list[int]:
    """The lengths that code compares the value with by itself, under the variable's name or one that it is bound to."""
    text, name = project.files.text(read.at.path), re.escape(read.name)
    bound = re.findall(rf"(\w{{1,60}})\s*:?=\s*[^\n=]{{0,40}}\b{name}\b", text)
    names = "|".join(re.escape(one) for one in dict.fromkeys((read.name, *bound)))
    found = re.findall(
        rf"(?:len\([^)\n]{{0,60}}\b(?:{names})\W{{0,4}}\)|\b(?:{names})\.length)\s*<\s*(\d{{1,4}})", text
    )
    return [int(number) for number in found]
