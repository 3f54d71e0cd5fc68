"""Who may pose as somebody else?"""

from __future__ import annotations

import pytest
from conftest import Look

PACKAGE = {"package.json": '{"name": "shop", "dependencies": {"express": "4.19.2", "express-session": "1.18.0"}}'}


def app(*lines: str) -> dict[str, str]:
    return {**PACKAGE, "app.js": "\n".join(["const app = require('express')();", *lines, "app.listen(3000);", ""])}


def test_a_webhook_without_a_signature_is_found(look: Look) -> None:
    assert look("SEC-020", app("app.post('/webhooks/pay', (req, res) => markPaid(req.body.id));")).failed == [
        "app.js:2"
    ]


def test_a_webhook_that_verifies_its_signature_holds(look: Look) -> None:
    line = "app.post('/webhooks/pay', (req, res) => stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], key));"

    seen = look("SEC-020", app(line))

    assert (seen.passed, seen.failed) == (["app.js:2"], [])


def test_a_verification_elsewhere_leaves_it_open(look: Look) -> None:
    files = {
        **app("app.post('/webhook', (req, res) => handle(req));"),
        "pay.js": "module.exports = (req) => timingSafeEqual(a, createHmac('sha256', k));\n",
    }

    assert look("SEC-020", files).unknown == ["app.js:2"]


def test_webhooks_that_users_manage_are_a_resource(look: Look) -> None:
    files = app("app.get('/webhooks', list);", "app.post('/webhooks', create);", "app.delete('/webhooks/:id', remove);")

    assert look("SEC-020", files).outcomes == ["not_applicable"]


@pytest.mark.parametrize(
    ("extra", "failed"),
    [
        ("", ["app.js:2"]),
        ("app.use(require('csurf')());", []),
        ("// app.use(require('csurf')());", ["app.js:2"]),
    ],
)
def test_a_session_needs_a_token_that_is_mounted(look: Look, extra: str, failed: list[str]) -> None:
    seen = look(
        "SEC-014",
        app("app.use(require('express-session')({ secret: process.env.S }));", extra, "app.post('/pay', pay);"),
    )

    assert seen.failed == failed


def test_same_site_is_enough(look: Look) -> None:
    line = "app.use(require('express-session')({ cookie: { sameSite: 'lax' } }));"

    assert look("SEC-014", app(line, "app.post('/pay', pay);")).passed == ["app.js:2"]


def test_django_without_its_middleware_is_found(look: Look) -> None:
    settings = """
    MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        # "django.middleware.csrf.CsrfViewMiddleware",
    ]
    """

    assert look("SEC-014", {"shop/settings.py": settings}).failed == ["shop/settings.py:1"]


@pytest.mark.parametrize(
    ("rest", "outcome"),
    [
        ("http.formLogin();", "fail"),
        ("http.sessionManagement(s -> s.sessionCreationPolicy(STATELESS));", "pass"),
        ("", "partial"),
    ],
)
def test_spring_without_protection_depends_on_how_logins_are_kept(look: Look, rest: str, outcome: str) -> None:
    source = f"class Security {{\n  void chain(HttpSecurity http) {{\n    http.csrf(csrf -> csrf.disable());\n    {rest}\n  }}\n}}\n"

    assert look("SEC-014", {"pom.xml": "<project/>", "src/main/java/Security.java": source}).outcomes == [outcome]


def test_views_that_are_exempt_are_counted(look: Look) -> None:
    views = (
        "from django.views.decorators.csrf import csrf_exempt\n\n@csrf_exempt\ndef pay(request):\n    return done()\n"
    )

    assert look("SEC-014", {"shop/views.py": views}).failed == ["shop/views.py:3"]


def test_what_a_chat_calls_for_a_bot_is_a_webhook(look: Look) -> None:
    files = app("app.post('/integrations/telegram/bot', answer);", "app.post('/robots/bot', make);")

    assert look("SEC-020", files).failed == ["app.js:2"]
    assert look("SEC-001", files).failed == ["app.js:3"]


def test_a_gateway_leaves_the_proof_to_whom_it_hands_the_webhook(look: Look) -> None:
    lines = ["app.post('/webhooks/pay', proxies.pay);", "app.post('/webhooks/proxy', (q, r) => markPaid(q.body.id));"]

    seen = look("SEC-020", app(*lines))

    assert (seen.unknown, seen.failed) == (["app.js:2"], ["app.js:3"])
