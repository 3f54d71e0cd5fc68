"""Do the logs leave the machine that writes them?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.images import services
from kit.checks.shared.services import running
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT

_COLLECTORS = re.compile(
    r"(?:^|/)(?:promtail|fluent-?bit|fluentd|vector|filebeat|alloy|grafana-agent|logspout|datadog-agent|agent|logstash|splunk-?\w*|dozzle|opentelemetry-collector[\w-]*|otel-collector|k8s-monitoring)(?::|$)"
)
_SENT = (
    "pino-loki",
    "winston-cloudwatch",
    "winston-loki",
    "pino-elasticsearch",
    "python-logging-loki",
    "watchtower",
    "logstash-logback-encoder",
    "loki-logback-appender",
    "pino-datadog-transport",
    "@logtail/pino",
    "@axiomhq/pino",
)
_LOCAL = frozenset({"json-file", "local", "none", "journald", ""})


@check("OBS-070", "Logs are collected in one place", Severity.LOW, Clause.DEPLOYMENT, effort_hours=4)
def logs_are_collected(project: Project) -> Iterator[Fact]:
    """
    Logs that stay with a container go with it: after a crash, the one thing that would tell why is what was deleted.

    Decides: for projects that deploy containers by compose or Kubernetes: a collector among what is deployed, a logging
    driver that sends, or a logger that does. Where only some services of a compose file name such a driver, it holds in
    part.

    Fix: a DaemonSet of Fluent Bit, Grafana Alloy beside the services, or `logging: {driver: awslogs}`.

    Blind to: collectors that the platform or the host brings.

    See: https://kubernetes.io/docs/concepts/cluster-administration/logging/
    """
    targets = {t for t, environment, _ in project.system.targets if environment not in {"development", "test"}}
    own = running(project)
    if not own or not any(t.startswith(("compose:", "kubernetes:")) for t in targets):
        return
    found = _collector(project) or _sender(project)
    drivers = {s.name: driver for _, s in services(project) if (driver := s.node.get("logging", "driver")) is not None}
    sending = {name: node for name, node in drivers.items() if node.text not in _LOCAL}
    silent = [s.name for _, s in services(project) if s.build is not None and s.name not in sending]
    if found is not None:
        yield ok("The logs are collected.", found)
    elif sending and silent:
        first = next(iter(sending.values()))
        yield partial(f"Only some services send their logs; {', '.join(dict.fromkeys(silent))} do not.", first)
    elif sending:
        yield ok("A logging driver sends the logs.", next(iter(sending.values())))
    else:
        yield bad("Nothing collects the logs: they are gone with the container that wrote them.", At("."))


def _collector(project: Project) -> At | None:
    for service in project.system.services:
        for deployment in service.deployments:
            if deployment.environment not in {"development", "test"} and _COLLECTORS.search(deployment.image or ""):
                return deployment.at
    groups = (r for folder in project.terraform for r in folder.resources if r.type == "aws_cloudwatch_log_group")
    return next((r.at for r in groups), None)


def _sender(project: Project) -> At | None:
    for package in project.packages:
        found = package.depends_on(*_SENT)
        if found is not None and found.kind != "dev":
            return found.at
    for path in project.code.holding(
        "logs.NewLogger", "LoggingHandler(", "otelslog", "OTLPLogExporter", languages=("python", "go", *JAVASCRIPT)
    ):
        return At(path)
    return None
