"""What becomes of a job that fails?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kit.checks.resilience.consumed import messages_are_kept
from kit.checks.shared.calls import calls
from kit.checks.shared.judged import JS, owner, runs
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import node_at


@check("RES-008", "Jobs that fail are tried again or kept", Severity.MEDIUM, Clause.UNDEFINED, effort_hours=2)
def jobs_are_kept(project: Project) -> Iterator[Fact]:
    """
    A job that fails once and is gone is an order not shipped, and nobody knows which.

    Decides: Celery tasks state retries; BullMQ and Bull queues state `attempts`; SQS queues in Terraform have a
    `redrive_policy`; RabbitMQ consumers' queues have a dead-letter exchange; consumers of Kafka (kafkajs, Python's
    clients) do more than log what their handler throws.

    Fix: retry with growing pauses and an end, and let what fails for good go to a dead-letter queue with an alert on
    it.
    - node: `attempts: 5` with a `backoff`.
    - python: `@app.task(autoretry_for=(Exception,), retry_backoff=True, max_retries=6)`.

    Blind to: retries that a framework of the project adds, and jobs that are safe to lose.

    See: https://docs.celeryq.dev/en/stable/userguide/tasks.html#retrying
    """
    yield from _celery(project)
    yield from _bull(project)
    yield from _bull_modules(project)
    yield from _brokers(project)
    yield from messages_are_kept(project)


def _celery(project: Project) -> Iterator[Fact]:
    periodic = "\n".join(
        project.code.text(p)
        for p in project.code.holding("beat_schedule", "crontab(", "add_periodic_task", languages=("python",))
    )
    for path in project.code.holding("celery", "shared_task", ".task", languages=("python",)):
        module = project.code.python(path) if runs(path) else None
        for node in ast.walk(module) if module is not None else ():
            if isinstance(node, ast.FunctionDef) and (options := _task(node, project.code.text(path))) is not None:
                name = f"{owner(project, path)}: the task {node.name}"
                at = At(path, node.lineno, node.end_lineno)
                if {
                    "autoretry_for",
                    "retry_backoff",
                    "max_retries",
                    "**",
                    "base",
                } & options or ".retry(" in ast.unparse(node):
                    yield ok(f"{name} is tried again when it fails.", at)
                elif node.name not in periodic:
                    yield bad(f"{name} is not tried again when it fails; what it should have done is lost.", at)


def _task(node: ast.FunctionDef, text: str) -> frozenset[str] | None:
    """The options of a Celery task, None where a function is none."""
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        name = ast.unparse(call.func if call else decorator)
        if name == "shared_task" or (
            re.fullmatch(r"\w*(app|celery)\w*\.task", name, re.IGNORECASE) and "elery" in text
        ):
            return frozenset((k.arg or "**") for k in call.keywords) if call else frozenset()
    return None


def _bull(project: Project) -> Iterator[Fact]:
    for path in project.code.holding("bullmq", '"bull"', "'bull'", languages=JS):
        root = project.code.tree(path) if runs(path) else None
        made = (
            root.find_all(kind="new_expression", has={"field": "constructor", "regex": "^(Queue|Bull)$"})
            if root
            else ()
        )
        for node in made:
            text = project.code.text(path)
            where = f"{owner(project, path)}: the queue"
            if re.search(r"\battempts\b|defaultJobOptions", text):
                yield ok(f"{where} tries a job again.", node_at(path, node))
            else:
                yield bad(
                    f"{where} tries each job once; what fails is kept in the failed set and not done.",
                    node_at(path, node),
                )


def _bull_modules(project: Project) -> Iterator[Fact]:
    """Queues that NestJS makes, each by its name, where no job is added with options of its own."""
    for call in calls(project, "registerQueue", "registerQueueAsync", languages=JS, needles=("BullModule",)):
        text = call.node.text()
        named = re.search(r"name:\s*['\"`]([\w.-]+)['\"`]", text)
        shared = any("defaultJobOptions" in line for line in _rooted(project, call.path))
        where = f"{owner(project, call.path)}: the queue {named[1] if named else 'here'}"
        if shared or re.search(r"\battempts\b|defaultJobOptions", text) or _added_with_attempts(project):
            yield ok(f"{where} tries a job again.", call)
        else:
            yield bad(f"{where} tries each job once; what fails is kept in the failed set and not done.", call)


def _rooted(project: Project, path: str) -> list[str]:
    """The calls that set what all queues of a module share."""
    text = project.code.text(path)
    return re.findall(
        r"BullModule\.forRoot(?:Async)?\([\s\S]{0,600}?\n    BullModule\.|BullModule\.forRoot\([^\n]{0,400}", text
    )


def _added_with_attempts(project: Project) -> bool:
    return any(
        "attempts" in project.code.text(p) and ".add(" in project.code.text(p)
        for p in project.code.holding("attempts", languages=JS)
    )


def _brokers(project: Project) -> Iterator[Fact]:
    for folder in project.terraform:
        for resource in folder.resources:
            if resource.type == "aws_sqs_queue" and not re.search(r"dlq|dead", resource.name, re.IGNORECASE):
                apart = any(r.type == "aws_sqs_queue_redrive_policy" for r in folder.resources)
                aside = apart or "redrive_policy" in resource.node
                yield (ok if aside else bad)(
                    f"queue {resource.name}: messages that fail again and again {'are put aside' if aside else 'come back until they expire, and are lost then'}.",
                    resource,
                )
    for call in calls(project, "consume", "basic_consume", "Consume", needles=("amqp", "pika", "rabbitmq")):
        text = project.code.text(call.path)
        # the answers of remote calls come through queues of one connection that end with it
        if ("amqp" in text or "pika" in text) and not re.search(r"(?i)rpc|reply_?to|exclusive\s*[:=]\s*true", text):
            kept = re.search(r"(?i)dead_?-?letter|x-dead", text)
            where = owner(project, call.path)
            yield (
                ok(f"{where}: messages that fail are put aside.", call)
                if kept
                else bad(
                    f"{where}: this queue has no dead-letter exchange; a message that cannot be handled is lost or comes back for ever.",
                    call,
                )
            )
