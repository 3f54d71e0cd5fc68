"""What code requires against what targets give."""

from __future__ import annotations

import pytest
from conftest import Look

APP = """
import os

URL = os.environ["DATABASE_URL"]
LEVEL = os.environ.get("LOG_LEVEL", "info")
"""
COMPOSE = """
services:
  shop:
    build: .
    environment:
      {name}: postgres://db/shop
"""


def shop(compose: str, file: str = "docker-compose.prod.yml", **more: str) -> dict[str, str]:
    base = {"Dockerfile": "FROM python:3.12\nCOPY shop ./shop\nCMD python -m shop\n", "shop/__main__.py": APP}
    return {**base, "pyproject.toml": '[project]\nname = "shop"\n', file: compose, **more}


def test_a_variable_that_nobody_gives_stops_the_start(look: Look) -> None:
    seen = look("CFG-001", shop("services:\n  shop:\n    build: .\n"))

    assert seen.failed == ["shop/__main__.py:3"]
    assert (seen.findings[0].severity, seen.findings[0].environment) == ("critical", "production")


def test_a_name_that_is_nearly_right_is_shown_where_it_stands(look: Look) -> None:
    seen = look("CFG-001", shop(COMPOSE.format(name="DATABASE_URI")))

    assert seen.failed == ["docker-compose.prod.yml:5"]
    assert "DATABASE_URI is given, which nothing reads" in seen.text


def test_what_is_given_holds(look: Look) -> None:
    assert look("CFG-001", shop(COMPOSE.format(name="DATABASE_URL"))).outcomes == ["pass"]


def test_a_default_demands_nothing(look: Look) -> None:
    assert "LOG_LEVEL" not in look("CFG-001", shop("services:\n  shop:\n    build: .\n")).text


def test_an_env_file_that_is_not_there_leaves_it_open(look: Look) -> None:
    seen = look("CFG-001", shop("services:\n  shop:\n    build: .\n    env_file: .env\n"))

    assert (seen.failed, seen.unknown) == ([], ["shop/__main__.py:3"])


def test_development_demands_nothing(look: Look) -> None:
    assert look("CFG-001", shop("services:\n  shop:\n    build: .\n", "docker-compose.dev.yml")).outcomes == [
        "not_applicable"
    ]


def test_the_image_itself_may_give_it(look: Look) -> None:
    files = shop("services:\n  shop:\n    build: .\n")
    files["Dockerfile"] = "FROM python:3.12\nENV DATABASE_URL=sqlite://\nCOPY shop ./shop\n"

    assert look("CFG-001", files).failed == []


def test_scripts_beside_the_service_are_left_out(look: Look) -> None:
    files = shop(
        COMPOSE.format(name="DATABASE_URL"), **{"scripts/load.py": 'import os\n\nTOKEN = os.environ["LOAD_TOKEN"]\n'}
    )

    assert "LOAD_TOKEN" not in look("CFG-001", files).text


@pytest.mark.parametrize(
    ("settings", "failed"),
    [
        ("spring:\n  datasource:\n    url: ${DB_URL}\n", ["src/main/resources/application.yml:3"]),
        (
            "spring:\n  cloud:\n    config:\n      server:\n        native:\n          search-locations: file:///${DB_URL}\n",
            [],
        ),
        ("spring:\n  config:\n    activate:\n      on-profile: cloud\n  datasource:\n    url: ${DB_URL}\n", []),
    ],
)
def test_settings_of_a_profile_are_no_demand(look: Look, settings: str, failed: list[str]) -> None:
    files = {
        "Dockerfile": "FROM eclipse-temurin:21\nCOPY target/app.jar app.jar\n",
        "pom.xml": "<project><artifactId>shop</artifactId></project>",
    }
    files |= {"src/main/java/A.java": "class A { }\n", "src/main/resources/application.yml": settings}

    assert look("CFG-001", {**files, "docker-compose.prod.yml": "services:\n  shop:\n    build: .\n"}).failed == failed


def test_a_sample_that_leaves_a_name_out(look: Look) -> None:
    seen = look("CFG-006", shop(COMPOSE.format(name="DATABASE_URL"), **{".env.example": "LOG_LEVEL=info\n"}))

    assert seen.failed == ["shop/__main__.py:3"]


def test_a_sample_with_all_names(look: Look) -> None:
    assert look(
        "CFG-006", shop(COMPOSE.format(name="A"), **{".env.example": "# DATABASE_URL=postgres://\n"})
    ).passed == [".env.example"]


def test_no_sample_at_all_counts_once(look: Look) -> None:
    (finding,) = look("CFG-006", shop(COMPOSE.format(name="DATABASE_URL"))).findings

    assert finding.outcome.open
    assert finding.evidence[0].path == "."
    assert finding.fix.startswith("Add a `.env.example`")


def test_a_slip_in_a_name_is_told(look: Look) -> None:
    compose = COMPOSE.format(name="LOG_LEVL").replace("postgres://db/shop", "debug")

    assert look("CFG-008", shop(compose)).failed == ["docker-compose.prod.yml:5"]


def test_another_name_is_no_slip(look: Look) -> None:
    assert look("CFG-008", shop(COMPOSE.format(name="LOG_LEVEL_2"))).failed == []
    assert look("CFG-008", shop(COMPOSE.format(name="GUNICORN_CMD_ARGS"))).failed == []


READS = "\n".join(f'{name} = os.environ.get("{name}")' for name in ("A_URL", "B_URL", "C_URL", "D_URL"))


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        (f"import os\n\n{READS}\n", "fail"),
        (f"import os\nfrom shop.rules import validate_all\n\nvalidate_all(os.environ)\n{READS}\n", "partial"),
        ("import os\n\n" + READS.replace(".get(", "[").replace(")", "]") + "\n", "partial"),
        (
            "from pydantic_settings import BaseSettings\n\nclass S(BaseSettings):\n    a: str\n    b: str\n    c: str\n    d: str\n",
            "pass",
        ),
        ('import os\n\nA = os.environ.get("A")\n', "not_applicable"),
    ],
)
def test_configuration_is_validated_at_start(look: Look, source: str, outcome: str) -> None:
    assert look("CFG-007", {**shop("services: {}\n"), "shop/__main__.py": source}).outcomes == [outcome]


def test_a_sample_of_another_application_is_not_asked(look: Look) -> None:
    files = {
        "other/package.json": "{}",
        "other/.env.example": "B=\n",
        "shop/pyproject.toml": '[project]\nname = "shop"\n',
    }

    assert look("CFG-006", {**files, "shop/main.py": APP, "shop/Dockerfile": "FROM python:3.12\n"}).failed == []


def test_a_word_of_its_own_is_no_slip(look: Look) -> None:
    app = "import os\n\nA = os.environ.get('MEDIA_STORE_BUCKET_NAME')\n"

    assert (
        look("CFG-008", {**shop(COMPOSE.format(name="EVENT_STORE_BUCKET_NAME")), "shop/__main__.py": app}).failed == []
    )


def test_a_tool_in_another_language_demands_nothing_of_the_program(look: Look) -> None:
    files = {
        "compose.prod.yml": "services:\n  api:\n    build: .\n",
        "Dockerfile": "FROM node:22\nCOPY . .\nCMD node app.js\n",
        "package.json": '{"dependencies": {"express": "4"}}',
        "app.js": "const app = require('express')();\napp.listen(process.env.PORT || 3000);\n",
        "cloud/destroy.py": 'import os\n\ntoken = os.environ["CLOUD_TOKEN"]\n',
    }

    assert "CLOUD_TOKEN" not in look("CFG-001", files).text


@pytest.mark.parametrize(
    ("read", "outcome"),
    [
        ('KEY = os.getenv("CLOUD_KEY", "").strip()', "pass"),
        ('KEY = int(os.getenv("CLOUD_KEY", ""))', "fail"),
        ('def put():\n    key = os.getenv("CLOUD_KEY")\n    if not key:\n        raise HTTPException(501)', "pass"),
        ('def put():\n    key = os.getenv("CLOUD_KEY")\n    if not key:\n        raise RuntimeError("no key")', "fail"),
        ('def put():\n    key = os.getenv("CLOUD_KEY")\n    if not key:\n        abort(501)', "pass"),
    ],
)
def test_only_what_stops_without_it_demands_a_variable(look: Look, read: str, outcome: str) -> None:
    files = shop(COMPOSE.format(name="DATABASE_URL"), **{"shop/cloud.py": f"import os\n\n{read}\n"})

    assert ("CLOUD_KEY" in look("CFG-001", files).text) is (outcome == "fail")


def test_what_a_handler_of_requests_reads_does_not_stop_the_start(look: Look) -> None:
    route = '@router.post("/sms")\ndef sms():\n    send(os.environ["SMS_KEY"])\n'
    files = shop(COMPOSE.format(name="DATABASE_URL"), **{"shop/sms.py": f"import os\n\n{route}"})
    (found,) = [f for f in look("CFG-001", files).findings if "SMS_KEY" in f.message]

    assert (found.severity, found.blocker) == ("high", None)


def test_what_a_script_of_operators_demands_stops_no_start(look: Look) -> None:
    script = 'import os\n\nif __name__ == "__main__":\n    print(os.environ["STAGE_NAME"])\n'
    given = COMPOSE.format(name="DATABASE_URL")

    assert "STAGE_NAME" not in look("CFG-001", {**shop(given), "shop/reset.py": script}).text
    called = given.replace("build: .", "build: .\n    command: sh -c 'python shop/reset.py && python -m shop'")
    assert "STAGE_NAME" in look("CFG-001", {**shop(called), "shop/reset.py": script}).text
