"""What others send, and the stores it ends up in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.security.common import flow
from kit.checks.security.flow import Flow, Hole
from kit.checks.security.java_types import is_typed_number
from kit.checks.shared.calls import JAVASCRIPT, Call, arguments, calls, runs, shown
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import node_at
from kit.sources.commands.command import word_set

_QUERIES = {
    "python": ("execute", "executemany", "executescript", "raw", "text", "read_sql", "read_sql_query", "exec_driver_sql", "fetch", "fetchrow", "fetchval", "query"),
    "javascript": ("query", "raw", "execute", "exec", "all", "get", "run", "$queryRawUnsafe", "$executeRawUnsafe", "unsafe", "whereRaw", "literal", "prepare"),
    "go": ("Query", "QueryRow", "Exec", "QueryContext", "QueryRowContext", "ExecContext", "Raw", "Queryx", "Get", "Select"),
    "java": ("createQuery", "createNativeQuery", "executeQuery", "executeUpdate", "execute", "prepareStatement", "query", "queryForObject", "queryForList", "update"),
}  # fmt: skip


_SQL = re.compile(
    r"\bSELECT\b[\s\S]{1,400}?\bFROM\b|\bINSERT\s+(?:\w+\s+)?INTO\b|\bUPDATE\s+\S+\s+SET\b|\bDELETE\s+FROM\b|\b(?:DROP|ALTER|CREATE)\s+(?:TABLE|USER|ROLE|DATABASE)\b",
    re.IGNORECASE,
)


_VALUE = re.compile(
    r"(?:=|<|>|\b(?:I?LIKE|IN|BETWEEN|ANY|VALUES|REGEXP|MATCH|AGAINST|INTERVAL))\s*\(?\s*$|\b(?:VALUES|IN)\s*\([^()]*,\s*$",
    re.IGNORECASE,
)


_MARKER = re.compile(r"[$:@]$")


_HARMLESS = re.compile(
    r"(?i)placeholder|\bmarks?\b|escape|\bquote|identifier|sanitiz|\bcols?\b|columns?\b|\btables?\b|table_?name|schema|\bcond(?:ition)?s?\b"
    r"|clause|\bwhere|db_?name\b|\bdatabase(?:_?name)?\b|order_?by|sort_?by|\.join\(|Prisma\.(?:join|sql|raw)|sql\.|\bsql\b|dialect|prefix|params\w*\.length"
    r"|\.map\(\s*(?:\(\)|_|\(_[^)]*\))\s*=>"
)


@check("SEC-006", "Queries take their values as parameters", Severity.HIGH, Clause.INVARIANTS, effort_hours=2)
def queries_take_parameters(project: Project) -> Iterator[Fact]:
    """
    A value that is written into a query's text can end the query and start another: whoever sends it reads the database.

    Decides: the text of queries in Python, JavaScript, Go and Java that is put together by `+`, `%`, `format` or a
    template: an expression where a value belongs, or one that a request decides anywhere in the text, does not hold.

    Fix: pass the value apart from the statement.
    - node: `db.query("SELECT * FROM users WHERE id = $1", [id])`.
    - python: `cursor.execute("SELECT * FROM users WHERE id = %s", [id])`.
    - go: `db.Query("SELECT * FROM users WHERE id = $1", id)`.
    - java: a `PreparedStatement` with `?`, or `:id` in a query.
    - dotnet: `FromSqlInterpolated($"SELECT * FROM users WHERE id = {id}")`.
    - php: `$pdo->prepare("SELECT * FROM users WHERE id = ?")->execute([$id])`.
    - ruby: `User.where("id = ?", id)`.

    Blind to: texts that are put together in another file than the one that runs them.

    See: https://cheatsheetseries.owasp.org/cheatsheets/SQL_Injection_Prevention_Cheat_Sheet.html
    """
    looked: list[Call] = []
    wrong = 0
    for call in _query_calls(project):
        text, holes = flow(project).holes(_text_of(call), call.path)
        if not _SQL.search(text.replace("\0", "x")):
            continue
        looked.append(call)
        fact = _query(flow(project), call, holes, shapes=_SHAPES.match(text) is not None)
        if fact is not None:
            wrong += 1
            yield fact
    if looked and not wrong:
        yield ok(
            f"Nothing that varies is written into the text of {plural(len(looked), 'query', 'queries')}.", looked[0]
        )


def _query_calls(project: Project) -> Iterator[Call]:
    for language, known in _QUERIES.items():
        languages = JAVASCRIPT if language == "javascript" else (language,)
        names = (*known, *sorted(_handing_on(project, languages) - set(known)))
        sieve = ("SELECT", "select ", "INSERT", "insert ", "UPDATE", "update ", "DELETE", "delete ")
        for call in calls(project, *names, languages=languages, needles=sieve):
            if call.args:
                yield call


_HANDS_ON = re.compile(
    r"^[ \t]*(?:export )?(?:async )?(?:def|function) (?P<name>\w+)\((?:self, )?(?P<text>\w+)[^)]{0,200}\)[^\n]*\n"
    r"(?:[ \t][^\n]*\n){0,8}?[^\n]*\.(?:execute|query|raw)\(\s*(?P=text)\b",
    re.MULTILINE,
)


def _handing_on(project: Project, languages: tuple[str, ...]) -> set[str]:
    """The project's own functions that run the text which they are given as a query."""
    found = (
        _HANDS_ON.finditer(project.code.text(path))
        for path in project.code.holding(".execute(", ".query(", ".raw(", languages=languages)
        if languages[0] in {"python", "javascript"}
    )
    return {match["name"] for matches in found for match in matches}


def _text_of(call: Call) -> SgNode:
    """The argument that holds the query: Go's calls with a context take it second."""
    second = len(call.args) > 1 and re.search(r"\b(?:Query|QueryRow|Exec|Prepare|Get|Select)Context$", call.callee)
    return call.args[1] if second else call.args[0]


_SHAPES = re.compile(r"\s*(?:CREATE|ALTER|DROP)\b", re.IGNORECASE)
"""Statements that change the shape of a store: they take no parameters, and their values are the program's own."""


def _query(values: Flow, call: Call, holes: list[Hole], *, shapes: bool) -> Fact | None:
    for hole in holes:
        if _MARKER.search(hole.before[-1:]) and not hole.before.endswith("::"):
            continue
        if values.is_number(hole.node, call.path) or values.is_constant(hole.node, call.path):
            continue
        if call.language == "java" and is_typed_number(values, hole.node, call.path):
            continue
        if _only_marks(values, hole, call.path):
            continue
        said = shown(hole.node)
        if values.tainted(hole.node, call.path):
            message = f"The query is put together with {said}, which a request decides."
            return bad(message, *_places(call, hole), severity=Severity.CRITICAL)
        quoted = hole.before.rstrip("%").endswith("'")
        if (quoted or _VALUE.search(hole.before[-80:])) and not _HARMLESS.search(said):
            message = f"The query holds the value of {said} as text: whatever reaches it can change the query."
            grave = Severity.HIGH if _is_given(values, hole, call.path) and not shapes else Severity.MEDIUM
            return bad(message, *_places(call, hole), severity=grave)
    return None


_BY_HAND = re.compile(
    r"(?i)(?:^|/)(?:migrations?|alembic|revisions|seeds?|commands|management|cli|maintenance|admin[-_]?scripts)/"
)
"""Folders of what people run by hand, over rows that are there already."""


def _is_command(text: str) -> bool:
    """Whether a program takes what it works with from whoever types its command."""
    return "ArgumentParser(" in text and re.search(r"__name__\s*==\s*['\"]__main__", text) is not None


_OPERATORS = frozenset({"self", "this", "cls", "config", "settings", "process", "os", "env"})
"""What holds the settings of whoever runs the program."""


_SETTINGS = re.compile(r"(?i)(?:cfg|conf|config|configuration|settings|env|environ)$")


def _is_given(values: Flow, hole: Hole, path: str) -> bool:
    """Whether the value is handed to the function that builds the query, so that a caller decides it; what comes from
    settings, from the database or from a loop over names does so less likely."""
    if _BY_HAND.search(path) or _is_command(values.code.text(path)):
        return False
    root = re.match(r"\w+", hole.node.text())
    if root is None or root[0] in _OPERATORS or _SETTINGS.match(root[0]):
        return False
    return _from_parameter(values, hole.node, path, 0)


def _from_parameter(values: Flow, node: SgNode, path: str, depth: int) -> bool:
    """Whether what stands first in an expression is a parameter, or is made from one."""
    first = next(_identifiers(node), None)
    if first is None or depth > 3 or first.text() in _OPERATORS:
        return False
    found = list(values.definitions(first, path))
    if not found:
        return not _is_looped(first)
    made = [d for d in found if d.node.kind() != "for_statement" and not _is_answer(d.value)]
    return any(d.value is None or _from_parameter(values, d.value, path, depth + 1) for d in made)


def _is_answer(value: SgNode | None) -> bool:
    """Whether a value is what a store or a file answered, not what it was asked with."""
    return value is not None and _ANSWERS.match(value.text()[:300]) is not None


_ANSWERS = re.compile(
    r"(?:await\s+)?[\w.$\[\]()]{1,120}\.(?:query|execute|fetch\w*|find\w*|select\w*|all|rows|scalars?|read\w*|load\w*|list\w*)\("
)


def _is_looped(name: SgNode) -> bool:
    """Whether a name takes its values from a loop around it: rows and lists that the program holds itself."""
    loops = (a for a in name.ancestors() if a.kind() in {"for_in_statement", "for_statement", "range_clause"})
    heads = (loop.field("left") for loop in loops)
    return any(head is not None and re.search(rf"\b{re.escape(name.text())}\b", head.text()) for head in heads)


def _identifiers(node: SgNode) -> Iterator[SgNode]:
    if node.kind() == "identifier":
        yield node
    for name in node.find_all(kind="identifier"):
        call = name.parent()
        function = call.field("function") if call is not None else None
        if function is None or function.range() != name.range():  # what is called is not what it is given
            yield name


_MARKS = re.compile(r"""(?:map\(\s*\(?\w*\)?\s*=>\s*["'`]\?["'`]\s*\)|fill\(\s*["'`]\?["'`]\s*\))\s*\.join\(""")
_NAMED_MARKS = re.compile(
    r"""\.join\(\s*[\[(]?\s*f?["'](?:[\w{}."]+\s*=\s*)?(?::\{\w+\}|%\(\{\w+\}\)s|%s|\?|\$\{\w+\})["']\s+for\b"""
)


def _only_marks(values: Flow, hole: Hole, path: str) -> bool:
    """True for a list of parameter marks: `ids.map(() => "?").join(",")`, `", ".join(f":{k}" for k in columns)`."""
    given = [definition.value for definition in values.definitions(hole.node, path)] or [hole.node]
    texts = [value.text() if value is not None else "" for value in given]
    return all(_MARKS.search(text[-200:]) or _NAMED_MARKS.search(text[:300]) for text in texts)


def _places(call: Call, hole: Hole) -> list[At]:
    """The line where the value goes into the text, and that of the call where it is another."""
    at = At(call.path, node_at(call.path, hole.node).line)
    return [at] if at.line == call.at.line else [at, call.at]


_WRITES = (
    "create",
    "update",
    "updateOne",
    "updateMany",
    "findByIdAndUpdate",
    "findOneAndUpdate",
    "insertOne",
    "insert",
    "build",
    "upsert",
    "save",
    "findOneAndReplace",
    "assign",
    "merge",
)


@check(
    "SEC-012",
    "What a request sends is not stored or searched as it is",
    Severity.MEDIUM,
    Clause.INVARIANTS,
    effort_hours=2,
)
def bodies_are_picked(project: Project) -> Iterator[Fact]:
    """
    A body that is written into the store whole sets fields that no form shows, `isAdmin` among them; one that is a search
    may hold operators in the place of values.

    Decides: `create`, `update` and their like that are given the request's body itself, `Model(**request.json)`, and
    MongoDB searches whose values a request decides, where nothing in the function validates it.

    Fix: parse the body with a schema and pass on the fields that are meant.

    Blind to: models that let only listed fields through, validation in a middleware.

    See: https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/
    """
    for call in calls(project, *_WRITES, languages=JAVASCRIPT, needles=(".body",)):
        whole = next((a for a in call.args if _is_whole_body(a)), None)
        if whole is not None and not _validated(call) and not re.match(r"^(?:Object\.assign|_\.\w+)$", call.callee):
            yield bad(f"{call.callee}({whole.text()[:30]}) stores whatever fields the client sends.", call)
    for call in calls(
        project,
        "find",
        "findOne",
        "updateOne",
        "deleteOne",
        "count",
        "countDocuments",
        languages=JAVASCRIPT,
        needles=("'mongodb'", '"mongodb"'),
    ):
        query = call.args[0] if call.args and "where:" not in call.args[0].text()[:200] else None
        sent = (
            re.search(r":\s*(?:req|request|ctx\.request)\.body\.\w+\s*[,}\n]", query.text()[:400])
            if query is not None
            else None
        )
        if sent and not _validated(call):
            yield bad(
                "The search takes values of the request as they are: an object in their place is an operator that matches anything.",
                call,
            )
    yield from _where(project)
    for call in calls(project, "create", "filter", "update", "get", languages=("python",), needles=("**request.",)):
        if re.search(r"\*\*request\.(?:json|get_json\(\)|form|data|POST|GET)", call.node.text()[:400]):
            yield bad(f"{call.callee} takes whatever fields the client sends.", call)


def _where(project: Project) -> Iterator[Fact]:
    """MongoDB's `$where` runs its text as code."""
    for path in project.code.holding("$where", languages=JAVASCRIPT):
        root = project.code.tree(path) if runs(path) else None
        for node in root.find_all(kind="pair", has={"field": "key", "regex": r"^['\"]?\$where['\"]?$"}) if root else ():
            value = node.field("value")
            _, holes = flow(project).holes(value, path) if value is not None else ("", [])
            if any(not flow(project).is_constant(h.node, path) for h in holes):
                yield bad(
                    "`$where` runs its text as code, and values are written into it.",
                    node_at(path, node),
                    severity=Severity.HIGH,
                )


def _is_whole_body(node: SgNode) -> bool:
    return (
        re.fullmatch(
            r"(?:req|request|ctx\.request)\.body|\{\s*(?:data:\s*)?(?:\.\.\.)?(?:req|request)\.body\s*,?\s*\}|\{\s*\$set:\s*req\.body\s*\}",
            node.text()[:80],
        )
        is not None
    )


_FUNCTIONS = word_set("arrow_function function_expression function_declaration method_definition")
_VALIDATES = re.compile(r"(?i)valid|\.parse\(|safeParse|schema|sanitiz|\bpick\(|joi\b|celebrate|\bzod\b|\bdto\b")


def _validated(call: Call) -> bool:
    """Whether the function validates, or something that stands before it on its route does."""
    above = list(call.node.ancestors())
    holder = next((a for a in above if a.kind() in _FUNCTIONS), None)
    route = next((a for a in above if a.kind() == "call_expression" and holder is not None and _holds(a, holder)), None)
    before = [a.text()[:300] for a in arguments(route) if a.kind() not in _FUNCTIONS] if route is not None else []
    return _VALIDATES.search("\n".join([holder.text()[:4000] if holder is not None else "", *before])) is not None


def _holds(call: SgNode, function: SgNode) -> bool:
    """Whether the function is an argument of the call: a handler of its route."""
    return any(a.range() == function.range() for a in arguments(call))
