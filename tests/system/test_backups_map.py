"""What saves the data, and what brings it back."""

from __future__ import annotations

import pytest
from writing import Write

from kit.system.backups import interval_hours


@pytest.mark.parametrize(
    ("expression", "hours"),
    [
        ("@daily", 24.0),
        ("0 3 * * *", 24.0),
        ("0 */6 * * *", 6.0),
        ("*/15 * * * *", 0.25),
        ("5 * * * *", 1.0),
        ("0 2,14 * * *", 12.0),
        ("0 1,3 * * *", 22.0),
        ("0 3 * * 0", 168.0),
        ("0 3 * * 1-5", 72.0),
        ("0 3 1 * *", 744.0),
        ("whenever", None),
    ],
)
def test_the_longest_wait_between_two_runs(expression: str, hours: float | None) -> None:
    assert interval_hours(expression) == hours


@pytest.mark.parametrize(
    ("command", "engine", "form"),
    [
        ("pg_dump -Fc shop > /b/shop.dump", "postgres", "custom"),
        ("pg_dump --format=directory -f /b/shop shop", "postgres", "directory"),
        ("pg_dump shop > /b/shop.sql", "postgres", "plain"),
        ("pg_dump shop | gzip > /b/shop.sql.gz", "postgres", "plain.gz"),
        ("mysqldump shop > /b/shop.sql", "mysql", "plain"),
        ("mongodump --archive=/b/shop", "mongodb", "archive"),
        ("docker compose exec -T db pg_dump shop > /b/shop.sql", "postgres", "plain"),
    ],
)
def test_the_engine_and_format_of_a_dump(project_of: Write, command: str, engine: str, form: str) -> None:
    (backup,) = project_of({"ops/backup.sh": f"#!/bin/sh\nset -e\n{command}\n"}).backups

    assert (backup.engine, backup.format, str(backup.at)) == (engine, form, "ops/backup.sh:3")
    assert (backup.checked, backup.off_site, backup.schedules) == (True, False, ())


@pytest.mark.parametrize("command", ["pg_dump --version", "restic snapshots", "redis-cli ping", "etcdctl get x"])
def test_commands_that_save_nothing(project_of: Write, command: str) -> None:
    assert project_of({"ops/check.sh": f"#!/bin/sh\n{command}\n"}).backups == ()


def test_a_service_that_saves_has_a_schedule_and_a_place(project_of: Write) -> None:
    compose = """
        services:
          backup:
            image: prodrigestivill/postgres-backup-local:16
            environment: {SCHEDULE: "@daily"}
            volumes: ["/srv/backups:/backups"]
        """
    (backup,) = project_of({"compose.prod.yaml": compose}).backups

    assert (backup.engine, backup.off_site, backup.lands) == ("postgres", False, "host:/srv/backups")
    assert [s.expression for s in backup.schedules] == ["@daily"]


def test_psql_restores_only_where_the_script_says_so(project_of: Write) -> None:
    text = "#!/bin/sh\nset -e\ngunzip -c /b/shop.sql.gz | psql shop\n"
    (restore,) = project_of({"ops/restore.sh": text, "ops/migrate.sh": text}).restores

    assert (restore.tool, restore.reads, str(restore.at)) == ("psql", {"plain.gz"}, "ops/restore.sh:3")
    assert restore.runs == ()
