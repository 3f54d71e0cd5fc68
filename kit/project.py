"""The facade over sources and system map: one lazily parsed, cached property per kind. It knows no check."""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kit.sources.files import FileIndex

if TYPE_CHECKING:
    from kit.system.model import SystemMap


class Project:
    """An assessed project: untrusted data under `root`. Nothing of it is executed or followed outside.

    Raises NotADirectoryError where `root` is no folder.
    """

    def __init__(self, root: str | Path, *, name: str | None = None) -> None:
        self.root = Path(root).resolve()
        if not self.root.is_dir():
            raise NotADirectoryError(str(root))
        self.name = name or self.root.name

    @cached_property
    def files(self) -> FileIndex:
        """Every file that belongs to the project, classified."""
        return FileIndex.of(self.root)

    @cached_property
    def system(self) -> SystemMap:
        """The system map, joined from all sources."""
        from kit.system.build import build_map

        return build_map(self)


@lru_cache(maxsize=8)
def open_project(root: str, name: str | None = None) -> Project:
    """The project at `root`, read once per process."""
    return Project(root, name=name)
