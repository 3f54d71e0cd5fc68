from __future__ import annotations

from pathlib import Path

import pytest
from code_project import routes_of


def test_mappings_of_dotnet(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "Program.cs": """
                app.MapHealthChecks("/healthz");
                app.MapGet("/items/{id:int}", (int id) => id).RequireAuthorization();
                app.MapControllers();
                """
        },
    )

    assert {name: route.auth for name, route in found.items()} == {"GET /healthz": False, "GET /items/{id}": True}


DEFAULTS = """
    public static class Defaults
    {
        private const string Path = "/health";

        public static WebApplication MapDefaults(this WebApplication app)
        {
            %s
            return app;
        }
    }
    """


@pytest.mark.parametrize(
    ("body", "served"),
    [
        ("app.MapHealthChecks(Path);", ["GET /health"]),
        ('app.UseHealthChecks("/alive", new HealthCheckOptions());', ["GET /alive"]),
        ("if (app.Environment.IsDevelopment()) { app.MapHealthChecks(Path); }", []),
        ("if (!app.Environment.IsDevelopment()) { app.MapHealthChecks(Path); }", ["GET /health"]),
    ],
)
def test_what_an_extension_maps_is_of_the_programs_that_call_it(tmp_path: Path, body: str, served: list[str]) -> None:
    files = {"Shared/Defaults.cs": DEFAULTS % body, "Shop/Program.cs": "app.MapDefaults();\n"}

    found = routes_of(tmp_path, files)

    assert sorted(found) == served
    assert {route.at.path for route in found.values()} <= {"Shop/Program.cs"}


def test_an_extension_that_nobody_calls_here_is_told_where_it_stands(tmp_path: Path) -> None:
    found = routes_of(tmp_path, {"Shared/Defaults.cs": DEFAULTS % "app.MapHealthChecks(Path);"})

    assert [route.at.path for route in found.values()] == ["Shared/Defaults.cs"]
