"""Numbers as people say them: "50+", "~122 KB", ">= 80 %", "3-10 replicas", "1,871", and whether a count fits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNITS: dict[str, tuple[str, float]] = {
    "bytes": ("B", 1), "byte": ("B", 1), "b": ("B", 1),
    "kb": ("B", 1000), "kib": ("B", 1024), "ki": ("B", 1024), "mb": ("B", 1e6), "mib": ("B", 1024**2), "mi": ("B", 1024**2),
    "gb": ("B", 1e9), "gib": ("B", 1024**3), "gi": ("B", 1024**3), "tb": ("B", 1e12),
    "ms": ("s", 0.001), "milliseconds": ("s", 0.001), "s": ("s", 1), "sec": ("s", 1), "secs": ("s", 1),
    "second": ("s", 1), "seconds": ("s", 1), "min": ("s", 60), "mins": ("s", 60), "minute": ("s", 60),
    "minutes": ("s", 60), "h": ("s", 3600), "hr": ("s", 3600), "hrs": ("s", 3600), "hour": ("s", 3600),
    "hours": ("s", 3600), "d": ("s", 86400), "day": ("s", 86400), "days": ("s", 86400), "week": ("s", 604800),
    "weeks": ("s", 604800), "month": ("s", 2592000), "months": ("s", 2592000), "year": ("s", 31536000),
    "years": ("s", 31536000), "%": ("%", 1), "percent": ("%", 1), "k": ("", 1e3), "m": ("", 1e6),
    "line": ("lines", 1), "lines": ("lines", 1), "loc": ("lines", 1), "cpu": ("CPU", 1), "cpus": ("CPU", 1),
    "core": ("CPU", 1), "cores": ("CPU", 1), "vcpu": ("CPU", 1), "vcpus": ("CPU", 1),
    "replica": ("replicas", 1), "replicas": ("replicas", 1),
}  # fmt: skip
_AMOUNT = re.compile(
    rf"(?P<before>≥|≤|>=|<=|>|<|~|≈|\babout |\bapprox\.? |\baround |\broughly |\bnearly |\balmost |\bat least |\bover "
    rf"|\bmore than |\bup to |\bat most |\bmax(?:imum)?:? |\bmin(?:imum)?:? |\bunder |\bless than )?\s?"
    rf"(?<![\w.,$#-])(?P<low>{_NUMBER})(?:\s?(?:-|–|to)\s?(?P<high>{_NUMBER}))?(?P<plus>\+)?"
    rf"(?P<unit>\s?(?:%|[A-Za-z]+)\b|\s?%)?(?P<after>\+|\s(?:max(?:imum)?|min(?:imum)?|or more)\b)?(?![\d])",
    re.IGNORECASE,
)
_LEAST = frozenset({"≥", ">=", ">", "at least", "over", "more than", "min", "minimum"})
_MOST = frozenset({"≤", "<=", "<", "up to", "at most", "under", "less than", "max", "maximum"})
_ABOUT = frozenset({"~", "≈", "about", "approx", "approx.", "around", "roughly", "nearly", "almost"})
ABOUT = 0.15
"""How far "about" reaches, as a share."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as said. `low` and `high` in the unit's base (bytes, seconds, percent); None: open on that side.

    `step` is the size of the last digit that was written: half of it is lost to rounding. `exact` is False for
    "about". `start` and `end` are where it stands in the text; `word` is the word behind the number, as written.
    """

    low: float | None
    high: float | None
    unit: str
    step: float
    exact: bool
    text: str
    start: int
    end: int
    word: str = ""

    def fits(self, actual: float) -> bool:
        """Whether an actual number, in the same base, is what was said."""
        slack = self._slack
        return (self.low is None or actual >= self.low - slack) and (self.high is None or actual <= self.high + slack)

    @property
    def _slack(self) -> float:
        value = self.high or self.low or 0.0
        rounded = self.step / 2 if self.step != 1 or self.unit == "B" else 0.0
        if self.unit == "B" and self.step > 1:
            rounded = max(self.step, value * 0.05)  # a kilobyte is 1000 bytes to some and 1024 to others
        return max(rounded, value * ABOUT) if not self.exact else rounded


def amounts(text: str) -> Iterator[Amount]:
    """Every number that a text says, with its unit and how it is meant."""
    for found in _AMOUNT.finditer(text[:4000]):
        amount = _amount(found)
        if amount is not None:
            yield amount


def _amount(found: re.Match[str]) -> Amount | None:
    word = (found["unit"] or "").strip()
    unit, factor = _UNITS.get(word.lower(), ("", 1.0))
    if word in {"M", "m", "K", "k", "B", "d", "h", "s"} and (found["unit"] or "").startswith(" "):
        unit, factor = "", 1.0
    low = float(found["low"].replace(",", "")) * factor
    high = float(found["high"].replace(",", "")) * factor if found["high"] else low
    if high < low:
        return None
    step = factor * 10.0 ** -len(found["low"].partition(".")[2])
    before = (found["before"] or "").strip().lower().rstrip(":")
    after = (found["after"] or "").strip().lower()
    least = found["plus"] or before in _LEAST or after in {"+", "min", "minimum", "or more"}
    most = before in _MOST or after in {"max", "maximum"}
    known = word if word.lower() in _UNITS else ""
    end = found.end() if known or not word else found.start("unit")
    return Amount(
        low=None if most else low,
        high=None if least else high,
        unit=unit,
        step=step,
        exact=before not in _ABOUT,
        text=found[0].strip() if known or not word else found[0][: found.start("unit") - found.start()].strip(),
        start=found.start(),
        end=end,
        word=word,
    )
