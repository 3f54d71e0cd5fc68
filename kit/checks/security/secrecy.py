"""What secrets and logins stand behind: ciphers, certificates, hashes of passwords, tokens and their keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.security.calls import JAVASCRIPT, Call, calls, entry, is_text, runs, text_value
from kit.checks.security.common import ASIDE, flow
from kit.checks.security.flow import Flow
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.code import node_at
from kit.sources.secrets import is_placeholder

_WEAK_CIPHER = re.compile(
    r"(?i)^(?:des|3des|des3|des-|rc4|rc2|blowfish|bf-|idea|seed-)|-ecb$|/ecb/|^(?:aes|desede|blowfish)$"
)
_GUESSED = re.compile(
    r"(?i)token|secret|passw|otp\b|otp_|nonce|session_?id|api_?key|reset_?code|verif\w*_?code|salt|csrf|invite_?code|one_?time"
)
_RANDOM = re.compile(
    r"^(?:Math\.random|random\.(?:choice|choices|randint|random|randrange|sample|getrandbits)|rand\.(?:Intn?|Int63|Int31n?|Read|Seed))$"
)


@check("SEC-005", "Ciphers and random numbers are strong", Severity.HIGH, Clause.INVARIANTS, effort_hours=2)
def ciphers_are_strong(project: Project) -> Iterator[Fact]:
    """
    A token from a random number that can be predicted is no secret, and DES, RC4 and ECB hide nothing from who wants to see.

    Decides: the names of ciphers and modes that code asks for; `Math.random`, `random` and `math/rand` where what they
    make is called a token, secret, password or code.

    Fix: `crypto.randomBytes(32)`, `secrets.token_urlsafe()`, `crypto/rand`, and AES in GCM mode.

    Blind to: ciphers that libraries choose by themselves.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Cryptographic_Storage_Cheat_Sheet.html
    """
    for call in calls(project, "createCipheriv", "createDecipheriv", "createCipher", languages=JAVASCRIPT):
        name = text_value(call.args[0]) if call.args else None
        if name and _WEAK_CIPHER.search(name):
            yield bad(f"{name} does not keep a secret.", call)
        elif call.name == "createCipher":
            yield bad("createCipher derives its key without salt, and newer versions of Node no longer have it.", call)
        elif name and call.name != "createDecipheriv":
            yield ok(f"{name} is a strong cipher.", call)
    for call in calls(project, "getInstance", languages=("java",), needles=("Cipher.getInstance",)):
        name = text_value(call.args[0]) if call.args and call.callee == "Cipher.getInstance" else None
        if name is not None:
            yield (
                bad(f"{name} does not keep a secret.", call)
                if _WEAK_CIPHER.search(name)
                else ok(f"{name} is a strong cipher.", call)
            )
    for call in calls(
        project,
        "new",
        "NewCipher",
        "NewTripleDESCipher",
        languages=("python", "go"),
        needles=("DES", "ARC4", "MODE_ECB", "des.New", "rc4.New"),
    ):
        if re.match(r"(?:DES3?|ARC[24])\.new|des\.New|rc4\.New", call.callee) or "MODE_ECB" in call.node.text()[:200]:
            yield bad(
                f"{call.callee} does not keep a secret{' in ECB mode' if 'ECB' in call.node.text()[:200] else ''}.",
                call,
            )
    yield from _guessable(project)


def _guessable(project: Project) -> Iterator[Fact]:
    seen: set[At] = set()
    names = (
        "random",
        "choice",
        "choices",
        "randint",
        "randrange",
        "sample",
        "getrandbits",
        "Int",
        "Intn",
        "Int63",
        "Int31n",
    )
    for call in calls(project, *names, needles=("Math.random", "random.", "math/rand")):
        if not _RANDOM.match(call.callee) or ("crypto/rand" in project.code.text(call.path) and call.language == "go"):
            continue
        name = _given_to(call.node)
        if (
            name
            and _GUESSED.search(name)
            and call.at not in seen
            and "SystemRandom" not in project.code.text(call.path)
        ):
            seen.add(call.at)
            yield bad(f"{name} is made with {call.callee}, whose numbers can be predicted.", call)


def _given_to(node: SgNode) -> str | None:
    """The nearest name that the value goes to: a variable, a key, the function that returns it."""
    for above in node.ancestors():
        kind = above.kind()
        if kind in {
            "pair",
            "keyword_argument",
            "variable_declarator",
            "assignment",
            "short_var_declaration",
            "assignment_expression",
        }:
            named = above.field("key") or above.field("name") or above.field("left")
            if named is not None and _GUESSED.search(named.text()[:80]):
                return named.text()[:80]
        elif kind in {"function_definition", "function_declaration", "method_definition", "method_declaration"}:
            named = above.field("name")
            return named.text()[:80] if named is not None else None
    return None


_UNVERIFIED = {
    "javascript": re.compile(r"rejectUnauthorized['\"]?\s*:\s*false|NODE_TLS_REJECT_UNAUTHORIZED['\"]?\]?\s*=\s*['\"]?0|strictSSL\s*:\s*false"),
    "python": re.compile(r"\bverify\s*=\s*False|verify_ssl\s*=\s*False|_create_unverified_context|\bCERT_NONE\b|check_hostname\s*=\s*False|ssl\s*=\s*False\b(?=.*(?:aiohttp|session))"),
    "go": re.compile(r"InsecureSkipVerify\s*:\s*true"),
    "java": re.compile(r"NoopHostnameVerifier|ALLOW_ALL_HOSTNAME_VERIFIER|TrustAllStrategy|InsecureTrustManagerFactory|checkServerTrusted\([^)]*\)\s*(?:throws\s+\w+\s*)?\{\s*\}"),
}  # fmt: skip
_NOT_TLS = re.compile(r"jwt|decode\(|token", re.IGNORECASE)


@check("SEC-018", "Certificates are verified", Severity.HIGH, Clause.INVARIANTS, effort_hours=1)
def certificates_are_verified(project: Project) -> Iterator[Fact]:
    """
    A client that takes any certificate talks to whoever stands in the way as if it were the server.

    Decides: `rejectUnauthorized: false`, `verify=False`, `InsecureSkipVerify`, empty trust managers and their like in code,
    and `NODE_TLS_REJECT_UNAUTHORIZED=0` in what deployment targets give.

    Fix: trust the authority that signed the certificate: `ca: fs.readFileSync("ca.pem")`, `verify="ca.pem"`.

    Blind to: switches of one's own making.

    See: https://owasp.org/Top10/A02_2021-Cryptographic_Failures/
    """
    for language, pattern in _UNVERIFIED.items():
        languages = JAVASCRIPT if language == "javascript" else (language,)
        for path in project.code.holding(
            "rejectUnauthorized",
            "NODE_TLS_REJECT",
            "strictSSL",
            "verify",
            "_unverified",
            "CERT_NONE",
            "check_hostname",
            "InsecureSkipVerify",
            "Hostname",
            "TrustAll",
            "checkServerTrusted",
            "TrustManager",
            languages=languages,
        ):
            if runs(path):
                yield from _unverified(project, path, pattern)
    for service in project.system.services:
        for deployment in service.deployments:
            for one in deployment.env:
                if (one.name, one.value) in {
                    ("NODE_TLS_REJECT_UNAUTHORIZED", "0"),
                    ("PYTHONHTTPSVERIFY", "0"),
                    ("GIT_SSL_NO_VERIFY", "true"),
                } and deployment.environment not in ASIDE:
                    yield bad(
                        f"{service.name}: {one.name}={one.value} switches the verification of every certificate off.",
                        one,
                    )


def _unverified(project: Project, path: str, pattern: re.Pattern[str]) -> Iterator[Fact]:
    for number, line in enumerate(project.files.lines(path), start=1):
        found = pattern.search(line[:400])
        comment = re.match(r"\s*(?://|#|\*|/\*)", line)
        if not found or comment or _NOT_TLS.search(line[: found.start()][-60:]):
            continue
        near = "\n".join(project.files.lines(path)[max(0, number - 8) : number + 2])
        database = re.search(r"(?i)\bssl\b|dialectOptions|postgres|mysql|redis|typeorm|knex", near) is not None
        optional = (
            re.search(r"(?i)insecure|skip_?verify|NODE_ENV|isDev|development|process\.env|===?\s*['\"]", line)
            is not None
            and "false" not in line.split("rejectUnauthorized", 1)[0][-30:]
        )
        grave = Severity.MEDIUM if database or optional else Severity.HIGH
        yield bad(f"{found[0].strip()[:60]}: any certificate is taken here.", At(path, number), severity=grave)


_FAST = frozenset(
    {"md5", "sha1", "sha256", "sha512", "sha-1", "sha-256", "sha-512", "sha224", "sha384", "ripemd160", "md4"}
)
_PASSWORD = re.compile(r"(?i)passw(?:or)?d|\bpwd\b|passphrase|\bpasswd")
_ADEQUATE = re.compile(
    r"\b(?:bcrypt|bcryptjs|argon2|scrypt|pbkdf2|BCryptPasswordEncoder|Argon2PasswordEncoder|PasswordEncoderFactories|CryptContext|PasswordHash|generate_password_hash|make_password|GenerateFromPassword|pwdlib|django\.contrib\.auth)\b"
)


@check("SEC-009", "Passwords are hashed with what is made for it", Severity.HIGH, Clause.INVARIANTS, effort_hours=4)
def passwords_are_hashed(project: Project) -> Iterator[Fact]:
    """
    A stolen table of passwords under MD5 or SHA-256 is read in an afternoon; one in plain text at once.

    Decides: fast hashes that are given a password, passwords that are compared as they are, bcrypt with fewer than ten
    rounds; bcrypt, argon2, scrypt, PBKDF2 and frameworks' own hash hold.

    Fix: `argon2.hash(password)`, or bcrypt with a cost of 12.

    Blind to: passwords that another service keeps.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
    """
    wrong = list(_fast_hashes(project)) + list(_compared(project)) + list(_few_rounds(project))
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
    helpers: dict[str, str] = {}
    for call, algorithm, given in _digests(project):
        if re.search(r"(?i)hibp|pwned|breach", project.code.text(call.path)):
            continue
        if _PASSWORD.search(re.sub(r"['\"`][^'\"`]*['\"`]", "", given)):
            yield bad(f"A password goes through {algorithm}, which is made to be fast: guesses are cheap.", call)
        elif (name := _holder(call.node)) and re.search(r"(?i)hash|md5|sha|digest|crypt", name):
            helpers[name] = algorithm
    for call in calls(project, *helpers) if helpers else ():
        given = call.args[0].text()[:120] if call.args else ""
        if _PASSWORD.search(given) and not is_text(call.args[0]):
            yield bad(
                f"A password goes through {call.callee}, which is {helpers[call.name]}, made to be fast: guesses are cheap.",
                call,
            )


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
_PLAIN = re.compile(
    r"(?i)compare_?passwords?\w*\s*[:=]?\s*(?:async\s*)?(?:function\s*)?\(\s*(\w+)(?:\s*:\s*\w+)?\s*,\s*(\w+)(?:\s*:\s*\w+)?\s*\)\s*(?::\s*\w+\s*)?(?:=>)?\s*\{?\s*(?:return\s+)?\1\s*===?\s*\2"
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


@check("SEC-010", "Tokens are verified, and they expire", Severity.HIGH, Clause.INVARIANTS, effort_hours=2)
def tokens_are_verified(project: Project) -> Iterator[Fact]:
    """
    A token whose signature nobody checks is written by whoever likes; one that never ends is valid for ever once stolen.

    Decides: decoding without verification, the algorithm `none`, `ignoreExpiration`, and tokens that are signed without an
    expiry.

    Fix: `jwt.verify(token, key, { algorithms: ["RS256"] })` and `jwt.sign(claims, key, { expiresIn: "15m" })`.

    Blind to: tokens that an identity provider makes and checks.

    See: https://www.rfc-editor.org/rfc/rfc8725
    """
    yield from _javascript_tokens(project)
    yield from _python_tokens(project)
    yield from _go_tokens(project)


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
        elif _is_true(call.option("ignoreExpiration")):
            yield bad("Tokens are let in after they have expired.", call)
        elif call.name == "verify" and re.match(r"(?:jwt|jsonwebtoken|JWT)\.", call.callee):
            yield ok("The token's signature is verified.", call)
    for call in calls(project, "Strategy", "JwtStrategy", languages=JAVASCRIPT, needles=("passport-jwt",), new=True):
        if _is_true(call.option("ignoreExpiration")):
            yield bad("Tokens are let in after they have expired.", call)
    for call in calls(project, "sign", languages=JAVASCRIPT, needles=("jsonwebtoken",)):
        if (
            re.match(r"(?:jwt|jsonwebtoken|JWT|jsonWebToken)\.sign$|^sign$", call.callee)
            and len(call.args) >= 2
            and not _expires(flow(project), call)
        ):
            yield bad("The token never expires: one that is stolen is valid for ever.", call, severity=Severity.MEDIUM)


def _is_true(node: SgNode | None) -> bool:
    return node is not None and node.text() == "true"


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


def _python_tokens(project: Project) -> Iterator[Fact]:
    for call in calls(project, "decode", languages=("python",), needles=("jwt", "jose")):
        if not re.match(r"(?:\w+\.)*(?:jwt|jws|PyJWT)\.decode$|^jwt_decode$", call.callee):
            continue
        options, verify = call.option("options"), call.option("verify")
        off = re.search(r"verify_signature['\"]?\s*[:=]\s*False", options.text()[:300] if options is not None else "")
        late = re.search(r"verify_exp['\"]?\s*[:=]\s*False", options.text()[:300] if options is not None else "")
        algorithms = call.option("algorithms")
        if off or (verify is not None and verify.text() == "False"):
            yield bad("The token is read without its signature being verified: anybody can write one.", call)
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
    for call in calls(project, "encode", languages=("python",), needles=("jwt", "jose")):
        if re.match(r"(?:\w+\.)*jwt\.encode$", call.callee):
            holder = next((a for a in call.node.ancestors() if a.kind() == "function_definition"), None)
            text = holder.text()[:4000] if holder is not None else project.code.text(call.path)[:4000]
            if not re.search(r"\bexp\b|expire|lifetime|\bttl\b|payload\b.*:", text):
                yield bad(
                    "The token never expires: one that is stolen is valid for ever.", call, severity=Severity.MEDIUM
                )


def _go_tokens(project: Project) -> Iterator[Fact]:
    for call in calls(project, "ParseUnverified", languages=("go",), needles=("jwt",)):
        yield bad("The token is read without its signature being verified: anybody can write one.", call)
    for call in calls(project, "NewWithClaims", languages=("go",), needles=("jwt",)):
        holder = next(
            (a for a in call.node.ancestors() if a.kind() in {"function_declaration", "method_declaration"}), call.node
        )
        if "MapClaims" in holder.text()[:4000] and not re.search(r"\"exp\"|ExpiresAt", holder.text()[:4000]):
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
    its name gets its value; Flask's `secret_key` and Django's `SECRET_KEY` in settings for production.

    Fix: read it from the environment without a default: `process.env.JWT_SECRET`.

    Blind to: keys that files beside the code hold; another check looks for those.

    See: https://cwe.mitre.org/data/definitions/321.html
    """
    found: set[At] = set()
    for call, key, what in _keys(project):
        literal = _literal(flow(project), key, call.path)
        if literal is not None and call.at not in found:
            found.add(call.at)
            yield bad(f"The key of {what} is written in the code.", node_at(call.path, literal), call)
        elif "env" in key.text()[:200].lower() or "config" in key.text()[:200].lower():
            yield ok(f"The key of {what} comes from outside of the code.", call)
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
    for call in calls(project, "encode", "decode", languages=("python",), needles=("jwt", "jose")):
        if re.match(r"(?:\w+\.)*jwt\.(?:en|de)code$", call.callee) and len(call.args) > 1:
            yield call, call.args[1], "tokens"
    for call in calls(project, "SignedString", languages=("go",), needles=("jwt",)):
        if call.args:
            inner = call.args[0].find(any=[{"kind": "interpreted_string_literal"}, {"kind": "identifier"}])
            yield call, inner if inner is not None and "[]byte" in call.args[0].text()[:8] else call.args[0], "tokens"


def _literal(values: Flow, key: SgNode, path: str) -> SgNode | None:
    if key.kind() == "array":
        inner = [c for c in key.children() if c.is_named()]
        return _literal(values, inner[0], path) if inner else None
    text = text_value(key)
    if text is not None:
        return (
            key
            if text
            and not text.startswith(("$", "/", "-----BEGIN PUBLIC"))
            and (not is_placeholder(text) or len(text) > 3)
            else None
        )
    if key.kind() in {"identifier", "shorthand_property_identifier"}:
        found = [d.value for d in values.definitions(key, path)]
        if len(found) == 1 and found[0] is not None and found[0].kind() == "call_expression":
            inner = found[0].find(kind="interpreted_string_literal") if found[0].text().startswith("[]byte(") else None
            return inner
        return (
            found[0]
            if len(found) == 1 and found[0] is not None and is_text(found[0]) and "PUBLIC KEY" not in found[0].text()
            else None
        )
    return None


def _settings(project: Project) -> Iterator[Fact]:
    pattern = re.compile(
        r"^(?:app\.secret_key|SECRET_KEY|app\.config\[['\"]SECRET_KEY['\"]\])\s*=\s*[bru]?['\"]([^'\"]{4,})['\"]"
    )
    for path in project.code.holding("SECRET_KEY", "secret_key", languages=("python",)):
        name = path.rsplit("/", 1)[-1]
        if not runs(path) or re.search(r"local|dev|test", name) or project.files.environment_of(path) in ASIDE:
            continue
        for number, line in enumerate(project.files.lines(path), start=1):
            said = pattern.match(line.strip())
            if said and "{{" not in said[1]:
                yield bad("The key of sessions is written in the code.", At(path, number))
