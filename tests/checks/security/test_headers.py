"""Do answers carry security headers?"""

from __future__ import annotations

from conftest import Look

PACKAGE = '{"name": "shop", "dependencies": {"express": "4.19.2", "helmet": "7.0.0"}}'
BARE = '{"name": "shop", "dependencies": {"express": "4.19.2"}}'


def shop(line: str, package: str = PACKAGE) -> dict[str, str]:
    return {
        "package.json": package,
        "app.js": f"const helmet = require('helmet');\nconst app = require('express')();\n{line}\napp.get('/', page);\napp.listen(3000);\n",
    }


def test_helmet_that_is_mounted_holds(look: Look) -> None:
    seen = look("SEC-004", shop("app.use(helmet());"))

    assert (seen.failed, seen.passed) == ([], ["app.js:3"])


def test_helmet_that_nothing_mounts_is_found_in_the_manifest(look: Look) -> None:
    assert look("SEC-004", shop("// app.use(helmet());")).failed == ["package.json:1"]


def test_neither_code_nor_proxy(look: Look) -> None:
    assert look(
        "SEC-004", {"package.json": BARE, "app.js": "const app = require('express')();\napp.get('/', page);\n"}
    ).failed == ["."]


def test_a_proxy_that_sets_them_is_enough(look: Look) -> None:
    files = {"package.json": BARE, "app.js": "const app = require('express')();\napp.get('/', page);\n"}
    files["nginx.conf"] = "server {\n  listen 80;\n  add_header X-Frame-Options DENY always;\n}\n"

    assert look("SEC-004", files).passed == ["nginx.conf:3"]


def test_helmet_without_its_policy_holds_in_part(look: Look) -> None:
    assert look("SEC-004", shop("app.use(helmet({ contentSecurityPolicy: false }));")).outcomes == ["pass", "partial"]
