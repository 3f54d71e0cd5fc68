"""The notebooks of an assessment: where they are, which area each runs, which parameters it takes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import nbformat

from kit.model import AREAS
from kit.params import ParamsError

SUMMARY = "summary"
CLAIMS = "claims"
"""The notebook about documents, which runs where the params file names some."""
HEALTH = "health"
"""The notebook about what was run and asked, which runs where the params file has anything run or asked."""
PARAMETERS = ("project", "params", "out")
_NAME = re.compile(r"(\d\d)-([a-z]+)\.ipynb")


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook of the kit or of an analyst; `area` is an area's id or "summary"."""

    path: Path
    area: str

    @property
    def name(self) -> str:
        """Its file name."""
        return self.path.name

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def find_notebooks(folder: Path | None, areas: tuple[str, ...], *, more: Collection[str] = ()) -> tuple[Notebook, ...]:
    """The notebooks to run, in order: those of the areas asked for (all where none is), those of `more` (CLAIMS,
    HEALTH), then the summary.

    Raises ParamsError for an unknown area, a folder without notebooks, or one whose parameters cell is missing.
    """
    unknown = [a for a in areas if a not in AREAS]
    if unknown:
        raise ParamsError(f"--area {unknown[0]}: no such area; one of {', '.join(AREAS)}")
    place = folder or bundled()
    found = [
        Notebook(path, match[2])
        for path in sorted(place.glob("*.ipynb"))
        if (match := _NAME.fullmatch(path.name)) and match[2] in {*AREAS, CLAIMS, HEALTH, SUMMARY}
    ]
    if not found:
        raise ParamsError(f"{place}: no notebooks there; they are named like 03-orchestration.ipynb")
    wanted = [n for n in found if n.area in AREAS and (not areas or n.area in areas)]
    told = [n for n in found if n.area in more and n.area in {CLAIMS, HEALTH}]
    chosen = (*wanted, *told, *(n for n in found if n.area == SUMMARY))
    for notebook in chosen:
        _require_parameters(notebook)
    return chosen


def bundled() -> Path:
    """The kit's own notebooks: packaged in a wheel, at the top in a checkout."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "notebooks"
    return packaged if packaged.is_dir() else package.parent / "notebooks"


def _require_parameters(notebook: Notebook) -> None:
    """papermill only warns of an unknown parameter; a notebook without the cell would assess something else."""
    try:
        cells = nbformat.read(notebook.path, as_version=4).cells
    except Exception as error:
        raise ParamsError(f"{notebook.path}: no notebook that can be read ({type(error).__name__})") from None
    source = next((c.source for c in cells if "parameters" in c.metadata.get("tags", [])), None)
    missing = [p for p in PARAMETERS if source is None or not re.search(rf"^{p}\b", source, re.MULTILINE)]
    if missing:
        raise ParamsError(f"{notebook.path}: the cell tagged 'parameters' does not set {', '.join(missing)}")
