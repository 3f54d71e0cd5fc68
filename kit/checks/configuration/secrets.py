"""Where secrets come from: no default in code, none that everybody knows, none in the repository."""

from __future__ import annotations

import ast
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.configuration.common import (
    ASIDE,
    BUILD_TIME,
    SAMPLE,
    environment_of,
    given,
    is_for_emulator,
)
from kit.checks.configuration.gravity import is_random
from kit.checks.configuration.scripted import scripted
from kit.checks.configuration.taken import secrets_given
from kit.checks.shared.calls import runs
from kit.checks.shared.crowd import by_file, gathered
from kit.checks.shared.fallbacks import demanded, is_rejected
from kit.checks.shared.meant import environment as meant_for
from kit.checks.shared.meant import in_development_mode
from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT, CodeIndex
from kit.sources.secrets.find import is_placeholder, is_secret_name, is_weak
from kit.sources.secrets.values import is_file
from kit.system.images import parse_image
from kit.system.model import Deployment, EnvGiven


@check("CFG-003", "No secret has a default in code", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=1)
@gathered(by_file)
def no_default_secret(project: Project) -> Iterator[Fact]:
    """
    A secret with a fall-back in code works everywhere, also where nobody set it: then everybody who reads the code knows it.

    Decides: reads of variables with a secret's name whose default is a literal that is not empty, in code and in the shell,
    PowerShell and batch scripts that production runs.

    Fix: read it without a default and let the service end at start when it is missing.

    Blind to: defaults that a start-up check rejects in production; such a check makes it less grave, and is looked for.

    See: https://owasp.org/www-project-top-ten/
    """
    held: dict[tuple[str, str, bool], list[At]] = defaultdict(list)
    in_code = [read for read in project.env_reads if not _aside(project, read.at.path)]
    for read in [*in_code, *scripted(project)]:
        default = (read.default or "").strip("'\"`")
        if is_secret_name(read.name) and read.required is not True and _opens(read.name, default):
            held[(read.name, default, is_rejected(project.files.text(read.at.path), default))].append(read.at)
    replaced_by = {one.name for _, _, one in given(project)}
    asked = project.code.once(_demanded)
    for (name, value, guarded), places in held.items():
        where = f" in {plural(len(places), 'place')}" if len(places) > 1 else ""
        said = f"{name} falls back to a value that is in the code{where}"
        replaced = next((found for at in places if (found := _replaced(project, at, name))), None)
        if guarded:
            yield partial(f"{said}; a check rejects it in production.", *places[:8], severity=Severity.MEDIUM)
        elif all(_ends_without(project, at, asked[name]) for at in places):
            yield partial(f"{said}; in production the program ends without it.", *places[:8], severity=Severity.MEDIUM)
        elif all(_is_for_tests(project, at) for at in places):
            yield ok(f"{said}, where the program runs for tests or development.", *places[:8])
        elif replaced is not None:
            yield ok(f"{said}; settings for production ask for it again, without one.", *places[:8], replaced)
        elif profiled := [found for at in places if (found := _profiled(project, at, name))]:
            told = f"{said}; only the profile for production asks for it again, without one"
            yield partial(f"{told}.", *places[:8], profiled[0], severity=Severity.MEDIUM)
        else:
            grave = Severity.MEDIUM if name in replaced_by or _is_of_database(name, value) else Severity.HIGH
            yield bad(f"{said}: whoever reads it can {_use(name)}.", *places[:12], severity=grave)
    safe = [r for r in project.env_reads if is_secret_name(r.name) and r.required]
    for read in safe:
        yield ok(f"{read.name} has no default: without it the service does not start.", read)


def _demanded(code: CodeIndex) -> dict[str, set[str]]:
    """The variables without which some program of the project ends, each with the packages that say so."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in code.holding("!process.env.", "! process.env.", languages=JAVASCRIPT):
        for name in demanded(code.text(path)):
            found[name].add(code.unit(path))
    return found


def _ends_without(project: Project, at: At, units: set[str]) -> bool:
    """Whether what reads a variable there is the program that ends without it, or takes in a package that does: that of
    another service says nothing."""
    unit = project.code.unit(at.path)
    services = {service.root for service in project.system.own}
    shared = project.code.language(at.path) in JAVASCRIPT and any(u not in services for u in units)
    return unit in units or shared


def _is_of_database(name: str, default: str) -> bool:
    """Whether a fall-back that somebody thought up is the password of a store or a queue: it opens one that was set up
    with it, no other."""
    return not is_random(default) and _OF_STORES.search(name) is not None


_OF_STORES = re.compile(
    r"(?i)(?:^|_)(?:DB|DATABASE|SQL|PG|POSTGRES(?:QL)?|MYSQL|MARIADB|MSSQL|MONGO(?:DB)?|REDIS|KAFKA|RABBIT(?:MQ)?|AMQP"
    r"|ELASTIC(?:SEARCH)?|NEO4J|SMTP|MAIL)(?:_\w+)?_?(?:PASS|PWD)"
)


def _is_for_tests(project: Project, at: At) -> bool:
    """Whether a variable is read in a branch of Python that is taken for tests or development alone."""
    module = project.code.python(at.path) if at.path.endswith(".py") else None
    for node in ast.walk(module) if module is not None else ():
        if isinstance(node, ast.If) and node.body[0].lineno <= (at.line or 0) <= (node.body[-1].end_lineno or 0):
            asked = ast.unparse(node.test)
            if _TRIED.search(asked) and not re.search(r"\bnot\b|!=|(?i:prod)", asked):
                return True
    return False


_TRIED = re.compile(r"(?i)(?:^|[^a-z])(?:is_)?(?:test(?:s|ing)?|debug|dev(?:elopment)?|local|ci)(?![a-z])")


def _replaced(project: Project, at: At, name: str) -> At | None:
    """Where a class of settings for production takes the variable without a fall-back, in the file of the one with."""
    module = project.code.python(at.path) if at.path.endswith(".py") else None
    for node in module.body if module is not None else ():
        if isinstance(node, ast.ClassDef) and re.search(r"(?i)prod", node.name):
            reads = (r for r in project.env_reads if r.at.path == at.path and r.name == name and not r.default)
            return next((r.at for r in reads if node.lineno <= (r.at.line or 0) <= (node.end_lineno or 0)), None)
    return None


def _profiled(project: Project, at: At, name: str) -> At | None:
    """Where the Spring profile for production, beside the settings that hold a fall-back, takes the variable without."""
    folder, file = posixpath.split(at.path)
    if not re.fullmatch(r"(?:application|bootstrap)\.(?:ya?ml|properties)", file):
        return None
    beside = re.compile(re.escape(f"{folder}/" if folder else "") + r"(?:application|bootstrap)-prod(?:uction)?\.\w+")
    reads = (r for r in project.env_reads if r.name == name and not r.default and beside.fullmatch(r.at.path))
    return next((r.at for r in reads), None)


def _opens(name: str, default: str) -> bool:
    """Whether a fall-back is a secret at all: no stand-in for somebody else's key, no name of an account."""
    if not default or default.lower() in {"none", "null", "undefined", "false", "true", "0"} or is_file(default):
        return False
    if BUILD_TIME.fullmatch(name):
        return False  # every browser gets it anyway
    if re.search(r"(?i)(?<!SECRET_)ACCESS_?KEY$", name) and is_weak(default):
        return False
    theirs = _OF_OTHERS.search(name) is not None
    return not (theirs and (is_placeholder(default) or is_weak(default) or re.search(r"(?i)demo|test", default)))


_OF_OTHERS = re.compile(
    r"(?i)API_?(?:KEY|SECRET)|ACCESS_?KEY|CLIENT|^(?:GOOGLE|GITHUB|GITLAB|FACEBOOK|TWITTER|DISCORD|SLACK|STRIPE|TWILIO|APPLE|LINKEDIN)_"
)
"""Names of keys that open somebody else's service: a stand-in for one opens nothing."""


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


@check("CFG-004", "No default password is deployed", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=1)
def no_default_password(project: Project) -> Iterator[Fact]:
    """
    `postgres:postgres` is the first pair that anybody tries.

    Decides: variables with a secret's name, and URLs with a password, that deployment targets outside development and
    tests give with a value everybody knows, fall-backs of `${VAR:-...}` among them; values files that an Application of
    Argo CD gives to a chart of others.

    Fix: take the value from a secret store or demand it: `${DB_PASSWORD:?set it}`.

    Blind to: default passwords that are set inside of images.

    See: https://cwe.mitre.org/data/definitions/1392.html
    """
    sound: list[EnvGiven] = []
    wrong: dict[tuple[str, str, bool, str | None], list[tuple[str, EnvGiven]]] = defaultdict(list)  # by file and value
    for service, deployment, one in given(project):
        secret = _secret_of(one)
        if not secret or is_for_emulator(deployment, one):
            continue
        known = is_weak(secret) or secret in {service.name, *_users(deployment)}
        if known and not is_placeholder(secret) and one.name.lower() not in secret.lower():
            beside = _only_stores(project, one.at.path) or in_development_mode(project, one.at.path)
            beside = beside or (_OPENS_STORE.search(one.name) is not None and _is_kept_inside(project, deployment))
            wrong[one.at.path, secret, beside, environment_of(deployment)].append((service.name, one))
        else:
            sound.append(one)
    for (_, _, beside, environment), found in wrong.items():
        where = listed(dict.fromkeys(service for service, _ in found))
        names = listed(dict.fromkeys(one.name for _, one in found))
        said = (
            f"{where}: {names} {'have' if ', ' in names or ' and ' in names else 'has'} a value that everybody knows."
        )
        places = [one.at for _, one in found][:8]
        grave = Severity.MEDIUM if beside else Severity.HIGH  # for whoever develops the program
        yield bad(said, *places, environment=environment, severity=grave)
    charted = [(m, key, node) for m, key, node in secrets_given(project) if is_weak(node.text)]
    for manifest, key, node in charted:
        said = f"{manifest.title} gives its chart a value for {key} that everybody knows."
        yield bad(said, node, environment=None if manifest.environment == "unknown" else manifest.environment)
    if sound and not wrong and not charted:
        yield ok(f"None of {len(sound)} secrets that are given in the open has a value that everybody knows.", sound[0])


def _only_stores(project: Project, path: str) -> bool:
    """Whether a compose file starts only what others made and no program of the project: it is for development."""
    file = next((f for f in project.compose if f.path == path), None)
    own = {d.image for s in project.system.own for d in s.deployments if d.image}
    return file is not None and not any(s.build is not None or s.image in own for s in file.services)


_OPENS_STORE = re.compile(r"(?i)PASS|PWD|_UR[IL]$|_DSN$|^DSN$")


def _is_kept_inside(project: Project, deployment: Deployment) -> bool:
    """Whether a compose file that names no environment lets nobody reach a store: its password is tried by nobody."""
    file = next((f for f in project.compose if f.path == deployment.at.path), None)
    if file is None or deployment.environment != "unknown":
        return False
    stores = [s for s in file.services if (image := parse_image(s.image)) is not None and image.engine]
    return bool(stores) and not any(p.host is not None for s in stores for p in s.ports)


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
            secrets = {
                k: n.text
                for k, n in project.documents.get(path).root.items()
                if is_secret_name(k) and n.text and not is_placeholder(n.text)
            }
            real = [k for k, value in secrets.items() if not is_weak(value)]
            meant = meant_for(project, path)
            small = Severity.MEDIUM if secrets and not (real and meant in ASIDE) else Severity.LOW
            grave = {} if real and meant not in ASIDE else {"severity": small}
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
