"""Does a process go on after an error that nothing caught?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.resilience.logs import only_logs
from kit.checks.shared.judged import JS, owner, runs
from kit.model import Fact, bad, ok
from kit.project import Project
from kit.sources.code.js_module import FUNCTIONS, arguments


def going_on(project: Project) -> Iterator[Fact]:
    """Handlers of `uncaughtException`: Node calls them last, and what runs on after them is in no known state."""
    for match in project.code.find(kind="call_expression", languages=JS, needles=("uncaughtException",)):
        function, given = match.node.field("function"), arguments(match.node)
        if function is None or function.text() not in {"process.on", "process.once"} or len(given) != 2:
            continue
        if given[0].text().strip("'\"`") != "uncaughtException" or not runs(match.path):
            continue
        body = given[1].field("body") if given[1].kind() in FUNCTIONS else None
        if body is None:
            continue
        name = owner(project, match.path)
        if only_logs(body):
            words = "an error that nothing caught is logged and the process goes on, in a state that nobody knows"
            yield bad(f"{name}: {words}; nothing restarts it.", match)
        else:
            yield ok(f"{name}: the process does not merely log an error that nothing caught.", match)
