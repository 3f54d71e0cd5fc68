"""Remote desktops without a password, and consoles that a command starts."""

from __future__ import annotations

from conftest import Look

STARTED = "#!/bin/sh\nXvfb :1 &\nx11vnc -display :1 -nopw -forever\n"
FLOWER = """
    services:
      flower:
        image: acme/api:1
        command: celery -A api flower
        ports: ["5555:5555"]
    """


def test_a_desktop_without_a_password_is_told(look: Look) -> None:
    assert look("SEC-013", {"start.sh": STARTED}).failed == ["start.sh:3"]


def test_a_desktop_with_a_password_or_for_its_own_machine_is_not(look: Look) -> None:
    for other in ("-rfbauth /run/secrets/vnc", "-nopw -localhost"):
        assert look("SEC-013", {"start.sh": STARTED.replace("-nopw", other)}).failed == []


def test_a_console_that_a_command_starts_asks_for_a_password_or_is_told(look: Look) -> None:
    asked = FLOWER.replace("flower\n        ports", "flower --basic-auth=ops:x\n        ports")

    assert look("SEC-013", {"docker-compose.prod.yml": FLOWER}).failed == ["docker-compose.prod.yml:5"]
    assert look("SEC-013", {"docker-compose.prod.yml": asked}).failed == []
