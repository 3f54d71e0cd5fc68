from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.model import At
from kit.sources.containers import compose
from kit.sources.containers.compose import ComposeFile, ComposeService
from kit.sources.containers.compose_fields import ports, volumes
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Node
from kit.sources.tree.files import FileIndex


@pytest.fixture
def project(tmp_path: Path):
    def make(**texts: str) -> dict[str, ComposeFile]:
        for name, text in texts.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        files = FileIndex.of(tmp_path)
        return {found.path: found for found in compose.find(files, Documents(files))}

    return make


@pytest.fixture
def service(project):
    def make(body: str, **others: str) -> ComposeService:
        text = "services:\n  a:\n    image: x\n" + "".join(f"    {line}\n" for line in dedent(body).splitlines())
        return project(**{"compose.yml": text, **others})["compose.yml"].service("a")

    return make


def published(text: str) -> list[tuple[str | None, int | None, int | None, str]]:
    node = Node([Node(text, At("c.yml", 3), raw=text)], At("c.yml", 2))
    return [(p.address, p.host, p.container, p.protocol) for p in ports(node)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3000", [(None, None, 3000, "tcp")]),
        ("8000:80", [(None, 8000, 80, "tcp")]),
        ("127.0.0.1:5432:5432", [("127.0.0.1", 5432, 5432, "tcp")]),
        ("127.0.0.1::80", [("127.0.0.1", None, 80, "tcp")]),
        ("[::1]:80:8080", [("::1", 80, 8080, "tcp")]),
        ("6060:6060/udp", [(None, 6060, 6060, "udp")]),
        ("9090-9091:80-81", [(None, 9090, 80, "tcp"), (None, 9091, 81, "tcp")]),
        ("3000-3001", [(None, None, 3000, "tcp"), (None, None, 3001, "tcp")]),
        ("8000-9000:80", [(None, 8000, 80, "tcp")]),
        ("${PORT}:80", [(None, None, 80, "tcp")]),
        ("${IP:?no ip}:80:80", [("${IP:?no ip}", 80, 80, "tcp")]),
    ],
)
def test_a_short_port_is_read_in_every_form(text: str, expected: object) -> None:
    assert published(text) == expected


def test_a_huge_range_of_ports_is_cut() -> None:
    assert len(published("1-65535:1-65535")) == 64


def test_a_long_port_and_a_default_are_read(service) -> None:
    found = service(
        """
        ports:
          - "${PORT:-8080}:80"
          - {target: 443, published: "8443", host_ip: 127.0.0.1, protocol: tcp}
        """
    )

    assert [(p.address, p.host, p.container, p.at.line) for p in found.ports] == [
        (None, 8080, 80, 6),
        ("127.0.0.1", 8443, 443, 7),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data:/var/lib", ("data", "/var/lib", "rw", "volume")),
        ("./src:/app:ro", ("./src", "/app", "ro", "bind")),
        ("/var/lib", (None, "/var/lib", "rw", "anonymous")),
        ("${DIR:-./x}:/app", ("${DIR:-./x}", "/app", "rw", "unknown")),
        ("${HOME}/x:/app:z,ro", ("${HOME}/x", "/app", "ro", "bind")),
        ("C:\\x:/app", ("C:\\x", "/app", "rw", "bind")),
    ],
)
def test_a_short_volume_is_read_in_every_form(text: str, expected: tuple[object, ...]) -> None:
    found = next(volumes(Node([Node(text, At("c.yml", 3))], At("c.yml", 2))))

    assert (found.source, found.target, found.mode, found.kind) == expected


def test_a_long_volume_is_read(service) -> None:
    found = service(
        """
        volumes:
          - {type: bind, source: ./a, target: /a, read_only: true}
          - {type: tmpfs, target: /t}
        """
    )

    assert [(v.source, v.mode, v.kind) for v in found.volumes] == [
        ("./a", "ro", "bind"),
        (None, "rw", "tmpfs"),
    ]
    assert [found.host_path(v) for v in found.volumes] == ["a", None]


def test_a_build_is_relative_to_the_file_and_the_dockerfile_to_the_context(project) -> None:
    found = project(
        **{
            "deploy/compose.yml": """
                services:
                  a: {build: ../api}
                  b:
                    build: {context: .., dockerfile: docker/b.Dockerfile, target: prod, args: [V=1, TOKEN]}
                  c: {build: https://example.com/repo.git}
            """
        },
    )["deploy/compose.yml"]

    a, b, c = (s.build for s in found.services)
    assert (a.context, a.dockerfile) == ("api", "api/Dockerfile")
    assert (b.context, b.dockerfile, b.target) == (".", "docker/b.Dockerfile", "prod")
    assert b.args == {"V": "1", "TOKEN": None}
    assert c.remote


@pytest.mark.parametrize(
    ("body", "words", "shell"),
    [
        ('test: ["CMD", "curl", "-f", "http://x/"]', ("curl", "-f", "http://x/"), False),
        ('test: ["CMD-SHELL", "curl -f http://x/"]', ("curl", "-f", "http://x/"), True),
        ("test: curl -f http://x/", ("curl", "-f", "http://x/"), True),
        ("interval: 5s", (), False),
    ],
)
def test_a_health_check_gives_its_words(service, body: str, words: tuple[str, ...], shell: bool) -> None:
    found = service(f"healthcheck:\n  {body}").healthcheck

    assert (found.test, found.shell, found.disabled) == (words, shell, False)


@pytest.mark.parametrize("body", ["test: [NONE]", "disable: true"])
def test_a_health_check_can_be_turned_off(service, body: str) -> None:
    assert service(f"healthcheck:\n  {body}").healthcheck.disabled


def test_dependencies_have_a_condition_in_both_forms(service) -> None:
    assert service("depends_on: [db]").depends_on == {"db": "service_started"}
    assert service("depends_on:\n  db: {condition: service_healthy}").depends_on == {"db": "service_healthy"}


def test_the_environment_says_where_each_value_comes_from(service) -> None:
    found = service(
        """
        env_file:
          - a.env
          - {path: missing.env, required: false}
        environment:
          - A=over
          - BARE
          - TOKEN=${TOKEN:?needed}
          - URL=http://${HOST}/x
          - PRICE=$$5
          - PORT=${PORT:-80}
        """,
        **{"a.env": "A=1\nB=2\n"},
    )

    values = {name: (v.value, v.source) for name, v in found.environment.items()}
    assert values == {
        "A": ("over", "literal"),
        "B": ("2", "env_file"),
        "BARE": (None, "shell"),
        "TOKEN": (None, "shell"),
        "URL": ("http://${HOST}/x", "shell"),
        "PRICE": ("$5", "literal"),
        "PORT": ("80", "literal"),
    }
    assert found.environment["B"].at == At("a.env", 2, 2)
    assert [(f.path, f.required, f.exists) for f in found.env_files] == [
        ("a.env", True, True),
        ("missing.env", False, False),
    ]


def test_variables_come_from_the_env_file_beside_and_are_listed(project) -> None:
    found = project(**{"compose.yml": "services:\n  a:\n    image: app:${TAG:?no}-${X:-y}\n", ".env": "TAG=7\n"})

    file = found["compose.yml"]
    assert file.services[0].image == "app:7-y"
    assert [(v.name, v.default, v.required, v.value, v.at.line) for v in file.variables] == [
        ("TAG", None, True, "7", 3),
        ("X", "y", False, None, 3),
    ]


BASE = """
    services:
      web:
        image: app:1
        command: [serve]
        environment: [A=1, B=1]
        ports: ["80:80"]
        volumes: ["./a:/data", "keep:/keep"]
        depends_on: [db]
        healthcheck: {test: [CMD, one], interval: 5s}
        dns: 1.1.1.1
      db: {image: postgres}
"""


def test_an_override_is_merged_key_by_key_and_every_value_keeps_its_place(project) -> None:
    found = project(
        **{
            "compose.yml": BASE,
            "compose.override.yml": """
                services:
                  web:
                    command: dev
                    environment: {B: 2, C: 3}
                    ports: ["80:80", "81:81"]
                    volumes: ["./b:/data"]
                    depends_on: {cache: {condition: service_healthy}}
                    healthcheck: {test: [CMD, two]}
                    dns: [8.8.8.8]
            """,
        }
    )

    file = found["compose.override.yml"]
    web = file.service("web")
    assert (file.overrides, file.environment) == ("compose.yml", "development")
    assert {k: (v.value, v.at.path) for k, v in web.environment.items()} == {
        "A": ("1", "compose.yml"),
        "B": ("2", "compose.override.yml"),
        "C": ("3", "compose.override.yml"),
    }
    assert web.command.args == ("dev",)
    assert [p.host for p in web.ports] == [80, 81]
    assert [(v.source, v.target) for v in web.volumes] == [("./b", "/data"), ("keep", "/keep")]
    assert web.depends_on == {"db": "service_started", "cache": "service_healthy"}
    assert (web.healthcheck.test, web.healthcheck.node.get("interval").text) == (("two",), "5s")
    assert [n.text for n in web.node.get("dns").children()] == ["1.1.1.1", "8.8.8.8"]
    assert (web.node.get("image").at, web.file) == (At("compose.yml", 4, 4), "compose.override.yml")
    assert found["compose.yml"].service("web").command.args == ("serve",)


BARE = "services:\n  web: {build: .}\n  db: {image: 'postgres:16'}\n"
SETS = "services:\n  web: {ports: ['80:80'], restart: always}\n  db: {volumes: ['rows:/var/lib/postgresql/data']}\n"


def test_an_override_without_which_nothing_is_set_is_taken_with_its_base(project) -> None:
    found = project(**{"docker-compose.yml": BARE, "docker-compose.override.yml": SETS})

    assert list(found) == ["docker-compose.override.yml"]
    assert found["docker-compose.override.yml"].environment == "unknown"
    assert found["docker-compose.override.yml"].service("web").ports[0].host == 80


def test_a_base_that_others_are_put_over_stays_and_its_override_is_a_developer_s(project) -> None:
    files = {"docker-compose.yml": BARE, "docker-compose.override.yml": SETS, "docker-compose.prod.yml": SETS}

    found = project(**files)

    assert {path: file.environment for path, file in found.items()} == {
        "docker-compose.yml": "development",
        "docker-compose.override.yml": "development",
        "docker-compose.prod.yml": "production",
    }


def test_reset_removes_and_override_replaces(project) -> None:
    over = """
        services:
          web:
            ports: !override ["90:90"]
            volumes: !reset []
            environment: {A: !reset null}
    """
    web = project(**{"compose.yml": BASE, "compose.override.yml": over})["compose.override.yml"].service("web")

    assert [p.host for p in web.ports] == [90]
    assert web.volumes == ()
    assert set(web.environment) == {"B"}


def test_a_production_file_without_images_is_put_over_the_base(project) -> None:
    found = project(
        **{"docker-compose.yml": BASE, "docker-compose.prod.yml": "services:\n  web:\n    restart: always\n"}
    )

    prod = found["docker-compose.prod.yml"]
    assert (prod.environment, prod.overrides) == ("production", "docker-compose.yml")
    assert (prod.service("web").image, prod.service("web").restart) == ("app:1", "always")
    assert prod.problems == ()
    assert found["docker-compose.yml"].environment == "development"


def test_a_production_file_that_stands_alone_is_not_merged(project) -> None:
    found = project(**{"docker-compose.yml": BASE, "docker-compose.prod.yml": "services:\n  web:\n    image: app:2\n"})

    assert found["docker-compose.prod.yml"].overrides is None
    assert [s.name for s in found["docker-compose.prod.yml"].services] == ["web"]


@pytest.mark.parametrize(
    ("caller", "text"),
    [
        (
            "Makefile",
            "up:\n\tdocker compose -f docker-compose.yml \\\n\t  -f docker-compose.prod.yml up -d\n",
        ),
        (
            "deploy.js",
            "run('compose', ['-f', 'docker-compose.yml',\n  '-f', 'docker-compose.prod.yml', 'up'])\n",
        ),
        (
            "ci/up.sh",
            'docker-compose --file="$ROOT/docker-compose.yml" --file $ROOT/docker-compose.prod.yml up\n',
        ),
    ],
)
def test_files_that_a_command_names_together_are_merged(project, caller: str, text: str) -> None:
    prod = "services:\n  web:\n    image: app:2\n"
    found = project(**{"docker-compose.yml": BASE, "docker-compose.prod.yml": prod, caller: text})

    assert found["docker-compose.prod.yml"].layers == ("docker-compose.yml", "docker-compose.prod.yml")
    assert found["docker-compose.prod.yml"].service("db").image == "postgres"


def test_a_file_that_depends_on_the_services_of_another_is_put_over_it(project) -> None:
    tests = "services:\n  it:\n    build: .\n    depends_on: [web]\n"
    found = project(**{"compose.yml": BASE, "compose.integration-test.yml": tests})

    assert found["compose.integration-test.yml"].layers == ("compose.yml", "compose.integration-test.yml")
    assert found["compose.integration-test.yml"].environment == "test"


def test_a_base_without_a_default_name_is_not_listed_by_itself(project) -> None:
    found = project(
        **{
            "docker-compose.base.yml": BASE,
            "docker-compose.prod.yml": "services:\n  web: {restart: always}\n",
        }
    )

    assert list(found) == ["docker-compose.prod.yml"]


def test_a_production_file_of_another_family_says_nothing_of_the_plain_file(project) -> None:
    found = project(**{"docker-compose.yml": BASE, "docker-compose.search.prod.yml": "services: {s: {image: s}}\n"})

    assert found["docker-compose.yml"].environment == "unknown"


def test_a_plain_file_alone_is_of_no_known_environment(project) -> None:
    assert project(**{"docker-compose.yml": BASE})["docker-compose.yml"].environment == "unknown"


def test_extends_takes_over_from_the_same_and_from_another_file(project) -> None:
    found = project(
        **{
            "compose.yml": """
                services:
                  one:
                    image: a
                    environment: {A: 1}
                  two:
                    extends: {service: one}
                    environment: {B: 2}
                  three:
                    extends: {file: common/base.yml, service: api}
                    ports: ["81:81"]
            """,
            "common/base.yml": """
                services:
                  api:
                    extends: root
                    build: ./api
                    env_file: api.env
                    volumes: ["./data:/data", "named:/n"]
                  root: {restart: always}
            """,
            "common/api.env": "X=1\n",
        }
    )["compose.yml"]

    two, three = found.service("two"), found.service("three")
    assert (two.image, set(two.environment)) == ("a", {"A", "B"})
    assert (three.build.context, three.restart) == ("common/api", "always")
    assert three.environment["X"].at.path == "common/api.env"
    assert [v.source for v in three.volumes] == ["./common/data", "named"]
    assert three.node.get("build").at.path == "common/base.yml"
    assert found.problems == ()


@pytest.mark.parametrize(
    ("extends", "message"),
    [
        ("b", "extends itself"),
        ("{file: gone.yml, service: x}", "gone.yml is not there"),
        ("{service: nobody}", "no service nobody"),
        ("{file: ../../../etc/passwd, service: x}", "is not there"),
    ],
)
def test_a_broken_extends_is_a_problem_at_its_line(project, extends: str, message: str) -> None:
    text = f"services:\n  a:\n    image: x\n    extends: {extends}\n  b:\n    image: x\n    extends: a\n"
    found = project(**{"compose.yml": text})["compose.yml"]

    assert any(message in p.message for p in found.problems)
    assert found.problems[0].at.line in {4, 7}


def test_included_files_bring_their_services_and_are_not_listed_again(project) -> None:
    found = project(
        **{
            "compose.yml": "include:\n  - infra/compose.yml\n  - path: gone.yml\nservices: {w: {image: w}}\n",
            "infra/compose.yml": "services:\n  db:\n    build: ./db\n    image: pg:${V}\nvolumes:\n  data:\n",
            "infra/.env": "V=16\n",
        }
    )

    assert list(found) == ["compose.yml"]
    file = found["compose.yml"]
    assert [s.name for s in file.services] == ["db", "w"]
    assert (file.service("db").build.context, file.service("db").image) == ("infra/db", "pg:16")
    assert (file.service("db").file, list(file.volumes)) == ("infra/compose.yml", ["data"])
    assert [(p.at.line, p.message) for p in file.problems] == [(3, "include: gone.yml is not there")]


def test_files_that_include_each_other_end(project) -> None:
    found = project(
        **{
            "a/compose.yml": "include: [../b/compose.yml]\nservices: {x: {image: x}}\n",
            "b/compose.yml": "include: [../a/compose.yml]\nservices: {y: {image: y}}\n",
            "compose.yml": "include: [a/compose.yml]\n",
        }
    )

    assert {s.name for s in found["compose.yml"].services} == {"x", "y"}
    assert any("include each other" in p.message for p in found["compose.yml"].problems)


def test_files_that_include_many_others_over_and_over_end(project) -> None:
    many = "include:\n" + "".join(f"  - ../{n}/compose.yml\n" for n in range(8))
    found = project(**{f"{n}/compose.yml": many for n in range(8)}, **{"compose.yml": "include: [0/compose.yml]\n"})

    assert found["compose.yml"].services == ()


def test_a_service_without_image_and_build_is_a_problem(project) -> None:
    found = project(**{"compose.yml": "services:\n  a:\n    restart: always\n"})["compose.yml"]

    assert [(p.at.line, "neither" in p.message) for p in found.problems] == [(2, True)]


def test_a_broken_file_has_an_error_and_no_services(project) -> None:
    found = project(**{"docker-compose.yml": "services:\n  a: [\n"})["docker-compose.yml"]

    assert found.error is not None
    assert found.services == ()


def test_other_yaml_is_no_compose_file(project) -> None:
    texts = {"composer.yml": "services: {}\n", "compose.yml": "a: 1\n", "ci.yml": "services: {a: {}}\n"}

    assert project(**texts) == {}


def test_limits_and_replicas_are_read_in_old_and_new_form(service) -> None:
    new = service("deploy:\n  replicas: 3\n  resources: {limits: {cpus: '0.5', memory: 1g}}")
    old = service("scale: 2\nmem_limit: 512m")

    assert (new.replicas, new.memory_limit.text, new.cpu_limit.text) == (3, "1g", "0.5")
    assert (old.replicas, old.memory_limit.text, old.cpu_limit) == (2, "512m", None)


SCALARS = st.none() | st.booleans() | st.integers(-5, 70000) | st.text("ab:$/{}-.1", max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    "image",
    "build",
    "ports",
    "volumes",
    "environment",
    "env_file",
    "depends_on",
    "healthcheck",
    "extends",
]
SERVICES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5)


@settings(max_examples=80, deadline=None)
@given(base=SERVICES, over=SERVICES)
def test_any_service_over_any_other_is_read_without_raising(tmp_path_factory, base: object, over: object) -> None:
    root = tmp_path_factory.mktemp("any")
    (root / "compose.yml").write_text(yaml.safe_dump({"services": {"a": base}}))
    (root / "compose.override.yml").write_text(yaml.safe_dump({"services": {"a": over}, "include": over}))
    files = FileIndex.of(root)

    for file in compose.find(files, Documents(files)):
        for each in file.services:
            assert each.build is None or each.build.context
            assert all(p.container is None or p.container >= 0 for p in each.ports)
            assert None not in [each.volumes, each.depends_on, each.networks, each.labels, each.secrets]
            assert each.healthcheck is None or each.healthcheck.at


def test_the_plain_fields_of_a_service_are_read(service) -> None:
    found = service(
        """
        expose: ["8080"]
        entrypoint: ["tini", "--"]
        command: node "a b.js"
        user: 1000
        privileged: true
        read_only: true
        network_mode: host
        cap_add: [NET_ADMIN]
        profiles: [debug]
        labels: ["a=b"]
        networks: [front, back]
        extra_hosts: ["db:10.0.0.1"]
        secrets: [one, {source: two, target: t}]
        configs: [three]
        deploy: {restart_policy: {condition: on-failure}}
        """
    )

    assert (found.exposed, found.entrypoint.args, found.command.args) == (
        (8080,),
        ("tini", "--"),
        ("node", "a b.js"),
    )
    assert (found.user, found.privileged, found.read_only) == ("1000", True, True)
    assert (found.network_mode, found.cap_add, found.profiles) == ("host", ("NET_ADMIN",), ("debug",))
    assert (found.labels["a"].text, found.networks) == ("b", ("front", "back"))
    assert found.node.get("extra_hosts", "db").text == "10.0.0.1"
    assert (found.secrets, found.configs, found.restart) == (("one", "two"), ("three",), "on-failure")


def test_further_sections_and_keys_are_merged(project) -> None:
    base = """
        services:
          web:
            build: .
            logging: {driver: json-file, options: {max-size: 1m}}
            secrets: [key, {source: a, target: t}]
            networks: [front]
            labels: [a=1]
        volumes: {data: {driver: local}, gone: {}}
        networks: {front: {}}
    """
    over = """
        services:
          web:
            build: {args: [V=1], target: dev}
            logging: {driver: syslog}
            secrets: [{source: b, target: t}]
            networks: [back]
            labels: !override [b=2]
        volumes: {data: {name: x}, gone: !reset null}
        networks: !override {back: {}}
    """
    file = project(**{"compose.yml": base, "compose.override.yml": over})["compose.override.yml"]

    web = file.service("web")
    assert (web.build.context, web.build.args, web.build.target) == (".", {"V": "1"}, "dev")
    assert web.node.get("logging").value == {"driver": "syslog"}
    assert (web.secrets, web.networks, list(web.labels)) == (("key", "b"), ("front", "back"), ["b"])
    assert {name: node.value for name, node in file.volumes.items()} == {"data": {"driver": "local", "name": "x"}}
    assert list(file.networks) == ["back"]


def test_the_files_of_an_included_secret_are_found_from_the_including_file(project) -> None:
    inner = "services: {a: {image: a}}\nsecrets: {k: {file: ./k.txt}, abs: {file: /run/k}}\n"
    found = project(**{"compose.yml": "include: [infra/compose.yml]\n", "infra/compose.yml": inner})

    files = {name: node.get("file").text for name, node in found["compose.yml"].secrets.items()}
    assert files == {"k": "./infra/k.txt", "abs": "/run/k"}


@pytest.mark.parametrize(
    ("path", "environment"),
    [
        ("docker-compose.dev.yml", "development"),
        ("docker-compose.deploy.yml", "production"),
        ("deploy/production/compose.yml", "production"),
        ("compose.search.yml", "unknown"),
    ],
)
def test_the_environment_is_told_by_name_and_folder(project, path: str, environment: str) -> None:
    assert project(**{path: "services: {a: {image: a}}\n"})[path].environment == environment


def test_a_template_of_a_compose_file_is_left_out(project) -> None:
    assert project(**{"compose.yml": "services:\n{% if x %}\n  a: {image: {{ y }}}\n{% endif %}\n"}) == {}


@pytest.mark.parametrize(
    ("head", "environment"),
    [
        ("# For a developer's machine: stores only.", "development"),
        ("# Local development. Not for production.", "development"),
        ("# This file is for the **development** setup. For production see elsewhere.", "development"),
        ("# Development and production.", "unknown"),
        ("# What customers see.", "unknown"),
        ("# NOTE: please do not use this configuration for\n# production setups.", "development"),
        ("# It is intended for demo and learning purposes only.", "development"),
        ("# Do not change this file in production without a review.", "unknown"),
    ],
)
def test_a_comment_at_the_top_says_what_a_default_file_is_for(project, head: str, environment: str) -> None:
    found = project(**{"compose.yaml": f"{head}\nservices:\n  db:\n    image: postgres:16\n"})

    assert found["compose.yaml"].environment == environment


@pytest.mark.parametrize(
    ("settings", "mount", "environment"),
    [
        ("shop.settings.dev", "./shop:/code/shop", "development"),
        ("shop.settings.dev", ".:/code", "development"),
        ("shop.settings.production", "./shop:/code/shop", "unknown"),
        ("shop.settings.dev", "./uploads:/code/uploads", "unknown"),
    ],
)
def test_edited_code_that_runs_in_a_mode_for_development(project, settings: str, mount: str, environment: str) -> None:
    text = "services:\n  app:\n    build: .\n    environment:\n"
    text += f"      DJANGO_SETTINGS_MODULE: {settings}\n    volumes:\n      - {mount}\n"
    found = project(**{"docker-compose.yml": text, "shop/app.py": "x = 1\n", "uploads/a.png": ""})

    assert found["docker-compose.yml"].environment == environment


@pytest.mark.parametrize(
    ("target", "environment"),
    [
        ("dev", "development"),
        ('"${STAGE:-debug}"', "development"),
        ("prod", "unknown"),
        ("${STAGE:-runtime}", "unknown"),
        ("/srv/dev", "unknown"),
    ],
)
def test_a_default_file_that_builds_the_stage_for_developers_is_theirs(project, target: str, environment: str) -> None:
    text = f"services:\n  app:\n    build:\n      context: .\n      target: {target}\n"
    over = "services:\n  app: {ports: ['8000:8000']}\n  more: {image: 'more:1'}\n"

    found = project(**{"compose.yaml": text, "compose.search.yaml": over})

    assert {file.environment for file in found.values()} == {environment}


@pytest.mark.parametrize(
    ("dockerfile", "more", "environment"),
    [
        ("docker/local/Dockerfile", "", "development"),
        ("Dockerfile.dev", "", "development"),
        ("docker/api/Dockerfile", "", "unknown"),
        ("Dockerfile.dev", "  api:\n    build: .\n", "unknown"),
    ],
)
def test_a_default_file_that_builds_dockerfiles_for_developers_alone_is_theirs(
    project, dockerfile: str, more: str, environment: str
) -> None:
    text = f"services:\n  app:\n    build:\n      context: .\n      dockerfile: {dockerfile}\n{more}"

    assert project(**{"docker-compose.yml": text})["docker-compose.yml"].environment == environment


def test_a_server_for_development_over_edited_code_is_for_development(project) -> None:
    text = "services:\n  web:\n    build: .\n    command: {}\n    volumes:\n      - {}:/app\n"
    served = text.format("python manage.py runserver 0.0.0.0:8000", "./app")

    assert (
        project(**{"docker-compose.yml": served, "app/a.py": "x = 1\n"})["docker-compose.yml"].environment
        == "development"
    )
    bare = text.format("gunicorn shop.wsgi", "./app")
    assert project(**{"docker-compose.yml": bare, "app/a.py": "x = 1\n"})["docker-compose.yml"].environment == "unknown"


def test_a_file_of_another_name_with_nothing_but_services_is_a_compose_file(project) -> None:
    text = "services:\n  api: {image: 'acme/api:1.2'}\nvolumes:\n  data: {}\n"

    others = {
        "more.yml": text + "provider: {name: aws}\n",
        "ci.yml": "services:\n  - postgres:16\nimage: node:22\n",
        "mailer.yml": "services:\n  app.mailer: {class: Mailer}\n",
    }

    assert set(project(**{"quick.yml": text}, **others)) == {"quick.yml"}


def test_what_a_pipeline_that_deploys_brings_up_is_for_production(project) -> None:
    text = "services:\n  api: {image: 'acme/api:1.2'}\n"
    pipeline = {
        ".github/workflows/deploy.yml": "jobs:\n  a:\n    steps:\n      - run: docker compose -f local.stack.yml up -d\n"
    }

    assert project(**{"local.stack.yml": text})["local.stack.yml"].environment == "development"
    assert project(**{"local.stack.yml": text}, **pipeline)["local.stack.yml"].environment == "production"


def test_the_base_of_what_is_deployed_is_no_target_of_its_own(project) -> None:
    files = {
        "compose.yml": "services:\n  api: {image: 'acme/api:1.2'}\n",
        "compose.deploy.yml": "services:\n  api: {restart: always}\n",
        ".github/workflows/deploy.yml": "jobs:\n  a:\n    steps:\n"
        "      - run: docker compose -f compose.yml -f compose.deploy.yml up -d\n",
    }
    found = project(**files)

    assert found["compose.deploy.yml"].environment == "production"
    assert found["compose.yml"].environment == "development"
