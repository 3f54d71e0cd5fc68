"""How passwords are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.security.ciphers import is_chosen
from kit.checks.shared.calls import JAVASCRIPT, Call, calls, is_text, runs, text_value
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import node_at

_FAST = frozenset(
    {"md5", "sha1", "sha256", "sha512", "sha-1", "sha-256", "sha-512", "sha224", "sha384", "ripemd160", "md4"}
)


_PASSWORD = re.compile(r"(?i)passw(?:or)?d|\bpwd\b|passphrase|\bpasswd")


_HASHED = re.compile(r"(?i)passw(?:or)?d_?hash\w*|hashed_?passw(?:or)?d|encrypted_?passw(?:or)?d")
"""Names of what a hash has made of a password."""


_ADEQUATE = re.compile(
    r"\b(?:bcrypt|bcryptjs|argon2|scrypt|pbkdf2|BCryptPasswordEncoder|Argon2PasswordEncoder|PasswordEncoderFactories|CryptContext|PasswordHash|generate_password_hash|make_password|GenerateFromPassword|pwdlib|django\.contrib\.auth)\b"
)


@check("SEC-009", "Passwords are hashed with what is made for it", Severity.HIGH, Clause.INVARIANTS, effort_hours=4)
def passwords_are_hashed(project: Project) -> Iterator[Fact]:
    """
    A stolen table of passwords under MD5 or SHA-256 is read in an afternoon; one in plain text at once.

    Decides: fast hashes that are given a password, passwords that are compared as they are, bcrypt with fewer than ten
    rounds; bcrypt, argon2, scrypt, PBKDF2 and frameworks' own hash hold.

    Fix: hash with Argon2, or with bcrypt at a cost of 12.
    - node: `argon2.hash(password)`.
    - django: `Argon2PasswordHasher` first in `PASSWORD_HASHERS`.
    - python: `PasswordHasher().hash(password)` of argon2-cffi.
    - go: `bcrypt.GenerateFromPassword(password, 12)`.
    - java: `new BCryptPasswordEncoder(12)`.
    - dotnet: `PasswordHasher<User>`.
    - php: `password_hash($password, PASSWORD_ARGON2ID)`.
    - ruby: `BCrypt::Password.create(password, cost: 12)`.

    Blind to: passwords that another service keeps.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
    """
    wrong = [*_fast_hashes(project), *_compared(project), *_compared_in_java(project), *_few_rounds(project)]
    yield from wrong
    used = next(
        (
            p
            for p in project.code.holding(
                "bcrypt",
                "argon2",
                "scrypt",
                "pbkdf2",
                "PasswordEncoder",
                "CryptContext",
                "password_hash",
                "make_password",
                "GenerateFromPassword",
                "pwdlib",
            )
            if _ADEQUATE.search(project.code.text(p)) and runs(p)
        ),
        None,
    )
    if used is not None:
        found = _ADEQUATE.search(project.code.text(used))
        line = project.code.text(used).count("\n", 0, found.start()) + 1 if found else None
        yield ok("Passwords are hashed with an algorithm that is made for it.", At(used, line))


def _fast_hashes(project: Project) -> Iterator[Fact]:
    helpers: dict[str, tuple[str, str]] = {}
    for call, algorithm, given in _digests(project):
        if re.search(r"(?i)hibp|pwned|breach", project.code.text(call.path)):
            continue
        if "usedforsecurity=False" in call.node.text():
            continue
        if _PASSWORD.search(_HASHED.sub("", re.sub(r"['\"`][^'\"`]*['\"`]", "", given))):
            yield _fast(project, call, algorithm, given)
        elif (name := _holder(call.node)) and re.search(r"(?i)hash|md5|sha|digest|crypt", name):
            helpers[name] = (algorithm, call.path)
    for call in calls(project, *helpers) if helpers else ():
        algorithm, origin = helpers[call.name]
        given = call.args[0].text()[:120] if call.args and not is_text(call.args[0]) else ""
        if _PASSWORD.search(given) and not _OF_TOKENS.search(call.name) and _comes_from(project, call.path, origin):
            said = f"A password goes through {call.callee}, which is {algorithm}, made to be fast: guesses are cheap."
            yield bad(said, call)


_OF_TOKENS = re.compile(r"(?i)token|api_?key|checksum|etag|cache")
"""Helpers that hash what is random and long, which is no password whatever holds it."""


_JOINED = re.compile(
    r"(?i)user\w*\W{1,4}[^,]{0,40}[\"'`]?:[\"'`]?.{0,60}passw|\$\{[^}]*user[^}]*\}:\S*\$\{[^}]*passw|user\w*\}:.{0,40}\{.{0,20}passw"
)
"""Name, colon and password in one text: what HTTP's digest login and its likes hash, and their clients send."""


def _fast(project: Project, call: Call, algorithm: str, given: str) -> Fact:
    """A fast hash of a password; less grave where the form is that of a protocol, or where a setting chooses it."""
    said = f"A password goes through {algorithm}, which is made to be fast: guesses are cheap"
    if _JOINED.search(given) and algorithm == "md5":
        return bad(f"{said}; clients of a digest login ask for it.", call, severity=Severity.MEDIUM)
    if is_chosen(project, call):
        return bad(f"{said}; a setting chooses it.", call, severity=Severity.MEDIUM)
    return bad(f"{said}.", call)


def _comes_from(project: Project, path: str, origin: str) -> bool:
    """Whether a file takes its function from the file where it is defined, by the name of its module."""
    stem = origin.rsplit("/", 1)[-1].split(".")[0]
    last = -1 if path.endswith(".py") else 0
    taken = {i.module.rstrip("/").split("/")[-1].split(".")[last] for i in project.code.imports(path)}
    return path == origin or (stem in taken and _ADEQUATE.search(project.code.text(path)) is None)


def _digests(project: Project) -> Iterator[tuple[Call, str, str]]:
    """Fast hashes with their names and what they are given."""
    names = ("update", "md5", "sha1", "sha256", "sha512", "new", "Sum", "Sum256", "MD5", "SHA1", "SHA256")
    for call in calls(project, *names, needles=("md5", "sha1", "sha256", "sha512", "MD5", "SHA1", "SHA256")):
        named = _DIGEST.search(call.callee)
        algorithm = next((g for g in named.groups() if g), "").lower() if named else ""
        given = call.args[0].text()[:120] if call.args else ""
        if algorithm == "new" and call.args:
            algorithm = (text_value(call.args[0]) or "").lower()
            given = call.args[1].text()[:120] if len(call.args) > 1 else ""
        if algorithm in _FAST:
            yield call, algorithm, given


def _holder(node: SgNode) -> str | None:
    """The name of the function that the node stands in."""
    for above in node.ancestors():
        if above.kind() in {
            "function_definition",
            "function_declaration",
            "method_definition",
            "variable_declarator",
            "method_declaration",
        }:
            named = above.field("name")
            return named.text()[:60] if named is not None else None
    return None


_DIGEST = re.compile(
    r"createHash\(['\"`]([\w-]+)['\"`]\)|hashlib\.(\w+)|(?:^|\.)(md5|sha1|sha256|sha512|MD5|SHA1|SHA256|SHA512)(?:\.|$)"
)


_SENT = re.compile(
    r"^(?:(?:req|request|ctx\.request)\.body\.)?(?:password|passwd|pwd|pass)$|^request\.(?:form|json)\[['\"]password['\"]\]$"
    r"|^(?:body|dto|input|credentials|payload|\w*[dD]to|creds)\.(?:password|passwd|pwd)$"
)


_STORED = re.compile(
    r"^(?:\w+[._])?(?:\w*[uU]ser|account|member|customer|admin|row|result|record|found|doc|entity|owner|employee|u)(?:\[0\])?[.\[]"
    r"['\"]?(?:password|passwd|pwd|Password)['\"]?\]?$"
)


_TYPE = r"(?:[ \t]{0,4}:[ \t]{0,4}\w{1,40})?"
_PLAIN = re.compile(
    r"(?i)compare_?passwords?\w{0,20}[ \t]{0,4}[:=]?[ \t]{0,4}(?:async[ \t]{0,4})?(?:function[ \t]{0,4})?"
    rf"\(\s{{0,20}}(\w{{1,60}}){_TYPE},\s{{0,20}}(\w{{1,60}}){_TYPE}\s{{0,20}}\){_TYPE}"
    r"[ \t]{0,4}(?:=>)?\s{0,20}\{?\s{0,40}(?:return\s{1,4})?\1\s{0,4}===?\s{0,4}\2"
)


def _compared(project: Project) -> Iterator[Fact]:
    for path in project.code.holding("assword", "passwd", "pwd", languages=("python", *JAVASCRIPT)):
        root = project.code.tree(path) if runs(path) and not path.endswith((".tsx", ".jsx")) else None
        kind = "comparison_operator" if project.code.language(path) == "python" else "binary_expression"
        for node in root.find_all(kind=kind, regex="(?i)passw|pwd") if root else ():
            sides = [c.text()[:80] for c in node.children() if c.is_named()]
            sign = {c.text() for c in node.children() if not c.is_named()}
            if (
                len(sides) == 2
                and sign & {"==", "===", "!=", "!=="}
                and any(_SENT.match(a) and _STORED.match(b) for a, b in (sides, sides[::-1]))
            ):
                yield bad(
                    f"{sides[0]} is compared with {sides[1]} as it is: passwords are kept in plain text.",
                    node_at(path, node),
                )
        plain = _PLAIN.search(project.code.text(path)) if runs(path) else None
        if plain:
            line = project.code.text(path).count("\n", 0, plain.end()) + 1
            yield bad("Passwords are compared as they are: they are kept in plain text.", At(path, line))


_USERS = r"(?:\w{0,40}[uU]ser|account|member|customer|admin|employee|existing|found|entity)"
_STORED_IN_JAVA = re.compile(rf"^{_USERS}(?:\.get\(\))?\.getPass(?:word|wd)\(\)$")
_SENT_TO_JAVA = re.compile(
    r"^(?:\w{0,40}(?:[rR]equest|[dD]to|DTO|[fF]orm|[lL]ogin|[cC]redentials|input)\w{0,40}\.(?:getPass(?:word|wd)|password)\(\)|password|pwd)$"
)


def _compared_in_java(project: Project) -> Iterator[Fact]:
    """`user.getPassword().equals(request.getPassword())`, whichever of the two asks."""
    for call in calls(project, "equals", needles=("getPassword", "getPasswd")):
        owner = call.node.field("object")
        if call.language != "java" or owner is None or len(call.args) != 1 or not runs(call.path):
            continue
        sides = (owner.text()[:80], call.args[0].text()[:80])
        if any(_SENT_TO_JAVA.match(a) and _STORED_IN_JAVA.match(b) for a, b in (sides, sides[::-1])):
            said = f"{sides[0]} is compared with {sides[1]} as it is: passwords are kept in plain text."
            yield bad(said, call)


def _few_rounds(project: Project) -> Iterator[Fact]:
    for call in calls(project, "hash", "hashSync", "genSalt", "genSaltSync", "gensalt", needles=("bcrypt",)):
        cost = (
            call.args[-1]
            if call.args and call.name.startswith("gen")
            else call.args[1]
            if len(call.args) > 1
            else call.option("rounds")
        )
        if "crypt" in call.callee and cost is not None and cost.text().isdigit() and int(cost.text()) < 10:
            yield partial(
                f"bcrypt with {cost.text()} rounds: guesses are cheaper than they need be.",
                call,
                severity=Severity.MEDIUM,
            )
