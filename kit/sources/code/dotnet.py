"""What is asked of the C# of .NET programs in more than one place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.sources.code.index import CodeIndex, Match


def in_development(node: SgNode) -> bool:
    """Whether a condition takes a node for development alone: `if (app.Environment.IsDevelopment())`."""
    around = (a for a in node.ancestors() if a.kind() == "if_statement")
    tests = ((a, test.text()) for a in around if (test := a.field("condition")) is not None)
    return any(
        "IsDevelopment(" in text and not re.search(r"!|\|\|", text) and _is_inside(node, a.field("consequence"))
        for a, text in tests
    )


def _is_inside(node: SgNode, outer: SgNode | None) -> bool:
    if outer is None:
        return True
    span, whole = node.range(), outer.range()
    return bool(whole.start.index <= span.start.index and span.end.index <= whole.end.index)


def migrating(code: CodeIndex) -> Iterator[Match]:
    """The calls by which programs apply the migrations of Entity Framework: `context.Database.MigrateAsync()`."""
    for match in code.find(kind="invocation_expression", languages=("csharp",), needles=(".Migrate",)):
        function = match.node.field("function")
        if function is not None and re.search(r"\bDatabase\s{0,9}\??\.\s{0,9}Migrate(?:Async)?$", function.text()):
            yield match
