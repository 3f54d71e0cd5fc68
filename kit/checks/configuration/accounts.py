"""Accounts that code makes, and the passwords that it gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, FileClass, Severity, bad
from kit.project import Project
from kit.registry import check

_HASHED = re.compile(
    r"(?:\b(?:bcrypt(?:js)?|argon2?|scrypt|pwd_context|passwordHasher|hasher)\.(?:hash|hashSync|hash_password)"
    r"|\b(?:\w{0,30}[pP]asswordEncoder|encoder)(?:\(\))?\.encode|\bHash::make|\bbcrypt\.GenerateFromPassword|\bbcrypt\.hashpw"
    r"|\b(?:generate_password_hash|get_password_hash|make_password|hash_password|hashPassword|password_hash|set_password)"
    r"|\b_?\w{0,20}[uU]serManager\.(?:CreateAsync|AddPasswordAsync))\(\s{0,40}(?P<args>[^\n]{0,160})"
)
_HOLDING = (
    "hash", "passwordEncoder", "PasswordEncoder", "encoder.encode", "Hash::make", "GenerateFromPassword", "set_password", "make_password",
    "CreateAsync", "AddPasswordAsync",
)  # fmt: skip
_FIRST = re.compile(
    r"(?:\[\]byte\(|b)?[\"'](?P<text>[^\"'\s$\\{]{4,40})[\"'](?=\s{0,4}[,;)\n]|\s{0,4}$|\s{0,4}(?://|#))"
)
_SECOND = re.compile(r"[^,\n]{1,80},\s{0,4}\"(?P<text>[^\"\s$\\{]{4,40})\"(?=\s{0,4}[,)])")
_NAME = re.compile(r"(?:\[\]byte\()?(?P<name>[A-Za-z_]\w{2,40})\s{0,4}[,)]")
_STANDS_IN = re.compile(r"(?i)dummy|fake|timing|placeholder|invalid|not[-_]?a|unused|random")
"""Values that are hashed so that a login for nobody takes as long as one for somebody."""
_SAMPLES = re.compile(
    r"(?i)(?:^|[/._-])(?:\w{0,12}seed\w{0,12}|fixtures?|demo|samples?|examples?|mock\w{0,8}|scripts?|tools?|dev)(?:[/._-]|$)"
)
_MADE_UP = re.compile(r"(?i)(?:^|/)factories/|factory\.\w{2,4}$|_factory\.\w{2,4}$")
"""Where tests get their users from."""
_ONLY_IN = re.compile(
    r"(?i)is_?(?:prod|production|development)\b|is_?dev\b|[\"']development[\"']|!==?\s*[\"']production[\"']|\bDEBUG\b"
)
LINES_ABOVE = 12


@check("CFG-017", "No account is made with a known password", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=1)
def no_known_account(project: Project) -> Iterator[Fact]:
    """
    An account whose password stands in the code is open to everybody who reads the code, for as long as nobody changes it.

    Decides: literals, and names that one literal is given to, which production code or seeds hash as a password or make a user
    with. Seeds, samples and scripts weigh less, and what runs in development only is left out.

    Fix: take the first password from the environment without a fall-back, or make a random one and show it once.

    Blind to: passwords that come from files of data; whether seeds are run in production.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html
    """
    for path in project.code.holding(*_HOLDING):
        if project.files.class_of(path) is FileClass.PRODUCTION and project.files.environment_of(path) != "test":
            found = [] if _MADE_UP.search(path) else list(_known(path, project.code.text(path)))
            if found:
                said = f"{path} makes {plural(len(found), 'account')} with a password that stands in the code"
                severity = Severity.MEDIUM if _SAMPLES.search(path) else None
                yield bad(f"{said}: whoever reads it can log in.", *found[:5], severity=severity)


def _known(path: str, text: str) -> Iterator[At]:
    """The places where a password that can be read is hashed, or given to a user who is made."""
    lines = text.split("\n")
    for call in _HASHED.finditer(text):
        number = text.count("\n", 0, call.start())
        line = lines[number]
        if line.lstrip().startswith(("//", "#", "*", "/*", "--")) or re.search(r"(?i)\bdef \w|function \w", line):
            continue
        value = _literal(call["args"], text, second="Async(" in call[0])
        above = "\n".join(lines[max(0, number - LINES_ABOVE) : number])
        if value is not None and not _STANDS_IN.search(f"{value} {line}") and not _ONLY_IN.search(above):
            yield at_offset(path, text, call.start())


def _literal(args: str, text: str, *, second: bool) -> str | None:
    """The password that a call is given: written there, or the one value of a name in the same file."""
    written = (_SECOND if second else _FIRST).match(args)
    if written is not None:
        return written["text"]
    named = _NAME.match(args) if not second else None
    if named is None:
        return None
    given = re.findall(rf"\b{named['name']}\b(?:\s?:\s?\w{{1,20}})?\s{{0,3}}:?=(?!=)\s{{0,3}}([^\n]{{0,80}})", text)
    value = _FIRST.match(given[0]) if len(given) == 1 else None
    return value["text"] if value is not None else None
