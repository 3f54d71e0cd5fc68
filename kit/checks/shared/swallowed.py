"""What keeps the failure of a pipeline's command from being seen."""

from __future__ import annotations

import re

from kit.model import Located
from kit.sources.commands.command import Command
from kit.sources.commands.wrappers import base_name
from kit.sources.pipelines.model import Job, Step
from kit.system.pipeline_acts import Act

_NEVER = re.compile(r"^\s*(?:\$\{\{\s*)?(?:false|0|'false')\s*(?:\}\})?\s*$")
_TOLERANT = re.compile(
    r"(?:^|\s)--(?:exit-zero|exit-code[= ]0|no-fail|soft-fail|no-error-on-unmatched-pattern-only)(?:\s|$)"
)


def is_off(job: Job) -> bool:
    """Whether a condition keeps a job from ever running."""
    return bool(job.condition) and _NEVER.match(job.condition or "") is not None


def swallowed(job: Job, act: Act) -> tuple[str, tuple[Located, ...]] | None:
    """What keeps the failure from being seen, and where; None where nothing does."""
    if is_off(job):
        return "the job never runs (`if: false`)", (job.node.get("if") or job,)
    if act.step.condition and _NEVER.match(act.step.condition):
        return "the step never runs (`if: false`)", (act.step.node.get("if") or act.step,)
    if job.continue_on_error and not job.manual:
        place = job.node.get("continue-on-error") or job.node.get("allow_failure") or job
        return "a failure of the job is ignored", (place,)
    if act.step.continue_on_error and not _read_later(job, act.step):
        return "a failure of the step is ignored", (act.step.node.get("continue-on-error") or act.step,)
    for command in act.reached.chain if act.reached is not None else ():
        why = _guard(command, act)
        if why is not None:
            return why, tuple(dict.fromkeys((command.at, *act.places)))
    return _tolerant_action(job, act)


def _read_later(job: Job, step: Step) -> bool:
    """Whether something in the job reads the step's outcome."""
    own = step.node.get("id")
    if own is None:
        return False
    asked = re.compile(rf"steps\.{re.escape(own.text)}\.(?:outcome|outputs)|steps\['{re.escape(own.text)}'\]")
    return any(asked.search(node.text) for node in job.node.strings())


def _guard(command: Command, act: Act) -> str | None:
    last = act.reached is not None and command is act.reached.command
    if command.substituted or command.guard in {"if", "while", "until"} or command.guard.startswith("|| ("):
        return None
    if command.guarded:
        return f"`{command.guard}` swallows the failure" if command.guard != "-" else "make's `-` swallows the failure"
    if command.piped and last:
        return "its status is lost in a pipe without `pipefail`"
    if last and _TOLERANT.search(" ".join(command.args)):
        return "it is told to report success whatever it finds"
    if command.background and base_name(command.program) != "wait" and not _status_kept(act):
        return "it runs in the background, where nobody reads its status"
    return None


_KEPT = re.compile(r"\$\?[^\n]*\n(?:[^\n]*\n){1,80}?[^\n]*\bexit[ \t]+[1-9$]")


def _status_kept(act: Act) -> bool:
    """Whether the step writes down how its commands ended, and ends by what it reads of it."""
    return _KEPT.search(act.step.run or "") is not None


def _tolerant_action(job: Job, act: Act) -> tuple[str, tuple[Located, ...]] | None:
    """Scanners that report only, as they do by default."""
    step = act.step
    if act.reached is not None or step.uses is None or step.inputs is None:
        return None
    code = step.inputs.get("exit-code")
    if any("upload-sarif" in (other.uses or "") for other in job.steps):
        return None
    if "trivy-action" in step.uses and (code is None or code.text == "0"):
        return "trivy-action reports only, unless `exit-code` is set", (code or step,)
    fails = step.inputs.get("fail-build")
    if "anchore/scan" in step.uses and fails is not None and fails.text == "false":
        return "`fail-build` is off", (fails,)
    return None
