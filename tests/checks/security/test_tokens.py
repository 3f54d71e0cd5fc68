"""How are tokens made and checked?"""

from __future__ import annotations

import pytest
from conftest import Look

JS = "const jwt = require('jsonwebtoken');\n"


@pytest.mark.parametrize(
    ("line", "outcome", "severity"),
    [
        ("jwt.verify(token, key, { algorithms: ['none'] });", "fail", "critical"),
        ("jwt.verify(token, key, { ignoreExpiration: true });", "fail", "high"),
        ("jwt.verify(token, key, { algorithms: ['RS256'] });", "pass", "high"),
        ("jwt.sign({ id }, key);", "fail", "medium"),
        ("jwt.sign({ id }, key, { algorithm: 'HS256' });", "fail", "medium"),
        ("jwt.sign({ id }, key, { expiresIn: '15m' });", "not_applicable", "high"),
        ("jwt.sign({ id, exp: soon }, key);", "not_applicable", "high"),
        ("jwt.sign(claims, key, options);", "not_applicable", "high"),
    ],
)
def test_javascript(look: Look, line: str, outcome: str, severity: str) -> None:
    assert [(f.outcome, f.severity) for f in look("SEC-010", {"app.js": JS + line + "\n"}).findings] == [
        (outcome, severity)
    ]


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("jwt.decode(token, options={'verify_signature': False})", "fail"),
        ("jwt.decode(token, KEY, algorithms=['HS256'], options={'verify_exp': False})", "fail"),
        ("jwt.decode(token, KEY, algorithms=['HS256'])", "pass"),
        ("jwt.encode({'sub': 1}, KEY)", "fail"),
        ("jwt.encode({'sub': 1, 'exp': soon}, KEY)", "not_applicable"),
    ],
)
def test_python(look: Look, line: str, outcome: str) -> None:
    assert look("SEC-010", {"shop/a.py": f"import jwt\n\ndef f():\n    {line}\n"}).outcomes == [outcome]


def test_a_wrapper_of_the_projects_own_is_not_the_library(look: Look) -> None:
    assert (
        look("SEC-010", {"shop/a.py": "from shop.kit import jwt\n\ndef f():\n    jwt.encode({'sub': 1}, KEY)\n"}).failed
        == []
    )


def test_go(look: Look) -> None:
    source = 'package main\n\nfunc make() {\n\tt := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": 1%s})\n\tt.SignedString(key)\n}\n'

    assert look("SEC-010", {"go.mod": "module x\n", "main.go": source % ""}).failed == ["main.go:4"]
    assert look("SEC-010", {"go.mod": "module x\n", "main.go": source % ', "exp": soon'}).failed == []


@pytest.mark.parametrize(
    ("path", "source", "failed"),
    [
        ("app.js", JS + "jwt.sign({ id }, 'correct horse', { expiresIn: 1 });", ["app.js:2"]),
        ("app.js", JS + "const KEY = 'correct horse';\njwt.verify(token, KEY);", ["app.js:2"]),
        ("app.js", JS + "jwt.sign({ id }, process.env.JWT_SECRET, { expiresIn: 1 });", []),
        ("app.js", "app.use(session({ secret: 'keyboard cat' }));", ["app.js:1"]),
        ("app.js", "app.use(session({ secret: process.env.SESSION_SECRET }));", []),
        ("shop/app.py", "app.secret_key = 'correct horse'", ["shop/app.py:1"]),
        ("shop/settings.py", "SECRET_KEY = env('SECRET_KEY')", []),
        ("shop/settings/local.py", "SECRET_KEY = 'correct horse'", []),
    ],
)
def test_keys_in_code(look: Look, path: str, source: str, failed: list[str]) -> None:
    assert look("SEC-023", {path: source + "\n"}).failed == failed


def test_a_key_in_go(look: Look) -> None:
    source = 'package main\n\nvar key = []byte("correct horse")\n\nfunc make(t *jwt.Token) { t.SignedString(key) }\n'

    assert look("SEC-023", {"go.mod": "module x\n", "main.go": source}).failed == ["main.go:3"]


def test_settings_for_production_may_replace_the_key(look: Look) -> None:
    base = {"shop/settings/base.py": "SECRET_KEY = 'c6u0-9c7nilj_ysat'\nDEBUG = True\n"}
    anew = {"shop/settings/production.py": "from .base import *\n\nDEBUG = False\nSECRET_KEY = os.environ['KEY']\n"}
    same = {"shop/settings/production.py": "from .base import *\n\nALLOWED_HOSTS = ['x.org']\n"}

    assert look("SEC-023", {**base, **anew}).passed == ["shop/settings/production.py:4"]
    assert look("CFG-011", {**base, **anew}).failed == []
    assert look("SEC-023", {**base, **same}).failed == ["shop/settings/base.py:1"]
    assert look("CFG-011", {**base, **same}).failed == ["shop/settings/base.py:2"]


def test_a_token_that_is_read_for_its_issuer_and_then_verified_is_verified(look: Look) -> None:
    first = "package auth\n\nfunc Claims(raw string) error {\n\tparser := new(jwt.Parser)\n\tparser.ParseUnverified(raw, &claims)\n"
    verified = first + "\treturn verifyWith(claims.Issuer, raw)\n}\n"
    trusted = first + "\treturn use(claims)\n}\n"

    assert look("SEC-010", {"auth/claims.go": 'import "jwt"\n' + verified}).failed == []
    assert look("SEC-010", {"auth/claims.go": 'import "jwt"\n' + trusted}).failed == ["auth/claims.go:6"]


def test_a_build_script_is_no_part_of_what_runs(look: Look) -> None:
    line = "exec(`mkdir -p ./build/${name}`);\n"
    code = "const { exec } = require('child_process');\nfunction make(name) {\n  " + line + "}\n"

    assert look("SEC-007", {"build.js": code}).failed == []
    assert look("SEC-007", {"server.js": code}).failed == ["server.js:3"]


def test_a_key_that_many_calls_use_is_told_once_with_each(look: Look) -> None:
    source = (
        'const jwt = require("jsonwebtoken");\nconst KEY = "correct horse battery";\n'
        "exports.make = (c) => jwt.sign(c, KEY, { expiresIn: '1h' });\nexports.read = (t) => jwt.verify(t, KEY);\n"
    )
    seen = look("SEC-023", {"tokens.js": source})

    assert seen.outcomes == ["fail"]
    assert [e.line for e in seen.findings[0].evidence] == [2, 3, 4]


@pytest.mark.parametrize(("options", "failed"), [("", ["login.js:1"]), (", { expiresIn: '15m' }", [])])
def test_a_function_that_hands_its_options_on_is_judged_where_it_is_called(
    look: Look, options: str, failed: list[str]
) -> None:
    files = {
        "tokens.js": "import jwt from 'jsonwebtoken';\n"
        "export function make(payload, key, options) {\n  return jwt.sign(payload, key, options);\n}\n"
        "export function seal(payload, key, options) {\n  return encrypt(make(payload, key, options));\n}\n",
        "login.js": f"const token = seal({{ id: user.id }}, key(){options});\n",
    }

    assert look("SEC-010", {"package.json": "{}", **files}).failed == failed


@pytest.mark.parametrize(
    ("name", "severity"), [("Live", "critical"), ("Development", "medium"), ("TestConfig", "medium")]
)
def test_the_key_of_a_class_for_development_weighs_less(look: Look, name: str, severity: str) -> None:
    source = f'class {name}:\n    SECRET_KEY = "kf83hf83hf8h3f8h38fh"\n'

    seen = look("SEC-023", {"requirements.txt": "flask==3.0.0\n", "config.py": source})

    assert [str(f.severity) for f in seen.findings] == [severity]


CONFIG = (
    "import { z } from 'zod';\nconst schema = z.object({\n  PORT: z.coerce.number().default(3000),\n"
    "  JWT_SECRET: z.string()%s,\n});\nexport const config = schema.parse(process.env);\n"
)
SIGNS = (
    "import jwt from 'jsonwebtoken';\nimport { config } from './config.js';\n"
    "export const make = (c) => jwt.sign(c, config.JWT_SECRET, { expiresIn: '1h' });\n"
)


@pytest.mark.parametrize(("default", "outcome"), [(".default('green-tea-2024')", "partial"), (".min(32)", "pass")])
def test_a_key_whose_default_stands_in_the_code_is_in_the_code(look: Look, default: str, outcome: str) -> None:
    files = {"package.json": '{"name": "api"}', "src/config.ts": CONFIG % default, "src/auth.ts": SIGNS}

    assert look("SEC-023", files).outcomes == [outcome]


@pytest.mark.parametrize(
    ("read", "outcomes"), [("process.env.JWT_SECRET || 'tea'", ["partial"]), ("process.env.JWT_SECRET", ["pass"])]
)
def test_a_default_beside_the_key_is_in_the_code(look: Look, read: str, outcomes: list[str]) -> None:
    source = (
        f"const jwt = require('jsonwebtoken');\nexports.make = (c) => jwt.sign(c, {read}, {{ expiresIn: '1h' }});\n"
    )

    assert look("SEC-023", {"package.json": "{}", "a.js": source}).outcomes == outcomes
