"""Where does what others send lead?"""

from __future__ import annotations

import pytest
from conftest import Look


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("await fetch(req.body.url);", "high"),
        ("const url = req.query.url; await axios.get(url);", "high"),
        ("await fetch(`https://${req.params.host}/x`);", "high"),
        ("res.redirect(req.query.next);", "medium"),
        ("res.sendFile(path.join(__dirname, req.params.name));", "high"),
        ("fs.readFile('/data/' + req.query.file, done);", "high"),
    ],
)
def test_javascript(look: Look, line: str, severity: str) -> None:
    seen = look("SEC-021", {"app.js": f"async function get(req, res) {{\n  {line}\n}}\n"})

    assert (seen.failed, [f.severity for f in seen.findings]) == (["app.js:2"], [severity])


@pytest.mark.parametrize(
    "line",
    [
        "await fetch(`https://api.test/users/${req.params.id}`);",
        "await fetch(config.url + req.params.id);",
        "if (!allowed.has(req.body.url)) return;\n  await fetch(req.body.url);",
        "res.redirect('/login?next=' + req.query.next);",
        "res.redirect(`/users/${req.params.id}`);",
        "res.sendFile(req.params.name, { root: 'public' });",
        "fs.readFile(path.join(dir, path.basename(req.params.name)), done);",
        "const user = await users.find(req.params.id); await fetch(user.avatar);",
        "const id = Number(req.params.id); await fetch(id);",
    ],
)
def test_javascript_that_holds(look: Look, line: str) -> None:
    assert look("SEC-021", {"app.js": f"async function get(req, res) {{\n  {line}\n}}\n"}).failed == []


def test_parameters_of_handlers_come_from_requests(look: Look) -> None:
    python = "@app.get('/fetch')\nasync def fetch(url: str, number: int):\n    return await httpx.get(url)\n"
    nest = "@Controller()\nclass A {\n  @Get() get(@Query('url') url: string) { return fetch(url); }\n}\n"

    assert look("SEC-021", {"shop/main.py": python, "src/a.ts": nest}).failed == ["shop/main.py:3", "src/a.ts:3"]


def test_parameters_of_other_functions_do_not(look: Look) -> None:
    assert look("SEC-021", {"shop/main.py": "def fetch(url: str):\n    return requests.get(url)\n"}).failed == []


def test_go(look: Look) -> None:
    source = 'package main\n\nfunc get(w http.ResponseWriter, r *http.Request) {\n\tu := r.URL.Query().Get("u")\n\thttp.Get(u)\n\thttp.Redirect(w, r, u, 302)\n}\n'

    assert look("SEC-021", {"go.mod": "module x\n", "main.go": source}).failed == ["main.go:5", "main.go:6"]


@pytest.mark.parametrize(
    ("condition", "failed"),
    [('u != ""', True), ("allowed(u)", False), ('u != "" && strings.HasPrefix(u, "/")', False)],
)
def test_whether_something_is_there_is_no_question_where_it_leads(look: Look, condition: str, failed: bool) -> None:
    body = f'\tu := r.URL.Query().Get("u")\n\tif {condition} {{\n\t\thttp.Redirect(w, r, u, 302)\n\t}}\n'
    source = f"package main\n\nfunc get(w http.ResponseWriter, r *http.Request) {{\n{body}}}\n"

    assert bool(look("SEC-021", {"main.go": source}).failed) is failed


def test_what_was_looked_at_is_shown(look: Look) -> None:
    assert look(
        "SEC-021",
        {"app.js": "async function get(req, res) {\n  await fetch('https://api.test/' + req.params.id);\n}\n"},
    ).passed == ["app.js:2"]


def test_a_function_that_keeps_inner_addresses_out_is_the_guard(look: Look) -> None:
    source = "async function get(req, res) {\n  const host = new URL(req.query.url).hostname;\n  %s\n  await fetch(req.query.url);\n}\n"

    assert look("SEC-021", {"app.js": source % "await assertNotPrivate(host);"}).failed == []
    assert look("SEC-021", {"app.js": source % "log(host);"}).failed == ["app.js:4"]
