"""An assessment with everything in it that a renderer has to cope with."""

from __future__ import annotations

from findings import NOW, check, finding

from kit.judgement.assessment import Assessment, judge
from kit.judgement.policy import default_policy
from kit.model import Evidence, FileClass
from kit.params import Params

NASTY = "=1+1 | <img src=x onerror=alert(1)> @team #1 [a](http://x) {0} \x00\x1b `tick` ${{ secrets.X }}"

FINDINGS = (
    finding("SEC-001", severity="critical", message=NASTY, path="src/my app:1.py", line=7),
    finding("SEC-001", "pass", "critical", path="src/other.py", line=3),
    finding("SEC-002", "fail", "high", path="k8s/dev/a.yaml", line=2),
    finding("SEC-003", "fail", "low", file_class=FileClass.TEST),
    finding("CON-001", "fail", "low", area="containers", blocker="cannot build", path="Dockerfile", line=4),
    finding("CON-002", "partial", "medium", area="containers", evidence=()),
    finding("DAT-001", "unknown", "high", area="data"),
    finding("DAT-002", "not_applicable", "high", area="data", evidence=(Evidence(".", None, None, ""),)),
    finding("OPS-001", "error", "medium", area="operations", message="The check crashed: KeyError: 'x'."),
    finding(
        "ORC-001",
        "fail",
        "medium",
        area="orchestration",
        evidence=(Evidence("k8s/a.yaml", 3, 9, "image: x\n  tag: y"), Evidence("src/app.py", 1, 1, "run()")),
    ),
)

WAIVER = {
    "check": "SEC-002",
    "path": "k8s/dev/**",
    "reason": "pilot",
    "owner": "Jane",
    "expires": "2026-12-31",
}


def sample() -> Assessment:
    """Every outcome, a waiver, a blocker, several places, no place, and text that wants to break out."""
    params = Params.model_validate({"project": {"name": "Shop <b>", "path": "/srv/shop"}, "waivers": [WAIVER]})
    checks = [
        check("SEC-001", "security", "critical"),
        check("SEC-002", "security", "high"),
        check("CON-001", "containers", "low"),
    ]
    return judge(FINDINGS, default_policy(), params, generated_at=NOW, revision="abc123def4567890", checks=checks)
