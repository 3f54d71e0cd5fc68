"""Routers, controllers and modules: defined, and part of the program."""

from __future__ import annotations

from conftest import Look

FASTAPI = {
    "requirements.txt": "fastapi==0.110.0\n",
    "app/routes/orders.py": """
        from fastapi import APIRouter
        router = APIRouter(prefix="/orders")

        @router.get("/")
        def orders():
            return []
        """,
    "app/routes/returns.py": """
        from fastapi import APIRouter
        router = APIRouter(prefix="/returns")

        @router.post("/")
        def give_back():
            return {}
        """,
}
NEST = {
    "package.json": '{"name": "shop", "dependencies": {"@nestjs/core": "10.0.0", "@nestjs/common": "10.0.0"}}',
    "src/main.ts": """
        import { NestFactory } from "@nestjs/core";
        import { AppModule } from "./app.module";
        NestFactory.create(AppModule).then((app) => app.listen(3000));
        """,
    "src/billing.module.ts": """
        import { Module } from "@nestjs/common";
        import { BillingController } from "./billing.controller";
        @Module({ controllers: [BillingController] })
        export class BillingModule {}
        """,
    "src/billing.controller.ts": """
        import { Controller, Get } from "@nestjs/common";
        @Controller("billing")
        export class BillingController { @Get() all() { return []; } }
        """,
}


def test_a_router_that_is_imported_and_not_included_is_told(look: Look) -> None:
    main = """
        from fastapi import FastAPI
        from app.routes import orders, returns
        app = FastAPI()
        app.include_router(orders.router)
        """
    seen = look("CTR-016", {**FASTAPI, "app/main.py": main})
    assert seen.failed == ["app/routes/returns.py:4"]
    assert seen.passed == ["app/main.py:3"]


def test_routers_that_are_all_included_hold(look: Look) -> None:
    main = """
        from fastapi import FastAPI
        from app.routes import orders, returns
        app = FastAPI()
        for module in (orders, returns):
            app.include_router(module.router)
        """
    assert look("CTR-016", {**FASTAPI, "app/main.py": main}).failed == []


def test_a_nest_module_that_is_imported_and_not_listed_is_told(look: Look) -> None:
    module = """
        import { Module } from "@nestjs/common";
        import { BillingModule } from "./billing.module";
        @Module({ imports: [] })
        export class AppModule {}
        """
    assert look("CTR-016", {**NEST, "src/app.module.ts": module}).failed == ["src/billing.module.ts:4"]


def test_nest_modules_are_followed_through_others(look: Look) -> None:
    module = """
        import { Module, forwardRef } from "@nestjs/common";
        import { SalesModule } from "./sales.module";
        @Module({ imports: [SalesModule] })
        export class AppModule {}
        """
    sales = """
        import { Module, forwardRef } from "@nestjs/common";
        import { BillingModule } from "./billing.module";
        @Module({ imports: [forwardRef(() => BillingModule)] })
        export class SalesModule {}
        """
    assert look("CTR-016", {**NEST, "src/app.module.ts": module, "src/sales.module.ts": sales}).failed == []


def test_an_express_router_that_no_file_imports_is_told(look: Look) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4.19.0"}}',
        "src/app.js": """
            const app = require("express")();
            app.get("/orders", (req, res) => res.end());
            app.listen(3000);
            """,
        "src/refunds.js": """
            const router = require("express").Router();
            router.post("/refunds", (req, res) => res.end());
            module.exports = router;
            """,
    }
    assert look("CTR-016", files).failed == ["src/refunds.js:2"]


def test_a_router_that_a_registry_is_given_is_mounted_by_it(look: Look) -> None:
    server = """
        import express from "express";
        import orders from "./orders";
        const app = express();
        app.use("/orders", orders);
        """
    orders = 'import express from "express";\nconst router = express.Router();\nrouter.get("/", list);\nexport default router;\n'
    plugin = 'import { Registry } from "../registry";\nimport hooks from "./hooks";\nRegistry.push([hooks]);\n'
    files = {"src/server.js": server, "src/orders.js": orders, "src/plugin/hooks.js": orders}

    assert look("CTR-016", {**files, "src/plugin/index.js": plugin}).failed == []
    left_out = plugin.replace("[hooks]", "[]")
    assert look("CTR-016", {**files, "src/plugin/index.js": left_out}).failed == ["src/plugin/hooks.js:3"]


EXPRESS = {
    "package.json": '{"dependencies": {"express": "4.19.0"}}',
    "app.js": "const app = require('express')();\napp.use('/orders', require('./orders'));\napp.listen(3000);\n",
    "orders.js": "const r = require('express').Router();\nr.get('/open', list);\nr.post('/new', add);\nmodule.exports = r;\n",
}


def test_an_older_double_of_what_is_served_weighs_little(look: Look) -> None:
    seen = look("CTR-016", {**EXPRESS, "old_orders.js": EXPRESS["orders.js"]})

    assert [(f.severity, f.evidence[0].path) for f in seen.findings if f.outcome == "fail"] == [
        ("low", "old_orders.js")
    ]


def test_a_function_of_go_that_nothing_calls_registers_nothing(look: Look) -> None:
    main = """
        package main
        import "github.com/gorilla/mux"
        func main() {
            r := mux.NewRouter()
            r.HandleFunc("/open", open).Methods("GET")
        }
        """
    routes = """
        package main
        import "github.com/gorilla/mux"
        func RegisterOrders(router *mux.Router) {
            router.HandleFunc("/orders", add).Methods("POST")
        }
        """
    files = {"go.mod": "module shop\n", "main.go": main, "orders.go": routes}

    assert look("CTR-016", files).failed == ["orders.go:4"]
    files["main.go"] = main.replace('r.HandleFunc("/open", open).Methods("GET")', "RegisterOrders(r)")
    assert look("CTR-016", files).failed == []


def test_a_router_that_nothing_imports_weighs_less_than_one_that_was_forgotten(look: Look) -> None:
    takes = (
        "from fastapi import FastAPI\nfrom app.routes import {}\napp = FastAPI()\napp.include_router(orders.router)\n"
    )

    severities = [
        look("CTR-016", {**FASTAPI, "app/main.py": takes.format(names)}).findings[0].severity
        for names in ("orders, returns", "orders")
    ]

    assert severities == ["high", "medium"]
