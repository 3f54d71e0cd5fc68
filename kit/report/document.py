"""The report before it is drawn: sections of blocks in the order of a style. Nothing here knows a renderer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kit.report.blocks import Block, Cell, Figures, Verdicts

Facts = tuple[tuple[str, Cell], ...]
"""Label and value: date, project, revision, policy, audience ..."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it.

    `id` is its anchor, used once in a document. `title` has its number where the style numbers its sections.
    `status` is an outcome, a status ("YELLOW") or a verdict that stands beside the heading, or empty; `note` a few
    words beside it ("confidence 70 %"). `folded`: shown on demand on a screen, in full on paper.
    """

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    status: str = ""
    note: str = ""
    folded: bool = False

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Section]]:
        """The section and all below it, each with its depth."""
        yield depth, self
        for section in self.sections:
            yield from section.walk(depth + 1)


@dataclass(frozen=True, slots=True)
class Document:
    """A report in one of the styles.

    `verdicts` and `first` are the cover or first screen: the verdict per environment; then the numbers, what
    decides it and what changed. `sections` are the style's own, in its order; `appendix` is what every style has:
    the areas with what their notebooks drew, all open findings as entries, what was not seen, the run, the method,
    the glossary.
    """

    style: str
    title: str
    subtitle: str
    facts: Facts
    verdicts: Verdicts
    numbers: Figures
    first: tuple[Block, ...]
    sections: tuple[Section, ...]
    appendix: tuple[Section, ...] = ()
    language: str = "en"
    direction: str = "ltr"

    def walk(self) -> Iterator[tuple[int, Section]]:
        """Every section with its depth, in reading order."""
        for section in (*self.sections, *self.appendix):
            yield from section.walk()

    def headings(self) -> tuple[str, ...]:
        """The titles of the style's sections and of those below them, in order."""
        return tuple(section.title for top in self.sections for _, section in top.walk())
