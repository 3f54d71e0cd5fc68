"""Do the profiles that deployments switch on change anything?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from kit.checks.configuration.common import ASIDE
from kit.checks.shared.texts import at_offset
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.java import JavaModules
from kit.system.model import Deployment, EnvGiven, Service
from kit.system.scope import within

_ACTIVE = "SPRING_PROFILES_ACTIVE"
_SETTINGS = ("**/application*.yml", "**/application*.yaml", "**/application*.properties", "**/bootstrap*.yml",
             "**/bootstrap*.yaml", "**/bootstrap*.properties")  # fmt: skip
_ELSEWHERE = (
    "spring-cloud-starter-config", "spring-cloud-config-client", "spring-cloud-starter-consul-config",
    "spring-cloud-starter-zookeeper-config", "spring-cloud-starter-vault-config", "spring-cloud-starter-kubernetes",
    "spring-cloud-starter-kubernetes-config", "spring-cloud-starter-kubernetes-client-config",
    "spring-cloud-starter-kubernetes-fabric8-config", "spring-cloud-starter-alibaba-nacos-config",
    "nacos-config-spring-boot-starter", "apollo-client", "spring-cloud-azure-appconfiguration-config-web",
    "spring-cloud-azure-appconfiguration-config", "spring-cloud-aws-starter-parameter-store",
    "spring-cloud-aws-starter-secrets-manager", "spring-cloud-gcp-starter-secretmanager", "jhipster-framework",
)  # fmt: skip
"""What brings settings from outside of the module, or gives profiles a meaning of its own."""
_SERVER = "spring-cloud-config-server"
_OF_SERVER = frozenset({"native", "git", "svn", "jdbc", "vault", "composite", "redis", "awss3", "credhub"})
_LED_ELSEWHERE = re.compile(
    r"SPRING_(?:CONFIG_(?:LOCATION|ADDITIONAL_LOCATION|IMPORT|NAME)|CLOUD_CONFIG_\w+|APPLICATION_JSON)"
)
_COMPUTED = re.compile(r"[${<]")
_NAMED = re.compile(r"[A-Za-z0-9][\w.-]{0,60}")


@check(
    "CFG-015",
    "Profiles that deployments switch on have a configuration",
    Severity.MEDIUM,
    Clause.ASSUMPTIONS,
    effort_hours=1,
)
def profiles_are_configured(project: Project) -> Iterator[Fact]:
    """
    Spring takes any name for a profile and says nothing where nothing belongs to it. A service that is started with
    `prod` and has no settings for it runs with those of a developer's machine.

    Decides: the profiles in `SPRING_PROFILES_ACTIVE` of compose files, Kubernetes and Dockerfiles outside development
    and tests, against the service's `application-<profile>` files, documents for the profile within `application.yml`,
    groups, `@Profile` and other mentions in code, and `springProfile` of Logback. A server for configuration, and places
    that a deployment names for settings, leave it unknown.

    Fix: write `application-<profile>.yml` with what differs there, or take the profile out of the deployment.

    Blind to: profiles that a command line or a variable of a pipeline switches on.

    See: https://docs.spring.io/spring-boot/reference/features/profiles.html
    """
    for service in project.system.own:
        given: dict[str, list[tuple[Deployment | None, EnvGiven | At]]] = defaultdict(list)
        for deployment, one, value in _switched_on(project, service):
            for profile in re.split(r"[,\s]+", value):
                if _NAMED.fullmatch(profile) and profile != "default":
                    given[profile].append((deployment, one))
        for profile, places in given.items():
            yield from _judged(project, service, profile, places)


def _switched_on(project: Project, service: Service) -> Iterator[tuple[Deployment | None, EnvGiven | At, str]]:
    """Each place where profiles of a service are named, those of its image where a deployment says none."""
    if service.language not in {"java", "kotlin"} or service.root is None:
        return
    unsaid = not service.deployments
    for deployment in service.deployments:
        if deployment.environment in ASIDE:
            continue
        told = next((one for one in deployment.env if one.name == _ACTIVE), None)
        unsaid = unsaid or told is None
        if told is not None and told.value and told.source != "shell" and not _COMPUTED.search(told.value):
            yield deployment, told, told.value
    file = next((d for d in project.dockerfiles if service.build and d.path == service.build.dockerfile), None)
    given = file.env().get(_ACTIVE) if file is not None and unsaid else None
    if given is not None and given.value and not _COMPUTED.search(given.value):
        yield None, given.at, given.value


def _judged(
    project: Project, service: Service, profile: str, places: list[tuple[Deployment | None, EnvGiven | At]]
) -> Iterator[Fact]:
    at = list(dict.fromkeys(one if isinstance(one, At) else one.at for _, one in places))
    means = _meaning(project, service, profile)
    if means is not None:
        yield ok(f"{service.name}: the profile {profile} has its settings.", means, at[0])
    elif any(deployment is not None and _led_elsewhere(deployment) for deployment, _ in places):
        yield unknown(
            f"{service.name}: what the profile {profile} sets may stand where a deployment leads to.", *at[:3]
        )
    elif _from_elsewhere(project, service, profile):
        yield unknown(f"{service.name}: what the profile {profile} sets comes from outside of the service.", *at[:3])
    else:
        environments = {d.environment for d, _ in places if d is not None} - {"unknown"}
        environment = environments.pop() if len(environments) == 1 else None
        said = f"{service.name}: nothing belongs to the profile {profile}: it changes nothing, and what was meant for it is not set."
        yield bad(said, *at[:3], environment=environment)


def _led_elsewhere(deployment: Deployment) -> bool:
    """Whether a deployment names other places for settings, or mounts a folder that Spring looks into."""
    named = any(_LED_ELSEWHERE.fullmatch(one.name) for one in deployment.env)
    return named or any(
        re.search(r"/config\b|application[\w.-]*\.(?:ya?ml|properties)$", to) for _, to, _ in deployment.volumes
    )


def _from_elsewhere(project: Project, service: Service, profile: str) -> bool:
    modules, root = project.code.once(JavaModules), service.root or ""
    module = "" if root == "." else root
    if modules.build_line(module, *_ELSEWHERE) is not None:
        return True
    if profile in _OF_SERVER and modules.build_line(module, _SERVER) is not None:
        return True
    imported = re.compile(r"config\.import\b[^\n]{0,200}|^\s*import\s*:[^\n]{0,200}", re.MULTILINE)
    return any(imported.search(project.files.text(path)) for path in _settings(project) if within(path, service.root))


def _meaning(project: Project, service: Service, profile: str) -> At | None:
    """The first thing that belongs to a profile: a file, a document, a group, or code that asks for it."""
    name = re.escape(profile)
    own = re.compile(
        rf"^(?:application|bootstrap)[\w-]*-{name}\.(?:ya?ml|properties)$|^{re.escape(service.name)}-{name}\."
    )
    paths = [path for path in _settings(project) if not _of_another(project, service, path)]
    paths += [p for p in project.files.paths if posixpath.basename(p).startswith(f"{service.name}-{profile}.")]
    found = next((path for path in paths if own.search(posixpath.basename(path))), None)
    if found is not None:
        return At(found)
    within_one = re.compile(
        rf"(?m)^[^#\n]*\bon-profile[ \t]*[:=][^\n]*?(?<![\w-]){name}(?![\w-])|\bon-profile[ \t]*:[ \t]*(?:\n[ \t]*-[^\n]*){{0,9}}\n[ \t]*-[ \t\"'!]*{name}\b"
        rf"|^[ \t]*(?:spring\.)?profiles[ \t]*[:=](?![^\n]*\b(?:active|include)\b)[^\n]*(?<![\w-]){name}(?![\w-])"
        rf"|^[ \t]*(?:spring\.profiles\.group\.)?{name}(?:\[0\])?[ \t]*=|\bgroup[ \t]*:[^\n]*(?:\n[^\n]*){{0,12}}?[\s\"'{{]{name}[\"']?[ \t]*:"
    )
    at = next((at for path in paths if (at := _line(project, path, within_one)) is not None), None)
    return at or _asked_in_code(project, service, name)


def _asked_in_code(project: Project, service: Service, name: str) -> At | None:
    asked = re.compile(rf"\"(?:[^\"\n]*[^\w\"\n-])?{name}(?:[^\w\"\n-][^\"\n]*)?\"")
    for path in project.code.holding("rofile", languages=("java", "kotlin")):
        if not _of_another(project, service, path) and (at := _line(project, path, asked)) is not None:
            return at
    logged = re.compile(rf"springProfile\s+name\s*=\s*\"[^\"]*(?<![\w-]){name}(?![\w-])")
    every = project.files.glob("**/logback*.xml", "**/log4j2*.xml", classes={FileClass.PRODUCTION})
    return next((at for path in every if within(path, service.root) and (at := _line(project, path, logged))), None)


def _line(project: Project, path: str, pattern: re.Pattern[str]) -> At | None:
    text = project.files.text(path)
    found = pattern.search(text)
    return at_offset(path, text, found.end()) if found is not None else None


def _of_another(project: Project, service: Service, path: str) -> bool:
    """Whether a file belongs to another service: what lies beside all of them may be for any."""
    if within(path, service.root) and service.root != ".":
        return False
    others = (s.root for s in project.system.own if s.root not in {None, ".", service.root})
    return any(root is not None and within(path, root) for root in others)


@lru_cache(maxsize=4)
def _settings(project: Project) -> tuple[str, ...]:
    return project.files.glob(*_SETTINGS, classes={FileClass.PRODUCTION})
