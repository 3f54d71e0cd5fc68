"""The values that configuration holds: placeholders, defaults, secrets, switches left on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.secrets import SecretHit, find_secrets, is_placeholder, is_secret_name, is_weak
from kit.system.model import Deployment, EnvGiven, Service

ASIDE = frozenset({"development", "test"})
SAMPLE = re.compile(
    r"(^|[._-])(example|sample|template|dist|defaults?|test|tests|ci|local|dev|development)([._-]|$)", re.IGNORECASE
)
_HOST = re.compile(
    r"\b(?:[\w-]+\.)*(?:example\.(?:com|org|net)|your-?domain\.\w+|mydomain\.\w+|domain\.tld|changeme\.\w+)\b",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"\b(ACTION REQUIRED|CHANGE[-_ ]?ME|REPLACE[-_ ]?(ME|THIS|WITH)|FIXME|YOUR[-_][A-Z]+([-_][A-Z]+)*|INSERT[-_][A-Z]+)\b|<[a-z]+([-_ ][a-z]+)+>",
    re.IGNORECASE,
)


def environment_of(deployment: Deployment) -> str | None:
    """The environment that a fact about a deployment belongs to; None where no name tells."""
    return None if deployment.environment == "unknown" else deployment.environment


def given(project: Project) -> Iterator[tuple[Service, Deployment, EnvGiven]]:
    """Every variable that is given outside development and tests, each place once."""
    seen: set[tuple[At, str]] = set()
    for service in project.system.services:
        for deployment in service.deployments:
            if deployment.environment not in ASIDE:
                for one in deployment.env:
                    if (one.at, one.name) not in seen:
                        seen.add((one.at, one.name))
                        yield service, deployment, one


@check("CFG-002", "Production configuration holds no placeholders", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=1)
def no_placeholders(project: Project) -> Iterator[Fact]:
    """
    `example.com`, `changeme` and "ACTION REQUIRED" in what is deployed: the system runs against nothing, or not at all.

    Decides: the values that deployment targets outside development and tests give, Ingress hosts, and lines of files for
    production, against words that stand for a value to be put there.

    Fix: put the real value in, or take it from an overlay of the environment.

    Blind to: values that are replaced when the system is deployed, where nothing in the repository says so.

    See: https://www.rfc-editor.org/rfc/rfc2606
    """
    found: set[At] = set()
    clean = 0
    for service, deployment, one in given(project):
        value = one.value or ""
        if not value or one.source in {"image", "build_arg"} or SAMPLE.search(posixpath.basename(one.at.path)):
            continue
        if (
            _HOST.search(value)
            or _MARK.search(value)
            or (is_secret_name(one.name) and is_placeholder(value) and "$" not in value)
        ):
            found.add(one.at)
            grave = (
                Severity.HIGH
                if is_secret_name(one.name)
                or "://" in value
                or one.name.endswith(("_HOST", "_URL", "_ORIGIN", "_ENDPOINT"))
                else Severity.MEDIUM
            )
            yield bad(
                f"{service.name}: {one.name} is a placeholder ({project.files.mask(value)[:60]}).",
                one,
                environment=environment_of(deployment),
                severity=grave,
            )
        else:
            clean += 1
    yield from _hosts(project, found)
    yield from _marked_lines(project, found)
    if clean and not found:
        yield ok(f"None of {clean} values that are given holds a placeholder.", At("."))


def _hosts(project: Project, found: set[At]) -> Iterator[Fact]:
    for ingress in project.manifests.effective.of("Ingress"):
        if ingress.environment in ASIDE:
            continue
        for host in ingress.node.each("spec", "rules", "*", "host"):
            if _HOST.search(host.text) and host.at not in found:
                found.add(host.at)
                yield bad(
                    f"{ingress.title}: the host {host.text} is a placeholder.",
                    host,
                    environment=None if ingress.environment == "unknown" else ingress.environment,
                )


def _marked_lines(project: Project, found: set[At]) -> Iterator[Fact]:
    """Comments in manifests and production files that say what is still to be done."""
    places = {m.path for m in project.manifests.effective if m.environment not in ASIDE}
    places |= {f.path for f in project.compose if f.environment == "production"}
    places |= {
        p
        for p in project.files.glob("**/.env.production", "**/.env.prod")
        if not SAMPLE.search(posixpath.basename(p).replace("production", ""))
    }
    taken = {(a.path, a.line) for a in found}
    for path in sorted(places):
        if project.files.class_of(path) is not FileClass.PRODUCTION:
            continue
        for number, line in enumerate(project.files.lines(path), start=1):
            mark = re.search(
                r"ACTION REQUIRED|CHANGE[-_]ME|REPLACE[-_]ME|\bTODO\b[: ]+(set|replace|change|update|fill)",
                line,
                re.IGNORECASE,
            )
            if mark and (path, number) not in taken:
                found.add(At(path, number))
                yield bad(
                    f'{path} still says "{mark[0]}": something has to be put in before this is deployed.',
                    At(path, number),
                    severity=Severity.MEDIUM,
                )


@check("CFG-003", "No secret has a default in code", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=1)
def no_default_secret(project: Project) -> Iterator[Fact]:
    """
    A secret with a fall-back in code works everywhere, also where nobody set it: then everybody who reads the code knows it.

    Decides: reads of variables with a secret's name whose default is a literal that is not empty.

    Fix: read it without a default and let the service end at start when it is missing.

    Blind to: defaults that a start-up check rejects in production; such a check makes it less grave, and is looked for.

    See: https://owasp.org/www-project-top-ten/
    """
    for read in project.env_reads:
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
                f"{read.name} falls back to a value that is in the code: whoever reads it can forge what it signs or opens.",
                read,
            )
    safe = [r for r in project.env_reads if is_secret_name(r.name) and r.required]
    for read in safe:
        yield ok(f"{read.name} has no default: without it the service does not start.", read)


def _guarded(text: str, default: str) -> bool:
    """Whether the same file compares against the default and stops."""
    return bool(
        re.search(
            rf"===?\s*['\"`]{re.escape(default)}['\"`]|['\"`]{re.escape(default)}['\"`]\s*===?|in\s*[\[({{][^\])}}]*['\"]{re.escape(default)}['\"]",
            text,
        )
    )


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
    for service, deployment, one in given(project):
        value = one.value or ""
        if one.source in {"image", "build_arg", "secret"} or SAMPLE.search(posixpath.basename(one.at.path)):
            continue
        secret = value if is_secret_name(one.name) else _password_in(value)
        if not secret or (re.search(r"(_FILE|_PATH|_URL|_NAME|_HOST)$", one.name) and secret == value):
            continue
        if is_weak(secret) and not is_placeholder(secret) and one.name.lower() not in secret.lower():
            yield bad(
                f"{service.name}: {one.name} has a value that everybody knows.",
                one,
                environment=environment_of(deployment),
            )


def _password_in(value: str) -> str | None:
    found = re.match(r"[a-z][a-z0-9+.-]*://[^:/@\s]*:([^@/\s]+)@", value)
    return found[1] if found and "$" not in found[1] else None


@check("CFG-005", "No secret is in a tracked file", Severity.CRITICAL, Clause.ASSUMPTIONS, effort_hours=4)
def no_tracked_secret(project: Project) -> Iterator[Fact]:
    """
    A secret in the repository is known to everybody who ever cloned it, and stays in the history when it is taken out.

    Decides: known key formats, private keys, URLs with passwords, and random values given to secrets' names, in every text
    file that belongs to the project; placeholders and well-known defaults are told apart.

    Fix: revoke the secret, take it from a secret store, and rewrite the history if the repository was ever shared.

    Blind to: secrets in binary files and in the history of the repository.

    See: https://docs.github.com/en/code-security/secret-scanning/introduction/about-secret-scanning
    """
    looked = 0
    found = 0
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
        hits = [h for h in hits if not _stand_in(text, h)]
        if path.endswith((".html", ".htm", ".md", ".txt")):
            hits = [h for h in hits if h.kind != "assignment"]
        for hit in hits[:20]:
            found += 1
            what = (
                f"{hit.name} holds what looks like a real secret"
                if hit.name
                else f"What looks like a real {hit.kind.replace('-', ' ')} stands here"
            )
            yield bad(
                f"{what}; everybody with the repository has it.", At(path, hit.line), **_leak(project, path, hit.kind)
            )
    if looked and not found:
        yield ok(f"No secret in {looked} text files.", At("."))


def _stand_in(text: str, hit: SecretHit) -> bool:
    """A value that opens nothing: a password that is its user's name, words that say it is for tests, a key's name."""
    value = text[hit.start : hit.end]
    before = text[max(0, hit.start - 80) : hit.start]
    user = re.search(r"//([^:/@\s]+):$", before)
    if user is not None and user[1] == value:
        return True
    if re.search(r"(^|[-_ ])(tests?|testing|dummy|fake|local|dev)([-_ ]|$)", value, re.IGNORECASE):
        return True
    names_a_key = (hit.name or "").lower() in {"secretkey", "secretname", "secretref", "key", "keyname"}
    return names_a_key and re.fullmatch(r"[a-z][a-z0-9]*([-_.][a-z0-9]+)*", value) is not None and len(value) < 40


def _leak(project: Project, path: str, kind: str) -> dict[str, Severity]:
    """A hash must still be broken, and what opens a developer's machine opens less."""
    if "hash" in kind:
        return {"severity": Severity.MEDIUM}
    return {"severity": Severity.HIGH} if project.files.environment_of(path) in ASIDE else {}


def _not_ours(path: str) -> bool:
    """Lock files, samples and translations hold hashes and words, no secrets."""
    name = posixpath.basename(path).lower()
    if "dockerfile" in name:
        return True  # CON-005 looks at those
    return (
        name.endswith((".lock", ".sum", ".svg", ".map", ".po", ".csv"))
        or name in {"package-lock.json", "pnpm-lock.yaml"}
        or (bool(SAMPLE.search(name.removeprefix(".env"))) and name.startswith(".env"))
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
            yield bad(
                f"{path} is tracked by git{' and sets ' + ', '.join(secrets[:3]) if secrets else ''}.",
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


@check("CFG-011", "Debug modes are off in production", Severity.HIGH, Clause.EXECUTION, effort_hours=0.5)
def debug_is_off(project: Project) -> Iterator[Fact]:
    """
    Debug modes show stack traces and settings to every visitor, some of them a console.

    Decides: `DEBUG`, `FLASK_DEBUG`, `NODE_ENV`, `ASPNETCORE_ENVIRONMENT`, `RAILS_ENV`, `APP_ENV` as given outside of
    development and tests, `DEBUG = True` in Django settings for production, `app.run(debug=True)`.

    Fix: set `NODE_ENV=production` (or its like) and take debug flags from the environment with a default of off.

    Blind to: debug switches of one's own making.

    See: https://docs.djangoproject.com/en/stable/howto/deployment/checklist/
    """
    for service, deployment, one in given(project):
        verdict = _debug(one.name, (one.value or "").strip().lower())
        if verdict is None:
            continue
        grade = {"environment": environment_of(deployment)}
        if verdict and environment_of(deployment) is None:
            grade["severity"] = Severity.MEDIUM  # type: ignore[assignment]
        say = bad if verdict else ok
        yield say(f"{service.name}: {one.name}={one.value}.", one, **grade)
    yield from _debug_in_code(project)


def _debug(name: str, value: str) -> bool | None:
    """True for a debug mode that is on, False for one that is off, None for another variable."""
    if name in {"DEBUG", "FLASK_DEBUG", "DJANGO_DEBUG", "APP_DEBUG"}:
        return value in {"1", "true", "yes", "on"} if value else None
    if name in {
        "NODE_ENV",
        "ASPNETCORE_ENVIRONMENT",
        "DOTNET_ENVIRONMENT",
        "RAILS_ENV",
        "RACK_ENV",
        "APP_ENV",
        "FLASK_ENV",
    }:
        return value in {"development", "dev", "debug", "local"} if value and "$" not in value else None
    return None


def _debug_in_code(project: Project) -> Iterator[Fact]:
    for path in project.code.holding("debug=True", languages=("python",)):
        for match in project.code.find(
            "$APP.run($$$, debug=True, $$$)", languages=("python",), needles=("debug=True",)
        ):
            if match.path == path:
                shielded = "__main__" in project.files.text(path)
                yield bad(
                    "The development server starts with its debugger on.",
                    match,
                    **({"severity": Severity.MEDIUM} if shielded else {}),
                )
    for path in project.code.holding("DEBUG = True", languages=("python",)):
        name = posixpath.basename(path)
        if "settings" in path and name not in {"local.py", "dev.py", "development.py", "test.py", "testing.py"}:
            for number, line in enumerate(project.files.lines(path), start=1):
                if re.match(r"DEBUG\s*=\s*True\b", line):
                    yield bad("Django's debug mode is on.", At(path, number))


@check("CFG-012", "Each environment has configuration of its own", Severity.LOW, Clause.DEPLOYMENT, effort_hours=4)
def environments_are_separate(project: Project) -> Iterator[Fact]:
    """
    Where one file serves every environment, a change for a developer's machine is a change for production.

    Decides: among the deployment targets there is one that is for production by its name, apart from those for development.

    Fix: keep a compose file, overlay or values file per environment.

    Blind to: environments that are told apart by variables alone.

    See: https://12factor.net/dev-prod-parity
    """
    targets = {(t, e): at for t, e, at in project.system.targets}
    if not targets:
        return
    production = next((at for (_, e), at in targets.items() if e == "production"), None)
    if production is not None:
        yield ok("Production has configuration of its own.", production)
    else:
        yield bad(
            "No deployment target is for production by its name; one file serves every environment.",
            next(iter(targets.values())),
        )


@check("CFG-013", "Configuration files can be parsed", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=0.5)
def files_parse(project: Project) -> Iterator[Fact]:
    """
    A file that its reader refuses stops whatever reads it, at the worst time.

    Decides: every YAML, JSON, TOML and env file of the project is parsed; templates are left out.

    Fix: correct the syntax at the line named.

    Blind to: whether the content makes sense to its reader.

    See: https://yaml.org/spec/1.2.2/
    """
    looked = broken = 0
    for document in project.documents.all():
        if project.files.class_of(document.path) is not FileClass.PRODUCTION or document.template:
            continue
        looked += 1
        if document.error is not None and not _lenient(document.path):
            broken += 1
            yield bad(f"{document.path} cannot be parsed: {document.error.message}", document.error)
        for problem in document.problems:
            if "uplicate" in problem.message:
                broken += 1
                yield bad(f"{document.path}: {problem.message}", problem, severity=Severity.MEDIUM)
    if looked and not broken:
        yield ok(f"All {looked} structured files can be parsed.", At("."))


def _lenient(path: str) -> bool:
    """Files whose readers take more than the format allows."""
    return bool(re.search(r"\{\{|cookiecutter", path)) or (
        posixpath.basename(path).startswith(".") and path.endswith("rc")
    )
