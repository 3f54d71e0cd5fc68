"""What the tests of measured checks share: a project, its evidence beside it, and a params file that names both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from conftest import Seen

from kit.assessment import opened
from kit.params import load_params
from kit.registry import catalogue
from kit.run import run_check


def seen(
    root: Path, check_id: str, evidence: Mapping[str, str], files: Mapping[str, str] | None = None, params: str = ""
) -> Seen:
    """The findings of one check over a project of `files`, with `evidence` under `evidence.other`, and logs under theirs."""
    written = {"project/README.md": "A project.\n", **{f"project/{k}": v for k, v in (files or {}).items()}}
    written |= {f"evidence/{k}": v for k, v in evidence.items()}
    written["params.yaml"] = (
        'project: {name: shop, path: project}\nevidence: {other: ["evidence/*[!g]"], logs: [evidence/*.log]}\n' + params
    )
    for name, text in written.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), "utf-8")
    check = next(c for c in catalogue() if c.id == check_id)
    found = Seen(run_check(opened(load_params(root / "params.yaml")), check))
    assert "error" not in found.outcomes, found.text
    return found
