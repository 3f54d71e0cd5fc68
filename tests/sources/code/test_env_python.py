from __future__ import annotations

from pathlib import Path

import pytest
from code_project import reads_of


def told(found: dict) -> dict[str, tuple[bool | None, str | None]]:  # type: ignore[type-arg]
    return {name: (read.required, read.default) for name, read in found.items()}


def test_reads_of_the_environment_with_and_without_default(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "app.py": """
                import os
                from os import environ, getenv
                KEY = "NAMED"
                a = os.environ["INDEXED"]
                b = os.environ.get("GOT")
                c = os.getenv("DEFAULTED", "8080")
                d = environ.get("OR") or "fallback"
                e = int(getenv("COUNT"))
                f = os.environ[KEY]
                os.environ["WRITTEN"] = "x"
                g = "ASKED" in os.environ
                os.environ.setdefault("SET", "prod")
                """
        },
    )

    assert told(found) == {
        "INDEXED": (True, None),
        "GOT": (None, None),
        "DEFAULTED": (False, "8080"),
        "OR": (False, "fallback"),
        "COUNT": (True, None),
        "NAMED": (True, None),
        "ASKED": (False, None),
        "SET": (False, "prod"),
    }
    assert str(found["INDEXED"].at) == "app.py:4"


def test_a_check_that_raises_demands_and_a_caught_error_does_not(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "app.py": """
                import os
                token = os.getenv("TOKEN")
                if not token:
                    raise RuntimeError("no token")
                address = os.environ.get("ADDRESS", "")
                if address == "":
                    raise RuntimeError("no address")
                try:
                    region = os.environ["REGION"]
                except KeyError:
                    region = None
                """
        },
    )

    assert told(found) == {"TOKEN": (True, None), "ADDRESS": (True, None), "REGION": (None, None)}


def test_what_a_branch_demands_is_not_demanded_always(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "app.py": """
                import os
                if os.getenv("USE_S3") == "1":
                    bucket = os.environ["BUCKET"]
                if os.getenv("ENV") == "production":
                    dsn = os.environ["DSN"]

                def trace():
                    return os.environ["COLLECTOR"]

                if tracing:
                    trace()
                """
        },
    )

    assert told(found) == {
        "USE_S3": (False, None),
        "BUCKET": (None, None),
        "ENV": (False, None),
        "DSN": (True, None),
        "COLLECTOR": (None, None),
    }


def test_settings_fields_are_variables(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "base.py": "from pydantic_settings import BaseSettings\nclass Base(BaseSettings): ...\n",
            "config.py": """
                from typing import ClassVar
                from pydantic import Field
                from pydantic_settings import SettingsConfigDict
                from base import Base

                class Settings(Base):
                    model_config = SettingsConfigDict(env_prefix="shop_")
                    version: ClassVar[str] = "1"
                    database_url: str
                    debug: bool = False
                    port: int = Field(default=8000)
                    secret: str = Field(...)
                    name: str | None
                    tags: list[str] = Field(default_factory=list)
                    other: str = Field(alias="OTHER_NAME")
                """,
        },
    )

    assert told(found) == {
        "SHOP_DATABASE_URL": (True, None),
        "SHOP_DEBUG": (False, "false"),
        "SHOP_PORT": (False, "8000"),
        "SHOP_SECRET": (True, None),
        "SHOP_NAME": (True, None),
        "SHOP_TAGS": (False, None),
        "OTHER_NAME": (True, None),
    }


def test_the_first_pydantic_makes_optional_fields_optional(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "config.py": """
                from typing import Optional
                from pydantic import BaseSettings
                class Settings(BaseSettings):
                    a: str
                    b: Optional[str]
                    class Config:
                        env_prefix = "X_"
                """
        },
    )

    assert told(found) == {"X_A": (True, None), "X_B": (False, None)}


def test_decouple_environ_and_options(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "settings.py": """
                import environ
                from decouple import config
                env = environ.Env(DEBUG=(bool, False))
                SECRET_KEY = env("SECRET_KEY")
                HOSTS = env.list("HOSTS", default=["*"])
                DATABASES = {"default": env.db()}
                MODE = config("MODE", default="live")
                TOKEN = config("TOKEN")
                """,
            "cli.py": 'import click\n@click.option("--key", envvar="CLI_KEY", required=True)\ndef main(key): ...\n',
        },
    )

    assert told(found) == {
        "DEBUG": (False, "false"),
        "SECRET_KEY": (True, None),
        "HOSTS": (False, None),
        "DATABASE_URL": (True, None),
        "MODE": (False, "live"),
        "TOKEN": (True, None),
        "CLI_KEY": (True, None),
    }


def test_functions_that_wrap_a_read_are_followed(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "env.py": """
                import os
                def must(name):
                    value = os.environ.get(name)
                    if value is None:
                        raise KeyError(name)
                    return value

                def maybe(name, default=None):
                    return os.environ.get(name, default)
                """,
            "app.py": 'from env import maybe, must\nurl = must("URL")\nsize = maybe("SIZE", "10")\n',
        },
    )

    assert told(found) == {"URL": (True, None), "SIZE": (False, "10")}


def test_a_reader_that_raises_only_when_it_is_told_to_demands_only_then(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "env.py": """
                import os
                def items(key, separator=",", default=None, *, required=False):
                    value = os.environ.get(key)
                    if required and value is None:
                        raise ValueError(key)
                    return value.split(separator) if value else default or []
                """,
            "app.py": 'from env import items\na = items("HOSTS")\nb = items("PEERS", required=True)\n',
        },
    )

    assert told(found) == {"HOSTS": (None, None), "PEERS": (True, None)}


def test_tests_are_left_out(tmp_path: Path) -> None:
    assert reads_of(tmp_path, {"tests/test_a.py": 'import os\nos.environ["X"]\n'}) == {}


@pytest.mark.parametrize(
    ("made", "required"), [("Settings()", True), ("Settings(key=load())", False), ("Settings(**values)", None)]
)
def test_what_code_gives_its_settings_the_environment_need_not(
    tmp_path: Path, made: str, required: bool | None
) -> None:
    source = (
        f"from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    key: str\nsettings = {made}\n"
    )

    assert told(reads_of(tmp_path, {"app.py": source})) == {"KEY": (required, None)}
