"""Records that are asked for their owner, and administration that asks for a role."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Look

SCHEMA = """
datasource db { provider = "postgresql" }
model Order {
  id String @id
  userId String
}
model Frame {
  id String @id
}
"""
BASE = {"package.json": '{"name": "api", "dependencies": {"express": "4"}}', "prisma/schema.prisma": SCHEMA}
HEAD = 'const app = require("express")();\nconst { requireLogin } = require("./login");\n'


def server(*lines: str) -> dict[str, str]:
    return {**BASE, "server.js": HEAD + "\n".join(lines) + "\napp.listen(80);\n"}


def test_a_record_that_is_found_by_its_id_alone_is_reported(look: Look) -> None:
    """SEC-064"""
    route = (
        'app.get("/orders/:id", requireLogin, async (req, res) => {',
        "  res.json(await prisma.order.findUnique({ where: { id: req.params.id } }));",
        "});",
    )

    assert look("SEC-064", server(*route)).failed == ["server.js:4"]


@pytest.mark.parametrize(
    "body",
    [
        "prisma.order.findFirst({ where: { id: req.params.id, userId: req.user.id } })",
        "prisma.order.findUnique({ where: { id: req.params.id } }).then((o) => o.userId === req.user.id ? o : null)",
        "prisma.frame.findUnique({ where: { id: req.params.id } })",
        "orders.find(req.params.id)",
    ],
)
def test_an_owner_a_shared_record_and_another_function_are_not(look: Look, body: str) -> None:
    """SEC-064"""
    route = ('app.get("/orders/:id", requireLogin, async (req, res) => {', f"  res.json(await {body});", "});")

    assert look("SEC-064", server(*route)).failed == []


def test_rows_that_the_database_keeps_apart_are_left_to_it(look: Look) -> None:
    """SEC-064"""
    route = (
        'app.delete("/orders/:id", requireLogin, async (req, res) => {',
        "  res.json(await prisma.order.delete({ where: { id: req.params.id } }));",
        "});",
    )
    rows = {"prisma/rows.sql": 'ALTER TABLE "Order" ENABLE ROW LEVEL SECURITY;\n'}

    assert look("SEC-064", server(*route)).failed == ["server.js:4"]
    assert look("SEC-064", {**server(*route), **rows}).outcomes == ["unknown"]


def test_administration_behind_a_login_alone_is_reported(look: Look) -> None:
    """SEC-065"""
    route = 'app.get("/admin/users", requireLogin, (req, res) => res.json(users));'

    seen = look("SEC-065", server(route))

    assert (seen.failed, "nothing in the service knows of roles" in seen.text) == (["server.js:3"], True)


def test_a_role_beside_the_login_holds_and_roles_elsewhere_leave_it_open(look: Look) -> None:
    """SEC-065"""
    guarded = 'app.get("/admin/users", requireLogin, requireRole("admin"), (req, res) => res.json(users));'
    bare = 'app.get("/admin/users", requireLogin, (req, res) => res.json(users));'
    roles = {"roles.js": "exports.is = (user, role) => user.roles.includes(role);\n"}

    assert look("SEC-065", server(guarded)).passed == ["server.js:3"]
    assert look("SEC-065", {**server(bare), **roles}).unknown == ["server.js:3"]
    assert look("SEC-065", server(bare.replace("/admin/users", "/users"))).outcomes == ["not_applicable"]
