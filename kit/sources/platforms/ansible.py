"""Playbooks and roles of Ansible: what they do to which machines, task by task."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.model import At
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Node
from kit.sources.tree.files import FileIndex

_KEYWORDS = frozenset({
    "action", "any_errors_fatal", "args", "async", "become", "become_exe", "become_flags", "become_method",
    "become_user", "changed_when", "check_mode", "collections", "connection", "debugger", "delay",
    "delegate_facts", "delegate_to", "diff", "environment", "failed_when", "ignore_errors",
    "ignore_unreachable", "listen", "local_action", "loop", "loop_control", "module_defaults", "name", "no_log",
    "notify", "poll", "port", "register", "remote_user", "retries", "run_once", "tags", "throttle", "timeout",
    "until", "vars", "when", "block", "rescue", "always",
})  # fmt: skip
_LISTS = ("tasks", "pre_tasks", "post_tasks", "handlers")
_BLOCKS = ("block", "rescue", "always")
_OF_ROLE = re.compile(r"(?:^|/)(?:tasks|handlers)/[^/]+\.ya?ml$")
_DEEPEST = 8


@dataclass(frozen=True, eq=False)
class Task:
    """One task. `module` is its short name ("systemd" for ansible.builtin.systemd), `args` what the module is given: a
    mapping, or the text of the short form."""

    name: str
    module: str
    args: Node
    node: Node

    @property
    def at(self) -> At:
        return self.node.at

    def text(self, key: str) -> str:
        """An argument as text; empty where it is not given."""
        found = self.args.get(key) if self.args.is_map else None
        if found is not None:
            return found.text
        short = re.search(
            rf"(?:^|\s){re.escape(key)}=(\"[^\"]*\"|'[^']*'|\S+)", "" if self.args.is_map else self.args.text
        )
        return short[1].strip("\"'") if short else ""


def find(files: FileIndex, documents: Documents) -> tuple[Task, ...]:
    """The tasks of all playbooks and roles, in the order of their files."""
    found: list[Task] = []
    for path in files.glob("*.yml", "*.yaml"):
        of_role = _OF_ROLE.search(path) is not None
        if not of_role and "hosts:" not in files.text(path):
            continue
        root = documents.get(path).root
        if not root.is_list:
            continue
        if of_role:
            found.extend(_tasks(root, 0))
        else:
            plays = [play for play in root.children() if play.is_map and "hosts" in play]
            found.extend(t for play in plays for key in _LISTS for t in _tasks(play.get(key), 0))
    return tuple(found)


def _tasks(listed: Node | None, depth: int) -> Iterator[Task]:
    if listed is None or not listed.is_list or depth > _DEEPEST:
        return
    for node in listed.children():
        if not node.is_map:
            continue
        for key in _BLOCKS:
            yield from _tasks(node.get(key), depth + 1)
        name = node.get("name")
        for key, args in node.items():
            if key not in _KEYWORDS and not key.startswith("with_"):
                yield Task(name.text if name is not None else key, key.rpartition(".")[2], args, node)
