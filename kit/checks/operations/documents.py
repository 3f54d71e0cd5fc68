"""What the documents say: how to run it, what to do at night, and whether files and commands they name are there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.model import At, Clause, Fact, FileClass, Severity, Strength, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.commands.definitions import Definitions
from kit.sources.commands.invocations import invocations
from kit.sources.papers.markdown import FileReference, Markdown, resolve

_README = re.compile(r"readme(\.(md|markdown|rst|txt|adoc))?", re.IGNORECASE)
_RUNBOOK = re.compile(
    r"runbook|playbook|on[-_ ]?call|incident|disaster|operations?(?:[-_ ]guide|[-_ ]manual|\.md)|troubleshoot|sop\b",
    re.IGNORECASE,
)
_TASKS = {
    "restart": re.compile(r"\brestart|rollout restart|roll(?:ing)? out", re.IGNORECASE),
    "roll back": re.compile(r"\broll(?:ed|ing)?[- ]?back|rollout undo|revert", re.IGNORECASE),
    "restore data": re.compile(
        r"\brestor(?:e|ing)\b.*(?:backup|database|data|dump)|(?:backup|database|data).*\brestor",
        re.IGNORECASE,
    ),
    "rotate secrets": re.compile(
        r"\brotat(?:e|ing|ion)\b.*(?:secret|key|credential|password|token)|(?:secret|key|credential).*\brotat",
        re.IGNORECASE,
    ),
    "investigate errors": re.compile(
        r"\blogs?\b.*(?:error|check|inspect|look)|(?:search|look|read)\b.*\blogs?\b|look into an? error"
        r"|investigat|diagnos|troubleshoot|error rate",
        re.IGNORECASE,
    ),
}
_ESCALATION = re.compile(
    r"(?<!privilege )(?<!privileges )escalat|on[- ]call|pager ?duty|opsgenie|incident (?:commander|channel)"
    r"|^\W*(?:\w+ )?incident response|severity (?:1|one|level)|\bSEV-?1\b",
    re.IGNORECASE,
)
_MADE = frozenset(
    {
        "node_modules",
        "dist",
        "build",
        "target",
        "coverage",
        ".venv",
        "venv",
        "out",
        ".next",
        "tmp",
        "logs",
        "data",
        "vendor",
    }
)
SHOWN = 25


def ours(project: Project) -> list[Markdown]:
    """The Markdown files that speak of this project to its people: READMEs, docs, runbooks; change logs and templates
    left out."""
    left_out = re.compile(
        r"(^|/)(change-?log|history|releases?|news|licen[cs]e|code_of_conduct|third[-_]party|migration)[^/]*$|\.github/|(^|/)(\.claude|\.cursor|\.agents?|prompts?|skills)/|node_modules",
        re.IGNORECASE,
    )
    shown = {FileClass.PRODUCTION, FileClass.DOCUMENTATION}
    return [m for m in project.markdown if project.files.class_of(m.path) in shown and not left_out.search(m.path)]


@check(
    "OPS-001",
    "The README tells how to run the system",
    Severity.LOW,
    Clause.DEPLOYMENT,
    effort_hours=2,
    documents=True,
)
def readme_tells_how(project: Project) -> Iterator[Fact]:
    """
    Whoever takes over at night starts with the README.

    Decides: there is a README at the top, and it holds at least one command.

    Fix: add a section "Run" with the commands that start the system and show that it answers.

    Blind to: whether the commands are enough.

    See: https://www.makeareadme.com/
    """
    readme = next((p for p in project.files.paths if _README.fullmatch(p)), None)
    if readme is None:
        yield bad("There is no README at the top of the repository.", At("."))
        return
    text = next((m for m in project.markdown if m.path == readme), None)
    told = text.commands[0] if text is not None and text.commands else None
    if told is not None:
        yield ok("The README gives the commands to run the system.", told, strength=Strength.DOCUMENTED)
    elif text is None or any(b.text.strip() for b in text.code_blocks):
        yield ok("There is a README at the top.", At(readme), strength=Strength.DOCUMENTED)
    else:
        linked = any(link.path and project.files.on_disk(link.path) for link in text.links)
        yield partial(f"The README holds no command{'; it points to other documents' if linked else ''}.", At(readme))


@check("OPS-002", "There is a runbook", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=8, documents=True)
def has_runbook(project: Project) -> Iterator[Fact]:
    """
    At three in the morning nobody works out from the code how to roll back.

    Decides: documents about operations are searched for the tasks that every system needs: restart, roll back, restore
    data, rotate secrets, investigate errors; those that are there must hold commands or steps.

    Fix: write `docs/runbook.md` with a section per task, each with the commands to copy.

    Blind to: runbooks in a wiki; attest those with their address.

    See: https://sre.google/workbook/on-call/
    """
    if not project.system.own:
        return
    books = [
        m
        for m in ours(project)
        if _RUNBOOK.search(posixpath.basename(m.path)) or any(_RUNBOOK.search(h.text) for h in m.headings)
    ]
    if not books:
        yield bad(
            "No runbook: no document says how to restart, roll back, restore or investigate.",
            At("docs" if project.files.is_dir("docs") else "."),
        )
        return
    lines = [(m.path, number, line) for m in books for number, line in enumerate(project.files.lines(m.path), start=1)]
    for task, pattern in _TASKS.items():
        place = next((At(path, number) for path, number, line in lines if pattern.search(line)), None)
        if place is not None:
            yield ok(f"The runbook tells how to {task}.", place, strength=Strength.DOCUMENTED)
        else:
            yield bad(f"No operations document tells how to {task}.", books[0], severity=Severity.LOW)


@check(
    "OPS-003",
    "Files that documents name exist",
    Severity.MEDIUM,
    Clause.DEPLOYMENT,
    effort_hours=1,
    documents=True,
)
def named_files_exist(project: Project) -> Iterator[Fact]:
    """
    Instructions that name files which are not there were not followed by anybody lately.

    Decides: relative links and the paths that shell blocks and inline code name in READMEs and documents, looked up from
    the root, from the document's folder, and by the end of the path.

    Fix: correct the path, or take the passage out.

    Blind to: files that a step before makes; names without a folder count only in links.

    See: https://diataxis.fr/how-to-guides/
    """
    held, missing = 0, []
    for document in ours(project):
        links = {(link.path, link.at.line) for link in document.links}
        for reference in document.file_references:
            linked = (reference.path, reference.at.line) in links
            if linked and _page_of_a_site(reference):
                continue
            if not linked and not _certain(reference):
                continue
            if resolve(reference, project.files) is not None or project.files.ignored(reference.path.rstrip("/")):
                held += 1
            elif not _in_block_about_making(project, reference):
                missing.append(reference)
    for reference in missing[:SHOWN]:
        yield bad(f"{reference.at.path} names {reference.written}, which does not exist.", reference)
    if len(missing) > SHOWN:
        rest = missing[SHOWN:]
        yield bad(f"{len(rest)} more files are named in documents and do not exist.", *rest[:5])
    if held and not missing:
        yield ok(f"All {held} files that documents name exist.", At("."))


def _page_of_a_site(reference: FileReference) -> bool:
    """A link to an address of the site that the documents are published on: from its top, without an ending."""
    written = reference.written.split("#")[0].split("?")[0]
    return written.startswith("/") and "." not in posixpath.basename(written.rstrip("/"))


def _certain(reference: FileReference) -> bool:
    """A path of this project by its look: with a folder, with an ending, made by no build, no pattern."""
    path = reference.path
    parts = path.split("/")
    plain = not re.search(r"[<>{}*$|\\]|\.\.\.|your|example|path/to|xxx|foo|bar", path, re.IGNORECASE)
    return (
        plain
        and len(parts) > 1
        and "." in parts[-1].strip(".")
        and not _MADE & set(parts)
        and not path.startswith(("..", "@", "~", "/"))
    )


def _in_block_about_making(project: Project, reference: FileReference) -> bool:
    """Whether the line tells the reader to make the file: "create", "copy ... to", "add a"."""
    lines = project.files.lines(reference.at.path)
    number = reference.at.line or 1
    near = " ".join(lines[max(0, number - 2) : number])
    return bool(
        re.search(
            r"\b(creat|add|generat|copy|save|writ|renam|put|plac|download|new file|will be|produc|e\.g\.|for example|such as|would|output)",
            near,
            re.IGNORECASE,
        )
    )


@check(
    "OPS-004",
    "Commands that documents give are defined",
    Severity.MEDIUM,
    Clause.DEPLOYMENT,
    effort_hours=1,
    documents=True,
)
def named_commands_are_defined(project: Project) -> Iterator[Fact]:
    """
    A guide whose `make deploy` has no such target ends at its first line.

    Decides: package scripts, make targets and Python modules that shell blocks of READMEs and documents call are looked up
    in the manifests and Makefiles from the folder that the text has changed to.

    Fix: define the script or target, or correct the command.

    Blind to: commands whose folder cannot be told.

    See: https://diataxis.fr/how-to-guides/
    """
    definitions = Definitions(project.files, project.documents, project.packages, project.makefiles)
    anywhere = {name for p in project.packages for name in p.scripts} | {
        t for m in project.makefiles for t in m.targets
    }
    held, missing = 0, 0
    for document in ours(project):
        for command in document.commands:
            explained = re.search(r"\s[-\u2013\u2014]\s", command.text) is not None  # `make lint - check the style`
            for call in invocations(command)[: 1 if explained else None]:
                if not call.certain or call.kind not in {"script", "target", "recipe", "task"}:
                    continue
                if (
                    definitions.defined(call) is False
                    and (call.directory not in {None, "."} or call.name not in anywhere)
                    and not any(m.defines(call.name) is None for m in project.makefiles)
                ):
                    missing += 1
                    if missing <= SHOWN:
                        what = {"script": "package script", "target": "make target"}.get(call.kind, call.kind)
                        yield bad(f"{document.path} calls the {what} {call.name}, which nothing defines.", call)
                else:
                    held += 1
    if held and not missing:
        yield ok(f"All {held} scripts and targets that documents call are defined.", At("."))


@check("OPS-006", "Somebody owns the code", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5, documents=True)
def somebody_owns_it(project: Project) -> Iterator[Fact]:
    """
    What nobody owns nobody mends.

    Decides: a CODEOWNERS file with an owner, a MAINTAINERS or OWNERS file, or a service catalogue entry.

    Fix: add `.github/CODEOWNERS` with a team per folder.

    Blind to: whether those people still work there.

    See: https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
    """
    for path in (
        p
        for p in project.files.paths
        if posixpath.basename(p).upper()
        in {"CODEOWNERS", "OWNERS", "MAINTAINERS", "MAINTAINERS.MD", "OWNERS.MD", "CATALOG-INFO.YAML"}
    ):
        line = next(
            (
                n
                for n, text in enumerate(project.files.lines(path), start=1)
                if text.strip() and not text.lstrip().startswith("#")
            ),
            None,
        )
        if line is not None:
            yield ok("The code has named owners.", At(path, line), strength=Strength.DOCUMENTED)
            return
    yield bad("No file names who owns the code.", At(".github" if project.files.is_dir(".github") else "."))


@check("OPS-007", "It is written whom to call", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1, documents=True)
def escalation_is_written(project: Project) -> Iterator[Fact]:
    """
    An incident in which people first look for a phone number lasts longer by that.

    Decides: documents speak of on-call, escalation or incident response.

    Fix: add a section "Escalation" to the runbook: who is called first, after how long who next, and where.

    Blind to: rosters in a paging service; attest those.

    See: https://response.pagerduty.com/
    """
    if not project.system.own:
        return
    place = escalation(project)
    if place is not None:
        yield ok("A document tells whom to call.", place, strength=Strength.DOCUMENTED)
        return
    yield bad(
        "No document tells whom to call when the system fails.",
        At("docs" if project.files.is_dir("docs") else "."),
    )


def escalation(project: Project) -> At | None:
    """The first line of the documents that speaks of on-call, escalation or incident response."""
    lines = (
        (document.path, number, line)
        for document in ours(project)
        for number, line in enumerate(project.files.lines(document.path), start=1)
    )
    return next((At(path, number) for path, number, line in lines if _ESCALATION.search(line)), None)


_ENTRY = re.compile(r"(?m)^[ \t]*(?:[-*+]\s+\S|#{1,6}.*\d|\S.*\d\.\d|\d+[.)]\s)")
"""A version, a date or an item of a list."""


@check("OPS-008", "Releases are written down", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1, documents=True)
def releases_are_written_down(project: Project) -> Iterator[Fact]:
    """
    "What changed since Tuesday" is the first question of every incident.

    Decides: a change log with an entry, or a pipeline that makes one.

    Fix: keep a `CHANGELOG.md`, or let the release pipeline write release notes.

    Blind to: notes that are kept on the hosting platform only.

    See: https://keepachangelog.com/
    """
    log = next(
        (
            p
            for p in project.files.paths
            if re.fullmatch(
                r"(docs/)?(change-?log|changes|history|releases|release[-_]notes)(\.(md|rst|txt))?",
                p,
                re.IGNORECASE,
            )
        ),
        None,
    )
    if log is not None and _ENTRY.search(project.files.text(log)):
        yield ok("There is a change log.", At(log), strength=Strength.DOCUMENTED)
        return
    if log is not None:
        yield bad(f"{log} has no entry: nothing says what a release changed.", At(log))
        return
    for workflow in project.workflows:
        for job in workflow.jobs:
            for step in job.all_steps:
                if re.search(
                    r"release-please|semantic-release|changesets|action-gh-release|create-release|release-drafter|gh release create|goreleaser",
                    f"{step.uses or ''} {step.run or ''}",
                ):
                    yield ok("A pipeline writes release notes.", step)
                    return
    yield bad("Nothing records what each release changed.", At("."))
