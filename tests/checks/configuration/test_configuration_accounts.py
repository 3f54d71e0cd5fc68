"""Accounts that code makes with a password that stands in it."""

from __future__ import annotations

import pytest
from conftest import Look

HASHED = [
    ("src/setup.js", "const hash = await bcrypt.hash('admin123', 10);\n"),
    ("src/setup.ts", "const first = 'Admin123!';\nconst hash = await argon2.hash(first);\n"),
    ("shop/users.py", "def first():\n    user.password = generate_password_hash('admin123', method='scrypt')\n"),
    ("shop/users.py", "def first():\n    user.set_password('admin123')\n"),
    (
        "src/main/java/Setup.java",
        'class Setup { void run() { user.setPassword(passwordEncoder.encode("admin123")); } }\n',
    ),
    (
        "main.go",
        'package main\n\nfunc first() {\n\thash, _ := bcrypt.GenerateFromPassword([]byte("admin123"), 10)\n}\n',
    ),
    ("Shop/Setup.cs", 'class Setup { async Task Run() { await _userManager.CreateAsync(user, "Admin@123456"); } }\n'),
]


@pytest.mark.parametrize(("path", "text"), HASHED)
def test_a_password_that_stands_in_the_code_is_told(look: Look, path: str, text: str) -> None:
    seen = look("CFG-017", {path: text})

    assert [f.severity.value for f in seen.findings] == ["high"]
    assert "makes 1 account with a password that stands in the code" in seen.text


@pytest.mark.parametrize(
    "text",
    [
        "const hash = await bcrypt.hash(process.env.ADMIN_PASSWORD, 10);\n",
        "const hash = await bcrypt.hash(password, 10);\n",
        "const password = process.env.FIRST || make();\nconst hash = await bcrypt.hash(password, 10);\n",
        "// const hash = await bcrypt.hash('admin123', 10);\n",
        "const nobody = await bcrypt.hash('dummy-password', 10);\n",
        "if (process.env.NODE_ENV === 'development') {\n  const hash = await bcrypt.hash('admin123', 10);\n}\n",
        "const sum = crypto.createHash('sha256').update('admin123');\n",
    ],
)
def test_a_password_that_nobody_reads_or_that_opens_nothing_is_not(look: Look, text: str) -> None:
    assert look("CFG-017", {"src/setup.js": text}).outcomes == ["not_applicable"]


SEEDED = "const hash = await bcrypt.hash('admin123', 10);\n"


def test_seeds_weigh_less(look: Look) -> None:
    assert [f.severity.value for f in look("CFG-017", {"prisma/seed.js": SEEDED}).findings] == ["medium"]


def test_tests_may_know_the_passwords_of_their_users(look: Look) -> None:
    assert look("CFG-017", {"tests/users.test.js": SEEDED}).outcomes == ["not_applicable"]
