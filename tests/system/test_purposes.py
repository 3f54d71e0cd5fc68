"""What commands and actions are for."""

from __future__ import annotations

import pytest

from kit.sources.commands.scripts import commands
from kit.sources.pipelines.github import parse
from kit.system.purposes import prints_only, purposes, purposes_of_action, purposes_of_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pytest -q", {"test"}),
        ("npx playwright test", {"test"}),
        ("docker compose run --rm web bunx playwright test", {"test"}),
        ("./mvnw verify -B", {"test", "build"}),
        ("mvn package -DskipTests", {"build"}),
        ("uv run ruff check .", {"lint"}),
        ("npx --no-install jshint@2.12.0 .", {"lint"}),
        ("npx @acme/cli test --coverage", {"test"}),
        ("tsc --noEmit", {"types", "build"}),
        ("npm audit --audit-level=high", {"scan"}),
        ("kubectl apply -f k8s", {"deploy"}),
        ("kubectl rollout undo deployment/api", {"rollback"}),
        ("helm upgrade --install api ./chart --atomic", {"deploy", "rollback", "verify"}),
        ("alembic upgrade head", {"migrate"}),
        ("docker push acme/api", {"push"}),
        ("helm unittest charts/shop --color", {"test"}),
        ("helm lint charts/shop", {"lint"}),
        ("mvn package -DskipTests=false", {"test", "build"}),
        ("./gradlew build -x :api:test", {"build"}),
        ("bundle exec rake parallel:spec", {"test"}),
        ("bundle exec rake parallel:setup", set()),
        ("node tests/run.mjs", {"test"}),
        ("node ./scripts/smoke-test.mjs --url x", {"test"}),
        ("node dist/latest.js", set()),
        ("node src/contest.mjs", set()),
        ("""aws ssm send-command --parameters 'commands=["docker pull a","docker compose up -d"]'""", {"deploy"}),
        ("""aws ssm send-command --parameters '{"commands":["sudo systemctl restart api"]}'""", {"deploy"}),
        ("""aws ssm send-command --parameters 'commands=["docker ps", "df -h"]'""", set()),
        ("ssh deploy@host 'cd app && sudo docker compose up -d'", {"deploy"}),
    ],
)
def test_a_command_is_known_by_its_words(text: str, expected: set[str]) -> None:
    [command] = commands(text, "ci.yml")

    assert purposes(command) == expected


@pytest.mark.parametrize(
    "text",
    [
        "pip install pytest",
        "npm ci",
        "npx playwright install",
        "npx @acme/cli semantic-release",
        "docker compose up -d",
        "terraform plan",
        "kubectl apply --dry-run=client -f k8s",
    ],
)
def test_setting_up_is_for_nothing(text: str) -> None:
    [command] = commands(text, "ci.yml")

    assert purposes(command) == frozenset()


def test_an_action_is_known_by_its_name_and_inputs() -> None:
    text = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - {uses: docker/build-push-action@v6, with: {push: %s}}\n"
    [pushing] = parse(text % "true", ".github/workflows/a.yml").jobs[0].steps
    [building] = parse(text % "false", ".github/workflows/a.yml").jobs[0].steps

    assert purposes_of_action(pushing) == {"build", "push"}
    assert purposes_of_action(building) == {"build"}


def test_a_name_is_the_best_guess_where_commands_cannot_be_read() -> None:
    assert purposes_of_name("test:e2e") == {"test"}
    assert purposes_of_name("latest") == frozenset()


def test_printing_into_a_file_is_work() -> None:
    printed, written = (commands(text, "ci.yml")[0] for text in ("echo done", "echo x=1 >> out"))

    assert prints_only(printed)
    assert not prints_only(written)
