"""What managed stores, caches, uploads and encryption mean for recovery."""

from __future__ import annotations

from conftest import Look

STORE = "services:\n  db:\n    image: postgres:16.4\n"
SAVE = "#!/bin/bash\nset -euo pipefail\npg_dump -Fc shop | {}gzip > /b/shop.gz\naws s3 cp /b/shop.gz s3://acme/\n"
BUCKET = 'resource "aws_s3_bucket" "{name}" {{\n  bucket = "{name}"\n}}\n'


def test_many_buckets_are_one_question(look: Look) -> None:
    buckets = "".join(BUCKET.format(name=name) for name in ("invoices", "photos", "exports"))
    seen = look("REC-001", {"infra/main.tf": buckets})

    assert (seen.outcomes, seen.unknown) == (["unknown"], ["infra/main.tf:1"])
    assert "invoices, photos, exports" in seen.text


def test_the_bucket_of_terraforms_states_is_no_store_of_data(look: Look) -> None:
    assert look("REC-001", {"infra/main.tf": BUCKET.format(name="terraform_state")}).outcomes == ["not_applicable"]
    assert look("REC-001", {"infra/main.tf": BUCKET.format(name="tf_statements")}).outcomes == ["unknown"]


def test_a_bucket_that_keeps_versions_is_saved(look: Look) -> None:
    versions = (
        'resource "aws_s3_bucket_versioning" "on" {\n  bucket = aws_s3_bucket.photos.id\n'
        '  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'
    )

    assert look("REC-001", {"infra/main.tf": BUCKET.format(name="photos") + versions}).passed == ["infra/main.tf:4"]


def test_a_managed_database_with_and_without_backups(look: Look) -> None:
    text = 'resource "aws_db_instance" "main" {{\n  engine = "postgres"\n{}}}\n'
    kept = look("REC-001", {"infra/main.tf": text.format("  backup_retention_period = 14\n")})
    off = look("REC-001", {"infra/main.tf": text.format("  backup_retention_period = 0\n")})

    assert (kept.passed, off.unknown) == (["infra/main.tf:3"], ["infra/main.tf:1"])


def test_a_cache_that_is_saved_need_not_be_restored(look: Look) -> None:
    assert look("REC-004", {"ops/backup.sh": "#!/bin/sh\nredis-cli --rdb /b/dump.rdb\n"}).outcomes == ["not_applicable"]


def test_a_backup_service_that_sleeps_and_saves_keeps_the_time_itself(look: Look) -> None:
    files = {
        "compose.prod.yaml": STORE + "  backup:\n    build: ./backup\n",
        "backup/Dockerfile": 'FROM postgres:16\nCOPY loop.sh /loop.sh\nCMD ["/loop.sh"]\n',
        "backup/loop.sh": "#!/bin/sh\nset -e\nwhile true; do\n  pg_dump shop > /b/shop.sql\n  sleep 21600\ndone\n",
    }
    seen = look("REC-002", files)

    assert (seen.failed, seen.passed) == ([], ["backup/loop.sh:5"])


def test_a_short_sleep_is_no_clock(look: Look) -> None:
    assert look("REC-002", {"backup.sh": "#!/bin/sh\nsleep 10\npg_dump shop > /b/shop.sql\n"}).failed == ["backup.sh:3"]


def test_a_dump_that_leaves_as_it_is_can_be_read_by_whoever_gets_it(look: Look) -> None:
    poor = look("REC-008", {"ops/backup.sh": SAVE.format("")})
    good = look("REC-008", {"ops/backup.sh": SAVE.format("age -r key | ")})

    assert (poor.failed, good.passed) == (["ops/backup.sh:3"], ["ops/backup.sh:3"])


def test_uploads_are_data_too(look: Look) -> None:
    files = {
        "compose.prod.yaml": "services:\n  api:\n    build: ./api\n    volumes: ['uploads:/app/uploads']\nvolumes: {uploads: {}}\n",
        "api/Dockerfile": "FROM node:22\nCOPY . .\nCMD node .\n",
    }
    poor = look("REC-011", files)
    good = look("REC-011", {**files, "ops/files.sh": "#!/bin/sh\nrestic backup /var/lib/docker/volumes/uploads\n"})

    assert (poor.failed, good.passed) == (["compose.prod.yaml:4"], ["ops/files.sh:2"])


def test_volumes_of_code_and_caches_hold_no_uploads(look: Look) -> None:
    files = {
        "compose.prod.yaml": "services:\n  api:\n    build: ./api\n    volumes: ['./media:/app/media', 'cache:/app/cache']\n",
        "api/Dockerfile": "FROM node:22\nCOPY . .\nCMD node .\n",
    }

    assert look("REC-011", files).outcomes == ["not_applicable"]


def test_a_file_that_runs_stores_alone_is_no_deployment(look: Look) -> None:
    own = {"app/compose.prod.yaml": "services:\n  api:\n    build: .\n", "app/Dockerfile": "FROM node:22\nCMD node .\n"}
    alone = look("REC-001", {**own, "db/compose.yaml": STORE})
    together = look("REC-001", {"app/compose.prod.yaml": STORE + "  api:\n    build: .\n"})

    assert (alone.unknown, alone.failed) == (["db/compose.yaml:2"], [])
    assert together.failed == ["app/compose.prod.yaml:2"]


def test_an_emulator_holds_no_data(look: Look) -> None:
    assert look("REC-001", {"compose.yaml": "services:\n  s3:\n    image: localstack/localstack\n"}).failed == []


RESTORES = "#!/bin/sh\nset -e\nnewest=$(ls -t /b/shop-*{} | tail -1)\n{}pg_restore -d shop\n"


def test_a_restore_must_decrypt_and_name_what_the_backup_writes(look: Look) -> None:
    save = "#!/bin/sh\nset -e\npg_dump -Fc shop | age -r key > /b/shop-$(date +%F).dump.age\n"
    open_ = look("REC-004", {"ops/backup.sh": save, "ops/restore.sh": RESTORES.format(".dump.age", "cat $newest | ")})
    other = look(
        "REC-004", {"ops/backup.sh": save, "ops/restore.sh": RESTORES.format(".dump.gpg", "age -d -i k $newest | ")}
    )
    fits = look(
        "REC-004", {"ops/backup.sh": save, "ops/restore.sh": RESTORES.format(".dump.age", "age -d -i k $newest | ")}
    )

    assert (open_.failed, other.failed, fits.outcomes) == (["ops/restore.sh:4"], ["ops/restore.sh:4"], ["pass"])
    assert ("age" in open_.text, "shop-*.dump.gpg" in other.text) == (True, True)


def test_a_dump_beside_the_data_goes_down_with_it(look: Look) -> None:
    compose = (
        "services:\n  db:\n    image: postgres:16.4\n    volumes: ['pgdata:/var/lib/postgresql/data']\n"
        "  backup:\n    image: postgres:16.4\n    command: sh /ops/backup.sh\n    volumes:\n      - ./ops:/ops:ro\n{}"
    )
    script = {"ops/backup.sh": "#!/bin/sh\nset -e\npg_dump -Fc shop > /keep/shop.dump\n"}
    beside = look("REC-003", {"compose.prod.yaml": compose.format("      - pgdata:/keep\n"), **script})
    lost = look("REC-003", {"compose.prod.yaml": compose.format(""), **script})
    apart = look("REC-003", {"compose.prod.yaml": compose.format("      - dumps:/keep\n"), **script})

    assert ("volume of the store itself" in beside.text, "container's own files" in lost.text) == (True, True)
    assert (beside.failed, lost.failed) == (["compose.prod.yaml:10"], ["ops/backup.sh:3"])
    assert "stays on the machine" in apart.text


def test_an_upload_that_a_comment_speaks_of_is_none(look: Look) -> None:
    text = "#!/bin/sh\n# later: aws s3 cp /b/shop.dump s3://acme/\npg_dump -Fc shop > /b/shop.dump\n"

    assert look("REC-003", {"ops/backup.sh": text}).failed == ["ops/backup.sh:3"]


def test_objectives_may_stand_in_words_and_in_comments(look: Look) -> None:
    base = {
        "compose.prod.yaml": STORE,
        "ops/backup.sh": "#!/bin/sh\nset -e\npg_dump shop > /b/a.sql\n",
        "ops/crontab": "0 3 * * * /ops/backup.sh\n",
    }
    words = look("REC-006", {**base, "docs/adr/0007-recovery.md": "We may lose at most fifteen minutes of bookings.\n"})
    comment = look("REC-006", {**base, "ops/backup.sh": base["ops/backup.sh"] + "# RPO: 1 h, RTO: 4 h\n"})
    enough = look("REC-006", {**base, "docs/adr/0007-recovery.md": "RPO is one day, RTO is four hours.\n"})

    assert ("ops/crontab:1" in words.failed, "ops/crontab:1" in comment.failed) == (True, True)
    assert enough.failed == []


def test_a_ping_by_wget_is_how_a_failure_is_noticed(look: Look) -> None:
    text = "#!/bin/sh\nset -e\npg_dump shop > /b/a.sql\nwget -q -O /dev/null https://hc-ping.com/0d9\n"

    assert look("REC-010", {"ops/backup.sh": text}).passed == ["ops/backup.sh:4"]


def test_a_stack_that_is_published_for_others_to_install_weighs_less(look: Look) -> None:
    release = """\
        on: {push: {tags: ["v*"]}}
        jobs:
          image:
            runs-on: x
            steps:
              - uses: docker/build-push-action@v6
                with: {context: ., push: true, tags: "acme/wiki:latest,acme/wiki:${{ github.ref_name }}"}
        """
    shipped = {
        "Dockerfile": "FROM node:22\nCOPY . .\nCMD node .\n",
        "compose.yaml": STORE + "  wiki:\n    image: acme/wiki:latest\n",
        ".github/workflows/release.yml": release,
    }
    told = look("REC-001", shipped)
    built = look("REC-001", {**shipped, "compose.yaml": STORE + "  wiki:\n    build: .\n"})

    assert ([str(f.severity) for f in told.findings], told.failed) == (["medium"], ["compose.yaml:2"])
    assert [str(f.severity) for f in built.findings] == ["medium"]  # nothing says how production runs


def test_an_image_of_a_store_that_nothing_runs_is_left_open(look: Look) -> None:
    files = {
        "compose.yaml": "services:\n  api:\n    build: ./api\n",
        "api/Dockerfile": "FROM node:22\nCMD node .\n",
        "old/mysql/Dockerfile": "FROM mysql:8\nCOPY init.sql /docker-entrypoint-initdb.d/\n",
        "old/mysql/init.sql": "select 1;\n",
    }
    beside = look("REC-001", files)
    run = look("REC-001", {**files, "compose.yaml": files["compose.yaml"] + "  db:\n    build: ./old/mysql\n"})

    assert (beside.unknown, beside.failed) == (["old/mysql/Dockerfile"], [])
    assert run.failed == ["compose.yaml:4"]


def test_a_store_weighs_as_much_as_what_is_told_of_where_it_runs(look: Look) -> None:
    ci = "on: push\njobs:\n  cd:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ssh host docker compose up -d\n"
    stack = {
        "compose.yaml": STORE + "  api:\n    build: .\n",
        "Dockerfile": "FROM node:22\n",
        ".github/workflows/cd.yml": ci,
    }
    pods = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  selector: {matchLabels: {app: api}}\n"
        "  template:\n    metadata: {labels: {app: api}}\n    spec: {containers: [{name: api, image: 'api:1'}]}\n"
    )

    def severities(files: dict[str, str]) -> list[str]:
        return [str(f.severity) for f in look("REC-001", files).findings]

    assert severities(stack) == ["high"]
    assert severities({**stack, "k8s/api.yaml": pods}) == ["medium"]
    assert severities({"compose.prod.yaml": stack["compose.yaml"], "Dockerfile": "FROM node:22\n"}) == ["critical"]


def test_stores_alone_in_a_nameless_file_leave_it_open(look: Look) -> None:
    tools = "  look: {image: adminer}\n"
    app = {"Dockerfile": "FROM node:22\n", "server.js": "require('express')().listen(3000);\n"}

    assert look("REC-001", {**app, "docker/compose.yaml": STORE + tools}).unknown == ["docker/compose.yaml:2"]
    assert look("REC-001", {**app, "docker/compose.yaml": STORE + "  wiki: {image: 'wiki:1'}\n"}).failed
