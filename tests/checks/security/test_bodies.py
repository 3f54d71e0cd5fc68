"""Whether the bodies that requests bring are held to a form."""

from __future__ import annotations

import pytest
from conftest import Look

ORDER = "package shop;\npublic class Order {\n  %s private String name;\n}\n"
CONTROLLER = """
@RestController
class Orders {
  @PostMapping("/orders")
  Order add(%s Order order) {
    return orders.save(%s);
  }
}
"""


def spring(body: str, field: str = "", saved: str = "order") -> dict[str, str]:
    return {
        "pom.xml": "<project><artifactId>shop</artifactId></project>",
        "src/main/java/shop/Order.java": ORDER % field,
        "src/main/java/shop/Orders.java": CONTROLLER % (body, saved),
    }


@pytest.mark.parametrize(
    ("files", "outcomes"),
    [
        (spring("@RequestBody"), ["fail"]),
        (spring("@RequestBody", "@NotNull"), ["fail"]),
        (spring("@Valid @RequestBody", "@NotNull"), ["pass"]),
        (spring("@RequestBody @Validated", "@NotNull"), ["pass"]),
        (spring("@RequestBody", saved="validated(order)"), ["not_applicable"]),
    ],
)
def test_bodies_of_spring(look: Look, files: dict[str, str], outcomes: list[str]) -> None:
    assert look("SEC-027", files).outcomes == outcomes


APP = "const express = require('express');\nconst app = express();\napp.post('/orders', (req, res) => res.json(save(req.body%s)));\napp.listen(1);\n"


@pytest.mark.parametrize(
    ("more", "rule", "outcomes"),
    [("", "", ["fail"]), (', "zod": "3"', "", ["pass"]), ("", ", validateOrder", ["unknown"])],
)
def test_bodies_of_express(look: Look, more: str, rule: str, outcomes: list[str]) -> None:
    manifest = f'{{"name": "api", "dependencies": {{"express": "4"{more}}}}}'

    assert look("SEC-027", {"package.json": manifest, "app.js": APP % rule}).outcomes == outcomes
