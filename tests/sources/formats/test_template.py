"""Template marks are told apart from the expressions of pipelines."""

from __future__ import annotations

import pytest

from kit.sources.formats.template import has_template, is_template_path


@pytest.mark.parametrize("text", ["a: {{ .Values.x }}", "{% if a %}", "{{- end }}", "%{ if x }", "%{~ endfor ~}"])
def test_marks_of_templates_are_seen(text: str) -> None:
    assert has_template(text)


@pytest.mark.parametrize("text", ["a: ${{ secrets.X }}", "a: {b: {c: 1}}", "a: ${X}", "%{x}", "%%{ if x }"])
def test_other_braces_are_no_marks(text: str) -> None:
    assert not has_template(text)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("chart/templates/web.yaml", True),
        ("ci.yml.j2", True),
        ("templates.yaml", False),
        ("web/app.yaml", False),
    ],
)
def test_the_path_tells_templates(path: str, expected: bool) -> None:
    assert is_template_path(path) is expected
