"""Does Prometheus take its configuration?"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from kit.checks.shared.deployed import grade
from kit.model import Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.platforms.prometheus import PrometheusConfig

_KEYS = frozenset({
    "global", "runtime", "rule_files", "scrape_configs", "scrape_config_files", "alerting", "remote_write", "remote_read",
    "storage", "tracing", "otlp",
})  # fmt: skip
"""What the server knows at the top of its configuration; it reads strictly."""
_OF_OTHERS = frozenset(
    {"clients", "client", "positions", "server", "target_config", "limits_config", "integrations", "metrics"}
)
"""Keys of other programs whose files have `scrape_configs` too: Promtail, agents."""
_MISSPELT = {
    "metrics_relabel_configs": "metric_relabel_configs",
    "metric_relabel_config": "metric_relabel_configs",
    "relabel_config": "relabel_configs",
    "static_config": "static_configs",
    "metric_path": "metrics_path",
}


@check("OBS-017", "Prometheus takes its configuration", Severity.HIGH, Clause.EXECUTION, effort_hours=0.5)
def configuration_is_taken(project: Project) -> Iterator[Fact]:
    """
    Prometheus reads its file strictly: one key that it does not know, and it does not start. Nothing is measured then, and
    no alert fires.

    Decides: the keys at the top of configurations of Prometheus, and well-known slips in the keys of scrape jobs.

    Fix: correct the key, and let the pipeline run `promtool check config prometheus.yml`.

    Blind to: keys deeper within, and what a template writes.

    See: https://prometheus.io/docs/prometheus/latest/configuration/configuration/
    """
    for config in project.prometheus.configs:
        if not _is_of_prometheus(config):
            continue
        strange = [(key, node) for key, node in config.node.items() if key not in _KEYS]
        slips = [(key, node) for job in config.jobs for key, node in job.node.items() if key in _MISSPELT]
        for key, node in strange:
            said = f"Prometheus knows no `{key}` at the top of its configuration, and does not start"
            yield bad(f"{said}.", node, **grade(config.environment))
        for key, node in slips:
            said = f"A scrape job has `{key}`; Prometheus knows `{_MISSPELT[key]}` only, and does not start"
            yield bad(f"{said}.", node, **grade(config.environment))
        if not strange and not slips:
            yield ok(f"{config.path}: Prometheus knows its keys.", config)


def _is_of_prometheus(config: PrometheusConfig) -> bool:
    """Whether a file is the server's own: other programs scrape by the same words, and collectors hold it as a part."""
    keys = {key for key, _ in config.node.items()}
    if config.node.key == "config" or keys & _OF_OTHERS or not keys & {"global", "scrape_configs"}:
        return False
    if any("{{" in key or key.startswith("$") for key in keys):
        return False
    named = "prometheus" in posixpath.basename(config.path).lower()
    return named or bool(keys & {"rule_files", "alerting"})
