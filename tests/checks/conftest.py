"""What the tests of checks share: `look` writes a small project, runs one check over it and shows what it said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from kit.model import Finding, Outcome
from kit.project import Project
from kit.registry import catalogue
from kit.run import run_check


@dataclass(frozen=True)
class Seen:
    """The findings of one check."""

    findings: tuple[Finding, ...]

    def _places(self, *outcomes: Outcome) -> list[str]:
        return [
            f"{e.path}:{e.line}" if e.line else e.path
            for f in self.findings
            if f.outcome in outcomes
            for e in f.evidence[:1]
        ]

    @property
    def failed(self) -> list[str]:
        """`path:line` of the first evidence of every fail and partial."""
        return self._places(Outcome.FAIL, Outcome.PARTIAL)

    @property
    def passed(self) -> list[str]:
        """`path:line` of the first evidence of every pass."""
        return self._places(Outcome.PASS)

    @property
    def unknown(self) -> list[str]:
        """`path:line` of the first evidence of every unknown."""
        return self._places(Outcome.UNKNOWN)

    @property
    def outcomes(self) -> list[str]:
        """The outcomes in the order of the findings."""
        return [str(f.outcome) for f in self.findings]

    @property
    def text(self) -> str:
        """All messages."""
        return "\n".join(f.message for f in self.findings)


Look = Callable[[str, Mapping[str, str]], Seen]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """`look("CON-002", {"Dockerfile": "FROM x"})`: the check's findings over a project of these files."""

    def run(check_id: str, files: Mapping[str, str]) -> Seen:
        root = tmp_path / "project"
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip("\n"), "utf-8")
        check = next(c for c in catalogue() if c.id == check_id)
        seen = Seen(run_check(Project(root), check))
        assert "error" not in seen.outcomes, seen.text
        return seen

    return run
