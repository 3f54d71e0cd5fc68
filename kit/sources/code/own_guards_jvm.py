"""Guards of Spring that a project writes itself: resolvers of parameters, aspects, interceptors and servlet filters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.guards_jvm import Rule
from kit.sources.code.index import CodeIndex
from kit.sources.code.java import JavaModules, annotations_of
from kit.sources.code.mounts import OPEN, Guard

_ASKS = re.compile(r"(?i)token|jwt|session|authori[sz]|authenti|log(?:ged)?_?in\b|principal|credential|permission")
_READERS = ("HandlerMethodArgumentResolver", "@Aspect", "HandlerInterceptor", "addInterceptor")
_READ = re.compile(
    r"(?:has|get)(?:Parameter|Method)Annotation\(\s*(\w+)\.class|isAnnotationPresent\(\s*(\w+)\.class"
    r"|\.annotation\(\s*(\w+)\.class|@(?:annotation|within)\(\s*([\w.]+)\s*\)|AnnotationUtils\.\w+\([^()]*,\s*(\w+)\.class"
)
_TYPED = re.compile(
    r"(\w+)\.class\s*\.\s*(?:isAssignableFrom|equals)\(|getParameterType\(\)\s*\.?\s*(?:equals\(|==)\s*(\w+)\.class"
)
_ADDED = re.compile(r"\baddInterceptor\(")
_GIVEN = re.compile(r"\.\s*(addPathPatterns|excludePathPatterns)\(([^()]*)\)")
_TEXT = re.compile(r'"([^"\n]*)"')
_FILTER = re.compile(r"\bextends\s+(?:OncePerRequestFilter|GenericFilterBean)\b|\bimplements\s++[\w, ]*\bFilter\b")
_HEADER = re.compile(r"(?i)AUTHORIZATION|\bBearer\b|x-api-key|getCookies\(|getSession\(")
_ALL = ("/**",)


class OwnGuards:
    """What code of each module asks before a handler runs, beside Spring Security."""

    def __init__(self, code: CodeIndex) -> None:
        self.code = code
        self._modules = code.once(JavaModules)

    def of(self, path: str, verb: str, route: str, method: SgNode, owner: SgNode) -> Guard:
        """What is asked of a route by annotations of its method, type and parameters, by interceptors, by filters."""
        module = self._modules.of(path)
        for name in self._names_of(method, owner):
            at = self._read.get(name)
            if at is not None and self._modules.of(at.path) == module:
                return Guard(True, at)
        guard = OPEN
        for place, include, exclude in self._interceptors:
            if self._modules.of(place.path) == module:
                left_out = exclude is None or exclude.matches(verb, route) is False
                inside = include.matches(verb, route) if left_out else False
                guard = guard.and_then(Guard(inside, place) if inside is not False else OPEN)
        if guard.auth is False:
            doubt = next((at for at in self._filters if self._modules.of(at.path) == module), None)
            return Guard(None, doubt) if doubt else OPEN
        return guard

    @staticmethod
    def _names_of(method: SgNode, owner: SgNode) -> Iterator[str]:
        yield from annotations_of(method)
        yield from annotations_of(owner)
        given = method.field("parameters")
        for parameter in given.find_all(kind="formal_parameter") if given is not None else ():
            yield from annotations_of(parameter)
            typed = parameter.field("type")
            if typed is not None:
                yield f"{typed.text()}.class"

    @cached_property
    def _read(self) -> dict[str, At]:
        """The annotations, and types of parameters as `Member.class`, that code which asks who calls looks for."""
        found: dict[str, At] = {}
        for path in self.code.holding(*_READERS, languages=("java",)):
            text = self.code.text(path)
            if _ASKS.search(text):
                for match in _READ.finditer(text):
                    name = next(g for g in match.groups() if g).rsplit(".", 1)[-1]
                    found.setdefault(name, _at(path, text, match.start()))
                for match in _TYPED.finditer(text) if "HandlerMethodArgumentResolver" in text else ():
                    found.setdefault(f"{match[1] or match[2]}.class", _at(path, text, match.start()))
        return found

    @cached_property
    def _interceptors(self) -> list[tuple[At, Rule, Rule | None]]:
        """Where an interceptor that asks who calls is added, the paths that it is for, and those that are left out."""
        found = []
        for path in self.code.holding("addInterceptor(", languages=("java",)):
            text = self.code.text(path)
            starts = [m.end() for m in _ADDED.finditer(text)]
            for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
                said = text[start : text.find(";", start) if ";" in text[start:end] else end]
                if _ASKS.search(said.split(".addPathPatterns")[0]) or self._asks(said):
                    rules = {name: _rule(given) for name, given in _GIVEN.findall(said)}
                    include = rules.get("addPathPatterns", Rule(_ALL, "", OPEN))
                    found.append((_at(path, text, start), include, rules.get("excludePathPatterns")))
        return found

    def _asks(self, said: str) -> bool:
        """Whether a class that is named, or the type behind a name in small letters, asks who calls."""
        names = {name[0].upper() + name[1:] for name in re.findall(r"[A-Za-z]\w+", said.split(")")[0])}
        for path in self.code.holding("HandlerInterceptor", languages=("java",)):
            text = self.code.text(path)
            named = re.search(r"\bclass\s+(\w+)", text)
            if named and named[1] in names and "preHandle" in text and _ASKS.search(text):
                return True
        return False

    @cached_property
    def _filters(self) -> list[At]:
        """Servlet filters that read what a caller shows."""
        held = ((p, self.code.text(p)) for p in self.code.holding("Filter", languages=("java",)))
        return [
            _at(path, text, match.start())
            for path, text in held
            if (match := _FILTER.search(text)) and _HEADER.search(text) and _ASKS.search(text)
        ]


def _rule(given: str) -> Rule:
    """The paths of a list of texts; not to be told where it is put together elsewhere."""
    texts = tuple(_TEXT.findall(given))
    whole = not re.sub(r'"[^"\n]*"|[\s,]', "", given)
    return Rule(texts if whole and texts else None, "", OPEN)


def _at(path: str, text: str, offset: int) -> At:
    line = text.count("\n", 0, offset) + 1
    return At(path, line, line)
