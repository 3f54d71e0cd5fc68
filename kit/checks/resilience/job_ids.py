"""Are the ids that code gives to jobs ones that BullMQ takes? (taskforcesh/bullmq#3384)"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.shared.calls import calls
from kit.checks.shared.judged import JS, owner
from kit.model import At, Fact, bad
from kit.project import Project
from kit.sources.code.index import node_at
from kit.sources.code.js_module import FUNCTIONS, arguments, pair, unwrap
from kit.system.scope import within

_SINCE = (5, 58, 7)
"""The first release that refuses ids with colons; with exactly two of them they pass for those of repeated jobs."""


def refused_ids(project: Project) -> Iterator[Fact]:
    """Jobs that are added under an id with colons: `add` throws, and the job is never queued."""
    told: set[At] = set()
    for call in calls(project, "add", languages=JS, needles=("jobId",)):
        given = arguments(call.node)
        node = pair(unwrap(given[-1]), "jobId") if len(given) > 1 else None
        made = _made(node, call.node) if node is not None else None
        if made is None or not _refuses(project, call.path):
            continue
        at = node_at(call.path, made)
        if at not in told:
            told.add(at)
            words = f"the id {made.text()[:60]} holds a colon, which BullMQ refuses: the job is never queued"
            yield bad(f"{owner(project, call.path)}: {words}.", at, call, fix="Join the parts of the id with a dash.")


def _made(node: SgNode, call: SgNode) -> SgNode | None:
    """The literal of an id with one colon, or more than two; that of a variable of the same function, too."""
    node = unwrap(node)
    if node.kind() in {"identifier", "shorthand_property_identifier"}:
        around = next((n for n in call.ancestors() if n.kind() in FUNCTIONS), None)
        where = {"kind": "variable_declarator", "has": {"field": "name", "regex": f"^{re.escape(node.text())}$"}}
        found = list(around.find_all(**where)) if around is not None else []
        value = found[0].field("value") if len(found) == 1 else None
        node = unwrap(value) if value is not None else node
    if node.kind() not in {"string", "template_string"}:
        return None
    colons = re.sub(r"\$\{[^{}]*\}", "", node.text()).count(":")
    return node if colons and colons != 2 else None


def _refuses(project: Project, path: str) -> bool:
    """Whether the BullMQ that the file's package installs is one that refuses such ids."""
    holders = sorted((p for p in project.packages if within(path, p.dir)), key=lambda p: -len(p.dir))
    for package in holders:
        asked = package.depends_on("bullmq")
        if asked is not None:
            held = package.lockfile.packages.get(asked.name, ()) if package.lockfile is not None else ()
            versions = [_numbers(v) for v in held] or [_numbers(asked.spec or "")]
            grows = not held and (asked.spec or "").startswith(("^", ">", "latest", "*"))
            return any(v >= _SINCE or (grows and v[:1] >= _SINCE[:1]) for v in versions)
    return False


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", version)[:3])
