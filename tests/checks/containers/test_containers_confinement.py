"""What containers of compose files share with their host, and what rights they may gain."""

from __future__ import annotations

from conftest import Look

COMPOSE = """
    services:
      api:
        image: acme/api:1.4.0
        security_opt: ["no-new-privileges:true"]
        cap_drop: [ALL]
    """


def test_a_service_that_gains_nothing_holds(look: Look) -> None:
    assert look("CON-047", {"compose.yaml": COMPOSE}).passed == ["compose.yaml:2"]


def test_services_that_may_gain_rights_are_told_once_a_file(look: Look) -> None:
    text = COMPOSE.replace("cap_drop: [ALL]", "tty: true").rstrip() + "\n      web:\n        image: acme/web:1.0.0\n"
    seen = look("CON-047", {"compose.yaml": text})

    assert len(seen.failed) == 1
    assert "api, web" in seen.text


def test_shared_memory_and_shields_that_are_off_are_rights_over_the_host(look: Look) -> None:
    text = COMPOSE.replace('"no-new-privileges:true"', '"seccomp:unconfined"').rstrip() + "\n        ipc: host\n"
    seen = look("CON-015", {"compose.yaml": text})

    assert seen.failed == ["compose.yaml:6", "compose.yaml:4"]


def test_services_that_an_overlay_repeats_are_told_once(look: Look) -> None:
    text = COMPOSE.replace("cap_drop: [ALL]", "tty: true")
    overlay = "services:\n  api:\n    restart: always\n"
    seen = look("CON-047", {"compose.yaml": text, "compose.logging.yaml": overlay})

    assert seen.failed == ["compose.yaml:4"]
