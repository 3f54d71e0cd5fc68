"""The type of the fixture that writes a small project and opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kit.project import Project

Write = Callable[[Mapping[str, str]], Project]
