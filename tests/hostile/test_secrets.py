"""A key that somebody left in a project stands whole in nothing that the kit writes, prints or runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hostile.planted import DATABASE_URL, KEYS, SECRETS, encoded, files
from nbformat import write
from nbformat.v4 import new_code_cell, new_notebook

from kit.claims.read import read_report
from kit.cli import main
from kit.execute.notebooks import Notebook
from kit.execute.workers import execute
from kit.sources.secrets.find import mask

NEVER = (*SECRETS, *(encoded(value) for value in KEYS.values()))


def whole(text: str) -> list[str]:
    """The secrets that stand whole in a text."""
    return [secret for secret in NEVER if secret in text]


@pytest.mark.parametrize("path", sorted(files()))
def test_no_line_of_a_file_shows_a_whole_key(path: str) -> None:
    text = files()[path]

    assert whole(text) or path.startswith("chart/")
    assert not whole(mask(text, path))


def test_places_stay_where_they_are_when_keys_are_masked() -> None:
    for path, text in files().items():
        assert mask(text, path).count("\n") == text.count("\n"), path


@pytest.mark.parametrize(
    "text",
    [
        "curl -u deploy:{} https://x.internal",
        "mysqldump -u root -p{} shop",
        "sshpass -p {} ssh x",
        "docker login -u shop -p '{}' registry.internal",
        "machine x login shop password {}",
        'variable "db_password" {{\n  type = string\n  default = "{}"\n}}',
        'proxy_set_header X-Api-Key "{}";',
        "The admin password is `{}`.",
        "redis-cli -h cache -a {} ping",
    ],
)
def test_a_password_is_masked_where_no_sign_gives_it_to_a_name(text: str) -> None:
    assert "Tr0ub4dorHorse" not in mask(text.format("Tr0ub4dorHorse"))


@pytest.mark.parametrize(
    "text",
    [
        "curl -u $USER:$PASSWORD https://x",
        "docker login -u shop -p ${{ secrets.TOKEN }} x",
        'variable "region" {\n  default = "eu-central-1"\n}',
        "The token is read from `process.env.TOKEN`.",
        'add_header X-Frame-Options "SAMEORIGIN";',
        "mkdir -p build && curl -fsS https://x.internal/health",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert mask(text) == text


COMMANDS = [
    {"name": f"print {path}", "area": "configuration", "run": ["sh", "-c", f"cat '{path}' {where}; exit {code}"]}
    for path, where, code in (
        (".env", "", 1),
        ("deploy.sh", ">&2", 1),
        ("id_rsa", "", 0),
        ("config.json", "| tr , '\\n'", 1),
        ("docs/RUNBOOK.md", "| sed 's/^/\\x1b[31mERROR \\x1b[0m/'", 1),
    )
]
"""What prints keys as tools do that fail: whole files, on either stream, in colours."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What an assessment of the project wrote, and what it printed."""
    folder = tmp_path_factory.mktemp("planted")
    for path, text in files().items():
        place = folder / "shop" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    (folder / "params.yaml").write_text(json.dumps({"project": {"path": "shop"}, "commands": COMMANDS}), "utf-8")
    words = [
        "assess",
        str(folder / "params.yaml"),
        "--out",
        str(folder / "out"),
        "--fail-on",
        "never",
        "--format",
        "html,site",
    ]
    areas = ["--area", "configuration", "--area", "containers", "--area", "infrastructure", "--area", "recovery"]
    result = CliRunner().invoke(main, [*words, *areas, "--jobs", "2"])
    assert result.exit_code == 0, result.output
    return folder / "out", result.output


def test_nothing_that_is_written_holds_a_whole_key(written: tuple[Path, str]) -> None:
    out, printed = written
    texts = {path: path.read_text("utf-8", "replace") for path in out.rglob("*") if path.is_file()}

    assert {path.suffix for path in texts} >= {".html", ".json", ".ipynb", ".sarif", ".xml", ".csv", ".md", ".svg"}
    assert not {path.name: found for path, text in texts.items() if (found := whole(text))}
    assert not whole(printed)


def test_the_keys_are_seen_though_they_are_not_shown(written: tuple[Path, str]) -> None:
    out, _ = written

    assert "********" in (out / "assessment.json").read_text("utf-8")
    assert "********" in (out / "notebooks/17-health.ipynb").read_text("utf-8")
    shutil.rmtree(out)


def test_an_error_that_quotes_keys_is_saved_without_them(tmp_path: Path) -> None:
    quoted = "".join(f"raise_({name}={value!r})\n" for name, value in KEYS.items()) + DATABASE_URL
    text = f"open({str(tmp_path / 'k')!r}).read()"
    cells = [new_code_cell(f"import sys; print({text}, file=sys.stderr)"), new_code_cell(f"raise ValueError({text})")]
    (tmp_path / "k").write_text(quoted, "utf-8")
    write(new_notebook(cells=cells), tmp_path / "01-a.ipynb")

    error = execute(Notebook(tmp_path / "01-a.ipynb", ""), tmp_path / "done.ipynb", {})

    assert error is not None and not whole(error)
    saved = (tmp_path / "done.ipynb").read_text("utf-8")
    assert "ValueError" in saved and "********" in saved and not whole(saved)


def test_a_report_that_quotes_keys_is_read_without_them(tmp_path: Path) -> None:
    text = "# Audit\n\n" + "".join(f"- {name} is set: `{name.upper()}={value}`\n" for name, value in KEYS.items())
    (tmp_path / "audit.md").write_text(f"{text}- The database is at {DATABASE_URL}\n", "utf-8")

    reading = read_report(tmp_path / "audit.md", "audit.md")

    assert len(reading.statements) > len(KEYS) / 2
    assert not whole("\n".join((*reading.lines, *(s.text for s in reading.statements))))
