"""Do routes of administration ask for more than a login?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.security.common import files_of, served
from kit.checks.shared.handlers import handler, statement, without_strings
from kit.checks.shared.words import listed, plural
from kit.model import Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import word_set
from kit.system.model import Route, Service

_SURE = word_set("admin admins administration administrator superadmin backoffice back-office")
_PERHAPS = word_set("management manage")
_WAY_IN = re.compile(r"(?i)log-?in|sign-?in|log-?out|sign-?out|auth|session|token|password|setup|invite|\bme$")
_ROLE = re.compile(
    r"(?i)role|permission|privileg|is_?admin|is_?staff|superuser|super_?admin|authorit|polic(?:y|ies)\b|\bability|casl|casbin"
    r"|has_?access|\bscopes?\b|allowed_?users|admin_?(?:only|required|guard|middleware|user|auth|email|id|token|key|secret)"
    r"|(?:require|ensure|verify|check|only|assert|get|current)\w{0,12}_?admin|\badmins?\b(?!\s*[.=/])"
)
_MADE = re.compile(
    r"(?i)\b\w{0,80}admin\w{0,80}(?:router?|routes|controller|service|handlers?|api|module|page|views?)\b"
)
_BASE = re.compile(
    r"^class \w{1,80}(?:\(|\s+extends\s)[^:{]{0,200}?(?:[Aa]dmin\w{0,40}(?:Base|Mixin|Guard)|Base_?Admin|Admin(?:Controller|View|API))\b"
)
_SHARED = re.compile(
    r"\.use\(|APIRouter\(|include_router\(|Blueprint\(|before_request|@UseGuards|addHook\(|\.Group\(|\.group\("
)


@check("SEC-065", "Routes of administration ask for a role", Severity.HIGH, Clause.INVARIANTS, effort_hours=2)
def administration_asks_for_a_role(project: Project) -> Iterator[Fact]:
    """
    Behind a login alone every customer is an administrator: whoever registers and guesses `/admin/users` is in.

    Decides: routes behind a login whose path says that they are for administrators: their statement, guard or handler
    names a role, a permission or an administrator. It is reported only where no code of the service names any; where
    some does, and not here, it cannot be told.

    Fix: put a guard for the role behind that for the login, on the whole router.
    - express: `router.use(login, requireRole("admin"))`.
    - nestjs: `@Roles("admin")` and `@UseGuards(AuthGuard, RolesGuard)` on the controller.
    - fastapi: `APIRouter(dependencies=[Depends(require_admin)])`.
    - django: `permission_classes = [IsAdminUser]`.
    - flask: `@blueprint.before_request` with the check of the role.
    - spring: `.requestMatchers("/admin/**").hasRole("ADMIN")`.
    - gin: `admin := router.Group("/admin", RequireAdmin())`.
    - dotnet: `[Authorize(Roles = "admin")]`.

    Blind to: what a guard compares; Django's own administration; roles that a gateway asks for.

    See: https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/
    """
    for service, routes in served(project):
        judged = [r for r in routes if r.auth is True and r.framework != "django" and _segments(r) & (_SURE | _PERHAPS)]
        judged = [r for r in judged if not _WAY_IN.search(r.path)]
        asking = [r for r in judged if _asks(project, r)]
        rest = [r for r in judged if r not in asking]
        if asking:
            yield ok(f"{service.name}: {plural(len(asking), 'route')} of administration ask for a role.", *asking[:5])
        yield from _without(project, service, rest)


def _without(project: Project, service: Service, rest: list[Route]) -> Iterator[Fact]:
    sure = [r for r in rest if _segments(r) & _SURE and r.at.path.endswith((".js", ".ts", ".mjs", ".cjs", ".py"))]
    if sure and not _names_roles(project, service):
        shown = listed([f"{r.method} {r.path}" for r in sure], 4)
        message = f"{service.name}: a login is enough for {shown}, and nothing in the service knows of roles: every user is an administrator."
        yield bad(message, *sure[:8])
        rest = [r for r in rest if r not in sure]
    if rest:
        yield unknown(
            f"{service.name}: whether {plural(len(rest), 'route')} of administration ask for more than a login cannot be told from the code around them.",
            *rest[:5],
            severity=Severity.MEDIUM,
        )


def _segments(route: Route) -> set[str]:
    return {part.lower() for part in route.path.split("/")}


def _plain(text: str) -> str:
    return _MADE.sub("", without_strings(text))


def _asks(project: Project, route: Route) -> bool:
    """Whether the lines that register or guard a route, those that lead to all of its file, or its handler name a role."""
    lines = project.files.lines(route.at.path)
    texts = [statement(project, route), *(line for line in lines if _SHARED.search(line))]
    if route.auth_at is not None and route.auth_at.line:
        texts.append(
            "\n".join(project.files.lines(route.auth_at.path)[route.auth_at.line - 1 : route.auth_at.end_line])
        )
    texts += [project.files.text(path) for path in _layouts(project, route.at.path)]
    found = handler(project, route)
    if found is not None:
        texts += [found.before, found.body]
    of_class = any(_BASE.search(line) for line in lines)
    return of_class or any(_ROLE.search(_plain(text)) for text in texts)


def _layouts(project: Project, path: str) -> Iterator[str]:
    """The layouts of the folders that a page stands in: they load before it and may refuse."""
    folder = posixpath.dirname(path)
    while folder and "admin" in folder.lower():
        names = (
            f"{folder}/{name}.{end}" for name in ("_layout", "layout", "+layout.server") for end in ("tsx", "ts", "js")
        )
        yield from (name for name in names if project.files.exists(name))
        folder = posixpath.dirname(folder)


def _names_roles(project: Project, service: Service) -> bool:
    """Whether any code of a service, or of what it shares, names roles outside of quoted words and names of routers."""
    shared = (p for p in project.code.files() if "packages/" in p or "libs/" in p)
    return any(_ROLE.search(_plain(project.code.text(path))) for path in {*files_of(project, service), *shared})
