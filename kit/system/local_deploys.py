"""Deploys that a pipeline makes on its own machine: files are put in place and a service is started anew."""

from __future__ import annotations

from collections.abc import Iterable

from kit.sources.commands.command import Command, word_set
from kit.sources.commands.wrappers import base_name, unwrap
from kit.sources.pipelines.model import Job

_MANAGERS = word_set("systemctl service pm2 supervisorctl")
_RESTARTS = word_set("restart reload startOrRestart startOrReload")
_VERBS = _RESTARTS | {"start", "stop"}
_COPIES = word_set("cp scp rsync install")
_NOT_OURS = ("postgres", "mysql", "mariadb", "redis", "mongo", "docker", "rabbitmq", "elasticsearch", "ssh")


def on_its_machine(job: Job, platform: str) -> bool:
    """Whether a job may run on a machine that stays: no container, and on GitHub a runner of one's own."""
    if job.container is not None:
        return False
    return platform in {"jenkins", "gitlab"} or (platform == "github" and "self-hosted" in job.runs_on)


def local_deploys(found: Iterable[Command]) -> frozenset[int]:
    """The ids of the commands of a job that start a service anew after files were put in place for it.

    A start counts where the same service was stopped before; services that are known stores or tools do not.
    """
    placed, stopped, deploys = False, set[str](), set[int]()
    for command in found:
        inner = unwrap(command)
        placed |= base_name(inner.program) in _COPIES or (base_name(inner.program), *inner.args[:1]) == ("git", "pull")
        verb, unit = _started(inner)
        if verb == "stop":
            stopped.add(unit)
        elif placed and (verb in _RESTARTS or (verb == "start" and unit in stopped)):
            deploys.add(id(command))
    return frozenset(deploys)


def _started(command: Command) -> tuple[str, str]:
    """What a command does to which service; empty where it is about none of ours."""
    words = [word for word in command.args if not word.startswith("-")]
    if base_name(command.program) not in _MANAGERS or len(words) < 2:
        return "", ""
    verb, unit = (words[0], words[1]) if words[0] in _VERBS else (words[1], words[0])
    return ("", "") if verb not in _VERBS or unit.startswith(_NOT_OURS) else (verb, unit.removesuffix(".service"))
