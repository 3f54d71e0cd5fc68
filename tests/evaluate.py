"""How good the kit is, measured on the labelled corpus of tests/projects: `make evaluate`.

- recall: of the defects that the truth files name, the share that one of the named checks reports at that very line (or,
  where something is absent, at that file or folder)
- precision: of the open findings that count (files of production, not development alone), the share that a truth file
  names as a defect; what nobody has labelled counts as false. Once for critical and high, once for medium and low
- near misses: what looks like a defect and is none, and how many of them the kit leaves alone
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from corpus import GRAVE, Labelled, Truth, projects, told

from kit.model import AREAS, Finding
from kit.registry import catalogue

AREA_OF = {prefix: area for area, (prefix, _) in AREAS.items()}
HEADS = ("defects", "found", "recall", "crit+high", "true", "precision", "med+low", "true", "precision", "near", "left")


@dataclass
class Share:
    """So many of so many."""

    of: int = 0
    hits: int = 0

    def add(self, hit: bool) -> None:
        self.of += 1
        self.hits += hit

    @property
    def cells(self) -> tuple[str, str, str]:
        return str(self.of), str(self.hits), f"{self.hits / self.of:.3f}" if self.of else "-"


@dataclass
class Figures:
    """The figures of one check, of one area, or of all."""

    recall: Share = field(default_factory=Share)
    grave: Share = field(default_factory=Share)
    other: Share = field(default_factory=Share)
    near: Share = field(default_factory=Share)

    @property
    def cells(self) -> tuple[str, ...]:
        return *self.recall.cells, *self.grave.cells, *self.other.cells, *self.near.cells[:2]


Keys = Callable[[Truth | Finding, set[str]], Iterable[str]]
"""Rows that an entry or a finding counts in, given the checks that report it."""


def by_area(one: Truth | Finding, _: set[str]) -> Iterable[str]:
    """A finding counts in its area, an entry in that of the check that it names first."""
    return (AREA_OF[_checks(one)[0][:3]],)


def by_check(one: Truth | Finding, finders: set[str]) -> Iterable[str]:
    """An entry that several checks may report counts for those that do; for all of them where none does."""
    return [c for c in _checks(one) if c in finders] or _checks(one)


def all_together(*_: object) -> Iterable[str]:
    return ("all",)


def _checks(one: Truth | Finding) -> tuple[str, ...]:
    return (one.check,) if isinstance(one, Finding) else one.check


def figures(corpus: Iterable[Labelled], keys: Keys, rows: Iterable[str]) -> dict[str, Figures]:
    """The figures of each row over the corpus."""
    table = {row: Figures() for row in rows}
    for project in corpus:
        for defect in project.defects:
            finders = project.finders(defect)
            for row in keys(defect, finders):
                table[row].recall.add(bool(finders))
        for near in project.near_misses:
            alarmed = {f.check for f in project.alarms(near)}
            for row in keys(near, alarmed):
                table[row].near.add(not alarmed)
        for finding in project.counted:
            for row in keys(finding, set()):
                shares = table[row]
                (shares.grave if finding.severity in GRAVE else shares.other).add(project.true(finding))
    return table


def printed(name: str, table: dict[str, Figures]) -> str:
    """The table as lines of text."""
    width = max(map(len, (name, *table)))
    lines = [(name, HEADS), *((row, one.cells) for row, one in table.items())]
    return "\n".join(f"{row:<{width}}" + "".join(f"{cell:>10}" for cell in cells) for row, cells in lines)


def unlabelled(corpus: Iterable[Labelled]) -> list[str]:
    """What is open, counts, and has no entry: it is true and wants one, or it is a false alarm."""
    return [f"{p.name}: {told(f)}" for p in corpus for f in p.counted if not p.true(f)]


def missed(corpus: Iterable[Labelled]) -> list[str]:
    """Defects that nothing reports, and near misses that something does."""
    defects = [
        f"{p.name} {d.id} {d.path}:{d.line} {d.check} {d.what}" for p in corpus for d in p.defects if not p.finders(d)
    ]
    alarms = [f"{p.name} {n.id} {told(f)}" for p in corpus for n in p.near_misses for f in p.alarms(n)]
    return [*(f"missed: {line}" for line in defects), *(f"alarm:  {line}" for line in alarms)]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="*", help="names of projects of the corpus [all]")
    parser.add_argument("--checks", action="store_true", help="figures of each check too")
    parser.add_argument("--unlabelled", action="store_true", help="list open findings that no truth file names")
    parser.add_argument("--missed", action="store_true", help="list the entries that the kit falls short of")
    given = parser.parse_args()
    corpus = [p for p in projects() if not given.projects or p.name in given.projects]
    parts = [f"{len(corpus)} projects, {sum(len(p.truths) for p in corpus)} entries"]
    if given.checks:
        parts.append(printed("check", figures(corpus, by_check, [c.id for c in catalogue()])))
    parts.append(printed("area", figures(corpus, by_area, AREAS) | figures(corpus, all_together, ["all"])))
    parts += ["\n".join(unlabelled(corpus))] if given.unlabelled else []
    parts += ["\n".join(missed(corpus))] if given.missed else []
    sys.stdout.write("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
