from __future__ import annotations

from pathlib import Path

from code_project import routes_of


def test_express_routers_are_mounted_across_files(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "package.json": "{}",
            "src/app.js": """
                const express = require('express');
                const users = require('./routes/users');
                const app = express();
                app.get('/health', (req, res) => res.send('ok'));
                app.use('/api/users', users);
                module.exports = app;
                """,
            "src/routes/users.js": """
                const { Router } = require('express');
                const router = Router();
                router.get('/', list);
                router.route('/:id').get(show).put(change);
                module.exports = router;
                """,
            "src/routes/lost.js": """
                const router = require('express').Router();
                router.get('/lost', f);
                module.exports = router;
                """,
        },
    )

    assert sorted(found) == [
        "GET /api/users",
        "GET /api/users/{id}",
        "GET /health",
        "GET /lost",
        "PUT /api/users/{id}",
    ]
    assert found["GET /lost"].mounted is False and found["GET /api/users"].mounted is True


def test_a_guard_guards_what_comes_after_it_and_below_its_path(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "app.ts": """
                import express from 'express';
                import { requireAuth } from './auth';
                const app = express();
                app.get('/before', f);
                app.use('/api', requireAuth);
                app.get('/api/x', f);
                app.get('/open', f);
                app.get('/own', requireAuth, f);
                """,
            "auth.ts": """
                export function requireAuth(req, res, next) {
                  if (!req.user) return res.status(401).end();
                  next();
                }
                """,
        },
    )

    assert {name for name, route in found.items() if route.auth} == {"GET /api/x", "GET /own"}


def test_a_function_that_only_sounds_like_a_guard_is_none(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "app.js": """
                const express = require('express');
                const app = express();
                const loadAuthenticatedUsers = (req, res, next) => { req.users = []; next(); };
                app.use(loadAuthenticatedUsers);
                app.get('/x', f);
                """
        },
    )

    assert found["GET /x"].auth is False


def test_a_handler_that_refuses_by_itself_leaves_a_doubt_unless_it_is_the_login(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "app.js": """
                const app = require('express')();
                app.post('/orders', (req, res) => { res.status(401).end(); });
                app.post('/login', (req, res) => { res.status(401).end(); });
                """
        },
    )

    assert found["POST /orders"].auth is None and found["POST /login"].auth is False


def test_routes_of_a_function_that_is_given_the_application(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "server.js": """
                const express = require('express');
                const routes = require('./routes');
                const web = express();
                routes(web, db);
                """,
            "routes.js": "module.exports = (x, db) => { x.get('/things', list); };\n",
        },
    )

    assert found["GET /things"].mounted is True


def test_routers_mounted_in_a_loop_over_a_list(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "app.ts": """
                import express from 'express';
                import { users } from './users';
                const app = express();
                const routes = [{ path: '/users', route: users }];
                routes.forEach((entry) => { app.use(entry.path, entry.route); });
                """,
            "users.ts": """
                import { Router } from 'express';
                export const users = Router();
                users.get('/me', me);
                """,
        },
    )

    assert sorted(found) == ["GET /users/me"]


def test_requests_to_others_are_no_routes(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "a.js": """
                const express = require('express');
                const axios = require('axios');
                const app = express();
                axios.get('/x', options);
                app.get('env');
                cache.get('/y', f);
                """
        },
    )

    assert found == {}


def test_fastify_plugins_and_hooks(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "server.ts": """
                import Fastify from 'fastify';
                import items from './items';
                const server = Fastify();
                server.get('/health', async () => 'ok');
                server.register(items, { prefix: '/items' });
                """,
            "items.ts": """
                export default async function items(fastify) {
                  fastify.get('/:id', { preHandler: [fastify.authenticate] }, show);
                  fastify.route({ method: 'POST', url: '/', handler: add });
                }
                """,
        },
    )

    assert sorted(found) == ["GET /health", "GET /items/{id}", "POST /items"]
    assert found["GET /items/{id}"].auth is True and found["POST /items"].auth is False


def test_koa_and_hono(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "k.js": """
                const Koa = require('koa');
                const Router = require('@koa/router');
                const app = new Koa();
                const router = new Router({ prefix: '/v1' });
                router.get('/a', f);
                app.use(router.routes()).use(router.allowedMethods());
                """,
            "h.ts": """
                import { Hono } from 'hono';
                import { jwt } from 'hono/jwt';
                const books = new Hono().get('/', list).post('/', add);
                const app = new Hono().basePath('/api');
                app.use('/books/*', jwt({ secret }));
                app.route('/books', books);
                export default app;
                """,
        },
    )

    assert sorted(found) == ["GET /api/books", "GET /v1/a", "POST /api/books"]
    assert found["GET /api/books"].auth is True


def test_a_package_of_the_workspace_is_followed(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "apps/web/server.ts": """
                import { Hono } from 'hono';
                import { auth } from '@shop/auth/server';
                export default new Hono().route('/auth', auth);
                """,
            "packages/auth/package.json": '{"name": "@shop/auth"}',
            "packages/auth/server/index.ts": """
                import { Hono } from 'hono';
                export const auth = new Hono().get('/me', me);
                """,
        },
    )

    assert "GET /auth/me" in found


def test_a_metrics_middleware_serves_its_own_path(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "a.js": """
                const express = require('express');
                const promBundle = require('express-prom-bundle');
                const app = express();
                app.use(promBundle({ metricsPath: '/internal/metrics' }));
                """
        },
    )

    assert sorted(found) == ["GET /internal/metrics"]
