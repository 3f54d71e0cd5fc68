"""Secrets are found and masked; what a report must show stays visible."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.secrets.find import STARS, find_secrets, mask

# Put together here, so that no scanner takes the test's own text for a leak.
KEYS = {
    "aws-access-key": "AKIA" + "Q3EGRIP7LZXWMN5T",
    "google-api-key": "AIza" + "SyD4iE2xVSpkLLOXoyqT-RuPwWyN3ScO7gQ",
    "github-token": "ghp_" + "b7Qm2VxT9kLpR4sWnYc8ZdFh3JgAe6Ui1Oox",
    "gitlab-token": "glpat-" + "x9Kq2vR7mTzW4pLsNb8c",
    "slack-token": "xoxb-" + "2154873690-x9Kq2vR7mTzW",
    "stripe-key": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "npm-token": "npm_" + "b7Qm2VxT9kLpR4sWnYc8ZdFh3JgAe6Ui1Oox",
    "sendgrid-key": "SG." + "x9Kq2vR7mTzW4pLsNb8c.b7Qm2VxT9kLpR4sWnYc8ZdFh3JgA",
    "anthropic-key": "sk-ant-" + "api03-x9Kq2vR7mTzW4pLsNb8c",
    "openai-key": "sk-proj-" + "x9Kq2vR7mTzW4pLsNb8cQ",
    "json-web-token": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiI0MiJ9c.x9Kq2vR7mTzW4pLs",
    "azure-key": "AccountKey=" + "b7Qm2VxT9kLpR4sWnYc8ZdFh3JgAe6Ui1OoxPq5Tt0=",
}


@pytest.mark.parametrize(("kind", "key"), KEYS.items())
def test_known_formats_are_found_and_masked_anywhere(kind: str, key: str) -> None:
    text = f"see {key} here\n"

    assert [hit.kind for hit in find_secrets(text)] == [kind]
    assert key not in mask(text)
    assert mask(text).endswith(f"{STARS} here\n")


MASKED = [
    ("app.yaml", "password: kX9vQ2mP7zLw", "password: kX********"),
    ("app.yaml", "db_password: 'kX9vQ2mP7zLw'  # why", "db_password: 'kX********'  # why"),
    ("app.yaml", "apiKey: correcthorsebattery", "apiKey: corr********"),
    ("app.yaml", "secret: 9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c", "secret: 9f8e********"),
    (".env", "JWT_SECRET=kX9vQ2mP7z", "JWT_SECRET=kX********"),
    (".env", "export DB_PASS=a;b,c&d#9", "export DB_PASS=a;********"),
    (".env", "DB_PASSWORD=bluebird", "DB_PASSWORD=bl********"),
    ("compose.yml", "      - DB_PASSWORD=kX9vQ2mP7z", "      - DB_PASSWORD=kX********"),
    ("compose.yml", "    PW: ${DB_PASSWORD:-kX9vQ2mP7z}", "    PW: ${DB_PASSWORD:-kX********}"),
    ("Dockerfile", "ENV API_TOKEN kX9vQ2mP7z", "ENV API_TOKEN kX********"),
    ("Dockerfile", "ARG API_TOKEN=kX9vQ2mP7z", "ARG API_TOKEN=kX********"),
    ("run.sh", "login --password kX9vQ2mP7z --verbose", "login --password kX******** --verbose"),
    ("a.sql", "CREATE USER a WITH PASSWORD 'kX9vQ2mP7z';", "CREATE USER a WITH PASSWORD 'kX********';"),
    ("settings.xml", "<password>kX9vQ2mP7z</password>", "<password>kX********</password>"),
    ("a.json", '"client_secret": "kX9vQ2mP7z",', '"client_secret": "kX********",'),
    (
        "a.json",
        '{"name": "DB_PASSWORD", "value": "kX9vQ2mP7z"}',
        '{"name": "DB_PASSWORD", "value": "kX********"}',
    ),
    ("app.py", 'SECRET_KEY = "kX9vQ2mP7z"', 'SECRET_KEY = "kX********"'),
    ("app.py", 'secret_key: str = "kX9vQ2mP7z"', 'secret_key: str = "kX********"'),
    ("app.py", 'os.getenv("SECRET_KEY", "kX9vQ2mP7z")', 'os.getenv("SECRET_KEY", "kX********")'),
    ("app.ts", "process.env.JWT_SECRET || 'kX9vQ2mP7z'", "process.env.JWT_SECRET || 'kX********'"),
    ("app.cs", '"Server=db;Password=kX9vQ2mP7z;"', '"Server=db;Password=kX********;"'),
    ("a.md", "postgres://app:kX9vQ2mP7z@db/app", "postgres://app:kX********@db/app"),
    ("a.md", "Authorization: Bearer kX9vQ2mP7zkX9vQ2mP7z", "Authorization: Bearer kX9v********"),
]


@pytest.mark.parametrize(("path", "text", "masked"), MASKED)
def test_real_looking_values_are_masked_where_they_are_given(path: str, text: str, masked: str) -> None:
    assert mask(text, path) == masked


VISIBLE = [
    ("app.yaml", "password: ${DB_PASSWORD}"),
    ("app.yaml", "password: changeme"),
    ("app.yaml", "password: postgres"),
    ("app.yaml", "password: <your-password>"),
    ("app.yaml", "token: true"),
    ("app.yaml", "secretName: backend-tls2"),
    ("app.yaml", "token_url: https://auth.example.org/token2"),
    ("app.yaml", "passwordFile: /run/secrets/db1"),
    ("app.yaml", "password: !vault kX9vQ2mP7z"),
    ("ci.yml", "token: ${{ secrets.API_TOKEN }}"),
    ("ci.yml", "secrets: inherit"),
    (".env", "DB_PASSWORD="),
    (".env", "CLICKHOUSE_PASSWORD=clickhouse"),
    (".env", "JWT_SECRET=my-super-secret-key"),
    ("app.py", "password: str = Field(min_length=8)"),
    ("app.py", "token = create_token(user.id)"),
    ("app.py", "login(password=form.password)"),
    ("app.py", 'if password == "":'),
    ("app.ts", "password: string | null;"),
    ("app.ts", "const STORAGE_KEY = 'app:theme-v2';"),
    ("app.ts", "access_token: 'access_token',"),
    ("app.ts", "apiKey: process.env.API_KEY2,"),
    ("en.json", '"password": "Password",'),
    ("en.json", '"forgotPassword": "Have you forgotten your password?",'),
    ("en.json", '"token": "Enter the 2FA code",'),
    ("package.json", '"jsonwebtoken": "^9.0.2",'),
    ("a.md", "The password: it must have 8 characters."),
    ("a.md", "postgres://postgres:postgres@db/app"),
    ("a.md", "postgres://app:${DB_PASSWORD}@db/app"),
    ("a.md", "Authorization: Bearer <token>"),
    ("a.tf", "password = var.db_password"),
    ("a.tf", "password = random_password.db.result"),
]


@pytest.mark.parametrize(("path", "text"), VISIBLE)
def test_references_placeholders_and_known_defaults_stay_visible(path: str, text: str) -> None:
    assert mask(text, path) == text


def test_a_name_and_its_value_on_two_lines_belong_together() -> None:
    text = "env:\n  - name: API_TOKEN\n    value: kX9vQ2mP7z\n  - name: PORT\n    value: x9Kq2vR7mT\n"

    assert mask(text, "pod.yaml") == text.replace("kX9vQ2mP7z", f"kX{STARS}")


def test_the_data_of_a_kubernetes_secret_is_masked_whatever_its_keys() -> None:
    hidden, shown = (base64.b64encode(value).decode() for value in (b"kX9vQ2mP7z", b"postgres"))
    text = f"kind: ConfigMap\ndata:\n  a: {hidden}\n---\nkind: Secret\ndata:\n  a: {hidden}\n  b: {shown}\n"

    masked = mask(text, "secret.yaml")

    assert masked.count(hidden) == 1
    assert masked.splitlines()[6] == f"  a: {hidden[:4]}{STARS}"
    assert shown in masked


def test_a_private_key_is_masked_and_lines_stay() -> None:
    body = "\n".join(["MIIEowIBAAKCAQEA" + "x9Kq2vR7" * 6] * 3)
    text = f"a\n-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\nb\n"

    masked = mask(text)

    assert "MIIE" not in masked
    assert masked.split("\n")[2:5] == [STARS] * 3
    assert masked.split("\n")[5:] == ["-----END RSA PRIVATE KEY-----", "b", ""]


def test_a_private_key_in_one_line_or_without_its_end_is_masked() -> None:
    body = "MIIEowIBAAKCAQEA" + "x9Kq2vR7" * 6

    assert "x9Kq" not in mask('"key": "-----BEGIN PRIVATE KEY-----\\n' + body + '\\n-----END PRIVATE KEY-----\\n"')
    assert "x9Kq" not in mask(f"-----BEGIN PRIVATE KEY-----\n{body}\n")


def test_hits_tell_line_name_and_whether_they_are_open() -> None:
    text = "A: 1\nPASSWORD=postgres\nAPI_KEY=changeme\nTOKEN=kX9vQ2mP7z\n"

    hits = find_secrets(text, ".env")

    assert [(h.line, h.name, h.weak, h.placeholder) for h in hits] == [
        (2, "PASSWORD", True, False),
        (3, "API_KEY", False, True),
        (4, "TOKEN", False, False),
    ]
    assert [text[h.start : h.end] for h in hits] == ["postgres", "changeme", "kX9vQ2mP7z"]


def test_a_long_text_is_searched_fast() -> None:
    start = time.perf_counter()

    mask("password" * 50_000)
    mask("token: " + "a1" * 200_000, "a.yaml")
    mask("://" * 100_000)
    mask(" " * 400_000 + "kind: Secret\ndata:\n" + " \n" * 50_000, "a.yaml")

    assert time.perf_counter() - start < 10


ALPHABET = "pasword=:'\"ktn ${}<>\n-_A1é\u0130"


@given(
    st.one_of(st.text(max_size=80), st.text(alphabet=ALPHABET, max_size=80)),
    st.sampled_from(["", ".env", "a.py"]),
)
def test_masking_keeps_lines_and_is_done_once(text: str, path: str) -> None:
    masked = mask(text, path)

    assert masked.count("\n") == text.count("\n")
    assert mask(masked, path) == masked


@given(st.from_regex(r"[A-Za-z][0-9][A-Za-z0-9]{14,30}", fullmatch=True))
def test_no_random_value_of_a_password_gets_through(value: str) -> None:
    hits = find_secrets(f"password: {value}", "a.yaml")

    assert hits
    assert hits[0].weak or hits[0].placeholder or value not in mask(f"password: {value}", "a.yaml")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('sed -i "/APP_SECRET:$/s/APP_SECRET:.*/APP_SECRET: $made/" compose.yml', "setup.sh"),
        ('REDIS_URL: {{ printf "redis://:%s@%s:6379" $password $host }}', "secret.yaml"),
        ("CREDENTIALS: ${GOOGLE_CREDENTIALS:+/secrets/gcp.json}", "compose.yml"),
        ("UPDATE users SET password = :new_password", "users.sql"),
    ],
)
def test_patterns_and_forms_that_are_filled_in_are_no_secrets(text: str, path: str) -> None:
    assert not find_secrets(text, path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("# and are protected by trade secret or copyright law.", "service.yaml"),
        ('{{- fail "Set either db.auth.password or app.env[name: DB] to continue." -}}', "checks.yaml"),
        ("{{- $password = randAlphaNum 40 -}}", "secret.yaml"),
        ("existingSecret: shop-database-auth", "values.yaml"),
        ('password: "#/components/schemas/updateFlowWithPasswordMethod"', "openapi.yaml"),
        ('"refresh_token": "720h"', "lifespans.json"),
        ('get("https://api.example.org/users?access_token="+exchange.AccessToken+"&v=5.103")', "vk.go"),
    ],
)
def test_sentences_templates_and_pointers_are_no_secrets(text: str, path: str) -> None:
    assert not [hit for hit in find_secrets(text, path) if not hit.placeholder and not hit.weak]


def test_words_that_ask_for_a_value_are_placeholders_and_foo_bar_is_known_to_all() -> None:
    (asked,) = find_secrets("password: setplease", "values.yaml")
    (known,) = find_secrets("uri: smtp://foo:bar@mail.example.org:25/", "mail.yaml")

    assert asked.placeholder
    assert known.weak


def test_a_fall_back_in_a_program_is_a_secret() -> None:
    assert find_secrets('key = os.environ.get("SECRET_KEY") or "q8Zr5tYw2LpX"', "app.py")


@pytest.mark.parametrize(
    ("path", "text", "secret"),
    [
        ("seed.js", "  password: 'bigbrain',", "bigbrain"),
        ("seed.py", 'user = User(name="al", password="rex")', "rex"),
        ("conf.yaml", 'token: "blue-bird"', "blue-bird"),
        (".env", "API_TOKEN=rex", "rex"),
        ("seed.js", "  password: 'correct horse battery staple',", "correct horse battery staple"),
    ],
)
def test_a_literal_too_weak_to_be_reported_is_still_not_shown(path: str, text: str, secret: str) -> None:
    assert secret not in mask(text, path)
    assert find_secrets(text, path) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("seed.js", "  password: process.env.SEED_PASSWORD,"),
        ("conf.yaml", "password: 'changeme'"),
        ("conf.yaml", "password: 'postgres'"),
        ("conf.yaml", "password: '{{ vault.password }}'"),
        ("form.ts", "password: 'Please enter the password that we sent you',"),
        ("conf.yaml", "accessToken: '15m'"),
        (".env", "USE_TOKEN=true"),
    ],
)
def test_what_says_where_a_secret_is_or_what_everybody_knows_stays_readable(path: str, text: str) -> None:
    assert mask(text, path) == text


@pytest.mark.parametrize(
    ("path", "text", "hits"),
    [
        ("a.py", 'copy(exclude={"password", "organizations", "roles"})', 0),
        ("a.py", 'connect("password", "hunter2-organizations")', 1),
        ("a.js", 'find("api_key", "user_id=?", [id])', 0),
        ("a.cue", 'x: {"password": "\\#(password)"}', 0),
        ("a.cue", 'x: {"password": "(Kx9v2)pLq"}', 1),
    ],
)
def test_other_names_conditions_and_interpolations_are_no_secrets(path: str, text: str, hits: int) -> None:
    assert len(find_secrets(text, path)) == hits


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.sh", 'log "db-credentials: decrypted7x"\n', 0),
        ("a.sh", 'db_credentials="decrypted7x"\n', 1),
        ("a.sh", 'echo "give --client-secret argument9x"\n', 0),
        ("a.yaml", "configSecret: alertmanager-config9\n", 0),
        ("a.yaml", "clientSecret: alertmanager-config9\n", 1),
        ("s.yaml", "kind: Secret\nstringData:\n  config.yaml: |\n    receiver: kX9vQ2mP7z\n", 0),
        ("s.yaml", "kind: Secret\nstringData:\n  receiver: kX9vQ2mP7z\n", 1),
    ],
)
def test_what_is_told_names_an_object_or_lies_in_a_file_of_a_secret_is_none_for_sure(
    path: str, text: str, found: int
) -> None:
    assert len(find_secrets(text, path)) == found
