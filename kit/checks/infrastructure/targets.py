"""Do the health checks of load balancers ask what some service of the project answers?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.infrastructure.common import resources
from kit.model import Fact, bad, ok
from kit.project import Project

_TYPES = ("aws_lb_target_group", "aws_alb_target_group", "AWS::ElasticLoadBalancingV2::TargetGroup")


def asked_by_balancers(project: Project) -> Iterator[Fact]:
    """Each target group's path against the routes; told as wrong only where every service of the project shows its own
    routes and none has the path, for which targets a group has no file says."""
    services = [s for s in project.system.own if s.kind not in {"store", "proxy", "function", "job"}]
    for group in resources(project, *_TYPES):
        node = group.get("health_check", "path") or group.get("HealthCheckPath")
        path = node.text.partition("?")[0] if node is not None else ""
        if node is None or group.text("target_type") == "lambda" or not path.startswith("/") or "$" in path:
            continue
        answers = [(s, project.serving.serves(s, path)) for s in services]
        served = next((answer for _, answer in answers if answer.holds), None)
        if served is not None:
            places = (node, served.route) if served.route is not None else (node,)
            yield ok(f"{group.title}: {path} is served.", *places, **group.grade)
        elif answers and all(answer.holds is False for _, answer in answers):
            names = ", ".join(s.name for s, _ in answers[:4])
            message = f"{group.title}: the health check asks {path}, which no route of {names} serves; no target gets healthy."
            yield bad(message, node, **group.grade)
