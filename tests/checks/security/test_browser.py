"""What do browsers keep and show?"""

from __future__ import annotations

import pytest
from conftest import Look


@pytest.mark.parametrize(
    ("path", "source", "outcome"),
    [
        ("app.js", "res.cookie('session', id);", "fail"),
        ("app.js", "res.cookie('token', id, { httpOnly: true });", "fail"),
        ("app.js", "res.cookie('token', id, { httpOnly: true, secure: true });", "partial"),
        ("app.js", "res.cookie('token', id, { httpOnly: true, secure: true, sameSite: 'lax' });", "pass"),
        ("app.js", "res.cookie('token', id, options());", "unknown"),
        ("app.js", "res.cookie('theme', name);", "not_applicable"),
        ("app.js", "const session = require('express-session'); app.use(session({ secret }));", "fail"),
        (
            "app.js",
            "const session = require('express-session'); app.use(session({ cookie: { secure: true } }));",
            "pass",
        ),
        ("app.js", "const session = require('express-session'); app.use(session(options));", "not_applicable"),
        ("shop/a.py", "response.set_cookie('session', value)", "fail"),
        ("shop/a.py", "response.set_cookie('session', value, httponly=True, secure=True, samesite='lax')", "pass"),
        ("shop/settings.py", "MIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware']", "fail"),
        (
            "shop/settings.py",
            "MIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware']\nSESSION_COOKIE_SECURE = True",
            "pass",
        ),
        ("main.go", 'package main\nvar c = http.Cookie{Name: "session", Value: v}', "fail"),
        ("main.go", 'package main\nvar c = http.Cookie{Name: "session", HttpOnly: true, Secure: true}', "pass"),
    ],
)
def test_cookies(look: Look, path: str, source: str, outcome: str) -> None:
    assert look("SEC-011", {"go.mod": "module x\n", path: source + "\n"}).outcomes == [outcome]


@pytest.mark.parametrize(
    ("path", "source", "outcome"),
    [
        ("src/A.tsx", "export const A = ({ html }) => <div dangerouslySetInnerHTML={{ __html: html }} />;", "partial"),
        (
            "src/A.tsx",
            "export const A = ({ html }) => <div dangerouslySetInnerHTML={{ __html: DOMPurify.sanitize(html) }} />;",
            "pass",
        ),
        ("src/A.tsx", "export const A = ({ css }) => <style dangerouslySetInnerHTML={{ __html: css }} />;", "pass"),
        ("src/a.js", "el.innerHTML = location.hash.slice(1);", "fail"),
        ("src/a.js", "el.innerHTML = '<b>' + name + '</b>';", "partial"),
        ("src/a.js", "el.innerHTML = '<b>fixed</b>';", "not_applicable"),
        ("src/a.ts", "this.html = this.sanitizer.bypassSecurityTrustHtml(comment.text);", "fail"),
        ("src/A.vue", '<template><div v-html="post.body" /></template>', "partial"),
        ("src/A.vue", '<template><div v-html="sanitize(post.body)" /></template>', "not_applicable"),
        ("views/a.ejs", "<p><%- user.bio %></p>", "partial"),
        ("views/a.ejs", "<%- include('header') %><p><%= user.bio %></p>", "not_applicable"),
        ("app.js", "const swig = require('swig');\nswig.setDefaults({ autoescape: false });", "fail"),
        (
            "shop/a.py",
            "from django.utils.safestring import mark_safe\nhtml = mark_safe(f'<b>{user.name}</b>')",
            "partial",
        ),
    ],
)
def test_markup(look: Look, path: str, source: str, outcome: str) -> None:
    assert look("SEC-016", {"package.json": "{}", path: source + "\n"}).outcomes == [outcome]


def test_tokens_in_storage_are_told_once_for_an_application(look: Look) -> None:
    source = "localStorage.setItem('access_token', t);\nsessionStorage.setItem('jwt', t);\nlocalStorage.setItem('theme', t);\n"

    seen = look("SEC-024", {"package.json": "{}", "src/login.js": source})

    assert seen.failed == ["src/login.js:1"]
    assert "2 places" in seen.text
