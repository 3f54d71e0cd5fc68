"""What Java's declared types say of a value: the field, parameter or method that it comes from is a number or an id."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from ast_grep_py import SgNode

from kit.checks.security.flow import Flow
from kit.sources.code.index import CodeIndex

_FIXED = frozenset({
    "int", "long", "short", "byte", "double", "float", "boolean", "Integer", "Long", "Short", "Byte", "Double", "Float",
    "Boolean", "BigInteger", "UUID", "LocalDate",
})  # fmt: skip
_METHOD = re.compile(
    r"\b(?:public|protected|abstract|default)\s{1,20}(?:final\s{1,20}|static\s{1,20}){0,4}([\w<>\[\], ?]{1,60}?)\s{1,20}((?:get|is)\w{1,80})\(\s{0,20}\)"
)
_FIELD = re.compile(
    r"\b(?:private|protected)\s{1,20}(?:final\s{1,20})?([\w<>\[\], ?]{1,60}?)\s{1,20}(\w{1,80})\s{0,20}[;=]"
)


def is_typed_number(values: Flow, node: SgNode, path: str) -> bool:
    """Whether a getter, which answers with nothing but numbers or ids wherever the project declares it, gives the value:
    `pet.getId()`, its `toString()` too."""
    called = re.fullmatch(r"[\w.()]*?\b((?:get|is)\w+)\(\)(?:\.toString\(\))?", node.text()[:200])
    if called is not None:
        types = _answers(values.code).get(called[1], frozenset())
        return bool(types) and types <= _FIXED
    if node.kind() == "identifier":
        found = list(values.definitions(node, path))
        return bool(found) and all(_declared(d.node) for d in found)
    above = node.parent()
    return above is not None and above.kind() == "variable_declarator" and _declared(above)


def _declared(node: SgNode) -> bool:
    """Whether a variable or a parameter is declared as a number or an id."""
    holder = node.parent() if node.kind() == "variable_declarator" else node
    kind = holder.field("type") if holder is not None else None
    return kind is not None and kind.text() in _FIXED


@lru_cache(maxsize=4)
def _answers(code: CodeIndex) -> dict[str, frozenset[str]]:
    """Getters and the types that they are declared with in the project; those that are made of a field have its type."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in code.files("java"):
        text = code.text(path)
        for kind, name in _METHOD.findall(text):
            found[name].add(kind)
        if re.search(r"@(?:Data|Getter|Value)\b", text):
            for kind, name in _FIELD.findall(text):
                found[f"get{name[:1].upper()}{name[1:]}"].add(kind)
    return {name: frozenset(kinds) for name, kinds in found.items()}
