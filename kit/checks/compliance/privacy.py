"""Whose data it is: what logs hold, what columns hold, and what people may ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.compliance.common import tables, user_table
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check

_GRAVE = re.compile(
    r"^(card_?number|credit_?card\w*|pan|cvv|cvc|iban|ssn|social_?security\w*|national_?id|passport_?(no|number))$",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"(encrypted|cipher|hash|token|masked|last_?4|_enc$)", re.IGNORECASE)
_SHOWN = re.compile(
    r"(?<![\w.])(?:console\.(?:log|info|debug|warn|error)|print|log(?:ger|ging)?\.(?:debug|info|warn(?:ing)?|error|exception|log|trace)|this\.logger\.\w+|fmt\.Print(?:f|ln)|log\.Print(?:f|ln)?|System\.out\.print(?:ln)?|request\.log\.\w+|req\.log\.\w+)\s*\("
)
_DEBUG = re.compile(r"\blog(?:ger|ging)?\.(?:debug|trace)\s*\(")
"""A level that is written only where somebody switched it on."""
_COMMAND_LINE = re.compile(
    r"\A#!.{0,80}\b(?:node|python|tsx|bun|deno)|\bargparse\.ArgumentParser\(|^\s*@(?:\w+\.)?(?:command|group)\(|\btyper\.run\("
    r"|\brequire\(['\"](?:commander|yargs)|from ['\"](?:commander|yargs)(?:/\w+)?['\"]|\bprocess\.argv\b",
    re.MULTILINE,
)
"""What a program has that somebody starts by hand, and whose words are for whoever did."""
_SAID = re.compile(r"(?<![\w.])(?:console\.(?:log|info|error)|print|fmt\.Print(?:f|ln))\s*\(")
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.){0,400}\"|'(?:[^'\\\n]|\\.){0,400}'")
_HIDDEN = re.compile(
    r"mask|redact|sanitiz|hash|scrub|obfuscat|\*\*\*|length|typeof|exists|boolean|!!|Valid|type\b|count",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"(?<![\w'\"])[\w.?\[\]]*?\b(email(?:Address)?|password|passwd|access_?token|refresh_?token|client_?secret|card_?number|credit_?card|cvv|ssn|phone(?:_?number)?|authorization)\b(?!\s*\()",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\s*(?:\?(?![.?])|[!=]==?|\bis\b)")
"""What makes a value the question of a condition: its answer is logged in its place."""
_DELETES = re.compile(
    r"/(users?|accounts?|me|profile|customers?|members?)\b[^/]*(/\{[^}]+\})?(/delete|/close|/deactivate|/erase)?/?$",
    re.IGNORECASE,
)
_OF_USERS = re.compile(
    r"/(?:baskets?|carts?|orders?|payments?|reviews?|notifications?|messages?|favou?rites?|wish-?lists?|bookings?)/",
    re.IGNORECASE,
)
"""What is deleted below it is a user's, and not the user."""
_EXPORTS = re.compile(r"(export|download|takeout|portability|gdpr|my-?data|data-?request)", re.IGNORECASE)


@check("CMP-002", "Personal data and secrets stay out of logs", Severity.HIGH, Clause.COMPLIANCE, effort_hours=2)
def logs_hold_nothing_personal(project: Project) -> Iterator[Fact]:
    """
    Logs are copied, shipped, kept for years and read by many: an address or a token in them is a leak that nobody notices.

    Decides: log calls in production code whose arguments are variables or fields named like an e-mail address, a password,
    a token, a card or a phone number, unless something masks them.

    Fix: log an id in place of the value, or mask it in the logger.
    - node: `redact: ['*.email', '*.password']` of pino.
    - python: a `logging.Filter` that masks it.
    - java: a masking layout of Logback.

    Blind to: whole objects that hold such fields, and names that say nothing.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html
    """
    found: list[tuple[At, str, bool]] = []
    looked = 0
    for path in project.code.files():
        if re.search(
            r"(^|/)(scripts?|seeds?|prisma|tools|cli|console|commands?|setup|bin|migrations?)/|seed|[_-](?:cli|console)/",
            path,
        ):
            continue
        text = project.code.text(path)
        if not _SHOWN.search(text):
            continue
        looked += 1
        spoken = _COMMAND_LINE.search(text) is not None
        for number, line in enumerate(text.splitlines(), start=1):
            if spoken and _SAID.search(line):
                continue
            value = _private(line) if len(line) < 1000 else None
            if value:
                found.append((At(path, number), value, _DEBUG.search(line) is not None))
    for at, value, quiet in found[:30]:
        secret = re.search(r"pass|pwd|token|secret|card|cvv|ssn|authorization", value, re.IGNORECASE)
        grave = {} if secret and not quiet else {"severity": Severity.MEDIUM}
        yield bad(f"A log line holds {value}.", at, **grave)
    if looked and not found:
        yield ok(f"No log call in {looked} files names personal data or secrets.", At("."))


def _private(line: str) -> str | None:
    """The private value that a log call is given; words inside of its texts do not count, what is put into them does."""
    call = _SHOWN.search(line)
    if call is None or line.lstrip().startswith(("//", "#", "*")):
        return None
    rest = line[call.end() :]
    inserted = (
        " ".join(re.findall(r"\$\{([^}]*)\}", rest))
        + " "
        + " ".join(re.findall(r"(?<=\{)([\w.\[\]'\"]+)(?=[:!}])", rest) if re.search(r"\bf[\"']", rest) else [])
    )
    outside = re.sub(r"`[^`]*`?", " ", _STRING.sub(" ", rest))
    for part in (outside, inserted):
        for value in _VALUE.finditer(part):
            named = re.search(r"=\s*$|:\s*$", part[: value.start()])
            asked = _ASKED.match(part, value.end()) or re.search(r"\b(?:if|not)\s+$", part[: value.start()])
            if not (named or asked or _HIDDEN.search(part)):
                return value[0].strip()
    return None


@check(
    "CMP-004",
    "Users can have their data deleted and handed over",
    Severity.MEDIUM,
    Clause.COMPLIANCE,
    effort_hours=16,
)
def users_have_their_rights(project: Project) -> Iterator[Fact]:
    """
    Deletion and portability are rights in much of the world; a system without them breaks the law with its first request.

    Decides: in systems that keep personal data, a route that deletes an account and one that exports its data.

    Fix: add `DELETE /users/me` that erases or anonymises everywhere, and an export of what is kept about the user.

    Blind to: procedures that people carry out by hand; whether a deletion reaches backups and third parties.

    See: https://gdpr.eu/right-to-be-forgotten/
    """
    users = user_table(project)
    if users is None:
        return
    routes = (r for r in project.routes if r.method in {"DELETE", "ANY"} and not _OF_USERS.search(r.path))
    deletes = next((r for r in routes if _DELETES.search(r.path)), None)
    exports = next((r for r in project.routes if _EXPORTS.search(r.path)), None)
    yield (
        ok("An account can be deleted.", deletes)
        if deletes
        else bad("Personal data is kept, and no route deletes an account.", users, fix=_DELETE_TOO if exports else None)
    )
    yield (
        ok("There is a route for exports.", exports)
        if exports
        else bad(
            "Personal data is kept, and no route hands a user's data over.",
            users,
            severity=Severity.LOW,
            fix=_EXPORT_TOO if deletes else None,
        )
    )


_DELETE_TOO = "Add `DELETE /users/me` that erases or anonymises everywhere."
_EXPORT_TOO = "Add `GET /users/me/export` that hands over what is kept about the user."
"""What is left to do where the other half is there."""


@check(
    "CMP-008",
    "Card and identity numbers are not kept in the clear",
    Severity.HIGH,
    Clause.COMPLIANCE,
    effort_hours=16,
)
def numbers_are_not_in_the_clear(project: Project) -> Iterator[Fact]:
    """
    Card and identity numbers in plain columns make every dump and every replica a matter for the authorities.

    Decides: columns with names of card, bank or identity numbers whose type is plain text or number.

    Fix: keep a token of the payment provider in place of the number, or encrypt the column with a key kept elsewhere.

    Blind to: encryption in the application under a plain name; there it is for a person to say.

    See: https://www.pcisecuritystandards.org/
    """
    kept = [table for table in tables(project) if table.columns]
    for table in kept:
        for column in table.columns:
            if _GRAVE.match(column.name) and not _PLAIN.search(column.name):
                if _encrypts(project, column.name):
                    words = "the code encrypts something of that name; a look at a row would show it"
                    yield unknown(f"{table.name}.{column.name}: {words}.", column)
                else:
                    yield bad(f"{table.name}.{column.name} is a plain column.", column)
    if kept and user_table(project) is not None:
        yield ok("The schemas were looked through for such columns.", kept[0])


def _encrypts(project: Project, name: str) -> bool:
    return any(name in project.code.text(p) for p in project.code.holding("encrypt", "Encrypt", "cipher", "Cipher"))
