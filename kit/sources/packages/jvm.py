"""Maven and Gradle manifests: pom.xml with its parents in the project, build.gradle(.kts) in outline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from posixpath import dirname, normpath

from kit.model import At
from kit.sources.formats.nodes import Document, Node, Problem
from kit.sources.formats.xml import Element, parse_xml
from kit.sources.packages.model import Dependency, Package

MAX_PARENTS = 8
MAX_LINES = 20_000
_PROPERTY = re.compile(r"\$\{([\w.-]+)\}")
_KINDS = {"test": "dev", "provided": "optional", "system": "optional"}


def pom(text: str, path: str, read: Callable[[str], str | None] | None = None) -> Package:
    """A pom.xml; `read` gives the text of a parent in the project, None where there is none. Never raises."""
    root = parse_xml(text, path)
    if isinstance(root, Problem):
        return Package(path, At(path), "maven", error=root)
    chain = [root, *_parents(root, path, read)]
    properties = _properties(chain)
    managed = _managed(chain, properties)
    artifact = root.find("artifactId")
    group = root.find("groupId") or root.find("parent", "groupId")
    version = root.find("version") or root.find("parent", "version")
    modules = (*root.each("modules", "module"), *root.each("profiles", "profile", "modules", "module"))
    return Package(
        path=path,
        at=At(path),
        ecosystem="maven",
        name=f"{group}:{artifact}" if group and artifact else artifact,
        version=_filled(version or "", properties) or None,
        dependencies=tuple(_dependency(d, properties, managed) for d in _all(chain)),
        workspaces=tuple(module.text.removesuffix("/pom.xml") for module in modules),
        engines={"java": java} if (java := _java(properties)) else {},
        manager="maven",
        node=None,
    )


def _parents(root: Element, path: str, read: Callable[[str], str | None] | None) -> Iterator[Element]:
    for _ in range(MAX_PARENTS):
        parent = root.get("parent")
        if parent is None or read is None:
            return
        relative = parent.find("relativePath") or "../pom.xml"
        target = normpath(f"{dirname(path)}/{relative}" if dirname(path) else relative)
        if not target.endswith(".xml"):
            target = f"{target}/pom.xml"
        text = read(target) if not target.startswith("..") else None
        found = parse_xml(text, target) if text is not None else None
        if not isinstance(found, Element) or found.find("artifactId") != parent.find("artifactId"):
            return
        yield found
        root, path = found, target


def _properties(chain: list[Element]) -> dict[str, str]:
    properties: dict[str, str] = {}
    for pom_ in reversed(chain):
        properties |= {child.tag: child.text for child in pom_.each("properties", "*")}
        version = pom_.find("version") or pom_.find("parent", "version")
        properties |= {"project.version": version} if version else {}
    return properties


def _filled(text: str, properties: dict[str, str], depth: int = 0) -> str:
    if depth > 5 or "${" not in text:
        return text
    filled = _PROPERTY.sub(lambda m: properties.get(m[1], m[0]), text)[:500]
    return filled if filled == text else _filled(filled, properties, depth + 1)


def _managed(chain: list[Element], properties: dict[str, str]) -> dict[str, str]:
    versions: dict[str, str] = {}
    for pom_ in reversed(chain):
        for element in pom_.each("dependencyManagement", "dependencies", "dependency"):
            versions[_coordinates(element, properties)] = element.find("version") or ""
    return versions


def _all(chain: list[Element]) -> Iterator[Element]:
    for pom_ in chain:
        yield from pom_.each("dependencies", "dependency")
    yield from chain[0].each("profiles", "profile", "dependencies", "dependency")


def _coordinates(element: Element, properties: dict[str, str]) -> str:
    return _filled(f"{element.find('groupId')}:{element.find('artifactId')}", properties)


def _dependency(element: Element, properties: dict[str, str], managed: dict[str, str]) -> Dependency:
    name = _coordinates(element, properties)
    version = element.find("version")
    kind = _KINDS.get(element.find("scope") or "", "prod")
    if element.find("optional") == "true":
        kind = "optional"
    spec = _filled(version or managed.get(name, ""), properties)
    return Dependency(name, spec, kind, element.at, element.find("scope"), managed=version is None)


def _java(properties: dict[str, str]) -> str | None:
    names = ("maven.compiler.release", "java.version", "maven.compiler.source")
    return next((_filled(properties[name], properties) for name in names if name in properties), None)


_CONFIGURATION = (
    r"(?P<configuration>(?:test|androidTest|debug|release|integrationTest)?"
    r"(?:[iI]mplementation|[aA]pi|[cC]ompile|[cC]ompileOnly|[rR]untimeOnly|[rR]untime|[aA]nnotationProcessor)"
    r"|kapt|ksp|developmentOnly|classpath)"
)
_GRADLE = re.compile(
    rf"^\s*{_CONFIGURATION}\s*\(?\s*(?:(?:enforcedPlatform|platform|project)\s*\(\s*)?"
    r"(?:[\"'](?P<text>[^\"']+)[\"']|(?P<catalog>libs\.[\w.]+))"
)
_MAP_STYLE = re.compile(r"group\s*[:=]\s*[\"']([^\"']+)[\"'].*?name\s*[:=]\s*[\"']([^\"']+)[\"']")
_INCLUDE = re.compile(r"[\"']:?([\w:./-]+)[\"']")


Catalog = dict[str, tuple[tuple[str, str], ...]]
"""The names of a version catalog, with dots, and the modules with versions behind each."""


def version_catalog(document: Document) -> Catalog:
    """A libs.versions.toml: `spring.boot.starter.web` and `bundles.web` with what they stand for. Never raises."""
    root = document.root
    versions = dict((root.get("versions") or Node({}, document.at)).items())
    found: Catalog = {}
    for alias, node in (root.get("libraries") or Node({}, document.at)).items():
        module = _module_of(node)
        if module:
            found[_dotted(alias)] = ((module, _version_of(node, versions)),)
    for alias, node in (root.get("bundles") or Node({}, document.at)).items():
        members = (found.get(_dotted(item.text), ()) for item in node.children())
        found[f"bundles.{_dotted(alias)}"] = tuple(one for member in members for one in member)
    return found


def _dotted(alias: str) -> str:
    return re.sub(r"[-_]", ".", alias)


def _module_of(node: Node) -> str:
    if isinstance(node.data, str):
        return ":".join(node.text.split(":")[:2])
    module, group, name = node.get("module"), node.get("group"), node.get("name")
    return module.text if module is not None else f"{group.text}:{name.text}" if group and name else ""


def _version_of(node: Node, versions: Mapping[str, Node]) -> str:
    if isinstance(node.data, str):
        return "".join(node.text.split(":")[2:3])
    version = node.get("version")
    if version is None:
        return ""
    reference = version.get("ref")
    stated = versions.get(reference.text) if reference is not None else version
    return stated.text if stated is not None and isinstance(stated.data, str) else ""


def gradle(text: str, path: str, settings: str = "", catalog: Catalog | None = None) -> Package:
    """A build.gradle(.kts) in outline; `settings` is the settings.gradle's text, `catalog` what `libs.` names mean.
    Never raises."""
    found = []
    plain = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)
    for number, line in enumerate(plain.split("\n")[:MAX_LINES], 1):
        match = _GRADLE.match(line.split(" //")[0]) if len(line) < 500 else None
        if match is not None:
            found += _gradle_dependency(match, line, At(path, number, number), catalog or {})
    version = re.search(r"^[ \t]*version\s*(?:=\s*)?[\"']([^\"']+)[\"']", plain, re.MULTILINE)
    name = re.search(r"rootProject\.name\s*=\s*[\"']([^\"']+)[\"']", settings)
    modules = [
        module.replace(":", "/").strip("/")
        for line in settings.split("\n")
        if re.match(r"\s*include\b(?!Build)", line)
        for module in _INCLUDE.findall(line)
    ]
    return Package(
        path=path,
        at=At(path),
        ecosystem="gradle",
        name=name[1] if name else None,
        version=version[1] if version else None,
        dependencies=tuple(found),
        workspaces=tuple(modules),
        manager="gradle",
        node=Node({}, At(path)),
        complete=False,
    )


def _gradle_dependency(match: re.Match[str], line: str, at: At, catalog: Catalog) -> list[Dependency]:
    configuration = match["configuration"]
    kind = "dev" if re.match(r"test|androidTest|debug|integrationTest|developmentOnly", configuration) else "prod"
    if match["catalog"]:
        meant = catalog.get(match["catalog"].removeprefix("libs.").removesuffix(".get"))
        if meant is None:
            return [Dependency(match["catalog"], "", kind, at, configuration, managed=True)]
        return [Dependency(name, spec, kind, at, configuration, managed=not spec) for name, spec in meant]
    mapped = _MAP_STYLE.search(line)
    if mapped:
        return [Dependency(f"{mapped[1]}:{mapped[2]}", "", kind, at, configuration)]
    parts = match["text"].split(":")
    if len(parts) < 2 or not parts[0] or "project" in line.split(match["text"])[0]:
        return []
    spec = parts[2].partition("@")[0] if len(parts) > 2 else ""
    return [Dependency(":".join(parts[:2]), spec, kind, at, configuration, raw=match["text"], managed=not spec)]
