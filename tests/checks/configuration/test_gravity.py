"""How grave a secret is: by what it is, and what the file around it says that it is for."""

from __future__ import annotations

import pytest
from conftest import Look

RANDOM = "k2Jx9Qw7Zr2Lp5Xv8Bn3Tq"


def severities(look: Look, check: str, files: dict[str, str]) -> set[str]:
    return {f.severity.value for f in look(check, files).findings if f.outcome.open}


@pytest.mark.parametrize(
    ("path", "text", "severity"),
    [
        (".env", f"APP_ENV=production\nAPP_KEY={RANDOM}\n", "critical"),
        (".env", f"APP_ENV=local\nAPP_KEY={RANDOM}\n", "low"),
        (".env", f"DB_HOST=localhost\nAPP_KEY={RANDOM}\n", "low"),
        (".env", f"DB_HOST=db.shop.test\nAPP_KEY={RANDOM}\n", "critical"),
        ("settings.py", f'class Live:\n    TOKEN_SECRET_KEY = "{RANDOM}"\n', "critical"),
        ("settings.py", f'class Development:\n    TOKEN_SECRET_KEY = "{RANDOM}"\n', "low"),
        ("main.go", f'package main\nvar x = viper.SetDefault("api-secret", "{RANDOM}")\n', "high"),
        ("config/keys.yml", f"api_secret: {RANDOM}\n", "critical"),
        ("config/fake/keys.yml", f"api_secret: {RANDOM}\n", "medium"),
        ("config/keys.yml", f"demo_login_password: {RANDOM}\n", "medium"),
        ("config/keys.yml", "db_password: md5540e7aa2739a14c6f2e6f07fd09c67f1\n", "medium"),
    ],
)
def test_what_the_words_around_a_secret_say(look: Look, path: str, text: str, severity: str) -> None:
    assert severities(look, "CFG-005", {path: text}) == {severity}


def test_a_compose_file_without_an_environment_holds_nothing_critical(look: Look) -> None:
    compose = f"services:\n  shop:\n    build: .\n    restart: always\n    environment:\n      API_SECRET: {RANDOM}\n"

    assert severities(look, "CFG-005", {"compose.yaml": compose}) == {"high"}
    assert "critical" in severities(look, "CFG-005", {"deploy/compose.prod.yaml": compose})


def test_what_stands_for_a_value_and_what_was_built_are_no_secrets(look: Look) -> None:
    assert look("CFG-005", {"config/stage.yml": "password: 'xxxx@123'\n"}).failed == []
    assert look("CFG-005", {"app/index.android.bundle": f'var password="{RANDOM}";\n'}).failed == []


def test_the_password_of_a_store_opens_only_one_that_was_set_up_with_it(look: Look) -> None:
    reads = "import os\nA = os.environ.get('{name}', '{value}')\n"

    def seen(name: str, value: str) -> set[str]:
        return severities(look, "CFG-003", {"app.py": reads.format(name=name, value=value)})

    assert seen("DB_PASSWORD", "mysocial") == seen("KAFKA_PASSWORD", "password123") == {"medium"}
    assert seen("JWT_SECRET", "mysocial") == {"high"}
    assert seen("DB_PASSWORD", RANDOM) == {"high"}


def test_an_address_in_a_compose_file_that_names_no_environment_is_filled_in_by_whoever_runs_it(look: Look) -> None:
    compose = "services:\n  shop:\n    image: shop/shop:1\n    restart: always\n    environment:\n      BASE_URL: https://shop.example.org\n"

    assert severities(look, "CFG-002", {"compose.yaml": compose}) == {"medium"}
    assert severities(look, "CFG-002", {"compose.prod.yaml": compose}) == {"high"}


def test_an_index_of_a_resource_is_no_password(look: Look) -> None:
    text = 'locals {\n  password = var.db_password != "" ? var.db_password : random_password.db_password[0].result\n}\n'

    assert look("CFG-005", {"main.tf": text}).failed == []


def test_a_page_of_the_web_holds_no_secret_whatever_its_name(look: Look) -> None:
    page = f'\n<!DOCTYPE html>\n<form data-x="api_secret={RANDOM}"></form>\napi_secret: {RANDOM}\n'

    assert severities(look, "CFG-005", {"config/keys.yml": page}) == set()
