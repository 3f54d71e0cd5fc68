"""Pipelines in outline (file, jobs, commands): Azure, CircleCI, Bitbucket, Travis, Cloud Build, CodeBuild, Jenkins."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.commands.command import Command
from kit.sources.commands.shell import Shell, commands
from kit.sources.formats.nodes import Document, Node
from kit.sources.pipelines.model import (
    Job,
    Lines,
    Step,
    Workflow,
    directory_of,
    entries,
    is_true,
    read,
    texts,
)

if TYPE_CHECKING:
    from kit.sources.formats.documents import Documents
    from kit.sources.tree.files import FileIndex

MAX_DEPTH = 8
_AZURE_MACRO = re.compile(r"\$\(([\w.]+)\)")


def find(files: FileIndex, documents: Documents) -> tuple[Workflow, ...]:
    """The pipelines of those platforms."""
    found = [
        make(documents.get(path), files.lines)
        for pattern, make in _PLATFORMS.items()
        for path in files.paths
        if re.fullmatch(pattern, path)
    ]
    known = {workflow.path for workflow in found}
    found += [
        azure(documents.get(path), files.lines)
        for path in files.paths
        if path not in known and _OF_AZURE.fullmatch(path) and _is_azure(documents.get(path))
    ]
    names = [path for path in files.paths if re.fullmatch(r"(?:.*/)?Jenkinsfile(?:\.\w+)?", path)]
    found += [jenkins(files.text(path), path) for path in names]
    return tuple(found)


def _workflow(document: Document, platform: str, jobs: Iterator[Job], triggers: tuple[str, ...]) -> Workflow:
    name = document.get("name")
    return Workflow(
        path=document.path,
        at=document.at,
        name=name.text if name is not None and name.text else document.path.rpartition("/")[2],
        platform=platform,
        triggers=triggers,
        jobs=tuple(jobs),
        env=entries(document.get("variables") or document.get("env")),
        node=document.root,
        problems=document.problems,
        error=document.error,
    )


def _script(node: Node, lines: Lines, shell: Shell, name: str = "", kind: str = "bash") -> Step:
    directory = shell.directory
    return Step(
        name=name or node.text.strip().split("\n")[0],
        node=node,
        at=node.at,
        run=node.text,
        directory=directory,
        shell=kind,
        commands=read(node, lines, shell, kind),
    )


def _scalars(node: Node | None) -> Iterator[Node]:
    if node is not None:
        items = node.children() if node.is_list else [node]
        yield from (item for item in items if isinstance(item.data, str))


def azure(document: Document, lines: Lines) -> Workflow:
    """azure-pipelines.yml: stages, jobs and deployments; templates of other repositories are jobs that use them."""
    jobs = (_azure_job(node, lines) for node in _azure_jobs(document.root, 0))
    triggers = tuple(name for name in ("trigger", "pr", "schedules") if document.get(name) is not None)
    return _workflow(document, "azure", jobs, triggers or ("trigger",))


_OF_AZURE = re.compile(r"(?:.*/)?\.?(?:pipelines?|azuredevops|azure|devops|ci)/[^/]+\.ya?ml")
"""Folders in which pipelines of Azure stand under names of their own."""


def _is_azure(document: Document) -> bool:
    """Whether a file says by itself when it runs, on what, and which steps: no template, and no other tool's."""
    starts = any(document.get(key) is not None for key in ("trigger", "pr", "schedules"))
    runs = any(document.get(key) is not None for key in ("steps", "jobs", "stages", "extends"))
    return starts and runs and (document.get("pool") is not None or "vmImage" in str(document.root.value))


def _azure_jobs(node: Node, depth: int) -> Iterator[Node]:
    if depth > MAX_DEPTH:
        return
    if node.get("steps") is not None or node.get("strategy") is not None or _template(node) is not None:
        yield node
        return
    if (whole := node.get("extends")) is not None:
        yield whole
    for key in ("stages", "jobs"):
        for child in node.each(key, "*"):
            yield from _azure_jobs(child, depth + 1)


def _template(node: Node) -> str | None:
    """The template of another repository that stands for a stage or a job: `template: build.yml@shared`."""
    named = next(iter(texts(node.get("template"))), "")
    return named if "@" in named and not named.endswith("@self") else None


def _azure_job(node: Node, lines: Lines) -> Job:
    name = next(iter(texts(node.get("job") or node.get("deployment"))), "job")
    nodes = [*node.each("steps", "*"), *node.each("strategy", "*", "**", "steps", "*")]
    return Job(
        id=name,
        name=next(iter(texts(node.get("displayName"))), name),
        node=node,
        at=node.at,
        steps=tuple(_azure_step(step, lines) for step in nodes if step.is_map),
        needs=texts(node.get("dependsOn")),
        runs_on=texts(node.get("pool", "vmImage") or node.get("pool")),
        environment=next(iter(texts(node.get("environment"))), None),
        condition=next(iter(texts(node.get("condition"))), None),
        continue_on_error=is_true(node.get("continueOnError")),
        timeout=node.get("timeoutInMinutes"),
        uses=_template(node),
        checks_out=True,
    )


_AZURE_SHELLS = {"script": "bash", "bash": "bash", "pwsh": "pwsh", "powershell": "powershell"}


def _azure_step(node: Node, lines: Lines) -> Step:
    name = next(iter(texts(node.get("displayName"))), "")
    task, working = node.get("task"), node.get("workingDirectory")
    kind = next((k for k in _AZURE_SHELLS if node.get(k) is not None), "script")
    script = node.get(kind) or node.get("inputs", "script")
    condition = next(iter(texts(node.get("condition"))), None)
    directory = directory_of(_AZURE_MACRO.sub(_azure_folder, working.text)) if working is not None else "."
    found: tuple[Command, ...] = ()
    if script is not None and script.text:
        shell = Shell(script.at.path, directory=directory)
        spelt = Node(_AZURE_MACRO.sub(_azure_variable, script.text), script.at)
        found = read(spelt, lines, shell, _AZURE_SHELLS[kind])
    return Step(
        name=name or (task.text if task is not None else kind),
        node=node,
        at=node.at,
        uses=task.text if task is not None else None,
        run=script.text if script is not None else None,
        condition=condition,
        continue_on_error=is_true(node.get("continueOnError")),
        working_directory=working.text if working is not None else None,
        directory=directory,
        env=entries(node.get("env")),
        inputs=node.get("inputs"),
        shell=_AZURE_SHELLS[kind],
        commands=found,
    )


def _azure_folder(match: re.Match[str]) -> str:
    known = {"build.sourcesdirectory", "system.defaultworkingdirectory", "pipeline.workspace"}
    return "." if match[1].lower() in known else match[0]


def _azure_variable(match: re.Match[str]) -> str:
    """A macro as a variable: `$(Build.SourcesDirectory)` is no command substitution."""
    if "." not in match[1] and not match[1][:1].isupper():
        return match[0]
    folder = _azure_folder(match)
    return "${WORKSPACE}" if folder == "." else f"${{{match[1].replace('.', '_')}}}"


def circleci(document: Document, lines: Lines) -> Workflow:
    """.circleci/config.yml: jobs, own commands taken in, needs from the workflows."""
    own = entries(document.get("commands"))
    needs: dict[str, tuple[str, ...]] = {}
    for entry in document.each("workflows", "*", "jobs", "*"):
        for name, node in entry.items():
            needs[name] = texts(node.get("requires"))
    jobs = (
        Job(
            id=name,
            name=name,
            node=node,
            at=node.at,
            steps=tuple(_circle_steps(node.get("steps"), lines, own, 0)),
            needs=needs.get(name, ()),
            runs_on=texts(node.get("executor") or node.get("resource_class")),
            env=entries(node.get("environment")),
            container=next((n.text for n in node.each("docker", "*", "image")), None),
            checks_out=any(n.text == "checkout" or "checkout" in n for n in node.each("steps", "*")),
        )
        for name, node in entries(document.get("jobs")).items()
    )
    return _workflow(document, "circleci", jobs, ("push",))


def _circle_steps(steps: Node | None, lines: Lines, own: dict[str, Node], depth: int) -> Iterator[Step]:
    for step in steps.children() if steps is not None and depth < MAX_DEPTH else ():
        if not step.is_map:
            if step.text in own:
                yield from _circle_steps(own[step.text].get("steps"), lines, own, depth + 1)
            else:
                yield Step(step.text, step, step.at, uses=step.text, directory=".")
            continue
        for name, node in step.items():
            if name in own:
                yield from _circle_steps(own[name].get("steps"), lines, own, depth + 1)
            elif name in {"when", "unless"}:
                yield from _circle_steps(node.get("steps"), lines, own, depth + 1)
            elif name != "run":
                yield Step(name, node, node.at, uses=name, inputs=node, directory=".")
            elif (script := node.get("command") if node.is_map else node) is not None:
                working = node.get("working_directory")
                directory = directory_of(working.text) if working is not None else "."
                title = next(iter(texts(node.get("name"))), "")
                shell = Shell(script.at.path, directory=directory, pipefail=True)
                yield _script(Node(_circle(script.text), script.at), lines, shell, title)


def _circle(text: str) -> str:
    return re.sub(r"<<[^<>\n]{1,80}>>", "${PARAMETER}", text)


def bitbucket(document: Document, lines: Lines) -> Workflow:
    """bitbucket-pipelines.yml: every step of every pipeline."""
    jobs: list[Job] = []
    for node in (document.get("pipelines") or Node({}, document.at)).walk():
        step = node.get("step")
        if step is None:
            continue
        shell = Shell(document.path)
        name = next(iter(texts(step.get("name"))), f"step {len(jobs) + 1}")
        nodes = (*_scalars(step.get("script")), *_scalars(step.get("after-script")))
        jobs.append(
            Job(
                id=name,
                name=name,
                node=step,
                at=step.at,
                steps=tuple(_script(item, lines, shell) for item in nodes),
                services=dict.fromkeys(texts(step.get("services")), step),
                environment=next(iter(texts(step.get("deployment"))), None),
                container=next(iter(texts(step.get("image"))), None),
                manual=(trigger := step.get("trigger")) is not None and trigger.text == "manual",
                checks_out=True,
            )
        )
    return _workflow(document, "bitbucket", iter(jobs), tuple(entries(document.get("pipelines"))))


_TRAVIS_PHASES = ("before_install", "install", "before_script", "script", "after_success", "before_deploy")


# https://docs.travis-ci.com/user/languages/: what runs where no `script` is given.
_TRAVIS_SCRIPTS = {
    "java": ("mvn", "test", "-B"),
    "node_js": ("npm", "test"),
    "go": ("go", "test", "-v", "./..."),
    "scala": ("sbt", "test"),
    "ruby": ("rake",),
    "rust": ("cargo", "test"),
}


def _travis_default(document: Document) -> Iterator[Job]:
    language = document.get("language")
    words = _TRAVIS_SCRIPTS.get(language.text or "") if language is not None else None
    if language is not None and words is not None:
        command = Command(words[0], words[1:], " ".join(words), language.at)
        step = Step("script", language, language.at, commands=(command,))
        yield Job("script", "script", language, language.at, (step,), checks_out=True)


def travis(document: Document, lines: Lines) -> Workflow:
    """.travis.yml: its one job, and those of `jobs.include`."""
    included = (*document.each("jobs", "include", "*"), *document.each("matrix", "include", "*"))
    jobs: list[Job] = []
    if not any(node.get("script") for node in (document.root, *included)):
        jobs += _travis_default(document)
    for index, node in enumerate((document.root, *included)):
        shell = Shell(document.path)
        scripts = ((phase, item) for phase in _TRAVIS_PHASES for item in _scalars(node.get(phase)))
        steps = tuple(_script(item, lines, shell, phase) for phase, item in scripts)
        name = next(iter(texts(node.get("name") or node.get("stage"))), f"job {index}" if index else "travis")
        if steps:
            jobs.append(Job(id=name, name=name, node=node, at=node.at, steps=steps, checks_out=True))
    return _workflow(document, "travis", iter(jobs), ("push", "pull_request"))


def cloudbuild(document: Document, lines: Lines) -> Workflow:
    """cloudbuild.yaml: one job whose steps are containers; an image's last word stands for its program."""
    steps = tuple(_cloud_step(node, lines) for node in document.each("steps", "*"))
    timeout = document.get("timeout")
    job = Job("build", "build", document.root, document.at, steps, checks_out=True, timeout=timeout)
    return _workflow(document, "cloudbuild", iter((job,) if steps else ()), ("push",))


def _cloud_step(node: Node, lines: Lines) -> Step:
    image = next(iter(texts(node.get("name"))), "")
    entry, where, script = node.get("entrypoint"), node.get("dir"), node.get("script")
    directory = directory_of(where.text) if where is not None else "."
    args = tuple(item.text for item in node.each("args", "*"))
    if script is not None:
        return _script(script, lines, Shell(script.at.path, directory=directory), image)
    program = entry.text if entry is not None else image.rpartition("/")[2].partition(":")[0]
    found: tuple[Command, ...] = ()
    if program.rpartition("/")[2] in {"bash", "sh"} and len(args) > 1 and "c" in args[0]:
        shell = Shell(node.at.path, directory=directory)
        found = read(list(node.each("args", "*"))[1], lines, shell)
    elif args:
        found = (Command(program, args, " ".join((program, *args)), node.at, directory=directory),)
    return Step(image, node, node.at, uses=image, directory=directory, commands=found)


def codebuild(document: Document, lines: Lines) -> Workflow:
    """buildspec.yml: one job whose steps are the commands of its phases, in one shell."""
    shell = Shell(document.path)
    nodes = [
        n for phase in document.each("phases", "*") for n in (*phase.each("commands", "*"), *phase.each("finally", "*"))
    ]
    steps = tuple(_script(node, lines, shell) for node in nodes if isinstance(node.data, str))
    job = Job("build", "build", document.root, document.at, steps, checks_out=True)
    return _workflow(document, "codebuild", iter((job,) if steps else ()), ("push",))


_STAGE = re.compile(r"""\bstage\s*\(\s*(?:name:\s*)?(["'])(.{1,120}?)\1""")
_SH = re.compile(r"""\b(sh|bat|pwsh|powershell)\s*(?:\(\s*)?(?:script\s*:\s*)?('{3}|"{3}|'|")""")
_JOINED = re.compile(r"""\s{0,40}\+\s{0,40}[\w.()\[\]]{1,80}\s{0,40}\+\s{0,40}('{3}|"{3}|'|")""")
"""What Groovy puts between two parts of a script: `sh 'a ' + NAME + ' b'`."""
_ECHOES = re.compile(
    r"""\bsteps\s{0,99}\{((?:\s{0,99}echo[ (]{1,3}(?:'[^'\n]{0,300}'|"[^"\n]{0,300}")\)?;?){1,50})\s{0,99}\}"""
)
_BLOCK = re.compile(
    r"""(?P<dir>\bdir\s{0,9}\(\s{0,9}(?:["'](?P<folder>[^"'\n]{0,200})["'])?[^){}\n]{0,200}\)\s{0,9})?\{|\}"""
)
_KINDS = {"bat": "batch", "pwsh": "powershell"}


def jenkins(text: str, path: str) -> Workflow:
    """A Jenkinsfile: its stages and the shell texts in them. The Groovy around them is not read."""
    text = re.sub(r"^[^\S\n]*//.*$", "", text, flags=re.MULTILINE)
    stages = [(m.start(), m[2]) for m in _STAGE.finditer(text)] or [(0, "pipeline")]
    jobs = []
    for index, (start, name) in enumerate(stages):
        end = stages[index + 1][0] if index + 1 < len(stages) else len(text)
        line = text.count("\n", 0, start) + 1
        at = At(path, line, line)
        steps = tuple(_jenkins_steps(text, start, end, path)) or tuple(_only_echoes(text, start, end, path))
        needs = (stages[index - 1][1],) if index else ()
        jobs.append(Job(name, name, Node({}, at), at, steps, needs, stage=name, checks_out=True))
    return Workflow(path, At(path), path.rpartition("/")[2], "jenkins", ("push",), tuple(jobs))


def _jenkins_steps(text: str, start: int, end: int, path: str) -> Iterator[Step]:
    position = start
    while (match := _SH.search(text, position, end)) is not None:
        close = text.find(match[2], match.end())
        if close < 0:
            return
        script, line = text[match.end() : close], text.count("\n", 0, match.end()) + 1
        while (more := _JOINED.match(text, close + len(match[2]))) is not None and more[1] == match[2]:
            if (close := text.find(match[2], more.end())) < 0:
                return
            script += "$JOINED" + text[more.end() : close]
        at = At(path, line, line + script.count("\n"))
        kind = _KINDS.get(match[1], "bash")
        folder = _jenkins_folder(text, start, match.start())
        found = commands(script, path, line, directory=folder) if match[1] == "sh" else ()
        yield Step(match[1], Node(script, at), at, run=script, directory=folder, shell=kind, commands=found)
        position = close + len(match[2])


def _only_echoes(text: str, start: int, end: int, path: str) -> Iterator[Step]:
    """The one step of a stage whose every step is Jenkins' own `echo`."""
    found = _ECHOES.search(text, start, end)
    if found is not None:
        script = found[1].strip()
        line = text.count("\n", 0, found.start(1) + len(found[1]) - len(found[1].lstrip())) + 1
        at = At(path, line, line + script.count("\n"))
        yield Step("echo", Node(script, at), at, run=script, commands=commands("echo", path, line, directory=None))


def _jenkins_folder(text: str, start: int, place: int) -> str | None:
    """The folder of the `dir(...)` blocks around a place; None where one of them is no literal."""
    around: list[str | None] = []
    blocks: list[bool] = []
    for mark in _BLOCK.finditer(text, start, place):
        if mark[0] == "}":
            if blocks and blocks.pop():
                around.pop()
        else:
            blocks.append(mark["dir"] is not None)
            if blocks[-1]:
                around.append(directory_of(mark["folder"]) if mark["folder"] else None)
    known = [folder for folder in around if folder is not None]
    return posixpath.normpath(posixpath.join(".", *known)) if len(known) == len(around) else None


_PLATFORMS: dict[str, Callable[[Document, Lines], Workflow]] = {
    r"(?:.*/)?\.?azure-pipelines(?![\w.-]*template)[\w.-]*\.ya?ml": azure,
    r"\.azure(?:-pipelines)?/[^/]+\.ya?ml": azure,
    r"\.circleci/config\.ya?ml": circleci,
    r"bitbucket-pipelines\.ya?ml": bitbucket,
    r"\.travis\.ya?ml": travis,
    r"(?:.*/)?buildspec[\w.-]*\.ya?ml": codebuild,
    r"(?:.*/)?cloudbuild[\w.-]*\.ya?ml|(?:.*/)?\.?cloudbuild/[\w.-]+\.ya?ml": cloudbuild,
}
