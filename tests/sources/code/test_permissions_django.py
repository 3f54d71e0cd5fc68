from __future__ import annotations

import ast
import textwrap

import pytest

from kit.sources.code.permissions_django import Asked, permissions_for


def answer(body: str, action: str, method: str) -> str:
    """The permissions that `get_permissions` with this body answers, as written; "stated" and "unsure" for none."""
    function = ast.parse("def get_permissions(self):\n" + textwrap.indent(textwrap.dedent(body), "    ")).body[0]
    assert isinstance(function, ast.FunctionDef)
    found = permissions_for(function, Asked(action, method))
    if found.node is not None:
        return ast.unparse(found.node)
    return "stated" if found.sure else "unsure"


BRANCHES = """
    if self.action in ("list", "retrieve"):
        return [AllowAny()]
    elif self.action == "create":
        self.permission_classes = [IsAuthenticated]
    elif not self.request.method in SAFE_METHODS and self.action != "close":
        permission_classes = [IsAdmin]
        return [permission() for permission in permission_classes]
    return super().get_permissions()
"""


@pytest.mark.parametrize(
    ("action", "method", "expected"),
    [
        ("list", "GET", "[AllowAny()]"),
        ("create", "POST", "[IsAuthenticated]"),
        ("destroy", "DELETE", "[IsAdmin]"),
        ("close", "POST", "stated"),
        ("totals", "GET", "stated"),
    ],
)
def test_each_action_is_answered_by_its_branch(action: str, method: str, expected: str) -> None:
    assert answer(BRANCHES, action, method) == expected


def test_a_condition_of_its_own_leaves_a_doubt() -> None:
    body = """
        if self.request.user.is_new():
            return [AllowAny()]
        return [IsAuthenticated()]
    """

    assert answer(body, "list", "GET") == "unsure"


def test_either_value_of_an_expression_is_taken() -> None:
    body = "return [AllowAny()] if self.request.method == 'GET' else [IsAdmin()]"

    assert [answer(body, "", method) for method in ("GET", "POST")] == ["[AllowAny()]", "[IsAdmin()]"]


def test_what_is_looked_up_elsewhere_is_not_known() -> None:
    assert answer("return [p() for p in self.by_action[self.action]]", "list", "GET") == "unsure"
    assert answer("log(self)", "list", "GET") == "unsure"
