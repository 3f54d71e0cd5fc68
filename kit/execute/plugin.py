"""What papermill finds under the name `kit`: the engine, imported when it is first used.

papermill loads its plugins while it is itself being imported; the engine imports papermill.
"""

from __future__ import annotations

from typing import Any


class LazyEngine:
    """Stands for the engine's class."""

    def __getattr__(self, name: str) -> Any:
        from kit.execute.engine import ForkEngine

        return getattr(ForkEngine, name)


engine = LazyEngine()
