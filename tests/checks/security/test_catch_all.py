"""Handlers of every error, and what they tell of it."""

from __future__ import annotations

import pytest
from conftest import Look

ADVICE = """
@RestControllerAdvice
class Advice {
  @ExceptionHandler(%s.class)
  ResponseEntity<Problem> any(%s ex) {
    %s
  }
}
"""
PATH = "src/main/java/shop/Advice.java"


@pytest.mark.parametrize(
    ("kind", "body", "failed"),
    [
        ("Exception", "return ResponseEntity.status(500).body(new Problem(ex.getMessage()));", [f"{PATH}:5"]),
        ("RuntimeException", "Map m = new HashMap();\n    m.put(ERROR, ex.toString());\n    return m;", [f"{PATH}:6"]),
        ("Throwable", 'String said = "Failed: " + ex.getMessage();\n    return said(said);', [f"{PATH}:5"]),
        ("Exception", "log.error(ex.getMessage(), ex);\n    return new Problem(FAILED);", []),
        ("Exception", 'log.error("Failed: {}", ex.getMessage());\n    return new Problem(FAILED);', []),
        ("Exception", "String said = ex.getMessage();\n    log.error(said);\n    return new Problem(FAILED);", []),
        ("Exception", "if (profiles.isDev()) return new Problem(ex.getMessage());\n    return FAILED;", []),
        ("Exception", "if (ex instanceof Mine) return new Problem(ex.getMessage());\n    return FAILED;", []),
        ("OrderNotFoundException", "return new Problem(ex.getMessage());", []),
    ],
)
def test_the_message_of_any_error_of_spring(look: Look, kind: str, body: str, failed: list[str]) -> None:
    assert look("SEC-022", {PATH: ADVICE % (kind, kind, body)}).failed == failed


def test_the_message_of_any_error_of_kotlin(look: Look) -> None:
    text = "class Advice {\n  @ExceptionHandler(Exception::class)\n  fun any(e: Exception): Problem = Problem(e.message)\n}\n"

    assert look("SEC-022", {"src/main/kotlin/Advice.kt": text}).failed == ["src/main/kotlin/Advice.kt:3"]


FASTAPI = """
from fastapi import FastAPI
app = FastAPI()

@app.exception_handler(%s)
async def failed(request, exc):
    %s
"""


@pytest.mark.parametrize(
    ("kind", "body", "failed"),
    [
        ("Exception", "return JSONResponse({'detail': str(exc)}, 500)", ["app.py:6"]),
        ("Exception", "return JSONResponse({'detail': f'Failed: {exc}'}, 500)", ["app.py:6"]),
        ("Exception", "said = str(exc)\n    return JSONResponse({'detail': said}, 500)", ["app.py:7"]),
        ("Exception", "log.error(str(exc))\n    return JSONResponse({'detail': 'failed'}, 500)", []),
        ("Exception", "return JSONResponse({'detail': str(exc) if settings.debug else 'failed'}, 500)", []),
        ("OrderMissing", "return JSONResponse({'detail': str(exc)}, 404)", []),
    ],
)
def test_the_message_of_any_error_of_fastapi(look: Look, kind: str, body: str, failed: list[str]) -> None:
    assert look("SEC-022", {"app.py": FASTAPI % (kind, body)}).failed == failed


def test_a_handler_that_is_added(look: Look) -> None:
    text = "def failed(request, exc):\n    return JSONResponse({'detail': repr(exc)})\n\napp.add_exception_handler(Exception, failed)\n"

    assert look("SEC-022", {"app.py": text}).failed == ["app.py:2"]
    assert look("SEC-022", {"app.py": text.replace("(Exception, f", "(OrderMissing, f")}).failed == []


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        ("res.status(500).json({ error: err.message });", ["app.js:2"]),
        ("const status = err.status || 500;\n  res.status(status).json({ error: err.message });", ["app.js:3"]),
        ("const said = err.message || 'failed';\n  res.status(500).json({ message: said });", ["app.js:3"]),
        ("const said = err.message || 'failed';\n  log(said);\n  res.status(500).json({ message: 'failed' });", []),
        ("res.status(400).json({ error: err.message });", []),
        ("res.status(500).json({ error: process.env.NODE_ENV === 'production' ? 'failed' : err.message });", []),
        ("const s = err.status || 500;\n  res.status(s).json({ error: s < 500 ? err.message : 'failed' });", []),
        ("if (err instanceof Mine) return res.status(400).json(err.message);\n  res.status(500).json({});", []),
        ("console.error(err.message);\n  res.status(500).json({ error: 'failed' });", []),
    ],
)
def test_the_message_of_any_error_of_express(look: Look, body: str, failed: list[str]) -> None:
    text = f"app.use((err, req, res, next) => {{\n  {body}\n}});\n"

    assert look("SEC-022", {"package.json": "{}", "app.js": text}).failed == failed


def test_the_page_for_developers(look: Look) -> None:
    bare = "var app = builder.Build();\napp.UseDeveloperExceptionPage();\napp.Run();\n"
    asked = bare.replace("app.Use", "if (app.Environment.IsDevelopment())\n{\n  app.Use").replace(
        "Page();", "Page();\n}"
    )

    assert look("SEC-022", {"Program.cs": bare}).failed == ["Program.cs:2"]
    assert look("SEC-022", {"Program.cs": asked}).failed == []
