"""Personal data in logs, in columns, and in the hands of those whose it is."""

from __future__ import annotations

import pytest
from conftest import Look


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.js", "logger.info(`login failed for ${email}`);"),
        ("a.js", "console.log('user', user.email);"),
        ("a.js", "log.debug(req.body.password)"),
        ("a.js", "log.debug(refreshToken ? refreshToken : 'none')"),
        ("a.js", "log.debug(user?.email ?? 'none')"),
        ("a.py", 'logger.info(f"reset for {user.email}")'),
        ("a.py", "logging.warning('token %s', access_token)"),
        ("a.go", 'log.Printf("card %s", order.CardNumber)'),
    ],
)
def test_a_log_line_that_holds_a_personal_value_is_told(look: Look, path: str, line: str) -> None:
    assert look("CMP-002", {path: f"\n{line}\n".replace("\n", "x = 1\n", 1)}).failed == [f"{path}:2"]


@pytest.mark.parametrize(
    "line",
    [
        "logger.info('password reset for user', user.id);",
        "logger.info('email sent');",
        "logger.info(maskEmail(user.email));",
        "logger.info({ hasToken: !!accessToken });",
        "send(user.email);",
        "// console.log(user.password)",
        "console.log('token:', refreshToken ? 'EXISTS' : 'NULL');",
        "console.log('same', password === again);",
    ],
)
def test_words_about_it_and_masked_values_are_none(look: Look, line: str) -> None:
    assert look("CMP-002", {"a.js": f"{line}\n"}).failed == []


USERS = {
    "prisma/schema.prisma": """
        datasource db {
          provider = "postgresql"
          url      = env("DATABASE_URL")
        }
        model User {
          id    Int    @id
          email String @unique
        }
        """,
    "package.json": '{"name": "a", "dependencies": {"@prisma/client": "6"}}',
}


def test_a_system_with_users_needs_routes_to_delete_and_to_export(look: Look) -> None:
    assert look("CMP-004", USERS).failed == ["prisma/schema.prisma:5"] * 2


def test_routes_that_delete_and_export_hold(look: Look) -> None:
    code = "const app = require('express')();\napp.delete('/users/me', a);\napp.get('/users/me/export', b);\napp.listen(1);\n"

    assert look("CMP-004", {**USERS, "server.js": code}).passed == ["server.js:2", "server.js:3"]


@pytest.mark.parametrize(
    ("route", "asked"),
    [("delete('/users/me'", "GET /users/me/export"), ("get('/users/me/export'", "DELETE /users/me")],
)
def test_a_fix_asks_only_for_the_half_that_is_missing(look: Look, route: str, asked: str) -> None:
    code = f"const app = require('express')();\napp.{route}, a);\napp.listen(1);\n"

    (finding,) = (f for f in look("CMP-004", {**USERS, "server.js": code}).findings if f.outcome.open)

    assert f"`{asked}`" in finding.fix


def test_without_people_there_is_nothing_to_delete(look: Look) -> None:
    assert look("CMP-004", {"a.js": "x();\n"}).outcomes == ["not_applicable"]


def test_a_plain_column_of_card_numbers_is_told_and_a_token_is_not(look: Look) -> None:
    text = USERS["prisma/schema.prisma"].replace(
        "email String", "cardNumber String\n          cardToken String\n          email String"
    )

    assert look("CMP-008", {**USERS, "prisma/schema.prisma": text}).failed == ["prisma/schema.prisma:7"]
    assert look("CMP-008", USERS).outcomes == ["pass"]


def test_a_column_that_the_code_encrypts_is_for_a_person_to_look_at(look: Look) -> None:
    text = USERS["prisma/schema.prisma"].replace("email String", "iban String\n          email String")
    code = "row.iban = encrypt(iban);\n"

    assert look("CMP-008", {**USERS, "prisma/schema.prisma": text, "a.js": code}).unknown == ["prisma/schema.prisma:7"]


def test_columns_that_only_migrations_make_are_looked_at_too(look: Look) -> None:
    table = "CREATE TABLE customers (id bigint PRIMARY KEY, email text, {} text);\n"

    seen = look("CMP-008", {"db/migrations/1_init.up.sql": table.format("cvv")})
    assert seen.failed == ["db/migrations/1_init.up.sql:1"]
    assert look("CMP-008", {"db/migrations/1_init.up.sql": table.format("card_token")}).outcomes == ["pass"]


def test_what_is_deleted_below_a_user_is_not_the_user(look: Look) -> None:
    routes = "const app = require('express')();\napp.delete('/{}/user/:id', drop);\napp.listen(3000);\n"
    package = {"package.json": '{"name": "shop", "dependencies": {"express": "4.19.2"}}'}

    def deleted(path: str) -> bool:
        return "can be deleted" in look("CMP-004", {**USERS, **package, "app.js": routes.format(path)}).text

    assert (deleted("api"), deleted("basket")) == (True, False)


def test_users_without_an_audit_trail_are_told(look: Look) -> None:
    assert look("CMP-003", USERS).failed == ["prisma/schema.prisma:5"]


def test_code_that_records_events_is_an_audit_trail(look: Look) -> None:
    assert look("CMP-003", {**USERS, "a.js": "// audit log\nauditLog.write(event);\n"}).passed == ["a.js:2"]


def test_a_way_to_report_holes_is_written_or_not(look: Look) -> None:
    assert look("CMP-006", {"a.js": "x();\n"}).failed == ["."]
    assert look("CMP-006", {"SECURITY.md": "# Security\n"}).failed == ["."]
    text = "# Security\n\nWrite to security@shop.test; an answer comes within two days.\n"
    assert look("CMP-006", {"SECURITY.md": text}).passed == ["SECURITY.md"]


def test_what_a_program_says_to_whoever_started_it_is_no_log(look: Look) -> None:
    shown = "print(f'Secret: {client.client_secret}')\n"
    head = "import argparse\nparser = argparse.ArgumentParser()\n"

    assert look("CMP-002", {"app/make_client.py": head + shown}).failed == []
    assert look("CMP-002", {"app/make_client.py": head + shown.replace("print", "logger.info")}).failed
    assert look("CMP-002", {"app/make_client.py": shown}).failed == ["app/make_client.py:1"]


def test_what_only_debugging_writes_is_less_grave(look: Look) -> None:
    line = "logger.%s(`remove ${refreshToken}`);\n"

    assert [f.severity for f in look("CMP-002", {"a.js": line % "debug"}).findings] == ["medium"]
    assert [f.severity for f in look("CMP-002", {"a.js": line % "info"}).findings] == ["high"]
