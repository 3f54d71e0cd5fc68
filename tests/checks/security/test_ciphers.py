"""Ciphers, random numbers, certificates."""

from __future__ import annotations

import pytest
from conftest import Look


@pytest.mark.parametrize(
    ("path", "source", "outcomes"),
    [
        ("app.js", "crypto.createCipheriv('des-ede3-cbc', key, iv);", ["fail"]),
        ("app.js", "crypto.createCipheriv('aes-256-ecb', key, null);", ["fail"]),
        ("app.js", "crypto.createCipheriv('aes-256-gcm', key, iv);", ["pass"]),
        ("app.js", "const resetToken = Math.random().toString(36);", ["fail"]),
        ("app.js", "function makeOtp() { return Math.floor(Math.random() * 1e6); }", ["fail"]),
        ("app.js", "const delay = Math.random() * 100;", ["not_applicable"]),
        ("app.js", "const hint = { content, nonce: Math.random() };", ["not_applicable"]),
        ("app.js", "const nonce = Math.random(); // of the Content-Security-Policy", ["fail"]),
        ("shop/a.py", "def make_token():\n    return ''.join(random.choice(LETTERS) for _ in range(8))", ["fail"]),
        ("shop/a.py", "token = secrets.token_urlsafe()", ["not_applicable"]),
        ("shop/a.py", "AES.new(key, AES.MODE_ECB)", ["fail"]),
        (
            "src/main/java/A.java",
            'class A { void a() { Cipher.getInstance("DES"); Cipher.getInstance("AES/GCM/NoPadding"); } }',
            ["fail", "pass"],
        ),
    ],
)
def test_ciphers_and_random_numbers(look: Look, path: str, source: str, outcomes: list[str]) -> None:
    assert look("SEC-005", {path: source + "\n"}).outcomes == outcomes


@pytest.mark.parametrize(
    ("path", "source", "severity"),
    [
        ("hash.js", "// the answer of NTLM\ncrypto.createCipheriv('DES-ECB', key, '');", "low"),
        ("hash.js", "// the answer of the till\ncrypto.createCipheriv('DES-ECB', key, '');", "high"),
        ("a.go", 'package a\nfunc f() {\n\tif kind == "DES" {\n\t\tb, _ = des.NewCipher(key)\n\t}\n}', "medium"),
        ("a.go", "package a\nfunc f() {\n\tif kind == 3 {\n\t\tb, _ = des.NewCipher(key)\n\t}\n}", "high"),
    ],
)
def test_a_protocol_or_a_setting_may_ask_for_a_weak_cipher(look: Look, path: str, source: str, severity: str) -> None:
    assert [f.severity for f in look("SEC-005", {path: source + "\n"}).findings] == [severity]


def test_the_nonce_of_a_signature_is_no_secret(look: Look) -> None:
    source = "const sent = { %s: Math.random().toString() }; // beside the signature\n"

    assert look("SEC-005", {"sms.js": source % "SignatureNonce"}).outcomes == ["not_applicable"]
    assert look("SEC-005", {"sms.js": source % "SignatureSecret"}).outcomes == ["fail"]


@pytest.mark.parametrize(
    ("path", "source", "severities"),
    [
        ("app.js", "const agent = new https.Agent({ rejectUnauthorized: false });", ["high"]),
        ("db.js", "new Pool({ ssl: { rejectUnauthorized: false } });", ["medium"]),
        ("app.js", "// rejectUnauthorized: false", []),
        ("app.js", "const agent = new https.Agent({ rejectUnauthorized: true });", []),
        ("shop/a.py", "requests.get(url, verify=False)", ["high"]),
        ("shop/a.py", "jwt.decode(token, verify=False)", []),
        ("main.go", "package main\nvar c = tls.Config{InsecureSkipVerify: true}", ["high"]),
        (
            "main.go",
            "package main\nfunc f() {\n\tif s.InsecureSkipTls {\n\t\tc = tls.Config{InsecureSkipVerify: true}\n\t}\n}",
            ["medium"],
        ),
        (
            "mail.js",
            "send({\n  tls: env.SMTP_SECURE\n    ? undefined\n    : {\n        rejectUnauthorized: false,\n      },\n});",
            ["medium"],
        ),
        (
            "mail.js",
            "send({\n  tls: env.SMTP_HOST\n    ? undefined\n    : {\n        rejectUnauthorized: false,\n      },\n});",
            ["high"],
        ),
        ("healthcheck.js", "const agent = new https.Agent({ rejectUnauthorized: false });", ["medium"]),
        (
            "main.go",
            "package main\nvar c = tls.Config{InsecureSkipVerify: true}\nvar d = c.ConnectionState().PeerCertificates",
            ["medium"],
        ),
        (
            "main.go",
            "package main\nfunc f() {\n\tif s.Proxied {\n\t\tc = tls.Config{InsecureSkipVerify: true}\n\t}\n}",
            ["high"],
        ),
    ],
)
def test_certificates(look: Look, path: str, source: str, severities: list[str]) -> None:
    seen = look("SEC-018", {"go.mod": "module x\n", path: source + "\n"})

    assert [f.severity for f in seen.findings if f.outcome == "fail"] == severities


def test_a_variable_that_switches_verification_off(look: Look) -> None:
    compose = "services:\n  shop:\n    image: shop\n    environment:\n      NODE_TLS_REJECT_UNAUTHORIZED: '0'\n"

    assert look("SEC-018", {"docker-compose.prod.yml": compose}).failed == ["docker-compose.prod.yml:5"]
    assert look("SEC-018", {"docker-compose.prod.yml": compose.replace("'0'", "'1'")}).failed == []


def test_requests_that_verify_hold(look: Look) -> None:
    assert look("SEC-018", {"shop/a.py": "import requests\n\nrequests.get(url, timeout=5)\n"}).passed == ["shop/a.py:3"]


@pytest.mark.parametrize(("asked", "severity"), [("r.ignoreTLSErrors", "medium"), ("r.traced", "high")])
def test_what_a_setting_of_the_kind_asks_for_weighs_less(look: Look, asked: str, severity: str) -> None:
    source = f"package main\nfunc f() {{\n\tif {asked} {{\n\t\tt.TLS = &tls.Config{{\n\t\t\tInsecureSkipVerify: true,\n\t\t}}\n\t}}\n}}\n"

    seen = look("SEC-018", {"main.go": source, "go.mod": "module shop\n"})

    assert [(f.severity, f.evidence[0].line) for f in seen.findings] == [(severity, 5)]


def test_a_number_is_what_it_is_taken_for(look: Look) -> None:
    server = """
        function newPassword() {
          const length = Math.floor(Math.random() * 40) + 24;
          return [...crypto.randomBytes(length)].map(sign).join("");
        }
        function idForToken(token) {
          return `item-${Math.random()}`;
        }
        function limitApiKey(key) {
          pipeline.zadd(key, `${Date.now()}-${Math.random()}`);
        }
        function newToken() {
          return Math.random().toString(36);
        }
        """
    page = (
        "import { useRef } from 'react';\nconst fetchToken = Math.random().toString(36);\nwindow.location.reload();\n"
    )

    seen = look("SEC-005", {"server.js": server, "web/components/list.js": page})

    assert [(f.evidence[0].path, f.evidence[0].line, f.severity) for f in seen.findings] == [
        ("server.js", 12, "high"),
        ("web/components/list.js", 2, "medium"),
    ]


def test_what_a_script_that_people_start_makes_weighs_less(look: Look) -> None:
    makes = "import random\n\ndef account():\n    password = ''.join(random.choice('abc') for _ in range(20))\n\nif __name__ == '__main__':\n    account()\n"
    image = {
        "Dockerfile": "FROM python:3.12\nCOPY . .\nCMD python -m shop\n",
        "shop/__main__.py": "import os\n",
        "compose.yaml": "services:\n  shop:\n    build: .\n",
    }

    def grave(files: dict[str, str]) -> list[str]:
        return [f.severity.value for f in look("SEC-005", {**image, **files}).findings if f.outcome.open]

    assert grave({"shop/burner.py": makes}) == ["medium"]
    assert grave({"shop/burner.py": makes, "shop/__main__.py": "from shop.burner import account\n"}) == ["high"]
