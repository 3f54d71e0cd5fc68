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


def test_timers_and_playbooks_are_schedules(project_of: Write) -> None:
    project = project_of(
        {
            "units/save.timer": "[Timer]\nOnCalendar=*-*-* 03:15:00\n",
            "units/save.service": "[Service]\nExecStart=/opt/save.sh\n",
            "site.yml": """
                - hosts: all
                  tasks:
                    - ansible.builtin.cron: {name: a, special_time: daily, job: /opt/tidy}
                    - cron: {name: b, minute: "5", job: /opt/gone, state: absent}
                    - cron: {name: c, minute: "{{ when }}", job: /opt/poll}
                """,
            "group_vars/all.yml": "when: '*/10'\n",
        }
    )

    found = [(s.source, s.expression, s.runs, str(s.at)) for s in project.system.schedules]

    assert found == [
        ("timer", "15 3 * * *", "/opt/save.sh", "units/save.timer:2"),
        ("crontab", "@daily", "/opt/tidy", "site.yml:3"),
        ("crontab", "*/10 * * * *", "/opt/poll", "site.yml:5"),
    ]


def test_a_script_that_only_holds_stars_installs_nothing(project_of: Write) -> None:
    assert project_of({"x.sh": "#!/bin/bash\necho '0 1 * * 0 hello'\n"}).system.schedules == ()
