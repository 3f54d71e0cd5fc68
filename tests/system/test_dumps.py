"""What a backup leaves, what a restore looks for, and whether the two meet."""

from __future__ import annotations

import pytest

from kit.system.dumps import mismatch, read, written

DUMP = "pg_dump -Fc shop"


@pytest.mark.parametrize(
    ("saves", "restores", "reason"),
    [
        (f"{DUMP} | age -r key > /b/shop.dump.age", "pg_restore -d shop /b/shop.dump", "encrypted with age"),
        (f"{DUMP} > /b/shop.dump", "age -d -i key /b/shop.dump | pg_restore", "does not encrypt"),
        (f"{DUMP} | gpg -e -r ops > a.dump.gpg", "openssl enc -d -aes-256-cbc -in a.dump.gpg | pg_restore", "openssl"),
        (
            f"{DUMP} | openssl enc -aes-256-cbc -pbkdf2 > a.dump.enc",
            "openssl enc -d -aes-256-cbc < a.dump.enc | pg_restore",
            "pbkdf2",
        ),
        ("pg_dump shop | zstd > a.sql.zst", "gunzip -c a.sql.zst | psql", "zstd"),
        (f"{DUMP} > /b/shop.dump", "gunzip -c /b/shop.dump.gz | pg_restore", "nothing compresses"),
        ("pg_dump shop > /b/shop-$(date +%F).sql", "f=$(ls -t /b/shop-*.dump | head -1)\npsql < $f", "looks for"),
        (f"{DUMP} > /b/shop-$(date +%F).dump", "f=$(ls -t /b/store_*.dump | head -1)\npg_restore $f", "looks for"),
        (
            f"B=s3://shop-backups\n{DUMP} | aws s3 cp - $B/pg/a.dump",
            "aws s3 cp s3://shop-backup/pg/a.dump /tmp/x.dump\npg_restore /tmp/x.dump",
            "shop-backups/pg/",
        ),
        (
            f"{DUMP} | aws s3 cp - s3://acme/pg/a.dump",
            "aws s3 cp s3://acme/postgres/a.dump - | pg_restore",
            "looks in acme/postgres/",
        ),
    ],
)
def test_a_restore_that_cannot_follow_its_backup(saves: str, restores: str, reason: str) -> None:
    assert reason in (mismatch(written(saves), read(restores)) or "")


@pytest.mark.parametrize(
    ("saves", "restores"),
    [
        ("pg_dump shop > a.sql\ngzip a.sql", "gunzip -c a.sql.gz | psql"),
        ("pg_dump shop | gzip > /b/shop-$(date +%F).sql.gz", 'gunzip -c "$1" > /tmp/r.sql\npsql < /tmp/r.sql'),
        (f'OUT="/b/shop-$(date +%F).dump"\n{DUMP} > "$OUT"', "pg_restore /b/latest.dump"),
        (f"{DUMP} | aws s3 cp - s3://$BUCKET/a.dump", "aws s3 cp s3://acme/a.dump /tmp/x.dump\npg_restore /tmp/x.dump"),
        (f"{DUMP} > a.dump  # was a.sql | gpg -e", "# older ones: gpg -d a.sql.gpg\npg_restore a.dump"),
        (f"{DUMP} > a.dump\naws s3 cp a.dump s3://acme/pg/", "aws s3 sync s3://acme/ /tmp/all\npg_restore /tmp/all/pg/a.dump"),
        (f"{DUMP} | age -r k > a.dump.age", 'echo "usage: restore.sh a.dump"\nage --decrypt -i k "$1" | pg_restore'),
    ],
)  # fmt: skip
def test_a_restore_that_follows_its_backup(saves: str, restores: str) -> None:
    assert mismatch(written(saves), read(restores)) is None


def test_a_text_without_a_file_says_nothing() -> None:
    assert mismatch(written("pg_dump shop"), read("psql shop")) is None
