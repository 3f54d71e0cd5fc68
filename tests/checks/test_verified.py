"""Backups that are read through, caches that drop, logs that are collected, isolation, test ids."""

from __future__ import annotations

from tests.checks.conftest import Look

SERVER = 'const express = require("express");\nexpress().listen(80);\n'
API = {
    "package.json": '{"name": "api", "dependencies": {"express": "4"}}',
    "server.js": SERVER,
    "Dockerfile": "FROM node:22\nCOPY . .\nCMD node server.js\n",
}


def test_a_dump_that_nobody_reads_is_reported(look: Look) -> None:
    """REC-060"""
    script = '#!/bin/sh\nset -e\npg_dump -Fc shop > "$F"\n'
    assert look("REC-060", {"backup.sh": script}).failed == ["backup.sh:3"]
    assert look("REC-060", {"backup.sh": script + 'sha256sum "$F" > "$F.sum"\n'}).failed == ["backup.sh:4"]
    read = script + 'pg_restore --list "$F" > /dev/null\n'
    assert look("REC-060", {"backup.sh": read}).passed == ["backup.sh:4"]


def test_a_cache_that_drops_jobs_is_reported(look: Look) -> None:
    """PRF-070"""
    package = '{"name": "api",\n "dependencies": {"bullmq": "5"}}'
    compose = "services:\n  cache:\n    image: redis:7\n    command: redis-server --maxmemory 64mb --maxmemory-policy allkeys-lru\n"
    compose += "  api:\n    build: .\n"
    seen = look("PRF-070", {"package.json": package, "docker-compose.yml": compose})
    assert seen.failed == ["docker-compose.yml:4"]
    kept = compose.replace("allkeys-lru", "noeviction")
    assert look("PRF-070", {"package.json": package, "docker-compose.yml": kept}).failed == []


def test_a_cache_may_drop_what_it_caches(look: Look) -> None:
    """PRF-070"""
    compose = "services:\n  cache:\n    image: redis:7\n    command: redis-server --maxmemory 64mb --maxmemory-policy allkeys-lru\n"
    assert look("PRF-070", {"docker-compose.yml": compose}).passed == ["docker-compose.yml:4"]


def test_logs_that_stay_in_containers_are_told_once(look: Look) -> None:
    """OBS-070"""
    compose = "services:\n  api: {build: ., restart: always}\n"
    assert look("OBS-070", {**API, "docker-compose.prod.yml": compose}).failed == ["."]
    collected = compose + '  promtail: {image: "grafana/promtail:3.0.0"}\n'
    assert look("OBS-070", {**API, "docker-compose.prod.yml": collected}).passed == ["docker-compose.prod.yml:3"]


def test_a_serializable_transaction_without_a_second_try_is_reported(look: Look) -> None:
    """RES-060"""
    once = 'export const pay = () =>\n  prisma.$transaction(work, { isolationLevel: "Serializable" });\n'
    assert look("RES-060", {"src/pay.ts": once}).failed == ["src/pay.ts:2"]
    again = once + "export const safe = () => retry(pay, { on: 'P2034' });\n"
    assert look("RES-060", {"src/pay.ts": again}).passed == ["src/pay.ts:2"]


def test_a_test_id_that_no_page_has_is_reported(look: Look) -> None:
    """TST-061"""
    page = "export const Row = ({ id }) => <p data-testid={`row-${id}`}><button data-testid='save'>Save</button></p>;\n"
    test = """
    import { test } from "@playwright/test";
    test("saves", async ({ page }) => {
      await page.getByTestId("save").click();
      await page.getByTestId("row-7").click();
      await page.getByTestId("remove").click();
    });
    """
    assert look("TST-061", {"src/row.tsx": page, "e2e/row.spec.ts": test}).failed == ["e2e/row.spec.ts:5"]
    fine = test.replace("remove", "save")
    assert look("TST-061", {"src/row.tsx": page, "e2e/row.spec.ts": fine}).passed == ["e2e/row.spec.ts"]


def test_to_list_what_a_dump_holds_is_no_restore(look: Look) -> None:
    """REC-004"""
    script = '#!/bin/sh\nset -e\npg_dump -Fc shop > "$F"\npg_restore --list "$F" > /dev/null\n'
    assert look("REC-004", {"backup.sh": script}).failed == ["backup.sh:3"]
