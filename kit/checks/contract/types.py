"""Do the types hold what the parts promise each other?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.contract.protos import Proto, protos
from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node
from kit.sources.packages.model import Package
from kit.system.scope import within

_STRICT_BASES = re.compile(
    r"@tsconfig/|@vue/tsconfig|astro/tsconfigs/strict|expo/tsconfig|@sindresorhus/tsconfig|\.svelte-kit|\.nuxt|@total-typescript"
)
_ESCAPES = {
    "typescript": re.compile(r":[ ]?any\b|\bas any\b|<any>|@ts-(?:ignore|nocheck|expect-error)"),
    "python": re.compile(r"#\s*type:\s*ignore|#\s*pyright:\s*ignore|cast\(Any\b"),
}
_LOOSE = ("noImplicitAny", "strictNullChecks", "strictFunctionTypes", "strictPropertyInitialization")
_SMALL = 250
_FLOOD = 12.0


@check("CTR-004", "Types are checked strictly", Severity.MEDIUM, Clause.SPECIFICATION, effort_hours=8)
def types_are_strict(project: Project) -> Iterator[Fact]:
    """
    Without strict checks a type says what a value is when nothing went wrong; the null that did is found by a user.

    Decides: `strict` in the `tsconfig.json` of each TypeScript package, through what it extends, and what takes parts of it
    back; `ignoreBuildErrors`; mypy or pyright for Python services.

    Fix: turn strict checks on, and single ones off file by file while you mend.
    - node: `"strict": true` in `tsconfig.json`.
    - python: `strict = true` under `[tool.mypy]`, and mypy in the pipeline.

    Blind to: whether anything runs the check; delivery looks at that.

    See: https://www.typescriptlang.org/tsconfig/#strict
    """
    for path in _judged_configs(project):
        yield _strictness(project, path)
    for path in project.files.glob("**/next.config.*", "next.config.*"):
        yield from _build_errors(path, project.files.lines(path))
    yield from _python(project)


def _build_errors(path: str, lines: list[str]) -> Iterator[Fact]:
    for number, line in enumerate(lines, start=1):
        # a setting behind a condition (a preview build) says nothing of the others
        asked = any(" && " in text or " ? " in text for text in lines[max(0, number - 4) : number])
        if re.search(r"ignoreBuildErrors\s*:\s*true", line) and not asked:
            yield bad(f"{path}: `ignoreBuildErrors` lets a build pass that does not type-check.", At(path, number))


def _judged_configs(project: Project) -> Iterator[str]:
    for path in project.files.named("tsconfig.json"):
        folder = posixpath.dirname(path) or "."
        root = project.documents.get(path).root
        referring = root.get("references") is not None and (
            root.get("files") is not None or root.get("compilerOptions") is None
        )
        own = any(within(p, folder) for p in project.code.files("typescript", "tsx"))
        if project.files.class_of(path) is FileClass.PRODUCTION and own:
            referred = (
                [posixpath.normpath(posixpath.join(folder, n.text)) for n in root.each("references", "*", "path")]
                if referring
                else []
            )
            named = [p if p.endswith(".json") else posixpath.join(p, "tsconfig.json") for p in referred]
            kept = [
                p
                for p in named
                if project.files.exists(p)
                and not re.search(r"node|spec|test|config", posixpath.basename(p).replace("tsconfig", ""))
            ]
            if referring:
                yield from kept
            elif not _only_extended(project, path):
                yield path


def _only_extended(project: Project, path: str) -> bool:
    """Whether the file is the base of others and has no code of its own beside it."""
    folder = posixpath.dirname(path) or "."
    inner = [
        p for p in project.files.named("package.json") if within(p, folder) and (posixpath.dirname(p) or ".") != folder
    ]
    outside = [
        p
        for p in project.code.files("typescript", "tsx")
        if within(p, folder) and not any(within(p, posixpath.dirname(i)) for i in inner)
    ]
    return bool(inner) and not outside


def _strictness(project: Project, path: str) -> Fact:
    folder = posixpath.dirname(path) or "the project"
    options, known = _options(project, path, 0)
    strict = options.get("strict")
    if strict is not None and strict.text == "true":
        loose = [options[key] for key in _LOOSE if key in options and options[key].text == "false"]
        if (meta := options.get("emitDecoratorMetadata")) is not None and meta.text == "true":
            # decorators and their libraries fill the fields
            loose = [n for n in loose if n.key != "strictPropertyInitialization"]
        if loose:
            return partial(f"{folder}: strict, but for {', '.join(n.key or '' for n in loose)}.", *loose)
        return ok(f"{folder}: types are checked strictly.", strict)
    if strict is None and not known:
        return unknown(
            f"{path}: what it extends is not in the repository; whether that is strict is said there.", At(path)
        )
    some = [options[key] for key in _LOOSE if key in options and options[key].text == "true"]
    if some:
        return partial(
            f"{folder}: {', '.join(n.key or '' for n in some)} {'is' if len(some) == 1 else 'are'} on, `strict` is not.",
            strict or some[0],
        )
    return bad(f"{folder}: types are not checked strictly.", strict or At(path))


def _options(project: Project, path: str, depth: int) -> tuple[dict[str, Node], bool]:
    """The compiler's options with those of what the file extends, and whether all of that could be read."""
    root = project.documents.get(path).root
    own = dict(root.get("compilerOptions").items()) if root.get("compilerOptions") is not None else {}  # type: ignore[union-attr]
    extended = root.get("extends")
    bases = (
        list(extended.children())
        if extended is not None and extended.is_list
        else [extended]
        if extended is not None
        else []
    )
    found: dict[str, Node] = {}
    known = True
    for base in bases:
        if _STRICT_BASES.search(base.text) and "base" not in base.text:
            found["strict"] = Node("true", base.at, "strict")
            continue
        target = _base(project, path, base.text)
        if target is None or depth > 8:
            known = False
        else:
            inner, whole = _options(project, target, depth + 1)
            found, known = found | inner, known and whole
    return found | own, known


def _base(project: Project, path: str, name: str) -> str | None:
    if name.startswith("."):
        place = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        return next((p for p in (place, f"{place}.json", f"{place}/tsconfig.json") if project.files.exists(p)), None)
    for package in project.packages:
        if package.name and (name == package.name or name.startswith(f"{package.name}/")):
            rest = name[len(package.name) :].strip("/") or "tsconfig.json"
            place = posixpath.normpath(posixpath.join(package.dir, rest))
            return next((p for p in (place, f"{place}.json") if project.files.exists(p)), None)
    return None


def _python(project: Project) -> Iterator[Fact]:
    for service in project.system.own:
        if service.language != "python" or service.root is None or not service.routes:
            continue
        packages = [p for p in project.packages if p.ecosystem == "pypi" and within(service.root, p.dir)]
        tool = next(
            (d for p in packages if (d := p.depends_on("mypy", "pyright", "basedpyright", "ty", "pyre-check"))), None
        )
        config = next(
            (
                p
                for p in project.files.named("mypy.ini", "pyrightconfig.json", ".mypy.ini")
                if within(service.root, posixpath.dirname(p) or ".")
            ),
            None,
        )
        strict = _python_strict(project, packages)
        if strict is not None:
            yield ok(f"{service.name}: types are checked strictly.", strict)
        elif tool is not None or config is not None:
            yield partial(
                f"{service.name}: types are checked, not strictly.", tool or At(config or "."), severity=Severity.LOW
            )
        else:
            yield bad(
                f"{service.name}: nothing checks the types of its Python code.",
                packages[0] if packages else service,
                severity=Severity.LOW,
            )


def _python_strict(project: Project, packages: list[Package]) -> At | None:
    for package in packages:
        document = project.documents.get(package.path)
        for route in (
            ("tool", "mypy", "strict"),
            ("tool", "mypy", "disallow_untyped_defs"),
            ("tool", "pyright", "typeCheckingMode"),
            ("tool", "basedpyright"),
        ):
            node = document.get(*route) if package.path.endswith(".toml") else None
            if node is not None and node.text not in {"false", "off", "basic"}:
                return node.at
    return None


@check("CTR-011", "Types are rarely turned off", Severity.LOW, Clause.SPECIFICATION, effort_hours=6)
def types_are_kept(project: Project) -> Iterator[Fact]:
    """
    Each `any` is a place where the compiler was told to look away; many of them make strict checks a decoration.

    Decides: how many times in a thousand lines the code of a package says `any`, `@ts-ignore`, `type: ignore`; twelve or
    more do not hold in part.

    Fix: replace `any` by `unknown` with a check, or by the type that the other side states.

    Blind to: assertions that are wrong without saying `any`.

    See: https://typescript-eslint.io/rules/no-explicit-any/
    """
    lines: dict[tuple[str, str], int] = defaultdict(int)
    found: dict[tuple[str, str], list[At]] = defaultdict(list)
    for path in project.code.files("typescript", "tsx", "python"):
        language, text = "python" if path.endswith(".py") else "typescript", project.code.text(path)
        key = (project.code.unit(path), language)
        lines[key] += text.count("\n")
        found[key] += (at_offset(path, text, m.start()) for m in _ESCAPES[language].finditer(text))
    for (unit, language), number in lines.items():
        if number >= _SMALL:
            yield _escapes(unit, language, number, found[(unit, language)])


def _escapes(unit: str, language: str, lines: int, found: list[At]) -> Fact:
    share = len(found) * 1000 / lines
    name = f"{unit if unit != '.' else 'the project'} ({'TypeScript' if language == 'typescript' else 'Python'})"
    if share >= _FLOOD:
        files = dict.fromkeys(a.path for a in found)
        return partial(
            f"{name}: types are turned off {len(found)} times in {len(files)} files, {share:.0f} times in a thousand lines.",
            *found[:5],
        )
    return ok(f"{name}: types are turned off {share:.1f} times in a thousand lines.", found[0] if found else At(unit))


@check("CTR-014", "Copies of an interface agree", Severity.HIGH, Clause.SPECIFICATION, effort_hours=1)
def copies_agree(project: Project) -> Iterator[Fact]:
    """
    Services that each keep a copy of a .proto file speak two languages as soon as one copy changes: a number means a name
    here and a price there.

    Decides: .proto files of one package that declare the same message: a field number must have one type and one name in
    all of them.

    Fix: keep one file that all services build from.

    Blind to: copies in other repositories; other kinds of interface.

    See: https://protobuf.dev/programming-guides/proto3/#updating
    """
    groups: dict[tuple[str, frozenset[str]], list[Proto]] = defaultdict(list)
    for proto in protos(project):
        if proto.fields:
            groups[(proto.package, frozenset(proto.services))].append(proto)
    for (package, _), several in groups.items():
        if len(several) > 1 and package:
            differing = list(_differing(several))
            yield from differing
            if not differing:
                yield ok(f"{package}: {len(several)} copies of the interface agree.", At(several[0].path))


def _differing(several: list[Proto]) -> Iterator[Fact]:
    """One fact for a copy that differs, with the fields that do."""
    first = max(several, key=lambda p: len(p.fields))
    for other in several:
        wrong = [
            (f"{message}: number {number} is `{kind} {name}` here and `{known[0]} {known[1]}` there", at, known[2])
            for (message, number), (kind, name, at) in other.fields.items()
            if (known := first.fields.get((message, number))) is not None and (known[0], known[1]) != (kind, name)
        ]
        if wrong:
            words = listed((said for said, _, _ in wrong), 3)
            places = [place for _, here, there in wrong[:4] for place in (here, there)]
            yield bad(f"{other.path} and {first.path} differ in {plural(len(wrong), 'field')}. {words}.", *places)
