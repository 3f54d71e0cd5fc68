"""Guards that a decorator of the project's own puts on a route."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from kit.project import Project

FILES = {
    "package.json": '{"dependencies": {"@nestjs/core": "10.0.0", "@nestjs/common": "10.0.0"}}',
    "src/main.ts": """
        import { NestFactory } from "@nestjs/core";
        import { AppModule } from "./app.module";
        NestFactory.create(AppModule).then((app) => app.listen(3000));
        """,
    "src/app.module.ts": """
        import { Module } from "@nestjs/common";
        import { Accounts } from "./accounts";
        @Module({ controllers: [Accounts] })
        export class AppModule {}
        """,
    "src/scope.ts": """
        import { applyDecorators, SetMetadata, UseGuards } from "@nestjs/common";
        export function InScope(scope: string) {
          return applyDecorators(SetMetadata("scope", scope), UseGuards(ScopeGuard));
        }
        export function InColour(colour: string) {
          return applyDecorators(SetMetadata("colour", colour));
        }
        """,
    "src/accounts.ts": """
        import { Controller, Get } from "@nestjs/common";
        import { InColour, InScope } from "%s";
        @Controller("accounts")
        export class Accounts {
          @Get("mine")
          @InScope("read")
          mine() {}

          @Get("all")
          @InColour("red")
          all() {}
        }
        """,
}


def _auth(root: Path, module: str) -> dict[str, bool | None]:
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text % module if "%s" in text else text).lstrip("\n"), "utf-8")
    return {route.path: route.auth for route in Project(root).routes}


def test_a_decorator_that_puts_guards_on_guards_and_another_does_not(tmp_path: Path) -> None:
    assert _auth(tmp_path, "./scope") == {"/accounts/mine": True, "/accounts/all": False}


def test_it_is_found_by_its_name_under_an_alias(tmp_path: Path) -> None:
    assert _auth(tmp_path, "@shop/api/scope") == {"/accounts/mine": True, "/accounts/all": False}
