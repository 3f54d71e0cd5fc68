"""Ways back that delete the data, and clocks that tick once per process."""

from __future__ import annotations

from conftest import Look

CLOCK = {
    "package.json": '{"name": "shop", "dependencies": {"express": "4.19.0", "node-cron": "3.0.3"}}',
    "Dockerfile": 'FROM node:20\nCOPY . .\nCMD ["node", "app.js"]\n',
    "docker-compose.prod.yml": "services:\n  api:\n    build: .\n    deploy:\n      replicas: 3\n",
}
APP = """
    const cron = require("node-cron");
    const app = require("express")();
    app.get("/", (req, res) => res.end());
    cron.schedule("0 8 * * *", remind);
    app.listen(3000);
    """


def test_a_rollback_that_resets_is_told(look: Look) -> None:
    scripts = '{"scripts": {\n"migrate:rollback": "prisma migrate reset --force",\n"db:reset": "prisma migrate reset"}}'
    down = scripts.replace("db:reset", "docker:db:down").replace('"prisma migrate reset"', '"docker compose down -v"')
    seen = look("DAT-022", {"package.json": down})
    assert seen.failed == ["package.json:2"]


def test_a_rollback_of_one_step_and_a_reset_for_development_are_not_told(look: Look) -> None:
    makefile = "rollback:\n\talembic downgrade -1\n\nrollback-dev:\n\talembic downgrade base\n\ndown:\n\tdocker compose down -v\n"
    seen = look("DAT-022", {"Makefile": makefile})
    assert seen.failed == []
    assert seen.passed == ["Makefile:2"]


def test_a_rollback_script_that_drops_the_database_is_told(look: Look) -> None:
    assert look("DAT-022", {"scripts/rollback.sh": "#!/bin/sh\nset -e\ndropdb shop\ncreatedb shop\n"}).failed == [
        "scripts/rollback.sh:3"
    ]


def test_a_clock_in_every_replica_is_told(look: Look) -> None:
    seen = look("DAT-023", {**CLOCK, "app.js": APP})
    assert seen.failed == ["app.js:4"]
    assert "3 processes" in seen.text


def test_a_clock_with_a_lock_and_one_of_a_single_process_hold(look: Look) -> None:
    locked = APP.replace("remind)", "() => redlock.using(['remind'], 5000, remind))")
    assert look("DAT-023", {**CLOCK, "app.js": locked}).passed == ["app.js:4"]
    alone = CLOCK["docker-compose.prod.yml"].replace("3", "1")
    assert look("DAT-023", {**CLOCK, "app.js": APP, "docker-compose.prod.yml": alone}).failed == []
