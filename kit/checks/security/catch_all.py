"""Handlers of the errors that nobody expected, which answer with the error's own words.

Those words are meant for whoever reads the log: they name tables, columns, hosts and paths. What a project raises by names
of its own is written for callers, and handlers of that are left alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.shared.calls import JAVASCRIPT, runs
from kit.model import At
from kit.project import Project
from kit.sources.code.index import node_at

_ANY = r"(?:java\.lang\.)?(?:Exception|Throwable|RuntimeException)"
_CATCHES = re.compile(
    rf"@ExceptionHandler\b(?:\s*\(\s*(?:value\s*=\s*)?[\[{{]?\s*{_ANY}(?:\.|::)class\s*[\]}}]?\s*\)|(?!\s*\())"
)
_CAUGHT = re.compile(rf"\b(?:final\s+)?{_ANY}\s+(\w{{1,40}})\s*[,)]|\b(\w{{1,40}})\s*:\s*{_ANY}\s*[,)]")
_OF_LOGS = re.compile(
    r"^\s*(?:this\.)?(?:\w*[lL]og(?:ger)?|LOG(?:GER)?|System\.(?:out|err)|console|span|Sentry|Span|metrics?|counter|\w*[aA]lert\w*|\w*[nN]otif\w*)\b"
)
_CONDITION = re.compile(r"\b(?:if|when|while|switch)\s*\((?:[^()]|\((?:[^()]|\([^()]{0,80}\)){0,120}\)){0,300}\)")
_MODE = re.compile(
    r"(?i)profile|is_?dev|debug|develop|environment|\benv\b|is_?prod|production|NODE_ENV|verbose|showdetail"
)
_TOLD_APART = re.compile(
    r"\binstanceof\b|\bis \w+Exception|\bisinstance\(|\.name\s*===?|\bexpose\b|[iI]sOperational|[<>=!]==?\s*500\b|[<>]\s*500\b"
)
_ERROR = r"_?(?:err|error|e|ex|exception)"
_MIDDLEWARE = re.compile(rf"\(\s*{_ERROR}\b\s*(?::[^,()]{{1,60}})?,[^,()]{{1,80}},[^,()]{{1,80}},[^,()]{{1,80}},?\s*\)")
_FUNCTIONS = ("arrow_function", "function_declaration", "function_expression", "method_definition")


def shown_messages(project: Project) -> Iterator[tuple[str, At]]:
    """What each handler that takes every error answers of its message, in words, and where."""
    yield from _of_spring(project)
    yield from _of_python(project)
    yield from _of_express(project)
    yield from _of_dotnet(project)


def _of_spring(project: Project) -> Iterator[tuple[str, At]]:
    for path in project.code.holding("@ExceptionHandler", languages=("java", "kotlin")):
        root = project.code.tree(path) if runs(path) else None
        kind = "method_declaration" if path.endswith(".java") else "function_declaration"
        for method in root.find_all(kind=kind) if root is not None else ():
            text = method.text()
            caught = _CATCHES.search(text)
            if caught is None:
                continue
            signed = text[caught.end() :]
            head, _, body = signed.partition("{" if "{" in signed else "=")
            named = _CAUGHT.search(head)
            name = (named[1] or named[2]) if named is not None else None
            told = rf"\b{name}\.(?:getMessage\(|toString\(|getLocalizedMessage\(|message\b|localizedMessage\b)"
            offset = _answered(body, told) if name else None
            if offset is not None:
                line = node_at(path, method).line or 1
                line += text.count("\n", 0, len(text) - len(body) + offset)
                yield f"The handler of every error answers with {name}'s own message", At(path, line, line)


def _answered(body: str, told: str) -> int | None:
    """Where a body puts what `told` matches into something else than a log; None where it does not, or decides about it."""
    if _MODE.search(_without_text(body)) or _TOLD_APART.search(body):
        return None
    # What stands between quotes ends no statement.
    body = re.sub(r"\"[^\"\n]*\"", lambda m: re.sub(r"[;{}]", " ", m[0]), body)
    wanted, start = re.compile(told), 0
    for part in re.split(r"(?<=[;{}])", body):
        statement = _CONDITION.sub(lambda m: " " * len(m[0]), part)
        found = wanted.search(statement)
        if found is not None and not _OF_LOGS.search(statement):
            made = re.match(r"\s*(?:final\s+)?(?:var|val|let|const|String)\s+(\w{1,60})\b[^=\n]{0,40}=(?!=)", statement)
            rest = body[start + len(part) :]
            if made is None or _is_used(rest, made[1]):
                return start + found.start()
        start += len(part)
    return None


def _is_used(rest: str, name: str) -> bool:
    """Whether what comes after a variable hands it on to something else than a log."""
    mention = re.compile(rf"\b{re.escape(name)}\b")
    parts = (_CONDITION.sub("", part) for part in re.split(r"(?<=[;{}])", rest))
    return any(mention.search(part) and not _OF_LOGS.search(part) for part in parts)


def _without_text(body: str) -> str:
    return re.sub(r"\"[^\"\n]*\"", '""', body)


def _of_python(project: Project) -> Iterator[tuple[str, At]]:
    for path in project.code.holding("exception_handler(", "errorhandler(", languages=("python",)):
        module = project.code.python(path) if runs(path) else None
        added = {name for node in ast.walk(module) for name in _added(node)} if module is not None else set()
        for node in ast.walk(module) if module is not None else ():
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.args.args:
                continue
            if node.name in added or any(_takes_all(d) for d in node.decorator_list):
                line = _shown(node, node.args.args[-1].arg)
                if line is not None:
                    yield "The handler of every error answers with the error's own message", At(path, line, line)


def _takes_all(decorator: ast.expr) -> bool:
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute) or not decorator.args:
        return False
    takes = decorator.func.attr in {"exception_handler", "errorhandler", "app_errorhandler"}
    return takes and ast.unparse(decorator.args[0]) in {"Exception", "BaseException"}


def _added(node: ast.AST) -> Iterator[str]:
    """The function that a call of `add_exception_handler(Exception, ...)` adds."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) > 1:
        given = node.args[1]
        if node.func.attr == "add_exception_handler" and ast.unparse(node.args[0]) in {"Exception", "BaseException"}:
            yield given.id if isinstance(given, ast.Name) else ""


def _shown(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> int | None:
    """The line of an answer that holds the text of the error; None where the mode or the kind of error decides."""
    code = ast.unparse(function)
    if _MODE.search(re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "''", code)) or _TOLD_APART.search(code):
        return None
    made = [n for n in ast.walk(function) if isinstance(n, ast.Assign) and _holds(n.value, name, set())]
    names = {t.id for n in made for t in n.targets if isinstance(t, ast.Name)}
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            shown = _holds(node.value, name, names)
            if shown is not None:
                return shown
    return None


def _holds(value: ast.expr, name: str, names: set[str]) -> int | None:
    """The line where an expression holds the error as text, or a name that does."""
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"str", "repr"}:
            if any(isinstance(a, ast.Name) and a.id == name for a in node.args):
                return node.lineno
        elif isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Name) and node.value.id == name:
            return value.lineno
        elif isinstance(node, ast.Name) and node.id in names:
            return node.lineno
    return None


def _of_express(project: Project) -> Iterator[tuple[str, At]]:
    for path in project.code.holding(".message", languages=JAVASCRIPT):
        root = project.code.tree(path) if runs(path) and _MIDDLEWARE.search(project.code.text(path)) else None
        for kind in _FUNCTIONS if root is not None else ():
            for function in root.find_all(kind=kind) if root is not None else ():
                offset = _of_middleware(function)
                if offset is not None:
                    line = (node_at(path, function).line or 1) + offset
                    yield "The error handler answers status 500 with the error's own message", At(path, line, line)


def _of_middleware(function: SgNode) -> int | None:
    """How many lines into an error handler an answer of 500 holds the message of the error."""
    parameters, block = function.field("parameters"), function.field("body")
    head = _MIDDLEWARE.fullmatch(parameters.text().strip()) if parameters is not None else None
    if head is None or block is None or parameters is None:
        return None
    names = re.findall(r"[(,]\s*(\w+)", head[0])
    body, response = block.text(), names[2]
    if _MODE.search(body) or _TOLD_APART.search(body):
        return None
    error = rf"\b{re.escape(names[0])}\.message\b"
    made = re.findall(rf"\b(?:const|let|var)\s+(\w{{1,60}})\s*=\s*[^;\n?]{{0,80}}{error}[^;\n?]{{0,80}}(?=[;\n])", body)
    words = "|".join([error, *(rf"\b{name}\b(?!\s*:(?!:))" for name in made)])
    answer = re.compile(
        rf"\b{re.escape(response)}\s*\.(?:status|code)\(([^()]{{0,120}})\)\s*\.(?:json|send|end)\((?:[^;]{{0,300}}?)({words})"
    )
    for found in answer.finditer(body):
        if _is_500(found[1], body) and "?" not in found[0][len(found[1]) :].replace("?.", "").replace("??", ""):
            start = str(function.text()).rfind(body)
            before = str(function.text())
            return before.count("\n", 0, start + found.start(2))
    return None


def _is_500(status: str, body: str) -> bool:
    """Whether a status is 500, or that for want of another."""
    if "500" in status or "INTERNAL_SERVER_ERROR" in status:
        return True
    name = re.escape(status.strip())
    return (
        bool(name)
        and re.search(rf"{name}\s*(?::\s*number\s*)?=(?!=)[^;\n]{{0,120}}(?:\b500\b|INTERNAL_SERVER)", body) is not None
    )


def _of_dotnet(project: Project) -> Iterator[tuple[str, At]]:
    for path in project.code.holding("UseDeveloperExceptionPage", languages=("csharp",)):
        root = project.code.tree(path) if runs(path) else None
        called = r"\.UseDeveloperExceptionPage$"
        found = {"kind": "invocation_expression", "has": {"field": "function", "regex": called}}
        for call in root.find_all(**found) if root is not None else ():
            above = "".join(a.text() for a in call.ancestors() if a.kind() == "if_statement")
            lines = project.files.lines(path)[max(0, (node_at(path, call).line or 1) - 4) : node_at(path, call).line]
            if not re.search(r"(?i)develop|is_?dev|debug|local", above) and not any("#if" in one for one in lines):
                yield "UseDeveloperExceptionPage shows the stack to whoever causes an error", node_at(path, call)
