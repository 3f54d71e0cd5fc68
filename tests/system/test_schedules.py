"""What runs by the clock."""

from __future__ import annotations

from writing import Write


def test_schedules_of_pipelines_crontabs_and_scripts_are_told_with_their_places(project_of: Write) -> None:
    project = project_of(
        {
            ".github/workflows/nightly.yml": """
                name: Nightly
                on:
                  schedule:
                    - cron: "0 3 * * *"
                jobs: {run: {runs-on: ubuntu-latest, steps: [{run: ./backup.sh}]}}
                """,
            "ops/crontab": "# minute hour\n*/5 * * * * /app/poll\n@daily /app/tidy\nMAILTO=x\n",
            "install.sh": "#!/bin/bash\n(crontab -l; echo '0 1 * * 0 /opt/vacuum') | crontab -\n",
        }
    )

    found = [(s.source, s.expression, s.runs, str(s.at)) for s in project.system.schedules]

    assert found == [
        ("workflow", "0 3 * * *", "Nightly ./backup.sh", ".github/workflows/nightly.yml:4"),
        ("crontab", "*/5 * * * *", "/app/poll", "ops/crontab:2"),
        ("crontab", "@daily", "/app/tidy", "ops/crontab:3"),
        ("crontab", "0 1 * * 0", "/opt/vacuum", "install.sh:2"),
    ]


def test_a_cron_job_is_a_schedule(project_of: Write) -> None:
    manifest = """
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: tidy}
        spec:
          schedule: "15 2 * * *"
          jobTemplate: {spec: {template: {spec: {containers: [{name: t, image: acme/t, command: [tidy, all]}]}}}}
        """

    (schedule,) = project_of({"k8s/tidy.yaml": manifest}).system.schedules

    assert (schedule.expression, schedule.runs, str(schedule.at)) == ("15 2 * * *", "tidy tidy all", "k8s/tidy.yaml:5")


def test_a_script_that_only_holds_stars_installs_nothing(project_of: Write) -> None:
    assert project_of({"x.sh": "#!/bin/bash\necho '0 1 * * 0 hello'\n"}).system.schedules == ()
