"""Whether the data can be brought back."""

from __future__ import annotations

from conftest import Look

STORE = "services:\n  db:\n    image: postgres:16.4\n"
PROD = "compose.prod.yaml"
SAVE = "ops/backup.sh"
SCRIPT = """
    #!/bin/bash
    set -euo pipefail
    pg_dump -Fc shop > /backups/shop.dump
    aws s3 cp /backups/shop.dump s3://acme-backups/
    find /backups -mtime +14 -delete
    curl -fsS https://hc-ping.com/1234
    """
RESTORE = "#!/bin/bash\nset -e\npg_restore -d shop /backups/shop.dump\n"
CLOCK = "17 3 * * * /opt/shop/ops/backup.sh\n"
CRON = "ops/crontab"
JOB = """
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: backup}
    spec:
      schedule: "0 3 * * *"
      jobTemplate:
        spec:
          template:
            spec:
              containers:
                - name: backup
                  image: postgres:16.4
                  command: ["sh", "-c", "pg_dump -Fc shop > /backups/shop.dump"]
                  volumeMounts:
                    - name: out
                      mountPath: /backups
              volumes:
                - name: out
                  emptyDir: {}
    """

DATABASE = """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db}
    spec:
      serviceName: db
      selector: {matchLabels: {app: db}}
      template:
        metadata: {labels: {app: db}}
        spec:
          containers:
            - name: db
              image: postgres:16.4
              volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]
      volumeClaimTemplates:
        - metadata: {name: data}
          spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
    """


def test_a_store_that_nothing_saves_is_lost_with_its_disk(look: Look) -> None:
    assert look("REC-001", {PROD: STORE}).failed == [f"{PROD}:2"]


def test_a_store_that_a_script_saves_holds(look: Look) -> None:
    seen = look("REC-001", {PROD: STORE, SAVE: SCRIPT})

    assert (seen.failed, seen.passed) == ([], [f"{SAVE}:3"])


def test_a_dump_that_is_gone_with_its_pod_saves_nothing(look: Look) -> None:
    """REC-001"""
    cluster = {"k8s/db.yaml": DATABASE, "k8s/backup.yaml": JOB}
    claimed = JOB.replace("emptyDir: {}", "persistentVolumeClaim: {claimName: backups}")

    assert look("REC-001", cluster).outcomes == ["partial"]
    assert look("REC-001", {**cluster, "k8s/backup.yaml": claimed}).outcomes == ["pass"]


def test_the_dump_of_another_engine_saves_nothing_of_this_one(look: Look) -> None:
    files = {PROD: STORE, SAVE: SCRIPT.replace("pg_dump -Fc", "mysqldump")}

    assert look("REC-001", files).failed == [f"{PROD}:2"]


def test_a_cache_is_no_data_to_lose(look: Look) -> None:
    assert look("REC-001", {PROD: STORE.replace("postgres:16.4", "memcached:1.6")}).outcomes == ["not_applicable"]


def test_a_script_that_nothing_runs_is_no_schedule(look: Look) -> None:
    assert look("REC-002", {SAVE: SCRIPT}).failed == [f"{SAVE}:3"]


def test_a_crontab_is_a_schedule(look: Look) -> None:
    seen = look("REC-002", {SAVE: SCRIPT, CRON: CLOCK})

    assert (seen.failed, seen.passed) == ([], [f"{CRON}:1"])


def test_a_job_of_the_cluster_runs_by_its_schedule(look: Look) -> None:
    assert look("REC-002", {"k8s/backup.yaml": JOB}).passed == ["k8s/backup.yaml:5"]


def test_a_dump_that_stays_on_its_machine_goes_down_with_it(look: Look) -> None:
    poor = SCRIPT.replace("aws s3 cp /backups/shop.dump s3://acme-backups/", "ls -l /backups")

    assert look("REC-003", {SAVE: poor}).failed == [f"{SAVE}:3"]
    assert look("REC-003", {SAVE: SCRIPT}).passed == [f"{SAVE}:3"]


def test_a_dump_in_an_emptydir_is_no_backup(look: Look) -> None:
    seen = look("REC-003", {"k8s/backup.yaml": JOB})

    assert seen.failed == ["k8s/backup.yaml:18"]
    assert [f.severity.value for f in seen.findings] == ["critical"]


def test_a_dump_on_a_volume_of_the_cluster_is_half_a_backup(look: Look) -> None:
    claimed = JOB.replace("emptyDir: {}", "persistentVolumeClaim: {claimName: backups}")

    assert look("REC-003", {"k8s/backup.yaml": claimed}).outcomes == ["partial"]


def test_psql_cannot_read_a_custom_dump(look: Look) -> None:
    poor = look("REC-004", {SAVE: SCRIPT, "ops/restore.sh": "#!/bin/bash\nset -e\npsql shop < /backups/shop.dump\n"})

    assert poor.failed == ["ops/restore.sh:3"]
    assert "psql cannot read the custom-format dump" in poor.text


def test_pg_restore_reads_a_custom_dump(look: Look) -> None:
    seen = look("REC-004", {SAVE: SCRIPT, "ops/restore.sh": RESTORE})

    assert (seen.failed, seen.passed) == ([], ["ops/restore.sh:3"])


def test_a_backup_that_nothing_brings_back_is_told_at_the_backup(look: Look) -> None:
    assert look("REC-004", {SAVE: SCRIPT}).failed == [f"{SAVE}:3"]


def test_a_restore_that_nothing_runs_is_untried(look: Look) -> None:
    assert look("REC-005", {SAVE: SCRIPT, "ops/restore.sh": RESTORE}).failed == ["ops/restore.sh:3"]


def test_a_scheduled_pipeline_that_runs_the_restore_tries_it(look: Look) -> None:
    drill = """
        on: {schedule: [{cron: "0 5 * * 1"}]}
        jobs:
          drill:
            runs-on: ubuntu-24.04
            steps:
              - run: ./ops/restore.sh
        """
    seen = look("REC-005", {SAVE: SCRIPT, "ops/restore.sh": RESTORE, ".github/workflows/drill.yml": drill})

    assert (seen.failed, seen.passed) == ([], [".github/workflows/drill.yml:6"])


def test_objectives_that_nobody_states_cannot_be_kept(look: Look) -> None:
    assert look("REC-006", {PROD: STORE}).failed == ["."]


def test_a_project_without_data_needs_no_objectives(look: Look) -> None:
    assert look("REC-006", {"README.md": "# Notes\n"}).outcomes == ["not_applicable"]


def test_a_schedule_slower_than_the_stated_objective_breaks_it(look: Look) -> None:
    files = {PROD: STORE, SAVE: SCRIPT, CRON: CLOCK, "docs/recovery.md": "# Recovery\n\nRPO: 1 hour\nRTO: 4 hours\n"}
    seen = look("REC-006", files)

    assert seen.failed == [f"{CRON}:1"]
    assert seen.passed == ["docs/recovery.md:3", "docs/recovery.md:4"]
    assert "runs every 24 hours; the stated RPO is 1 hour." in seen.text


def test_a_schedule_within_the_objective_keeps_it(look: Look) -> None:
    files = {PROD: STORE, SAVE: SCRIPT, CRON: CLOCK, "docs/recovery.md": "RPO: 24 hours, RTO: 30 minutes\n"}

    assert look("REC-006", files).outcomes == ["pass", "pass", "pass"]


def test_one_objective_of_two_is_half(look: Look) -> None:
    assert look("REC-006", {PROD: STORE, "docs/recovery.md": "RPO: 1 hour\n"}).outcomes == ["pass", "partial"]


def test_backups_that_nobody_removes_fill_the_disk(look: Look) -> None:
    poor = SCRIPT.replace("find /backups -mtime +14 -delete", "ls /backups")

    assert look("REC-007", {SAVE: poor}).failed == [f"{SAVE}:3"]
    assert look("REC-007", {SAVE: SCRIPT}).passed == [f"{SAVE}:5"]


def test_removing_what_is_gone_anyway_is_no_retention(look: Look) -> None:
    """REC-007"""
    pruned = JOB.replace("shop.dump", "shop.dump && find /backups -mtime +7 -delete")
    kept = pruned.replace("emptyDir: {}", "persistentVolumeClaim: {claimName: backups}")

    assert look("REC-007", {"k8s/backup.yaml": pruned}).outcomes == ["partial"]
    assert look("REC-007", {"k8s/backup.yaml": kept}).outcomes == ["pass"]


def test_a_script_that_goes_on_after_a_failure_is_not_noticed(look: Look) -> None:
    seen = look("REC-010", {SAVE: SCRIPT.replace("set -euo pipefail", "date")})

    assert (seen.outcomes, seen.failed) == (["fail"], [f"{SAVE}:3"])


def test_a_script_that_stops_and_tells_nobody_is_half(look: Look) -> None:
    silent = look("REC-010", {SAVE: SCRIPT.replace("curl -fsS https://hc-ping.com/1234", "date")})

    assert (silent.outcomes, silent.failed) == (["partial"], [f"{SAVE}:3"])


def test_a_ping_after_success_is_how_a_failure_is_noticed(look: Look) -> None:
    assert look("REC-010", {SAVE: SCRIPT}).passed == [f"{SAVE}:6"]


def test_a_target_of_make_that_restores_brings_it_back(look: Look) -> None:
    save = "backup:\n\tdocker exec db mongodump --out /tmp/now\n"
    back = "restore:\n\tdocker exec db mongorestore --drop /tmp/now\n"
    store = {"compose.yml": "services:\n  db:\n    image: mongo:7.0.5\n"}

    assert look("REC-004", {**store, "Makefile": save}).failed == ["Makefile:2"]
    assert look("REC-004", {**store, "Makefile": save + back}).failed == []


def test_a_script_by_hand_is_graver_where_production_is_told(look: Look) -> None:
    files = {"compose.yml": STORE, SAVE: "#!/bin/bash\npg_dump shop > shop.sql\n"}
    told = {PROD if name == "compose.yml" else name: text for name, text in files.items()}

    assert [str(f.severity) for f in look("REC-002", files).findings] == ["medium"]
    assert [str(f.severity) for f in look("REC-002", told).findings] == ["high"]


def test_the_image_of_a_store_that_is_taken_for_its_tools_is_no_store(look: Look) -> None:
    tool = STORE.replace("  db:", "  saver:") + "    command: sh -c 'chmod +x /backup.sh && /backup.sh'\n"

    assert look("REC-001", {PROD: tool}).failed == []
    assert look("REC-001", {PROD: STORE + "    command: postgres -c fsync=on\n"}).failed == [f"{PROD}:2"]
