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
