"""Are keys derived with enough work, from salts and nonces that are new each time?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.shared.calls import JAVASCRIPT, Call, calls, is_text, unwrap
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check

_LEAST = 100_000
_PLACES = {"pbkdf2": (1, 2), "pbkdf2Sync": (1, 2), "pbkdf2_hmac": (2, 3), "Key": (1, 2)}
"""Places of the salt and of the number of rounds among the arguments."""
_CONSTANT = re.compile(
    r"^(?:Buffer\.(?:alloc\(\s*\d+\s*(?:,\s*0\s*)?\)|from\(\s*['\"`][^'\"`$]*['\"`]\s*(?:,\s*['\"]\w+['\"]\s*)?\))|bytes\(\s*\d+\s*\)|b?['\"][^'\"$]*['\"](?:\s*\*\s*\d+)?"
    r"|\[\]byte\(\s*\"[^\"]*\"\s*\)|make\(\[\]byte,\s*\w+\)|new\s+Uint8Array\(\s*\d+\s*\)|b['\"][^'\"]*['\"]\s*\*\s*\d+)$"
)


@check(
    "SEC-062",
    "Keys take work to derive, and salts and nonces are new",
    Severity.HIGH,
    Clause.INVARIANTS,
    effort_hours=2,
)
def keys_take_work(project: Project) -> Iterator[Fact]:
    """
    A thousand rounds are guessed through as fast as none, one salt for all lets one table break every password, and a
    nonce that is used twice gives away what AES in GCM or CTR mode hides.

    Decides: numbers of rounds below 100,000 that PBKDF2 is called with, N below 16,384 of scrypt, and salts, initialization
    vectors and nonces that are constants of the file, in JavaScript, Python and Go.

    Fix: take 600,000 rounds of PBKDF2 with SHA-256, or Argon2; make a new nonce for each message and keep it beside it.
    - node: `crypto.randomBytes(12)`.
    - python: `os.urandom(12)`.
    - go: `rand.Read(nonce)`.
    - java: `SecureRandom`.

    Blind to: numbers and values that other files hold.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#pbkdf2
    """
    yield from _rounds(project)
    yield from _scrypt(project)
    yield from _nonces(project)


def _rounds(project: Project) -> Iterator[Fact]:
    for call in calls(
        project, *_PLACES, "PBKDF2HMAC", languages=("python", "go", *JAVASCRIPT), needles=("pbkdf2", "PBKDF2")
    ):
        if call.name == "Key" and not call.callee.startswith("pbkdf2"):
            continue
        salt_at, rounds_at = _PLACES.get(call.name, (99, 99))
        salt = call.option("salt") or (call.args[salt_at] if len(call.args) > salt_at else None)
        rounds = call.option("iterations") or (call.args[rounds_at] if len(call.args) > rounds_at else None)
        number = _number(project, call, rounds)
        if number is not None and number < _LEAST:
            yield bad(f"PBKDF2 with {number:,} rounds: guesses are cheap.", call, severity=Severity.MEDIUM)
        elif number is not None:
            yield ok(f"PBKDF2 with {number:,} rounds.", call)
        if _is_constant(project, call, salt):
            yield _salted(call)


def _salted(call: Call) -> Fact:
    return partial("The salt is a constant: equal passwords give equal keys.", call, severity=Severity.MEDIUM)


def _scrypt(project: Project) -> Iterator[Fact]:
    for call in calls(project, "scrypt", "scryptSync", languages=("python", *JAVASCRIPT)):
        salt = call.option("salt") or (call.args[1] if len(call.args) > 1 and call.language != "python" else None)
        cost = _number(project, call, call.option("N", "n", "cost"))
        if cost is not None and cost < 16_384:
            yield bad(f"scrypt with N = {cost:,}: guesses are cheap.", call, severity=Severity.MEDIUM)
        if _is_constant(project, call, salt):
            yield _salted(call)


def _nonces(project: Project) -> Iterator[Fact]:
    for call in calls(project, "createCipheriv", languages=JAVASCRIPT):
        blocks = call.args and re.search(r"(?i)-ecb\b", call.args[0].text())  # each block by itself, without a vector
        if len(call.args) > 2 and not blocks and _is_constant(project, call, call.args[2]):
            yield _repeated(call)
    for call in calls(project, "new", "encrypt", "GCM", "CBC", "CTR", languages=("python",), needles=("AES", "modes.")):
        given = call.option("nonce", "iv", "IV", "initialization_vector")
        aes = re.search(r"AES|modes\.|^aesgcm|^gcm|^cipher", call.callee, re.IGNORECASE)
        if given is None and call.args and aes:
            first = call.name in {"GCM", "CBC", "CTR"} or (call.name == "encrypt" and len(call.args) > 1)
            given = call.args[0] if first else call.args[2] if call.name == "new" and len(call.args) > 2 else None
        if aes and _is_constant(project, call, given):
            yield _repeated(call)


def _repeated(call: Call) -> Fact:
    return bad("The nonce is a constant: what two messages have in common shows.", call)


def _written(project: Project, call: Call, node: SgNode) -> str:
    """An expression as it is written; of a name that is written once in the file, what it stands for."""
    node = unwrap(node)
    if node.kind() != "identifier":
        return str(node.text())
    given = re.findall(
        rf"(?m)^[ \t]*(?:export\s+)?(?:const\s+|let\s+|var\s+)?{re.escape(node.text())}(?:\s*:\s*[\w.]+)?\s*:?=\s*([^\n]{{1,120}}?);?\s*$",
        project.code.text(call.path),
    )
    return given[0] if len(given) == 1 else ""


def _number(project: Project, call: Call, node: SgNode | None) -> int | None:
    text = _written(project, call, node).replace("_", "").replace(",", "") if node is not None else ""
    power = re.fullmatch(r"(\d+)\s*(?:\*\*)\s*(\d{1,2})", text)
    return int(text) if re.fullmatch(r"\d{1,9}", text) else int(power[1]) ** int(power[2]) if power else None


def _is_constant(project: Project, call: Call, node: SgNode | None) -> bool:
    return node is not None and (is_text(unwrap(node)) or _CONSTANT.match(_written(project, call, node)) is not None)
