"""Whether the profiles that are switched on change anything."""

from __future__ import annotations

import pytest
from conftest import Look

POM = "<project><artifactId>shop</artifactId><dependencies><dependency><artifactId>%s</artifactId></dependency></dependencies></project>"
MAIN = "@SpringBootApplication\nclass Shop {\n  public static void main(String[] a) { SpringApplication.run(Shop.class, a); }\n}\n"
RESOURCES = "shop/src/main/resources"
YAML = f"{RESOURCES}/application.yml"


def files(profiles: str, library: str = "spring-boot-starter-web", more: str = "") -> dict[str, str]:
    return {
        "docker-compose.prod.yml": f"services:\n  shop:\n    build: ./shop\n    environment:\n      SPRING_PROFILES_ACTIVE: {profiles}\n{more}",
        "shop/Dockerfile": 'FROM eclipse-temurin:21\nCOPY . .\nCMD ["java", "-jar", "shop.jar"]\n',
        "shop/pom.xml": POM % library,
        "shop/src/main/java/Shop.java": MAIN,
        YAML: "server:\n  port: 8080\nspring:\n  profiles:\n    active: dev\n",
    }


def test_a_profile_without_anything_is_found(look: Look) -> None:
    assert look("CFG-015", files("prod")).failed == ["docker-compose.prod.yml:5"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"{RESOURCES}/application-prod.properties", "a=b\n"),
        (f"{RESOURCES}/config/application-prod.yaml", "a: b\n"),
        (YAML, "a: b\n---\nspring:\n  config:\n    activate:\n      on-profile: prod\n"),
        (YAML, "a: b\n---\nspring: { config: { activate: { on-profile: 'cloud | prod' } } }\n"),
        (YAML, "a: b\n---\nspring:\n  profiles: prod\n"),
        (YAML, "spring:\n  profiles:\n    group:\n      prod: db,mail\n"),
        ("shop/src/main/java/Mail.java", '@Component\n@Profile({"prod", "staging"})\nclass Mail {}\n'),
        ("shop/src/main/java/Mail.java", '@Component\n@Profile("!prod")\nclass Mail {}\n'),
        (f"{RESOURCES}/logback-spring.xml", '<configuration><springProfile name="prod"/></configuration>\n'),
    ],
)
def test_what_belongs_to_a_profile_is_known(look: Look, path: str, text: str) -> None:
    assert look("CFG-015", {**files("prod"), path: text}).outcomes == ["pass"]


def test_each_profile_is_judged_by_itself(look: Look) -> None:
    seen = look("CFG-015", {**files("prod,mail"), f"{RESOURCES}/application-prod.yml": "a: b\n"})

    assert sorted(seen.outcomes) == ["fail", "pass"]
    assert "mail" in next(f.message for f in seen.findings if f.open)


@pytest.mark.parametrize("profiles", ["default", "${PROFILE}"])
def test_variables_and_the_default_are_left_alone(look: Look, profiles: str) -> None:
    assert look("CFG-015", files(profiles)).outcomes == ["not_applicable"]


def test_a_server_for_configuration_leaves_it_open(look: Look) -> None:
    assert look("CFG-015", files("prod", "spring-cloud-starter-config")).outcomes == ["unknown"]
    assert look("CFG-015", files("native", "spring-cloud-config-server")).outcomes == ["unknown"]


@pytest.mark.parametrize(
    "more", ["    volumes: ['./settings:/app/config:ro']\n", "      SPRING_CONFIG_IMPORT: file:/etc/shop.yml\n"]
)
def test_a_place_that_the_deployment_names_leaves_it_open(look: Look, more: str) -> None:
    assert look("CFG-015", files("prod", more=more)).outcomes == ["unknown"]


def test_development_is_left_alone(look: Look) -> None:
    given = files("prod")
    given["docker-compose.dev.yml"] = given.pop("docker-compose.prod.yml")

    assert look("CFG-015", given).outcomes == ["not_applicable"]


def test_what_an_image_says_holds_where_its_deployment_says_nothing(look: Look) -> None:
    given = files("prod")
    given["docker-compose.prod.yml"] = "services:\n  shop:\n    build: ./shop\n"
    given["shop/Dockerfile"] = "FROM eclipse-temurin:21\nENV SPRING_PROFILES_ACTIVE=prod\nCOPY . .\n"

    assert look("CFG-015", given).failed == ["shop/Dockerfile:2"]


def test_an_image_without_a_deployment_is_judged(look: Look) -> None:
    given = files("prod")
    del given["docker-compose.prod.yml"]
    given["shop/Dockerfile"] = "FROM eclipse-temurin:21\nENV SPRING_PROFILES_ACTIVE=prod\nCOPY . .\n"

    assert look("CFG-015", given).failed == ["shop/Dockerfile:2"]
