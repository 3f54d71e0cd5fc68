"""What a notebook shows of documents that were held against the project."""

from __future__ import annotations

from dataclasses import dataclass

from kit.claims.model import Examination
from kit.report.blocks import Block, empty
from kit.report.claims import tables
from kit.report.display import Display, show
from kit.report.texts import texts


@dataclass(frozen=True)
class Documents:
    """The documents of one project; `examination` is None where its params file names none."""

    examination: Examination | None

    def numbers(self) -> Display:
        """How many statements have each verdict."""
        return self._shown(tables.figures(self.examination) if self.examination else None)

    def reports(self) -> Display:
        """What each document got right."""
        return self._shown(tables.reports(self.examination) if self.examination else None)

    def against(self) -> Display:
        """The statements that the project does not bear out."""
        return self._shown(tables.against(self.examination) if self.examination else None, "all-borne-out")

    def contradictions(self) -> Display:
        """Pairs of statements that cannot both be true."""
        found = tables.contradictions(self.examination, linked=False) if self.examination else None
        return self._shown(found, "no-contradictions")

    def _shown(self, block: Block | None, otherwise: str = "none-named") -> Display:
        key = otherwise if self.examination is not None else "none-named"
        return show(block if block is not None else empty(*texts(f"claims.{key}")))
