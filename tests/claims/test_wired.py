"""Code that nothing which is started takes in bears out a part only."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from kit.claims.examine import examine
from kit.claims.read import read
from kit.project import Project

GO_MOD = "module example.com/shop\n\ngo 1.22\n\nrequire golang.org/x/time v0.5.0\n"
STORE = """
    package store

    import "database/sql"

    func Connect(dsn string) (*sql.DB, error) {
        db, err := sql.Open("mysql", dsn)
        if err != nil {
            return nil, err
        }
        db.SetMaxOpenConns(10)
        return db, nil
    }
"""
MAIN = """
    package main

    import (
        "net/http"
        {taken}
    )

    func main() {{
        {called}
        http.ListenAndServe(":8080", nil)
    }}
"""


def verdict(root: Path, statement: str, taken: str = "", called: str = "", store: str = STORE) -> tuple[str, str]:
    files = {
        "go.mod": GO_MOD,
        "internal/store/store.go": store,
        "cmd/api/main.go": MAIN.format(taken=taken, called=called),
    }
    for name, text in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(dedent(text), "utf-8")
    claim = examine(Project(root), [read(statement, "report.md")]).claims[0]
    return claim.verdict.value, claim.reason


@pytest.mark.parametrize(
    ("taken", "called", "expected"),
    [
        ("", "", "partly"),
        ('"example.com/shop/internal/store"', "db, _ := store.Connect(dsn); defer db.Close()", "confirmed"),
        ('"example.com/shop/internal/store"', "// store.Connect(dsn) some day", "partly"),
    ],
)
def test_a_pool_counts_where_a_chain_of_imports_and_calls_leads_to_it(
    tmp_path: Path, taken: str, called: str, expected: str
) -> None:
    found, reason = verdict(tmp_path, "- [x] Connection pooling", taken, called)

    assert found == expected, reason
    assert (found == "partly") == ("Nothing that is started takes that code in." in reason)


def test_a_method_and_what_runs_at_once_need_no_caller(tmp_path: Path) -> None:
    methods = STORE.replace("func Connect(dsn string)", "func (s *Store) Connect(dsn string)")
    taken = '_ "example.com/shop/internal/store"'

    assert verdict(tmp_path / "method", "- [x] Connection pooling", taken, store=methods)[0] == "confirmed"
    at_once = STORE.replace("func Connect(dsn string) (*sql.DB, error) {", "func init() {")
    assert verdict(tmp_path / "init", "- [x] Connection pooling", taken, store=at_once)[0] == "confirmed"


def test_a_library_without_a_program_is_judged_as_before(tmp_path: Path) -> None:
    place = tmp_path / "store.go"
    place.write_text(dedent(STORE), "utf-8")
    (tmp_path / "go.mod").write_text(GO_MOD, "utf-8")

    claim = examine(Project(tmp_path), [read("- [x] Connection pooling", "report.md")]).claims[0]
    assert "Nothing that is started" not in claim.reason


BOUNDARY = """
    import { Component } from 'react'

    export class ErrorBoundary extends Component {
      componentDidCatch(error) {
        report(error)
      }
    }
    export default ErrorBoundary
"""


@pytest.mark.parametrize(
    ("path", "page", "expected"),
    [
        ("src/error-boundary.jsx", "export const Page = () => <main />\n", "partly"),
        ("src/error-boundary.jsx", "import { ErrorBoundary } from './error-boundary'\n", "confirmed"),
        ("src/error-boundary.jsx", "import Guard from './error-boundary'\n", "confirmed"),
        ("app/error.jsx", "export const Page = () => <main />\n", "confirmed"),
    ],
)
def test_a_component_counts_where_something_takes_it_in(tmp_path: Path, path: str, page: str, expected: str) -> None:
    for name, text in {path: BOUNDARY, "src/home.jsx": page}.items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(dedent(text), "utf-8")

    claim = examine(Project(tmp_path), [read("- ✅ Error boundaries", "report.md")]).claims[0]
    assert claim.verdict.value == expected, claim.reason


def test_a_decorated_function_of_python_is_its_frameworks(tmp_path: Path) -> None:
    text = "import jwt\n\n\n@app.post('/login')\ndef login(user):\n    return jwt.encode(user, KEY)\n"
    (tmp_path / "api.py").write_text(text, "utf-8")
    claim = examine(Project(tmp_path), [read("- ✅ JWT tokens", "report.md")]).claims[0]
    assert claim.verdict.value == "confirmed", claim.reason

    (tmp_path / "api.py").write_text(text.replace("@app.post('/login')\n", ""), "utf-8")
    claim = examine(Project(tmp_path), [read("- ✅ JWT tokens", "report.md")]).claims[0]
    assert claim.verdict.value == "partly", claim.reason
