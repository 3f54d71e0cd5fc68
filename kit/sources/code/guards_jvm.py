"""What Spring Security's filter chains ask of each path: their matchers in the order in which they are tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.index import CodeIndex
from kit.sources.code.java import JavaModules, annotations_of, java_at
from kit.sources.code.mounts import OPEN, Guard

MAX_ARGUMENTS = 4_000
_DOUBT = Guard(None)
_MATCHER = re.compile(
    r"\b(?P<matcher>requestMatchers|antMatchers|mvcMatchers|pathMatchers|regexMatchers|anyRequest|anyExchange"
    r"|securityMatchers?|antMatcher|mvcMatcher)\s*\("
)
_SCOPES = frozenset(["securityMatcher", "securityMatchers", "antMatcher", "mvcMatcher"])
_RULE = re.compile(
    r"\s*(?:\.not\(\)\s*)?\.\s*(?P<rule>permitAll|anonymous|authenticated|fullyAuthenticated|rememberMe|denyAll|access"
    r"|has(?:Any)?(?:Role|Authority|Scope)|hasIpAddress)\b\s*\((?P<given>[^()]*)"
)
_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_VERB = re.compile(r"HttpMethod\s*\.\s*([A-Z]+)")
_BARE_VERB = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE|OPTIONS|HEAD)\b")
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_CONDITIONS = ("Profile", "ConditionalOnProperty", "ConditionalOnMissingBean", "ConditionalOnExpression", "Conditional")
_ACTUATOR = re.compile(r"EndpointRequest\s*\.\s*(?:to\s*\(([^()]*)\)|toAnyEndpoint)")
_ENDPOINT = re.compile(r'"?\b(\w+?)"?(?:Endpoint\.class)?(?=\s*(?:,|$))')
_SWITCHED = {
    "PreAuthorize": r"EnableMethodSecurity\b(?!\([^)]*prePostEnabled\s*=\s*false)|EnableReactiveMethodSecurity"
    r"|prePostEnabled\s*=\s*true|pre-post-(?:enabled|annotations)=\"(?:true|enabled)\"|<(?:\w+:)?method-security\b",
    "Secured": r"securedEnabled\s*=\s*true|secured-(?:enabled|annotations)=\"(?:true|enabled)\"",
    "RolesAllowed": r"jsr250Enabled\s*=\s*true|jsr250-(?:enabled|annotations)=\"(?:true|enabled)\"",
}
_SWITCH_WORDS = ("MethodSecurity", "Enabled", "method-security")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a chain says of some paths: `patterns` None where they cannot be told, `verb` "" for every method."""

    patterns: tuple[str, ...] | None
    verb: str
    guard: Guard

    def matches(self, verb: str, path: str) -> bool | None:
        """Whether a request is meant; None where that cannot be told."""
        if self.verb and verb not in {self.verb, "ANY"}:
            return False
        if self.patterns is None or (self.verb and verb == "ANY"):
            return None
        return any(_covers(pattern, path) for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class FilterChain:
    """A chain: its place in the order, the rule that says for which paths it is, and what it asks of them."""

    order: int
    scope: Rule | None
    rules: tuple[Rule, ...]
    certain: bool
    at: At

    def of(self, verb: str, path: str) -> Guard:
        """What the chain asks of a request: the first rule that matches decides."""
        for rule in self.rules:
            found = rule.matches(verb, path)
            if found is not False:
                return rule.guard if found and self.certain else _DOUBT
        return _DOUBT


class SpringSecurity:
    """The filter chains of each module of a project."""

    def __init__(self, code: CodeIndex) -> None:
        self.code = code
        self._modules = code.once(JavaModules)
        self._chains: dict[str, list[FilterChain]] = {}

    @cached_property
    def _paths(self) -> list[str]:
        return list(self.code.holding("HttpSecurity", languages=("java",)))

    def of(self, module: str, verb: str, path: str) -> Guard | None:
        """What guards a route of a module; None where the module has no chain. `path` is without the context path."""
        chains = self.chains(module)
        for chain in chains:
            inside = chain.scope.matches(verb, path) if chain.scope is not None else True
            if inside is not False:
                return chain.of(verb, path) if inside else _DOUBT
        return _DOUBT if chains else None

    def chains(self, module: str) -> list[FilterChain]:
        """The chains of a module in their order."""
        if module not in self._chains:
            mine = [p for p in self._paths if self._modules.of(p) == module]
            found = [chain for path in mine for chain in self._read(path)]
            self._chains[module] = sorted(found, key=lambda c: c.order)
        return self._chains[module]

    def _read(self, path: str) -> Iterator[FilterChain]:
        root = self.code.tree(path)
        for method in root.find_all(kind="method_declaration") if root is not None else ():
            given, body = method.field("parameters"), method.field("body")
            if given is not None and body is not None and "HttpSecurity" in given.text():
                yield _chain(path, method, body, _lists(self.code.text(path)))

    def is_on(self, annotation: str) -> bool:
        """Whether something in the project switches on what this annotation of methods asks."""
        pattern = re.compile(_SWITCHED[annotation])
        texts = [self.code.text(p) for p in self.code.holding(*_SWITCH_WORDS, languages=("java",))]
        others = (
            p for p in self.code.index.paths if p.endswith((".kt", ".groovy")) or ("security" in p and ".xml" in p)
        )
        return any(pattern.search(text) for text in [*texts, *map(self.code.index.text, others)])


def _lists(text: str) -> dict[str, str]:
    """Constants of texts and lists of texts, by name: what stands between `=` and `;`."""
    found = re.finditer(r"\bString(?:\s*\[\s*\])?\s+(\w+)\s*=\s*([^;]{0,4000});", text)
    return {m[1]: m[2] for m in found}


def _chain(path: str, method: SgNode, body: SgNode, constants: dict[str, str]) -> FilterChain:
    text = _COMMENT.sub(lambda m: m[1] or re.sub(r"[^\n]", " ", m[0]), body.text())
    first = body.range().start.line + 1
    scope, rules = None, []
    for matcher, inner, line, rest in _matchers(text, first):
        said = _RULE.match(rest)
        if matcher in _SCOPES or (said is None and matcher != "anyRequest" and inner.strip()):
            scope = _rule(matcher, inner, OPEN, constants)
        elif said is not None:
            rules.append(_rule(matcher, inner, Guard(_asks(said), At(path, line)), constants))
    own = {**annotations_of(_type_of(method)), **annotations_of(method)}
    certain = not own.keys() & set(_CONDITIONS)
    at = java_at(path, method)
    if not rules:
        handed = re.search(r"authorize|addFilter|\bapply\s*\(|\bwith\s*\(|super\s*\.|\(\s*http\s*[,)]|::", text)
        rules = [Rule(("/**",), "", _DOUBT if handed else Guard(False, at))]
    elif "addFilter" in text:
        rules = [_softened(rule) for rule in rules]
    order = re.search(r"-?\d+", own["Order"].node.text()) if "Order" in own else None
    return FilterChain(int(order[0]) if order else 1_000_000, scope, tuple(rules), certain, at)


def _softened(rule: Rule) -> Rule:
    """A filter of one's own may turn away what the last rule lets pass."""
    everything = rule.patterns == ("/**",) and not rule.verb
    return Rule(rule.patterns, rule.verb, _DOUBT) if everything and rule.guard.auth is False else rule


def _type_of(method: SgNode) -> SgNode:
    return next((a for a in method.ancestors() if a.kind() == "class_declaration"), method)


def _matchers(text: str, first: int) -> Iterator[tuple[str, str, int, str]]:
    """Name, arguments and line of each matcher, with what follows it."""
    for found in _MATCHER.finditer(text):
        end = _closing(text, found.end())
        if end is not None:
            line = first + text.count("\n", 0, found.start())
            yield found["matcher"], text[found.end() : end], line, text[end + 1 : end + 400]


def _closing(text: str, start: int) -> int | None:
    depth = 1
    for found in re.finditer(r'"(?:[^"\\\n]|\\.)*"|[()]', text[start : start + MAX_ARGUMENTS]):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return start + found.start()
    return None


def _rule(matcher: str, inner: str, guard: Guard, constants: dict[str, str]) -> Rule:
    verb = _VERB.search(inner) or _BARE_VERB.search(" ".join(_LITERAL.findall(inner)))
    if matcher in {"anyRequest", "anyExchange"}:
        return Rule(("/**",), "", guard)
    return Rule(None if matcher == "regexMatchers" else _patterns(inner, constants), verb[1] if verb else "", guard)


def _patterns(inner: str, constants: dict[str, str]) -> tuple[str, ...] | None:
    """The paths that arguments name; None where one of them cannot be told."""
    actuator = [m[1] for m in _ACTUATOR.finditer(inner)]
    named = [f"/actuator/{n.lower()}/**" for one in actuator for n in _ENDPOINT.findall(one or "")]
    named += ["/actuator/**"] * actuator.count(None)
    bare = _ACTUATOR.sub("", inner)
    for name in re.findall(r"(?<![\w.\"])(?:\w+\.)?([A-Za-z_]\w*)(?=\s*(?:,|\)|$))", _LITERAL.sub("", bare)):
        if name in constants:
            bare += f", {constants[name]}"
        elif not _BARE_VERB.fullmatch(name) and name not in {"toAnyEndpoint", "toStaticResources"}:
            return None
    found = [t for t in _LITERAL.findall(bare) if t.startswith("/") or "*" in t]
    if not found and not named:
        return ("/**",) if _VERB.search(inner) else None
    return (*named, *found)


def _asks(said: re.Match[str]) -> bool:
    open_rule = said["rule"] in {"permitAll", "anonymous"}
    return not open_rule and not (
        said["rule"] == "access" and re.search(r"permitAll|isAnonymous|granted", said["given"])
    )


def _covers(pattern: str, path: str) -> bool:
    """Whether an Ant or path pattern covers a route; a parameter of the route is any one step."""
    return _steps(pattern.strip("/").split("/"), path.strip("/").split("/"))


def _steps(pattern: list[str], path: list[str]) -> bool:
    if not pattern or pattern == [""]:
        return not path or path == [""]
    if pattern[0] == "**" or re.fullmatch(r"\{\*\w+\}", pattern[0]):
        return len(pattern) == 1 or any(_steps(pattern[1:], path[i:]) for i in range(len(path) + 1))
    return bool(path) and _step(pattern[0], path[0]) and _steps(pattern[1:], path[1:])


def _step(pattern: str, step: str) -> bool:
    if step.startswith("{") or step == "":
        return step != "" and (pattern.startswith("{") or pattern == "*")
    pieces = re.split(r"(\{[^{}]*\}|\*|\?)", pattern)
    regex = "".join("." if p == "?" else "[^/]*" if p.startswith(("{", "*")) else re.escape(p) for p in pieces)
    return re.fullmatch(regex, step) is not None
