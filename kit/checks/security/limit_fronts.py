"""Limits that stand before the services: in proxies, Ingresses, firewalls and gateways."""

from __future__ import annotations

import re

from kit.checks.shared.calls import runs
from kit.checks.shared.services import line_of
from kit.checks.shared.texts import at_offset
from kit.model import At, FileClass
from kit.project import Project

_KONG = re.compile(r"\brate-limiting(?:-advanced)?\b")
_SPRING = re.compile(r"(?m)^[ \t]{0,60}-[^\n#]{0,40}\bRequestRateLimiter\b")


def limit_in_front(project: Project) -> At | None:
    """Where a proxy, an Ingress, a firewall or a gateway of the project limits what comes in."""
    for config in project.nginx:
        if project.files.class_of(config.path) is FileClass.PRODUCTION:
            for directive in config.walk():
                if directive.name == "limit_req":
                    return directive.at
    for manifest in project.manifests.effective:
        if manifest.kind == "Ingress" and any(
            re.search(r"/limit-(rps|rpm|connections)", k) for k in manifest.annotations
        ):
            return manifest.node.at_or_self("metadata", "annotations")
        if manifest.kind == "Middleware" and manifest.node.get("spec", "rateLimit") is not None:
            return manifest.node.at_or_self("spec", "rateLimit")
    for group in project.terraform:
        for resource in group.resources:
            if resource.type in {
                "aws_wafv2_web_acl",
                "cloudflare_rate_limit",
                "google_compute_security_policy",
            } and "rate" in str(resource.node.value):
                return resource.at
    if (gateway := _limit_of_gateway(project)) is not None:
        return gateway
    for path in project.code.holding("ateBasedStatement"):
        if runs(path):
            return line_of(project, path, "ateBasedStatement")
    for file in project.compose:
        for composed in file.services:
            label = next((node for key, node in composed.labels.items() if "ratelimit" in key.lower()), None)
            if label is not None:
                return label.at
    return None


def _limit_of_gateway(project: Project) -> At | None:
    """A limit in the routes of a gateway: of Kong, in its own file or as a plugin of the cluster, or of Spring Cloud."""
    for manifest in project.manifests.effective:
        plugin = manifest.node.get("plugin") if manifest.kind in {"KongPlugin", "KongClusterPlugin"} else None
        if plugin is not None and _KONG.fullmatch(plugin.text):
            return plugin.at
    for path in project.files.paths:
        if not path.endswith((".yml", ".yaml")) or project.files.class_of(path) is not FileClass.PRODUCTION:
            continue
        text = project.files.text(path)
        kong = _KONG.search(text) if "_format_version:" in text else None
        spring = _SPRING.search(text) if "RequestRateLimiter" in text else None
        found = kong or spring
        if found:
            return at_offset(path, text, found.start())
    return None
