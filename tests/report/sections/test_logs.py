"""Logs that were given are counted, and what is private in them is shown masked."""

from __future__ import annotations

import json
from pathlib import Path

from kit.project import Project
from kit.report.blocks import Chart, Table
from kit.report.svg import draw
from kit.report.views import logs
from kit.sources.evidence.read import read_evidence


def test_services_repeats_and_exposures_each_have_their_block(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "README.md").write_text("A project.\n")
    rows = [
        {"level": "error" if n < 3 else "info", "service": "pay" if n < 6 else "web", "msg": f"order {n}"}
        for n in range(10)
    ]
    rows.append({"level": "info", "service": "web", "msg": "mail to anna.schmidt@firma.de"})
    (tmp_path / "a.log").write_text("\n".join(map(json.dumps, rows)))
    project = Project(root)
    project.evidence = read_evidence(project.files, {"logs": [str(tmp_path / "*.log")]})

    chart, repeated, exposed = logs.told(project).blocks

    assert isinstance(chart, Chart) and isinstance(repeated, Table) and isinstance(exposed, Table)
    assert chart.title == "pay: 50.0 % of its entries are errors"
    assert chart.table is not None and [r[:3] for r in chart.table.rows] == [("pay", 0, 3), ("web", 0, 0)]
    assert "per cent of entries" in draw(chart).svg
    assert (repeated.rows[0][0], repeated.rows[0][2]) == (10, "order #")
    assert [str(r[3]) for r in exposed.rows] == ["a***@f***.de"]
    assert "anna.schmidt" not in str(exposed)
