"""Do the packages of an image install by themselves, in versions that are known, and leave nothing behind?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kit.checks.shared.images import judged
from kit.checks.shared.words import listed
from kit.model import Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import SHELLS, Command, word_set
from kit.sources.commands.scripts import commands
from kit.sources.commands.wrappers import base_name, unwrap
from kit.sources.containers.dockerfile_model import Instruction

_SYSTEM = word_set("apt apt-get yum dnf microdnf tdnf zypper apk pacman")
_INSTALLS = {
    **dict.fromkeys(("apt", "apt-get"), word_set("install upgrade dist-upgrade full-upgrade build-dep")),
    **dict.fromkeys(
        ("yum", "dnf"), word_set("install in localinstall groupinstall reinstall upgrade update distro-sync")
    ),
    "zypper": word_set("install in update up dist-upgrade dup patch install-new-recommends inr"),
}
_FETCHES = {
    **dict.fromkeys(("apt", "apt-get", "apk"), word_set("update")),
    "zypper": word_set("refresh ref"),
    **dict.fromkeys(("yum", "dnf"), word_set("makecache check-update update")),
    "pacman": word_set("-Sy -Syy -Syu -Syyu"),
}
_GETS = {
    **dict.fromkeys(("apt", "apt-get"), word_set("install")),
    **dict.fromkeys(("yum", "dnf"), word_set("install in localinstall")),
    "zypper": word_set("install in"),
    "apk": word_set("add"),
    "pacman": word_set("-S"),
}
_AGREES = re.compile(
    r"-[a-zA-Z]*y[a-zA-Z]*|--yes|--assume-?yes|--assumeyes|--no-confirm|--non-interactive|-qq|-q=2|--quiet=2"
)
_CLEANS = {
    "dnf": ("dnf clean all", "/var/cache/dnf", "/var/cache/yum"),
    "yum": ("yum clean all", "/var/cache/yum", "dnf clean all"),
    "zypper": ("zypper clean", "zypper cc", "/var/cache/zypp", "zypper --non-interactive clean", "zypper -n clean"),
}
_KEPT = {"dnf": "dnf's cache", "yum": "yum's cache", "zypper": "zypper's cache"}
_VERSIONED = re.compile(r"[=~<>^]|@(?!latest$|next$)[\w.]|\.(?:whl|tgz|gz|zip|gem)$|://|^git\+|^\.|^/|\$|:")
_VALUED = word_set(
    "-r --requirement -c --constraint -t --target --prefix -i --index-url --extra-index-url -f --find-links --src --root "
    "--trusted-host --registry -w --workspace --platform --python-version --only-binary --no-binary --source "
    "--install-dir --bindir -n --timeout --cache-dir --filter -F -C --dir --prefix-dir"
)
_ALWAYS_LATEST = word_set("pip setuptools wheel npm corepack")


def ran(instruction: Instruction) -> tuple[Command, ...]:
    """The commands of a RUN instruction without wrappers such as sudo."""
    return _ran(instruction)


@lru_cache(maxsize=4096)
def _ran(instruction: Instruction) -> tuple[Command, ...]:
    if instruction.json:
        words = [word for arg in instruction.args[:1] for word in arg.split()] + list(instruction.args[1:])
        if not words:
            return ()
        if base_name(words[0]) not in SHELLS:
            return (unwrap(Command(words[0], tuple(words[1:]), " ".join(words), instruction.at)),)
    text = instruction.args[-1] if instruction.json else instruction.script or instruction.value
    return tuple(unwrap(c) for c in commands(text, instruction.at.path, instruction.at.line or 1, directory="."))


def _verb(command: Command) -> str:
    """The first word that is no option; for pacman the options are the verb."""
    if base_name(command.program) == "pacman":
        return next((a for a in command.args if a.startswith("-S")), "")
    words = iter(command.args)
    for word in words:
        if word in {"-o", "-c", "-t", "--root", "-R"}:
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""


@check("CON-040", "Package installs ask nothing", Severity.HIGH, Clause.EXECUTION, effort_hours=0.5)
def installs_ask_nothing(project: Project) -> Iterator[Fact]:
    """
    Nobody answers in a build: a package manager that asks whether to go on gets no answer and stops the build.

    Decides: each `apt-get`, `apt`, `yum`, `dnf` and `zypper` that installs something in a `RUN` has an option that
    agrees beforehand.

    Fix: `apt-get install -y --no-install-recommends ...`, `dnf install -y ...`, `zypper --non-interactive install ...`.

    Blind to: what the package manager's own configuration agrees to, installs without anything to ask.

    See: https://docs.docker.com/build/building/best-practices/#apt-get
    """
    for dockerfile in judged(project):
        for instruction in dockerfile.of("RUN"):
            asking, quiet, alone = _asking(instruction)
            if asking and alone:
                message = f"{listed(asking)} asks as soon as the one package brings others along; nobody answers then."
                yield bad(message, instruction, severity=Severity.LOW)
            elif asking:
                message = f"{listed(asking)} waits for an answer that nobody gives; the build stops here."
                yield bad(message, instruction)
            elif quiet:
                yield ok("The package manager asks nothing.", instruction)


def _asking(instruction: Instruction) -> tuple[list[str], bool, bool]:
    """The installs of an instruction that ask, whether there are any that do not, and whether those that ask are for
    one package only: apt asks nothing where nothing but what was named comes in."""
    asking, alone, quiet = [], True, "Assume-Yes" in instruction.value or "assumeyes" in instruction.value
    for command in ran(instruction):
        name, verb = base_name(command.program), _verb(command)
        if verb not in _INSTALLS.get(name, ()) or (name == "zypper" and verb in {"ref", "refresh"}):
            continue
        short = any(re.fullmatch(r"-\w*n\w*", a) for a in command.args[: command.args.index(verb)])
        answered = command.reads or command.substituted or "yes |" in instruction.value
        silent = sum(a in {"-q", "--quiet"} for a in command.args) > 1 and name.startswith("apt")
        if (
            silent
            or any(_AGREES.fullmatch(a) for a in command.args)
            or (name == "zypper" and short)
            or answered
            or quiet
        ):
            quiet = True
        else:
            asking.append(f"{name} {verb}")
            named = [a for a in command.args[command.args.index(verb) + 1 :] if not a.startswith("-")]
            alone &= name in {"apt", "apt-get"} and verb == "install" and len(named) == 1
    return list(dict.fromkeys(asking)), quiet, alone


@check("CON-041", "What is installed by name has a version", Severity.LOW, Clause.EXECUTION, effort_hours=0.5)
def named_packages_are_pinned(project: Project) -> Iterator[Fact]:
    """
    `pip install gunicorn` in a Dockerfile gets whatever is newest on the day of the build: the image that was tested
    cannot be built again.

    Decides: each package that `npm`, `yarn`, `pnpm`, `pip` and `gem` install by name in a `RUN` has a version; what
    comes from a manifest or lockfile is another matter, and so are the installers themselves.

    Fix: name the version in the command, or take the package into the manifest with its lockfile.
    - node: `npm install -g pm2@5.4.2`.
    - python: `pip install gunicorn==22.0.0`.

    Blind to: constraints files, packages that variables name.

    See: https://docs.docker.com/build/building/best-practices/
    """
    for dockerfile in judged(project):
        for instruction in dockerfile.of("RUN"):
            named = [package for command in ran(instruction) for package in _packages(command)]
            loose = list(dict.fromkeys(p for p in named if not _VERSIONED.search(p.removeprefix("@"))))
            if loose:
                yield bad(f"{listed(loose)} without a version: every build may install another.", instruction)
            elif named:
                yield ok(f"{listed(named)} in a version that is stated.", instruction)


def _packages(command: Command) -> list[str]:
    """The packages that a command installs by name."""
    name, words = base_name(command.program), list(command.args)
    verbs = {
        "npm": {"install", "i", "add"}, "pnpm": {"add", "install", "i"}, "yarn": {"add"},
        "pip": {"install"}, "pip2": {"install"}, "pip3": {"install"}, "gem": {"install"},
    }  # fmt: skip
    if name == "yarn" and words[:1] == ["global"]:
        words = words[1:]
    verb = next((w for w in words if not w.startswith("-")), "")
    if verb not in verbs.get(name, ()):
        return []
    given = words[words.index(verb) + 1 :]
    if name == "gem" and any(w in {"-v", "--version"} for w in given):
        given = _without_first(given)
    named, skip = [], False
    for word in given:
        if skip or word.startswith("-"):
            skip = not skip and word in _VALUED and "=" not in word
        else:
            named.append(word)
    local = {"-r", "--requirement", "-c", "--constraint", "-e"} & set(given) if name.startswith("pip") else set()
    return (
        []
        if local
        else [
            n for n in named if not n.endswith("...") and (n.split("@")[0] not in _ALWAYS_LATEST or "--user" in given)
        ]
    )


def _without_first(given: list[str]) -> list[str]:
    """What `gem install` gets beside the package whose version is stated before it."""
    at = next(i for i, w in enumerate(given) if w in {"-v", "--version"})
    before = [w for w in given[:at] if not w.startswith("-")]
    return [*before[:-1], *given[at + 2 :]]


@check("CON-042", "Package lists are fetched where they are used", Severity.LOW, Clause.EXECUTION, effort_hours=0.5)
def lists_are_fresh(project: Project) -> Iterator[Fact]:
    """
    An `update` in an instruction of its own is cached: the next build installs from old lists, and fails when the
    versions in them are gone.

    Decides: an instruction that installs without fetching the lists, after one that only fetches them.

    Fix: put both into one: `RUN apt-get update && apt-get install -y ...`.

    Blind to: builds that never use a cache.

    See: https://docs.docker.com/build/building/best-practices/#apt-get
    """
    for dockerfile in judged(project):
        for stage in dockerfile.stages:
            alone: dict[str, Instruction] = {}
            for instruction in (i for i in stage.instructions if i.name == "RUN"):
                fetched, got = _managers(instruction, _FETCHES), _managers(instruction, _GETS)
                stale = [m for m in got if m not in fetched and m in alone]
                if stale:
                    message = f"{stale[0]} installs from lists that an earlier instruction fetched, maybe long ago."
                    yield bad(message, instruction, alone[stale[0]])
                elif got & fetched:
                    yield ok("The package lists are fetched where they are used.", instruction)
                alone |= dict.fromkeys(fetched - got, instruction)


def _managers(instruction: Instruction, verbs: dict[str, frozenset[str]]) -> set[str]:
    found = {(base_name(c.program), _verb(c)) for c in ran(instruction)}
    return {name.replace("apt-get", "apt") for name, verb in found if verb in verbs.get(name, ())}


def left_behind(project: Project) -> Iterator[Fact]:
    """Facts about the caches of dnf, yum, zypper and pip in final images."""
    for dockerfile in judged(project):
        off = "PIP_NO_CACHE_DIR" in dockerfile.env()
        for instruction in dockerfile.effective():
            if instruction.name != "RUN" or any(m.get("type") == "cache" for m in instruction.mounts):
                continue
            for name in sorted(_managers(instruction, _GETS) & set(_CLEANS)):
                yield _cache(name, instruction)
            kept = [c for c in ran(instruction) if _fills_cache(c)]
            if kept and not off and "PIP_NO_CACHE_DIR" not in instruction.value and ".cache" not in instruction.value:
                yield bad("pip's cache stays in the layer.", instruction)


def _cache(manager: str, instruction: Instruction) -> Fact:
    text = re.sub(r"\s+", " ", instruction.value)
    after = text[max(0, text.find(f"{manager} in")) :]
    if any(clean in after for clean in _CLEANS[manager]):
        return ok(f"{_KEPT[manager]} is removed.", instruction)
    return bad(f"{_KEPT[manager]} stays in the layer.", instruction)


def _fills_cache(command: Command) -> bool:
    name = base_name(command.program)
    return name in {"pip", "pip2", "pip3"} and _verb(command) == "install" and "--no-cache-dir" not in command.args
