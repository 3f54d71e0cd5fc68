"""Routes that files are by their place: Next.js, Remix and React Router, SvelteKit, Nuxt."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.guards_js import JsGuards
from kit.sources.code.index import JAVASCRIPT, CodeIndex
from kit.sources.code.js import EXTENSIONS, Found, JsProject
from kit.sources.code.js_module import CLASSES, JsModule, arguments, pairs, unwrap
from kit.sources.code.mounts import OPEN, Guard, absolute
from kit.sources.code.records import RouteFact
from kit.sources.code.words import suggests_auth

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_EXTENSION = r"\.(?:tsx?|jsx?|mjs|cjs)$"
_NEXT_APP = re.compile(rf"(?:^|/)app/(?P<route>(?:.*/)?)route{_EXTENSION}")
_NEXT_PAGES = re.compile(rf"(?:^|/)pages/(?P<route>api/.*?|api){_EXTENSION}")
_SVELTE = re.compile(rf"(?:^|/)src/routes/(?P<route>(?:.*/)?)\+server{_EXTENSION}")
_NUXT = re.compile(
    rf"(?:^|/)server/(?P<route>(?:api|routes)/.*?)(?:\.(?P<method>get|post|put|patch|delete))?{_EXTENSION}"
)
_REMIX = re.compile(rf"(?:^|/)app/routes/(?P<route>.*?){_EXTENSION}")


def file_routes(code: CodeIndex, project: JsProject) -> Iterator[RouteFact]:
    """The routes of frameworks that take paths from the names of files."""
    reader = FileRoutes(code, project)
    for path in code.files(*JAVASCRIPT):
        yield from reader.of(path)


class FileRoutes:
    """Knows the middlewares and base paths that a file's route stands under."""

    def __init__(self, code: CodeIndex, project: JsProject) -> None:
        self.code = code
        self.project = project
        self.guards = JsGuards(project)
        self._bases: dict[str, str] = {}
        self._middlewares: dict[str, Guard] = {}
        self._paths = frozenset(code.files(*JAVASCRIPT))

    def of(self, path: str) -> Iterator[RouteFact]:
        """The routes that one file is."""
        if (found := _NEXT_APP.search(path)) or (found := _SVELTE.search(path)):
            framework = "nextjs" if "+server" not in path else "sveltekit"
            yield from self._exported(path, segments(found["route"]), framework)
        elif found := _NEXT_PAGES.search(path):
            if not path.endswith(".d.ts"):
                yield from self._default(path, segments(found["route"]), "nextjs", "ANY")
        elif (found := _NUXT.search(path)) and self._is(path, "nuxt", "nitro"):
            route = segments(found["route"].removeprefix("routes/"))
            yield from self._default(path, route, "nuxt", (found["method"] or "any").upper())
        elif found := _REMIX.search(path):
            yield from self._remix(path, found["route"])

    def _exported(self, path: str, route: str, framework: str) -> Iterator[RouteFact]:
        """`export function GET`, `export const POST = …`, `export { handler as GET }`."""
        module = self.project.module(path)
        for method in METHODS if module else ():
            found = self._export(module, method) if module else None
            if found is not None:
                yield self._fact(method, route, *found, framework, method, path)

    def _default(self, path: str, route: str, framework: str, method: str) -> Iterator[RouteFact]:
        """`export default handler`, or a wrapper around one handler per method: `wrap({ GET: …, POST: …
        })`."""
        own = self.project.module(path)
        exported = self._export(own, "default") if own else None
        if exported is None:
            return
        module, node = exported
        found = self.project.resolve(node, module) or Found(module, node)
        made = unwrap(found.node) if found.node is not None else node
        given = arguments(made) if made.kind() == "call_expression" else []
        handlers = [entry for argument in given for entry in pairs(unwrap(argument)) if entry[0] in METHODS]
        for name, value in handlers:
            yield self._fact(name, route, found.module, value, framework, name, path)
        if not handlers:
            yield self._fact(method, route, module, node, framework, "default", path)

    def _export(self, module: JsModule, name: str) -> tuple[JsModule, SgNode] | None:
        """What a file exports under a name, and the file that it stands in: another where it is handed on."""
        if name in module.exports:
            return module, module.exports[name]
        found = self.project.exported(module, name)
        return (found.module, found.node) if found is not None and found.node is not None else None

    def _remix(self, path: str, name: str) -> Iterator[RouteFact]:
        """A route file answers GET by its loader or page, and everything else by its action; a layout only
        wraps."""
        module = self.project.module(path)
        if module is None or not module.exports.keys() & {"loader", "action", "default"}:
            return
        if name.endswith("_layout") or not self._is(path, "@remix-run", "react-router", "@react-router"):
            return
        route, layout = remix_path(name), self._layouts(path, name)
        read = module.exports.get("loader") or module.exports.get("default")
        if read is not None:
            handler = "loader" if "loader" in module.exports else "default"
            fact = self._fact("GET", route, module, read, "remix", handler)
            guard = layout.and_then(Guard(fact.auth, fact.auth_at))
            yield replace(fact, auth=guard.auth, auth_at=guard.at)
        if "action" in module.exports:
            yield self._fact("POST", route, module, module.exports["action"], "remix", "action")

    def _layouts(self, path: str, name: str) -> Guard:
        """What the loaders of the layouts around a page ask: they run before it is shown."""
        root, parts = path[: path.rindex(name)], name.split("/")
        stems = ["/".join([*parts[:depth], "_layout"]) for depth in range(1, len(parts))]
        pieces = parts[-1].split(".")
        stems += ["/".join([*parts[:-1], ".".join([*pieces[:n], "_layout"])]) for n in range(len(pieces))]
        guard = OPEN
        for stem in stems:
            module = next(
                (self.project.module(p) for e in EXTENSIONS if (p := f"{root}{stem}{e}") in self._paths), None
            )
            node = module.exports.get("loader") if module else None
            if module is not None and node is not None:
                guard = guard.and_then(self._guard(Found(module, node), "/"))
        return guard

    def _fact(
        self,
        method: str,
        route: str,
        module: JsModule,
        node: SgNode,
        framework: str,
        handler: str,
        path: str = "",
    ) -> RouteFact:
        base = self._base(path or module.path) if framework == "nextjs" else ""
        whole = absolute(f"{base}/{route}").rstrip("/") or "/"
        found = self.project.resolve(node, module) or Found(module, node)
        guard = self._guard(found, whole)
        if not guard.auth and framework == "nextjs":
            guard = self._middleware(path or module.path).and_then(guard)
        at = At(module.path, node.range().start.line + 1)
        return RouteFact(method, whole, at, framework, handler, guard.auth, guard.at)

    def _guard(self, found: Found, path: str) -> Guard:
        if found.node is None or found.node.kind() in CLASSES:
            return OPEN
        return self.guards.of_handler(found.node, found.module, path)

    def _middleware(self, path: str) -> Guard:
        """A `middleware` file that asks for a session leaves a doubt: its matcher decides."""
        unit = self.code.unit(path)
        if unit not in self._middlewares:
            self._middlewares[unit] = self._find_middleware(unit)
        return self._middlewares[unit]

    def _find_middleware(self, unit: str) -> Guard:
        for folder in (unit, posixpath.join(unit, "src")):
            for extension in (".ts", ".js", ".mjs"):
                path = posixpath.normpath(posixpath.join(folder, f"middleware{extension}"))
                text = self.code.text(path) if path in self.code.index else ""
                if any(suggests_auth(word) for word in re.findall(r"\w{3,40}", text)):
                    return Guard(None, At(path, 1))
        return OPEN

    def _base(self, path: str) -> str:
        """`basePath` of the package's `next.config`, where it is a literal."""
        unit = self.code.unit(path)
        if unit not in self._bases:
            configs = (posixpath.normpath(f"{unit}/next.config{e}") for e in (".js", ".mjs", ".ts", ".cjs"))
            texts = (self.code.text(config) for config in configs if config in self.code.index)
            found = (re.search(r"^\s*basePath:\s*['\"](/[^'\"\s]*)['\"]", text, re.MULTILINE) for text in texts)
            self._bases[unit] = next((m[1] for m in found if m), "")
        return self._bases[unit]

    def _is(self, path: str, *packages: str) -> bool:
        """True where the file's package, or one above it, names one of these."""
        unit = self.code.unit(path)
        manifests = (
            posixpath.normpath(f"{unit}/{name}") for name in ("package.json", "nuxt.config.ts", "vite.config.ts")
        )
        return any(p in self.code.index.text(m) for m in manifests if m in self.code.index for p in packages)


def segments(route: str) -> str:
    """`(group)/users/[id]/[...rest]/index` as `users/{id}/{rest*}`."""
    parts = []
    for part in route.strip("/").split("/"):
        if not part or part == "index" or part.startswith(("(", "@")):
            continue
        rest = re.fullmatch(r"\[{1,2}\.{3}(\w+)\]{1,2}", part)
        parts.append(f"{{{rest[1]}*}}" if rest else re.sub(r"\[([\w-]+)\]", r"{\1}", part))
    return "/".join(parts)


def remix_path(name: str) -> str:
    """`_auth+/users.$id_.edit` as `users/{id}/edit`: dots and folders part, `_x` wraps, `$x` is a
    parameter."""
    name = re.sub(r"\[([^\]]*)\]", lambda m: m[1].replace(".", "\0"), name)
    name = re.sub(r"/(?:route|index|_index|_route)$", "", name)
    parts = []
    for part in re.split(r"[./]", name.replace("+/", "/").replace("+", "")):
        if not part or part in {"index", "_index", "_layout", "_route"} or (part.startswith("_") and part != "_"):
            continue
        part = part.removesuffix("_").strip("()")
        parts.append("{rest*}" if part == "$" else f"{{{part[1:]}}}" if part.startswith("$") else part)
    return "/".join(parts).replace("\0", ".")
