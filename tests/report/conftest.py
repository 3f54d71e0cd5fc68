"""One browser for all tests of pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.report.devtools import Browser


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser without a window; a test that asks for it is skipped by its own mark where there is none."""
    with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser
