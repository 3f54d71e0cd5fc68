"""Secrets in shapes of more than a name and a value, and what only looks like them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.secrets.find import find_secrets, mask

REAL = "Xk29sjf8Kq2"
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def real(text: str, path: str) -> list[tuple[int, str | None]]:
    return [(hit.line, hit.name) for hit in find_secrets(text, path) if not hit.placeholder and not hit.weak]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("v.yaml", f"db:\n  password: >-\n    {REAL}\n", 3),
        ("v.yaml", f"api_key: |\n  {REAL}\nother: |\n  text\n", 2),
        ("s.yaml", f"kind: Secret\ndata:\n  url: {encoded('postgres://app:' + REAL + '@db/x')}\n", 3),
        ("s.yaml", f"kind: Secret\ndata:\n  tls.key: |\n    {encoded(PEM)}\n", 4),
        ("s.yaml", f"kind: Secret\ndata:\n  app.ini: {encoded('[db]' + chr(10) + 'password = ' + REAL)}\n", 3),
        ("s.yaml", f"kind: Secret\nstringData:\n  app.yaml: |\n    db:\n      password: {REAL}\n", 5),
        ("a.ps1", f'ConvertTo-SecureString "{REAL}" -AsPlainText -Force\n', 1),
        ("a.ps1", f"[Environment]::SetEnvironmentVariable('API_KEY', '{REAL}', 'Machine')\n", 1),
        ("a.cmd", f"@echo off\nsetx JWT_SECRET {REAL}\n", 2),
        ("appsettings.json", f'{{"Default": "Host=db;Username=a;Pwd={REAL};Port=1"}}', 1),
        ("a.go", f'dsn := "user=app password={REAL} host=db"\n', 1),
        ("A.java", f'String u = "jdbc:mysql://h/db?user=root&password={REAL}";\n', 1),
    ],
)
def test_a_secret_is_found_in_the_shape_that_it_comes_in(path: str, text: str, line: int) -> None:
    assert [at for at, _ in real(text, path)] == [line]
    assert REAL not in mask(text, path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("v.yaml", "password: |\n  {{ .Values.password }}\nsecret: >-\n  ${DB_SECRET}\n"),
        ("v.yaml", "passwordHelp: |\n  At least eight signs, one digit.\n"),
        (
            "s.yaml",
            f"kind: Secret\ndata:\n  a: {encoded('changeme')}\n  b: {encoded('debug')}\n  c: |\n    {encoded('plain text')}\n",
        ),
        ("a.ps1", 'ConvertTo-SecureString "$env:PASS" -AsPlainText\nConvertTo-SecureString $password -Key 3\n'),
        ("a.ps1", '[Environment]::SetEnvironmentVariable("API_KEY", "$key")\n'),
        ("a.cmd", "setx JWT_SECRET %SECRET%\nsetx PATH_TO_TOOLS Xk29sjf8Kq2\nset PASSWORD=%1\n"),
        ("a.go", 'dsn := fmt.Sprintf("user=%s password=%s host=%s", u, p, h)\n'),
        ("a.py", "connect(host=host, user=user, password=database_password_of_shop)\n"),
        ("a.py", 'url = f"host={h} password={settings.password}"\n'),
        ("a.js", '"/login?password=" + password\n'),
        ("a.yaml", "token_sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"),
        ("a.yaml", "token_uuid: 3f2b8c1e-8f7a-4a1b-9c3d-1e2f3a4b5c6d\nsecret_fingerprint: ab12cd34ef56\n"),
        ("a.json", '{"integrity": "sha512-AbCdEf0123456789AbCdEf0123456789AbCdEf0123456789=="}'),
        (
            "id.pub",
            "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----\n",
        ),
        ("rules.toml", "regex = '''AKIA[0-9A-Z]{16}'''\npattern = '''password\\s*=\\s*[\"'][^\"']+'''\n"),
    ],
)
def test_what_only_looks_like_a_secret_is_left(path: str, text: str) -> None:
    assert real(text, path) == []


def test_shapes_are_searched_fast_in_long_texts() -> None:
    mask("password: |\n" + "  \n" * 50_000, "a.yaml")
    mask("host=a password=b " * 20_000, "a.go")
    mask("setx " * 50_000, "a.cmd")


@given(st.text(alphabet="pasword:|>\n =;host\"'x9", max_size=200))
def test_no_text_stops_the_search_and_lines_stay(text: str) -> None:
    for path in ("a.yaml", "a.ps1", "a.go"):
        assert mask(text, path).count("\n") == text.count("\n")


def test_a_connection_string_that_is_filled_in_holds_no_secret() -> None:
    filled = 'var address = $"server=db;user=root;password={password}";\n'

    assert not find_secrets(filled, "Program.cs")
    assert find_secrets(filled.replace("{password}", "q8Zr5tYw2LpX"), "Program.cs")
