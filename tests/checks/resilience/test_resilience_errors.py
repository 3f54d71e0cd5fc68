"""What becomes of an error inside of the system."""

from __future__ import annotations

from conftest import Look

APP = """
import express from "express";
import { onError } from "./errors.js";
const app = express();
app.get("/orders", (req, res) => res.json([]));
app.listen(3000);
"""
HANDLER = "export function onError(err, req, res, next) {\n  res.status(500).end();\n}\n"
PACKAGE = '{"name": "api", "dependencies": {"express": "^4.18.0"}}'


def test_an_error_handler_that_is_written_must_be_mounted(look: Look) -> None:
    files = {"package.json": PACKAGE, "app.js": APP, "errors.js": HANDLER}
    assert look("RES-005", files).failed == ["app.js:3"]
    files["app.js"] = APP.replace("app.listen", "app.use(onError);\napp.listen")
    assert look("RES-005", files).passed == ["app.js:5"]


def test_a_handler_written_in_place_counts(look: Look) -> None:
    app = APP.replace("app.listen", "app.use((err, req, res, next) => res.status(500).end());\napp.listen")
    assert look("RES-005", {"package.json": PACKAGE, "app.js": app}).passed == ["app.js:5"]


def test_a_typed_handler_over_several_lines_counts(look: Look) -> None:
    handler = "app.use(\n  (\n    err: Error,\n    req: express.Request,\n    res: express.Response,\n    next: express.NextFunction,\n  ) => {\n    res.status(500).end();\n  },\n);\n"
    assert look(
        "RES-005", {"package.json": PACKAGE, "app.ts": APP.replace("app.listen", handler + "app.listen")}
    ).outcomes == ["pass"]


def test_an_application_without_any_error_handler_is_found(look: Look) -> None:
    assert look("RES-005", {"package.json": PACKAGE, "app.js": APP}).failed == ["app.js:3"]


def test_dropped_errors_are_found_in_every_language(look: Look) -> None:
    seen = look("RES-006", {
        "a.py": "def f():\n    try:\n        send()\n    except Exception:\n        pass\n",
        "b.js": "export function f() {\n  try { send(); } catch {}\n}\n",
        "c.js": "export const f = () => send().catch(() => {});\n",
        "D.java": "class D { void f() {\n  try { send(); } catch (Exception e) { }\n} }\n",
    })  # fmt: skip
    assert seen.failed == ["a.py:4", "b.js:2", "c.js:1", "D.java:2"]


def test_expected_and_explained_errors_may_be_dropped(look: Look) -> None:
    seen = look("RES-006", {
        "a.py": "def f():\n    try:\n        send()\n    except FileNotFoundError:\n        pass\n    try:\n        send()\n    except Exception:  # the metric is a nicety\n        pass\n",
        "b.js": "export function f(t) {\n  try { return JSON.parse(t); } catch {}\n  try { send(); } catch { /* nobody waits */ }\n}\n",
    })  # fmt: skip
    assert seen.failed == []


def test_an_async_handler_on_express_4_needs_a_catch(look: Look) -> None:
    app = APP.replace("(req, res) => res.json([])", "async (req, res) => {\n  res.json(await db.all());\n}")
    assert look("RES-007", {"package.json": PACKAGE, "app.js": app}).failed == ["app.js:4"]


def test_express_5_wrappers_and_try_take_the_errors_of_async_handlers(look: Look) -> None:
    bare = APP.replace("(req, res) => res.json([])", "async (req, res) => {\n  res.json(await db.all());\n}")
    caught = APP.replace(
        "(req, res) => res.json([])",
        "async (req, res, next) => {\n  try { res.json(await db.all()); } catch (e) { next(e); }\n}",
    )
    assert look("RES-007", {"package.json": PACKAGE.replace("^4", "^5"), "app.js": bare}).failed == []
    assert (
        look(
            "RES-007",
            {
                "package.json": PACKAGE.replace('"express"', '"express-async-errors": "3.1.1", "express"'),
                "app.js": bare,
            },
        ).failed
        == []
    )
    assert look("RES-007", {"package.json": PACKAGE, "app.js": caught}).failed == []
