"""What law, contract and the people whose data it is may ask for: licences, privacy, audit, disclosure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.model import At, Clause, Fact, FileClass, Severity, Strength, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.orm_model import Column, Table

_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|unlicense)([-._][\w.-]+)?", re.IGNORECASE)
_LICENCES = {
    "Apache-2.0": re.compile(r"Apache License\s+Version 2\.0", re.IGNORECASE),
    "MIT": re.compile(r"Permission is hereby granted, free of charge, to any person obtaining a copy"),
    "AGPL-3.0": re.compile(r"GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3"),
    "LGPL-3.0": re.compile(r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3"),
    "GPL-3.0": re.compile(r"GNU GENERAL PUBLIC LICENSE\s+Version 3"),
    "GPL-2.0": re.compile(r"GNU GENERAL PUBLIC LICENSE\s+Version 2"),
    "BSD": re.compile(r"Redistribution and use in source and binary forms"),
    "ISC": re.compile(r"Permission to use, copy, modify, and(?:/or)? distribute this software"),
    "MPL-2.0": re.compile(r"Mozilla Public License Version 2\.0"),
}
_PERSONAL = re.compile(
    r"^(e[-_]?mail(_?address)?|phone(_?number)?|mobile|first_?name|last_?name|full_?name|date_?of_?birth|birth_?date|dob|address(_?line)?\d?|street|postal_?code|ssn|national_?id|passport\w*|ip_?address)$",
    re.IGNORECASE,
)
_GRAVE = re.compile(
    r"^(card_?number|credit_?card\w*|pan|cvv|cvc|iban|ssn|social_?security\w*|national_?id|passport_?(no|number))$",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"(encrypted|cipher|hash|token|masked|last_?4|_enc$)", re.IGNORECASE)
_STRONG = re.compile(r"\(?(AGPL|GPL|SSPL)[-\d.+\w]*\)?$")
_SHOWN = re.compile(
    r"(?<![\w.])(?:console\.(?:log|info|debug|warn|error)|print|log(?:ger|ging)?\.(?:debug|info|warn(?:ing)?|error|exception|log|trace)|this\.logger\.\w+|fmt\.Print(?:f|ln)|log\.Print(?:f|ln)?|System\.out\.print(?:ln)?|request\.log\.\w+|req\.log\.\w+)\s*\("
)
_PRIVATE_VALUE = re.compile(
    r"(?:\b|\.)(?:e?mail(?:Address)?|password|passwd|pwd|access_?token|refresh_?token|secret|ssn|card_?number|credit_?card|cvv|phone(?:Number)?|authorization)\b(?!\s*(?:['\"]|sent|to\b|is|was|not|could|must|failed|reset|service|template|provider|[a-z]))",
    re.IGNORECASE,
)
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.){0,400}\"|'(?:[^'\\\n]|\\.){0,400}'")
_HIDDEN = re.compile(
    r"mask|redact|sanitiz|hash|scrub|obfuscat|\*\*\*|length|typeof|exists|boolean|!!|Valid|type\b|count",
    re.IGNORECASE,
)
_AUDIT = re.compile(
    r"audit[-_ ]?(log|trail|event|record|entr)|\bauditLog|AuditEvent|activity_?log|pgaudit|@Auditable|log_audit|record_audit|createAudit|envers",
    re.IGNORECASE,
)
_DELETES = re.compile(
    r"/(users?|accounts?|me|profile|customers?|members?)\b[^/]*(/\{[^}]+\})?(/delete|/close|/deactivate|/erase)?/?$",
    re.IGNORECASE,
)
_EXPORTS = re.compile(r"(export|download|takeout|portability|gdpr|my-?data|data-?request)", re.IGNORECASE)


@check(
    "CMP-001",
    "The licence is stated, and stated once",
    Severity.LOW,
    Clause.COMPLIANCE,
    effort_hours=0.5,
    documents=True,
)
def licence_is_stated(project: Project) -> Iterator[Fact]:
    """
    Without a licence nobody outside may use the code, and nobody inside knows what was promised.

    Decides: a licence file at the top, and whether the manifests' licence fields say the same.

    Fix: add a LICENSE file and set the same SPDX id in the manifests; for closed code say `UNLICENSED` and whose it is.

    Blind to: contracts.

    See: https://spdx.org/licenses/
    """
    file = next((p for p in project.files.paths if _LICENCE_FILE.fullmatch(p)), None)
    stated = list(_stated(project))
    if file is None and not stated:
        yield bad("No licence file, and no manifest states a licence.", At("."))
        return
    known = _licence_of(project.files.text(file)) if file else None
    if file is not None:
        yield ok(
            f"The licence is in {file}{f' ({known})' if known else ''}.",
            At(file),
            strength=Strength.DOCUMENTED,
        )
    else:
        yield partial(f"A manifest states {stated[0][0]}, and there is no licence file.", stated[0][1])
    for text, at in stated:
        if known and not _same(known, text):
            yield bad(f"{at.path} states {text}, {file} is {known}.", at, At(file or "."), severity=Severity.MEDIUM)


def _stated(project: Project) -> Iterator[tuple[str, At]]:
    for package in project.packages:
        node = (
            package.node.get("license") or package.node.get("project", "license") if package.node is not None else None
        )
        if node is None or not node.text or package.dir != ".":
            continue
        if not re.search(r"SEE LICEN|UNLICENSED|LICEN[CS]E(\.\w+)?$", node.text, re.IGNORECASE):
            yield node.text, node.at


def _licence_of(text: str) -> str | None:
    flat = re.sub(r"\s+", " ", text[:6000])
    return next((name for name, pattern in _LICENCES.items() if pattern.search(flat)), None)


def _same(known: str, stated: str) -> bool:
    return known.split("-")[0].lower() in stated.lower() or " OR " in stated


@check("CMP-002", "Personal data and secrets stay out of logs", Severity.HIGH, Clause.COMPLIANCE, effort_hours=2)
def logs_hold_nothing_personal(project: Project) -> Iterator[Fact]:
    """
    Logs are copied, shipped, kept for years and read by many: an address or a token in them is a leak that nobody notices.

    Decides: log calls in production code whose arguments are variables or fields named like an e-mail address, a password,
    a token, a card or a phone number, unless something masks them.

    Fix: log an id in place of the value, or mask it in the logger: `redact: ['*.email', '*.password']`.

    Blind to: whole objects that hold such fields, and names that say nothing.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html
    """
    found: list[tuple[At, str]] = []
    looked = 0
    for path in project.code.files():
        if re.search(r"(^|/)(scripts?|seeds?|prisma|tools|cli|migrations?)/|seed", path):
            continue
        text = project.code.text(path)
        if not _SHOWN.search(text):
            continue
        looked += 1
        for number, line in enumerate(text.splitlines(), start=1):
            value = _private(line) if len(line) < 1000 else None
            if value:
                found.append((At(path, number), value))
    for at, value in found[:30]:
        grave = (
            {}
            if re.search(r"pass|pwd|token|secret|card|cvv|ssn|authorization", value, re.IGNORECASE)
            else {"severity": Severity.MEDIUM}
        )
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
        value = re.search(
            r"(?<![\w'\"])[\w.?\[\]]*?\b(email(?:Address)?|password|passwd|access_?token|refresh_?token|client_?secret|card_?number|credit_?card|cvv|ssn|phone(?:_?number)?|authorization)\b(?!\s*\()",
            part,
            re.IGNORECASE,
        )
        if value and not _HIDDEN.search(part) and not re.search(r"=\s*$|:\s*$", part[: value.start()]):
            return value[0].strip()
    return None


@check(
    "CMP-003",
    "Sensitive operations leave an audit trail",
    Severity.MEDIUM,
    Clause.COMPLIANCE,
    effort_hours=12,
)
def there_is_an_audit_trail(project: Project) -> Iterator[Fact]:
    """
    Who gave himself that right, and when? Without an audit trail the question has no answer.

    Decides: in systems with users and stores, code or a table of its own that records events for audit, and code that
    writes to it.

    Fix: record actor, action, object, time and origin of each change of rights, money and personal data in a table that the
    application can only append to.

    Blind to: trails that a database or gateway keeps.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Logging_Vocabulary_Cheat_Sheet.html
    """
    users = _user_table(project)
    if users is None:
        return
    for path in project.code.holding("audit", "Audit", "AUDIT", "activity_log", "ActivityLog", "activityLog"):
        for number, line in enumerate(project.code.text(path).splitlines(), start=1):
            if _AUDIT.search(line) and not line.lstrip().startswith(("#", "//", "*", "import", "from")):
                yield ok("Events are recorded for audit.", At(path, number))
                return
    table = next(
        (t for s in project.schemas for t in s.tables if re.search(r"audit|activity_?log", t.name, re.IGNORECASE)),
        None,
    )
    if table is not None:
        yield partial(f"There is a table {table.name}, and no code that writes to it was found.", table)
    else:
        yield bad("The system keeps users, and nothing records who changed what.", users)


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
    users = _user_table(project)
    if users is None:
        return
    deletes = next((r for r in project.routes if r.method in {"DELETE", "ANY"} and _DELETES.search(r.path)), None)
    exports = next((r for r in project.routes if _EXPORTS.search(r.path)), None)
    yield (
        ok("An account can be deleted.", deletes)
        if deletes
        else bad("Personal data is kept, and no route deletes an account.", users)
    )
    yield (
        ok("There is a route for exports.", exports)
        if exports
        else bad("Personal data is kept, and no route hands a user's data over.", users, severity=Severity.LOW)
    )


def _user_table(project: Project) -> Table | None:
    """The table of people: named so, or with two or more columns of personal data."""
    for schema in project.schemas:
        if project.files.class_of(schema.path) is FileClass.PRODUCTION:
            for table in schema.tables:
                personal = [c for c in _columns(table) if _PERSONAL.match(c.name)]
                if personal and (
                    re.search(r"user|customer|account|member|person|patient", table.name, re.IGNORECASE)
                    or len(personal) > 1
                ):
                    return table
    return None


def _columns(table: Table) -> list[Column]:
    return list(table.columns)


@check("CMP-005", "What the system is made of can be listed", Severity.LOW, Clause.COMPLIANCE, effort_hours=2)
def components_are_listed(project: Project) -> Iterator[Fact]:
    """
    "Are we affected?" is asked within hours of the next Log4Shell; a bill of materials answers it.

    Decides: a pipeline makes an SBOM or checks licences, or one is in the repository; where dependencies are locked, it
    could be made.

    Fix: add `anchore/sbom-action` or `npx @cyclonedx/cyclonedx-npm` to the release pipeline.

    Blind to: scans of a registry.

    See: https://cyclonedx.org/
    """
    if not project.packages:
        return
    for workflow in project.workflows:
        for job in workflow.jobs:
            for step in job.all_steps:
                if re.search(
                    r"sbom|cyclonedx|spdx|syft|license[-_]?(check|finder|scan)|fossa|scancode|pip-licenses|go-licenses|ort\b",
                    f"{step.uses or ''} {step.run or ''} {step.inputs.value if step.inputs is not None else ''}",
                    re.IGNORECASE,
                ):
                    yield ok("A pipeline lists the components or checks their licences.", step)
                    return
    locked = next(((p, p.lockfile) for p in project.packages if p.lockfile is not None), None)
    if locked is not None:
        yield partial("Dependencies are locked, so a bill of materials could be made; nothing makes one.", *locked)
    else:
        yield bad("Dependencies are not locked, and nothing lists them.", project.packages[0])


@check(
    "CMP-006",
    "It is written how to report a vulnerability",
    Severity.LOW,
    Clause.COMPLIANCE,
    effort_hours=0.5,
    documents=True,
)
def reporting_is_written(project: Project) -> Iterator[Fact]:
    """
    Finders who find no address publish.

    Decides: a SECURITY file with content, or a `security.txt`.

    Fix: add `SECURITY.md` with an address, what to send, and when an answer comes.

    Blind to: bounty programmes.

    See: https://securitytxt.org/
    """
    path = next(
        (
            p
            for p in project.files.paths
            if re.fullmatch(r"security(\.md|\.rst|\.txt)?", posixpath.basename(p), re.IGNORECASE)
            and project.files.size(p) > 50
        ),
        None,
    )
    if path is not None:
        yield ok("It is written how to report a vulnerability.", At(path), strength=Strength.DOCUMENTED)
    else:
        yield bad(
            "Nothing says how to report a vulnerability.",
            At(".github" if project.files.is_dir(".github") else "."),
        )


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
    seen = False
    for schema in project.schemas:
        if project.files.class_of(schema.path) is not FileClass.PRODUCTION:
            continue
        for table in schema.tables:
            seen = seen or bool(table.columns)
            for column in _columns(table):
                if _GRAVE.match(column.name) and not _PLAIN.search(column.name):
                    if _encrypts(project, column.name):
                        yield unknown(
                            f"{table.name}.{column.name}: the code encrypts something of that name; a look at a row would show it.",
                            column,
                        )
                    else:
                        yield bad(f"{table.name}.{column.name} is a plain column.", column)
    if seen and _user_table(project) is not None:
        yield ok("The schemas were looked through for such columns.", At(project.schemas[0].path))


def _encrypts(project: Project, name: str) -> bool:
    return any(name in project.code.text(p) for p in project.code.holding("encrypt", "Encrypt", "cipher", "Cipher"))


@check("CMP-009", "Licences of dependencies allow the use", Severity.MEDIUM, Clause.COMPLIANCE, effort_hours=4)
def licences_allow_the_use(project: Project) -> Iterator[Fact]:
    """
    A network copyleft licence obliges whoever runs a changed version to publish it; the lawyers should not hear of it last.

    Decides: the licences that lock files record for dependencies, against AGPL, GPL and SSPL.

    Fix: replace the package, or have its use cleared and waive the finding with a reason.

    Blind to: ecosystems whose lock files record no licence; there it is unknown.

    See: https://spdx.org/licenses/AGPL-3.0-only.html
    """
    for path in project.files.named("package-lock.json"):
        if project.files.class_of(path) is FileClass.VENDORED:
            continue
        packages = project.documents.get(path).get("packages")
        entries = packages.items() if packages is not None else ()
        licensed = [(name, licence) for name, entry in entries if (licence := entry.get("license")) is not None]
        if not licensed:
            continue
        strong = [(n, licence) for n, licence in licensed if "node_modules/" in n and _STRONG.match(licence.text)]
        manifest = At(posixpath.join(posixpath.dirname(path), "package.json"))
        for name, node in strong[:10]:
            yield bad(f"{name.rpartition('node_modules/')[2]} is under {node.text}.", manifest, node)
        if not strong:
            yield ok(f"None of {len(licensed)} locked packages is under AGPL, GPL or SSPL.", manifest, At(path))
