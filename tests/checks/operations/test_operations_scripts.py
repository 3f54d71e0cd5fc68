"""Scripts that people run in earnest."""

from __future__ import annotations

import pytest
from conftest import Look

BODY = "kubectl apply -f k8s\ncurl -f https://shop.test/health\n"


def test_a_deploy_script_that_goes_on_after_a_failure_is_told(look: Look) -> None:
    assert look("OPS-010", {"deploy.sh": f"#!/bin/bash\n{BODY}"}).failed == ["deploy.sh:1"]


def test_a_script_that_stops_holds_and_in_part_where_pipes_hide_a_failure(look: Look) -> None:
    assert look("OPS-010", {"deploy.sh": f"#!/bin/bash\nset -euo pipefail\n{BODY}"}).passed == ["deploy.sh:2"]
    piped = look("OPS-010", {"deploy.sh": f"#!/bin/bash\nset -e\npg_dump x | gzip > y\n{BODY}"})
    assert (piped.outcomes, piped.failed) == (["partial"], ["deploy.sh:2"])


def test_scripts_that_do_nothing_in_earnest_are_left_alone(look: Look) -> None:
    assert look("OPS-010", {"greet.sh": f"#!/bin/bash\n{BODY}"}).outcomes == ["not_applicable"]


SERVICE = {"compose.yml": "services:\n  api: {image: acme/api, ports: ['8080:3000']}\n"}


def test_a_health_script_that_asks_a_port_of_nobody_is_told(look: Look) -> None:
    script = "#!/bin/bash\ncurl -f http://localhost:9999/health\ncurl -f http://localhost:8080/health\n"

    seen = look("OPS-005", {**SERVICE, "smoke.sh": script})

    assert (seen.failed, seen.passed) == (["smoke.sh:2"], ["smoke.sh:3"])


def test_a_port_inside_of_the_container_is_not_reached_from_the_host(look: Look) -> None:
    assert look("OPS-005", {**SERVICE, "smoke.sh": "curl http://127.0.0.1:3000/\n"}).failed == ["smoke.sh:1"]


def test_a_path_that_no_service_serves_is_told(look: Look) -> None:
    code = "const app = require('express')();\napp.get('/health', a);\napp.get('/orders', b);\napp.get('/x', c);\napp.listen(1);\n"
    script = '#!/bin/bash\ncurl -f "$BASE_URL/healthz"\ncurl -f "$BASE_URL/orders"\n'

    seen = look("OPS-005", {**SERVICE, "Dockerfile": "FROM node:22\nCOPY . .\n", "server.js": code, "smoke.sh": script})

    assert (seen.failed, seen.passed) == (["smoke.sh:2"], ["smoke.sh:3"])


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("a.js", "function pay() {\n  throw new Error('Not implemented');\n}\n", 2),
        ("a.py", "def pay():\n    raise NotImplementedError\n", 2),
        ("a.go", 'package a\nfunc pay() { panic("not implemented") }\n', 2),
        ("a.js", "app.get('/a', (q, r) => {\n  // TODO: export\n  r.status(501).end();\n});\n", 2),
        ("a.ts", "throw new Error(\n  'refunds are not implemented'\n);\n", 2),
    ],
)
def test_what_is_not_implemented_is_told(look: Look, path: str, text: str, line: int) -> None:
    assert look("OPS-011", {path: text}).failed == [f"{path}:{line}"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "a.ts",
            "export class NotImplementedError extends Error {\n  constructor() { super('NotImplementedError'); }\n}\n",
        ),
        ("a.ts", "const NAMES = {\n  500: 'INTERNAL',\n  501: 'NOT_IMPLEMENTED',\n};\n"),
        ("a.ts", "if (!adapter.link) throw new Error('adapter.link not implemented');\n"),
        ("a.ts", "// TODO: implement a strategy for other kinds\nrun();\n"),
        ("a.ts", "f(); // colour is not implemented on this platform\n"),
        ("a.py", "class Base(ABC):\n    @abstractmethod\n    def pay(self):\n        raise NotImplementedError\n"),
        ("a.py", "try:\n    pay()\nexcept NotImplementedError:\n    pass\n"),
        (
            "a.go",
            'package a\nfunc (s *S) Watch() error {\n  return status.Errorf(codes.Unimplemented, "health check via Watch not implemented")\n}\n',
        ),
        ("tests/test_a.py", "raise NotImplementedError\n"),
    ],
)
def test_what_only_speaks_of_it_is_not(look: Look, path: str, text: str) -> None:
    assert look("OPS-011", {path: text}).failed == []


def test_a_script_that_a_job_calls_which_deploys_is_in_earnest_whatever_its_name(look: Look) -> None:
    workflow = """
        on: {push: {branches: [main]}}
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - uses: appleboy/ssh-action@v1
                with: {host: h, script: bash pull-run.sh}
        """
    script = "#!/bin/bash\nmake clean\nmake up\n"

    assert look("OPS-010", {"pull-run.sh": script}).failed == []
    assert look("OPS-010", {"pull-run.sh": script, ".github/workflows/d.yml": workflow}).failed == ["pull-run.sh:1"]


MIGRATES = '#!/bin/bash\nset -eu\nfor file in migrations/*.sql; do\n  psql -h db %s-f "$file"\ndone\necho done\n'


def test_psql_that_goes_on_after_a_failed_statement_is_told(look: Look) -> None:
    seen = look("OPS-010", {"ops/migrate.sh": MIGRATES % ""})

    assert seen.failed == ["ops/migrate.sh:4"]
    assert "ends as if none had" in seen.text


def test_psql_that_stops_holds(look: Look) -> None:
    assert look("OPS-010", {"ops/migrate.sh": MIGRATES % "-v ON_ERROR_STOP=1 "}).failed == []


def test_a_restore_that_goes_on_weighs_less(look: Look) -> None:
    seen = look("OPS-010", {"ops/restore.sh": "#!/bin/bash\nset -eu\npsql -h db shop < dump.sql\necho done\n"})

    assert [f.severity.value for f in seen.findings if f.outcome.open] == ["low"]
