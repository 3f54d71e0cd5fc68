"""What later stages copy from earlier ones, and whether those hold it."""

from __future__ import annotations

import pytest
from conftest import Look

BUILT = (
    "FROM golang:1.23 AS build\nWORKDIR /app\nCOPY . .\nRUN %s\nFROM alpine:3.20\nCOPY --from=build %s /srv\nCMD /srv\n"
)
GO = "go build -o /app/server ."


def shop(runs: str, taken: str, **more: str) -> dict[str, str]:
    files = {
        "Dockerfile": BUILT % (runs, taken),
        "go.mod": "module shop\n",
        "docker-compose.yml": "services:\n  shop:\n    build: .\n",
    }
    return {**files, "database/migrations/001.sql": "SELECT 1;\n", **more}


def test_a_folder_that_no_stage_has_ends_the_build(look: Look) -> None:
    seen = look("CON-006", shop(GO, "/app/migrations"))

    assert seen.failed == ["Dockerfile:6"]
    assert "stage build holds no /app/migrations" in seen.text


@pytest.mark.parametrize(
    ("runs", "taken"),
    [
        (GO, "/app/database/migrations"),
        (GO, "/app/server"),
        (GO, "/app"),
        (GO, "/etc/ssl/certs"),
        (GO, "/app/m*"),
        ("go generate ./... && go build -o server .", "/app/migrations"),
        ("mkdir -p migrations && go build -o server .", "/app/migrations"),
        ("./build.sh", "/app/migrations"),
        ("npm ci", "/app/node_modules"),
        ("npm ci && npm run build", "/app/dist"),
        ("mvn package", "/app/target/shop.jar"),
        ("dotnet publish -c Release -o out", "/app/out"),
    ],
)
def test_what_is_copied_there_or_made_there_is_held(look: Look, runs: str, taken: str) -> None:
    assert not look("CON-006", shop(runs, taken)).failed


def test_what_the_ignore_rules_keep_out_may_be_made_before(look: Look) -> None:
    assert not look("CON-006", shop(GO, "/app/generated", **{".gitignore": "generated/\n"})).failed


def test_images_of_others_may_hold_anything(look: Look) -> None:
    files = shop(GO, "/app/migrations")
    files["Dockerfile"] = files["Dockerfile"].replace("golang:1.23", "acme/build:1.23")

    assert not look("CON-006", files).failed


def test_stages_hand_on_what_they_stand_on(look: Look) -> None:
    files = shop(GO, "/app/migrations")
    base = "FROM golang:1.23 AS base\nWORKDIR /app\nCOPY database .\n"
    files["Dockerfile"] = base + files["Dockerfile"].replace("FROM golang:1.23", "FROM base")

    assert not look("CON-006", files).failed
