"""What secrets stand behind: ciphers, random numbers, certificates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.security.common import ASIDE
from kit.checks.shared.browser import on_page
from kit.checks.shared.calls import JAVASCRIPT, Call, calls, runs, text_value
from kit.checks.shared.crowd import gathered
from kit.checks.shared.judged import owner
from kit.checks.shared.meant import in_command, is_script
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import word_set

_WEAK_CIPHER = re.compile(
    r"(?i)^(?:des|3des|des3|des-|rc4|rc2|blowfish|bf-|idea|seed-)|-ecb$|/ecb/|^(?:aes|desede|blowfish)$"
)


_GUESSED = re.compile(
    r"(?i)token|secret|passw|otp\b|otp_|nonce|session_?id|api_?key|salt|csrf|one_?time|passcode|pin_?code"
    r"|(?:reset|verif\w{0,8}|invite|activation|confirm\w{0,6}|login|sms|mfa|two_?factor)_?(?:code|pin\b)"
)


_PROTECTS = re.compile(r"(?i)crypt|content-security|script-src|oauth|openid|oidc|csrf|signature|authoriz|hmac")
"""What a file speaks of where its nonces protect something; elsewhere a nonce is a number that is another each time."""

_MARKS_ONCE = re.compile(r"(?i)^[\"']?(?:signature|sign|signing)_?nonce[\"']?$")
"""A number that goes beside the signature that it is part of, so that no request is taken twice: it is sent for all to see."""

_PROTOCOL = re.compile(
    r"(?i)\bntlm|ntlm\b|ms-?chap|kerberos|\blanman\b|\bvnc\b|\brfb\b|\bsmb\b|\bpkcs#?12\b|rfc ?\d{4}"
)
"""What a file speaks of whose cipher another party's protocol fixed."""

_CHOSEN = re.compile(
    r"(?i)^[ \t}]*(?:else )?(?:if|case|when|elif|switch)\b[^\n]{0,120}[\"'](?:3?des|md5|sha-?1|rc4|ssha|plain)[\"']"
)
"""A branch that is taken where somebody's setting names the old method."""

_RANDOM = re.compile(
    r"^(?:Math\.random|random\.(?:choice|choices|randint|random|randrange|sample|getrandbits)|rand\.(?:Intn?|Int63|Int31n?|Read|Seed))$"
)


@check("SEC-005", "Ciphers and random numbers are strong", Severity.HIGH, Clause.INVARIANTS, effort_hours=2)
def ciphers_are_strong(project: Project) -> Iterator[Fact]:
    """
    A token from a random number that can be predicted is no secret, and DES, RC4 and ECB hide nothing from who wants to see.

    Decides: the names of ciphers and modes that code asks for; `Math.random`, `random` and `math/rand` where what they
    make is called a token, secret, password or code.

    Fix: use AES in GCM mode, and the system's generator for what nobody may guess.
    - node: `crypto.randomBytes(32)`.
    - python: `secrets.token_urlsafe()`.
    - go: `crypto/rand`.
    - java: `SecureRandom`.
    - dotnet: `RandomNumberGenerator.GetBytes(32)`.
    - php: `random_bytes(32)`.
    - ruby: `SecureRandom.hex(32)`.

    Blind to: ciphers that libraries choose by themselves.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Cryptographic_Storage_Cheat_Sheet.html
    """
    for call in calls(project, "createCipheriv", "createDecipheriv", "createCipher", languages=JAVASCRIPT):
        name = text_value(call.args[0]) if call.args else None
        if name and _WEAK_CIPHER.search(name):
            yield _weak(project, call, name)
        elif call.name == "createCipher":
            yield bad("createCipher derives its key without salt, and newer versions of Node no longer have it.", call)
        elif name and call.name != "createDecipheriv":
            yield ok(f"{name} is a strong cipher.", call)
    for call in calls(project, "getInstance", languages=("java",), needles=("Cipher.getInstance",)):
        name = text_value(call.args[0]) if call.args and call.callee == "Cipher.getInstance" else None
        if name is not None:
            yield (_weak(project, call, name) if _WEAK_CIPHER.search(name) else ok(f"{name} is a strong cipher.", call))
    for call in calls(
        project,
        "new",
        "NewCipher",
        "NewTripleDESCipher",
        languages=("python", "go"),
        needles=("DES", "ARC4", "MODE_ECB", "des.New", "rc4.New"),
    ):
        if re.match(r"(?:DES3?|ARC[24])\.new|des\.New|rc4\.New", call.callee) or "MODE_ECB" in call.node.text()[:200]:
            mode = " in ECB mode" if "ECB" in call.node.text()[:200] else ""
            yield _weak(project, call, call.callee, mode)
    yield from _guessable(project)


def _weak(project: Project, call: Call, name: str, mode: str = "") -> Fact:
    """A weak cipher; less grave where a protocol of others fixed it, or where a setting chooses it among stronger ones."""
    if _PROTOCOL.search(f"{call.path}\n{project.code.text(call.path)}"):
        said = f"{name} does not keep a secret{mode}; the protocol that is spoken here fixed it"
        return bad(f"{said}.", call, severity=Severity.LOW)
    if is_chosen(project, call):
        said = f"{name} does not keep a secret{mode}, and a setting may choose it"
        return bad(f"{said}.", call, severity=Severity.MEDIUM)
    return bad(f"{name} does not keep a secret{mode}.", call)


def is_chosen(project: Project, call: Call) -> bool:
    """Whether the line stands, by its indentation, in a branch whose condition names the old method."""
    return any(_CHOSEN.match(line[:300]) for line in _openers(project.files.lines(call.path), call.at.line or 1))


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
            and not _is_fallback(call.node)
            and _GUESSED.search(name)
            and call.at not in seen
            and "SystemRandom" not in project.code.text(call.path)
            and not _MARKS_ONCE.match(name)
            and (not re.fullmatch(r"(?i)\w*nonce", name) or _PROTECTS.search(project.code.text(call.path)))
        ):
            seen.add(call.at)
            shown = call.language in JAVASCRIPT and on_page(project, call.path)
            mild = (
                shown or in_command(project, call.at) or is_script(project, call.path)
            )  # on a page it is the visitor's own; whoever types knows when
            unlocks = not _SITTING.search(name) or _LOGS_IN.search(project.code.text(call.path))
            grave = Severity.MEDIUM if mild or not unlocks else Severity.HIGH
            yield bad(f"{name} is made with {call.callee}, whose numbers can be predicted.", call, severity=grave)


_SITTING = re.compile(r"(?i)session_?id$")
_LOGS_IN = re.compile(r"(?i)cookie|log_?in\b|sign_?in\b|jwt|authenticat|auth_?session")
"""What a file speaks of where a session is a login, and no sitting of a game, a lesson or a chat."""
_SIZES = re.compile(r"(?i)(?:length|len|size|count|delay|index|offset|jitter|timeout)$")
_MAKES = re.compile(r"_*(?i:gen|make|create|new|rand|build|issue|mint)")
_GIVEN = word_set("pair keyword_argument variable_declarator assignment short_var_declaration assignment_expression")


def _is_fallback(node: SgNode) -> bool:
    """Whether a good source is asked first, and this one where it is not to be had: `crypto.randomUUID ? ... : ...`."""
    for above in node.ancestors():
        if above.kind() in {"ternary_expression", "conditional_expression"} and re.search(r"\bcrypto\b", above.text()):
            return True
        if above.kind() in {"function_declaration", "method_definition", "arrow_function", "function_expression"}:
            before = above.text()[: max(0, node.range().start.index - above.range().start.index)]
            return re.search(r"\bcrypto\.(?:randomUUID|getRandomValues|randomBytes)\(", before) is not None
    return False


def _given_to(node: SgNode) -> str | None:
    """The nearest name that the value goes to: a variable, a key, the function that returns it."""
    returned = False
    for above in node.ancestors():
        kind = above.kind()
        returned = returned or kind == "return_statement"
        if kind in _GIVEN:
            named = above.field("key") or above.field("name") or above.field("left")
            if named is not None and _GUESSED.search(named.text()[:80]):
                return str(named.text()[:80])
            if named is not None and _SIZES.search(named.text()[:80]):
                return None
        elif kind in {"function_definition", "function_declaration", "method_definition", "method_declaration"}:
            named = above.field("name")
            if not returned and named is not None and not _MAKES.match(named.text()):
                return None  # one number among what a function does is not what the function is called for
            return re.sub(r"(?:For|From|By|Of|To)[A-Z]\w*$", "", named.text()[:80]) if named is not None else None
    return None


_UNVERIFIED = {
    "javascript": re.compile(r"rejectUnauthorized['\"]?\s*:\s*false|NODE_TLS_REJECT_UNAUTHORIZED['\"]?\]?\s*=\s*['\"]?0|strictSSL\s*:\s*false"),
    "python": re.compile(r"\bverify\s*=\s*False|verify_ssl\s*=\s*False|_create_unverified_context|\bCERT_NONE\b|check_hostname\s*=\s*False|ssl\s*=\s*False\b(?=.*(?:aiohttp|session))"),
    "go": re.compile(r"InsecureSkipVerify\s*:\s*true"),
    "java": re.compile(r"NoopHostnameVerifier|ALLOW_ALL_HOSTNAME_VERIFIER|TrustAllStrategy|InsecureTrustManagerFactory|checkServerTrusted\([^)]*\)\s*(?:throws\s+\w+\s*)?\{\s*\}"),
}  # fmt: skip


_NOT_TLS = re.compile(r"jwt|decode\(|token", re.IGNORECASE)


@check("SEC-018", "Certificates are verified", Severity.HIGH, Clause.INVARIANTS, effort_hours=1)
@gathered(owner)
def certificates_are_verified(project: Project) -> Iterator[Fact]:
    """
    A client that takes any certificate talks to whoever stands in the way as if it were the server.

    Decides: `rejectUnauthorized: false`, `verify=False`, `InsecureSkipVerify`, empty trust managers and their like in code,
    and `NODE_TLS_REJECT_UNAUTHORIZED=0` in what deployment targets give.

    Fix: trust the authority that signed the certificate.
    - node: `ca: fs.readFileSync("ca.pem")`.
    - python: `verify="ca.pem"`.
    - go: `tls.Config{RootCAs: pool}`.
    - java: `-Djavax.net.ssl.trustStore=...`.

    Blind to: switches of one's own making.

    See: https://owasp.org/Top10/A02_2021-Cryptographic_Failures/
    """
    wrong = [*_unverified_in_code(project), *_switched_off(project)]
    yield from wrong
    if project.calls and not wrong:
        yield ok(
            f"Nothing switches the verification of certificates off ({plural(len(project.calls), 'request')} looked at).",
            project.calls[0],
        )


_SIEVE = (
    "rejectUnauthorized", "NODE_TLS_REJECT", "strictSSL", "verify", "_unverified", "CERT_NONE", "check_hostname",
    "InsecureSkipVerify", "Hostname", "TrustAll", "checkServerTrusted", "TrustManager",
)  # fmt: skip
_SWITCHES = {("NODE_TLS_REJECT_UNAUTHORIZED", "0"), ("PYTHONHTTPSVERIFY", "0"), ("GIT_SSL_NO_VERIFY", "true")}


def _unverified_in_code(project: Project) -> Iterator[Fact]:
    for language, pattern in _UNVERIFIED.items():
        languages = JAVASCRIPT if language == "javascript" else (language,)
        for path in project.code.holding(*_SIEVE, languages=languages):
            if runs(path):
                yield from _unverified(project, path, pattern)


def _switched_off(project: Project) -> Iterator[Fact]:
    for service in project.system.services:
        for deployment in service.deployments:
            for one in deployment.env if deployment.environment not in ASIDE else ():
                if (one.name, one.value) in _SWITCHES:
                    said = f"{service.name}: {one.name}={one.value} switches the verification of every certificate off."
                    yield bad(said, one)


def _unverified(project: Project, path: str, pattern: re.Pattern[str]) -> Iterator[Fact]:
    for number, line in enumerate(project.files.lines(path), start=1):
        found = pattern.search(line[:400])
        comment = re.match(r"\s*(?://|#|\*|/\*)", line)
        if not found or comment or _NOT_TLS.search(line[: found.start()][-60:]):
            continue
        near = "\n".join(project.files.lines(path)[max(0, number - 8) : number + 2])
        if _IN_DEVELOPMENT.search("\n".join(project.files.lines(path)[max(0, number - 5) : number])):
            continue
        database = re.search(r"(?i)\bssl\b|dialectOptions|postgres|mysql|redis|typeorm|knex", near) is not None
        rest = line[: found.start()] + line[found.end() :]
        optional = re.search(r"(?i)insecure|skip_?verify|NODE_ENV|isDev|development|process\.env", rest) is not None
        optional = optional or _asked_for(project.files.lines(path), number) or _is_looked_at(project, path)
        grave = Severity.MEDIUM if database or optional else Severity.HIGH
        yield bad(f"{found[0].strip()[:60]}: any certificate is taken here.", At(path, number), severity=grave)


_ASKS = re.compile(
    r"(?i)\b(?:if|when|unless)\b.*(?:insecure|(?:skip|ignore|disable|bypass|no)_?\w{0,12}(?:tls|ssl|verif|cert)|self_?signed|allow_?invalid)"
)


_IN_DEVELOPMENT = re.compile(
    r"(?m)^\s*(?:\}\s*else\s+)?if\s*\(?\s*(?:!\s*\w*[pP]rod\w*|\w*(?:IS_?DEV|IS_?TEST|isDev|isTest|DEBUG)\w*)[^\n]*\{?\s*$"
)
"""The line of a condition under which only development and tests come."""


_BY_OPERATOR = re.compile(
    r"(?:\benv|process\.env|\bsettings|\bconfig)\.\w*(?:SECURE|TLS|SSL|VERIFY|secure|tls|ssl|verify)\w*\s*(?:\?|$)"
)
"""A choice by a setting of the operator's that has to do with certificates: `tls: env.SMTP_SECURE ? ... : ...`."""


def _asked_for(lines: list[str], number: int) -> bool:
    """Whether the line stands, by its indentation, under what somebody's own setting of the kind opens."""
    return any(_ASKS.search(o[:300]) or _BY_OPERATOR.search(o[:300]) for o in _openers(lines, number))


def _openers(lines: list[str], number: int) -> Iterator[str]:
    """The lines above that stand less deep, each the nearest of its depth."""
    inner = len(lines[number - 1]) - len(lines[number - 1].lstrip())
    for line in reversed(lines[max(0, number - 12) : number - 1]):
        depth = len(line) - len(line.lstrip())
        if line.strip() and depth < inner:
            yield line
            inner = depth


_LOOKS = re.compile(r"\bPeerCertificates\b|getPeerCertificate\(|getpeercert\(|VerifyPeerCertificate|VerifyConnection")
_ITSELF = re.compile(r"(?i)(?:^|[/_-])health-?_?check\.\w+$")


def _is_looked_at(project: Project, path: str) -> bool:
    """Whether the code looks at the certificate itself, or is a container's question to its own process."""
    return _LOOKS.search(project.code.text(path)) is not None or _ITSELF.search(path) is not None
