"""What happens anew at every start of a container, though it belongs into the image."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.deployed import grade
from kit.checks.shared.images import ASIDE
from kit.checks.shared.started import Run, runs
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import Command, word_set
from kit.sources.commands.wrappers import base_name, expanded

_INSTALLS = {
    **dict.fromkeys(("pip", "pip3", "uv", "gem", "pipx"), word_set("install sync")),
    **dict.fromkeys(("npm", "pnpm", "yarn", "bun"), word_set("install i ci add")),
    **dict.fromkeys(("apt", "apt-get", "yum", "dnf", "microdnf"), word_set("install")),
    **dict.fromkeys(("composer", "poetry", "pipenv", "bundle"), word_set("install update")),
    "apk": word_set("add"),
}


@check("CON-067", "Containers start with what they need", Severity.MEDIUM, Clause.EXECUTION, effort_hours=2)
def nothing_is_installed_at_start(project: Project) -> Iterator[Fact]:
    """
    A container that installs packages when it starts needs a registry in the very hour in which something is broken,
    takes minutes to come back, and runs what was published last night.

    Decides: what compose services, pods and images start, through the scripts that they call: package managers that
    install are told at the command that does. Files for development and tests are left out.

    Fix: move the install into the image.
    - node: `RUN npm ci`.
    - python: `RUN pip install -r requirements.txt`.
    - php: `RUN composer install --no-dev`.
    - ruby: `RUN bundle install`.

    Blind to: installs that a program makes by itself.

    See: https://12factor.net/build-release-run
    """
    started = [r for r in runs(project) if r.kind == "start" and _counts(project, r)]
    found: dict[At, tuple[Run, Command]] = {}
    for run in started:
        for command in expanded(run.command):
            if _installs(command):
                found.setdefault(run.command.at, (run, command))
    for run, command in found.values():
        line = " ".join(command.text.split())
        message = f"{run.name}: `{line[:60]}` runs at each start; without the registry it does not come up."
        yield bad(message, *reversed(run.places), **grade(run.environment))
    if started and not found:
        yield ok("Nothing is installed when containers start.", started[0].at)


def _counts(project: Project, run: Run) -> bool:
    return run.environment not in ASIDE and project.files.class_of(run.at.path) is FileClass.PRODUCTION


def _installs(command: Command) -> bool:
    words = _INSTALLS.get(base_name(command.program))
    verb = next((a for a in command.args if not a.startswith("-")), None)
    if base_name(command.program) == "uv" and command.args[:2] == ("pip", "install"):
        return True
    if base_name(command.program) == "yarn" and not command.args:
        return True
    if words is None or verb not in words or {"--version", "--help"} & set(command.args):
        return False
    return not (verb == "install" and {"--no-deps", "-e", "--offline", "--no-index"} & set(command.args))
