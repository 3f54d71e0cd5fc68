"""Does a pipeline's machine have what its steps take for granted: living actions, lockfiles, the code itself?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from posixpath import normpath

from kit.checks.delivery.common import jobs, steps
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.commands.wrappers import base_name
from kit.sources.pipelines.model import Job, Step
from kit.system.installs import folders_of_matrix

_ENDED = {
    "actions/upload-artifact": 4,
    "actions/download-artifact": 4,
    "actions/cache": 3,
    "actions/cache/save": 3,
    "actions/cache/restore": 3,
}
"""Actions whose older majors ask a service that GitHub has switched off, and the first major that works."""
_MAJOR = re.compile(r"v?(\d{1,3})(?:\.\d+){0,2}$")
_NODE_LOCKS = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock"),
    "yarn": ("yarn.lock",),
    "pnpm": ("pnpm-lock.yaml",),
}
_FETCHERS = frozenset(
    {"git", "gh", "svn", "curl", "wget", "tar", "unzip", "aws", "gsutil", "mkdir", "npx", "rsync", "scp"}
)
_ENTERS = re.compile(r"""^\s*cd\s+["']?(?:\./)?([^\s"'&;|]{1,200})""", re.MULTILINE)
_PNPM_READS_9 = 9
"""The first major of pnpm that reads a lockfile of version 9."""


@check("DEL-041", "Runners have what steps take for granted", Severity.HIGH, Clause.EXECUTION, effort_hours=0.5)
def runners_have_what_is_needed(project: Project) -> Iterator[Fact]:
    """
    A step that asks for what its machine does not have fails on every run, and all that waits for it never happens.

    Decides: actions whose version asks a service that has been switched off; `cache:` of setup-node without the lockfile
    that it looks for; a version of pnpm that cannot read the lockfile; folders of the project entered by a job that never
    checks it out; folders that the values of a matrix name.

    Fix: name the action's current major; give `cache-dependency-path`, or leave `cache` out; add `actions/checkout`.

    Blind to: what runners of one's own hold, and versions that variables name.

    See: https://github.blog/changelog/2024-04-16-deprecation-notice-v3-of-the-artifact-actions/
    """
    found: list[Fact] = []
    found += _ended(project)
    for pipeline, job in jobs(project):
        if pipeline.workflow.platform == "github":
            found += [*_without_lockfile(project, job), *_old_pnpm(project, job)]
            found += [*_without_code(project, job), *_by_matrix(project, job)]
    yield from {(f.message, f.at[:1]): f for f in found}.values()
    if not found and any(p.workflow.platform == "github" for p, _ in jobs(project)):
        yield ok("Actions, lockfiles and folders that steps take for granted are there.", next(jobs(project))[1])


def _ended(project: Project) -> Iterator[Fact]:
    """One finding per file and action."""
    used: dict[tuple[str, str, str, bool], list[At]] = {}
    for pipeline, _, step in steps(project):
        name, _, version = (step.uses or "").partition("@")
        major, first = _MAJOR.match(version), _ENDED.get(name.lower())
        if pipeline.path.startswith(".github/") and first and major and int(major[1]) < first:
            at = step.node.at_or_self("uses")
            told = step.node.get("if")
            seldom = told is not None and "failure()" in told.text
            used.setdefault((at.path, name, version, seldom), []).append(at)
    for (_, name, version, seldom), places in used.items():
        message = f"{name}@{version} asks a service that GitHub has switched off: the step fails."
        severity = Severity.MEDIUM if seldom else None  # it is there for runs that have failed anyway
        yield bad(message, *places[:6], fix=f"uses: {name}@v{_ENDED[name.lower()]}", severity=severity)


def _without_lockfile(project: Project, job: Job) -> Iterator[Fact]:
    if not job.checks_out or any(_elsewhere(s) for s in job.all_steps):
        return
    for index, step in enumerate(job.all_steps):
        cache = step.inputs.get("cache") if step.inputs is not None and "setup-node" in (step.uses or "") else None
        names = _NODE_LOCKS.get(cache.text) if cache is not None else None
        if cache is None or names is None or step.inputs is None or _runs_before(job, index):
            continue
        given = step.inputs.get("cache-dependency-path")
        patterns = given.text.split() if given is not None else list(names)
        if "$" not in " ".join(patterns) and not any(_leads(project, pattern) for pattern in patterns):
            where = listed(patterns)
            message = f"Job {job.id}: setup-node caches for {cache.text} and finds no {where}: the step fails."
            yield bad(message, cache, fix="Give `cache-dependency-path`, or leave `cache` out.")


def _runs_before(job: Job, index: int) -> bool:
    """Whether a step before this one may have made the file."""
    return any(s.run is not None for s in job.all_steps[:index])


def _leads(project: Project, pattern: str) -> bool:
    plain = pattern.removeprefix("./")
    if not set("*?[") & set(plain):
        return project.files.exists(normpath(plain)) or project.files.is_dir(normpath(plain))
    return bool(project.files.glob(plain if plain.startswith("**/") else f"/{plain}"))


def _elsewhere(step: Step) -> bool:
    """Whether a checkout puts the project into a folder of its own, or fetches another one."""
    named = step.inputs is not None and ("path" in step.inputs or "repository" in step.inputs)
    return bool(step.uses and "checkout" in step.uses and named)


def _old_pnpm(project: Project, job: Job) -> Iterator[Fact]:
    """pnpm leaves a lockfile aside that is newer than itself, and in a pipeline then refuses to install."""
    newer = next(
        (k for p in project.packages for k in p.lockfiles if k.format == "pnpm" and (k.version or "").startswith("9")),
        None,
    )
    older = any(
        k for p in project.packages for k in p.lockfiles if k.format == "pnpm" and not (k.version or "").startswith("9")
    )
    for step in job.all_steps if newer is not None and not older and job.checks_out else ():
        version = (
            step.inputs.get("version") if step.inputs is not None and "pnpm/action-setup" in (step.uses or "") else None
        )
        major = re.match(r"\d{1,3}", version.text) if version is not None else None
        installs = any(c.program == "pnpm" and c.args[:1] in {("i",), ("install",), ("ci",)} for c in job.commands)
        if (
            version is not None
            and major is not None
            and int(major[0]) < _PNPM_READS_9
            and installs
            and newer is not None
        ):
            message = f"Job {job.id}: pnpm {version.text} cannot read {newer.path}, which is of version {newer.version}"
            yield bad(f"{message}: a frozen install, as pipelines make it, ends here.", version, newer)


def _without_code(project: Project, job: Job) -> Iterator[Fact]:
    """Folders of the project that a job enters which has nothing of the project."""
    steps_ = job.all_steps
    brings = any(step.uses and re.search(r"checkout|download|cache|clone", step.uses) for step in steps_) or job.brings
    if job.checks_out is not False or job.container or brings:
        return
    if any(base_name(c.program) in _FETCHERS - {"curl", "wget"} for c in job.commands):
        return
    for step in steps_:
        entered = _ENTERS.search(step.run or "")
        folder = normpath(entered[1]) if entered is not None else ""
        if folder and not folder.startswith("..") and project.files.is_dir(folder):
            message = f"Job {job.id} enters {folder} and has never checked the project out: the step fails."
            yield bad(message, _cd(step))


def _by_matrix(project: Project, job: Job) -> Iterator[Fact]:
    matrix = job.node.get("strategy", "matrix")
    if matrix is None or not matrix.is_map or not job.checks_out or any(_elsewhere(s) for s in job.all_steps):
        return
    entered: dict[str, list[At]] = defaultdict(list)
    for step in job.all_steps:
        if step.condition is not None:
            continue
        named = [step.working_directory] if step.working_directory else []
        first = _FIRST_CD.match(step.run or "") if not named else None
        named += [first[1]] if first is not None else []
        for written in named:
            if absent := [f for f in folders_of_matrix(job, written) if f != "." and not project.files.is_dir(f)]:
                entered[listed(absent)].append(_cd(step))
    for folders, places in entered.items():
        message = f"Job {job.id} enters {folders} by its matrix, and the project has no such folder"
        yield bad(f"{message}: the step fails.", *places[:8], matrix)


def _cd(step: Step) -> At:
    """Where a step enters a folder."""
    return next((c.at for c in step.commands if c.program == "cd"), step.at)


_FIRST_CD = re.compile(r"""\s*cd\s+["']?(?:\./)?([^\n"'&;|]{1,200}?)["']?\s*(?:&&|;|\n|$)""")
