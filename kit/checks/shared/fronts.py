"""What stands before the services: an nginx, an Ingress or a gateway that hands requests on, and may ask who calls."""

from __future__ import annotations

import re

from kit.checks.shared.calls import runs
from kit.checks.shared.texts import at_offset
from kit.model import At, FileClass
from kit.project import Project
from kit.system.model import Service
from kit.system.scope import within

_GUARDED_ELSEWHERE = ("auth_request", "auth_basic")
_ROUTES_ON = re.compile(r"(?m)^[ \t]{0,20}gateway:[ \t]*$|spring\.cloud\.gateway\.")


def front_of(project: Project, service: Service) -> At | None:
    """Where requests are handed on to the service; None where nothing in the project does."""
    asked = re.compile(rf"(?://|^){re.escape(service.name)}(?:[:/;]|$)")
    for config in project.nginx:
        for directive in config.walk():
            if directive.name in {"proxy_pass", "server"} and directive.args and asked.search(directive.args[0]):
                return directive.at
    ports = [*service.ports, *(port for deployment in service.deployments for port in deployment.ports)]
    names = {service.name, *(port.name for port in ports)} - {None, ""}
    routed = ((m, b) for m in project.manifests.effective for b in m.backends if m.kind != "Service")
    return next((b.at for _, b in routed if b.service in names), None)


def guard_in_front(project: Project) -> At | None:
    """A proxy, an ingress or an API gateway of the system that asks who calls."""
    for config in project.nginx:
        for directive in config.walk():
            if (
                directive.name in _GUARDED_ELSEWHERE
                and directive.value != "off"
                and project.files.class_of(config.path) is FileClass.PRODUCTION
            ):
                return directive.at
    for ingress in project.manifests.effective.of("Ingress"):
        if any("auth-url" in key or "auth-type" in key for key in ingress.annotations):
            return ingress.at
    for kind in ("RequestAuthentication", "AuthorizationPolicy", "SecurityPolicy"):
        for manifest in project.manifests.effective.of(kind):
            return manifest.at
    if (gateway := _guarded_gateway(project)) is not None:
        return gateway
    return next(
        (s.at for s in project.system.services if re.search(r"oauth2-proxy|authelia|authentik|pomerium", s.name)), None
    )


def _guarded_gateway(project: Project) -> At | None:
    """Where a Spring Cloud Gateway of the project asks who calls before it hands anything on."""
    for path in project.code.holding("SecurityWebFilterChain", languages=("java", "kotlin")):
        text = project.code.text(path)
        asks = re.search(r"\.anyExchange\(\)\s{0,40}\.(?:authenticated|access|has\w{4,16})\(", text)
        unit = project.code.unit(path)
        settings = (p for p in project.files.paths if within(p, unit) and re.search(r"/application[\w.-]*\.\w+$", p))
        if asks and runs(path) and any(_ROUTES_ON.search(project.files.text(p)) for p in settings):
            return at_offset(path, text, asks.start())
    return None
