"""Version ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.packages.versions import satisfies, satisfies_python


@pytest.mark.parametrize(
    ("version", "spec", "expected"),
    [
        ("1.2.3", "^1.2.0", True),
        ("2.0.0", "^1.2", False),
        ("0.2.5", "^0.2.3", True),
        ("0.3.0", "^0.2.3", False),
        ("0.0.4", "^0.0.3", False),
        ("1.2.9", "~1.2.3", True),
        ("1.3.0", "~1.2.3", False),
        ("1.9.0", "1.x", True),
        ("1.2.4", "1.2.3", False),
        ("3.1.0", "^2 || ^3", True),
        ("1.5.0", ">=1.2 <2", True),
        ("1.7.0", "1.0.0 - 1.6.0", False),
        ("1.6.0", ">1.6.0", False),
        ("18.0.0-rc.2", "^18.0.0-rc.1", True),
        ("18.0.0-rc.2", "^18.0.0", False),
        ("1.0.0", "", True),
        ("1.0.0", "latest", None),
        ("1.0.0", "git+https://example.com/x", None),
        ("next", "^1", None),
    ],
)
def test_ranges_of_npm(version: str, spec: str, expected: bool | None) -> None:
    assert satisfies(version, spec) is expected


def test_a_bare_version_of_cargo_is_a_caret() -> None:
    assert satisfies("1.5.0", "1.2", cargo=True) is True
    assert satisfies("2.0.0", "1.2", cargo=True) is False
    assert satisfies("1.5.0", ">=1.2, <1.4", cargo=True) is False


@pytest.mark.parametrize(
    ("version", "spec", "expected"),
    [
        ("1.5", "^1.2", True),
        ("2.0", "^1.2", False),
        ("1.3", "~1.2.1", False),
        ("1.2.9", "1.2.*", True),
        ("3.1", ">=1,<2 || ^3", True),
        ("1.0", "", True),
        ("1.0", "file:x", None),
    ],
)
def test_ranges_of_python(version: str, spec: str, expected: bool | None) -> None:
    assert satisfies_python(version, spec) is expected


@given(st.text(max_size=30), st.text(alphabet="0123.^~<>=| -x*", max_size=30))
def test_no_text_raises(version: str, spec: str) -> None:
    assert satisfies(version, spec) in {True, False, None}
    assert satisfies("1.2.3", spec) in {True, False, None}
    assert satisfies_python("1.2.3", spec) in {True, False, None}
