"""Do the alarms of a cloud tell anybody?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.deployed import infrastructure
from kit.model import Fact, bad, ok
from kit.project import Project
from kit.sources.platforms.terraform import Resource

_SHOWN = 6


def alarms_reach_somebody(project: Project) -> Iterator[Fact]:
    """CloudWatch alarms of Terraform: those without an action change their colour, and nobody hears of it."""
    alarms = [r for r in infrastructure(project) if r.type == "aws_cloudwatch_metric_alarm" and not r.data]
    mute = [a for a in alarms if _is_mute(a)]
    if mute:
        names = ", ".join(a.name for a in mute[:_SHOWN]) + (
            f" and {len(mute) - _SHOWN} more" if len(mute) > _SHOWN else ""
        )
        yield bad(f"The CloudWatch alarms {names} have no action: they tell nobody.", *mute[:_SHOWN])
    elif alarms:
        yield ok("The CloudWatch alarms have actions.", alarms[0])


def _is_mute(alarm: Resource) -> bool:
    actions = [alarm.node.get(name) for name in ("alarm_actions", "ok_actions", "insufficient_data_actions")]
    switched_off = alarm.node.get("actions_enabled")
    said = any(node is not None and not (node.is_list and not list(node.children())) for node in actions)
    return not said or (switched_off is not None and switched_off.text == "false")
