"""What handlers of requests do that holds up others."""

from __future__ import annotations

from conftest import Look

PACKAGE = '{"name": "api", "dependencies": {"express": "^5.0.0", "@prisma/client": "6.0.0"}}'
APP = """
import express from "express";
const app = express();
app.get("/orders", async (req, res) => {
  const rows = await db.order.findMany({ where: { open: true } });
  res.json(rows);
});
app.listen(3000);
"""


def test_a_list_without_a_limit_is_found_and_a_page_is_not(look: Look) -> None:
    assert look("PRF-007", {"package.json": PACKAGE, "app.js": APP}).failed == ["app.js:4"]
    paged = APP.replace("open: true }", "open: true }, take: 50")
    assert look("PRF-007", {"package.json": PACKAGE, "app.js": paged}).passed == ["app.js:4"]


def test_a_count_that_is_told_is_no_page_and_one_that_is_asked_for_is(look: Look) -> None:
    told = APP.replace("res.json(rows)", "res.json({ rows, count: rows.length })")
    asked = APP.replace("open: true }", "open: true }, ...first(req.query.count)")

    assert look("PRF-007", {"package.json": PACKAGE, "app.js": told}).failed == ["app.js:4"]
    assert look("PRF-007", {"package.json": PACKAGE, "app.js": asked}).passed == ["app.js:4"]


def test_a_list_of_one_owner_is_let_be(look: Look) -> None:
    assert look("PRF-007", {"package.json": PACKAGE, "app.js": APP.replace("open: true", "userId: me")}).failed == []


def test_a_python_list_without_a_limit_is_found(look: Look) -> None:
    seen = look("PRF-007", {
        "pyproject.toml": '[project]\nname = "api"\ndependencies = ["fastapi"]\n',
        "app.py": 'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/orders")\ndef orders():\n    return session.query(Order).all()\n',
    })  # fmt: skip
    assert seen.failed == ["app.py:8"]


def test_blocking_calls_in_asynchronous_handlers_are_found(look: Look) -> None:
    seen = look("PRF-010", {
        "a.py": "import time\n\nasync def slow():\n    time.sleep(3)\n\ndef fine():\n    time.sleep(3)\n\nasync def apart():\n    def work():\n        time.sleep(3)\n    await to_thread(work)\n",
        "b.js": 'app.get("/a", (req, res) => {\n  res.send(fs.readFileSync("a"));\n});\nconst config = fs.readFileSync("c");\n',
    })  # fmt: skip
    assert seen.failed == ["a.py:4", "b.js:2"]


def test_a_query_for_each_row_is_found(look: Look) -> None:
    seen = look("PRF-011", {
        "a.js": "export async function f(ids) {\n  for (const id of ids) {\n    await prisma.user.findUnique({ where: { id } });\n  }\n  for (const u of await prisma.user.findMany()) {\n    send(u);\n  }\n}\n",
        "b.py": "from sqlalchemy import select\n\ndef f(session, ids):\n    for i in ids:\n        session.execute(select(User).where(User.id == i))\n",
    })  # fmt: skip
    assert seen.failed == ["a.js:3", "b.py:5"]
