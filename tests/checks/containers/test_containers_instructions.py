"""Instructions that a builder refuses, that do nothing, and pipes that hide a failure."""

from __future__ import annotations

import pytest
from conftest import Look


@pytest.mark.parametrize(
    "line",
    ["COPY --from=build /a /b", "COPY a.txt b.txt app", "EXPOSE 70000"],
)
def test_what_the_builder_refuses_ends_the_build(look: Look, line: str) -> None:
    seen = look("CON-043", {"Dockerfile": f"FROM alpine:3.20 AS build\n{line}\n"})

    assert seen.failed == ["Dockerfile:2"]
    assert seen.findings[0].blocker == "cannot build"


@pytest.mark.parametrize(
    "line",
    ["COPY --from=base /a /b", "COPY a.txt b.txt ./", "COPY a.txt b.txt .", "COPY a b $HOME", "EXPOSE 65535/tcp 80"],
)
def test_what_the_builder_takes_holds(look: Look, line: str) -> None:
    text = f"FROM alpine:3.20 AS base\nFROM alpine:3.20 AS build\n{line}\n"

    assert look("CON-043", {"Dockerfile": text}).failed == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('FROM alpine:3.20\nCMD ["a"]\nCMD ["b"]\n', 2),
        ("FROM alpine:3.20\nRUN cd /srv\n", 2),
        ("FROM alpine:3.20 AS a\nFROM alpine:3.20 AS a\n", 1),
        ('FROM alpine:3.20\nRUN ["cat", "a", "|", "sh"]\n', 2),
        ("FROM alpine:3.20\nRUN sudo make install\n", 2),
    ],
)
def test_what_takes_no_effect_is_told(look: Look, text: str, line: int) -> None:
    assert look("CON-044", {"Dockerfile": text}).failed == [f"Dockerfile:{line}"]


def test_what_is_done_in_a_folder_and_one_command_a_stage_hold(look: Look) -> None:
    text = 'FROM alpine:3.20 AS a\nCMD ["x"]\nFROM alpine:3.20\nRUN cd /srv && make\nRUN apk add sudo\nCMD ["y"]\n'

    assert look("CON-044", {"Dockerfile": text}).passed == ["Dockerfile"]


def test_a_pipe_fails_with_its_first_command(look: Look) -> None:
    piped = "FROM debian:12.5\nRUN curl -fsSL https://example.com/a.tgz | tar xz\n"
    held = piped.replace("RUN", 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN')

    assert look("CON-045", {"Dockerfile": piped}).failed == ["Dockerfile:2"]
    assert look("CON-045", {"Dockerfile": held}).passed == ["Dockerfile:3"]
    assert look("CON-045", {"Dockerfile": "FROM debian:12.5\nRUN echo a | tee b\n"}).failed == []


def test_no_container_is_entered_by_ssh(look: Look) -> None:
    text = 'FROM debian:12.5\nEXPOSE 22\nCMD ["/usr/sbin/sshd", "-D"]\n'

    assert look("CON-046", {"Dockerfile": text}).failed == ["Dockerfile:2"]
    assert look("CON-046", {"Dockerfile": text.replace("22\n", "8022\n")}).failed == []
