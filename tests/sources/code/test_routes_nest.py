from __future__ import annotations

from pathlib import Path

import pytest
from code_project import routes_of

MAIN = """
    import { NestFactory } from '@nestjs/core';
    import { VersioningType } from '@nestjs/common';
    async function bootstrap() {
      const app = await NestFactory.create(AppModule);
      app.setGlobalPrefix(config.getOrThrow('app.prefix'), { exclude: ['health'] });
      app.enableVersioning({ type: VersioningType.URI });
    }
    """
CONFIG = """
    import { registerAs } from '@nestjs/config';
    export default registerAs('app', () => ({ prefix: process.env.PREFIX || 'api' }));
    """
MODULE = """
    import { Module } from '@nestjs/common';
    @Module({ controllers: [UsersController, HealthController], providers: [PROVIDERS] })
    export class AppModule {}
    """
CONTROLLERS = """
    import { Controller, Get, Post, UseGuards } from '@nestjs/common';

    @Controller({ path: 'users', version: '1' })
    export class UsersController {
      @Get(':id')
      @UseGuards(AuthGuard('jwt'))
      show() {}

      @Public()
      @Post()
      create() {}
    }

    @Controller('health')
    export class HealthController {
      @Get()
      check() {}
    }

    @Controller('lost')
    export class LostController {
      @Get() never() {}
    }
    """


def project(providers: str = "") -> dict[str, str]:
    return {
        "package.json": "{}",
        "src/main.ts": MAIN,
        "src/config.ts": CONFIG,
        "src/app.module.ts": MODULE.replace("PROVIDERS", providers),
        "src/users.ts": CONTROLLERS,
    }


def test_prefix_version_and_exclusion(tmp_path: Path) -> None:
    found = routes_of(tmp_path, project())

    assert sorted(found) == ["GET /api/lost", "GET /api/v1/users/{id}", "GET /health", "POST /api/v1/users"]
    assert found["GET /api/v1/users/{id}"].auth is True and found["POST /api/v1/users"].auth is False


def test_a_controller_that_no_module_lists_is_unmounted(tmp_path: Path) -> None:
    found = routes_of(tmp_path, project())

    assert found["GET /api/lost"].mounted is False and found["GET /health"].mounted is True


def test_a_global_guard_spares_what_is_public(tmp_path: Path) -> None:
    found = routes_of(tmp_path, project("{ provide: APP_GUARD, useClass: JwtAuthGuard }"))

    assert found["GET /health"].auth is True and found["POST /api/v1/users"].auth is False


def test_a_global_guard_of_another_kind_guards_nothing(tmp_path: Path) -> None:
    found = routes_of(tmp_path, project("{ provide: APP_GUARD, useClass: ThrottlerGuard }"))

    assert found["GET /health"].auth is False


@pytest.mark.parametrize("name", ["accounts.js", "carts.jsx", "src/ts/main.mjs", "accounts.ts", "carts.tsx"])
def test_plain_javascript_is_read_whatever_its_file_is_called(tmp_path: Path, name: str) -> None:
    found = routes_of(tmp_path, {name: CONTROLLERS})

    assert "GET /health" in found
