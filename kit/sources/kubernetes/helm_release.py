"""One release of a chart: its templates with one set of values, subcharts included, as Kubernetes objects."""

from __future__ import annotations

import base64
import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from kit.model import At
from kit.sources.formats.documents import parse
from kit.sources.formats.node_edit import relocated
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.go_template import Statement, Template, TemplateSyntaxError, parse_template
from kit.sources.kubernetes.go_values import TemplateError, go_text, to_yaml
from kit.sources.kubernetes.helm_functions import merge_values
from kit.sources.kubernetes.helm_render import Budget, Rendered, Renderer
from kit.sources.kubernetes.kinds import objects
from kit.sources.kubernetes.pods import text_of
from kit.sources.tree.files import FileIndex

KUBERNETES = "v1.31.0"
"""The version that charts are told, as `helm template` tells them one."""

_BUILT_IN = re.compile(r"v1|(?:apps|batch|policy|[a-z.]+\.k8s\.io)/v1|autoscaling/v[12]")
_CHART_FIELDS = {"name": "Name", "version": "Version", "appVersion": "AppVersion", "apiVersion": "APIVersion"}


@dataclass(frozen=True)
class Unrendered:
    """A template that gave no objects.

    `kind`: "error" where Helm refuses it too, "required" where it demands a value that the project's values
    files do not give, "unsupported" where only this rendering falls short. `values` is the file of the
    environment's values, "" where the chart's own are used.
    """

    path: str
    reason: str
    kind: str
    values: str
    at: At


@dataclass(frozen=True)
class Member:
    """A chart that takes part in a release: its folder, its Chart.yaml, its values in this release."""

    folder: str
    node: Node
    values: dict[str, Any]

    @property
    def name(self) -> str:
        return text_of(self.node, "name") or posixpath.basename(self.folder) or "chart"

    @property
    def library(self) -> bool:
        return text_of(self.node, "type") == "library"


@dataclass(frozen=True)
class Made:
    """An object that a template gave; `certain` is False where some of it is made up at installation."""

    node: Node
    certain: bool


class Templates:
    """The parsed templates of all charts, each parsed once."""

    def __init__(self, files: FileIndex) -> None:
        self.files = files
        self._parsed: dict[str, Template | TemplateSyntaxError] = {}

    def of(self, folder: str) -> tuple[str, ...]:
        """The template files of a chart."""
        start = posixpath.join(folder, "templates", "")
        return tuple(p for p in self.files.paths if p.startswith(start))

    def get(self, path: str) -> Template | TemplateSyntaxError:
        """The syntax tree, or why there is none."""
        if path not in self._parsed:
            try:
                self._parsed[path] = parse_template(self.files.text(path))
            except TemplateSyntaxError as error:
                self._parsed[path] = error
            except RecursionError:
                self._parsed[path] = TemplateSyntaxError("nested too deep", 1)
        return self._parsed[path]


class Release:
    """Renders the members of a release, the chart itself first, with one budget.

    `whole` is False where a subchart that takes part is not in the project: what fails may fail for its lack.
    """

    def __init__(self, templates: Templates, members: list[Member], values: str, *, whole: bool = True) -> None:
        self.templates = templates
        self.members = members
        self.values = values
        self.whole = whole
        self.unrendered: list[Unrendered] = []
        self._renderer = Renderer(self._defines(), Budget())

    def objects(self) -> Iterator[Made]:
        """Every object that the templates give; what cannot be rendered goes to `unrendered`."""
        name, files = self.members[0].name, self.templates.files
        contexts = [_context(files, member, name) for member in self.members]
        for member, context in zip(self.members, contexts, strict=True):
            if member.library:
                continue
            others = zip(self.members, contexts, strict=True)
            context["Subcharts"] = {m.name: c for m, c in others if m is not member}
            for path in self.templates.of(member.folder):
                if _gives_objects(path):
                    yield from self._rendered(path, context, member)

    def _defines(self) -> dict[str, tuple[Statement, ...]]:
        found: dict[str, tuple[Statement, ...]] = {}
        # The chart's own definitions win over those of its subcharts.
        for member in reversed(self.members):
            for path in self.templates.of(member.folder):
                template = self.templates.get(path)
                if isinstance(template, Template):
                    found[f"{member.name}/{posixpath.relpath(path, member.folder or '.')}"] = template.body
                    found.update(template.defines)
        return found

    def _rendered(self, path: str, context: dict[str, Any], member: Member) -> Iterator[Made]:
        template = self.templates.get(path)
        if isinstance(template, TemplateSyntaxError):
            self._refuse(path, str(template), "error", template.line)
            return
        name = f"{member.name}/{posixpath.relpath(path, member.folder or '.')}"
        base = {"Name": name, "BasePath": f"{member.name}/templates"}
        try:
            result = self._renderer.render(template, {**context, "Template": base})
        except TemplateError as error:
            self._refuse(path, str(error), error.kind, error.line)
        except Exception as error:  # a hostile template must not stop the reading of the project
            self._refuse(path, f"{type(error).__name__}: {error}"[:200], "unsupported", None)
        else:
            yield from self._parsed(path, result)

    def _parsed(self, path: str, result: Rendered) -> Iterator[Made]:
        document = parse(result.text, "rendered.yaml")
        place = _placing(path, result.lines)
        if document.error is not None:
            at = place(document.error.at)
            self._refuse(path, f"the output is no YAML: {document.error.message}", "error", at.line)
        for root in document.roots:
            for node in objects(root):
                if "test" not in text_of(node, "metadata", "annotations", "helm.sh/hook"):
                    yield Made(relocated(node, place), result.certain)

    def _refuse(self, path: str, reason: str, kind: str, line: int | None) -> None:
        if kind == "error" and not self.whole:
            reason, kind = f"{reason} (some of its subcharts are not in the project)", "unsupported"
        self.unrendered.append(Unrendered(path, reason, kind, self.values, At(path, line, line)))


def _placing(path: str, lines: tuple[int, ...]) -> Callable[[At], At]:
    def place(at: At) -> At:
        first = _line(lines, at.line)
        last = _line(lines, at.end_line)
        return At(path, first, last if first is None or last is None else max(first, last))

    return place


def _line(lines: tuple[int, ...], number: int | None) -> int | None:
    return None if number is None else lines[min(number, len(lines)) - 1]


def _gives_objects(path: str) -> bool:
    name = posixpath.basename(path)
    return not name.startswith("_") and name.endswith((".yaml", ".yml", ".json", ".tpl"))


def _context(files: FileIndex, member: Member, release: str) -> dict[str, Any]:
    chart = {key[:1].upper() + key[1:]: node.value for key, node in member.node.items()}
    chart |= {shown: _raw(member.node.get(key)) for key, shown in _CHART_FIELDS.items()}
    chart["Name"] = member.name
    return {
        "Values": deepcopy(member.values),
        "Chart": chart,
        "Release": {
            "Name": release,
            "Namespace": "default",
            "Service": "Helm",
            "IsInstall": True,
            "IsUpgrade": False,
            "Revision": 1,
        },
        "Capabilities": {
            "KubeVersion": {"Version": KUBERNETES, "GitVersion": KUBERNETES, "Major": "1", "Minor": "31"},
            "APIVersions": _ApiVersions(),
            "HelmVersion": {"Version": "v3.16.0"},
        },
        "Files": _ChartFiles(files, member.folder),
    }


def _raw(node: Node | None) -> str:
    """The scalar as it is written: a version 1.10 is no number."""
    return "" if node is None else (node.raw or node.text)


class _ApiVersions:
    """What the cluster serves: the built-in groups, and no custom resources."""

    def __init__(self) -> None:
        self.methods = {"Has": self._has}

    def _has(self, name: Any) -> bool:
        group = "/".join(go_text(name).split("/")[:2])
        return bool(_BUILT_IN.fullmatch(group) or _BUILT_IN.fullmatch(group.split("/")[0]))


class _ChartFiles(dict[str, Any]):
    """`.Files`: the files of the chart's folder, and no others."""

    def __init__(self, files: FileIndex, folder: str, chosen: tuple[str, ...] = ()) -> None:
        super().__init__({posixpath.relpath(path, folder or "."): files.text(path) for path in chosen})
        self._files, self._folder = files, folder
        self.methods: dict[str, Callable[..., Any]] = {
            "Get": self._get,
            "Lines": lambda name: self._get(name).splitlines(),
            "Glob": self._glob,
            "AsConfig": _Nullary(lambda: _as_config(self, str)),
            "AsSecrets": _Nullary(lambda: _as_config(self, lambda t: base64.b64encode(t.encode()).decode())),
        }

    def _get(self, name: Any) -> str:
        path = posixpath.normpath(posixpath.join(self._folder, go_text(name)))
        inside = not self._folder or path.startswith(f"{self._folder}/")
        return self._files.text(path) if inside else ""

    def _glob(self, pattern: Any) -> _ChartFiles:
        wanted = posixpath.join(self._folder, go_text(pattern)[:200].replace("**", "*"))
        start = posixpath.join(self._folder, "")
        found = (p for p in self._files.paths if p.startswith(start) and fnmatch.fnmatchcase(p, wanted))
        return _ChartFiles(self._files, self._folder, tuple(found)[:200])


class _Nullary:
    """A method without arguments, called where it is named."""

    nullary = True

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function

    def __call__(self) -> Any:
        return self._function()


def _as_config(files: dict[str, Any], encode: Callable[[str], str]) -> str:
    return to_yaml({posixpath.basename(name): encode(text) for name, text in files.items()})


def subchart_values(parent: dict[str, Any], name: str, own: dict[str, Any]) -> dict[str, Any]:
    """The values of a subchart: its own, what the parent gives under its name, and the global ones."""
    given = parent.get(name)
    values = merge_values(own, given) if isinstance(given, dict) else own
    shared = parent.get("global")
    if isinstance(shared, dict):
        held = values.get("global")
        values = {**values, "global": merge_values(held if isinstance(held, dict) else {}, shared)}
    return values
