"""What scripts give to a variable that nobody set."""

from __future__ import annotations

import pytest

from kit.sources.commands.fallbacks import fallbacks


@pytest.mark.parametrize(
    ("shell", "text", "expected"),
    [
        ("bash", 'export JWT_SECRET="${JWT_SECRET:-s3same}"', [("JWT_SECRET", "s3same", 1)]),
        ("bash", ": ${DB_PASSWORD:=library}", [("DB_PASSWORD", "library", 1)]),
        ("bash", 'if [ -z "$API_KEY" ]; then\n  API_KEY=abc\nfi', [("API_KEY", "abc", 2)]),
        ("bash", '[ -z "${PW}" ] && export PW="hush"', [("PW", "hush", 1)]),
        ("bash", 'A="${A:?needed}" B="${B:-}" C="${C:-$D}" D="${D:-$(pwgen)}"', []),
        ("bash", "# ${OLD:-gone}\nx  # or ${OLD:-gone}", []),
        ("powershell", "if (-not $env:DB_PASSWORD) { $env:DB_PASSWORD = \"library\" }", [("DB_PASSWORD", "library", 1)]),
        ("powershell", "if ([string]::IsNullOrEmpty($env:KEY)) {\n  $env:KEY = 'abc'\n}", [("KEY", "abc", 2)]),
        ("powershell", "param(\n  [string]$DbPassword = \"library\"\n)", [("DbPassword", "library", 2)]),
        ("powershell", "if (-not $env:KEY) { throw 'KEY is needed' }\n# if (-not $env:K) { $env:K = \"v\" }", []),
        ("batch", "if not defined DB_PASSWORD set DB_PASSWORD=library", [("DB_PASSWORD", "library", 1)]),
        ("batch", '@if "%KEY%"=="" set "KEY=abc"', [("KEY", "abc", 1)]),
        ("batch", 'if "%KEY%"=="" exit /b 1\nREM if not defined A set A=b\nif not defined X set Y=1', []),
    ],
)  # fmt: skip
def test_a_value_for_what_nobody_set(shell: str, text: str, expected: list[tuple[str, str, int]]) -> None:
    found = [(r.name, r.default, r.at.line) for r in fallbacks(text, "start", shell)]

    assert found == expected
