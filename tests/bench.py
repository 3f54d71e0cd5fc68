"""Times the kit as ratios against named references, all in one run: `make bench` (ARGS='--project DIR --parts ...').

- assess: `readiness assess`, all notebooks and the report included, in a new process, nothing in the cache
- papermill: the same notebooks one after the other with papermill's own engine, each then made HTML by nbconvert
- again: `readiness assess` once more, nothing changed
- checks: reading, the system map and every check, without notebooks
- grep: `git grep -c .` over the same files
- checkov: Checkov over the frameworks that both cover, where it is installed
- engine: a notebook of the kind that we run (pandas, plotly, three charts, a table) with the kit's engine, with
  papermill's own, and its cells in one bare process
- scale: checks over made projects of 1,000, 10,000 and 100,000 files: seconds per file, and memory
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests/projects/shop-poor"
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


class Spent:
    """What a process took: seconds, and the most memory that it or one of its children held, in MB."""

    def __init__(self, words: list[str], *, cwd: Path = ROOT, cache: str = "") -> None:
        begun = time.perf_counter()
        environment = {**os.environ, "READINESS_CACHE": cache}
        measured = [sys.executable, "-c", _MEASURE, *words]
        done = subprocess.run(measured, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        self.seconds = time.perf_counter() - begun
        if done.returncode:
            raise SystemExit(f"{' '.join(words)}\n{done.stderr}")
        self.megabytes = int(done.stderr.split()[-1]) / 1024


_MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(done.returncode)
"""
_CHECKS = (
    "import sys; from kit.project import Project; from kit.registry import catalogue; from kit.run import run_checks;"
    "run_checks(Project(sys.argv[1]), catalogue())"
)


def say(name: str, value: float, unit: str, ratio: str = "") -> None:
    """One line of the result."""
    sys.stdout.write(f"{name:<34}{value:10.2f} {unit:<4}{ratio}\n")
    sys.stdout.flush()


def typical(run: Callable[[], Spent], times: int) -> Spent:
    """The one with the median time of several."""
    runs = sorted((run() for _ in range(times)), key=lambda s: s.seconds)
    return runs[len(runs) // 2]


def assess(project: Path, times: int) -> None:
    """A whole assessment, cold and again, beside plain papermill and nbconvert."""
    with tempfile.TemporaryDirectory() as place:
        words = [sys.executable, "-m", "kit", "assess", str(project), "--fail-on", "never", "--quiet"]
        words += ["--out", f"{place}/out"]
        cold = typical(lambda: Spent(words), times)
        Spent(words, cache=f"{place}/cache")
        again = typical(lambda: Spent(words, cache=f"{place}/cache"), max(times, 3))
        loop = papermill(project)
    say(
        "assess, cold",
        cold.seconds,
        "s",
        f"{cold.seconds / loop:.3f} of papermill and nbconvert; {cold.megabytes:.0f} MB",
    )
    say("assess, again", again.seconds, "s", f"{again.seconds / cold.seconds:.3f} of the cold run")
    say("papermill and nbconvert", loop, "s")


def papermill(project: Path) -> float:
    """Seconds of the same notebooks with papermill's own engine, each made HTML."""
    import papermill as pm
    from nbconvert import HTMLExporter

    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        given = {"project": str(project), "params": "", "out": out}
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"), key=lambda p: p.name.startswith("00")):
            made = f"{out}/{path.name}"
            pm.execute_notebook(str(path), made, parameters=given, kernel_name="python3", progress_bar=False)
            Path(f"{made}.html").write_text(HTMLExporter().from_filename(made)[0], "utf-8")
    return time.perf_counter() - begun


def checks(project: Path, times: int) -> None:
    """All checks without notebooks, beside counting the lines of the same files and beside Checkov."""
    ours = typical(lambda: Spent([sys.executable, "-c", _CHECKS, str(project)]), times)
    say("checks", ours.seconds, "s", f"{ours.megabytes:.0f} MB")
    if (project / ".git").exists():
        grep = typical(lambda: Spent(["git", "-C", str(project), "grep", "-c", "."]), times)
        say("git grep -c .", grep.seconds, "s", f"checks / grep {ours.seconds / grep.seconds:.1f}")
    command = shutil.which("checkov")
    if command is None:
        say("checkov", 0, "s", "is not installed")
        return
    words = [command, "-d", str(project), "--framework", *FRAMEWORKS.split(","), "--compact", "--quiet", "--soft-fail"]
    theirs = Spent(words)
    say("checkov", theirs.seconds, "s", f"checks / checkov {ours.seconds / theirs.seconds:.2f}")


def engine(_: Path, __: int) -> None:
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

        def run(name: str | None) -> float:
            begun = time.perf_counter()
            # As a run of the kit calls it: the notebook is saved once, at its end. papermill's own default saves it
            # before and after each cell.
            more = {"request_save_on_cell_execute": False} if name else {}
            pm.execute_notebook(
                f"{place}/one.ipynb",
                f"{place}/out.ipynb",
                engine_name=name,
                kernel_name="python3",
                progress_bar=False,
                **more,
            )
            return time.perf_counter() - begun

        ours = median(run(ENGINE_NAME) for _ in range(NOTEBOOKS))
        theirs = median(run(None) for _ in range(NOTEBOOKS))
    bare = median(_bare() for _ in range(NOTEBOOKS))
    say("a notebook, kit's engine", ours, "s", f"{ours / theirs:.3f} of papermill's, {ours / bare:.2f} of bare cells")
    say("a notebook, papermill's engine", theirs, "s")
    say("its cells in a bare IPython shell", bare, "s")


def _bare() -> float:
    """Seconds of the cells in IPython's own shell in a fork of this process, which holds the same imports."""
    begun = time.perf_counter()
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
    return time.perf_counter() - begun


def scale(_: Path, __: int) -> None:
    """Seconds per file and memory over made projects."""
    per_file = 0.0
    for count in (1_000, 10_000, 100_000):
        with tempfile.TemporaryDirectory() as place:
            for name, text in made_files(count):
                path = Path(place, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
            spent = Spent([sys.executable, "-c", _CHECKS, place])
        before, per_file = per_file, spent.seconds / count
        grown = f"; {per_file / before:.2f} of the time per file before" if before else ""
        say(
            f"checks, {count:,} files",
            spent.seconds,
            "s",
            f"{per_file * 1000:.2f} ms a file{grown}; {spent.megabytes:.0f} MB",
        )


def made_files(count: int) -> Iterator[tuple[str, str]]:
    """A project of that many files: services of several kinds, each with code, tests, an image and manifests."""
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


PARTS: dict[str, Callable[[Path, int], None]] = {"assess": assess, "checks": checks, "engine": engine, "scale": scale}


def main() -> None:
    """Print seconds (medians) and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=Path, default=SAMPLE, help="the project to assess [the poor sample]")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS), help="what is timed [everything]")
    parser.add_argument("-n", type=int, default=3, help="runs of each, the median counts [3]")
    given = parser.parse_args()
    for part in given.parts:
        PARTS[part](given.project.resolve(), given.n)


if __name__ == "__main__":
    main()
