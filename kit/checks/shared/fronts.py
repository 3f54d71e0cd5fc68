"""What stands before a service: an nginx, an Ingress or a gateway of the project that hands requests on to it."""

from __future__ import annotations

import re

from kit.model import At
from kit.project import Project
from kit.system.model import Service


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
