"""What runs what others send?"""

from __future__ import annotations

import pytest
from conftest import Look


@pytest.mark.parametrize(
    ("source", "severity"),
    [
        (
            "import subprocess\ndef run(request):\n    subprocess.run('ping ' + request.args['host'], shell=True)\n",
            "critical",
        ),
        ("import os\ndef run(name):\n    os.system(f'convert {name}')\n", "medium"),
        ("def run(request):\n    return eval(request.form['x'])\n", "critical"),
    ],
)
def test_python(look: Look, source: str, severity: str) -> None:
    assert [f.severity for f in look("SEC-007", {"shop/run.py": source}).findings] == [severity]


@pytest.mark.parametrize(
    "source",
    [
        "import subprocess\nsubprocess.run(['ping', host])\n",
        "import subprocess\nsubprocess.run('ls -l', shell=True)\n",
        "import os\nCOMMAND = 'ls'\nos.system(COMMAND)\n",
        "re.compile('x')\nmodel.eval()\n",
    ],
)
def test_python_that_holds(look: Look, source: str) -> None:
    assert look("SEC-007", {"shop/run.py": source}).failed == []


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("exec(`ping ${req.query.host}`);", "critical"),
        ("const { host } = req.body; exec('ping ' + host);", "critical"),
        ("exec(`convert ${name}`);", "medium"),
        ("eval(req.body.code);", "critical"),
        ("new Function(code)();", "medium"),
    ],
)
def test_javascript(look: Look, line: str, severity: str) -> None:
    source = f"const {{ exec }} = require('child_process');\nfunction run(req, name, code) {{ {line} }}\n"

    seen = look("SEC-007", {"app.js": source})

    assert (seen.failed, [f.severity for f in seen.findings]) == (["app.js:2"], [severity])


def test_javascript_that_holds(look: Look) -> None:
    source = "const { exec, execFile } = require('child_process');\nexec('ls');\nexecFile('ping', [host]);\n/a/.exec(text);\n"

    assert look("SEC-007", {"app.js": source}).passed == ["app.js:2"]


def test_tools_beside_the_service_are_left_out(look: Look) -> None:
    assert look("SEC-007", {"scripts/build.py": "import os\nos.system(f'make {name}')\n"}).outcomes == [
        "not_applicable"
    ]


def test_go_and_java(look: Look) -> None:
    go = 'package main\n\nimport "os/exec"\n\nfunc run(r *http.Request) {\n\texec.Command("sh", "-c", "ping "+r.FormValue("host"))\n\texec.Command("ping", r.FormValue("host"))\n}\n'
    java = 'class Run {\n  void run(HttpServletRequest request) {\n    Runtime.getRuntime().exec(request.getParameter("c"));\n  }\n}\n'

    assert look("SEC-007", {"go.mod": "module x\n", "run.go": go, "src/main/java/Run.java": java}).failed == [
        "run.go:6",
        "src/main/java/Run.java:3",
    ]


@pytest.mark.parametrize(
    ("source", "outcome", "severity"),
    [
        ("import pickle\ndef take(request):\n    return pickle.loads(request.data)\n", "fail", "critical"),
        ("import pickle\ndef take(blob):\n    return pickle.loads(blob)\n", "partial", "medium"),
        ("import yaml\nyaml.load(text)\n", "partial", "medium"),
        ("import yaml\nyaml.load(text, Loader=yaml.SafeLoader)\nyaml.safe_load(text)\n", "not_applicable", "high"),
        ("import json\njson.loads(text)\n", "not_applicable", "high"),
    ],
)
def test_what_is_loaded(look: Look, source: str, outcome: str, severity: str) -> None:
    assert [(f.outcome, f.severity) for f in look("SEC-019", {"shop/take.py": source}).findings] == [
        (outcome, severity)
    ]


def test_entities_that_are_resolved(look: Look) -> None:
    source = "libxml.parseXml(data, { noent: true });\nlibxml.parseXml(data, { noent: false });\n"

    assert look("SEC-019", {"app.js": source}).failed == ["app.js:1"]
