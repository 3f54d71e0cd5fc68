"""What `_quarto.yml` calls before and after a render."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kit.report.quarto.project import finish, prepare


def main(arguments: list[str]) -> int:
    """Do what Quarto asks for; it names the pages it wrote in the environment."""
    if arguments == ["prepare"]:
        return prepare(Path.cwd())
    if arguments == ["finish"]:
        names = os.environ.get("QUARTO_PROJECT_OUTPUT_FILES", "").splitlines()
        return finish([Path(name) for name in names if name.endswith(".html")])
    sys.stderr.write("usage: python -m kit.report.quarto {prepare,finish}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
