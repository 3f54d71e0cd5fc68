"""Names that hold secrets are known; values are judged by what they look like."""

from __future__ import annotations

import pytest

from kit.sources.secrets.values import is_placeholder, is_reference, is_secret_name, is_weak


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "password",
        "apiKey",
        "API_KEY",
        "jwt-secret",
        "clientSecret",
        "PGPASSWORD",
        "auth.token",
        "refresh_token",
        "AWS_SECRET_ACCESS_KEY",
        "dbpassword",
        "SECRET_KEY_BASE64",
        "POSTGRES_PASSWORD_2",
        "AUTH_FORGOT_SECRET",
        "resetSecret",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "passwordLength",
        "token_url",
        "PWD",
        "max_tokens",
        "secretName",
        "forgot_password",
        "AUTH_FORGOT_EXPIRES",
        "confirmPassword",
        "requireSecret",
        "PUBLIC_KEY",
        "key",
        "primary_key",
        "tokenizer",
        "bypass",
        "compass",
        "STORAGE_KEY",
        "has_password",
        "",
        "STRIPE_PUBLIC_KEY",
    ],
)
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "changeme",
        "change_this_password",
        "<token>",
        "${VAR}",
        "{{ x }}",
        "your-api-key",
        "xxxxxxxx",
        "***",
        "REPLACE_ME",
        "AKIAIOSFODNN7EXAMPLE",
        "TODO",
        "dummy",
        "sk-...",
        "insert-your-key",
        "none",
    ],
)
def test_placeholders(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("value", ["kX9vQ2mP7z", "postgres", "yourk9X2", "nonesuch7", "Bayouridge9"])
def test_values_that_are_no_placeholders(value: str) -> None:
    assert not is_placeholder(value)


@pytest.mark.parametrize(
    "value",
    ["postgres", "admin123", "Password1!", "root", "123456", "my-jwt-secret", "supersecretkey", "s3cret"],
)
def test_values_that_everybody_knows(value: str) -> None:
    assert is_weak(value)


@pytest.mark.parametrize("value", ["kX9vQ2mP7z", "correcthorsebattery", "48151623423108"])
def test_values_that_nobody_knows(value: str) -> None:
    assert not is_weak(value)


@pytest.mark.parametrize(
    "value",
    ["config.api_key", "get_token()", "process.env.X", "/run/secrets/db", "API_TOKEN_NAME", "arn:aws:x:y"],
)
def test_references(value: str) -> None:
    assert is_reference(value, quoted=False)


def test_a_hash_is_no_reference() -> None:
    assert not is_reference("$2b$12$" + "x" * 53, quoted=True)
