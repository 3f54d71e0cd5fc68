"""How much may a client send?"""

from __future__ import annotations

import pytest
from conftest import Look


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("const upload = multer({ dest: 'uploads/' });", "fail"),
        ("const upload = multer({ limits: { fileSize: 1000 } });", "pass"),
        ("const upload = multer({ limits: { files: 2 } });", "fail"),
        ("const limits = { fileSize: 5 };\nconst upload = multer({ limits });", "pass"),
    ],
)
def test_multer(look: Look, line: str, outcome: str) -> None:
    assert look("SEC-015", {"package.json": "{}", "app.js": line + "\n"}).outcomes == [outcome]


def test_a_proxy_in_front_has_a_limit_of_its_own(look: Look) -> None:
    files = {
        "app.js": "multer({});\n",
        "nginx.conf": "server {\n  listen 80;\n  location / { proxy_pass http://app:3000; }\n%s}\n",
    }

    assert look("SEC-015", {**files, "nginx.conf": files["nginx.conf"] % ""}).passed == ["app.js:1"]
    assert look("SEC-015", {**files, "nginx.conf": files["nginx.conf"] % "client_max_body_size 0;\n"}).failed == [
        "app.js:1"
    ]


def test_an_upload_that_is_read_whole_is_found(look: Look) -> None:
    source = "from fastapi import UploadFile\n\n@app.post('/files')\nasync def take(file: UploadFile):\n    data = await file.read()\n"

    assert look("SEC-015", {"shop/files.py": source}).failed == ["shop/files.py:5"]
    assert look("SEC-015", {"shop/files.py": source + "    if file.size > MAX: raise\n"}).failed == []
