"""Times the kit as ratios against named references, all in one run: `make bench` (ARGS='--project DIR --parts ...').

Every figure is taken twice: seconds of the clock, and seconds of computing of a process and all that it started, which
other work on the machine disturbs less. What is printed stands in docs/performance.md, which says what each figure means.
"""

from __future__ import annotations

import argparse
import os
import pickle
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests/projects/shop-poor"
FILES = 1_200
SIZES = (1_000, 10_000, 100_000)
FRAMEWORKS = "dockerfile,kubernetes,github_actions,terraform,helm,kustomize,openapi,serverless"
NOTEBOOKS = 6
"""How many times the one notebook of `engine` is run; the median counts."""

CELLS = (
    "import pandas as pd\nimport plotly.graph_objects as go",
    "frame = pd.DataFrame({'area': list('abcdefgh') * 50, 'hours': range(400)})\nframe.describe()",
    "sums = frame.groupby('area').sum()\ngo.Figure(go.Bar(x=sums.index, y=sums.hours))",
    "go.Figure([go.Scatter(y=part.hours, name=name) for name, part in frame.groupby('area')])",
    "go.Figure(go.Scatter(x=frame.hours, y=frame.area, mode='markers'))",
    "frame.groupby('area').agg(['min', 'max', 'mean'])",
)
_IMPORTS = (
    "import sys; from kit.project import Project; from kit.registry import catalogue; from kit.run import run_checks;"
    "project, checks = Project(sys.argv[1]), catalogue();"
)
_CHECKS = {
    "checks": _IMPORTS + "run_checks(project, checks)",
    "checks, of which imports": _IMPORTS,
    "checks, of which imports, parsing and the system map": _IMPORTS + "project.warm()",
}
_MEASURE = """
import resource, subprocess, sys, time
begun = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
wall, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
sys.exit(done.returncode)
"""


@dataclass(frozen=True, order=True)
class Spent:
    """Seconds of the clock, seconds of computing, and the most memory that one process held, in MB."""

    wall: float
    cpu: float
    megabytes: float = 0.0


@dataclass(frozen=True)
class Target:
    """A ratio that is asked for: by the clock and by computing (None where only the first means something)."""

    what: str
    limit: float
    wall: float
    cpu: float | None = None
    at_least: bool = False
    unit: str = ""

    @property
    def met(self) -> bool:
        """By the clock."""
        return self.wall >= self.limit if self.at_least else self.wall <= self.limit


@dataclass
class Figures:
    """What is measured: seconds by name, and the targets."""

    spent: dict[str, Spent] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)

    def took(self, name: str, spent: Spent) -> Spent:
        """Note and show a figure."""
        self.spent[name] = spent
        sys.stderr.write(f"{name:<52}{spent.wall:9.2f} s{spent.cpu:9.2f} s of computing{spent.megabytes:7.0f} MB\n")
        return spent

    def ratio(self, what: str, limit: float, one: Spent, other: Spent, *, at_least: bool = False) -> None:
        """Note a target."""
        self.targets.append(Target(what, limit, one.wall / other.wall, one.cpu / other.cpu, at_least))


def run(words: list[str], *, cache: str = "") -> Spent:
    """What a command takes, with all that it starts."""
    environment = {**os.environ, "READINESS_CACHE": cache}
    measured = [sys.executable, "-c", _MEASURE, *words]
    done = subprocess.run(measured, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}\n{done.stderr}")
    wall, cpu, kilobytes = done.stderr.split()[-3:]
    return Spent(float(wall), float(cpu), int(kilobytes) / 1024)


def typical(one: Callable[[], Spent], times: int) -> Spent:
    """The one with the median time of several."""
    return sorted(one() for _ in range(times))[times // 2]


def assess(project: Path, times: int, found: Figures) -> None:
    """A whole assessment, cold, again and after a change, beside plain papermill and nbconvert."""
    with tempfile.TemporaryDirectory() as place:
        words = [sys.executable, "-m", "kit", "assess", str(project), "--fail-on", "never", "--quiet"]
        words += ["--out", f"{place}/out"]
        cold = found.took("assess, cold", typical(lambda: run(words), times))
        run(words, cache=f"{place}/cache")
        again = found.took("assess, nothing changed", typical(lambda: run(words, cache=f"{place}/cache"), 4 * times))
        for what, name in (("a stylesheet", "bench.css"), ("a program", "bench.py")):
            changed = project / name
            before = changed.read_text("utf-8") if changed.exists() else None
            if before is not None:
                changed.write_text(f"{before}\n", "utf-8")
                found.took(f"assess, {what} changed", run(words, cache=f"{place}/cache"))
                changed.write_text(before, "utf-8")
    loop = found.took("papermill loop and nbconvert", run([sys.executable, __file__, "--loop", str(project)]))
    found.ratio("cold `assess` / papermill loop and nbconvert", 1 / 5, cold, loop)
    found.ratio("`assess`, nothing changed / cold", 1 / 20, again, cold)


def loop(project: Path) -> None:
    """The same notebooks with papermill's own engine, each made HTML."""
    import papermill as pm
    from nbconvert import HTMLExporter

    with tempfile.TemporaryDirectory() as out:
        given = {"project": str(project), "params": "", "out": out}
        books = [p for p in sorted((ROOT / "notebooks").glob("*.ipynb")) if p.name[:2] not in {"16", "17"}]
        for path in sorted(books, key=lambda p: p.name.startswith("00")):
            made = f"{out}/{path.name}"
            pm.execute_notebook(str(path), made, parameters=given, kernel_name="python3", progress_bar=False)
            Path(f"{made}.html").write_text(HTMLExporter().from_filename(made)[0], "utf-8")


def checks(project: Path, times: int, found: Figures) -> None:
    """All checks without notebooks, beside counting the lines of the same files and beside Checkov."""
    for name, code in _CHECKS.items():
        words = [sys.executable, "-c", code, str(project)]
        found.took(name, typical(partial(run, words), times))
    ours = found.spent["checks"]
    grep = found.took("`git grep -c .`", typical(lambda: run(["git", "-C", str(project), "grep", "-c", "."]), times))
    found.ratio("checks / `git grep -c .`", 10, ours, grep)
    command = shutil.which("checkov")
    if command is None:
        sys.stderr.write("checkov is not installed\n")
        return
    words = [command, "-d", str(project), "--framework", *FRAMEWORKS.split(","), "--compact", "--quiet", "--soft-fail"]
    theirs = found.took("Checkov, the frameworks that both cover", run(words))
    found.ratio("Checkov / checks", 10, theirs, ours, at_least=True)


def engine(_: Path, __: int, found: Figures) -> None:
    """One typical notebook with the kit's engine in a warm process, with papermill's own, and its cells alone."""
    import nbformat
    import papermill as pm

    import kit.execute.assess  # noqa: F401 - what a run holds when it forks
    from kit.execute.engine import ENGINE_NAME

    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    with tempfile.TemporaryDirectory() as place:
        nbformat.write(book, f"{place}/one.ipynb")

        def execute(name: str | None) -> None:
            # As a run of the kit calls it: the notebook is saved once, at its end. papermill's own default saves it
            # before and after each cell.
            more = {"request_save_on_cell_execute": False} if name else {}
            given = {"engine_name": name, "kernel_name": "python3", "progress_bar": False, **more}
            pm.execute_notebook(f"{place}/one.ipynb", f"{place}/out.ipynb", **given)

        ours = found.took(
            "a notebook, the kit's engine", typical(lambda: here(lambda: execute(ENGINE_NAME)), NOTEBOOKS)
        )
        theirs = found.took("a notebook, papermill's engine", typical(lambda: here(lambda: execute(None)), NOTEBOOKS))
    bare = found.took("its cells in a bare process", typical(lambda: here(_bare), NOTEBOOKS))
    found.ratio("a notebook, the kit's engine / papermill's", 1 / 5, ours, theirs)
    found.ratio("a notebook, the kit's engine / its cells alone", 1.5, ours, bare)


def here(work: Callable[[], None]) -> Spent:
    """What something takes in this process and its children."""

    def used() -> float:
        kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, kinds))

    before, begun = used(), time.perf_counter()
    work()
    return Spent(time.perf_counter() - begun, used() - before)


def _bare() -> None:
    """The cells in IPython's own shell in a fork of this process, which holds the same imports."""
    child = os.fork()
    if not child:
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.utils.capture import capture_output

        shell = InteractiveShell.instance()
        with capture_output():
            for source in CELLS:
                shell.run_cell(source)
        os._exit(0)
    os.waitpid(child, 0)


def parsing(project: Path, times: int, found: Figures) -> None:
    """What it takes to parse every file, beside loading what was made of it before: all that keeping it could save."""
    from kit.project import Project
    from kit.sources.code.index import parse_tree
    from kit.sources.code.syntax import read_python
    from kit.sources.formats.documents import format_of, parse

    code = Project(str(project)).code
    texts = {path: code.index.text(path) for path in code.index.paths}
    programs = [(texts[path], code.language(path) or "") for path in code.files(every_class=True)]
    documents = [(texts[path], path) for path in texts if format_of(path)]
    modules = [(text,) for text, language in programs if language == "python"]

    def took(name: str, make: Callable[..., object], given: Sequence[tuple[object, ...]]) -> None:
        def all_of_them() -> None:
            for each in given:
                make(*each)

        found.took(name, typical(partial(here, all_of_them), times))

    # Trees belong to the library that makes them and cannot be written down: there is nothing to load.
    took(f"{len(programs):,} syntax trees, made", parse_tree, programs)
    for what, make, given in (("documents", parse, documents), ("Python modules", read_python, modules)):
        kept = [(pickle.dumps(make(*each)),) for each in given]
        took(f"{len(given):,} {what}, parsed", make, given)
        took(f"{len(given):,} {what}, loaded", pickle.loads, kept)


def scale(_: Path, __: int, found: Figures) -> None:
    """Seconds per file and memory over made projects."""
    before: Spent | None = None
    for count in SIZES:
        with tempfile.TemporaryDirectory() as place:
            make(Path(place), count)
            spent = found.took(f"checks, {count:,} files", run([sys.executable, "-c", _CHECKS["checks"], place]))
        per_file = Spent(spent.wall / count, spent.cpu / count)
        if before is not None:
            found.ratio(f"checks, time per file of {count:,} / of {count // 10:,} files", 1.5, per_file, before)
        if count == 10_000:
            found.targets.append(Target("memory of 10,000 files", 700, spent.megabytes, unit=" MB"))
        before = per_file


def make(place: Path, count: int) -> None:
    """A project of that many files."""
    for name, text in made_files(count):
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def made_files(count: int) -> Iterator[tuple[str, str]]:
    """Services of several kinds, each with code, tests, an image and manifests."""
    kinds = (
        (
            "src/routes{n}.py",
            "from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.get('/item{n}')\ndef item(): return {{}}\n",
        ),
        ("src/model{n}.py", "import os\n\nclass Model{n}:\n    name = os.environ.get('NAME_{n}', 'x')\n"),
        ("web/view{n}.ts", "export const view{n} = () => fetch('/item{n}')\n"),
        ("tests/test_{n}.py", "def test_{n}():\n    assert {n} == {n}\n"),
        ("docs/page{n}.md", "# Page {n}\n\nSee `src/model{n}.py`.\n"),
        ("k8s/app{n}.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}}}\ndata: {{KEY: 'v'}}\n"),
        ("data/rows{n}.json", '{{"rows": [1, 2, 3], "name": "{n}"}}\n'),
        ("lib/util{n}.go", "package lib\n\nfunc F{n}() int {{ return {n} }}\n"),
    )
    for number in range(count):
        name, text = kinds[number % len(kinds)]
        folder = f"services/s{number // 400}"
        yield f"{folder}/{name.format(n=number)}", text.format(n=number)


def made_repository(place: Path) -> Path:
    """A git repository of 1,200 files: the poor sample, and made ones beside it."""
    shutil.copytree(SAMPLE, place, dirs_exist_ok=True)
    make(place, FILES - sum(p.is_file() for p in place.rglob("*")) - 2)
    (place / "bench.css").write_text("body { color: red }\n", "utf-8")
    (place / "bench.py").write_text("print('small')\n", "utf-8")
    git = ["git", "-C", str(place), "-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Made"]):
        subprocess.run([*git, *words], check=True)
    return place


PARTS: dict[str, Callable[[Path, int, Figures], None]] = {
    "assess": assess,
    "engine": engine,
    "checks": checks,
    "parsing": parsing,
    "scale": scale,
}


def plain(value: float | None, unit: str = "") -> str:
    """A ratio to two places that count."""
    return "" if value is None else f"{value:,.0f}{unit}" if value >= 100 else f"{value:.2g}{unit}"


def tables(found: Figures) -> Iterator[str]:
    """The lines of both tables."""
    yield from ("| ratio | target | by the clock | by computing | |", "|---|---|---|---|---|")
    for t in found.targets:
        sign = "≥" if t.at_least else "≤"
        held = "met" if t.met else "not met"
        yield f"| {t.what} | {sign} {plain(t.limit, t.unit)} | {plain(t.wall, t.unit)} | {plain(t.cpu)} | {held} |"
    yield from ("", "| what was run | seconds | of computing | MB |", "|---|---|---|---|")
    for name, spent in found.spent.items():
        memory = f"{spent.megabytes:.0f}" if spent.megabytes else ""
        yield f"| {name} | {spent.wall:.2f} | {spent.cpu:.2f} | {memory} |"
    yield ""
    yield f"Python {platform.python_version()}, {os.cpu_count()} processors, {time.strftime('%Y-%m-%d')}."


def main() -> None:
    """Measure, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=Path, help="the repository to assess [one of 1,200 files that is made]")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS), help="what is timed [everything]")
    parser.add_argument("-n", type=int, default=3, help="runs of each, the median counts [3]")
    parser.add_argument("--loop", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.loop:
        loop(given.loop)
        return
    found = Figures()
    with tempfile.TemporaryDirectory() as place:
        project = given.project.resolve() if given.project else made_repository(Path(place))
        for part in given.parts:
            PARTS[part](project, given.n, found)
    sys.stdout.write("\n".join(tables(found)) + "\n")


if __name__ == "__main__":
    main()
