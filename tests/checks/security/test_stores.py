"""Stores without a password, open buckets, cheap keys, logins through others."""

from __future__ import annotations

from tests.checks.conftest import Look


def test_stores_that_let_everybody_in_are_reported(look: Look) -> None:
    """SEC-060"""
    compose = """
    services:
      db:
        image: postgres:16
        environment:
          POSTGRES_HOST_AUTH_METHOD: trust
      cache:
        image: redis:7
        command: redis-server --appendonly yes
      locked:
        image: redis:7
        command: redis-server --requirepass ${REDIS_PASSWORD}
      own:
        image: redis:7
        command: redis-server /etc/redis.conf
    """
    seen = look("SEC-060", {"docker-compose.prod.yml": compose})
    assert seen.failed == ["docker-compose.prod.yml:5", "docker-compose.prod.yml:6"]
    assert seen.passed == ["docker-compose.prod.yml:9"]
    assert seen.unknown == ["docker-compose.prod.yml:12"]


def test_a_developers_store_may_do_without(look: Look) -> None:
    """SEC-060"""
    compose = "services:\n  cache: {image: 'redis:7'}\n"
    assert look("SEC-060", {"docker-compose.dev.yml": compose}).failed == []


def test_buckets_that_take_from_anybody_and_private_ones_that_are_shown_are_reported(look: Look) -> None:
    """SEC-061"""
    script = """
    #!/bin/sh
    mc anonymous set public minio/invoices
    mc anonymous set download minio/invoices
    mc anonymous set download minio/public-assets
    # mc anonymous set public minio/old
    """
    seen = look("SEC-061", {"scripts/buckets.sh": script})
    assert seen.failed == ["scripts/buckets.sh:2", "scripts/buckets.sh:3"]
    assert seen.passed == ["scripts/buckets.sh:4"]


def test_few_rounds_and_constants_are_reported(look: Look) -> None:
    """SEC-062"""
    code = """
    const IV = Buffer.alloc(16);
    const ROUNDS = 1000;
    const a = (p, salt) => crypto.pbkdf2Sync(p, salt, ROUNDS, 32, "sha256");
    const b = (p, salt) => crypto.pbkdf2Sync(p, salt, 600_000, 32, "sha256");
    const c = (k) => crypto.createCipheriv("aes-256-cbc", k, IV);
    const d = (k) => crypto.createCipheriv("aes-256-gcm", k, crypto.randomBytes(12));
    const e = (p) => crypto.scryptSync(p, "salt", 32);
    const f = (k) => crypto.createCipheriv("aes-256-ecb", k, "");
    """
    seen = look("SEC-062", {"src/crypt.js": code})
    assert seen.failed == ["src/crypt.js:3", "src/crypt.js:7", "src/crypt.js:5"]
    assert seen.passed == ["src/crypt.js:4"]


def test_python_is_read_too(look: Look) -> None:
    """SEC-062"""
    code = """
    import hashlib, os
    weak = lambda p: hashlib.pbkdf2_hmac("sha256", p, b"pepper", 260_000)
    good = lambda p: hashlib.pbkdf2_hmac("sha256", p, os.urandom(16), 260_000)
    """
    seen = look("SEC-062", {"app/keys.py": code})
    assert seen.failed == ["app/keys.py:2"]
    assert seen.passed == ["app/keys.py:2", "app/keys.py:3"]


def test_a_login_without_state_is_reported(look: Look) -> None:
    """SEC-063"""
    bare = """
    export const login = (req, res) => res.redirect(
      "https://id.example/authorize?" + new URLSearchParams({ client_id: ID, response_type: "code", redirect_uri: BACK }));
    """
    held = bare.replace('response_type: "code"', 'state, response_type: "code"')
    assert look("SEC-063", {"src/login.js": bare}).failed == ["src/login.js:2"]
    assert look("SEC-063", {"src/login.js": held}).passed == ["src/login.js:2"]


def test_an_address_of_return_from_the_request_is_reported(look: Look) -> None:
    """SEC-063"""
    code = """
    const url = (req, state) => "https://id.example/authorize?" + new URLSearchParams({
      client_id: ID, response_type: "code", state,
      redirect_uri: req.query.back });
    """
    assert look("SEC-063", {"src/login.js": code}).failed == ["src/login.js:3"]


def test_an_address_of_return_that_is_compared_with_known_ones_is_held(look: Look) -> None:
    asked = "const url = `${HOST}/authorize?response_type=code&client_id=${ID}&state=${state}`;\n"
    back = "params.set('x', 1); const redirect_uri = req.query.back;\n"
    held = "if (!ALLOWED_REDIRECTS.includes(redirect_uri)) throw new Error('no');\n"

    assert look("SEC-063", {"src/login.js": asked + back}).failed == ["src/login.js:2"]
    assert look("SEC-063", {"src/login.js": asked + back + held}).failed == []
