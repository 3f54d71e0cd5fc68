"""Times an assessment as ratios against named references, all in one run: `make bench`.

- assess: `readiness assess`, all notebooks and the report included, in a new process
- papermill: the same notebooks one after the other with papermill's own engine, each in a kernel of its own
- checks: reading, the system map and every check, without notebooks
- reading: every text file of the project read and decoded once
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests/projects/shop-poor"


def seconds(run: Callable[[], object], times: int) -> float:
    """The median of several runs, in seconds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return median(taken)


def assess(project: Path) -> None:
    with tempfile.TemporaryDirectory() as out:
        words = [sys.executable, "-m", "kit", "assess", str(project), "--out", out, "--fail-on", "never", "--quiet"]
        subprocess.run(words, check=True, cwd=ROOT)


def papermill(project: Path) -> None:
    import papermill as pm

    with tempfile.TemporaryDirectory() as out:
        given = {"project": str(project), "params": "", "out": out}
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"), key=lambda p: p.name.startswith("00")):
            pm.execute_notebook(
                str(path), f"{out}/{path.name}", parameters=given, kernel_name="python3", progress_bar=False
            )


def checks(project: Path) -> None:
    code = (
        "import sys; from kit.project import Project; from kit.registry import catalogue; from kit.run import run_checks;"
        "run_checks(Project(sys.argv[1]), catalogue())"
    )
    subprocess.run([sys.executable, "-c", code, str(project)], check=True, cwd=ROOT)


def reading(project: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kit.sources.tree.files import FileIndex;"
        "f = FileIndex.of(Path(sys.argv[1])); [f.text(p) for p in f.paths]"
    )
    subprocess.run([sys.executable, "-c", code, str(project)], check=True, cwd=ROOT)


def main() -> None:
    """Print seconds (medians) and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("-n", type=int, default=3, help="runs of each, the median counts [3]")
    given = parser.parse_args()
    taken = {f.__name__: seconds(lambda f=f: f(given.project), given.n) for f in (reading, checks, assess)}
    taken["papermill"] = seconds(lambda: papermill(given.project), 1)
    lines = [f"{name:<10} {value:8.2f} s" for name, value in taken.items()]
    lines.append(f"assess / papermill  {taken['assess'] / taken['papermill']:.2f}")
    lines.append(f"checks / reading    {taken['checks'] / taken['reading']:.2f}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
