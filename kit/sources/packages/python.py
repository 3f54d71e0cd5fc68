"""Python manifests: pyproject.toml, requirements files, Pipfile, setup.cfg, setup.py (never executed)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from posixpath import dirname, normpath

from packaging.requirements import InvalidRequirement, Requirement

from kit.model import At
from kit.sources.formats.lines import continued_lines
from kit.sources.formats.nodes import Document, Node, Problem
from kit.sources.formats.python import parse_module
from kit.sources.packages.model import Dependency, Package

MAX_INCLUDES = 20
MAX_LINES = 20_000
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*(.*)", re.DOTALL)
_RUNNERS = (("taskipy", "tasks"), ("pdm", "scripts"), ("poe", "tasks"))
REQUIREMENTS_NAME = re.compile(
    r"(?:^|/)(?:[\w.-]*requirements[\w.-]*\.(?:txt|in|pip)|requirements/[\w.-]+\.(?:txt|in))$", re.IGNORECASE
)


def pyproject(document: Document) -> Package:
    """A pyproject.toml: PEP 621, dependency groups, Poetry, uv, PDM. Never raises."""
    root = document.root
    project, tool = root.get("project"), root.get("tool")
    poetry = tool.get("poetry") if tool is not None else None
    named = project or poetry or Node({}, document.at)
    python = _text(named, "requires-python") or _text(named, "dependencies", "python")
    return Package(
        path=document.path,
        at=document.at,
        ecosystem="pypi",
        name=_text(named, "name"),
        version=_text(named, "version"),
        dependencies=(*_project(project), *_groups(root), *_poetry(poetry), *_legacy(tool)),
        scripts=dict(_tasks(tool)),
        workspaces=tuple(n.text for n in root.each("tool", "uv", "workspace", "members", "*")),
        engines={"python": python} if python else {},
        entrypoints=(*_scripts(project), *_scripts(poetry)),
        manager=_manager(root),
        node=root,
        complete=not document.template and "dependencies" not in _texts(root, "project", "dynamic"),
        problems=document.problems,
        error=document.error,
    )


def _tasks(tool: Node | None) -> Iterator[tuple[str, Node]]:
    """What runners of tasks call by name; of hatch, the scripts of each of its environments."""
    for _, environment in _entries(tool, "hatch", "envs"):
        yield from _entries(environment, "scripts")
    for route in _RUNNERS:
        yield from _entries(tool, *route)


def _text(node: Node, *route: str) -> str | None:
    found = node.get(*route)
    return found.text if found is not None and found.text else None


def _texts(node: Node, *route: str) -> set[str]:
    return {n.text for n in node.each(*route, "*")}


def _entries(node: Node | None, *route: str) -> Iterator[tuple[str, Node]]:
    found = node.get(*route) if node is not None else None
    if found is not None:
        yield from found.items()


def requirement(text: str, kind: str, at: At, group: str | None = None) -> Dependency | None:
    """A requirement as pip writes it; None for what has no name."""
    text = text.strip()
    match = _NAME.match(text)
    if match is None:
        return None
    rest = match[3].split(";")[0].strip()
    return Dependency(match[1], rest.strip("()").strip(), kind, at, group, raw=text)


def _project(project: Node | None) -> Iterator[Dependency]:
    if project is None:
        return
    for node in project.each("dependencies", "*"):
        yield from _made(node, "prod", None)
    for group, listed in _entries(project, "optional-dependencies"):
        for node in listed.children():
            yield from _made(node, "optional", group)


def _made(node: Node, kind: str, group: str | None) -> Iterator[Dependency]:
    made = requirement(node.text, kind, node.at, group)
    if made is not None:
        yield made


def _groups(root: Node) -> Iterator[Dependency]:
    """`[dependency-groups]` of PEP 735; an included group stands there by itself."""
    for group, listed in _entries(root, "dependency-groups"):
        for node in listed.children():
            if not node.is_map:
                yield from _made(node, "dev", group)


def _poetry(poetry: Node | None) -> Iterator[Dependency]:
    if poetry is None:
        return
    for name, node in _entries(poetry, "dependencies"):
        if name.lower() != "python":
            yield from _poetic(name, node, "optional" if _is_true(node, "optional") else "prod", None)
    for name, node in _entries(poetry, "dev-dependencies"):
        yield from _poetic(name, node, "dev", "dev")
    for group, table in _entries(poetry, "group"):
        for name, node in _entries(table, "dependencies"):
            yield from _poetic(name, node, "dev", group)


def _is_true(node: Node, key: str) -> bool:
    found = node.get(key)
    return found is not None and found.data is True


def _poetic(name: str, node: Node, kind: str, group: str | None) -> Iterator[Dependency]:
    for one in node.children() if node.is_list else (node,):
        spec = one.text or _text(one, "version") or ""
        elsewhere = next((f"{k}:{_text(one, k)}" for k in ("git", "path", "url", "file") if k in one), "")
        yield Dependency(name, spec or elsewhere, kind, one.at, group)


def _legacy(tool: Node | None) -> Iterator[Dependency]:
    if tool is None:
        return
    for node in tool.each("uv", "dev-dependencies", "*"):
        yield from _made(node, "dev", "dev")
    for group, listed in _entries(tool, "pdm", "dev-dependencies"):
        for node in listed.children():
            yield from _made(node, "dev", group)


def _scripts(node: Node | None) -> Iterator[tuple[str, str, At]]:
    for name, target in _entries(node, "scripts"):
        yield name, target.text or (_text(target, "reference") or ""), target.at


def _manager(root: Node) -> str | None:
    for name in ("uv", "poetry", "pdm", "hatch"):
        if root.get("tool", name) is not None:
            return name
    backend = _text(root, "build-system", "build-backend") or ""
    return "poetry" if backend.startswith("poetry") else None


def requirements(text: str, path: str, read: Callable[[str], str | None] | None = None) -> Package:
    """A requirements file with what it includes by `-r`. Never raises.

    `read` gives another file's text, None where it is not there.
    """
    reader = _Requirements(path, read)
    reader.read(text, path)
    return Package(
        path=path,
        at=At(path),
        ecosystem="pypi",
        dependencies=tuple(reader.found),
        manager="pip",
        includes=tuple(reader.includes),
        problems=tuple(reader.problems),
    )


class _Requirements:
    def __init__(self, path: str, read: Callable[[str], str | None] | None) -> None:
        self.kind = "dev" if re.search(r"dev|test|lint|doc|local|ci\b", path.rpartition("/")[2]) else "prod"
        self.text_of = read
        self.found: list[Dependency] = []
        self.includes: list[str] = []
        self.problems: list[Problem] = []

    def read(self, text: str, path: str) -> None:
        """The requirements of one file."""
        for line, at in continued_lines(text, path, MAX_LINES):
            bare = re.sub(r"(^|\s)#.*$", "", line).strip()
            option = re.match(r"(?:-r|--requirement)[\s=]*(\S+)", bare)
            if option:
                self._include(option[1], path, at)
            elif re.match(r"(?:-e|--editable)[\s=]", bare):
                name = re.search(r"#egg=([\w.-]+)", line)
                if name:
                    self.found.append(Dependency(name[1], bare.split(None, 1)[1], self.kind, at, raw=bare))
            elif bare and not bare.startswith("-"):
                made = requirement(re.split(r"\s--?\w", bare)[0], self.kind, at)
                if made is not None:
                    self.found.append(made)

    def _include(self, name: str, path: str, at: At) -> None:
        target = normpath(f"{dirname(path)}/{name}" if dirname(path) else name)
        if "$" in name or target in self.includes or target.startswith("..") or self.text_of is None:
            return
        text = self.text_of(target)
        if text is None:
            self.problems.append(Problem(f"includes {name}, which is not in the project", at))
        elif len(self.includes) < MAX_INCLUDES:
            self.includes.append(target)
            self.read(text, target)


def pipfile(document: Document) -> Package:
    """A Pipfile."""
    found = []
    for section, kind in (("packages", "prod"), ("dev-packages", "dev")):
        for name, node in _entries(document.root, section):
            found += [replace(d, spec=d.spec or "*") for d in _poetic(name, node, kind, section)]
    return Package(
        path=document.path,
        at=document.at,
        ecosystem="pypi",
        dependencies=tuple(found),
        scripts=dict(_entries(document.root, "scripts")),
        engines={k: n.text for k, n in _entries(document.root, "requires")},
        manager="pipenv",
        node=document.root,
        error=document.error,
    )


def setup_cfg(text: str, path: str) -> Package:
    """A setup.cfg in outline: name, version, `install_requires`, `extras_require`."""
    section = key = ""
    values: dict[str, str] = {}
    found: list[Dependency] = []
    for number, line in enumerate(text.split("\n")[:MAX_LINES], 1):
        if match := re.match(r"\[([^\]]+)\]", line):
            section, key = match[1], ""
            continue
        if match := re.match(r"([\w.-]+)\s*=\s*(.*)", line):
            key, value = match[1], match[2]
            values.setdefault(f"{section}.{key}", value.strip())
        elif line[:1] in {" ", "\t"} and key:
            value = line
        else:
            continue
        wanted = f"{section}.{key}" == "options.install_requires" or section == "options.extras_require"
        kind = "optional" if section == "options.extras_require" else "prod"
        bare = value.split(" #")[0].strip()
        made = requirement(bare, kind, At(path, number, number)) if wanted and bare[:1] not in {"", "#"} else None
        found += [made] if made else []
    return Package(
        path=path,
        at=At(path),
        ecosystem="pypi",
        name=values.get("metadata.name") or None,
        version=values.get("metadata.version") or None,
        dependencies=tuple(found),
        manager="pip",
    )


def setup_py(text: str, path: str) -> Package:
    """A setup.py in outline, by its syntax: the constants that it gives to `setup(...)`. Never executed."""
    try:
        tree = parse_module(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        problem = Problem(f"The Python cannot be read: {type(error).__name__}.", At(path))
        return Package(path, At(path), "pypi", error=problem)
    call = next((n for n in ast.walk(tree) if isinstance(n, ast.Call) and _is_setup(n.func)), None)
    given = {k.arg: k.value for k in call.keywords if k.arg} if call is not None else {}
    listed = given.get("install_requires")
    found = [
        made
        for item in (listed.elts if isinstance(listed, ast.List | ast.Tuple) else ())
        if isinstance(item, ast.Constant)
        and isinstance(item.value, str)
        and (made := requirement(item.value, "prod", At(path, item.lineno, item.end_lineno)))
    ]
    return Package(
        path=path,
        at=At(path),
        ecosystem="pypi",
        name=_constant(given.get("name")),
        version=_constant(given.get("version")),
        dependencies=tuple(found),
        manager="pip",
        complete=listed is None or isinstance(listed, ast.List | ast.Tuple),
    )


def _is_setup(function: ast.expr) -> bool:
    return (isinstance(function, ast.Name) and function.id == "setup") or (
        isinstance(function, ast.Attribute) and function.attr == "setup"
    )


def _constant(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def parsed(raw: str) -> Requirement | None:
    """The requirement by PEP 508; None where it is none."""
    try:
        return Requirement(raw)
    except InvalidRequirement:
        return None
