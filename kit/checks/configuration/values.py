"""The values that configuration holds: placeholders, switches left on, files that cannot be read."""

from __future__ import annotations

import json
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.configuration.common import (
    ASIDE,
    EXAMPLE_HOST,
    SAMPLE,
    environment_of,
    given,
    given_by_pipeline,
    is_for_emulator,
)
from kit.checks.shared.calls import calls, is_on
from kit.checks.shared.crowd import by_file, gathered
from kit.checks.shared.meant import in_development_mode, is_shadowed
from kit.checks.shared.settings import overridden
from kit.checks.shared.synced import is_unused_release, left_out
from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.formats.documents import format_of
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.secrets.find import is_placeholder, is_secret_name
from kit.system.model import Deployment, EnvGiven, Service

_MARK = re.compile(
    r"\b(ACTION REQUIRED|CHANGE[-_ ]?ME|REPLACE[-_ ]?(ME|THIS|WITH)|FIXME|YOUR[-_][A-Z]+([-_][A-Z]+)*|INSERT[-_][A-Z]+)\b|<[a-z]+([-_ ][a-z]+)+>",
    re.IGNORECASE,
)


@check("CFG-002", "Production configuration holds no placeholders", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=1)
@gathered(by_file)
def no_placeholders(project: Project) -> Iterator[Fact]:
    """
    `example.com`, `changeme` and "ACTION REQUIRED" in what is deployed: the system runs against nothing, or not at all.

    Decides: the values that deployment targets outside development and tests give, Ingress hosts, and lines of files for
    production, against words that stand for a value to be put there.

    Fix: put the real value in, or take it from an overlay of the environment.

    Blind to: values that are replaced when the system is deployed, unless a pipeline that brings a compose file up does
    so.

    See: https://www.rfc-editor.org/rfc/rfc2606
    """
    found: set[At] = set()
    held: dict[tuple[str, str], list[tuple[EnvGiven, str | None]]] = defaultdict(list)
    clean = 0
    for service, deployment, one in given(project):
        value = one.value or ""
        if not value or one.source in {"image", "build_arg"} or SAMPLE.search(posixpath.basename(one.at.path)):
            continue
        if is_for_emulator(deployment, one) or given_by_pipeline(project, deployment, one):
            continue
        if _given_by_the_applied(project, service, deployment, one):
            continue
        if (
            EXAMPLE_HOST.search(value)
            or _MARK.search(value)
            or (is_secret_name(one.name) and is_placeholder(value) and "$" not in value)
        ):
            found.add(one.at)
            held[one.at.path, service.name].append((one, environment_of(deployment)))
        else:
            clean += 1
    for (_, name), placeholders in held.items():
        yield from _stand_in_values(project, name, placeholders)
    yield from _hosts(project, found)
    yield from _marked_lines(project, found)
    if clean and not found:
        yield ok(f"None of {clean} values that are given holds a placeholder.", At("."))


def _given_by_the_applied(project: Project, service: Service, deployment: Deployment, one: EnvGiven) -> bool:
    """Whether the overlay is one that nothing applies, and an applied one of the same environment gives another value."""
    kind, _, folder = deployment.target.partition(":")
    if kind != "kustomize" or folder not in left_out(project):
        return False
    return any(
        other.environment == deployment.environment
        and other.target.startswith("kustomize:")
        and other.target.partition(":")[2] not in left_out(project)
        and any(given.name == one.name and given.value != one.value for given in other.env)
        for other in service.deployments
    )


MANY = 3
"""More placeholders than these of one service in one file are a file that nobody filled in: they are told as one."""


def _stand_in_values(project: Project, service: str, found: list[tuple[EnvGiven, str | None]]) -> Iterator[Fact]:
    if len(found) <= MANY:
        for one, environment in found:
            said = f"{service}: {one.name} is a placeholder ({project.files.mask(one.value or '')[:60]})."
            yield bad(said, one, environment=environment, severity=_gravity(project, one, environment))
        return
    names = listed(one.name for one, _ in found)
    said = f"{service}: {plural(len(found), 'value')} of {found[0][0].at.path} are placeholders: {names}."
    grave = min((_gravity(project, *each) for each in found), key=list(Severity).index)
    yield bad(said, *(one.at for one, _ in found[:40]), environment=found[0][1], severity=grave)


def _gravity(project: Project, one: EnvGiven, environment: str | None) -> Severity:
    """An address that was never filled in is grave where it is deployed as it stands; of a compose file that names no
    environment people make their own, as of one that runs a program for its developer."""
    if in_development_mode(project, one.at.path):
        return Severity.MEDIUM
    leads = "://" in (one.value or "") or one.name.endswith(("_HOST", "_URL", "_ORIGIN", "_ENDPOINT"))
    theirs = environment is None and any(file.path == one.at.path for file in project.compose)
    return Severity.HIGH if is_secret_name(one.name) or (leads and not theirs) else Severity.MEDIUM


def _hosts(project: Project, found: set[At]) -> Iterator[Fact]:
    for ingress in project.manifests.effective.of("Ingress"):
        if ingress.environment in ASIDE:
            continue
        for host in ingress.node.each("spec", "rules", "*", "host"):
            if EXAMPLE_HOST.search(host.text) and host.at not in found:
                found.add(host.at)
                places: list[At] = [*_valued(project, ingress, host.text), host.at]
                unused = is_unused_release(project, ingress)
                yield bad(
                    f"{ingress.title}: the host {host.text} is a placeholder{_UNUSED if unused else ''}.",
                    *places,
                    environment=None if ingress.environment == "unknown" else ingress.environment,
                    severity=Severity.MEDIUM if unused else None,
                )


_UNUSED = ", in values that no Application takes"


def _valued(project: Project, ingress: Manifest, value: str) -> list[At]:
    """The line of the values that a chart takes a text from, where one line alone holds it outside of comments."""
    kind, _, folder = ingress.origin.partition(":")
    path = ingress.scope or posixpath.normpath(posixpath.join(folder, "values.yaml"))
    if kind != "helm" or path not in project.files:
        return []
    lines = enumerate(project.files.lines(path), start=1)
    return [At(path, number) for number, line in lines if value in line.partition("#")[0]][:1]


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
                r"ACTION REQUIRED|CHANGE[-_]ME|REPLACE[-_]ME|\bTODO\b[: ]+(set|replace|change|update|fill)"
                r"|=\s*[\"']?\S*\byour[-_][a-z]+([-_][a-z]+)+",
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


@check("CFG-011", "Debug modes are off in production", Severity.HIGH, Clause.EXECUTION, effort_hours=0.5)
def debug_is_off(project: Project) -> Iterator[Fact]:
    """
    Debug modes show stack traces and settings to every visitor, some of them a console.

    Decides: `DEBUG`, `FLASK_DEBUG`, `NODE_ENV`, `ASPNETCORE_ENVIRONMENT`, `RAILS_ENV`, `APP_ENV` as given outside of
    development and tests, `DEBUG = True` in Django settings for production, `app.run(debug=True)`.

    Fix: turn development and debug modes off, and take the flag from the environment with a default of off.
    - django: `DEBUG = False`.
    - flask: `FLASK_DEBUG=0`.
    - node: `NODE_ENV=production`.
    - dotnet: `ASPNETCORE_ENVIRONMENT=Production`.
    - ruby: `RAILS_ENV=production`.
    - php: `APP_DEBUG=false`.
    - gin: `GIN_MODE=release`.

    Blind to: debug switches of one's own making.

    See: https://docs.djangoproject.com/en/stable/howto/deployment/checklist/
    """
    for service, deployment, one in given(project):
        verdict = _debug(one.name, (one.value or "").strip().lower())
        if verdict is None or _chosen_on_deploy(project, one):
            continue
        environment = environment_of(deployment)
        said = f"{service.name}: {one.name}={one.value}."
        if verdict:
            grave = Severity.MEDIUM if environment is None else None
            yield bad(said, one, environment=environment, severity=grave)
        else:
            yield ok(said, one, environment=environment)
    yield from _debug_in_code(project)


def _chosen_on_deploy(project: Project, one: EnvGiven) -> bool:
    """Whether the value is a fall-back of what whoever deploys names: the stage of a serverless file."""
    lines = project.files.lines(one.at.path)
    line = lines[(one.at.line or 1) - 1] if (one.at.line or 1) <= len(lines) else ""
    return "${opt:" in line or ("${file(" in line and ".stage}" in line)


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
    for call in calls(project, "run", languages=("python",), needles=("debug=True",)):
        if is_on(call.option("debug")):
            shielded = "__main__" in project.files.text(call.path)
            grave = Severity.MEDIUM if shielded else None
            yield bad("The development server starts with its debugger on.", call, severity=grave)
    for path in project.code.holding("DEBUG = True", languages=("python",)):
        name = posixpath.basename(path)
        if (
            "settings" in path
            and not is_shadowed(project, path)
            and name not in {"local.py", "dev.py", "development.py", "test.py", "testing.py"}
        ):
            for number, line in enumerate(project.files.lines(path), start=1):
                if re.match(r"DEBUG\s*=\s*True\b", line) and overridden(project, path, "DEBUG") is None:
                    aside = project.files.environment_of(path) == "staging"
                    grave = Severity.MEDIUM if aside else Severity.HIGH  # seldom open to everybody
                    yield bad("Django's debug mode is on.", At(path, number), severity=grave)


@check("CFG-012", "Each environment has configuration of its own", Severity.LOW, Clause.DEPLOYMENT, effort_hours=4)
def environments_are_separate(project: Project) -> Iterator[Fact]:
    """
    Where one file serves every environment, a change for a developer's machine is a change for production.

    Decides: among the deployment targets there is one that is for production by its name, or one that
    is for development, tests or staging, apart from what is deployed.

    Fix: keep a compose file, overlay or values file per environment.

    Blind to: environments that are told apart by variables alone.

    See: https://12factor.net/dev-prod-parity
    """
    targets = {(t, e): at for t, e, at in project.system.targets}
    if all(environment in ASIDE for _, environment in targets):
        return
    production = next((at for (_, e), at in targets.items() if e == "production"), None)
    apart = next((at for (_, e), at in targets.items() if e in {*ASIDE, "staging"}), None)
    if production is not None:
        yield ok("Production has configuration of its own.", production)
    elif apart is not None:
        yield ok("What is not production has configuration of its own.", apart)
    else:
        yield bad(
            "No deployment target is for production by its name; one file serves every environment.",
            next(iter(targets.values())),
        )


@check("CFG-013", "Configuration files can be parsed", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=0.5)
def files_parse(project: Project) -> Iterator[Fact]:
    """
    A file that its reader refuses stops whatever reads it, at the worst time.

    Decides: every YAML, JSON, TOML and env file of the project is parsed; templates, and pipelines and Terraform, which
    have checks of their own, are left out. An empty file of JSON is told mildly. A key that is given twice counts too: readers take one
    of the two and say nothing.

    Fix: correct the syntax at the line named.

    Blind to: whether the content makes sense to its reader.

    See: https://yaml.org/spec/1.2.2/
    """
    looked = broken = 0
    pipelines = {workflow.path for workflow in project.workflows}
    for path in project.files.paths:
        shown = (
            format_of(path) not in {None, "hcl"}
            and path not in pipelines
            and project.files.class_of(path) is FileClass.PRODUCTION
            and project.files.is_text(path)
        )
        if not shown:
            continue
        if project.documents.is_clean(path):
            looked += 1
            continue
        document = project.documents.get(path)
        if document.template or _FILLED.search(project.files.text(path)[:200_000]):
            continue
        looked += 1
        if document.error is not None and not _lenient(document.path) and not _is_lines(project.files.text(path)):
            empty = not project.files.text(path).strip()
            if not empty and all(_ASSIGNS.fullmatch(line) for line in project.files.text(path).splitlines()):
                continue  # nothing but variables, whatever it is called: what a command line is given
            broken += 1
            grave = Severity.LOW if empty else None if _is_read(project, path) else Severity.MEDIUM
            yield bad(f"{document.path} cannot be parsed: {document.error.message}", document.error, severity=grave)
        twice = [p for p in document.problems if "given twice" in p.message]
        if twice and not re.search(r"(?i)(^|/)(i18n|locales?|lang|translations?|messages)/", document.path):
            broken += 1
            more = f" So are {len(twice) - 1} more." if len(twice) > 1 else ""
            mild = Severity.LOW if document.format == "env" else Severity.MEDIUM
            yield bad(f"{document.path}: {twice[0].message}{more}", *twice[:5], severity=mild)
    if looked and not broken:
        yield ok(f"All {looked} structured files can be parsed.", At("."))


_ASSIGNS = re.compile(r"\s*(?:#.*|[A-Za-z_]\w{0,80}=.*)?")
_BY_PLACE = re.compile(
    r"(?:^|/)(?:\.github/workflows|\.circleci|k8s|kube\w*|manifests|charts?|helm|config|openapi)/|(?:^|/)\.gitlab-ci\.yml$"
    r"|(?:^|/)(?:package|tsconfig|angular|vercel|appsettings)[\w.-]*\.json$|(?:^|/)[\w.-]*compose[\w.-]*\.ya?ml$"
    r"|(?:^|/)(?:application|serverless|openapi|swagger|values|render|netlify)[\w.-]*\.(?:ya?ml|json|toml)$"
    r"|(?:^|/)(?:pyproject|Cargo|fly)\.toml$|(?:^|/)\.env[\w.-]*$",
    re.IGNORECASE,
)
"""Files that a tool finds by their name or place."""


def _is_read(project: Project, path: str) -> bool:
    """Whether a tool finds the file by its name or place, or something in the project names it."""
    name = posixpath.basename(path)
    return _BY_PLACE.search(path) is not None or any(
        name in project.files.text(other)
        for other in project.files.glob(
            "*.py", "*.js", "*.ts", "*.go", "*.java", "*.sh", "*.y*ml", "*.json", "Makefile"
        )
        if other != path
    )


def _is_lines(text: str) -> bool:
    """Whether each of the first lines is a document of JSON by itself, as those are that tools write line by line."""
    lines = [line for line in text[:100_000].split("\n", 4)[:4] if line.strip()][:3]
    try:
        return len(lines) > 1 and all(isinstance(json.loads(line), dict | list) for line in lines)
    except (ValueError, RecursionError):
        return False


def _lenient(path: str) -> bool:
    """Files whose readers take more than the format allows."""
    return bool(re.search(r"\{\{|cookiecutter", path)) or (
        posixpath.basename(path).startswith(".") and path.endswith("rc")
    )


_FILLED = re.compile(
    r"[:\[,]\s*__[A-Z][A-Z0-9_]{1,60}__\s*(?:[,}\]]|$)|\{[#/](?:if|for|each|include|insert|let|else|switch|with)\b",
    re.MULTILINE,
)
"""A value without quotes that a program puts in, or a section of Qute or Handlebars: the file is a template."""
