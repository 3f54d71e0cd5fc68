"""Do scripts and documents speak of what is deployed, and of people who are there?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kit.model import At, Clause, Fact, FileClass, Severity, Strength, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import Command
from kit.sources.commands.wrappers import base_name
from kit.sources.papers.markdown import Markdown

_SHORT = {
    "deploy": "Deployment", "deployment": "Deployment", "deployments": "Deployment", "deployment.apps": "Deployment",
    "sts": "StatefulSet", "statefulset": "StatefulSet", "statefulsets": "StatefulSet", "ds": "DaemonSet",
    "daemonset": "DaemonSet", "cronjob": "CronJob", "cj": "CronJob", "svc": "Service", "service": "Service",
    "configmap": "ConfigMap", "cm": "ConfigMap",
}  # fmt: skip
_ACTS = frozenset(
    {"logs", "exec", "rollout", "scale", "set", "restart", "port-forward", "describe", "wait", "autoscale", "top"}
)
_DOCKER = frozenset(
    {"exec", "logs", "restart", "stop", "start", "inspect", "stats", "top", "cp", "kill", "pause", "unpause"}
)
_COMPOSE = _DOCKER | {"run", "up", "pull", "build", "rm"}
_VALUED = frozenset({
    "-f", "--file", "-p", "--project-name", "--profile", "--env-file", "-e", "--env", "-u", "--user", "-w", "--workdir", "-n",
    "--namespace", "--tail", "--since", "--scale", "-c", "--container", "--context", "--kubeconfig", "--index", "--format", "-t",
    "--timeout", "--replicas", "-l", "--selector", "-v", "--volume", "--name", "--entrypoint", "--pull", "-s", "--signal",
})  # fmt: skip
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{1,62}")
_CREATES = re.compile(
    r"(?:docker|podman) (?:container )?(?:run|create)\b[^\n;|&]*--name[= ]([\w.-]+)|container_name:\s*['\"]?([\w.-]+)"
)
_PROSE = re.compile(
    r"(?:^|[-_./])(?:my|your|some|example|foo|bar|name|pod|app|container|service|deployment)(?:[-_./]|$)"
)
_OPERATING = re.compile(r"runbook|playbook|on-?call|incident|escalat|security|support|operations|disaster|recovery|contact|code_of_conduct", re.IGNORECASE)  # fmt: skip
_CONTACT = re.compile(
    r"\bcontact|\bescalat|on-?call|e-?mail|\bphone|\bpager|\breport\b.*\b(?:to|at)\b|\bcall\b|slack|lead\b|owner",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"[\w.+-]+@(?:[\w-]+\.)*(?:example\.(?:com|org|net)|company\.com|your-?\w*\.\w+|domain\.com|test\.com|acme\.com)\b|\[INSERT [A-Z ]+\]"
    r"|\+?1?[-. (]*555[-. )]+\d{3}[-. ]\d{4}|\+?\d?[-. (]*\d{3}[-. )]+555[-. ]?\d{4}|\b(?:XXX[-. ]){2}XXXX\b|@your-(?:org|team)\b"
    r"|<(?:email|phone|name|contact|on-?call)[^>\n]{0,30}>|\[(?:your )?(?:email|phone|name|contact)[^\]\n]{0,20}\](?!\()",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Named:
    """A thing that a command names: `kind` "container", "compose service" or a kind of Kubernetes."""

    kind: str
    name: str
    command: Command

    @property
    def at(self) -> At:
        return self.command.at


@check("OPS-060", "Scripts name what is deployed", Severity.MEDIUM, Clause.EXECUTION, effort_hours=0.5)
def scripts_name_what_is_deployed(project: Project) -> Iterator[Fact]:
    """
    A script that restarts a container of last year's name fails when it is needed, or looks after nothing every night.

    Decides: containers, compose services and workloads that `docker`, `docker compose` and `kubectl` are given in scripts
    and Makefiles, against compose files, containers that other commands make, and manifests. Names with a variable in
    them, and projects without such files, are left out; so are workloads where charts from elsewhere bring some.

    Fix: write the name that the compose file or manifest has.

    Blind to: containers that people start by hand.

    See: https://docs.docker.com/reference/cli/docker/compose/exec/
    """
    commands = [c for s in project.scripts if _counts(project, s.path) for c in s.commands]
    commands += [c for m in project.makefiles if _counts(project, m.path) for c in m.commands]
    yield from _judged(project, commands, "")


@check("OPS-061", "Documents name what is deployed", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5, documents=True)
def documents_name_what_is_deployed(project: Project) -> Iterator[Fact]:
    """
    Who copies `kubectl scale deployment/api` from the runbook at night and reads "not found" has lost the runbook, too.

    Decides: containers, compose services and workloads that commands in documents name, against compose files and
    manifests, as for scripts. Names that stand for any (`my-app`, `<name>`) are left out.

    Fix: write the name that the compose file or manifest has.

    Blind to: names in prose.

    See: https://kubernetes.io/docs/reference/kubectl/quick-reference/
    """
    papers = [
        d for d in project.markdown if project.files.class_of(d.path) in {FileClass.DOCUMENTATION, FileClass.PRODUCTION}
    ]
    yield from _judged(project, [c for d in papers for c in d.commands], "A document speaks of ")


def _counts(project: Project, path: str) -> bool:
    return project.files.class_of(path) is FileClass.PRODUCTION


def _judged(project: Project, commands: list[Command], intro: str) -> Iterator[Fact]:
    held: list[Named] = []
    told: set[tuple[str, str, str]] = set()
    for named in (n for c in commands for n in names_of(c)):
        there = _known(project).get(named.kind)
        if not there or not _NAME.fullmatch(named.name) or _PROSE.search(named.name):
            continue
        if _is_there(named, there):
            held.append(named)
        elif _is_made(project, named):
            continue
        elif (key := (named.at.path, named.kind, named.name)) not in told:
            told.add(key)
            what = f"{intro or named.at.path + ' asks for '}the {named.kind} {named.name}"
            yield bad(f"{what}, which nothing in the project deploys.", named)
    if held and not told:
        yield ok(f"{len(held)} names in commands are those of what is deployed.", held[0])


def _is_there(named: Named, there: frozenset[str]) -> bool:
    if named.name in there:
        return True
    # what compose makes without a name of its own is called <project>-<service>-<number>
    return named.kind == "container" and any(re.search(rf"[-_]{re.escape(n)}[-_]\d+$", named.name) for n in there)


def _is_made(project: Project, named: Named) -> bool:
    """Whether the file that names it writes the compose file or manifest with it, too."""
    return (
        re.search(rf"(?m)^\s*(?:name:\s*)?{re.escape(named.name)}:?\s*$", project.files.text(named.at.path)) is not None
    )


def names_of(command: Command) -> Iterator[Named]:
    """What a command names, as far as it is written out."""
    program, words = base_name(command.program), list(command.args)
    if program in {"docker-compose"} or (program == "docker" and words[:1] == ["compose"]):
        yield from _after(command, words[program == "docker" :], _COMPOSE, "compose service")
    elif program in {"docker", "podman"}:
        yield from _after(command, words[words[:1] == ["container"] :], _DOCKER, "container")
    elif program in {"kubectl", "oc"}:
        yield from _workload(command, words)


def _plain(words: list[str]) -> list[str]:
    """Words without options and what belongs to them."""
    found: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _VALUED
        else:
            found.append(word)
    return found


def _after(command: Command, words: list[str], verbs: frozenset[str], kind: str) -> Iterator[Named]:
    plain = _plain(words)
    if len(plain) < 2 or plain[0] not in verbs:
        return
    if plain[0] == "cp":
        yield from (Named(kind, w.partition(":")[0], command) for w in plain[1:] if re.match(r"[\w.-]+:/", w))
    elif plain[0] in {"exec", "run"}:
        yield Named(kind, plain[1], command)
    else:
        yield from (Named(kind, word, command) for word in plain[1:])


def _workload(command: Command, words: list[str]) -> Iterator[Named]:
    plain = _plain(words)
    if not plain or plain[0] not in _ACTS:
        return
    for position, word in enumerate(plain[1:], 1):
        kind, slash, name = word.partition("/")
        if slash and kind.lower() in _SHORT:
            yield Named(_SHORT[kind.lower()], name, command)
            return
        if word.lower() in _SHORT and position + 1 < len(plain):
            yield Named(_SHORT[word.lower()], plain[position + 1], command)
            return


@lru_cache(maxsize=4)
def _known(project: Project) -> dict[str, frozenset[str]]:
    """The names that are deployed, by kind; a kind of which some may come from elsewhere is left out."""
    services = {s.name for f in project.compose for s in f.services}
    texts = [
        project.files.text(p) for p in project.files.paths if p.endswith((".sh", ".md", ".yml", ".yaml", "Makefile"))
    ]
    made = {found for text in texts for pair in _CREATES.findall(text) for found in pair if found}
    found = {
        "compose service": frozenset(services),
        "container": frozenset(made | services) if services else frozenset(),
    }
    foreign = any("helm install" in t or "helm upgrade" in t or "helm repo add" in t for t in texts)
    if not foreign and all(m.complete for m in project.manifests.workloads):
        for kind in set(_SHORT.values()):
            found[kind] = frozenset(m.name for m in project.manifests.of(kind))
    return found


@check(
    "OPS-062", "Contacts are people who are there", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5, documents=True
)
def contacts_are_real(project: Project) -> Iterator[Fact]:
    """
    `oncall@example.com` in the runbook reaches nobody, and looks filled in until the night when it is needed.

    Decides: lines of runbooks, security policies, codes of conduct and the like that name a contact: addresses of example
    domains, telephone numbers that do not exist, and places that a template left open.

    Fix: write the team's address, channel or roster.

    Blind to: addresses of people who have left.

    See: https://www.rfc-editor.org/rfc/rfc2606
    """
    for document in project.markdown:
        name = document.path.rpartition("/")[2]
        known = {FileClass.DOCUMENTATION, FileClass.PRODUCTION}
        if _OPERATING.search(name) and project.files.class_of(document.path) in known:
            yield from _contacts(project, document)


def _contacts(project: Project, document: Markdown) -> Iterator[Fact]:
    blocks = [(b.at.line or 0, b.at.end_line or 0) for b in document.code_blocks]
    for number, line in enumerate(project.files.lines(document.path), 1):
        found = _NOBODY.search(line[:2000])
        heading = document.section_of(number)
        about = _CONTACT.search(line[:2000]) or (heading is not None and _CONTACT.search(heading.text))
        if found is None or not about or any(first <= number <= last for first, last in blocks):
            continue
        message = f"{document.path}: the contact {found[0][:60]} is a placeholder; nobody is reached there."
        yield bad(message, At(document.path, number), strength=Strength.DOCUMENTED)
