"""How are passwords kept?"""

from __future__ import annotations

import pytest
from conftest import Look


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("app.js", "const digest = crypto.createHash('md5').update(password).digest('hex');"),
        ("shop/a.py", "digest = hashlib.sha256(password.encode()).hexdigest()"),
        ("app.js", "if (user.password === req.body.password) grant();"),
        ("app.js", "const comparePassword = (stored, given) => { return stored === given; };"),
        ("shop/a.py", "if user.password == password: grant()"),
        ("A.java", "class A { boolean a() { return user.getPassword().equals(loginRequest.getPassword()); } }"),
        ("A.java", "class A { boolean a() { return password.equals(user.get().getPassword()); } }"),
    ],
)
def test_passwords_that_are_read_from_a_stolen_table(look: Look, path: str, source: str) -> None:
    assert look("SEC-009", {path: source + "\n"}).failed == [f"{path}:1"]


@pytest.mark.parametrize(
    ("path", "source", "outcomes"),
    [
        ("app.js", "const etag = crypto.createHash('md5').update(body).digest('hex');", ["not_applicable"]),
        ("app.js", "if (form.password !== form.confirmPassword) fail();", ["not_applicable"]),
        (
            "A.java",
            "class A { boolean a() { return dto.getPassword().equals(dto.getConfirm()); } }",
            ["not_applicable"],
        ),
        ("app.js", "await bcrypt.compare(password, user.password);", ["pass"]),
        ("app.js", "await bcrypt.hash(password, 4);", ["partial", "pass"]),
        ("shop/a.py", "hashed = pwd_context.hash(password)\npwd_context = CryptContext(schemes=['argon2'])", ["pass"]),
    ],
)
def test_what_is_no_defect(look: Look, path: str, source: str, outcomes: list[str]) -> None:
    assert look("SEC-009", {path: source + "\n"}).outcomes == outcomes


def test_a_fast_hash_behind_a_function_is_found_where_passwords_go_in(look: Look) -> None:
    files = {
        "lib/hashing.ts": "export const hash = (data: string) => crypto.createHash('md5').update(data).digest('hex')\n",
        "routes/login.ts": "import * as hashing from '../lib/hashing'\nlogin(hashing.hash(req.body.password))\n",
        "routes/files.ts": "import { hash } from 'bcrypt'\nhash(req.body.password, 12)\n",
    }

    assert look("SEC-009", files).failed == ["routes/login.ts:2"]


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ('\ttoken = md5.Sum([]byte(a.Username + ":" + form.Password))', "medium"),
        ('\ttoken = md5.Sum([]byte(a.Salt + ":" + form.Password))', "high"),
        ('\tswitch kind {\n\tcase "MD5":\n\t\ttoken = md5.Sum([]byte(form.Password))\n\t}', "medium"),
        ('\tswitch kind {\n\tcase "new":\n\t\ttoken = md5.Sum([]byte(form.Password))\n\t}', "high"),
    ],
)
def test_a_protocol_or_a_setting_may_ask_for_a_fast_hash(look: Look, body: str, severity: str) -> None:
    source = f'package a\n\nimport "crypto/md5"\n\nfunc f() {{\n{body}\n}}\n'

    assert [f.severity for f in look("SEC-009", {"a.go": source}).findings] == [severity]
