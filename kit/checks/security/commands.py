"""What others send, and what runs it: shells, interpreters, formats that carry code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ast_grep_py import SgNode

from kit.checks.security.common import flow
from kit.checks.security.flow import Flow
from kit.checks.shared.calls import JAVASCRIPT, Call, calls, is_text, shown, text_value, unwrap
from kit.checks.shared.crowd import by_file, gathered
from kit.checks.shared.words import plural
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check

_SHELLS = re.compile(
    r"(?:^|\.)(?:os\.system|os\.popen|subprocess\.(?:run|call|Popen|check_output|check_call|getoutput)|system|popen)$"
)


_CHILD = re.compile(
    r"^(?:child_?[pP]rocess|cp|childProcess|execa)\.(?:exec|execSync|command|commandSync)$|^(?:exec|execSync|execAsync|execPromise|promisedExec|asyncExec)$"
)


@check(
    "SEC-007", "No command and no code is made of what others send", Severity.HIGH, Clause.INVARIANTS, effort_hours=3
)
@gathered(by_file)
def nothing_is_executed(project: Project) -> Iterator[Fact]:
    """
    A shell or an interpreter that is handed text with somebody's input in it runs that input.

    Decides: shell commands (`exec`, `os.system`, `subprocess` with `shell=True`, `sh -c`) and `eval`, `new Function`, `exec`
    of what is no constant; graver where a request decides it than where that is
    not seen. Build scripts and tools are left out.

    Fix: run the program with a list of arguments and no shell.
    - node: `execFile("convert", [input, output])`.
    - python: `subprocess.run(["convert", source, target])`.
    - go: `exec.Command("convert", source, target)`.
    - java: `new ProcessBuilder("convert", source, target)`.
    - dotnet: `ProcessStartInfo.ArgumentList`.
    - php: `proc_open(["convert", $source, $target], ...)`.
    - ruby: `system("convert", source, target)`.

    Blind to: programs that themselves run what they are given.

    See: https://cheatsheetseries.owasp.org/cheatsheets/OS_Command_Injection_Defense_Cheat_Sheet.html
    """
    looked: list[Call] = []
    wrong = 0
    for call, node, what in (*_shell_calls(project), *_evaluations(project)):
        looked.append(call)
        fact = _executed(flow(project), call, node, what)
        if fact is not None:
            wrong += 1
            yield fact
    if looked and not wrong:
        yield ok(f"What shells and interpreters are handed is constant ({plural(len(looked), 'place')}).", looked[0])


def _executed(values: Flow, call: Call, node: SgNode, what: str) -> Fact | None:
    if is_text(unwrap(node)) or values.is_constant(node, call.path):
        return None
    _, holes = values.holes(node, call.path)
    if holes and all(values.is_constant(h.node, call.path) for h in holes):
        return None
    if values.tainted(node, call.path):
        said = f"{what} is handed what a request sends: whoever sends it runs commands on the server."
        return bad(said, call, severity=Severity.CRITICAL)
    text = f"{what} is handed text that is made at run time ({shown(node)}); whether a caller decides it is not seen."
    return bad(text, call, severity=Severity.MEDIUM)


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


_LOADERS: tuple[tuple[str, tuple[str, ...], tuple[str, ...], Callable[[Call], bool], str], ...] = (
    ("python", ("loads", "load", "Unpickler"), ("pickle", "cPickle", "dill", "shelve"), lambda c: c.callee.split(".")[0] in {"pickle", "cPickle", "dill", "_pickle"}, "pickle runs whatever the data tells it to"),
    ("python", ("load", "load_all", "unsafe_load", "full_load"), ("yaml",), lambda c: c.callee.startswith("yaml.") and (c.name == "unsafe_load" or (c.name in {"load", "load_all"} and "afe" not in c.node.text()[:400] and "BaseLoader" not in c.node.text()[:400])), "YAML that is loaded without `SafeLoader` makes any object"),
    ("python", ("loads", "load"), ("marshal", "jsonpickle"), lambda c: c.callee.startswith(("marshal.", "jsonpickle.")), "the format can carry code"),
    ("javascript", ("unserialize",), ("node-serialize",), lambda c: "erialize" in c.callee, "node-serialize runs functions in the data"),
    ("java", ("readObject",), ("ObjectInputStream",), lambda _: True, "Java's own serialization makes any class on the path"),
)  # fmt: skip


@check("SEC-019", "Nothing that is loaded can carry code", Severity.HIGH, Clause.INVARIANTS, effort_hours=3)
def nothing_loaded_runs(project: Project) -> Iterator[Fact]:
    """
    Formats that can make any object run code as they are read.

    Decides: pickle, marshal, `yaml.load` without a safe loader, node-serialize, Java's `readObject`, and XML parsers that are
    told to resolve entities; data that a request sends makes it gravest.

    Fix: use JSON or another format with a schema.
    - python: `json.loads`, or `yaml.safe_load`.
    - java: a mapper of JSON without default typing.
    - node: `JSON.parse` and a schema.
    - php: `json_decode`.
    - ruby: `YAML.safe_load`.

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
