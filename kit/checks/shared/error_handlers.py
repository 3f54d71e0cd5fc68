"""Which functions of an Express application answer the errors that nobody expected, and which one it mounts."""

from __future__ import annotations

import re

from kit.checks.shared.judged import JS, mentions, runs
from kit.checks.shared.texts import at_offset
from kit.model import At
from kit.project import Project
from kit.system.model import Service
from kit.system.scope import within

_HANDLER = re.compile(r"(?i)error|exception|boom|sentry|errorhandler")
_INLINE = re.compile(
    r"\.use\(\s*(?:async\s+)?(?:function\s*\w*\s*)?\(\s*_?(?:err|error|e|ex|exception)\w*\s*(?::[^,]{1,60})?,[^,)]{1,80},[^,)]{1,80},[^,)]{1,80},?\s*\)"
)
_WRITTEN = re.compile(
    r"(?:function\s+|(?:const|let|var)\s+|exports\.)(\w+)\s*(?::\s*(?:express\.)?ErrorRequestHandler\b|(?:=\s*)?(?:async\s*)?(?:function\s*\w*\s*)?\(\s*_?(?:err|error|e|ex)\b\w*\s*(?::[^,]{1,60})?,[^,)]{1,80},[^,)]{1,80},[^,)]{1,80},?\s*\))"
)


def written_handlers(project: Project, service: Service) -> dict[str, At]:
    """The functions of a service that have the form of an Express error handler."""
    found: dict[str, At] = {}
    for path in project.code.holding("err", languages=JS):
        if within(path, service.root) and runs(path):
            text = project.code.text(path)
            for match in _WRITTEN.finditer(text) if len(text) < 200_000 else ():
                found.setdefault(match[1], at_offset(path, text, match.start()))
    return found


def mounted_handler(project: Project, service: Service, written: dict[str, At]) -> tuple[str, At] | None:
    """The error handler that a service's application mounts, empty its name where it has none."""
    for use in project.middleware:
        named = use.name.rsplit(".", 1)[-1] in written or _HANDLER.search(use.name)
        if within(use.at.path, service.root) and use.mounted is not False and named:
            return use.name, use.at
    names = "|".join(map(re.escape, written)) or "errorHandler"
    found = mentions(project, service, _INLINE.pattern, ".use(") or mentions(
        project,
        service,
        rf"\.use\([^)]*\b({names})\b|setErrorHandler|setupExpressErrorHandler|[eE]rrorHandler\(\w*[aA]pp\b",
        ".use(",
        "rrorHandler(",
    )
    return ("", found) if found is not None else None
