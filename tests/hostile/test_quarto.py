"""Whatever a project says, Quarto and Pandoc interpret none of it: neither shortcodes, includes, raw blocks nor Markdown."""

from __future__ import annotations

import os
import shutil

import pytest
from click.testing import CliRunner
from hostile.markup import active
from hostile.test_outputs import plant

from kit.cli import main

QUARTO = shutil.which("quarto")
pytestmark = [
    pytest.mark.quarto,
    pytest.mark.skipif(QUARTO is None, reason="needs the quarto command"),
    pytest.mark.xdist_group("quarto"),
]
BAITS = {
    "env": "{{< env READINESS_PLANTED >}}",
    "include": "{{< include planted.md >}}",
    "meta": "{{< meta title >}}",
    "raw": "```{=html}\n<script>alert(7)</script>\n```",
    "cell": "```{python}\nopen('/tmp/never', 'w')\n```",
    "inline": "`<script>alert(8)</script>`{=html}",
    "div": "::: {.content-visible when-format=html}\n<script>alert(9)</script>\n:::",
    "front": "---\nfilters: [planted.lua]\n---",
    "math": "$\\input{/etc/passwd}$",
    "attribute": "[x]{onclick=alert(10)}",
}
"""What Quarto would act upon."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page that Quarto made of a project that says all of it."""
    root = tmp_path_factory.mktemp("quarto")
    plant(root)
    for name, text in BAITS.items():
        folder = root / f"service-{name}"
        folder.mkdir()
        (folder / "Dockerfile").write_text(
            f'FROM node:latest\n# {text}\nENV A="{text}"\n'.replace("\n\n", "\n"), "utf-8"
        )
        (root / f"{name} {text}".replace("/", "_").replace("\n", " ")).write_text(text, "utf-8")
    (root / "planted.md").write_text("INCLUDED-BY-QUARTO", "utf-8")
    os.environ["READINESS_PLANTED"] = "TOLD-BY-QUARTO"
    words = [
        "assess",
        str(root / "params.yaml"),
        "--out",
        str(root / "out"),
        "--fail-on",
        "never",
        "--area",
        "containers",
    ]
    try:
        result = CliRunner().invoke(main, [*words, "--renderer", "quarto", "--format", "html"])
    finally:
        del os.environ["READINESS_PLANTED"]
    assert result.exit_code == 0, result.output
    return (root / "out/report.html").read_text("utf-8")


def test_no_shortcode_is_expanded_and_nothing_is_included(page: str) -> None:
    assert "TOLD-BY-QUARTO" not in page
    assert "INCLUDED-BY-QUARTO" not in page
    assert "root:x:0" not in page


def test_no_raw_block_or_attribute_becomes_active(page: str) -> None:
    assert "alert(1)" in page, "the baits are shown"
    assert not [found for found in active(page) if "alert" in found or "evil" in found or "javascript" in found]
