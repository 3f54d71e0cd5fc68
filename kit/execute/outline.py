"""What a run tells whoever started it: terminal, gate and `--json` read this and nothing else. Light to import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area. `score` and `confidence` 0–100, `score` None where nothing was decided; `counts` by severity of what
    is open, and by outcome."""

    title: str
    status: str
    score: float | None
    confidence: float
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """The verdict of an environment and the reasons that it rests on."""

    environment: str
    verdict: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockerLine:
    """An open finding that decides the verdict; `place` is path and line, empty where it has none."""

    check: str
    severity: str
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Outline:
    """One run in outline. `files` is how many were read, `seconds` how long each step took, `missing` what failed;
    `strictest` is the environment with the worst verdict, `summary` what `--json` prints."""

    score: float
    confidence: float
    risk_score: float
    areas: tuple[AreaLine, ...]
    verdicts: tuple[VerdictLine, ...]
    strictest: str
    blockers: tuple[BlockerLine, ...]
    notices: tuple[str, ...]
    missing: tuple[str, ...]
    files: int
    summary: str
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def incomplete(self) -> bool:
        """Whether a notebook failed, a check crashed or a scanner did not end."""
        return bool(self.missing)

    def verdict(self, environment: str | None = None) -> str:
        """The verdict of an environment, of the strictest where none is named. Raises KeyError for an unknown one."""
        return {line.environment: line.verdict for line in self.verdicts}[environment or self.strictest]

    def as_data(self) -> dict[str, Any]:
        """Itself as plain data."""
        return asdict(self)


def outline_from(data: Mapping[str, Any]) -> Outline:
    """The outline that `as_data` made. Raises KeyError or TypeError for data of another shape."""
    lists = {
        "areas": tuple(AreaLine(**area) for area in data["areas"]),
        "verdicts": tuple(VerdictLine(v["environment"], v["verdict"], tuple(v["reasons"])) for v in data["verdicts"]),
        "blockers": tuple(BlockerLine(**blocker) for blocker in data["blockers"]),
        "notices": tuple(data["notices"]),
        "missing": tuple(data["missing"]),
    }
    return Outline(**{**data, **lists})
