"""Secrets in text: found by known formats and by names that they are given to, and masked."""

from __future__ import annotations


def mask(text: str) -> str:
    """The text with secrets masked."""
    return text
