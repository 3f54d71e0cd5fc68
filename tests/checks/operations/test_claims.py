"""Documents state the versions and ports of the repository."""

from __future__ import annotations

from conftest import Look

NODE = {"package.json": '{"engines": {"node": ">=20"}}', "src/main.js": "app.listen(7070);\n"}


def test_a_version_that_the_manifest_refuses_is_found(look: Look) -> None:
    readme = "# Shop\n\nPrerequisites:\n\n- Node.js 18 or later\n"

    assert look("OPS-009", {**NODE, "README.md": readme}).failed == ["README.md:5"]
    assert look("OPS-009", {**NODE, "README.md": readme.replace("18", "22")}).outcomes == ["pass"]


def test_a_version_of_python_is_held_against_its_demand(look: Look) -> None:
    files = {"pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.12"\n'}

    assert look("OPS-009", {**files, "README.md": "You need Python 3.9.\n"}).failed == ["README.md:1"]


def test_a_port_that_no_file_knows_is_found(look: Look) -> None:
    readme = "Open http://localhost:7171, not http://localhost:7070 or http://localhost:3000.\n"

    seen = look("OPS-009", {**NODE, "README.md": readme})

    assert seen.failed == ["README.md:1"]
    assert "7171" in seen.text
    assert "7070" not in seen.text
