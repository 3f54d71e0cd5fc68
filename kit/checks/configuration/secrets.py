"""Where secrets come from: no default in code, none that everybody knows, none in the repository."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from kit.checks.configuration.common import (
    ASIDE,
    SAMPLE,
    environment_of,
    given,
)
from kit.checks.configuration.scripted import scripted
from kit.checks.configuration.stand_ins import is_own_user, is_thrown_away
from kit.checks.shared.calls import runs
from kit.checks.shared.settings import overridden
from kit.checks.shared.told import told
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.secrets.find import SecretHit, find_secrets, is_placeholder, is_secret_name, is_weak
from kit.system.model import Deployment, EnvGiven


@check("CFG-003", "No secret has a default in code", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=1)
def no_default_secret(project: Project) -> Iterator[Fact]:
    """
    A secret with a fall-back in code works everywhere, also where nobody set it: then everybody who reads the code knows it.

    Decides: reads of variables with a secret's name whose default is a literal that is not empty, in code and in the shell,
    PowerShell and batch scripts that production runs.

    Fix: read it without a default and let the service end at start when it is missing.

    Blind to: defaults that a start-up check rejects in production; such a check makes it less grave, and is looked for.

    See: https://owasp.org/www-project-top-ten/
    """
    in_code = [read for read in project.env_reads if not _aside(project, read.at.path)]
    for read in [*in_code, *scripted(project)]:
        if not is_secret_name(read.name) or read.required is True:
            continue
        default = (read.default or "").strip("'\"`")
        if not default or default.lower() in {"none", "null", "undefined", "false", "true", "0"}:
            continue
        if re.search(r"API_?KEY|ACCESS_?KEY|CLIENT", read.name, re.IGNORECASE) and (
            is_placeholder(default) or len(default) < 8
        ):
            continue  # a stand-in for a key of somebody else's service opens nothing
        if _guarded(project.files.text(read.at.path), default):
            yield partial(
                f"{read.name} falls back to a value that is in the code; a check rejects it in production.",
                read,
                severity=Severity.MEDIUM,
            )
        else:
            yield bad(
                f"{read.name} falls back to a value that is in the code: whoever reads it can {_use(read.name)}.",
                read,
            )
    safe = [r for r in project.env_reads if is_secret_name(r.name) and r.required]
    for read in safe:
        yield ok(f"{read.name} has no default: without it the service does not start.", read)


def _use(name: str) -> str:
    """What a secret of that name is good for in the wrong hands."""
    return (
        "log in with it"
        if re.search(r"(?i)pass(?:word|wd|phrase)?\b|pass$|pwd", name)
        else "forge what it signs or opens"
    )


def _aside(project: Project, path: str) -> bool:
    """Whether a file is for development, tests or seeds alone, by its name or place."""
    stem = posixpath.basename(path).split(".")[0].lower()
    named = stem in {"local", "dev", "development", "test", "testing"}
    return named or not runs(path) or project.files.environment_of(path) in ASIDE


def _guarded(text: str, default: str) -> bool:
    """Whether the same file compares against the default, and stops right after."""
    value = rf"['\"`]{re.escape(default)}['\"`]"
    compared = rf"===?\s*{value}|{value}\s*===?|in\s*[\[({{][^\])}}]{{0,200}}{value}"
    stops = r"\b(?:throw|raise|panic|log\.Fatal\w*|sys\.exit|process\.exit|os\.Exit|System\.exit|abort)\b"
    return any(re.search(stops, text[m.end() : m.end() + 400]) for m in re.finditer(compared, text))


@check("CFG-004", "No default password is deployed", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=1)
def no_default_password(project: Project) -> Iterator[Fact]:
    """
    `postgres:postgres` is the first pair that anybody tries.

    Decides: variables with a secret's name, and URLs with a password, that deployment targets outside development and
    tests give with a value everybody knows, fall-backs of `${VAR:-...}` among them.

    Fix: take the value from a secret store or demand it: `${DB_PASSWORD:?set it}`.

    Blind to: default passwords that are set inside of images.

    See: https://cwe.mitre.org/data/definitions/1392.html
    """
    sound: list[EnvGiven] = []
    wrong = 0
    for service, deployment, one in given(project):
        secret = _secret_of(one)
        if not secret:
            continue
        known = is_weak(secret) or secret in _users(deployment)
        if known and not is_placeholder(secret) and one.name.lower() not in secret.lower():
            wrong += 1
            said = f"{service.name}: {one.name} has a value that everybody knows."
            yield bad(said, one, environment=environment_of(deployment))
        else:
            sound.append(one)
    if sound and not wrong:
        yield ok(f"None of {len(sound)} secrets that are given in the open has a value that everybody knows.", sound[0])


def _users(deployment: Deployment) -> set[str]:
    """The names of users and databases that a deployment gives: the second password that anybody tries."""
    return {e.value for e in deployment.env if e.value and re.search(r"(?i)(?:USER|USERNAME|_DB|DATABASE)$", e.name)}


def _secret_of(one: EnvGiven) -> str | None:
    """The secret that a variable gives in the open: its value, or the password in its URL."""
    value = one.value or ""
    if one.source in {"image", "build_arg", "secret"} or SAMPLE.search(posixpath.basename(one.at.path)):
        return None
    secret = value if is_secret_name(one.name) else _password_in(value)
    refers = re.search(r"(_FILE|_PATH|_URL|_NAME|_HOST)$", one.name) is not None and secret == value
    return None if refers else secret


def _password_in(value: str) -> str | None:
    found = re.match(r"[a-z][a-z0-9+.-]*://[^:/@\s]*:([^@/\s]+)@", value)
    return found[1] if found and "$" not in found[1] else None


@check("CFG-005", "No secret is in a tracked file", Severity.CRITICAL, Clause.ASSUMPTIONS, effort_hours=4)
def no_tracked_secret(project: Project) -> Iterator[Fact]:
    """
    A secret in the repository is known to everybody who ever cloned it, and stays in the history when it is taken out.

    Decides: known key formats, private keys, URLs with passwords, and random values given to secrets' names, in every text
    file that belongs to the project; placeholders and well-known defaults are told apart. Images, Kubernetes Secrets and
    defaults in code have questions of their own, and are reported there only.

    Fix: revoke the secret, take it from a secret store, and rewrite the history if the repository was ever shared.

    Blind to: secrets in binary files and in the history of the repository.

    See: https://docs.github.com/en/code-security/secret-scanning/introduction/about-secret-scanning
    """
    looked = 0
    found = 0
    elsewhere = _told_elsewhere(project)
    for path in project.files.paths:
        if (
            project.files.class_of(path) is not FileClass.PRODUCTION
            or project.files.tracked(path) is False
            or _not_ours(path)
        ):
            continue
        text = project.files.text(path)
        looked += bool(text)
        hits = [h for h in find_secrets(text, path) if not h.placeholder and not h.weak] if text else []
        hits = [h for h in hits if not _stand_in(text, h) and (path, h.line) not in elsewhere]
        if path.endswith((".html", ".htm", ".md", ".txt")):
            hits = [h for h in hits if h.kind != "assignment"]
        found += len(hits)
        yield from _leaks(project, path, hits)
    if looked and not found:
        yield ok(f"No secret in {looked} text files.", At("."))


def _told_elsewhere(project: Project) -> set[tuple[str, int | None]]:
    """The lines that a closer question reports: entries of Kubernetes Secrets (ORC-017), defaults in code (CFG-003), keys
    that sign tokens and sessions (SEC-023)."""
    secrets = [m for m in project.manifests.of("Secret") if "sops" not in m.node]
    parts = [node for m in secrets for name in ("data", "stringData") if (node := m.node.get(name)) is not None]
    entries = {(value.at.path, value.at.line) for node in parts for value in node.children()}
    return entries | told(project, "CFG-003", "SEC-023")


def _leaks(project: Project, path: str, hits: list[SecretHit]) -> Iterator[Fact]:
    """A fact for each secret; one for all that a file gives to one name many times, as lists of users do."""
    by_name: dict[tuple[str, str], list[SecretHit]] = defaultdict(list)
    text = project.files.text(path)
    for hit in hits:
        by_name[(hit.kind, hit.name or "")].append(hit)
    for (kind, name), same in by_name.items():
        what = f"{name} holds what looks like a real secret" if name else _what(kind)
        tail = "; everybody with the repository has it"
        groups = [same] if len(same) > 3 else [[hit] for hit in same]
        for group in groups:
            times = f" ({len(group)} times)" if len(group) > 1 else ""
            places = [At(path, hit.line) for hit in group[:8]]
            grave = _leak(project, path, kind, name)
            if all(_in_every_browser(text, hit) for hit in group):
                grave = {"severity": Severity.MEDIUM}
            yield bad(f"{what}{times}{tail}.", *places, **grave)


def _what(kind: str) -> str:
    return f"What looks like a real {kind.replace('-', ' ')} stands here"


def _stand_in(text: str, hit: SecretHit) -> bool:
    """A value that opens nothing: a password that is its user's name, words that say it is for tests, a key's name."""
    value = text[hit.start : hit.end]
    before = text[max(0, hit.start - 80) : hit.start]
    user = re.search(r"//([^:/@\s]+):$", before)
    if user is not None and user[1] == value:
        return True
    if re.search(r":secretsmanager:[\w$#{}.:*-]*:secret:$", before):
        return True  # the name of a secret in its ARN
    if (
        is_thrown_away(text, hit)
        or is_own_user(text, hit)
        or _is_sealed(text, hit)
        or _is_listed_id(text, hit)
        or _is_left_out(text, hit)
    ):
        return True
    if re.fullmatch(r"(?i)\d?[a-z ]{0,20}pass(?:word)?|pass(?:word)?[-_ ]?for[-_ ]?[a-z]{2,20}", value):
        return True  # a label
    if re.search(
        r"(^|[-_ ])(tests?|testing|dummy|fake|local|dev|e2e|seed|unconfigured|example)([-_ ]|$)", value, re.IGNORECASE
    ):
        return True
    if re.search(r"(?i)example|abc123|xyz789|x{4,}$", value) or _is_example(text, hit):
        return True
    if value.isalpha() and len(value) <= 12 and re.search(r"(?i)(token|key)$", hit.name or ""):
        return True  # tokens and keys are random; this is a word
    names_a_key = re.search(r"(?i)secret_?(?:\w*_?key|name|ref)$|^key(?:name)?$", hit.name or "") is not None
    return names_a_key and re.fullmatch(r"[a-z][a-z0-9]*([-_.][a-z0-9]+)*", value) is not None and len(value) < 40


def _is_sealed(text: str, hit: SecretHit) -> bool:
    """An entry below `encryptedData` of a SealedSecret, which only the cluster can read."""
    above = text.rfind("encryptedData:", 0, hit.start)
    if above < 0 or "SealedSecret" not in text:
        return False
    column = above - (text.rfind("\n", 0, above) + 1)
    lines = text[above : hit.start].split("\n")[1:]
    return all(len(line) - len(line.lstrip()) > column for line in lines if line.strip())


_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _is_listed_id(text: str, hit: SecretHit) -> bool:
    """An id in a table of ids: the lines around it give such ids to names that are no secrets'."""
    if not _UUID.fullmatch(text[hit.start : hit.end]):
        return False
    lines = text[max(0, hit.start - 400) : hit.end + 400].split("\n")
    others = [line for line in lines if _UUID.search(line) and not find_secrets(line)]
    return len(others) >= 2


EXAMPLE_LINES = 15
"""How far above a value the key "example" is looked for."""

_FOR_CLIENTS = ("google-services.json", "GoogleService-Info.plist", "firebase-config", "firebaseConfig")


def _is_example(text: str, hit: SecretHit) -> bool:
    """Whether the line, or a key that it stands under, says that it shows an example: of a schema, or of a comment."""
    *above, line = text[: hit.start].rsplit("\n", EXAMPLE_LINES)[1:] or [text[: hit.start]]
    if re.search(r"(?i)@example|\bexamples?\b[\"']?\s*[=:]", line):
        return True
    inner = _indent(line)
    for earlier in reversed(above):
        if (depth := _indent(earlier)) < inner and earlier.strip(" \t*#/"):
            if re.fullmatch(r"(?i)[\s*#/-]*[\"']?(?:x-)?examples?[\"']?\s*:\s*[\[{]?\s*", earlier):
                return True
            inner = depth
    return False


_BUNDLED = re.compile(
    r"(?i)\b(?:VITE|NEXT_PUBLIC|REACT_APP|NUXT_PUBLIC|EXPO_PUBLIC|VUE_APP|GATSBY)_\w+\s*[=:]|\bsearch_?api_?key"
)


def _in_every_browser(text: str, hit: SecretHit) -> bool:
    """A key that the bundle of a web page shows anyway: a key of Google for browsers, or one that may only search."""
    start, stop = text.rfind("\n", 0, hit.start) + 1, hit.end
    if hit.kind == "google-api-key":
        return _BUNDLED.search(text[start:stop]) is not None or "firebase" in text[start : stop + 400].lower()
    around = text[max(0, hit.start - 300) : hit.end + 300]
    return _BUNDLED.search(text[start:stop]) is not None or bool(re.search(r"\balgolia\b|\bindexName\b", around))


def _is_left_out(text: str, hit: SecretHit) -> bool:
    """A line of an ini file that is commented out among many: a default that the program has anyway."""
    start = text.rfind("\n", 0, hit.start) + 1
    return text[start : start + 1] == ";" and len(re.findall(r"(?m)^;[ ]?[\w.]+[ ]*=", text)) >= 10


def _indent(line: str) -> int:
    """How deep a line stands, the marks of a comment before it included."""
    return len(line) - len(line.lstrip(" \t*#/"))


def _leak(project: Project, path: str, kind: str, name: str) -> dict[str, Any]:
    """A hash must still be broken, a mobile app's key is in every copy of it, and what opens a developer's machine, the
    accounts of a seed or the throw-away services of a pipeline opens less."""
    pipeline = path.startswith((".github/", ".gitlab", ".circleci/", ".buildkite/")) and kind == "assignment"
    hashed = "hash" in kind or re.search(r"(?i)(?:hash|digest)(?:ed)?$", name) is not None
    if hashed or pipeline or any(file in path for file in _FOR_CLIENTS) or overridden(project, path, name):
        return {"severity": Severity.MEDIUM}
    environment = project.files.environment_of(path)
    if environment in ASIDE:
        own = kind == "assignment"
        return {"severity": Severity.LOW, "environment": environment} if own else {"severity": Severity.HIGH}
    return {"severity": Severity.MEDIUM} if kind == "assignment" and _SEEDS.search(path) else {}


_SEEDS = re.compile(r"(?i)(?:^|/)(?:seeds?|seeders?)/|(?:^|[/_.-])seed(?:er|s|ing)?(?:[_.-][\w.-]*)?\.\w+$")


def _not_ours(path: str) -> bool:
    """Lock files, samples and translations hold hashes and words, no secrets."""
    name = posixpath.basename(path).lower()
    if "dockerfile" in name:
        return True  # CON-005 looks at those
    return (
        name.endswith((".lock", ".sum", ".svg", ".map", ".po", ".csv"))
        or name in {"package-lock.json", "pnpm-lock.yaml"}
        or (bool(SAMPLE.search(name.removeprefix(".env"))) and name.startswith(".env"))
        or _TRANSLATIONS.search(path) is not None
    )


_TRANSLATIONS = re.compile(
    r"(?i)(?:^|/)(?:i18n|l10n|locales?|translations?|lang(?:uages?)?)/(?:[^/]+/)*[^/]+\.(?:json|ya?ml|properties|xml|ts|js|php)$"
    r"|(?:^|[/_.-])messages[_.-][a-z]{2}(?:[_-][A-Za-z]{2,4})?\.properties$"
)


@check("CFG-010", "Local environment files are ignored by git", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=0.5)
def env_files_are_ignored(project: Project) -> Iterator[Fact]:
    """
    An `.env` that is not ignored is committed by the next `git add .`, secrets and all.

    Decides: `.env` files with values that git tracks; where none is there, whether an ignore rule would keep one out.

    Fix: `git rm --cached .env`, add `.env` to `.gitignore`, commit a `.env.example` without values.

    Blind to: what the history holds.

    See: https://git-scm.com/docs/gitignore
    """
    held = [
        p
        for p in project.files.paths
        if re.fullmatch(r"\.env(\.(production|prod|staging|live))?", posixpath.basename(p))
        and project.files.class_of(p) is FileClass.PRODUCTION
    ]
    uses = (
        held
        or any(posixpath.basename(p).startswith(".env") for p in project.files.paths)
        or any("dotenv" in (d.name or "") for p in project.packages for d in p.dependencies)
    )
    for path in held:
        if project.files.tracked(path) is not False:
            secrets = [
                k
                for k, n in project.documents.get(path).root.items()
                if is_secret_name(k) and n.text and not is_placeholder(n.text)
            ]
            grave = {} if secrets else {"severity": Severity.LOW}
            how = "tracked by git" if project.files.tracked(path) else "among the project's files"
            yield bad(
                f"{path} is {how}{' and sets ' + listed(secrets) if secrets else ''}.",
                At(path),
                *([] if project.files.ignored(path) else [At(".gitignore")]),
                **grave,
            )
    if uses and not held:
        if project.files.ignored(".env"):
            yield ok(".env is ignored by git.", At(".gitignore"))
        else:
            yield partial(
                "Environment files are used, and no ignore rule keeps .env out of git.",
                At(".gitignore" if project.files.exists(".gitignore") else "."),
                severity=Severity.MEDIUM,
            )
