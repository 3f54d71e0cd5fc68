"""Guards, filters and middleware: written, and used."""

from __future__ import annotations

import pytest
from conftest import Look

NEST = {
    "package.json": '{"name": "shop", "dependencies": {"@nestjs/core": "10.0.0", "@nestjs/common": "10.0.0"}}',
    "src/main.ts": """
        import { NestFactory } from "@nestjs/core";
        import { AppModule } from "./app.module";
        async function bootstrap() {
          const app = await NestFactory.create(AppModule);
          await app.listen(3000);
        }
        bootstrap();
        """,
    "src/orders.controller.ts": """
        import { Controller, Get, UseGuards } from "@nestjs/common";
        import { OwnerGuard } from "./owner.guard";
        @Controller("orders")
        @UseGuards(OwnerGuard)
        export class OrdersController { @Get() all() { return []; } }
        """,
    "src/owner.guard.ts": """
        import { CanActivate, Injectable } from "@nestjs/common";
        @Injectable()
        export class OwnerGuard implements CanActivate { canActivate() { return true; } }
        """,
    "src/roles.guard.ts": """
        import { CanActivate, Injectable } from "@nestjs/common";
        @Injectable()
        export class RolesGuard implements CanActivate { canActivate() { return true; } }
        """,
}
EXPRESS = {
    "package.json": '{"name": "shop", "dependencies": {"express": "4.19.0"}}',
    "src/auth.js": """
        function requireUser(req, res, next) {
          if (!req.headers.authorization) return res.status(401).end();
          next();
        }
        module.exports = requireUser;
        """,
}


def test_a_nest_guard_that_a_module_only_provides_is_told_and_an_applied_one_is_not(look: Look) -> None:
    module = """
        import { Module } from "@nestjs/common";
        import { RolesGuard } from "./roles.guard";
        import { OwnerGuard } from "./owner.guard";
        import { OrdersController } from "./orders.controller";
        @Module({ controllers: [OrdersController], providers: [OwnerGuard, RolesGuard] })
        export class AppModule {}
        """
    seen = look("SEC-025", {**NEST, "src/app.module.ts": module})
    assert seen.failed == ["src/roles.guard.ts:3"]
    assert seen.passed == ["src/owner.guard.ts:3"]


def test_a_nest_guard_given_for_the_whole_application_is_used(look: Look) -> None:
    module = """
        import { APP_GUARD } from "@nestjs/core";
        import { Module } from "@nestjs/common";
        import { RolesGuard } from "./roles.guard";
        import { OrdersController } from "./orders.controller";
        @Module({
          controllers: [OrdersController],
          providers: [{ provide: APP_GUARD, useClass: RolesGuard }],
        })
        export class AppModule {}
        """
    assert look("SEC-025", {**NEST, "src/app.module.ts": module}).failed == []


def test_an_express_middleware_that_is_imported_and_commented_out_is_told(look: Look) -> None:
    app = """
        const express = require("express");
        const guard = require("./auth");
        const app = express();
        // app.use(guard);
        app.post("/orders", (req, res) => res.end());
        app.listen(3000);
        """
    seen = look("SEC-025", {**EXPRESS, "src/app.js": app})
    assert seen.failed == ["src/auth.js:1"]
    assert "requireUser" in seen.text


def test_an_express_middleware_under_the_name_of_its_importer_is_used(look: Look) -> None:
    app = """
        const express = require("express");
        const guard = require("./auth");
        const app = express();
        app.post("/orders", guard, (req, res) => res.end());
        app.listen(3000);
        """
    assert look("SEC-025", {**EXPRESS, "src/app.js": app}).failed == []


def test_files_that_are_loaded_by_folder_leave_it_open(look: Look) -> None:
    app = """
        const express = require("express");
        const fs = require("fs");
        const app = express();
        fs.readdirSync(__dirname).forEach((file) => app.use(require(`./${file}`)));
        app.post("/orders", (req, res) => res.end());
        app.listen(3000);
        """
    assert look("SEC-025", {**EXPRESS, "src/app.js": app}).failed == []


def test_a_python_middleware_class_counts_where_a_setting_names_it(look: Look) -> None:
    files = {
        "requirements.txt": "fastapi==0.110.0\n",
        "app/main.py": """
            from fastapi import FastAPI
            from app.middleware import Tenant, Throttle
            app = FastAPI()
            app.add_middleware(Tenant)

            @app.get("/orders")
            def orders():
                return []
            """,
        "app/middleware.py": """
            from starlette.middleware.base import BaseHTTPMiddleware

            class Tenant(BaseHTTPMiddleware):
                pass

            class Throttle(BaseHTTPMiddleware):
                pass
            """,
    }
    assert look("SEC-025", files).failed == ["app/middleware.py:6"]


def test_a_go_middleware_that_no_router_uses_is_told(look: Look) -> None:
    files = {
        "go.mod": "module shop\n\ngo 1.22\n\nrequire github.com/go-chi/chi/v5 v5.0.12\n",
        "main.go": """
            package main

            import (
                "net/http"

                "github.com/go-chi/chi/v5"
            )

            func main() {
                r := chi.NewRouter()
                r.Use(withLog)
                r.Post("/orders", create)
                http.ListenAndServe(":8080", r)
            }

            func create(w http.ResponseWriter, r *http.Request) {}
            """,
        "middleware.go": """
            package main

            import "net/http"

            func withLog(next http.Handler) http.Handler { return next }

            func withAuth(next http.Handler) http.Handler { return next }
            """,
    }
    assert look("SEC-025", files).failed == ["middleware.go:7"]


def test_what_a_submodule_may_use_is_left_open(look: Look) -> None:
    part = '[submodule "x"]\n\tpath = {path}\n\turl = https://a.test/x\n'
    assert look("SEC-025", {**NEST, ".gitmodules": part.format(path="src/more")}).outcomes.count("unknown") == 1
    seen = look("SEC-025", {**NEST, ".gitmodules": part.format(path="docs/theme")})

    assert seen.failed == ["src/roles.guard.ts:3"]


@pytest.mark.parametrize(("used", "severity"), [("requireAdminOnly", "medium"), ("other", "high")])
def test_a_guard_beside_one_that_is_used_is_left_over(look: Look, used: str, severity: str) -> None:
    guards = "".join(
        f"function {name}(req, res, next) {{ next(); }}\n" for name in ("requireAdmin", "requireAdminOnly")
    )
    app = f"""
        const express = require('express');
        const guards = require('./guards');
        const app = express();
        app.get('/orders', guards.{used}, (req, res) => res.send([]));
        app.listen(3000);
        """
    package = '{"name": "shop", "dependencies": {"express": "^4.19.0"}, "scripts": {"start": "node app.js"}}'
    seen = look("SEC-025", {"package.json": package, "app.js": app, "guards.js": guards})
    told = {f.message.split()[3]: f.severity for f in seen.findings if f.outcome == "fail"}

    assert told["requireAdmin"] == severity


@pytest.mark.parametrize(("taken", "severity"), [("auth_limiter", "medium"), ("", "high")])
def test_a_decorator_beside_a_limiter_that_is_used_is_left_over(taken: str, severity: str, look: Look) -> None:
    limits = (
        "from functools import wraps\nfrom shop.rate import Limiter\n\nauth_limiter = Limiter(5)\n\n\n"
        "def rate_limit(limiter):\n    def decorator(func):\n        @wraps(func)\n        def wrapper(*args, **kwargs):\n"
        "            if not limiter.allowed():\n                raise PermissionError\n            return func(*args, **kwargs)\n"
        "        return wrapper\n    return decorator\n"
    )
    uses = f"from shop.limits import {taken}\n" if taken else ""
    main = f"from fastapi import FastAPI\n{uses}app = FastAPI()\n\n\n@app.post('/login')\ndef login():\n    {taken or 'None'}\n"

    seen = look("SEC-025", {"shop/main.py": main, "shop/limits.py": limits, "requirements.txt": "fastapi==0.110.0\n"})

    assert [f.severity for f in seen.findings if f.outcome.open] == [severity]
