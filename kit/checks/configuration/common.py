"""What the checks of configuration share: what is given where, what is required, what a sample is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from kit.model import At
from kit.project import Project
from kit.sources.formats.nodes import Node
from kit.sources.tree.classify import language_of
from kit.system.model import Deployment, EnvGiven, EnvRead, Service

ASIDE = frozenset({"development", "test"})


SAMPLE = re.compile(
    r"(^|[._-])(example|sample|template|dist|defaults?|test|tests|ci|local|dev|development)([._-]|$)", re.IGNORECASE
)


SAMPLE_NAME = re.compile(r"\.?env\b.*(example|sample|template|dist|default)s?\b.*|(example|sample|template)\.env")
"""The names of samples of environment files, in lower case."""


EXAMPLE_HOST = re.compile(
    r"\b(?:[\w-]+\.)*(?:example\.(?:com|org|net)|your-?domain\.\w+|mydomain\.\w+|domain\.tld|changeme\.\w+)\b",
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


BUILD_TIME = re.compile(r"(NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|GATSBY|EXPO_PUBLIC|PUBLIC)_\w+")


_BY_PLATFORM = re.compile(
    r"PORT|HOST|HOSTNAME|HOME|PATH|PWD|USER|SHELL|TZ|LANG|LC_\w+|TMPDIR|TEMP|TMP|CI|NODE_ENV|RUNNER_\w+|GITHUB_\w+|"
    r"npm_\w+|KUBERNETES_\w+|AWS_(?:REGION|DEFAULT_REGION|LAMBDA_\w+|EXECUTION_ENV|ACCESS_KEY_ID|SECRET_ACCESS_KEY|"
    r"SESSION_TOKEN)|VERCEL\w*|RENDER\w*|RAILWAY_\w+|FLY_\w+|DYNO|K_\w+|GAE_\w+|GOOGLE_APPLICATION_CREDENTIALS|"
    r"WEBSITE_\w+|NETLIFY\w*|COMP_\w+|PYTHONPATH|VIRTUAL_ENV|DEBUG|NO_COLOR|NODE_OPTIONS|XDG_\w+|APPDATA|GOPATH|__OW_\w+"
)


_NOT_RUN = frozenset(
    {
        "scripts",
        "script",
        "tools",
        "tool",
        "bin",
        "hack",
        "dev",
        "ci",
        "seed",
        "seeds",
        "benchmarks",
        "examples",
        "stories",
        ".storybook",
    }
)


def required(service: Service) -> Iterator[EnvRead]:
    """The reads without which the program cannot do, one per name; those of scripts beside the service left out."""
    seen: set[str] = set()
    soft = {r.name for r in service.env if r.required is False}
    for read in service.env:
        aside = _NOT_RUN & set(posixpath.dirname(read.at.path).lower().split("/"))
        told = read.name in seen | soft or aside or _BY_PLATFORM.fullmatch(read.name) or BUILD_TIME.fullmatch(read.name)
        if read.required and not told and _is_spoken(service, read.at.path):
            seen.add(read.name)
            yield read


_CLOUD_KEY = re.compile(r"AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)$")
_EMULATOR = re.compile(r"localstack|moto|elasticmq|dynamodb-local|localhost|127\.0\.0\.1|host\.docker\.internal")


def is_for_emulator(deployment: Deployment, one: EnvGiven) -> bool:
    """Whether a key of the cloud is given beside the address of an emulator of it, which takes any key."""
    beside = (e.value or "" for e in deployment.env if re.search(r"ENDPOINT|_URL$|_HOST$", e.name))
    return _CLOUD_KEY.search(one.name) is not None and any(_EMULATOR.search(value) for value in beside)


_BRINGS_UP = re.compile(r"compose\b[^\n]*\sup\b")


def pipeline_gives(project: Project, path: str) -> Mapping[str, Node]:
    """What the jobs that bring a compose file up, by its name, have in their environment: it goes before `.env`."""
    name = re.compile(rf"(?<![\w.-]){re.escape(posixpath.basename(path))}(?![\w.-])")
    return {
        key: node
        for workflow in project.workflows
        for job in workflow.jobs
        for step in job.all_steps
        if step.run and _BRINGS_UP.search(step.run) and name.search(step.run)
        for key, node in {**workflow.env, **job.env, **step.env}.items()
    }


def given_by_pipeline(project: Project, deployment: Deployment, one: EnvGiven) -> bool:
    """Whether a compose file takes the value from variables that the pipeline which brings it up gives."""
    file = next((f for f in project.compose if deployment.target == f"compose:{f.path}"), None)
    if file is None:
        return False
    taken = {variable.name for variable in file.variables if variable.at == one.at}
    return bool(taken) and taken <= pipeline_gives(project, file.path).keys()


def _is_spoken(service: Service, path: str) -> bool:
    """Whether a file is in the language that the service's program is in; others beside it are tools."""
    if service.kind == "function" or any(d.target.startswith("serverless") for d in service.deployments):
        return True  # functions of one service may each be in their own
    read, own = (_FAMILY.get(language or "", language) for language in (language_of(path), service.language))
    return read is None or own is None or read == own


_FAMILY = {"typescript": "javascript", "tsx": "javascript", "jsx": "javascript", "kotlin": "java"}


def in_image(project: Project, service: Service) -> dict[str, At]:
    """Variables that the image itself or a tracked env file that goes with the code sets."""
    found: dict[str, At] = {}
    for dockerfile in project.dockerfiles:
        if service.build is not None and dockerfile.path == service.build.dockerfile:
            stage = dockerfile.stage(service.build.target) if service.build.target else dockerfile.final
            found.update({name: value.at for name, value in dockerfile.env(stage).items()})
    for name in (".env", ".env.production", ".env.local"):
        path = posixpath.normpath(posixpath.join(service.root or ".", name))
        if project.files.exists(path):
            found.update({key: node.at for key, node in project.documents.get(path).root.items()})
    return found
