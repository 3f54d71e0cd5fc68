"""The Java that code is compiled for, and the one that images have."""

from __future__ import annotations

import pytest
from conftest import Look

MAVEN = "FROM maven:3.9.9-eclipse-temurin-%s AS build\nCOPY . .\nRUN mvn -q package\nFROM %s\nCOPY --from=build target/shop.jar /shop.jar\nCMD java -jar /shop.jar\n"
POM = "<project>\n<properties><java.version>%s</java.version></properties>\n</project>\n"
KOTLIN = "plugins { java }\njava { toolchain { languageVersion = JavaLanguageVersion.of(21) } }\n"


def test_an_image_older_than_what_is_compiled_for_is_told_once(look: Look) -> None:
    seen = look("DEL-026", {"Dockerfile": MAVEN % ("17", "eclipse-temurin:17-jre"), "pom.xml": POM % "21"})

    assert seen.failed == ["Dockerfile:1"]
    assert "pom.xml compiles for Java 21; the image has 17: it does not compile." in seen.text
    assert [f.severity.value for f in seen.findings] == ["high"]


@pytest.mark.parametrize(
    "final", ["gcr.io/distroless/java17-debian12", "amazoncorretto:17-alpine", "openjdk:17.0.2-slim"]
)
def test_a_program_does_not_start_on_an_older_one(look: Look, final: str) -> None:
    seen = look("DEL-026", {"Dockerfile": MAVEN % ("21", final), "pom.xml": POM % "21"})

    assert seen.failed == ["Dockerfile:4"]
    assert "the program does not start" in seen.text


@pytest.mark.parametrize("level", ["17", "11", "1.8"])
def test_an_image_as_new_or_newer_holds(look: Look, level: str) -> None:
    seen = look("DEL-026", {"Dockerfile": MAVEN % ("17", "eclipse-temurin:17-jre"), "pom.xml": POM % level})

    assert set(seen.outcomes) == {"pass"}


def test_what_a_comment_says_is_not_compiled_for(look: Look) -> None:
    pom = "<project>\n<!-- <java.version>21</java.version> -->\n<java.version>17</java.version>\n</project>\n"

    assert not look("DEL-026", {"Dockerfile": MAVEN % ("17", "eclipse-temurin:17-jre"), "pom.xml": pom}).failed


def test_gradle_brings_its_own_compiler_and_no_runtime(look: Look) -> None:
    built = "FROM gradle:8.10-jdk17 AS build\nCOPY . .\nRUN gradle build\nFROM eclipse-temurin:%s-jre\nCMD java -jar a.jar\n"

    assert look("DEL-026", {"Dockerfile": built % "17", "build.gradle.kts": KOTLIN}).failed == ["Dockerfile:4"]
    assert not look("DEL-026", {"Dockerfile": built % "21", "build.gradle.kts": KOTLIN}).failed
