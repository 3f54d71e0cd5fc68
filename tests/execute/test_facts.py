"""What readers made of single files is kept: a changed file is read again and no other, and no answer is another one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.checks.configuration import leaks
from kit.execute import facts
from kit.execute.answer import answer
from kit.execute.cache import Cache
from kit.execute.facts import recalled, retain
from kit.execute.request import Progress, Request
from kit.params import default_params
from kit.project import Project
from kit.registry import checks_of
from kit.run import run_checks
from kit.sources.code import index as code_index
from kit.sources.papers import markdown
from kit.sources.tree.files import FileIndex
from kit.sources.tree.memory import FACTS, Memory, Reader
from tests.execute.test_parts import FILES, run, small

CHECKS = tuple(
    check
    for area in ("configuration", "delivery", "operations")
    for check in checks_of(area)
    if check.id in {"CFG-005", "DEL-027", "DEL-028", "OPS-001", "OPS-009"}
)
TEXTS = [
    *FILES.values(),
    "# Run\n\n```sh\nnpm start\n```\n\n- [ ] `server.js`\n",
    "password = 'hunter2hunter2'\n",
    "TODO {{ x }}\n",
    "const a = {}\n" * 300,
    "",
]


@pytest.fixture(autouse=True)
def same_kit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever edits the kit while this runs has another kit, which knows nothing."""
    monkeypatch.setattr(facts, "kit_digest", lambda: "kit")


def opened(place: Path, memory: Memory | None) -> Project:
    """The project, everything parsed with what is known."""
    project = Project(place)
    project.files.memory = memory
    project.warm()
    return project


def told(place: Path, memory: Memory | None) -> tuple[object, ...]:
    """Everything that rests on a reader whose facts are kept."""
    project = opened(place, memory)
    return project.markdown, project.routes, run_checks(project, CHECKS)


def again(memory: Memory) -> Memory:
    """What a later run knows."""
    return Memory(FACTS.validate_json(FACTS.dump_json(memory.take())))


def counted(monkeypatch: pytest.MonkeyPatch, module: object, name: str, calls: list[str]) -> None:
    reader: Reader[Any] = getattr(module, name)

    def make(text: str, path: str) -> object:
        calls.append(f"{reader.name} {path}")
        return reader.make(text, path)

    monkeypatch.setattr(module, name, replace(reader, make=make))


def test_after_a_change_that_file_alone_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for module, name in ((markdown, "MARKDOWN"), (leaks, "SECRETS"), (code_index, "TRIED")):
        counted(monkeypatch, module, name, calls)
    place = small(tmp_path)
    (place / "server.js").write_text(FILES["server.js"] + "// more\n" * 300, "utf-8")
    memory = Memory({})

    run_checks(opened(place, memory), CHECKS)
    first, memory = sorted(calls), again(memory)
    calls.clear()
    (place / "README.md").write_text("# Other\n", "utf-8")
    run_checks(opened(place, memory), CHECKS)
    of_text, _ = sorted(calls), calls.clear()
    (place / "server.js").write_text(FILES["server.js"] + "// other\n" * 300, "utf-8")
    run_checks(opened(place, memory), CHECKS)

    assert {"markdown README.md", "secrets static/page.css", "secrets server.js", "tried server.js"} <= set(first)
    assert of_text == ["markdown README.md"]
    assert sorted(calls) == ["markdown README.md", "secrets server.js", "tried server.js"]


def test_with_facts_of_another_state_everything_is_as_in_a_cold_run() -> None:
    @settings(max_examples=6, deadline=None)
    @given(st.data())
    def change_some(data: st.DataObject) -> None:
        with tempfile.TemporaryDirectory() as folder:
            place, memory = small(Path(folder)), Memory({})
            told(place, memory)
            for name in data.draw(st.lists(st.sampled_from(sorted(FILES)))):
                (place / name).write_text(data.draw(st.sampled_from(TEXTS)), "utf-8")
            assert told(place, again(memory)) == told(place, None)

    change_some()


def test_a_run_leaves_its_facts_to_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, out, cache = small(tmp_path / "p"), tmp_path / "out", Cache(tmp_path / "cache")
    run(project, out, cache)
    (project / "server.js").write_text("// another\n", "utf-8")
    known = recalled(Request(default_params(project), out), cache).known
    calls: list[str] = []
    counted(monkeypatch, markdown, "MARKDOWN", calls)

    run(project, out, cache)

    assert set(known["markdown"]) == {"README.md"}
    assert not calls


def test_facts_of_the_areas_processes_are_kept_as_well(tmp_path: Path) -> None:
    project, out, cache = small(tmp_path / "p"), tmp_path / "out", Cache(tmp_path / "cache")
    request = Request(default_params(project), out, areas=("configuration",), jobs=1)

    answer(request, Progress(), cache)

    assert {"static/page.css", "server.js"} <= set(recalled(request, cache).known["secrets"])


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_text("[]", "utf-8"),
        lambda file: file.write_bytes(file.read_bytes().replace(b"README", b"readme")),
        lambda file: file.unlink(),
    ],
)
def test_facts_that_are_damaged_are_none(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    request, cache = kept(tmp_path)
    damage(next((tmp_path / "cache").glob("*/files/facts.json")))

    assert not recalled(request, cache).known


def test_facts_that_are_no_facts_of_the_reader_are_made_anew(tmp_path: Path) -> None:
    place = small(tmp_path)
    memory = Memory({})
    read = opened(place, memory).markdown
    of_readme = memory.new["markdown"]["README.md"][0]
    made_up = Memory({"markdown": {"README.md": (of_readme, '{"path": [1]}')}})

    assert opened(place, made_up).markdown == read
    assert "README.md" in made_up.new["markdown"]


def test_nothing_is_kept_that_quotes_a_file_with_a_secret_or_of_files_that_are_gone(tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2
    text = f"# Run\n\n```sh\nexport TOKEN={secret[:40]}\n```\n"
    request, cache = kept(tmp_path, {"docs/run.md": text, "docs/old.md": "# Old\n", "docs/seen.md": "# Seen\n"})
    (request.params.root / "docs/old.md").unlink()
    (request.params.root / "docs/new.md").write_text("# New\n", "utf-8")
    after = Request(request.params, request.out)
    after.files.hide("docs/seen.md", 1)
    keep(after, cache, recalled(after, cache))

    assert set(recalled(after, cache).known["markdown"]) == {"README.md", "docs/new.md"}
    assert not [f for f in (tmp_path / "cache").rglob("*") if f.is_file() and secret[:40] in f.read_text("utf-8")]


def test_two_runs_at_once_leave_whole_facts(tmp_path: Path) -> None:
    request, cache = kept(tmp_path)
    one, other = (Request(request.params, tmp_path / name) for name in ("one", "other"))
    known = [recalled(r, cache) for r in (one, other)]
    for again_asked, memory in zip((one, other), known, strict=True):
        memory.new["markdown"] = {"README.md": ("0" * 64, "{}")}
        keep(again_asked, cache, memory)

    assert recalled(request, cache).known["markdown"] == {"README.md": ("0" * 64, "{}")}


def kept(tmp_path: Path, more: dict[str, str] | None = None) -> tuple[Request, Cache]:
    """A request over the small project, and a cache that holds its facts."""
    project, cache = small(tmp_path / "p"), Cache(tmp_path / "cache")
    for name, text in (more or {}).items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text, "utf-8")
    request = Request(default_params(project), tmp_path / "out")
    keep(request, cache, recalled(request, cache))
    return request, cache


def keep(request: Request, cache: Cache, memory: Memory) -> None:
    files: FileIndex = request.files
    files.memory = memory
    for path in files.glob("*.md"):
        files.read(markdown.MARKDOWN, path)
    staging = request.out / ".partial"
    staging.mkdir(parents=True, exist_ok=True)
    retain(request, cache, memory.take(), staging)
