"""Does something that runs take up what is put aside for later?"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kit.checks.resilience.job_ids import refused_ids
from kit.checks.shared.crowd import by_file, gathered
from kit.checks.shared.judged import JS, runs
from kit.checks.shared.started import Run
from kit.checks.shared.started import runs as started
from kit.checks.shared.submodules import kept_elsewhere
from kit.checks.shared.texts import at_offset
from kit.checks.shared.wiring import Wiring
from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check

_ASIDE = frozenset({"development", "test"})
_NAME = r"(?:['\"`](?P<{0}text>[^'\"`\n$]{{1,100}})['\"`]|(?P<{0}name>[A-Za-z_$][\w$.]*))"
_PUTS = re.compile(
    r"new\s+(?:\w+\.)?Queue(?:<[^<>()]{0,200}>)?\(\s*" + _NAME.format("a") + r"\s*[,)]"
    r"|@InjectQueue\(\s*" + _NAME.format("b") + r"\s*\)"
)  # fmt: skip
_TAKES = re.compile(
    r"new\s+(?:\w+\.)?Worker(?:<[^<>()]{0,200}>)?\(\s*" + _NAME.format("a") + r"\s*,"
    r"|@Processor\(\s*(?:\{[^{}]{0,100}?\bname\s*:\s*)?" + _NAME.format("b")
)  # fmt: skip
_REGISTERS = re.compile(r"registerQueue(?:Async)?\(")
_SWITCHES = (
    ("@Cron(", "ScheduleModule.forRoot", r"(?m)^[ \t]*@(?:Cron|Interval|Timeout)\(", "@nestjs/schedule", JS, "`ScheduleModule.forRoot()`"),
    ("@OnEvent(", "EventEmitterModule.forRoot", r"(?m)^[ \t]*@OnEvent\(", "@nestjs/event-emitter", JS, "`EventEmitterModule.forRoot()`"),
    ("@Scheduled", "@EnableScheduling", r"(?m)^[ \t]*@Scheduled\b", "scheduling.annotation.Scheduled", ("java",), "`@EnableScheduling`"),
    ("@Async", "@EnableAsync", r"(?m)^[ \t]*@Async\b", "scheduling.annotation.Async", ("java",), "`@EnableAsync`"),
)  # fmt: skip
"""What marks a method, what makes the mark count, the mark's pattern, the library's word, languages, and what is lacking."""


class _Named(NamedTuple):
    """A queue as code names it."""

    name: str
    at: At
    known: bool


@check("RES-012", "What is put aside for later is taken up", Severity.HIGH, Clause.EXECUTION, effort_hours=1)
@gathered(by_file)
def what_waits_is_done(project: Project) -> Iterator[Fact]:
    """
    A queue without a worker takes every job and does none; a task that no worker imports fails when it arrives; a timer
    that nothing switched on never fires.

    Decides: Bull and BullMQ queues against the workers and processors for them, ids of jobs against what BullMQ takes since
    5.58.7 (no colon, or exactly two), NestJS processors against the modules that
    provide them, Celery's tasks against what its workers import, the tasks that its timetable names, and whether a
    deployment runs a worker and the timetable; timers and listeners by decorator against the module or annotation that
    switches them on.

    Fix: run the worker, import the module of its tasks, provide the processor, name the queue as its worker does.
    - python: `celery -A app worker`.

    Blind to: workers in other repositories; queues whose names are computed, about which nothing is said.

    See: https://docs.bullmq.io/guide/workers
    """
    yield from _queues(project)
    yield from refused_ids(project)
    yield from _processors(project)
    yield from _celery(project)
    yield from _switches(project)


def _queues(project: Project) -> Iterator[Fact]:
    taken = list(_named(project, _TAKES))
    if not all(t.known for t in taken):
        return  # a name that is computed: that worker may be for any queue
    put = [q for q in _named(project, _PUTS) if q.known]
    if not put:
        return
    known = {t.name for t in taken} | _processed(project)
    done = [q for q in put if q.name in known]
    for queue in {q.name: q for q in put if q.name not in known}.values():
        elsewhere = kept_elsewhere(project, project.code.unit(queue.at.path))
        if elsewhere is not None:
            said = "a part of the program is in another repository"
            yield unknown(f"Whether a worker takes the jobs of {queue.name} is not seen: {said}.", queue, elsewhere)
        elif taken or not _spoken_of(project, queue):
            yield bad(f"Jobs are put into the queue {queue.name}, and no worker takes them out.", queue, *taken[:1])
    if done:
        yield ok(f"{plural(len({q.name for q in done}), 'queue')} have a worker.", done[0])


def _named(project: Project, pattern: re.Pattern[str]) -> Iterator[_Named]:
    """The queues that code names, constants by what they hold."""
    for path in project.code.holding("bullmq", '"bull"', "'bull'", "@nestjs/bull", languages=JS):
        body = project.code.once(Wiring).body(path)
        for found in pattern.finditer(body) if runs(path) else ():
            said = {k[1:]: v for k, v in found.groupdict().items() if v}
            name = said.get("text") or _constant(project, said["name"], path)
            at = at_offset(path, body, found.start())
            yield _Named(name or said.get("name", ""), at, bool(name))


def _constant(project: Project, name: str, path: str) -> str:
    """What a constant holds, in its own file or another; "" where that is not found."""
    last = name.rsplit(".", 1)[-1]
    pattern = re.compile(rf"\b{re.escape(last)}\b(?:\s*:\s*string)?\s*[:=]\s*['\"`]([^'\"`\n$]+)['\"`]")
    for other in (path, *project.code.holding(last, languages=JS)):
        found = pattern.search(project.code.text(other))
        if found is not None:
            return found[1]
    return ""


_MADE = re.compile(
    r"\b(?P<held>\w+)\s*(?::[^=\n]{1,60})?=\s*new\s+(?:\w+\.)?Queue(?:<[^<>()]{0,200}>)?\(\s*" + _NAME.format("a") + r"\s*[,)]"
    r"|@InjectQueue\(\s*" + _NAME.format("b") + r"\s*\)\s*(?:(?:private|public|protected|readonly)\s+){0,2}(?P<injected>\w+)"
)  # fmt: skip
"""A queue and the variable or the member that holds it."""


def _processed(project: Project) -> set[str]:
    """The queues of Bull that process their own jobs: `queue.process(...)`."""
    held: dict[str, dict[str, str]] = {}
    for path in project.code.holding("Queue", languages=JS):
        for made in _MADE.finditer(project.code.text(path)):
            said = {k: v for k, v in made.groupdict().items() if v}
            holder = said.pop("held", "") or said.pop("injected", "")
            held.setdefault(path, {}).setdefault(holder, next(iter(said.values()), ""))
    anywhere = {holder: name for names in reversed(held.values()) for holder, name in names.items()}
    found = set()
    for path in project.code.holding(".process(", languages=JS) if held else ():
        for called in re.findall(r"\b(\w+)\.process\(", project.code.once(Wiring).body(path)):
            found.add(held.get(path, {}).get(called) or anywhere.get(called) or called)
    return found


def _spoken_of(project: Project, queue: _Named) -> bool:
    """Whether code in another file speaks of the queue: some way of taking jobs that is not known."""
    return any(p != queue.at.path and f"{queue.name}" in project.code.text(p) for p in project.code.holding(queue.name))


def _processors(project: Project) -> Iterator[Fact]:
    """NestJS processors that no module provides, or whose queue no module registers."""
    wiring = project.code.once(Wiring)
    for path in project.code.holding("@Processor(", languages=JS):
        text = project.code.text(path)
        for found in re.finditer(
            r"@Processor\([^)]*\)\s*(?:@\w+\([^)]*\)\s*)*(?:export\s+)?(?:default\s+)?class\s+(\w+)", text
        ):
            at = at_offset(path, text, found.start(1))
            if runs(path) and not any(True for _ in wiring.uses(found[1], path)):
                yield bad(f"The processor {found[1]} is provided by no module: its jobs are never done.", at)


class _Celery(NamedTuple):
    """What a project's Celery is told to import."""

    text: str
    discovers: bool
    at: At


def _celery(project: Project) -> Iterator[Fact]:
    tasks = list(_tasks(project))
    if not tasks:
        return
    started_by = _started_by(project)
    lacks = started_by is not None and not _WORKER.search(started_by.told)
    if started_by is not None and lacks:  # no module is imported then, nor is a timetable of use
        said = "Celery has tasks, and no deployment runs a worker: what is sent stays in the broker."
        sent = _are_sent(project, {name for name, _ in tasks})
        yield bad(said, tasks[0][1], started_by.first, severity=None if sent else Severity.MEDIUM)
    else:
        yield from _imported(project, tasks)
    yield from _timetable(project, {name for name, _ in tasks})
    if started_by is not None and not lacks:
        yield from _beats(project, started_by.told)


def _tasks(project: Project) -> Iterator[tuple[str, At]]:
    if not project.code.holding("Celery(", "from celery", languages=("python",)):
        return
    for path in project.code.holding("shared_task", ".task", languages=("python",)):
        module = project.code.python(path) if runs(path) else None
        for node in ast.walk(module) if module is not None else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_is_task, node.decorator_list)):
                yield node.name, At(path, node.lineno, node.end_lineno)


def _is_task(decorator: ast.expr) -> bool:
    call = decorator.func if isinstance(decorator, ast.Call) else decorator
    return re.fullmatch(r"shared_task|\w*(?:app|celery)\w*\.task", ast.unparse(call), re.IGNORECASE) is not None


def _imported(project: Project, tasks: Iterable[tuple[str, At]]) -> Iterator[Fact]:
    """Modules of tasks that neither Celery's settings name nor any other module imports."""
    settings = [
        project.code.text(p)
        for p in project.code.holding("Celery(", "CELERY_IMPORTS", "autodiscover_tasks", languages=("python",))
    ]
    told = "\n".join(settings)
    for path in dict.fromkeys(at.path for _, at in tasks):
        stem = posixpath.splitext(posixpath.basename(path))[0]
        others = (p for p in project.code.holding(stem, languages=("python",)) if p != path)
        discovered = "autodiscover_tasks" in told and (stem == "tasks" or "related_name" in told)
        if discovered or "Celery(" in project.code.text(path) or re.search(rf"\b{re.escape(stem)}\b", told):
            continue
        if not any(re.search(rf"\b{re.escape(stem)}\b", project.code.text(p)) for p in others):
            mine = [(name, at) for name, at in tasks if at.path == path]
            yield bad(
                f"No worker imports {path}: {listed((n for n, _ in mine), 3)} fail as unknown tasks.",
                *(at for _, at in mine[:3]),
                severity=None if _are_sent(project, {name for name, _ in mine}) else Severity.MEDIUM,
            )


_SENT = re.compile(
    r"\b(\w+)\.(?:delay|apply_async|si?)\(|send_task\(\s*['\"](?:[\w.]+\.)?(\w+)['\"]|['\"]task['\"]\s*:\s*['\"](?:[\w.]+\.)?(\w+)['\"]"
)


def _are_sent(project: Project, names: set[str]) -> bool:
    """Whether code of production, or a timetable, sends one of the tasks."""
    senders = project.code.holding(
        ".delay(", ".apply_async(", "send_task(", ".s(", ".si(", "task", languages=("python",)
    )
    return any(
        names & set(filter(None, found)) for p in senders if runs(p) for found in _SENT.findall(project.code.text(p))
    )


def _is_defined(project: Project, task: str) -> bool:
    """Whether a function of the task's name stands somewhere: what makes it a task was not understood then."""
    last = task.rsplit(".", 1)[-1]
    return bool(project.code.holding(f"def {last}(", languages=("python",)))


def _timetable(project: Project, names: set[str]) -> Iterator[Fact]:
    """Entries of Celery's timetable that name tasks which are not there."""
    spoken = {
        n
        for p in project.code.holding("name=", languages=("python",))
        for n in re.findall(r"\bname\s*=\s*['\"]([\w.-]+)['\"]", project.code.text(p))
    }
    for path in project.code.holding("beat_schedule", "BEAT_SCHEDULE", languages=("python",)):
        text = project.code.text(path)
        if _is_never_taken(project, text):
            continue
        for found in re.finditer(r"['\"]task['\"]\s*:\s*['\"]([\w.]+)['\"]", text) if runs(path) else ():
            at = at_offset(path, text, found.start())
            if found[1] in spoken or found[1].rsplit(".", 1)[-1] in names:
                yield ok(f"The timetable's task {found[1]} is there.", at)
            elif found[1].split(".")[0] not in {"celery", "django_celery_results"} and not _is_defined(
                project, found[1]
            ):
                yield bad(f"The timetable names the task {found[1]}, which is not there: it fails each time.", at)


def _is_never_taken(project: Project, text: str) -> bool:
    """Whether a timetable is what a function returns that nothing calls."""
    made = re.findall(r"(?i)\bdef\s+(\w*beat_schedule\w*)\s*\(", text)
    bound = re.search(r"(?i)beat_schedule\b['\"]?\]?\s*(?:=|:|\.update\()", text)
    asked = re.compile(rf"(?m)^(?!\s*(?:from|import)\b).*\.(?:{'|'.join(made)})\b")
    users = project.code.holding(*(f".{name}" for name in made)) if made and bound is None else ()
    return bool(made) and bound is None and not any(asked.search(project.code.text(p)) for p in users)


_WORKER = re.compile(r"\bcelery\b[^\n]*(?:\bworker\b|\s-B\b)|\bcelery[- ]?worker\b")
_BEAT = re.compile(r"\bcelery\b[^\n]*(?:\bbeat\b|\s-B\b)|\bcelery[- ]?beat\b")


class _Started(NamedTuple):
    """What deployments start: the text of all files that say so, and the first place."""

    told: str
    first: At


def _started_by(project: Project) -> _Started | None:
    """None where nothing is started, or where what is started cannot be told."""
    every = [r for r in started(project) if r.kind in {"start", "once"} and r.environment not in _ASIDE]
    by_itself = project.code.holding("worker_main(", "celery.bin", ".Worker(", languages=("python",))
    if not every or _hidden(every) or by_itself:
        return None
    files = (project.files.text(p) for p in project.files.glob(*_STARTING))
    return _Started("\n".join(text for text in files if "elery" in text), every[0].at)


def _beats(project: Project, told: str) -> Iterator[Fact]:
    """Whether something runs the timetable."""
    marks = ("beat_schedule", "BEAT_SCHEDULE", "add_periodic_task")
    timetable = [p for p in project.code.holding(*marks, languages=("python",)) if runs(p)]
    if timetable and not _BEAT.search(told):
        text = project.code.text(timetable[0])
        found = re.search("|".join(marks), text)
        say = "Celery has a timetable, and no deployment runs `celery beat`: nothing on it ever runs."
        yield bad(say, At(timetable[0], text.count("\n", 0, found.start()) + 1 if found else 1))


_STARTING = (
    "**/*Dockerfile*", "**/Containerfile*", "**/*.yml", "**/*.yaml", "**/*.tpl", "**/*.sh", "**/start*", "**/*entrypoint*", "**/Procfile*",
    "**/*.toml", "**/*.conf", "**/*.ini", "**/*.service", "**/Makefile", "**/*.tf", "**/*.json",
)  # fmt: skip
"""Files that say what is started."""


def _hidden(every: Iterable[Run]) -> bool:
    """Whether some process is started by a program that chooses what to run."""
    return any(
        re.search(
            r"supervisord|honcho|foreman|circusd|overmind|\$\{?[A-Z_]*(?:ROLE|COMMAND|CMD|PROCESS)",
            r.text,
        )
        for r in every
    )


def _switches(project: Project) -> Iterator[Fact]:
    """Decorated timers and listeners against what switches them on."""
    for mark, switch, pattern, library, languages, lacking in _SWITCHES:
        marked = [
            p for p in project.code.holding(mark, languages=languages) if runs(p) and library in project.code.text(p)
        ]
        if not marked:
            continue
        wiring = project.code.once(Wiring)
        switched = next(
            (p for p in project.code.holding(switch, languages=languages) if switch in wiring.body(p)), None
        )
        text = project.code.text(marked[0])
        found = re.search(pattern, text)
        at = At(marked[0], text.count("\n", 0, found.end()) + 1 if found else 1)
        if switched is not None:
            yield ok(f"What {mark.rstrip('(')} marks is switched on.", at)
        elif found is not None:
            if mark == "@Async":
                said = f"@Async has no effect, since nothing says {lacking}: the caller waits for what runs here."
                yield bad(said, at, severity=Severity.MEDIUM)
            else:
                said = f"{mark.rstrip('(')} marks what should run here, and nothing says {lacking}: it never runs."
                yield bad(said, at)
