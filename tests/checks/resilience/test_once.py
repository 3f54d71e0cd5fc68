"""Keys of idempotency in Redis."""

from __future__ import annotations

import pytest
from conftest import Look

HEAD = "const redis = require('redis').createClient();\nasync function pay(req) {\n"
LOOK = "  if (await redis.get('idempotency:' + req.key)) return;\n"


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        (LOOK + "  await redis.set('idempotency:' + req.key, '1', { EX: 60 });\n", ["pay.js:4"]),
        (LOOK + "  await redis.set('idempotency:' + req.key, '1', { NX: true, EX: 60 });\n", []),
        (LOOK + "  await redis.set('idempotency:' + req.key, '1', 'EX', 60, 'NX');\n", []),
        ("  await redis.set('idempotency:' + req.key, answer);\n", []),
        ("  if (await redis.get('seen')) return;\n  await redis.set('seen', '1');\n", []),
    ],
)
def test_a_key_is_taken_in_one_step(look: Look, body: str, failed: list[str]) -> None:
    assert look("RES-009", {"package.json": '{"name": "a"}', "pay.js": HEAD + body + "}\n"}).failed == failed


def test_a_key_of_python(look: Look) -> None:
    text = 'def pay(redis, key):\n    if redis.exists(f"idempotency:{key}"):\n        return\n    redis.setex(f"idempotency:{key}", 60, "1")\n'

    assert look("RES-009", {"pyproject.toml": "[project]\nname = 'a'\n", "pay.py": text}).failed == ["pay.py:4"]
