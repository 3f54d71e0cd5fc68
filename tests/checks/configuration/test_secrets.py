"""Where do secrets come from?"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from conftest import Look
from dulwich.repo import Repo

KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzq8f3kA1sZ"


@pytest.mark.parametrize(
    ("source", "outcomes"),
    [
        ("const secret = process.env.JWT_SECRET || 'default-secret';", ["fail"]),
        ("const secret = process.env.JWT_SECRET || 'x'; if (secret === 'x') { throw new Error(); }", ["partial"]),
        ("const secret = process.env.JWT_SECRET || 'x'; if (secret === 'x') { console.warn('default'); }", ["fail"]),
        (
            "if (!process.env.JWT_SECRET && process.env.NODE_ENV === 'production') {\n  throw new Error('unset');\n}\n"
            "const secret = process.env.JWT_SECRET || 'default-secret';",
            ["partial", "pass"],
        ),
        (
            "if (!process.env.JWT_SECRET && !process.env.OTHER) { throw new Error('unset'); }\n"
            "const secret = process.env.JWT_SECRET || 'default-secret';",
            ["fail"],
        ),
        ("const port = process.env.PORT || '3000';", ["not_applicable"]),
        ("const key = process.env.MAPS_API_KEY || 'your-key-here';", ["not_applicable"]),
    ],
)
def test_a_secret_with_a_default(look: Look, source: str, outcomes: list[str]) -> None:
    assert look("CFG-003", {"package.json": "{}", "app.js": source + "\n"}).outcomes == outcomes


def test_the_place_is_that_of_the_read(look: Look) -> None:
    source = "import { ConfigService } from '@nestjs/config';\n\nconst secret = configService.get('JWT_SECRET', 'default-secret');\n"

    assert look(
        "CFG-003", {"package.json": '{"dependencies": {"@nestjs/config": "3.0.0"}}', "src/main.ts": source}
    ).failed == ["src/main.ts:3"]


def test_a_secret_that_must_be_there_holds(look: Look) -> None:
    assert look("CFG-003", {"shop/a.py": 'import os\n\nKEY = os.environ["SECRET_KEY"]\n'}).passed == ["shop/a.py:3"]


def test_settings_for_development_may_have_one(look: Look) -> None:
    assert (
        look("CFG-003", {"shop/settings/local.py": 'import os\n\nKEY = os.getenv("SECRET_KEY", "let-me-in")\n'}).failed
        == []
    )


COMPOSE = """
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: {}
"""


@pytest.mark.parametrize(
    ("value", "failed"),
    [
        ("postgres", ["docker-compose.prod.yml:5"]),
        ("${DB_PASSWORD:-postgres}", ["docker-compose.prod.yml:5"]),
        ("${DB_PASSWORD:?set it}", []),
        ("changeme", []),
    ],
)
def test_passwords_that_everybody_knows(look: Look, value: str, failed: list[str]) -> None:
    assert look("CFG-004", {"docker-compose.prod.yml": COMPOSE.format(value)}).failed == failed


def test_a_password_within_a_url(look: Look) -> None:
    compose = (
        "services:\n  shop:\n    image: shop\n    environment:\n      DATABASE_URL: postgres://app:admin@db/shop\n"
    )

    assert look("CFG-004", {"docker-compose.prod.yml": compose}).failed == ["docker-compose.prod.yml:5"]


def test_development_may_have_passwords_that_everybody_knows(look: Look) -> None:
    assert look("CFG-004", {"docker-compose.dev.yml": COMPOSE.format("postgres")}).outcomes == ["not_applicable"]


@pytest.mark.parametrize(
    ("path", "text", "failed"),
    [
        ("config/app.yml", f"aws_secret_access_key: {KEY}\n", ["config/app.yml:1"]),
        ("config/app.yml", "aws_secret_access_key: <your-key>\n", []),
        ("config/app.yml", "password: ${DB_PASSWORD}\n", []),
        ("config/app.yml", "url: postgres://postgres:postgres@db/shop\n", []),
        (".env.example", f"SECRET_KEY={KEY}\n", []),
        ("tests/conftest.py", f"SECRET_KEY = '{KEY}'\n", []),
        ("mapper/User.xml", "<if test='x'>password = #{user.password},</if>\n", []),
        ("sql/users.sql", "UPDATE users SET hashed_password = :new_password;\n", []),
        ("locales/de_DE.json", '{"form.client_secret": "Client-Geheimnis2"}\n', []),
        ("api/openapi.yml", f"Token:\n  example:\n    token: {KEY}\n", []),
        ("api/openapi.yml", f"Token:\n  example:\n    id: 1\n  token: {KEY}\n", ["api/openapi.yml:4"]),
        ("package.json", '{"scripts": {"db": "docker run --rm -e DB_PASSWORD=Kx92#pLq maria"}}\n', []),
        ("package.json", '{"scripts": {"db": "docker run -e DB_PASSWORD=Kx92#pLq maria"}}\n', ["package.json:1"]),
        ("config/app.yml", "# demo users have the password 'Kx92pLqm7wz'\n", []),
        ("config/app.yml", "# all users have the password 'Kx92pLqm7wz'\n", ["config/app.yml:1"]),
        ("app/bolt.py", "app = App(token='xoxb-valid')\n", []),
        ("src/login.js", f"/**\n *   example:\n *     token: {KEY}\n */\n", []),
    ],
)
def test_secrets_in_files(look: Look, path: str, text: str, failed: list[str]) -> None:
    seen = look("CFG-005", {path: text, "app.py": "run()\n"})

    assert seen.failed == failed
    assert KEY not in seen.text + "".join(e.excerpt for f in seen.findings for e in f.evidence)


def test_a_list_of_passwords_is_one_finding(look: Look) -> None:
    users = "".join(f"- name: user{n}\n  password: kX9!vb{n}Qz7#Lm\n" for n in range(6))

    seen = look("CFG-005", {"data/users.yml": users})

    assert seen.failed == ["data/users.yml:2"]
    assert "6 real secrets (password)" in seen.text


def test_a_hash_is_less_grave_than_what_it_hides(look: Look) -> None:
    seen = look(
        "CFG-005",
        {"data/users.sql": "INSERT INTO u VALUES ('$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy');\n"},
    )

    assert [f.severity for f in seen.findings] == ["medium"]


def test_an_env_file_that_git_tracks(look: Look, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / ".env").write_text("SECRET_KEY=kX9vbQz7Lm\nLEVEL=info\n", "utf-8")
    with Repo.init(str(root)) as repo:
        repo.get_worktree().stage([".env"])

    seen = look("CFG-010", {"app.py": "run()\n"})

    assert seen.failed == [".env"]
    assert "tracked by git and sets SECRET_KEY" in seen.text


def test_an_env_file_without_secrets_is_no_great_harm(look: Look) -> None:
    assert [f.severity for f in look("CFG-010", {".env": "COMPOSE_PROJECT_NAME=shop\n"}).findings] == ["low"]


def test_an_ignore_rule_holds(look: Look) -> None:
    files = {".env.example": "A=\n", ".gitignore": ".env\n"}

    assert look("CFG-010", files).passed == [".gitignore"]
    assert look("CFG-010", {**files, ".gitignore": "dist\n"}).failed == [".gitignore"]


@pytest.mark.parametrize(
    ("path", "text", "severities"),
    [
        (".github/workflows/ci.yml", "env:\n  MINIO_ROOT_PASSWORD: kX9vbQz7LmT2\n", ["medium"]),
        ("app/google-services.json", '{"current_key": "AIzaSyD4k8Qw3vLx7TnB2mHs9YpD4cJf6GuEa1x"}\n', ["medium"]),
        ("schema.py", "secret = Field(examples=['whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgb'])\n", []),
    ],
)
def test_what_opens_little_weighs_little(look: Look, path: str, text: str, severities: list[str]) -> None:
    assert [
        f.severity for f in look("CFG-005", {path: text, "app.py": "run()\n"}).findings if f.outcome == "fail"
    ] == severities


def test_passwords_of_ones_own_hold(look: Look) -> None:
    assert look("CFG-004", {"docker-compose.prod.yml": COMPOSE.format("kX9vbQz7LmT2")}).passed == [
        "docker-compose.prod.yml:5"
    ]


def test_a_password_that_is_its_users_name_is_a_default_where_it_is_deployed(look: Look) -> None:
    text = """
        services:
          db:
            image: postgres:16
            environment:
              POSTGRES_USER: invoices
              POSTGRES_PASSWORD: invoices
        """

    assert look("CFG-004", {"docker-compose.prod.yml": text}).failed == ["docker-compose.prod.yml:6"]
    assert look("CFG-005", {"docker-compose.prod.yml": text}).passed == ["."]


def test_what_is_sealed_for_a_cluster_is_no_secret_in_the_open(look: Look) -> None:
    sealed = f"kind: SealedSecret\nspec:\n  encryptedData:\n    API_TOKEN: {KEY}\n"
    beside = f"{sealed}  template:\n    data:\n      API_TOKEN: {KEY}\n"

    assert look("CFG-005", {"k8s/sealed.yaml": sealed}).passed == ["."]
    assert look("CFG-005", {"k8s/sealed.yaml": beside}).failed == ["k8s/sealed.yaml:7"]


def test_a_key_that_signs_is_told_by_its_own_question_only(look: Look) -> None:
    source = "const jwt = require('jsonwebtoken');\nconst secret = 'kT93mzQ0vLx71pRw';\nexports.a = (u) => jwt.sign(u, secret);\n"
    files = {"package.json": '{"name": "a", "dependencies": {"jsonwebtoken": "9.0.0"}}', "src/a.js": source}

    assert look("SEC-023", files).failed == ["src/a.js:2"]
    assert look("CFG-005", files).failed == []
    assert look("CFG-005", {"src/b.js": source.split("\n")[1] + "\n"}).failed == ["src/b.js:1"]


def test_secrets_of_seeds_and_of_developers_weigh_less(look: Look) -> None:
    line = "const adminPassword = 'kT93mzQ0vLx71pRw';\n"
    seen = look("CFG-005", {"prisma/seed.js": line, "config/dev.js": line, "src/config.js": line})

    graves = {f.evidence[0].path: (f.severity, f.environment) for f in seen.findings}
    assert graves == {
        "prisma/seed.js": ("medium", None),
        "config/dev.js": ("low", "development"),
        "src/config.js": ("critical", None),
    }


def test_ids_in_a_table_and_labels_are_no_secrets(look: Look) -> None:
    table = """
        export enum Brand {
          Dashlane = "531126d6-e717-415c-9320-3d9aa6981239",
          NordPass = "b84e4048-15dc-4dd0-8640-f4f60813c8af",
          Keeper = "0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6",
        }
        const names = { OnePassword: "1Password", LastPass: "LastPass" };
        """
    key = 'const apiSecret = "b84e4048-15dc-4dd0-8640-f4f60813c8af";\n'

    assert look("CFG-005", {"src/brands.ts": table}).failed == []
    assert look("CFG-005", {"src/brands.ts": table, "src/client.ts": key}).failed == ["src/client.ts:1"]


@pytest.mark.parametrize(("name", "severities"), [("tokenHash", ["medium"]), ("hashToken", ["critical"])])
def test_what_is_called_a_hash_is_less_grave(look: Look, name: str, severities: list[str]) -> None:
    text = f'{{"{name}": "7631cdaa5b56a39371dab01d5d186fd73f05602cc8ad29bf"}}\n'

    assert [f.severity for f in look("CFG-005", {"data.json": text}).findings if f.outcome == "fail"] == severities


def test_a_password_with_a_default_is_for_logging_in(look: Look) -> None:
    source = (
        "import os\n\nA = os.environ.get('ADMIN_PASSWORD', 'changeme-9')\nB = os.environ.get('JWT_SECRET', 'long-9')\n"
    )
    (both,) = look("CFG-003", {"shop/app.py": source}).findings

    assert ("log in" in both.message, "forge" in both.message) == (True, True)
    assert [e.line for e in both.evidence] == [3, 4]


def test_keys_that_every_browser_gets_are_less_grave_and_defaults_that_are_left_out_none(look: Look) -> None:
    key = "AIzaSy" + "D4k9Qw7Zr2Lp5Xv8Bn3Tm6Hj1Gf0Cs4Aa"
    ini = "".join(f";option_{n} = {n}\n" for n in range(12)) + ";secret_key = SW2YcwTIb9zpOOhoPsMm\n"
    shown = look("CFG-005", {".env.production": f"VITE_MAPS_KEY={key[:39]}\n", "grafana.ini": ini})
    kept = look("CFG-005", {".env.production": f"MAPS={key[:39]}\n", "grafana.ini": ini.replace(";secret", "secret")})

    assert [f.severity.value for f in shown.findings] == ["medium"]
    assert {f.evidence[0].path: f.severity.value for f in kept.findings} == {
        ".env.production": "critical",
        "grafana.ini": "critical",
    }


def test_the_name_of_a_secret_in_its_arn_is_none(look: Look) -> None:
    arn = "SECRET_ARN: arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbC123\n"

    assert look("CFG-005", {"deploy/task.yaml": arn}).failed == []


@pytest.mark.parametrize(("password", "failed"), [("tracing", []), ("trac1ngs-uX9", ["chart/templates/a.yaml:5"])])
def test_a_password_that_is_its_users_name_in_a_list_of_variables(look: Look, password: str, failed: list[str]) -> None:
    text = f"env:\n- name: MYSQL_USER\n  value: tracing\n- name: MYSQL_PASS\n  value: {password}\n"

    assert look("CFG-005", {"chart/templates/a.yaml": text}).failed == failed


def test_what_somebody_chose_is_as_grave_as_what_it_opens(look: Look) -> None:
    seen = look(
        "CFG-005",
        {
            ".env.production": "DB_PASSWORD=kitchen_prod_2024!\n",
            "compose.yaml": "services:\n  db:\n    image: postgres\n    environment:\n"
            "      POSTGRES_PASSWORD: ${DB_PASSWORD:-kitchen_pass_77}\n",
            "src/config.js": "const url = process.env.MQ_URL || 'amqp://cook:spoon_77x@localhost:5672'\n",
            "src/mail.py": "login(user, password='Spoon&fork77')\n",
            "scripts/collection.js": "login({ email: 'a@b.c', password: 'Spoon&fork77' })\n",
            "ci/compose.yaml": "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: FmTK5v52uf1rd8\n",
        },
    )

    assert {f.evidence[0].path: f.severity.value for f in seen.findings} == {
        ".env.production": "critical",
        "compose.yaml": "medium",
        "src/config.js": "medium",
        "src/mail.py": "high",
        "scripts/collection.js": "medium",
        "ci/compose.yaml": "medium",
    }


def test_names_ways_and_examples_are_no_secrets(look: Look) -> None:
    files = {
        "src/routes.js": "module.exports = {\n  'POST /tokens/revoke-token': 'tokens/revoke-token',\n}\n",
        "src/schema.py": 'ORDER = {"secret": ["password", "sslrootcertFile", "sslkeyFile"]}\n',
        "Makefile": '.env:\n\tprintf "COOKIE_SECRET=`pwgen -1s 32`\\nAPP_SECRET_KEY=`pwgen -1s 32`\\n" >> .env\n',
        "values.yaml": "## Sign-on\n##\n## Example:\n## ----\n## oidc:\n##   clientSecret: om4RTMRVHRszU7bqxB7RZN\n",
        "config.sample.yml": "db:\n  pass: wikirocks77\n",
    }

    assert look("CFG-005", files).outcomes == ["pass"]


def test_a_fall_back_of_many_places_is_told_once(look: Look) -> None:
    source = "const secret = process.env.JWT_SECRET || 'kitchen-sink-9';\n"

    seen = look("CFG-003", {"a/package.json": "{}", "a/app.js": source, "b/package.json": "{}", "b/app.js": source})

    assert seen.outcomes == ["fail"]
    assert [str(e.path) for e in seen.findings[0].evidence] == ["a/app.js", "b/app.js"]


@pytest.mark.parametrize(
    "read", ["TWITTER_API_SECRET || 'dummyApiSecret'", "FDC_API_KEY || 'DEMO_KEY'", "MINIO_ACCESS_KEY || 'minioadmin'"]
)
def test_a_stand_in_for_somebody_else_s_key_opens_nothing(look: Look, read: str) -> None:
    assert look("CFG-003", {"package.json": "{}", "app.js": f"const k = process.env.{read};\n"}).failed == []


def test_stores_beside_a_program_are_for_development(look: Look) -> None:
    stores = "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: postgres\n"
    inside = stores + "  api:\n    build: .\n    restart: always\n"
    program = inside.replace("    environment", "    ports: ['5432:5432']\n    environment", 1)

    alone = look("CFG-004", {"compose.yml": stores})
    with_program = look("CFG-004", {"compose.yml": program, "Dockerfile": "FROM scratch\n"})
    kept = look("CFG-004", {"compose.yml": inside, "Dockerfile": "FROM scratch\n"})

    assert [f.severity for f in alone.findings] == ["medium"]
    assert [f.severity for f in with_program.findings] == ["high"]
    assert [f.severity for f in kept.findings] == ["medium"]


@pytest.mark.parametrize(
    ("source", "severity"),
    [
        ("const key = process.env.JWT_SECRET || 'secret';\n", "high"),
        ("const key = process.env.SESSION_SECRET || 'secret';\n", "medium"),
        ("const pass = process.env.DB_PASSWORD || 'postgres';\n", "medium"),
    ],
)
def test_a_default_weighs_less_where_something_takes_its_place(look: Look, source: str, severity: str) -> None:
    files = {"package.json": "{}", "Dockerfile": "FROM scratch\n", "app.js": source}
    compose = "services:\n  api:\n    build: .\n    environment:\n      SESSION_SECRET: ${SESSION_SECRET:?}\n"

    seen = look("CFG-003", {**files, "compose.prod.yml": compose})

    assert [f.severity for f in seen.findings] == [severity]


@pytest.mark.parametrize(
    ("path", "text", "severity"),
    [
        ("idp/answers.go", '/*\n{"access_token": "d30bedaa4d8eb3128cf35ddc1030e27d"}\n*/\n', "medium"),
        ("idp/client.go", 'var accessToken = "d30bedaa4d8eb3128cf35ddc1030e27d"\n', "critical"),
    ],
)
def test_an_answer_in_a_comment_weighs_less(look: Look, path: str, text: str, severity: str) -> None:
    assert [f.severity for f in look("CFG-005", {path: "package idp\n" + text}).findings] == [severity]


@pytest.mark.parametrize(
    "line",
    [
        'GRANTS = ["authorization_code", "password", "client_credentials", "refresh_token", "device"]',
        'HEADER_TOKEN = "Authorization"',
        'ctxCredentials = "github.com/acme/keys/ctxCredentials"',
        'STYLES = {"password": ".signup-password{} .signup-password-input{}"}',
    ],
)
def test_names_of_things_are_no_secrets(look: Look, line: str) -> None:
    assert look("CFG-005", {"app.py": line + "\n"}).outcomes == ["pass"]


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        (
            "environment:\n      POSTGRES_USER: ${USER:-parcels}\n      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-parcels}\n",
            False,
        ),
        (
            "environment:\n      POSTGRES_USER: ${USER:-parcels}\n      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-Qx7vT2mK9z}\n",
            True,
        ),
        ("environment:\n      CACHE: redis://default:parcels@redis:6379\n", False),
        ("environment:\n      CACHE: redis://default:Qx7vT2mK9z@redis:6379\n", True),
    ],
)
def test_a_password_that_is_the_name_of_its_service_is_a_default(look: Look, text: str, failed: bool) -> None:
    files = {"compose.yaml": f"services:\n  parcels:\n    image: parcels\n    {text}"}

    assert ("fail" in look("CFG-005", files).outcomes) is failed
    if not failed and "CACHE" in text:
        assert look("CFG-004", files).outcomes == ["fail"]


def test_a_key_for_browsers_is_one_wherever_it_stands(look: Look) -> None:
    key = "AIza" + "SyD3x9Kq7mZ2wVbN4tRfLp8sYhGc1eJuAo0"
    shown = {".env.production": f"MAPS_API_KEY={key}\nVITE_MAPS_API_KEY={key}\n"}
    alone = {".env.production": f"MAPS_API_KEY={key}\n"}

    assert {f.severity for f in look("CFG-005", shown).findings} == {"medium"}
    assert {f.severity for f in look("CFG-005", alone).findings} == {"high"}
    read = f'export const KEY = import.meta.env.VITE_MAPS_API_KEY || "{key}";\n'
    seen = look("CFG-005", {"src/maps.ts": read, ".env.production": "A=1\n"})

    assert {f.severity for f in seen.findings} == {"medium"}
    assert look("CFG-003", {}).failed == []


def test_a_port_and_a_sign_of_no_url_is_no_password(look: Look) -> None:
    said = 'def hosts(url):\n    """http://INSIDE:8888\\\\@OUTSIDE/ means two hosts."""\n'

    assert look("CFG-005", {"urls.py": said}).failed == []
    assert look("CFG-005", {"urls.py": 'URL = "http://me:Qx7vT2mK9z@example-shop.net/"\n'}).failed == ["urls.py:1"]


def token(**claims: object) -> str:
    """A JSON web token that says this."""
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    head = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*head, "HyEZdN1402M8UlRmZjXnVI7tIMdNcHp9EibLihkQo3k"])


@pytest.mark.parametrize(
    ("claims", "severities"),
    [
        ({"sub": "1", "iat": 1702953849, "exp": 1704269984}, ["low"]),
        ({"role": "service_role", "iat": 1702953849, "exp": 2018529849}, ["critical"]),
        ({"role": "anon", "iat": 1702953849, "exp": 2018529849}, []),
        ({"sub": "1", "iat": 1702953849}, ["critical"]),
    ],
)
def test_a_token_tells_how_long_it_opens_what(look: Look, claims: dict[str, object], severities: list[str]) -> None:
    seen = look("CFG-005", {"src/client.py": f"HEADERS = {{'Authorization': 'Bearer {token(**claims)}'}}\n"})

    assert [f.severity for f in seen.findings if f.outcome == "fail"] == severities


@pytest.mark.parametrize(("many", "told"), [(4, 4), (5, 1)])
def test_one_key_in_many_files_is_told_once(look: Look, many: int, told: int) -> None:
    key = '{"jwtSecretKey": "q8Zt4WcX1vRn6LpK0sYd3GhJ7mBf5TaE"}\n'
    seen = look("CFG-005", {f"service{number}/.yo-rc.json": key for number in range(many)})

    assert len(seen.failed) == told
    assert ("In 5 files" in seen.text) is (told == 1)
