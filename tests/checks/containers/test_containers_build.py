"""Whether images build, and from what."""

from __future__ import annotations

import pytest
from conftest import Look

NODE = """
    FROM node:22.12.0-slim
    WORKDIR /app
    COPY package.json server.js ./
    USER node
    CMD ["node", "server.js"]
    """
FILES = {"Dockerfile": NODE, "package.json": '{"name": "api"}', "server.js": "require('http');\n"}


def test_sources_that_are_there_hold(look: Look) -> None:
    seen = look("CON-001", FILES)

    assert (seen.failed, seen.passed) == ([], ["Dockerfile:3"])


def test_a_source_that_is_not_there_stops_the_build(look: Look) -> None:
    seen = look("CON-001", {**FILES, "Dockerfile": NODE.replace("server.js ./", "server.js yarn.lock ./")})

    assert seen.failed == ["Dockerfile:3"]
    assert "yarn.lock does not exist" in seen.text


def test_a_source_that_dockerignore_keeps_out_stops_it_too(look: Look) -> None:
    seen = look("CON-001", {**FILES, ".dockerignore": "*.js\n"})

    assert seen.failed == ["Dockerfile:3"]


def test_output_stages_and_patterns_are_left_alone(look: Look) -> None:
    text = NODE.replace("package.json server.js", "dist package*.json") + "    COPY --from=build /x /x\n"
    seen = look("CON-001", {**FILES, "Dockerfile": text, "up.sh": "npm run build\n"})

    assert (seen.failed, seen.unknown) == ([], ["Dockerfile:3"])


JAR = "    FROM eclipse-temurin:21\n    COPY target/shop.jar /shop.jar\n"
STACK = {"compose.yaml": "services: {shop: {build: ./shop}}\n"}
MAVEN = {**STACK, "shop/Dockerfile": JAR, "shop/pom.xml": "<project/>", "shop/src/main/java/A.java": "class A {}\n"}


def test_output_that_nothing_makes_stops_the_build(look: Look) -> None:
    seen = look("CON-001", MAVEN)

    assert (seen.failed, [f.severity.value for f in seen.findings]) == (["shop/Dockerfile:2"], ["high"])
    assert "nothing in the project makes it" in seen.text
    assert seen.findings[0].blocker is None
    assert look("CON-001", {"shop/Dockerfile": JAR.replace("shop.jar /", "*.jar /")}).failed == ["shop/Dockerfile:2"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".github/workflows/ci.yml", "jobs: {a: {steps: [{run: ./mvnw -B verify}]}}\n"),
        ("build.sh", "mvn -f shop/pom.xml package\n"),
        ("Makefile", "jar:\n\tcd shop && mvn install\n"),
        ("package.json", '{"scripts": {"build": "mvn package"}}'),
        ("README.md", "Run `mvn clean package` first.\n"),
        ("shop/Dockerfile", "    # Before: ./mvnw package\n" + JAR),
        ("compose.build.yaml", "services: {b: {image: maven, command: mvn package, volumes: ['./shop:/s']}}\n"),
        (".github/workflows/ci.yml", "jobs: {a: {steps: [{uses: actions/download-artifact@v4}]}}\n"),
        ("shop/target/shop.jar", "jar"),
        ("README.md", "Jenkins builds and deploys it.\n"),
    ],
)
def test_output_that_something_may_make_is_unknown(look: Look, path: str, text: str) -> None:
    assert look("CON-001", {**MAVEN, path: text}).failed == []


def test_tests_and_builds_of_images_leave_no_output(look: Look) -> None:
    more = {
        ".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: ./mvnw -B test\n",
        "cart/Dockerfile": "FROM maven:3\nCOPY pom.xml .\nRUN mvn package\n",
        "cart/pom.xml": "<project/>",
    }

    assert look("CON-001", {**MAVEN, **more}).failed == ["shop/Dockerfile:2"]


def test_a_package_script_that_nobody_calls_makes_nothing(look: Look) -> None:
    text = "FROM node:22\nCOPY dist ./dist\n"
    stack = {"compose.yaml": "services: {api: {build: .}}\n", "Dockerfile": text}
    script = '{"scripts": {"build": "vite build", "deploy": "%s"}}'

    assert look("CON-001", {**stack, "package.json": script % "sh up.sh"}).failed == ["Dockerfile:2"]
    assert look("CON-001", {"package.json": script % "npm run build && docker build ."}).unknown == ["Dockerfile:2"]
    assert look("CON-001", {"package.json": "{}", "pom.xml": "<project/>"}).unknown == ["Dockerfile:2"]


def test_the_context_that_compose_gives_is_the_one_looked_in(look: Look) -> None:
    compose = "services:\n  api:\n    build: {context: ., dockerfile: docker/Dockerfile}\n"
    files = {"docker/Dockerfile": NODE, "compose.yaml": compose, "package.json": "{}", "server.js": ""}

    assert look("CON-001", files).failed == []


def test_a_target_that_is_no_stage_stops_the_build(look: Look) -> None:
    compose = "services:\n  api:\n    build:\n      context: .\n      target: production\n"
    poor = look("CON-006", {**FILES, "compose.yaml": compose})
    good = look("CON-006", {"Dockerfile": NODE.replace("slim", "slim AS production")})

    assert poor.failed == ["compose.yaml:3"]
    assert good.passed == ["compose.yaml:3"]


def test_base_images_are_pinned_moving_or_free(look: Look) -> None:
    text = """
        FROM node:22.12.0 AS build
        FROM node:lts AS moving
        FROM python
        FROM scratch
        COPY --from=build /app /app
        """
    seen = look("CON-003", {"Dockerfile": text})

    assert (seen.passed, seen.failed) == (["Dockerfile:1"], ["Dockerfile:2", "Dockerfile:3"])


def test_an_image_that_compiles_itself_keeps_its_tools(look: Look) -> None:
    single = look("CON-007", {**FILES, "Dockerfile": NODE.replace("USER node", "RUN npm run build")})
    staged = look("CON-007", {"Dockerfile": NODE + "    FROM node:22.12.0-slim\n    COPY --from=0 /app /app\n"})

    assert single.failed == ["Dockerfile:4"]
    assert staged.passed == ["Dockerfile:6"]


def test_a_context_that_is_copied_whole_leaves_out_what_no_image_holds(look: Look) -> None:
    files = {**FILES, "Dockerfile": NODE.replace("package.json server.js ./", ". .")}
    none = look("CON-009", files)
    some = look("CON-009", {".dockerignore": ".git\n"})
    good = look("CON-009", {".dockerignore": ".git\nnode_modules\n"})

    assert (none.outcomes, some.outcomes, good.outcomes) == (["fail"], ["partial"], ["pass"])
    assert none.failed == ["Dockerfile:3"]


def test_package_lists_are_removed_in_the_layer_that_gets_them(look: Look) -> None:
    apt = NODE.replace("USER node", "RUN apt-get update && apt-get install -y curl")
    poor = look("CON-018", {**FILES, "Dockerfile": apt})
    good = look("CON-018", {"Dockerfile": apt.replace("curl", "curl && rm -rf /var/lib/apt/lists/*")})
    cached = look("CON-018", {"Dockerfile": apt.replace("RUN ", "RUN --mount=type=cache,target=/var/cache/apt ")})

    assert poor.failed == ["Dockerfile:4"]
    assert (good.failed, cached.failed) == ([], [])


def test_a_download_is_checked_before_it_runs(look: Look) -> None:
    piped = look("CON-019", {"Dockerfile": "FROM debian:12.8\nRUN curl -fsSL https://acme.io/i.sh | bash\n"})
    added = look("CON-019", {"Dockerfile": "FROM debian:12.8\nADD https://acme.io/tool.tgz /opt/\n"})
    kept = look("CON-019", {"Dockerfile": "FROM debian:12.8\nRUN curl -fsSLo t.tgz https://acme.io/t.tgz\n"})

    assert (piped.failed, added.failed, kept.failed) == (["Dockerfile:2"], ["Dockerfile:2"], [])


def test_an_image_that_nothing_builds_beside_others_weighs_less(look: Look) -> None:
    files = {
        "compose.yaml": "services:\n  api:\n    build: ./api\n",
        "api/Dockerfile": "FROM node:22\nCOPY server.js ./\nCMD node server.js\n",
        "api/server.js": "require('http');\n",
        "spare/Dockerfile": "FROM nginx:1.27\nCOPY ../images /images\n",
    }
    beside = [f for f in look("CON-001", files).findings if f.outcome.open]
    only = [f for f in look("CON-001", {**files, "compose.yaml": "services: {}\n"}).findings if f.outcome.open]

    assert [(str(f.severity), f.blocker) for f in beside] == [("medium", None)]
    assert [(str(f.severity), f.blocker) for f in only] == [("critical", "cannot build")]
