"""How tokens are made and checked, and where their keys come from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from ast_grep_py import SgNode

from kit.checks.security.common import ASIDE, flow
from kit.checks.security.flow import Flow
from kit.checks.shared.calls import JAVASCRIPT, Call, calls, entry, is_on, is_text, runs, text_value
from kit.checks.shared.fallbacks import is_rejected
from kit.checks.shared.meant import environment_of_class, is_retired
from kit.checks.shared.settings import overridden, written_keys
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import node_at
from kit.sources.code.records import EnvReadFact
from kit.sources.secrets.find import is_placeholder


@check("SEC-010", "Tokens are verified, and they expire", Severity.HIGH, Clause.INVARIANTS, effort_hours=2)
def tokens_are_verified(project: Project) -> Iterator[Fact]:
    """
    A token whose signature nobody checks is written by whoever likes; one that never ends is valid for ever once stolen.

    Decides: decoding without verification, the algorithm `none`, `ignoreExpiration`, and tokens that are signed without an
    expiry.

    Fix: name the algorithm where a token is checked, and its end where it is signed.
    - node: `jwt.verify(token, key, { algorithms: ["RS256"] })` and `jwt.sign(claims, key, { expiresIn: "15m" })`.
    - python: `jwt.decode(token, key, algorithms=["RS256"])`, and `exp` among the claims.
    - go: `jwt.WithValidMethods([]string{"RS256"})`, and `ExpiresAt` among the claims.
    - java: `Jwts.parser().verifyWith(key)`, and `.expiration(...)` in the builder.

    Blind to: tokens that an identity provider makes and checks.

    See: https://www.rfc-editor.org/rfc/rfc8725
    """
    yield from _javascript_tokens(project)
    yield from _python_tokens(project)
    yield from _go_tokens(project)


_PY_TOKENS = ("jwt", "jose")
_PY_LIBRARY = re.compile(r"(?m)^[ \t]*(?:import jwt\b|from jwt\b|from jose\b|import jose\b|from authlib\b)")
_JS_TOKENS = ("jsonwebtoken", "express-jwt", "passport-jwt", "@nestjs/jwt", "fast-jwt")


def _javascript_tokens(project: Project) -> Iterator[Fact]:
    for call in calls(project, "verify", "jwt", "expressjwt", "expressJwt", languages=JAVASCRIPT, needles=_JS_TOKENS):
        algorithms = call.option("algorithms")
        if algorithms is not None and re.search(r"['\"]none['\"]", algorithms.text()[:200]):
            yield bad(
                "The algorithm `none` is taken: tokens without a signature are let in.",
                call,
                severity=Severity.CRITICAL,
            )
        elif is_on(call.option("ignoreExpiration")):
            yield bad("Tokens are let in after they have expired.", call)
        elif call.name == "verify" and re.match(r"(?:jwt|jsonwebtoken|JWT)\.", call.callee):
            yield ok("The token's signature is verified.", call)
    for call in calls(project, "Strategy", "JwtStrategy", languages=JAVASCRIPT, needles=("passport-jwt",), new=True):
        if is_on(call.option("ignoreExpiration")):
            yield bad("Tokens are let in after they have expired.", call)
    for call in calls(project, "sign", languages=JAVASCRIPT, needles=("jsonwebtoken",)):
        if re.match(r"(?:jwt|jsonwebtoken|JWT|jsonWebToken)\.sign$|^sign$", call.callee) and len(call.args) >= 2:
            for signed in _endless(project, call):
                said = "The token never expires: one that is stolen is valid for ever."
                yield bad(said, signed, severity=Severity.MEDIUM)


def _expires(values: Flow, call: Call) -> bool:
    """Whether the options or the claims set an end; options or claims that come from elsewhere may."""
    for argument in (call.args[0], *call.args[2:3]):
        shown = [argument]
        if argument.kind() == "identifier":
            shown = [d.value for d in values.definitions(argument, call.path) if d.value is not None]
            if not shown:
                return argument is not call.args[0] or len(call.args) > 2
        if any(re.search(r"\bexpiresIn\b|\bexp\b|\.\.\.", node.text()[:800]) for node in shown):
            return True
        if (
            any(node.kind() in {"call_expression", "member_expression"} for node in shown)
            and argument is not call.args[0]
        ):
            return True
    return False


_DEEP = 3
"""Functions that hand on to one another what a token is signed with."""


def _endless(project: Project, call: Call, depth: int = _DEEP) -> Iterator[Call]:
    """The call itself where it sets no end; the calls of a function that hands its claims and options on to it, where
    they set none."""
    if not _expires(flow(project), call):
        yield call
        return
    function = next((a for a in call.node.ancestors() if a.kind() == "function_declaration"), None)
    name = function.field("name") if function is not None else None
    parameters = function.field("parameters") if function is not None else None
    if name is None or parameters is None or depth == 0 or len(call.args) < 3:
        return
    given = [re.split(r"[?:=\s]", p.text())[0] for p in parameters.children() if p.is_named()]
    if given[:1] + given[2:3] == [call.args[0].text(), call.args[2].text()]:
        for caller in calls(project, name.text(), languages=JAVASCRIPT):
            if caller.callee == name.text() and len(caller.args) >= 2:
                yield from _endless(project, caller, depth - 1)


def _is_library(project: Project, call: Call) -> bool:
    """Whether `jwt.encode` and `jwt.decode` are a library's own, not a wrapper of the project's."""
    own = re.match(r"(?:\w+\.)*(?:jwt|jws|PyJWT|JsonWebToken)\.(?:en|de)code$|^jwt_decode$", call.callee)
    return own is not None and _PY_LIBRARY.search(project.code.text(call.path)) is not None


def _python_tokens(project: Project) -> Iterator[Fact]:
    for call in calls(project, "decode", languages=("python",), needles=_PY_TOKENS):
        if not _is_library(project, call):
            continue
        options, verify = call.option("options"), call.option("verify")
        off = re.search(r"verify_signature['\"]?\s*[:=]\s*False", options.text()[:300] if options is not None else "")
        late = re.search(r"verify_exp['\"]?\s*[:=]\s*False", options.text()[:300] if options is not None else "")
        algorithms = call.option("algorithms")
        if (off or (verify is not None and verify.text() == "False")) and _asks_no_identity(call):
            yield ok("The token is read here for what names it, not for whose it is.", call)
        elif off or (verify is not None and verify.text() == "False"):
            yield _unverified(project, call)
        elif algorithms is not None and re.search(r"['\"]none['\"]", algorithms.text()[:100]):
            yield bad(
                "The algorithm `none` is taken: tokens without a signature are let in.",
                call,
                severity=Severity.CRITICAL,
            )
        elif late:
            yield bad("Tokens are let in after they have expired.", call)
        else:
            yield ok("The token's signature is verified.", call)
    for call in calls(project, "encode", languages=("python",), needles=_PY_TOKENS):
        if _is_library(project, call):
            holder = next((a for a in call.node.ancestors() if a.kind() == "function_definition"), None)
            text = holder.text()[:4000] if holder is not None else project.code.text(call.path)[:4000]
            if not re.search(r"\bexp\b|expire|lifetime|\bttl\b|payload\b.*:", text):
                yield bad(
                    "The token never expires: one that is stolen is valid for ever.", call, severity=Severity.MEDIUM
                )


def _unverified(project: Project, call: Call) -> Fact:
    """A token whose signature is not looked at; where its file verifies tokens as well, it may have been before."""
    said = "The token is read without its signature being verified: anybody can write one"
    others = calls(project, "decode", languages=("python",), needles=_PY_TOKENS)
    verified = (
        c for c in others if c.path == call.path and "verify_signature" not in c.node.text() and len(c.args) >= 2
    )
    before = next(verified, None)
    if before is None:
        return bad(f"{said}.", call)
    return partial(f"{said}, unless it was verified before, as elsewhere here.", call, before, severity=Severity.MEDIUM)


_NAMES_TOKEN = frozenset({"jti", "kid", "exp", "iat", "nbf", "iss", "typ", "alg"})


def _asks_no_identity(call: Call) -> bool:
    """Whether the function around it takes nothing of the token but its own name, key and times."""
    holder = next((a for a in call.node.ancestors() if a.kind() == "function_definition"), None)
    taken = set(re.findall(r"(?:\.get\(|\[)\s*[\"'](\w+)[\"']", holder.text() if holder is not None else ""))
    return bool(taken) and taken <= _NAMES_TOKEN


def _is_verified(call: Call) -> bool:
    """Whether the same function verifies the token before, or goes on to: this reading tells only who signed it, or what
    is in it."""
    functions = (a for a in call.node.ancestors() if a.kind() in {"function_declaration", "method_declaration"})
    text = next((f.text() for f in functions), "")
    return _VERIFIES.search(text.partition("{")[2]) is not None


_VERIFIES = re.compile(r"(?i)\b(?!\w{0,40}unverified)\w{0,40}verify\w{0,40}\([^\n)]|\bjwt\.Parse\(|\bParseWithClaims\(")


def _by_setting(call: Call) -> bool:
    """Whether it is one of two ways, the other of which verifies."""
    branches = (a for a in call.node.ancestors() if a.kind() == "if_statement")
    return any((other := a.field("alternative")) is not None and _VERIFIES.search(other.text()) for a in branches)


def _says_so(call: Call) -> bool:
    """Whether the function around it says in its name that it verifies nothing: a first look for its callers."""
    around = (a for a in call.node.ancestors() if a.kind() in {"function_declaration", "method_declaration"})
    named = next((a.field("name") for a in around), None)
    return named is not None and re.search(r"(?i)unverified|without|unsafe|insecure|peek", named.text()) is not None


def _go_tokens(project: Project) -> Iterator[Fact]:
    for call in calls(project, "ParseUnverified", languages=("go",), needles=("jwt",)):
        if _by_setting(call):
            said = "Whether the token's signature is verified is a setting; without it anybody can write one."
            yield partial(said, call, severity=Severity.MEDIUM)
        elif _is_verified(call):
            yield ok("The token is read for what is in it, and verified in the same function.", call)
        else:
            said = "The token is read without its signature being verified: anybody can write one"
            if _says_so(call):
                said += "; whoever takes it from here must verify it, as the function's name says"
                yield partial(f"{said}.", call, severity=Severity.MEDIUM)
            else:
                yield bad(f"{said}.", call)
    for call in calls(project, "NewWithClaims", languages=("go",), needles=("jwt",)):
        holder = next(
            (a for a in call.node.ancestors() if a.kind() in {"function_declaration", "method_declaration"}), call.node
        )
        given = call.args[1].text() if len(call.args) > 1 else ""
        handed = re.search(rf"[(,]\s*{re.escape(given)}\s+[\w.]*MapClaims\b", holder.text().partition("{")[0])
        text = project.code.text(call.path) if handed else holder.text()[:4000]
        if "MapClaims" in text and not re.search(r"\"exp\"|ExpiresAt", text):
            yield bad("The token never expires: one that is stolen is valid for ever.", call, severity=Severity.MEDIUM)


@check(
    "SEC-023",
    "Keys that sign tokens and sessions are not in the code",
    Severity.CRITICAL,
    Clause.ASSUMPTIONS,
    effort_hours=1,
)
def signing_keys_are_not_in_code(project: Project) -> Iterator[Fact]:
    """
    Whoever reads the code can write tokens and sessions that the system takes for its own.

    Decides: the key that is passed to `jwt.sign`, `jwt.verify`, sessions, cookies and their like is a literal, here or where
    its name gets its value; a variable's literal default in the code holds in part; Flask's `secret_key` and Django's `SECRET_KEY` in settings for production.

    Fix: read it from the environment without a default.
    - node: `process.env.JWT_SECRET`.
    - python: `os.environ["JWT_SECRET"]`.
    - go: `os.LookupEnv("JWT_SECRET")`, and end where it is not set.
    - spring: `${JWT_SECRET}` without a colon behind the name.
    - dotnet: `builder.Configuration["Jwt:Secret"]`, and throw where it is null.

    Blind to: keys that files beside the code hold; another check looks for those.

    See: https://cwe.mitre.org/data/definitions/321.html
    """
    written: dict[tuple[At, str], list[Call]] = defaultdict(list)
    fallen: dict[tuple[EnvReadFact, str], list[Call]] = defaultdict(list)
    for call, key, what in _keys(project):
        literal = _literal(flow(project), key, call.path)
        if literal is not None:
            written[node_at(call.path, literal), what].append(call)
        elif (read := _fallback(project, call, key)) is not None:
            fallen[read, what].append(call)
        elif "env" in key.text()[:200].lower() or "config" in key.text()[:200].lower():
            yield ok(f"The key of {what} comes from outside of the code.", call)
    for (place, what), uses in written.items():
        grave = Severity.MEDIUM if is_retired(project, place.path) else None
        yield bad(f"The key of {what} is written in the code.", place, *uses[:7], severity=grave)
    for (read, what), uses in fallen.items():
        said = f"The key of {what} comes from {read.name}, and where nobody sets that, from the code."
        yield partial(said, read, *uses[:7], severity=Severity.MEDIUM)
    yield from _settings(project)


def _keys(project: Project) -> Iterator[tuple[Call, SgNode, str]]:
    for call in calls(project, "sign", "verify", languages=JAVASCRIPT, needles=("jsonwebtoken",)):
        if re.match(r"(?:jwt|jsonwebtoken|JWT|jsonWebToken)\.", call.callee) and len(call.args) > 1:
            yield call, call.args[1], "tokens"
    for call in calls(
        project,
        "session",
        "cookieSession",
        "cookieParser",
        "expressjwt",
        "expressJwt",
        "register",
        "registerAsync",
        languages=JAVASCRIPT,
        needles=("session", "cookie-parser", "express-jwt", "JwtModule"),
    ):
        key = call.option("secret", "keys") or (call.args[0] if call.name == "cookieParser" and call.args else None)
        key = key or entry(call.args[0] if call.args else None, "secretOrPrivateKey")
        if key is not None and (call.name not in {"register", "registerAsync"} or call.callee.startswith("JwtModule")):
            yield call, key, "tokens" if "wt" in call.callee else "sessions"
    for call in calls(project, "encode", "decode", languages=("python",), needles=_PY_TOKENS):
        if _is_library(project, call) and len(call.args) > 1:
            yield call, call.args[1], "tokens"
    for call in calls(project, "SignedString", languages=("go",), needles=("jwt",)):
        if call.args:
            inner = call.args[0].find(any=[{"kind": "interpreted_string_literal"}, {"kind": "identifier"}])
            yield call, inner if inner is not None and "[]byte" in call.args[0].text()[:8] else call.args[0], "tokens"


def _fallback(project: Project, call: Call, key: SgNode) -> EnvReadFact | None:
    """The variable that a key comes from, where the code has a value for when nobody sets it."""
    values = [d.value for d in flow(project).definitions(key, call.path)] if key.kind() == "identifier" else []
    shown = " ".join(node.text()[:200] for node in (key, *values) if node is not None)
    words = [re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).upper() for word in re.findall(r"[A-Za-z]\w*", shown)]
    names = {*words, *("_".join(pair) for pair in pairwise(words))}
    unit = project.code.unit(call.path)
    for read in project.env_reads:
        default = (read.default or "").strip("'\"`")
        here = project.code.unit(read.at.path) == unit and runs(read.at.path)
        if read.name in names and default and here and project.files.environment_of(read.at.path) not in ASIDE:
            return None if is_rejected(project.files.text(read.at.path), default) else read
    return None


def _literal(values: Flow, key: SgNode, path: str) -> SgNode | None:
    """The literal that a key is, here or where its name gets its value; None where it comes from elsewhere."""
    if key.kind() == "array":
        key = next((c for c in key.children() if c.is_named()), key)
    text = text_value(key)
    if text is not None:
        public = text.startswith(("$", "/", "-----BEGIN PUBLIC"))
        return None if public or (is_placeholder(text) and len(text) <= 3) else key
    if key.kind() not in {"identifier", "shorthand_property_identifier"}:
        return None
    found = [d.value for d in values.definitions(key, path)]
    value = found[0] if len(found) == 1 else None
    if value is not None and value.kind() in {"call_expression", "type_conversion_expression"}:
        return value.find(kind="interpreted_string_literal") if value.text().startswith("[]byte(") else None
    return value if is_text(value) and value is not None and "PUBLIC KEY" not in value.text() else None


def _settings(project: Project) -> Iterator[Fact]:
    for at in written_keys(project):
        anew = overridden(project, at.path, "SECRET_KEY")
        if anew is None:
            aside = environment_of_class(project, at.path, at.line or 1) in {"development", "test"}
            grave = Severity.MEDIUM if aside or is_retired(project, at.path) else None
            yield bad("The key of sessions is written in the code.", at, severity=grave)
        else:
            yield ok("The key of sessions that is written in the code gives way to another one in production.", anew)
