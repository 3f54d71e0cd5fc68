"""Template marks of Go (Helm), Jinja and Terraform, told apart from the expressions of pipelines."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_MARKS = re.compile(r"(?<!\$)\{\{(?!\{)|\{%|(?<!%)%\{~?[ \t]{0,9}(?:if|else|endif|for|endfor)\b")


def has_template(text: str) -> bool:
    """Whether the text has `{{ }}`, `{% %}` or `%{ if }`; `${{ }}` is a pipeline's expression, no template."""
    return _MARKS.search(text) is not None


def is_template_path(path: str) -> bool:
    """Whether the path is where Helm keeps a chart's templates, or names a template file."""
    pure = PurePosixPath(path)
    return "templates" in pure.parts[:-1] or pure.suffix in {".j2", ".tpl", ".gotmpl", ".tmpl"}
