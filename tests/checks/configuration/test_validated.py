"""Does the validation at start refuse what everybody knows?"""

from __future__ import annotations

import pytest
from conftest import Look

PACKAGE = {"package.json": '{"name": "api", "dependencies": {"zod": "3.23.0"}}'}
SAMPLE = "PORT=3000\nJWT_SECRET=change-me-to-something-long\n"
SCHEMA = "import { z } from 'zod';\nexport const env = z.object({\n  PORT: z.string(),\n  JWT_SECRET: %s,\n}).parse(process.env);\n"


def schema(rule: str, sample: str = SAMPLE) -> dict[str, str]:
    return {**PACKAGE, ".env.example": sample, "src/env.ts": SCHEMA % rule}


@pytest.mark.parametrize("rule", ["z.string()", "z.string().min(1)", "z.string().min(16)"])
def test_a_placeholder_that_passes_is_told(look: Look, rule: str) -> None:
    assert look("CFG-014", schema(rule)).failed == ["src/env.ts:4"]


@pytest.mark.parametrize(
    "rule",
    [
        "z.string().min(64)",
        "z.string().min(8).refine(isRandom)",
        "z.string().regex(/^[0-9a-f]+$/)",
        "z.enum([]).not('change-me-to-something-long')",
    ],
)
def test_a_rule_that_refuses_it_holds(look: Look, rule: str) -> None:
    assert look("CFG-014", schema(rule)).passed == ["src/env.ts:4"]


def test_an_empty_value_and_another_systems_key_are_not_judged(look: Look) -> None:
    assert look("CFG-014", schema("z.string()", "JWT_SECRET=\n")).outcomes == ["not_applicable"]
    theirs = {"src/env.ts": (SCHEMA % "z.string()").replace("JWT_SECRET", "STRIPE_API_KEY")}
    files = {**PACKAGE, **theirs, ".env.example": "STRIPE_API_KEY=change-me\n"}
    assert look("CFG-014", files).outcomes == ["not_applicable"]


def test_settings_of_python_are_judged_by_their_length(look: Look) -> None:
    settings = "from pydantic import Field\nfrom pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    secret_key: str = Field(%s)\n"
    files = {".env.example": "SECRET_KEY=changeme\n", "pyproject.toml": "[project]\nname = 'a'\n"}

    assert look("CFG-014", {**files, "app/settings.py": settings % "min_length=8"}).failed == ["app/settings.py:5"]
    assert look("CFG-014", {**files, "app/settings.py": settings % "min_length=32"}).passed == ["app/settings.py:5"]


def test_what_a_deployment_gives_weighs_more(look: Look) -> None:
    compose = "services:\n  api:\n    build: .\n    environment:\n      JWT_SECRET: change-me-to-something-long\n"
    files = {**schema("z.string()", ""), "compose.prod.yaml": compose, "Dockerfile": "FROM node:22\nCOPY . .\n"}

    assert [f.severity for f in look("CFG-014", files).findings] == ["high"]


def test_a_length_that_code_compares_by_itself_counts(look: Look) -> None:
    own = "const { JWT_SECRET } = process.env;\nif (!JWT_SECRET || JWT_SECRET.length < %d) throw new Error('JWT_SECRET');\n"
    files = {**PACKAGE, ".env.example": SAMPLE}

    assert look("CFG-014", {**files, "src/env.js": own % 40}).failed == []
    assert look("CFG-014", {**files, "src/env.js": own % 10}).failed == ["src/env.js:1"]


def test_the_stand_in_of_a_developer_s_file_weighs_less(look: Look) -> None:
    compose = (
        "services:\n  api:\n    build: .\n    environment:\n      JWT_SECRET: change-me-to-something-long\n"
        "  s3:\n    image: localstack/localstack:4\n"
    )
    files = {**schema("z.string()", ""), "compose.yaml": compose, "Dockerfile": "FROM node:22\nCOPY . .\n"}

    assert [f.severity for f in look("CFG-014", files).findings] == ["medium"]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("const body = z.object({ a: z.string() });\n", "fail"),
        ("const env = z.object({ A: z.string() }).parse(process.env);\n", "pass"),
        ("const env = z.object({ A: z.string() }).parse({ A: process.env.A });\n", "pass"),
    ],
)
def test_the_schema_of_a_request_beside_a_read_is_none_of_the_configuration(
    look: Look, code: str, outcome: str
) -> None:
    reads = "".join(f"const {name} = process.env.{name};\n" for name in "ABCD")
    files = {
        **PACKAGE,
        "Dockerfile": "FROM node:22\nCOPY . .\n",
        "src/server.ts": f"import {{ z }} from 'zod';\n{reads}{code}",
    }

    assert look("CFG-007", files).outcomes == [outcome]
