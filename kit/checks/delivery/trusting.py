"""What pipelines and builds take on trust: installs that may fail, keys that never end, machines that nobody checks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.delivery.common import jobs, steps
from kit.checks.shared.images import judged
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import Command, word_set
from kit.sources.commands.scripts import commands
from kit.sources.commands.wrappers import base_name, unwrap
from kit.sources.pipelines.model import Step

_INSTALLS = {
    **dict.fromkeys(("pip", "pip3"), word_set("install")),
    **dict.fromkeys(("npm", "pnpm", "yarn", "bun"), word_set("install i ci")),
    **dict.fromkeys(("apt", "apt-get", "yum", "dnf"), word_set("install")),
    **dict.fromkeys(("composer", "poetry", "pipenv", "bundle", "uv"), word_set("install sync")),
    "apk": word_set("add"),
    "go": word_set("mod"),
}
_AGAIN = re.compile(r"^\|\|\s*(?:true|:|echo\b|exit 0)")


@check("DEL-042", "A failed install ends the build", Severity.MEDIUM, Clause.EXECUTION, effort_hours=0.25)
def installs_can_fail(project: Project) -> Iterator[Fact]:
    """
    An install whose failure is swallowed makes an image, or a tested state, that lacks what nobody misses until it is
    called.

    Decides: commands of package managers that install, in Dockerfiles and in the steps of pipelines: their failure is
    swallowed by `|| true`, `|| echo`, or a `; true` behind them. A second try (`npm ci || npm install`) holds.

    Fix: take `|| true` out; what is optional goes into a list of its own.

    Blind to: scripts that a build calls.

    See: https://docs.docker.com/build/building/best-practices/#using-pipes
    """
    firm: At | None = None
    swallowed = False
    for command, where in _all_installs(project):
        firm = firm or command.at
        if command.guarded and _AGAIN.match(command.guard):
            line = " ".join(command.text.split())
            swallowed = True
            yield bad(
                f"{where}: `{line[:60]}` may fail unseen (`{command.guard[:30]}`); what it should bring is missing.",
                command,
            )
    if firm is not None and not swallowed:
        yield ok("Installs that fail end the build.", firm)


def _all_installs(project: Project) -> Iterator[tuple[Command, str]]:
    for dockerfile in judged(project):
        for instruction in dockerfile.of("RUN"):
            text = instruction.script or instruction.value
            for command in (
                () if instruction.json else commands(text, dockerfile.path, instruction.at.line or 1, directory=".")
            ):
                if _installs(command):
                    yield command, dockerfile.path
    for pipeline, _, step in steps(project):
        for index, command in enumerate(step.commands):
            judged_ = project.files.class_of(pipeline.path) is FileClass.PRODUCTION and _installs(command)
            if judged_ and not _before_a_gate(command, step.commands[index + 1 :]):
                yield command, pipeline.workflow.name


def _before_a_gate(command: Command, later: tuple[Command, ...]) -> bool:
    """Whether the guard is that of the tool which is installed and run in one line: a matter of the gate."""
    beside = [c for c in later if c.at.line == command.at.line and c.guard == command.guard]
    return command.guarded and any(not _installs(c) and not _AGAIN.match(f"|| {c.text}") for c in beside)


def _installs(command: Command) -> bool:
    inner = unwrap(command)
    words = _INSTALLS.get(base_name(inner.program))
    if base_name(inner.program).startswith("python") and inner.args[:3] == ("-m", "pip", "install"):
        return True
    return words is not None and next((a for a in inner.args if not a.startswith("-")), "") in words


_KEYS = (
    ("configure-aws-credentials", "aws-secret-access-key", "AWS"),
    ("google-github-actions/auth", "credentials_json", "Google Cloud"),
    ("google-github-actions/setup-gcloud", "service_account_key", "Google Cloud"),
    ("azure/login", "creds", "Azure"),
)
_KEY_NAMES = re.compile(r"^AWS_SECRET_ACCESS_KEY$|^(?:AZURE|ARM)_CLIENT_SECRET$|^GOOGLE_CREDENTIALS$")


@check("DEL-043", "Pipelines hold no lasting keys of a cloud", Severity.LOW, Clause.ASSUMPTIONS, effort_hours=2)
def no_lasting_keys(project: Project) -> Iterator[Fact]:
    """
    A key that is stored with a pipeline works for whoever gets hold of it, until somebody thinks of replacing it.

    Decides: how GitHub workflows log in at AWS, Google Cloud and Azure: a role or an identity that is federated holds, a
    stored key does not. One finding per file.

    Fix: let the cloud trust the pipeline's identity (`permissions: {id-token: write}`, `role-to-assume`,
    `workload_identity_provider`, `client-id`), and delete the key.

    Blind to: how often a key is replaced, and what its owner may do.

    See: https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/about-security-hardening-with-openid-connect
    """
    kept: dict[str, list[tuple[str, At]]] = defaultdict(list)
    for pipeline, job in jobs(project):
        for step in job.all_steps if pipeline.workflow.platform == "github" else ():
            login = _login(step)
            if login is not None and login[1] is not None:
                kept[login[1].path].append((login[0], login[1]))
            elif login is not None:
                yield ok(f"{pipeline.workflow.name}: logs in at {login[0]} without a stored key.", step)
            given = {**pipeline.workflow.env, **job.env, **step.env}
            for node in (n for k, n in given.items() if _KEY_NAMES.match(k) and "secrets." in n.text):
                kept[node.at.path].append(("AWS" if "AWS" in node.text else "the cloud", node.at))
    for path, found in kept.items():
        clouds = listed(list(dict.fromkeys(cloud for cloud, _ in found)))
        places = dict.fromkeys(at for _, at in found)
        yield bad(
            f"{path}: logs in at {clouds} with a stored key, which works until somebody replaces it.", *list(places)[:6]
        )


def _login(step: Step) -> tuple[str, At | None] | None:
    """At which cloud a step logs in, and the stored key that it does so with; None where it is federated."""
    found = next(((name, cloud) for action, name, cloud in _KEYS if action in (step.uses or "").lower()), None)
    if found is None or step.inputs is None:
        return None
    key = step.inputs.get(found[0])
    federated = any(name in step.inputs for name in ("role-to-assume", "workload_identity_provider", "client-id"))
    return (found[1], key.at if key is not None else None) if key is not None or federated else None


_UNCHECKED = (
    (
        re.compile(r"StrictHostKeyChecking[= ](?:no|off)\b", re.I),
        "takes any machine for the one that is meant (StrictHostKeyChecking=no)",
    ),
    (
        re.compile(r"\bcurl\b[^|;&\n]{0,200}\s(?:-\w*k\w*|--insecure)(?=\s)"),
        "fetches without a look at the certificate (curl -k)",
    ),
    (re.compile(r"--no-check-certificate\b"), "fetches without a look at the certificate (--no-check-certificate)"),
    (
        re.compile(r"NODE_TLS_REJECT_UNAUTHORIZED[=:]\s*[\"']?0\b"),
        "takes any certificate (NODE_TLS_REJECT_UNAUTHORIZED=0)",
    ),
    (
        re.compile(r"http\.sslVerify[= ]\"?false|GIT_SSL_NO_VERIFY[=:]\s*[\"']?(?:1|true)"),
        "takes any certificate (git)",
    ),
    (re.compile(r"strict-ssl[= ]\"?false"), "takes any certificate (npm)"),
)


@check("DEL-044", "Pipelines know whom they talk to", Severity.MEDIUM, Clause.ASSUMPTIONS, effort_hours=0.5)
def peers_are_checked(project: Project) -> Iterator[Fact]:
    """
    A deploy that takes any machine, or any certificate, hands code and secrets to whoever answers first.

    Decides: the steps of pipelines, Dockerfiles, and scripts for production that switch off the check of host keys or
    certificates; what asks this very machine is left alone. One finding per file and kind.

    Fix: keep the host's key (`ssh-keyscan` once, by hand) in a secret and write it to `known_hosts`; give the authority's
    certificate by `--cacert`.

    Blind to: keys that are taken over at the first contact.

    See: https://man.openbsd.org/ssh_config#StrictHostKeyChecking
    """
    told: dict[tuple[str, str], list[At]] = defaultdict(list)
    for path in _spoken(project):
        for number, line in enumerate(project.files.lines(path), 1):
            if len(line) > 2000 or line.lstrip().startswith(("#", "//")) or re.search(r"localhost|127\.0\.0\.1", line):
                continue
            for pattern, what in _UNCHECKED:
                if pattern.search(line + " "):
                    told[(path, what)].append(At(path, number))
    for (path, what), places in told.items():
        yield bad(f"{path} {what}.", *places[:6])


def _spoken(project: Project) -> list[str]:
    pipelines_ = [p.path for p, _ in jobs(project)]
    found = [*pipelines_, *(s.path for s in project.scripts), *(d.path for d in judged(project))]
    return [p for p in dict.fromkeys(found) if project.files.class_of(p) is FileClass.PRODUCTION]
