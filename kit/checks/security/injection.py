"""What others send, and where it ends up: in queries, commands, addresses, files and objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ast_grep_py import SgNode

from kit.checks.security.calls import JAVASCRIPT, Call, calls, is_text, runs, text_value, unwrap
from kit.checks.security.common import flow, plural
from kit.checks.security.flow import Flow, Hole
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.code import node_at

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
    r"(?i)placeholder|\bmarks?\b|escape|quote|identifier|sanitiz|columns?|fields?\b|\btable|schema|\bcond|clause|where|order|sort|direction|"
    r"\.join\(|Prisma\.(?:join|sql|raw)|sql\.|\bsql\b|dialect|prefix|_name$|Name$|\.name$|params\w*\.length|\bdtype|\bindex|tableName|interval|"
    r"\.map\(\s*(?:\(\)|_|\(_[^)]*\))\s*=>"
)


@check("SEC-006", "Queries take their values as parameters", Severity.HIGH, Clause.INVARIANTS, effort_hours=2)
def queries_take_parameters(project: Project) -> Iterator[Fact]:
    """
    A value that is written into a query's text can end the query and start another: whoever sends it reads the database.

    Decides: the text of queries in Python, JavaScript, Go and Java that is put together by `+`, `%`, `format` or a
    template: an expression where a value belongs, or one that a request decides anywhere in the text, does not hold.

    Fix: pass the value apart: `db.query("SELECT * FROM users WHERE id = $1", [id])`.

    Blind to: texts that are put together in another file than the one that runs them.

    See: https://cheatsheetseries.owasp.org/cheatsheets/SQL_Injection_Prevention_Cheat_Sheet.html
    """
    looked: list[Call] = []
    wrong = 0
    for call in _query_calls(project):
        text, holes = flow(project).holes(call.args[0], call.path)
        if not _SQL.search(text.replace("\0", "x")):
            continue
        looked.append(call)
        fact = _query(flow(project), call, holes)
        if fact is not None:
            wrong += 1
            yield fact
    if looked and not wrong:
        yield ok(
            f"Nothing that varies is written into the text of {plural(len(looked), 'query', 'queries')}.", looked[0]
        )


def _query_calls(project: Project) -> Iterator[Call]:
    for language, names in _QUERIES.items():
        languages = JAVASCRIPT if language == "javascript" else (language,)
        sieve = ("SELECT", "select ", "INSERT", "insert ", "UPDATE", "update ", "DELETE", "delete ")
        for call in calls(project, *names, languages=languages, needles=sieve):
            if call.args:
                yield call


def _query(values: Flow, call: Call, holes: list[Hole]) -> Fact | None:
    for hole in holes:
        if _MARKER.search(hole.before[-1:]) and not hole.before.endswith("::"):
            continue
        if values.is_number(hole.node, call.path) or values.is_constant(hole.node, call.path):
            continue
        shown = _shown(hole.node)
        if values.tainted(hole.node, call.path):
            return bad(
                f"The query is put together with {shown}, which a request decides.", call, severity=Severity.CRITICAL
            )
        quoted = hole.before.rstrip("%").endswith("'")
        if (quoted or _VALUE.search(hole.before[-80:])) and not _HARMLESS.search(shown):
            return bad(f"The query holds the value of {shown} as text: whatever reaches it can change the query.", call)
    return None


def _shown(node: SgNode) -> str:
    return re.sub(r"\s+", " ", node.text())[:60]


_SHELLS = re.compile(
    r"(?:^|\.)(?:os\.system|os\.popen|subprocess\.(?:run|call|Popen|check_output|check_call|getoutput)|system|popen)$"
)
_CHILD = re.compile(
    r"^(?:child_?[pP]rocess|cp|childProcess|execa)\.(?:exec|execSync|command|commandSync)$|^(?:exec|execSync|execAsync|execPromise|promisedExec|asyncExec)$"
)


@check(
    "SEC-007", "No command and no code is made of what others send", Severity.HIGH, Clause.INVARIANTS, effort_hours=3
)
def nothing_is_executed(project: Project) -> Iterator[Fact]:
    """
    A shell or an interpreter that is handed text with somebody's input in it runs that input.

    Decides: shell commands (`exec`, `os.system`, `subprocess` with `shell=True`, `sh -c`) and `eval`, `new Function`, `exec`
    of what is no constant; one that a request decides is gravest. Build scripts and tools are left out.

    Fix: run the program with a list of arguments and no shell: `execFile("convert", [input, output])`.

    Blind to: programs that themselves run what they are given.

    See: https://cheatsheetseries.owasp.org/cheatsheets/OS_Command_Injection_Defense_Cheat_Sheet.html
    """
    values = flow(project)
    for call, node, what in (*_shell_calls(project), *_evaluations(project)):
        if is_text(unwrap(node)) or values.is_constant(node, call.path):
            continue
        _, holes = values.holes(node, call.path)
        if holes and all(values.is_constant(h.node, call.path) for h in holes):
            continue
        if values.tainted(node, call.path):
            yield bad(
                f"{what} is handed what a request sends: whoever sends it runs commands on the server.",
                call,
                severity=Severity.CRITICAL,
            )
        else:
            yield bad(
                f"{what} is handed text that is made at run time ({_shown(node)}).", call, severity=Severity.MEDIUM
            )


def _shell_calls(project: Project) -> Iterator[tuple[Call, SgNode, str]]:
    for call in calls(
        project,
        "system",
        "popen",
        "run",
        "call",
        "Popen",
        "check_output",
        "check_call",
        "getoutput",
        languages=("python",),
        needles=("subprocess", "os.system", "os.popen"),
    ):
        shell = call.option("shell")
        if (
            call.args
            and _SHELLS.search(call.callee)
            and (
                (shell is not None and shell.text() == "True")
                or call.callee in {"os.system", "os.popen", "subprocess.getoutput"}
            )
        ):
            yield call, call.args[0], "A shell"
    for call in calls(
        project,
        "exec",
        "execSync",
        "command",
        "commandSync",
        "execAsync",
        "execPromise",
        languages=JAVASCRIPT,
        needles=("child_process", "execa"),
    ):
        if call.args and _CHILD.search(call.callee):
            yield call, call.args[0], "A shell"
    for call in calls(project, "Command", "CommandContext", languages=("go",), needles=("os/exec",)):
        given = [text_value(a) for a in call.args]
        if "-c" in given and given.index("-c") + 1 < len(call.args) and call.callee.startswith("exec."):
            yield call, call.args[given.index("-c") + 1], "A shell"
    for call in calls(project, "exec", languages=("java",), needles=("getRuntime",)):
        if call.args and "getRuntime" in call.callee:
            yield call, call.args[0], "A command"


def _evaluations(project: Project) -> Iterator[tuple[Call, SgNode, str]]:
    for call in calls(project, "eval", "exec", languages=("python",), needles=("eval(", "exec(")):
        if call.args and call.callee in {"eval", "exec"}:
            yield call, call.args[0], f"`{call.callee}`"
    for call in calls(project, "eval", "runInNewContext", "runInThisContext", "runInContext", languages=JAVASCRIPT):
        if call.args and (call.callee in {"eval", "window.eval", "globalThis.eval"} or call.callee.startswith("vm.")):
            yield call, call.args[0], f"`{call.name}`"
    for call in calls(project, "Function", languages=JAVASCRIPT, needles=("new Function(",), new=True):
        if call.args:
            yield call, call.args[-1], "`new Function`"


_REQUESTS = (
    "fetch",
    "get",
    "post",
    "put",
    "request",
    "head",
    "patch",
    "urlopen",
    "axios",
    "got",
    "Get",
    "Post",
    "getForObject",
    "getForEntity",
)
_CLIENT = re.compile(
    r"^(?:await)?(?:fetch|axios|got|needle|superagent|request|requests|httpx|urllib\.request|urllib2|http|https|http\.DefaultClient|restTemplate|this\.http(?:Service)?)(?:\.\w+)?$|\burlopen$"
)
_FILES = (
    "sendFile",
    "readFile",
    "readFileSync",
    "createReadStream",
    "send_file",
    "FileResponse",
    "open",
    "ServeFile",
    "ReadFile",
    "unlink",
    "unlinkSync",
    "download",
)


@check("SEC-021", "No address and no path is taken from a request", Severity.HIGH, Clause.INVARIANTS, effort_hours=3)
def addresses_are_ours(project: Project) -> Iterator[Fact]:
    """
    A server that fetches the address a client names reaches what only the server can reach; one that opens the file a
    client names hands out its own; one that redirects where a client says lends its name to others.

    Decides: addresses of outbound requests, paths of files and targets of redirects whose beginning a request decides,
    where nothing in between looks at them.

    Fix: choose from a list of known hosts, join to a fixed folder and check that the result stays in it.

    Blind to: values that pass through a database or another function first.

    See: https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/
    """
    values = flow(project)
    for call in calls(
        project,
        *_REQUESTS,
        needles=(
            "fetch(",
            "axios",
            "got",
            "requests.",
            "httpx",
            "urlopen",
            "http.Get",
            "http.Post",
            "request(",
            "needle",
        ),
    ):
        if call.args and _CLIENT.search(call.callee) and _leads(values, call, call.args[0], r"://[^/\0]+[/?]"):
            yield bad(
                "The server requests the address that a client names: it reaches what only the server can reach.", call
            )
    for call in calls(project, "redirect", "Redirect", "HttpResponseRedirect", "RedirectResponse", "sendRedirect"):
        index = (
            1
            if call.args[1:] and call.args[0].kind() in {"number", "integer"}
            else 2
            if call.callee == "http.Redirect" and len(call.args) > 2
            else 0
        )
        if (
            len(call.args) > index
            and not call.callee.startswith(("NextResponse.", "Response."))
            and _leads(values, call, call.args[index], r"^/[^/\\]|://[^/\0]+[/?]")
        ):
            yield bad("Visitors are sent on to wherever the request says.", call, severity=Severity.MEDIUM)
    for call in calls(project, *_FILES):
        if call.args and _is_file_call(call) and _leads_file(values, call):
            yield bad("The file that is opened is the one that the request names; `../` leads out of the folder.", call)


def _leads(values: Flow, call: Call, node: SgNode, fixed: str) -> bool:
    """Whether a request decides the beginning of the text, before anything `fixed` stands."""
    text, holes = values.holes(node, call.path)
    first = holes[0] if holes else None
    if first is None or re.search(fixed, first.before) or first.before not in {"", "http://", "https://", "//"}:
        return False
    return values.tainted(first.node, call.path) and not _checked(call, first.node)


def _checked(call: Call, node: SgNode) -> bool:
    """Whether the function looks at the value in a condition, or in a call that says so, before it is used."""
    name = re.escape(re.split(r"[.\[(]", node.text())[-1].strip("]) '\"")[:60] or node.text()[:40])
    holder = next(
        (
            a
            for a in call.node.ancestors()
            if a.kind()
            in {
                "function_definition",
                "arrow_function",
                "function_expression",
                "function_declaration",
                "method_definition",
                "method_declaration",
                "func_literal",
            }
        ),
        None,
    )
    if holder is None:
        return False
    before = holder.text()[: max(0, call.node.range().start.index - holder.range().start.index)][-4000:]
    return (
        re.search(
            rf"(?i)(?:if\s*\(?[^\n]{{0,120}}{name}|(?:allow|valid|safe|whitelist|sanit|check|verify|isLocal|trusted)\w*\([^\n]{{0,80}}{name}|{name}[^\n]{{0,40}}\.(?:startsWith|includes|startswith|match|test))",
            before,
        )
        is not None
    )


def _is_file_call(call: Call) -> bool:
    if call.name in {"open"}:
        return call.language == "python" and call.callee == "open"
    if call.name == "download":
        return call.callee in {"res.download", "response.download"}
    if call.name in {"sendFile", "ServeFile", "ReadFile", "send_file", "FileResponse"}:
        return call.name != "sendFile" or not _rooted(call)
    return call.callee.startswith(("fs.", "fsp.", "fs.promises.")) or call.callee == call.name


def _rooted(call: Call) -> bool:
    """`sendFile(name, { root })` stays in the root by itself."""
    return call.option("root") is not None


def _leads_file(values: Flow, call: Call) -> bool:
    node = unwrap(call.args[2] if call.name == "ServeFile" and len(call.args) > 2 else call.args[0])
    if not values.tainted(node, call.path):
        return False
    text = call.node.text()[:600] + node.text()[:200]
    return re.search(
        r"basename|path\.parse|secure_filename|filepath\.Base|sanitize|\.name\b.*file", text
    ) is None and not _checked(call, _last_name(node))


def _last_name(node: SgNode) -> SgNode:
    names = [c for c in node.children() if c.is_named()]
    return (
        _last_name(names[-1])
        if names and node.kind() not in {"identifier", "member_expression", "attribute", "subscript"}
        else node
    )


_LOADERS: tuple[tuple[str, tuple[str, ...], tuple[str, ...], Callable[[Call], bool], str], ...] = (
    ("python", ("loads", "load", "Unpickler"), ("pickle", "cPickle", "dill", "shelve"), lambda c: c.callee.split(".")[0] in {"pickle", "cPickle", "dill", "_pickle"}, "pickle runs whatever the data tells it to"),
    ("python", ("load", "load_all", "unsafe_load", "full_load"), ("yaml",), lambda c: c.callee.startswith("yaml.") and (c.name == "unsafe_load" or (c.name in {"load", "load_all"} and "afe" not in c.node.text()[:400] and "BaseLoader" not in c.node.text()[:400])), "YAML that is loaded without `SafeLoader` makes any object"),
    ("python", ("loads", "load"), ("marshal", "jsonpickle"), lambda c: c.callee.startswith(("marshal.", "jsonpickle.")), "the format can carry code"),
    ("javascript", ("unserialize",), ("node-serialize",), lambda c: "erialize" in c.callee, "node-serialize runs functions in the data"),
    ("java", ("readObject",), ("ObjectInputStream",), lambda c: True, "Java's own serialization makes any class on the path"),
)  # fmt: skip


@check("SEC-019", "Nothing that is loaded can carry code", Severity.HIGH, Clause.INVARIANTS, effort_hours=3)
def nothing_loaded_runs(project: Project) -> Iterator[Fact]:
    """
    Formats that can make any object run code as they are read.

    Decides: pickle, marshal, `yaml.load` without a safe loader, node-serialize, Java's `readObject`, and XML parsers that are
    told to resolve entities; data that a request sends makes it gravest.

    Fix: use JSON, `yaml.safe_load`, or a format with a schema.

    Blind to: where the data comes from when it passes through a file or a queue.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Deserialization_Cheat_Sheet.html
    """
    values = flow(project)
    for language, names, needles, fits, why in _LOADERS:
        languages = JAVASCRIPT if language == "javascript" else (language,)
        for call in calls(project, *names, needles=needles, languages=languages):
            if fits(call):
                sent = bool(call.args) and values.tainted(call.args[0], call.path)
                say, grave = (bad, Severity.CRITICAL) if sent else (partial, Severity.MEDIUM)
                yield say(f"{call.callee}: {why}{'; a request sends it here' if sent else ''}.", call, severity=grave)
    for call in calls(project, "parseXml", "parseXmlString", "XMLParser", needles=("noent", "resolve_entities=True")):
        entities = call.option("noent", "resolve_entities")
        if entities is not None and entities.text() in {"true", "True"}:
            yield bad("The XML parser resolves entities: a document can read the server's files.", call)


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


def _validated(call: Call) -> bool:
    holder = [
        a
        for a in call.node.ancestors()
        if a.kind() in {"arrow_function", "function_expression", "function_declaration", "method_definition"}
    ]
    text = holder[0].text()[:4000] if holder else ""
    return re.search(r"(?i)valid|\.parse\(|safeParse|schema|sanitiz|\bpick\(|joi\b", text) is not None
