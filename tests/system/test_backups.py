"""Backups in jobs, pipelines and Makefiles, and what runs a restore."""

from __future__ import annotations

import pytest
from writing import Write

from kit.system.backups import interval_hours

JOB = """
    apiVersion: batch/v1
    kind: CronJob
    metadata: {{name: backup}}
    spec:
      schedule: "0 */6 * * *"
      jobTemplate:
        spec:
          template:
            spec:
              containers:
                - name: backup
                  image: postgres:16
                  command: ["sh", "-c", "{command}"]
                  volumeMounts: [{{name: out, mountPath: /backups}}]
              volumes:
                - name: out
                  {volume}
    """


@pytest.mark.parametrize(
    ("volume", "lands"),
    [("emptyDir: {}", "emptyDir"), ("persistentVolumeClaim: {claimName: backups}", "claim:backups")],
)
def test_where_a_job_of_the_cluster_writes(project_of: Write, volume: str, lands: str) -> None:
    text = JOB.format(command="pg_dump -Fc shop > /backups/shop.dump", volume=volume)
    (backup,) = project_of({"k8s/backup.yaml": text}).backups

    assert (backup.engine, backup.format, backup.lands) == ("postgres", "custom", lands)
    assert [s.expression for s in backup.schedules] == ["0 */6 * * *"]


def test_a_pipe_without_pipefail_hides_a_failure(project_of: Write) -> None:
    text = JOB.format(command="pg_dump shop | gzip > /backups/shop.gz", volume="emptyDir: {}")
    (backup,) = project_of({"k8s/backup.yaml": text}).backups

    assert (backup.checked, backup.format) == (False, "plain.gz")


def test_a_scheduled_pipeline_saves_and_one_on_demand_does_not(project_of: Write) -> None:
    text = "on: {{{}}}\njobs:\n  save:\n    runs-on: x\n    steps:\n      - run: pg_dump -Fc a > a.dump && aws s3 cp a.dump s3://b/\n"
    found = project_of(
        {
            ".github/workflows/nightly.yml": text.format('schedule: [{cron: "0 2 * * *"}]'),
            ".github/workflows/manual.yml": text.format("workflow_dispatch: {}"),
        }
    ).backups

    assert [(str(b.at), b.off_site, len(b.schedules)) for b in found] == [(".github/workflows/nightly.yml:6", True, 1)]


def test_a_target_of_a_makefile_saves(project_of: Write) -> None:
    files = {"Makefile": "backup:\n\tpg_dump -Fc shop > shop.dump\n", "ops/crontab": "0 3 * * * make -C /srv backup\n"}
    (backup,) = project_of(files).backups

    assert (str(backup.at), backup.checked) == ("Makefile:2", True)
    assert [str(s.at) for s in backup.schedules] == ["ops/crontab:1"]


def test_a_script_that_a_pipeline_runs_exercises_the_restore(project_of: Write) -> None:
    pipeline = "on: push\njobs:\n  drill:\n    runs-on: x\n    steps:\n      - run: ./ops/restore.sh\n"
    files = {"ops/restore.sh": "#!/bin/sh\npg_restore -d shop a.dump\n", ".github/workflows/drill.yml": pipeline}
    (restore,) = project_of(files).restores

    assert "custom" in restore.reads
    assert [str(at) for at in restore.runs] == [".github/workflows/drill.yml:6"]


@pytest.mark.parametrize(("expression", "hours"), [("@every 6h", 6.0), ("@every 21600s", 6.0), ("@every 30m", 0.5)])
def test_the_time_of_a_loop(expression: str, hours: float) -> None:
    assert interval_hours(expression) == hours


@pytest.mark.parametrize(
    ("path", "script", "saved"),
    [
        ("bin/refresh.sh", "pg_dump -h $OLD -d shop > a.sql\npsql \\\n  -h $NEW -d shop -f a.sql\n", False),
        ("db-migrator/dump.sh", "pg_dump -Fc -d $FROM -f a.dump\n", False),
        ("bin/save.sh", "pg_dump -h $DB -d shop > a.sql\npsql -h $DB -d shop -c 'select 1'\n", True),
        ("bin/backup.sh", "pg_dump -h $DB -d shop > a.sql\npsql -h $SPARE -d try -f a.sql\n", True),
        ("bin/refresh.sh", "pg_dump -h $DB shop > a.sql\naws s3 cp a.sql s3://b/\npsql -h $SPARE -f a.sql\n", True),
    ],
)
def test_what_moves_data_to_another_database_is_no_backup(
    project_of: Write, path: str, script: str, saved: bool
) -> None:
    assert bool(project_of({path: f"#!/bin/sh\n{script}"}).backups) is saved
