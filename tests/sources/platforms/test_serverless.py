from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.model import At
from kit.sources.formats.documents import Documents
from kit.sources.platforms import serverless
from kit.sources.platforms.serverless import ServerlessFile
from kit.sources.tree.files import FileIndex


@pytest.fixture
def read(tmp_path: Path):
    def make(text: str, **others: str) -> ServerlessFile:
        for name, content in {"serverless.yml": text, **others}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(dedent(content).lstrip())
        files = FileIndex.of(tmp_path)
        return serverless.find(files, Documents(files))[0]

    return make


def test_a_function_has_its_handler_limits_and_environment(read) -> None:
    found = read(
        """
        service: shop
        frameworkVersion: "3"
        plugins: [serverless-offline]
        provider:
          name: aws
          runtime: nodejs20.x
          timeout: 10
          environment: {A: 1, B: 2}
        functions:
          list:
            handler: src/list.main
            memorySize: 256
            environment: {B: 3, TOKEN: "${env:TOKEN}", KEY: "${ssm:/key}", T: {Ref: Table}}
        """
    )

    assert (found.service, found.framework_version, found.plugins) == ("shop", "3", ("serverless-offline",))
    function = found.functions[0]
    assert (function.module, function.timeout, function.memory, function.runtime) == (
        "src/list",
        10,
        256,
        "nodejs20.x",
    )
    assert {name: (v.value, v.source) for name, v in function.env.items()} == {
        "A": ("1", "literal"),
        "B": ("3", "literal"),
        "TOKEN": (None, "shell"),
        "KEY": (None, "secret"),
        "T": (None, "reference"),
    }
    assert function.at.line == 10


def test_events_give_routes_and_schedules(read) -> None:
    found = read(
        """
        provider: {name: aws}
        functions:
          a:
            handler: a.b
            events:
              - http: GET /items/{id}
              - http: {path: items, method: post, authorizer: aws_iam}
              - httpApi: "*"
              - http: true
              - schedule: rate(5 minutes)
              - schedule: {rate: ["cron(0 1 * * ? *)"]}
              - sqs: queue
        """
    ).functions[0]

    routes = [(e.method, e.path, e.at.line, e.authorizer is not None) for e in found.http]
    assert routes == [
        ("GET", "/items/{id}", 6, False),
        ("POST", "/items", 7, True),
        ("ANY", "*", 8, False),
        ("ANY", "*", 9, False),
    ]
    assert [expression for expression, _ in found.schedules] == ["rate(5 minutes)", "cron(0 1 * * ? *)"]


def test_variables_are_filled_in_from_the_file_and_from_others(read) -> None:
    found = read(
        """
        service: shop
        custom: {stage: "${opt:stage, self:provider.stage}", table: "${self:service}-${self:custom.stage}"}
        provider:
          name: aws
          stage: dev
          environment: "${file(env.yml):common}"
        functions:
          - "${file(./functions.yml)}"
        """,
        **{
            "env.yml": "common:\n  TABLE: ${self:custom.table}\n  MISSING: ${file(gone.yml):x, 'none'}\n",
            "functions.yml": "list:\n  handler: list.main\n",
        },
    )

    assert [f.name for f in found.functions] == ["list"]
    assert found.functions[0].at == At("functions.yml", 1, 2)
    assert {name: v.value for name, v in found.functions[0].env.items()} == {
        "TABLE": "shop-dev",
        "MISSING": "none",
    }
    assert found.functions[0].env["TABLE"].at == At("env.yml", 2, 2)


def test_what_comes_from_outside_stays_as_written(read) -> None:
    found = read("provider: {name: aws, stage: '${opt:stage}'}\nservice: a-${sls:stage}\n")

    assert (found.stage, found.service) == ("${opt:stage}", "a-${sls:stage}")


@pytest.mark.parametrize(
    "custom",
    [
        "{a: '${self:custom}'}",
        "{a: '${self:custom.a}'}",
        "{a: '${self:}', b: '${self:}'}",
        "{a: '${file(serverless.yml)}'}",
    ],
)
def test_variables_that_hold_themselves_end(read, custom: str) -> None:
    found = read(f"provider: {{name: aws}}\ncustom: {custom}\nfunctions: {{x: {{handler: a.b}}}}\n")

    assert [f.name for f in found.functions] == ["x"]


def test_files_outside_of_the_project_are_not_read(read) -> None:
    found = read("provider: {name: aws, environment: '${file(../../etc/hosts)}'}\nfunctions: {x: {handler: a.b}}\n")

    assert found.functions[0].env == {}


def test_a_configuration_that_code_computes_is_named_but_not_run(read) -> None:
    found = read("a: 1\n", **{"serverless.ts": "export default make({provider: {}, functions: {}})\n"})

    assert (found.path, "code" in found.error.message) == ("serverless.ts", True)


_CONFIGURATION = """
    import type { AWS } from '@serverless/typescript';
    import list from '@functions/list';
    import * as others from './src/functions';
    import { Table } from './resources';

    const configuration: AWS = {
      service: 'shop',
      plugins: ['serverless-esbuild'],
      provider: {
        name: 'aws',
        runtime: 'nodejs14.x',
        timeout: 5 * 2,
        stage: '${opt:stage, "dev"}',
        environment: { TOKEN: process.env.TOKEN, HOST: hostOf('x'), TABLE: `orders-${'live'}` },
      },
      functions: { list, ...others, late: makeFunction() },
      resources: { Resources: { Table } },
    };

    module.exports = configuration;
    """
_MODULES = {
    "src/libs/path.ts": "export const folder = (of: string) => of.split(process.cwd())[1].substring(1)\n",
    "src/functions/list/index.ts": """
        import { folder } from '@libs/path';
        export default {
          handler: `${folder(__dirname)}/handler.main`,
          events: [{ http: { method: 'get', path: 'orders', authorizer: 'own' } }],
        };
        """,
    "src/functions/index.ts": "export { default as again } from './list'\nexport { gone } from './nowhere'\n",
    "resources/index.ts": "const Table = { Type: 'AWS::DynamoDB::Table' }\nexport { Table }\n",
}


def test_a_configuration_in_typescript_is_read_through_its_modules(read) -> None:
    found = read("a: 1\n", **{"serverless.ts": _CONFIGURATION, **_MODULES})

    assert (found.service, found.plugins, found.stage, found.error) == ("shop", ("serverless-esbuild",), "dev", None)
    assert [f.name for f in found.functions] == ["list", "again"]
    listing = found.functions[0]
    assert (listing.module, listing.runtime, listing.timeout) == ("src/functions/list/handler", "nodejs14.x", None)
    assert [(e.method, e.path, e.at.path, e.at.line) for e in listing.http] == [
        ("GET", "/orders", "src/functions/list/index.ts", 4)
    ]
    assert {name: (v.value, v.source) for name, v in listing.env.items()} == {
        "TOKEN": (None, "shell"),
        "HOST": ("${code}", "reference"),
        "TABLE": ("orders-live", "literal"),
    }
    assert found.root.get("resources", "Resources", "Table").at == At("resources/index.ts", 1, 1)
    assert found.provider.get("runtime").at == At("serverless.ts", 11, 11)


@pytest.mark.parametrize("name", ["serverless.js", "serverless.cjs"])
def test_a_configuration_in_javascript_is_read(read, name: str) -> None:
    text = "module.exports = { provider: { ...base }, functions: { a: { handler: 'a.b', timeout: 30 } } }\n"
    found = read("a: 1\n", **{name: text})

    assert (found.functions[0].timeout, found.provider.text) == (30, "${code}")


def test_modules_that_hold_themselves_end(read) -> None:
    text = (
        "const a = { provider: {}, functions: { ...b }, x: [a, b, a] }\nconst b = { a, c: b, d: b }\nexport default a\n"
    )

    assert read("a: 1\n", **{"serverless.ts": text}).service == ""


def test_a_broken_file_has_an_error(read) -> None:
    assert read("provider: [\n").error is not None


@settings(max_examples=60, deadline=None)
@given(
    st.text("${}:,()'self.file ab", max_size=40),
    st.sampled_from(["custom", "functions", "provider", "service", "plugins"]),
)
def test_any_variable_anywhere_is_read_without_raising(tmp_path_factory, text: str, where: str) -> None:
    root = tmp_path_factory.mktemp("any")
    body = {
        "provider": "{name: aws}",
        "custom": "{ab: '${self:custom.ab}'}",
        where: f"'{text.replace(chr(39), '')}'",
    }
    (root / "serverless.yml").write_text("".join(f"{key}: {value}\n" for key, value in body.items()))
    files = FileIndex.of(root)

    assert len(serverless.find(files, Documents(files))) == 1
