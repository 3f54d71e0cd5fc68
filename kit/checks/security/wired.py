"""Is what guards, filters and checks requests put to use, or only written?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from kit.checks.security.common import dependency
from kit.checks.shared.calls import runs
from kit.checks.shared.services import line_of
from kit.checks.shared.submodules import kept_elsewhere
from kit.checks.shared.texts import at_offset
from kit.checks.shared.wiring import Wiring
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.guards_jvm import SpringSecurity
from kit.sources.code.index import JAVASCRIPT
from kit.system.model import Service
from kit.system.scope import within


class _Shape(NamedTuple):
    """What such a thing looks like in the text of a file: the group `name` is its name."""

    kind: str
    languages: tuple[str, ...]
    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    nest: bool = False


_HANDLER = r"\(\s*_?req(?:uest)?\b[^,()]{0,80},\s*_?(?:res|response|reply)\b[^,()]{0,80},\s*next\b[^()]{0,60}\)"
_ERROR = r"\(\s*_?(?:err|error|e|ex)\b[^,()]{0,80},\s*_?req(?:uest)?\b[^,()]{0,80},\s*_?(?:res|response)\b[^,()]{0,80},\s*_?next\b[^()]{0,60}\)"


def _written(signature: str) -> re.Pattern[str]:
    """A function of JavaScript with these parameters: declared, or bound to a name."""
    return re.compile(
        rf"(?m)^(?:export\s+(?:default\s+)?)?(?:(?:async\s+)?function\s+(?P<a>\w+)\s*{signature}"
        rf"|(?:(?:const|let|var)\s+|(?:module\.)?exports\.)(?P<b>\w+)\s*(?::\s*[\w.<>, ]{{1,60}})?=\s*(?:async\s*)?(?:function\s*\w*\s*)?{signature})"
    )


_NEST = {
    "guard": r"implements[^{]{0,120}\bCanActivate\b|extends\s+(?:AuthGuard\(|ThrottlerGuard\b)",
    "filter": r"implements[^{]{0,120}\bExceptionFilter\b|extends\s+BaseExceptionFilter\b",
    "interceptor": r"implements[^{]{0,120}\bNestInterceptor\b",
    "middleware": r"implements[^{]{0,120}\bNestMiddleware\b",
}
_GUARDING = r"(?:\w*_)?(?:require[sd]?|auth\w*|login|admin|permission|role|jwt|token|protected|limit\w*)(?:_\w+)?"
_SHAPES = (
    *(
        _Shape(
            kind,
            JAVASCRIPT,
            ("@nestjs/",),
            re.compile(rf"(?m)^(?:export\s+)?(?:default\s+)?class\s+(?P<a>\w+)(?:<[^{{]{{0,60}}>)?\s+(?:extends\s+\w+\s+)?(?:{said})"),
            nest=True,
        )
        for kind, said in _NEST.items()
    ),
    _Shape("error handler", JAVASCRIPT, ("next",), _written(_ERROR)),
    _Shape("middleware", JAVASCRIPT, ("next(",), _written(_HANDLER)),
    _Shape(
        "middleware",
        ("python",),
        ("BaseHTTPMiddleware", "MiddlewareMixin", "get_response"),
        re.compile(
            r"(?m)^class\s+(?P<a>\w+)(?:\([^)\n]*(?:BaseHTTPMiddleware|MiddlewareMixin)[^)\n]*\)\s*:|(?:\([^)\n]*\))?:\s*(?:\"\"\"(?:[^\"]|\"(?!\"\"))*\"\"\"\s*)?"
            r"(?:\w+\s*=[^\n]*\s+)?def __init__\(self, get_response)"
        ),
    ),
    _Shape(
        "permission",
        ("python",),
        ("rest_framework",),
        re.compile(r"(?m)^class\s+(?P<a>\w+)\([^)\n]*\b(?:BasePermission|BaseAuthentication|TokenAuthentication)\b[^)\n]*\)\s*:"),
    ),
    _Shape(
        "guard",
        ("python",),
        ("wraps",),
        re.compile(
            rf"(?m)^def\s+(?P<a>{_GUARDING})\([^)\n]*\)[^\n]*:\n"
            r"(?:[ \t]+[^\n]*\n|\n){0,6}?[ \t]+@(?:functools\.)?wraps\("
        ),
    ),
    _Shape(
        "guard",
        ("python",),
        ("abort(4",),
        re.compile(
            rf"(?m)^def\s+(?!{_GUARDING}\()(?P<a>\w+)\([^)\n]*\)[^\n]*:\n(?:[ \t]+[^\n]*\n|\n){{0,6}}?[ \t]+@(?:functools\.)?wraps\([^\n]*\n"
            r"(?:[ \t]+[^\n]*\n){1,8}?[ \t]+abort\(\s*40[13]\b"
        ),
    ),
    _Shape(
        "middleware",
        ("go",),
        ("http.Handler", "gin.HandlerFunc", "echo.MiddlewareFunc", "echo.HandlerFunc", "fiber."),
        re.compile(
            r"(?m)^func\s+(?:\([^)]*\)\s*)?(?P<a>\w+)\((?:[^()\n]*\bhttp\.Handler(?:Func)?\)\s*http\.Handler(?:Func)?|[^()\n]*\)\s*(?:gin\.HandlerFunc|echo\.MiddlewareFunc|fiber\.Handler|func\(\w*\s*\*?fiber\.Ctx\)\s*error|func\(http\.Handler\)\s*http\.Handler)"
            r"|\w+\s+echo\.HandlerFunc\)\s*echo\.HandlerFunc)\s*\{"
        ),
    ),
    _Shape(
        "interceptor",
        ("java",),
        ("HandlerInterceptor",),
        re.compile(r"(?m)^public\s+(?:final\s+)?class\s+(?P<a>\w+)[^{]{0,120}\bHandlerInterceptor(?:Adapter)?\b"),
    ),
)  # fmt: skip
_ONLY_PROVIDED = re.compile(r"\b(?:providers|exports)\s*:\s*\[(?:[^\[\]{}]|\{[^{}]*\}|\[[^\[\]]*\])*$")
"""What stands before a name that is listed among the providers of a Nest module, and put to use by nothing there."""
_APPLIED = re.compile(r"\b(?:useClass|useExisting|useFactory|useValue)\s*:\s*[^,{}]{0,60}$")


@check("SEC-025", "Guards, filters and middleware that are written are used", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=1)  # fmt: skip
def what_guards_is_used(project: Project) -> Iterator[Fact]:
    """
    A guard that nothing applies looks like protection in a review, and lets everybody through.

    Decides: NestJS guards, filters, interceptors and middlewares, Express middlewares and error handlers, middleware and
    permission classes and guarding decorators of Python, Go's middlewares and Spring's handler interceptors: some code
    uses each by its name. A provider that a NestJS module only lists is not applied by that. `@PreAuthorize`, `@Secured`
    and `@RolesAllowed` of Spring count where the project switches them on.

    Fix: apply it where the application is put together, or delete it.
    - nestjs: `@UseGuards(RolesGuard)`, or `APP_GUARD`.
    - express: `app.use(requireAuth)`.
    - django: `MIDDLEWARE`.
    - fastapi: `dependencies=[Depends(...)]`.

    Blind to: code that loads files by folder; there nothing is said.

    See: https://docs.nestjs.com/guards
    """
    wiring = project.code.once(Wiring)
    for service in _judged(project):
        if wiring.by_folder(service.root or "."):
            continue
        used: list[At] = []
        unused: list[tuple[str, str, At]] = []
        for kind, name, at, nest in _defined(project, service):
            if _is_used(wiring, name, at.path, nest=nest):
                used.append(at)
            elif (elsewhere := kept_elsewhere(project, service.root)) is not None:
                said = f"the {kind} {name} is used by nothing here; a part of the program is in another repository"
                yield unknown(f"{service.name}: {said}.", at, elsewhere)
            else:
                unused.append((kind, name, at))
        for kind, name, at in unused:
            # its file guards in another way, and this one is left over
            beside = any(u.path == at.path for u in used) or _other_is_used(project, wiring, name, at.path)
            beside = beside or (kind == "guard" and _is_everywhere(project, name))
            grave = Severity.MEDIUM if beside else _grave(kind, name)
            yield bad(f"{service.name}: the {kind} {name} is written and nothing uses it.", at, severity=grave)
        yield from _switched_off(project, service)
        if used:
            yield ok(f"{service.name}: {plural(len(used), 'guard, filter or middleware', 'guards, filters and middlewares')} are used.", *used[:3])  # fmt: skip


_SPRING = ("spring-boot-starter-security", "org.springframework.boot:spring-boot-starter-security")
_SWITCHES = {
    "PreAuthorize": "@EnableMethodSecurity",
    "Secured": "@EnableMethodSecurity(securedEnabled = true)",
    "RolesAllowed": "@EnableMethodSecurity(jsr250Enabled = true)",
}


def _switched_off(project: Project, service: Service) -> Iterator[Fact]:
    """Guards on methods of a Spring service that nothing switches on: they are read by nobody."""
    if dependency(project, service, *_SPRING) is None:
        return
    security = project.code.once(SpringSecurity)
    for name, switch in _SWITCHES.items():
        pattern = rf"(?m)^[ \t]*@{name}\b"
        paths = (p for p in project.code.holding(f"@{name}", languages=("java",)) if within(p, service.root))
        places = [at for p in paths if runs(p) and (at := line_of(project, p, pattern)) is not None]
        if places and not security.is_on(name):
            words = f"{service.name}: @{name} stands on methods and nothing switches it on; it lets everybody through"
            above = next(_configured_elsewhere(project, service), None)
            if above is not None:
                yield unknown(
                    f"{words}, unless what it is configured from does, which is not here.", *places[:5], above
                )
                continue
            yield bad(f"{words}.", *places[:5], severity=Severity.HIGH, fix=switch)


_EXTENDS = re.compile(r"(?m)^@(?:Configuration|EnableWebSecurity)\b[^{]{0,600}?\bclass\s+\w+\s+extends\s+(?P<base>\w+)")


def _configured_elsewhere(project: Project, service: Service) -> Iterator[At]:
    """The configurations of security that are made from a class of a library that is nobody's framework."""
    for path in project.code.holding("EnableWebSecurity", languages=("java",)):
        text = project.code.text(path)
        found = _EXTENDS.search(text) if within(path, service.root) else None
        imported = re.search(rf"(?m)^import ((?:\w+\.){{1,20}}){found['base']};", text) if found is not None else None
        if found is None or imported is None or imported[1].startswith("org.springframework"):
            continue
        if not project.files.named(f"{found['base']}.java"):
            yield at_offset(path, text, found.start("base"))


def _judged(project: Project) -> Iterator[Service]:
    """The services that answer requests, each folder once."""
    seen: set[str] = set()
    for service in project.system.own:
        if service.root is not None and service.routes and service.root not in seen:
            seen.add(service.root)
            yield service


def _defined(project: Project, service: Service) -> Iterator[tuple[str, str, At, bool]]:
    seen: set[tuple[str, str]] = set()
    for shape in _SHAPES:
        for path in project.code.holding(*shape.needles, languages=shape.languages):
            if not within(path, service.root) or not runs(path):
                continue
            text = project.code.text(path)[:200_000]
            for found in shape.pattern.finditer(text):
                name = next(n for n in found.groupdict().values() if n)
                if (path, name) not in seen and not text[: found.start()].endswith("abstract "):
                    seen.add((path, name))
                    yield (
                        shape.kind,
                        name,
                        at_offset(path, text, found.start(found.lastgroup or 0)),
                        shape.nest,
                    )


def _is_used(wiring: Wiring, name: str, home: str, *, nest: bool) -> bool:
    if not nest:
        return any(True for _ in wiring.uses(name, home))
    listed = re.compile(_ONLY_PROVIDED.pattern)
    if any(True for _ in wiring.uses(name, home, aside=listed)):
        return True
    return any(_APPLIED.search(_before(wiring, path, line, name)) for path, line in wiring.uses(name, home))


def _other_is_used(project: Project, wiring: Wiring, name: str, home: str) -> bool:
    """Whether other code takes another object of the same Python module, such as the limiter that a decorator wraps."""
    module = project.code.python(home)
    assigned = (n for n in (module.body if module else ()) if isinstance(n, ast.Assign))
    others = {t.id for n in assigned if isinstance(n.value, ast.Call) for t in n.targets if isinstance(t, ast.Name)}
    uses = (path for other in sorted(others - {name}) for path, _ in wiring.uses(other, home))
    return any(path != home and project.files.class_of(path) is FileClass.PRODUCTION for path in uses)


def _before(wiring: Wiring, path: str, line: int, name: str) -> str:
    """What stands before the name, up to three lines above."""
    lines = wiring.body(path).splitlines()[max(0, line - 3) : line]
    return "\n".join(lines).rpartition(name)[0]


_WHO = re.compile(r"(?i)jwt|auth(?!or)|token|session|login")
_WHAT = re.compile(r"(?i)role|perm|admin|owner|polic|scope|tenant|csrf|limit")
_OF_ALL = re.compile(r"\bAPP_GUARD\b[^;]{0,300}\b\w{0,40}(?:Jwt|Auth)\w{0,40}Guard\b")


def _is_everywhere(project: Project, name: str) -> bool:
    """Whether a guard asks who calls and no more, where another one of the kind stands before every route."""
    if not _WHO.search(name) or _WHAT.search(name):
        return False
    return any(_OF_ALL.search(project.code.text(p)) for p in project.code.holding("APP_GUARD", languages=JAVASCRIPT))


def _grave(kind: str, name: str) -> Severity:
    guards = kind in {"guard", "permission"} or re.search(
        r"(?i)auth|guard|admin|staff|owner|role|permission|limit|csrf|protect", name
    )
    return Severity.HIGH if guards else Severity.LOW
