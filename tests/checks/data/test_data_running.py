"""Whether something migrates, once, and nothing changes the schema beside it."""

from __future__ import annotations

import pytest
from conftest import Look

SCHEMA = 'datasource db {\n  provider = "postgresql"\n}\n\nmodel User {\n  id Int @id\n}\n'
FILES = {
    "prisma/schema.prisma": SCHEMA,
    "prisma/migrations/1_init/migration.sql": 'CREATE TABLE "User" ("id" INTEGER);\n',
}
PLACE = "prisma/migrations/1_init/migration.sql"
DEPLOYS = """
    on: {push: {branches: [main]}}
    jobs:
      deploy:
        runs-on: ubuntu-latest
        environment: production
        steps:
          - uses: actions/checkout@v4
          - run: npx prisma migrate deploy
          - run: kubectl apply -f k8s
    """
REVISION = {
    "alembic/versions/a1.py": "from alembic import op\nrevision = 'a1'\ndown_revision = None\ndef upgrade():\n    op.execute('SELECT 1')\n"
}


def test_migrations_that_nothing_runs_are_told(look: Look) -> None:
    seen = look("DAT-004", {**FILES, "package.json": '{"scripts": {"migrate": "prisma migrate deploy"}}'})

    assert seen.failed == [PLACE]
    assert "package.json" in seen.text


@pytest.mark.parametrize(("image", "open_"), [("postgres:17", False), ("clickhouse/clickhouse-server:25.3", True)])
def test_migrations_for_a_database_that_users_may_choose_are_left_open(look: Look, image: str, open_: bool) -> None:
    files = {
        "db/clickhouse/migrations/01_init.sql": "CREATE TABLE event (id UUID) ENGINE = MergeTree ORDER BY id;\n",
        "db/clickhouse/migrations/02_more.sql": "ALTER TABLE event ADD COLUMN name String;\n",
        "compose.prod.yaml": f"services:\n  web:\n    image: acme/web:1\n  db:\n    image: {image}\n",
    }
    seen = look("DAT-004", files)

    assert (bool(seen.failed), bool(seen.unknown)) == (open_, not open_)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (".github/workflows/deploy.yml", DEPLOYS, 8),
        ("compose.prod.yaml", "services:\n  migrate:\n    image: app\n    command: npx prisma migrate deploy\n", 4),
        ("Procfile", "release: npx prisma migrate deploy\nweb: node server.js\n", 1),
        ("fly.toml", 'app = "x"\n[deploy]\n  release_command = "npx prisma migrate deploy"\n', 3),
    ],
)
def test_migrations_that_a_deployment_runs_hold(look: Look, name: str, text: str, line: int) -> None:
    assert look("DAT-004", {**FILES, name: text}).passed == [f"{name}:{line}"]


def test_a_start_script_in_the_image_is_followed(look: Look) -> None:
    files = {
        "Dockerfile": 'FROM node:22\nCOPY . /app\nCMD ["/app/start.sh"]\n',
        "start.sh": "#!/bin/sh\nnpx prisma migrate deploy\nnode server.js\n",
        "compose.yaml": "services:\n  api:\n    build: .\n",
    }

    assert look("DAT-004", {**FILES, **files}).passed == ["compose.yaml:2"]


def test_a_command_that_a_start_script_spawns_is_followed(look: Look) -> None:
    files = {
        **FILES,
        "package.json": '{"scripts": {"start": "npm-run-all prepare serve", "prepare": "node scripts/prepare.js"}}',
        "Dockerfile": 'FROM node:22\nWORKDIR /app\nCOPY . .\nCMD ["npm", "start"]\n',
        "compose.prod.yaml": "services:\n  app:\n    build: .\n",
    }
    spawns = "const { execSync } = require('child_process')\nexecSync('prisma migrate deploy')\n"

    followed = look("DAT-004", {**files, "scripts/prepare.js": spawns})
    assert not followed.failed
    assert look("DAT-004", {**files, "scripts/prepare.js": "// execSync('prisma migrate deploy')\n"}).failed == [PLACE]


def test_a_test_job_and_a_developers_stack_do_not_deploy(look: Look) -> None:
    tests = DEPLOYS.replace("        environment: production\n", "").replace("kubectl apply -f k8s", "npm test")
    compose = "services:\n  migrate:\n    image: app\n    command: npx prisma migrate deploy\n"

    tested = look("DAT-004", {**FILES, ".github/workflows/ci.yml": tests})
    tried = look("DAT-004", {**FILES, "docker-compose.dev.yml": compose})

    assert (tested.outcomes, tested.failed) == (["fail"], [PLACE])
    assert tried.outcomes == ["partial"]


def test_what_only_a_document_says_holds_in_part(look: Look) -> None:
    seen = look("DAT-004", {**FILES, "README.md": "Then run\n\n    npx prisma migrate deploy\n"})

    assert (seen.outcomes, seen.failed) == (["partial"], [PLACE])


def test_a_template_that_is_not_read_leaves_it_open(look: Look) -> None:
    seen = look("DAT-004", {**FILES, "ops/deploy.yml.j2": "- command: npx prisma migrate deploy\n"})

    assert seen.outcomes == ["unknown"]


def test_a_program_that_migrates_at_its_start_holds(look: Look) -> None:
    sql = {
        "migrations/1_a.up.sql": "CREATE TABLE a (id int);\n",
        "migrations/1_a.down.sql": "DROP TABLE a;\n",
        "go.mod": "module x\n",
    }
    code = 'package main\n\nimport "github.com/golang-migrate/migrate/v4"\n\nfunc main() {\n\tm, _ := migrate.New("a", "b")\n\terr := m.Up()\n\t_ = err\n}\n'

    assert look("DAT-004", {**sql, "main.go": code}).passed == ["main.go:7"]
    assert look("DAT-004", {**sql, "main.go": "package main\n"}).failed == ["migrations/1_a.up.sql"]


def test_replicas_that_migrate_at_their_start_race(look: Look) -> None:
    compose = "services:\n  api:\n    image: app\n    command: sh -c 'alembic upgrade head && uvicorn app:app'\n    deploy: {{replicas: {}}}\n"

    assert look("DAT-018", {**REVISION, "compose.prod.yaml": compose.format(3)}).failed == ["compose.prod.yaml:4"]
    assert look("DAT-018", {**REVISION, "compose.prod.yaml": compose.format(1)}).passed == ["compose.prod.yaml:4"]


def test_a_tool_that_locks_may_race(look: Look) -> None:
    compose = "services:\n  api:\n    image: app\n    command: sh -c 'npx prisma migrate deploy && node .'\n    deploy: {replicas: 3}\n"

    assert look("DAT-018", {**FILES, "compose.prod.yaml": compose}).failed == []


def test_synchronize_changes_the_schema(look: Look) -> None:
    text = "import {{ DataSource }} from 'typeorm';\nexport const db = new DataSource({{\n  type: 'postgres',\n  synchronize: {},\n}});\n"
    poor = look("DAT-014", {"package.json": "{}", "src/db.ts": text.format("true")})
    good = look("DAT-014", {"package.json": "{}", "src/db.ts": text.format("false")})
    asked = look("DAT-014", {"package.json": "{}", "src/db.ts": text.format("process.env.NODE_ENV !== 'production'")})

    assert (poor.failed, good.failed, asked.failed) == (["src/db.ts:4"], [], [])


def test_a_script_that_a_new_database_runs_is_no_migration_beside_which_nothing_changes_the_schema(look: Look) -> None:
    compose = "services:\n  db:\n    image: postgres:16\n    volumes: ['./db:/docker-entrypoint-initdb.d']\n"
    once = {"compose.yaml": compose, "db/init.sql": "CREATE TABLE a (id int PRIMARY KEY);\n"}

    assert look("DAT-014", once).outcomes == ["not_applicable"]
    assert look("DAT-014", FILES).outcomes == ["pass"]


def test_sync_with_force_loses_every_row(look: Look) -> None:
    text = "import { sequelize } from './models';\nsequelize.sync({ force: true });\n"
    seen = look("DAT-014", {"package.json": "{}", "server.js": text})
    shown = look("DAT-014", {"package.json": "{}", "server.js": "sequelize.sync({ force: true });\n"})

    assert seen.failed == ["server.js:2"]
    assert seen.findings[0].severity == "critical"
    assert shown.failed == []


def test_create_all_at_the_start_and_in_a_script(look: Look) -> None:
    text = "from db import Base, engine\n\nBase.metadata.create_all(engine)\n"

    seen = look("DAT-014", {"scripts/reset.py": text, "app/main.py": text})

    assert seen.failed == ["app/main.py:3"]


def test_spring_that_updates_its_schema(look: Look) -> None:
    path = "src/main/resources/application.yml"
    text = "spring:\n  jpa:\n    hibernate:\n      ddl-auto: {}\n"

    assert look("DAT-014", {path: text.format("update")}).failed == [f"{path}:4"]
    assert look("DAT-014", {path: text.format("validate")}).failed == []


def test_a_deployment_that_pushes_the_schema(look: Look) -> None:
    compose = "services:\n  api:\n    image: app\n    command: sh -c 'npx prisma db push && node .'\n"

    seen = look("DAT-014", {**FILES, "docker-compose.dev.yml": compose, "compose.prod.yaml": compose})

    assert seen.failed == ["compose.prod.yaml:4"]


def test_a_release_that_seeds_is_told(look: Look) -> None:
    poor = look(
        "DAT-020", {**FILES, "Procfile": "release: npx prisma migrate deploy && npx prisma db seed\nweb: node .\n"}
    )
    good = look("DAT-020", {**FILES, "Procfile": "release: npx prisma migrate deploy\nweb: node .\n"})

    assert (poor.failed, good.passed) == (["Procfile:1"], ["Procfile:1"])


def test_a_restore_that_drops_every_table_puts_them_back(look: Look) -> None:
    drops = "from app.models import Base\ndef {}(engine):\n    Base.metadata.drop_all(engine)\n"

    assert look("DAT-014", {**REVISION, "app/stored.py": drops.format("restore")}).failed == []
    assert look("DAT-014", {**REVISION, "app/stored.py": drops.format("downgrade")}).failed == []
    assert look("DAT-014", {**REVISION, "app/stored.py": drops.format("start")}).failed == ["app/stored.py:3"]


def test_calls_of_one_kind_in_a_file_are_told_once(look: Look) -> None:
    text = "package main\n\nfunc migrate(db *gorm.DB) {\n\tdb.AutoMigrate(&A{})\n\tdb.AutoMigrate(&B{})\n}\n"
    seen = look("DAT-014", {"go.mod": "module x\n", "main.go": text})

    assert (seen.failed, [len(f.evidence) for f in seen.findings]) == (["main.go:4"], [2])


@pytest.mark.parametrize(
    ("url", "failed"),
    [("jdbc:h2:mem:shop", []), ("jdbc:h2:file:/data/shop", ["src/main/resources/application.properties:2"])],
)
def test_a_database_in_memory_has_no_schema_to_keep(look: Look, url: str, failed: list[str]) -> None:
    path = "src/main/resources/application.properties"
    text = f"spring.datasource.url={url};DB_CLOSE_DELAY=-1\nspring.jpa.hibernate.ddl-auto=update\n"

    assert look("DAT-014", {path: text}).failed == failed


def test_knex_that_goes_up_step_by_step_migrates(look: Look) -> None:
    files = {
        "package.json": '{"dependencies": {"knex": "3.1.0", "pg": "8.11.0"}}',
        "migrations/001_orders.js": "exports.up = (knex) => knex.schema.createTable('orders', (t) => { t.increments(); });\nexports.down = () => {};\n",
        "app.js": "const knex = require('knex')(config);\nknex.migrate.up().then(() => app.listen(3000));\n",
        "Dockerfile": "FROM node:22\nCOPY . .\nCMD node app.js\n",
    }

    assert look("DAT-004", files).passed == ["app.js:2"]
    files["app.js"] = "const knex = require('knex')(config);\napp.listen(3000);\n"
    assert look("DAT-004", files).passed == []


def test_migrations_in_the_binary_of_go_are_its_own(look: Look) -> None:
    files = {
        "go.mod": "module shop\n",
        "db/migrations/0001_orders.up.sql": "CREATE TABLE orders (id INT);\n",
        "db/migrations/0001_orders.down.sql": "DROP TABLE orders;\n",
        "db/embed.go": 'package db\n\nimport "embed"\n\n//go:embed migrations/*.sql\nvar Files embed.FS\n',
    }

    assert look("DAT-004", files).passed == ["db/embed.go:5"]
    files["db/embed.go"] = files["db/embed.go"].replace("migrations/*.sql", "pages/*.html")
    assert look("DAT-004", files).passed == []


def test_what_only_adds_to_a_schema_weighs_less_than_what_takes_away(look: Look) -> None:
    source = (
        "import {{ DataSource }} from 'typeorm';\nexport const db = new DataSource({{ type: 'postgres', {}: true }});\n"
    )
    made = look("DAT-014", {"app/main.py": "from app.db import Base, engine\nBase.metadata.create_all(engine)\n"})
    synced = look("DAT-014", {"src/db.ts": source.format("synchronize")})

    assert [str(f.severity) for f in made.findings] == ["medium"]
    assert sorted(str(f.severity) for f in synced.findings) == ["high", "medium"]


def test_migrations_that_nothing_runs_weigh_more_where_production_is_told(look: Look) -> None:
    plain = look("DAT-004", FILES)
    told = look(
        "DAT-004",
        {**FILES, "docker-compose.prod.yml": "services:\n  api:\n    build: .\n", "Dockerfile": "FROM node:22\n"},
    )

    assert [str(f.severity) for f in (*plain.findings, *told.findings)] == ["medium", "high"]
