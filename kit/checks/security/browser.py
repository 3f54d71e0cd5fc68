"""What browsers keep and show: cookies, markup that is put in as it comes, tokens in the page's storage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.security.common import ASIDE, flow
from kit.checks.shared.browser import on_page
from kit.checks.shared.calls import JAVASCRIPT, Call, calls, entry, is_text, option, runs, shown, text_value, unwrap
from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import node_at

_LOGIN = re.compile(r"(?i)sess|token|auth|jwt|\bsid\b|login|remember|refresh|access")
_NOT_LOGIN = re.compile(r"(?i)csrf|xsrf|continue|lang|locale|theme|currency|method|last_|hint|redirect|return")


@check(
    "SEC-011",
    "Cookies of logins are kept from scripts and plain connections",
    Severity.MEDIUM,
    Clause.INVARIANTS,
    effort_hours=1,
)
def cookies_are_kept(project: Project) -> Iterator[Fact]:
    """
    A login's cookie without `HttpOnly` is read by any injected script, without `Secure` by anybody on the way.

    Decides: the options of sessions and of cookies whose names speak of logins, in Express, Flask, FastAPI, Django and Go.

    Fix: set `HttpOnly`, `Secure` and `SameSite` on the cookie.
    - node: `res.cookie("session", id, { httpOnly: true, secure: true, sameSite: "lax" })`.
    - django: `SESSION_COOKIE_SECURE = True` and `SESSION_COOKIE_HTTPONLY = True`.
    - python: `response.set_cookie("session", id, httponly=True, secure=True, samesite="Lax")`.
    - go: `http.Cookie{HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode}`.
    - java: `cookie.setHttpOnly(true)` and `cookie.setSecure(true)`.
    - dotnet: `new CookieOptions { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax }`.
    - php: `setcookie("session", $id, ["httponly" => true, "secure" => true, "samesite" => "Lax"])`.

    Blind to: cookies that libraries set by themselves.

    See: https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Cookies
    """
    yield from _sessions(project)
    for call in calls(project, "cookie", "setCookie", languages=JAVASCRIPT, needles=(".cookie(", "setCookie(")):
        if (
            re.search(r"(?:^|\.)(?:res|response|reply)\.(?:status\(\d+\)\.)?(?:cookie|setCookie)$", call.callee)
            and len(call.args) > 1
            and _is_login(call.args[0])
        ):
            yield _judged(call, _options(project, call), "httpOnly", "secure", "sameSite")
    for call in calls(project, "set_cookie", languages=("python",)):
        key = call.option("key") or (call.args[0] if call.args else None)
        if key is not None and _is_login(key) and "**" not in call.node.text()[:600]:
            yield _judged(call, call.node.field("arguments"), "httponly", "secure", "samesite")
    yield from _django(project)
    yield from _go(project)


def _is_login(name: SgNode) -> bool:
    text = name.text()[:80]
    return bool(_LOGIN.search(text)) and not _NOT_LOGIN.search(text)


def _options(project: Project, call: Call) -> SgNode | None:
    given = unwrap(call.args[2]) if len(call.args) > 2 else None
    if given is not None and given.kind() == "identifier":
        values = [d.value for d in flow(project).definitions(given, call.path) if d.value is not None]
        return values[0] if len(values) == 1 else given
    return given


def _judged(call: Call, options: SgNode | None, http_only: str, secure: str, same_site: str) -> Fact:
    name = (text_value(call.args[0]) if call.args else None) or "The login's cookie"
    if options is not None and options.kind() not in {"object", "argument_list"}:
        return unknown(f"{name}: how it is kept is decided by {shown(options)}, which is made elsewhere.", call)
    lacking = [what for what in (http_only, secure) if not _set(call, options, what)]
    if lacking:
        reach = {http_only: "scripts can read it", secure: "it goes over plain connections"}
        return bad(f"{name}: {' and '.join(reach[what] for what in lacking)}.", call)
    if not _set(call, options, same_site):
        return partial(
            f"{name}: other sites' requests bring it along where a browser has no default of its own.",
            call,
            severity=Severity.LOW,
        )
    return ok(f"{name}: kept from scripts and plain connections.", call)


def _set(call: Call, options: SgNode | None, name: str) -> bool:
    if options is None:
        return False
    if options.kind() == "argument_list":
        value = call.option(name)
    else:
        value = option(options, name)
        if value is None and "..." in options.text()[:400]:
            return True
    return value is not None and value.text() not in {"false", "False", "None"}


def _sessions(project: Project) -> Iterator[Fact]:
    for call in calls(
        project, "session", "cookieSession", languages=JAVASCRIPT, needles=("express-session", "cookie-session")
    ):
        if call.callee not in {"session", "cookieSession", "expressSession"} or not call.args:
            continue
        options = call.args[0]
        cookie = entry(options, "cookie") if call.name == "session" else options
        if options.kind() != "object" or (cookie is not None and cookie.kind() != "object"):
            continue
        secure = option(cookie, "secure")
        open_to_scripts = option(cookie, "httpOnly")
        if open_to_scripts is not None and open_to_scripts.text() == "false":
            yield bad("The session's cookie can be read by scripts.", call)
        elif secure is None or secure.text() == "false":
            yield bad("The session's cookie goes over plain connections: `cookie.secure` is not set.", call)
        else:
            yield ok("The session's cookie is kept from scripts and plain connections.", call)


def _django(project: Project) -> Iterator[Fact]:
    settings = [
        p for p in project.code.holding("MIDDLEWARE", "SESSION_COOKIE_SECURE", languages=("python",)) if "settings" in p
    ]
    every = "\n".join(project.code.text(p) for p in settings)
    base = next((p for p in settings if "SessionMiddleware" in project.code.text(p)), None)
    if base is None:
        return
    on = re.search(r"(?m)^[ \t]*SESSION_COOKIE_SECURE[ \t]*=[ \t]*(?!False)", every)
    at = At(base, next((n for n, line in enumerate(project.files.lines(base), 1) if "SessionMiddleware" in line), None))
    if on:
        yield ok("Django's session cookie stays off plain connections.", at)
    else:
        yield bad("Django's session cookie goes over plain connections: SESSION_COOKIE_SECURE is not set.", at)


def _go(project: Project) -> Iterator[Fact]:
    for path in project.code.holding("http.Cookie{", languages=("go",)):
        root = project.code.tree(path) if runs(path) else None
        for node in (
            root.find_all(kind="composite_literal", has={"field": "type", "regex": r"^http\.Cookie$"}) if root else ()
        ):
            name = option(node, "Name")
            if name is None or not _is_login(name):
                continue
            at = At(path, node.range().start.line + 1)
            lacking = [
                what
                for what in ("HttpOnly", "Secure")
                if (value := option(node, what)) is None or value.text() == "false"
            ]
            if lacking:
                yield bad(f"{name.text()[:40]}: the cookie lacks {' and '.join(lacking)}.", at)
            else:
                yield ok(f"{name.text()[:40]}: kept from scripts and plain connections.", at)


_SAFE = re.compile(
    r"(?i)sanitiz|purify|escape|\bxss\(|JSON\.stringify|serialize|renderToStaticMarkup|highlight|hljs|prism|shiki|katex|nonce|renderSVG|\.css\b|styles?\b|mermaid"
)
_TEMPLATES = (
    (("**/*.vue",), re.compile(r"\bv-html\s*=\s*[\"']([^\"']+)"), "v-html"),
    (("**/*.svelte",), re.compile(r"\{@html\s+([^}]+)\}"), "{@html}"),
    (("**/*.ejs",), re.compile(r"<%-(?!\s*(?:include|body|contentFor|partial|layout|csrf))([^%]+)%>"), "<%-"),
    (("**/*.hbs", "**/*.handlebars", "**/*.mustache"), re.compile(r"\{\{\{\s*+(?!body|content|block|yield)([^}]+)\}\}\}"), "{{{ }}}"),
    (("**/templates/**/*.html", "**/*.jinja", "**/*.j2", "**/*.jinja2"), re.compile(r"\{\{[^}|]*\|\s*(safe)\b"), "|safe"),
)  # fmt: skip


@check("SEC-016", "Markup that others write is made harmless", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=2)
def markup_is_made_harmless(project: Project) -> Iterator[Fact]:
    """
    Markup that is put into a page as it comes brings its scripts with it: they act as the visitor who sees them.

    Decides: `dangerouslySetInnerHTML`, `innerHTML`, `v-html`, `bypassSecurityTrustHtml`, raw tags of templates and escaping
    that is switched off, where what goes in is no constant and no sanitizer is in sight.

    Fix: clean the markup right where it goes in, or put none in at all.
    - node: `DOMPurify.sanitize(html)`.
    - python: `nh3.clean(html)`.
    - go: `bluemonday.UGCPolicy().Sanitize(html)`.
    - java: the HTML sanitizer of OWASP.

    Blind to: markup that was made harmless before it was stored.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Cross_Site_Scripting_Prevention_Cheat_Sheet.html
    """
    yield from _react(project)
    yield from _dom(project)
    yield from _templates(project)
    yield from _escaping_off(project)


def _harmless(project: Project, node: SgNode, path: str) -> bool:
    node = unwrap(node)
    values = flow(project)
    if is_text(node) or values.is_constant(node, path) or _SAFE.search(node.text()[:300]):
        return True
    _, holes = values.holes(node, path)
    if holes and all(values.is_constant(h.node, path) or _SAFE.search(h.node.text()[:300]) for h in holes):
        return True
    if node.kind() == "identifier":
        found = [d.value for d in values.definitions(node, path) if d.value is not None]
        return bool(found) and all(_SAFE.search(v.text()[:400]) or is_text(v) for v in found)
    return False


def _react(project: Project) -> Iterator[Fact]:
    for path in project.code.holding("dangerouslySetInnerHTML", languages=JAVASCRIPT):
        root = project.code.tree(path) if runs(path, browser=True) else None
        language = project.code.language(path)
        for node in root.find_all(kind="pair", has={"field": "key", "regex": "^__html$"}) if root and language else ():
            value = node.field("value")
            at = At(path, node_at(path, node).line)
            if value is None:
                continue
            inside = next(
                (
                    a.text()[:40]
                    for a in node.ancestors()
                    if a.kind() in {"jsx_self_closing_element", "jsx_opening_element"}
                ),
                "",
            )
            if inside.startswith(("<style", "<script")) or _harmless(project, value, path):
                yield ok("What is put into the page is a constant or made harmless.", at)
            else:
                yield partial(f"{value.text()[:60]} is put into the page as markup, and no sanitizer is in sight.", at)


def _dom(project: Project) -> Iterator[Fact]:
    for path in project.code.holding("innerHTML", "outerHTML", languages=JAVASCRIPT):
        root = project.code.tree(path) if runs(path, browser=True) and ".min." not in path else None
        found = []
        for node in (
            root.find_all(kind="assignment_expression", has={"field": "left", "regex": r"\.(?:innerHTML|outerHTML)$"})
            if root
            else ()
        ):
            right = node.field("right")
            if right is not None and not _harmless(project, right, path):
                sent = flow(project).tainted(right, path) or re.search(
                    r"location\.(?:search|hash|href)|URLSearchParams|\.data\.|event\.data", right.text()[:300]
                )
                found.append((At(path, node.range().start.line + 1), bool(sent)))
        if found:
            sent_too = any(sent for _, sent in found)
            yield (bad if sent_too else partial)(
                f"{plural(len(found), 'text')} that varies is put into the page as markup.",
                *(at for at, _ in found[:5]),
                severity=Severity.MEDIUM if sent_too else Severity.LOW,
            )
    for call in calls(
        project, "bypassSecurityTrustHtml", "bypassSecurityTrustScript", languages=JAVASCRIPT, browser=True
    ):
        if call.args and not _harmless(project, call.args[0], call.path):
            yield bad(f"{call.name} lets {call.args[0].text()[:50]} into the page as it is.", call)
    for call in calls(project, "mark_safe", "Markup", languages=("python",)):
        _, holes = flow(project).holes(call.args[0], call.path) if call.args else ("", [])
        if (
            any(
                not flow(project).is_constant(h.node, call.path) and not _SAFE.search(h.node.text()[:200])
                for h in holes
            )
            and holes[0].node.kind() != "call"
        ):
            yield partial(f"{call.name} marks text that varies as harmless.", call)


def _templates(project: Project) -> Iterator[Fact]:
    """Raw tags of templates, one fact for each application and kind; mails' and plain texts are not pages."""
    for patterns, sign, name in _TEMPLATES:
        found: dict[str, list[At]] = {}
        for path in project.files.glob(*patterns, classes={FileClass.PRODUCTION}):
            if re.search(r"(?i)mail|/te?xt/|_te?xt\.|\.te?xt\.|subject|newsletter|{{cookiecutter", path) or not runs(
                path, browser=True
            ):
                continue
            lines = enumerate(project.files.lines(path), start=1)
            places = [
                At(path, n) for n, line in lines for m in [sign.search(line[:2000])] if m and not _SAFE.search(m[1])
            ]
            found.setdefault(project.code.unit(path), []).extend(places)
        for places in found.values():
            if places:
                grave = Severity.LOW if name == "|safe" else Severity.MEDIUM
                said = f"{name} puts values into pages as markup ({plural(len(places), 'place')}), and no sanitizer is in sight."
                yield partial(said, *places[:5], severity=grave)


_OFF = re.compile(
    r"(?m)^(?![ \t]*(?://|#|\*)).*?(?:autoescape['\"]?[ \t]{0,4}[:=][ \t]{0,4}(?:false|False)|Environment\((?![^)]{0,300}autoescape)[^)\n]{0,200}FileSystemLoader|noEscape[ \t]{0,4}:[ \t]{0,4}true)"
)


def _escaping_off(project: Project) -> Iterator[Fact]:
    for path in project.code.holding("autoescape", "FileSystemLoader", "noEscape"):
        text = project.code.text(path)
        found = _OFF.search(text)
        if found and runs(path) and "text/html" not in found[0]:
            web = re.search(r"(?i)express|flask|fastapi|starlette|swig|nunjucks|http", text)
            if web:
                yield bad(
                    "The templates' escaping is switched off: whatever a value holds becomes markup.",
                    at_offset(path, text, found.end()),
                )


@check("SEC-024", "Tokens are not kept in the page's storage", Severity.LOW, Clause.INVARIANTS, effort_hours=8)
def tokens_are_not_in_storage(project: Project) -> Iterator[Fact]:
    """
    What is in `localStorage` any script of the page can read and send away, an injected one too.

    Decides: `localStorage.setItem` and `sessionStorage.setItem` under a name that speaks of a token, and cookies of such a
    name that a script of the page sets, which can therefore read them; once per application.

    Fix: keep the login in a cookie with `HttpOnly`, and let the server read it.

    Blind to: tokens under other names, libraries that keep them there.

    See: https://cheatsheetseries.owasp.org/cheatsheets/HTML5_Security_Cheat_Sheet.html#local-storage
    """
    units: dict[str, list[Call]] = {}
    for call in calls(project, "setItem", languages=JAVASCRIPT, needles=("Storage.setItem",), browser=True):
        if (
            call.args
            and call.callee.endswith(("localStorage.setItem", "sessionStorage.setItem"))
            and re.search(r"(?i)token|jwt|\bauth\b", call.args[0].text()[:80])
        ):
            units.setdefault(project.code.unit(call.path), []).append(call)
    for unit, found in units.items():
        if project.files.environment_of(unit) not in ASIDE:
            yield bad(
                f"The token is kept in the page's storage, where every script can read it ({plural(len(found), 'place')}).",
                *found[:5],
            )
    for unit, set_here in _tokens_in_cookies(project).items():
        if unit not in units and project.files.environment_of(unit) not in ASIDE:
            said = f"A script of the page sets the cookie of the token ({plural(len(set_here), 'place')})"
            yield bad(f"{said}: it cannot be HttpOnly, and every script can read it.", *set_here[:5])


_TOKEN = re.compile(r"(?i)(?:access|refresh|auth|id|jwt|session)[-_.]{0,2}token|^[\"'`]?(?:token|jwt)[\"'`]?$")
_COOKIE_SETTERS = re.compile(
    r"(?:^|\.)(?:setCookie|set_cookie)$|(?:^|\.)(?:Cookies?|cookies?|jsCookie|cookieStore)\.set$"
)


def _tokens_in_cookies(project: Project) -> dict[str, list[Call]]:
    """Calls that set the cookie of a token in a page, by package; those that clear it are left out."""
    found: dict[str, list[Call]] = {}
    marks = ("document.cookie", "js-cookie", "universal-cookie", "react-cookie", "cookies-next", "cookieStore")
    for call in calls(project, "setCookie", "set", languages=JAVASCRIPT, needles=marks, browser=True):
        if not _COOKIE_SETTERS.search(call.callee) or len(call.args) < 2 or not on_page(project, call.path):
            continue
        value, rest = call.args[1].text(), " ".join(arg.text() for arg in call.args[1:])
        cleared = value.strip("\"'`") == "" or re.search(
            r"(?i)max-?age[\"']?:\s*(?:0|-1)\b|http-?only[\"']?:\s*true", rest
        )
        if _TOKEN.search(call.args[0].text()[:80]) and not cleared:
            found.setdefault(project.code.unit(call.path), []).append(call)
    return found
