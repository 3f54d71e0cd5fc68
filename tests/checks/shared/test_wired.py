"""How grave a finding in code may be: as grave as the check says where production runs the code, else medium."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from conftest import Look, Seen

MADE = "import random\n\ndef new_password():\n    password = ''.join(random.choice('abc') for _ in range(9))\n    return password\n"
APP = "from fastapi import FastAPI\nfrom shop.accounts import new_password\n\napp = FastAPI()\n"
IMAGE = 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD ["uvicorn", "shop.main:app", "--host", "0.0.0.0"]\n'
PLAIN = {"requirements.txt": "fastapi==0.110.0\n", "Dockerfile": IMAGE, "shop/__init__.py": "", "shop/main.py": APP}


def severity(seen: Seen, path: str) -> str:
    (found,) = [f for f in seen.findings if f.outcome.open and f.evidence and f.evidence[0].path == path]
    assert ("Nothing that production starts" in found.message) is (found.severity.value == "medium")
    return found.severity.value


@pytest.mark.parametrize(
    ("files", "path", "expected"),
    [
        ({"shop/accounts.py": MADE}, "shop/accounts.py", "high"),
        ({"shop/accounts.py": "from shop.inner.words import new_password\n", "shop/inner/words.py": MADE},
         "shop/inner/words.py", "high"),
        ({"shop/accounts.py": "new_password = None\n", "shop/left_over.py": MADE}, "shop/left_over.py", "medium"),
        ({"shop/accounts.py": "new_password = None\n", "extras/users.py": MADE}, "extras/users.py", "medium"),
        ({"shop/accounts.py": "LOADED = ['extras.users.new_password']\n", "extras/users.py": MADE},
         "extras/users.py", "high"),
        ({"shop/accounts.py": "from importlib import import_module\nfrom pkgutil import iter_modules\n"
          "for each in iter_modules(['shop/plugins']):\n    import_module(each.name)\n",
          "shop/plugins/users.py": MADE}, "shop/plugins/users.py", "high"),
    ],
    ids=["imported", "imported by what is imported", "a leftover", "a tool", "named in a text", "loaded by folder"],
)  # fmt: skip
def test_what_nothing_leads_to_is_medium(look: Look, files: Mapping[str, str], path: str, expected: str) -> None:
    assert severity(look("SEC-005", {**PLAIN, **files}), path) == expected


GO = (
    'package main\n\nimport (\n\t"crypto/tls"\n\t"net/http"\n)\n\nfunc main() {\n'
    "\tt := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}\n\t_ = t\n}\n"
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("cmd/shop/main.go", "high"), ("extra/check.go", "medium"), ("sandbox/probe/main.go", "medium")],
)
def test_where_imports_are_not_followed_the_folder_decides(look: Look, path: str, expected: str) -> None:
    assert severity(look("SEC-018", {"go.mod": "module shop\n\ngo 1.22\n", path: GO}), path) == expected


def test_names_of_packages_are_no_folders(look: Look) -> None:
    path = "src/main/java/extras/Shop.java"
    text = 'package extras;\nclass Shop {\n  void c() {\n    Cipher.getInstance("DES");\n  }\n}\n'
    assert severity(look("SEC-005", {"pom.xml": "<project/>\n", path: text}), path) == "high"


def test_a_script_that_a_package_starts_is_the_program(look: Look) -> None:
    files = {
        "package.json": '{"name": "shop", "scripts": {"start": "node extras/serve.js", "fill": "node extras/fill.js"}}',
        "extras/serve.js": "const resetToken = Math.random().toString(36);\nrequire('http').createServer().listen(80);\n",
        "extras/fill.js": "const resetToken = Math.random().toString(36);\n",
    }
    seen = look("SEC-005", files)
    assert severity(seen, "extras/serve.js") == "high"
    assert severity(seen, "extras/fill.js") == "medium"
