"""What is asked of one run, and everything that its answer depends on. Light to import: a kept answer needs no more."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.params import Params, ParamsError
from kit.sources.evidence.find import digests
from kit.sources.tree.files import FileIndex

if TYPE_CHECKING:
    from kit.execute.notebooks import Notebook
    from kit.execute.workers import Ran

_KIT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Request:
    """What is asked of one run. `params_file` is what the notebooks are given, `notebooks` the folder to run in place
    of the kit's own; None where there is none. `formats` and `renderer` as on the command line, `baseline` the data
    of an earlier assessment."""

    params: Params
    out: Path
    params_file: Path | None = None
    areas: tuple[str, ...] = ()
    jobs: int = 2
    notebooks: Path | None = None
    formats: str = "html"
    renderer: str = "auto"
    baseline: Mapping[str, Any] | None = None

    @cached_property
    def files(self) -> FileIndex:
        """The project's files. Raises ParamsError where there are none."""
        index = FileIndex.of(self.params.root)
        if not index.paths:
            raise ParamsError(f"{self.params.root}: no files there; name the folder that holds the project")
        return index

    @cached_property
    def inputs(self) -> dict[str, str]:
        """The SHA-256 of every file that is read, by path: the project's own, and evidence wherever it lies."""
        own = {path: self.files.sha256(path) for path in self.files.paths}
        stated = {str(path): _file_digest(path) or "" for path in self.params.claims_paths()}
        return {**own, **stated, **digests(self.params.root, self.params.evidence_globs())}

    @property
    def repeatable(self) -> bool:
        """Whether the same files give the same answer: not where commands are run or a running system is asked."""
        return not self.params.commands and self.params.targets == type(self.params.targets).model_construct()

    @property
    def by_files_alone(self) -> bool:
        """Whether all that an area sees is the project's own files: no document, evidence or scanner beside them."""
        params = self.params
        return self.repeatable and not (params.claims or params.scanners or params.evidence_globs())

    @cached_property
    def key(self) -> str:
        """The hash of everything that the answer depends on: the same key, the same answer."""
        asked = [self.areas, self.formats, self.renderer, self.baseline]
        quarto = _command("quarto") if self.renderer == "quarto" else None
        return key_of(self.inputs, setting=self._surroundings, asked=asked, quarto=quarto)

    @cached_property
    def setting(self) -> str:
        """The hash of everything that what an area shows depends on, but for the content of files: which there are,
        what they are for and what could not be read of them stands in it."""
        files = self.files
        classes = [(path, files.class_of(path)) for path in files.paths]
        return key_of({}, setting=self._surroundings, classes=classes, problems=[str(p) for p in files.problems])

    @cached_property
    def _surroundings(self) -> str:
        """The hash of what surrounds the files. The day is part of it, as waivers and versions of products run out."""
        params = self.params
        return key_of(
            {},
            state=self.files.state,
            root=str(params.root),
            out=str(self.out),
            params=params.model_dump(mode="json"),
            policy=_file_digest(_policy_file(params)),
            file=[str(self.params_file), _file_digest(self.params_file)],
            notebooks=[[path.name, _file_digest(path)] for path in sorted((self.notebooks or _KIT).glob("*.ipynb"))],
            day=datetime.now(UTC).date().isoformat(),
            kit=kit_digest(),
        )


@dataclass
class Progress:
    """How a run tells what it does. Each is called in the run's own thread."""

    step: Callable[[str], None] = field(default=lambda _: None)
    notebooks: Callable[[int], None] = field(default=lambda _: None)
    notebook: Callable[[str, Notebook, Ran | None], None] = field(default=lambda *_: None)


def key_of(inputs: Mapping[str, str], **more: object) -> str:
    """The hash of everything that a run depends on."""
    return _digest(json.dumps({"inputs": dict(inputs), **more}, sort_keys=True, default=str))


def kit_digest() -> str:
    """The hash of what runs: Python, the packages beside the kit, and the kit's own files by their size and time."""
    packages = sorted(p.name for place in map(Path, sys.path) if place.is_dir() for p in place.glob("*.dist-info"))
    notebooks = [str(path) for path in (_KIT.parent / "notebooks").glob("*.ipynb")]
    own = [(path, s.st_size, s.st_mtime_ns) for path in sorted((*_own(), *notebooks)) if (s := os.stat(path))]  # noqa: PTH116
    return _digest(json.dumps([sys.version, packages, own]))


def _own() -> list[str]:
    """The kit's files. By strings: a path object for each of a thousand is a tenth of an answer from the cache."""
    policy = _KIT.parent / "params" / "default_policy.yaml"
    files = [str(policy)] if policy.is_file() else []
    for folder, folders, names in os.walk(_KIT):
        folders[:] = [name for name in folders if name != "__pycache__"]
        files += [f"{folder}/{name}" for name in names]
    return files


def _command(name: str) -> tuple[str, float] | None:
    place = shutil.which(name)
    return (place, Path(place).stat().st_mtime) if place else None


def _policy_file(params: Params) -> Path | None:
    named = isinstance(params.policy, str) and params.policy != "default"
    return params.resolve(params.policy) if named else None


def _file_digest(path: Path | None) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path is not None and path.is_file() else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
