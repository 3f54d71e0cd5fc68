"""How files reach the browser: from near by, and not too many."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.deployed import infrastructure, manifests
from kit.checks.shared.services import only_aside
from kit.checks.shared.texts import at_offset
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.packages.model import Package
from kit.system.model import Service
from kit.system.pipeline_acts import pipelines
from kit.system.reach import reach

_NETWORKS = re.compile(
    r"^(?:aws_cloudfront_distribution|cloudflare_(?:record|zone|pages_project)|google_compute_backend_bucket|azurerm_(?:cdn|frontdoor)\w*"
    r"|fastly_service\w*|akamai_\w+|bunnynet_\w+|vercel_project|netlify_site|digitalocean_cdn)$"
)
_EDGES = frozenset({"vercel", "netlify", "cloudflare", "firebase", "amplify"})
_EDGE_FILES = ("vercel.json", "netlify.toml", "wrangler.toml", "firebase.json", "amplify.yml", "wrangler.jsonc")
_PREFIX = re.compile(r"\bassetPrefix\s*:\s*\S|\bSTATIC_URL\s*=\s*f?['\"]https?://|\bAWS_S3_CUSTOM_DOMAIN\s*=|\bASSET_HOST\b|\basset_host\s*=|\bcdnURL\s*:")  # fmt: skip
_NEEDLES = ("assetPrefix", "STATIC_URL", "AWS_S3_CUSTOM_DOMAIN", "ASSET_HOST", "asset_host", "cdnURL")
_BUNDLERS = (
    "vite",
    "next",
    "react-scripts",
    "@angular/cli",
    "webpack",
    "@vue/cli-service",
    "nuxt",
    "parcel",
    "@sveltejs/kit",
)
_TOOLS = re.compile(r"\b(?:size-limit|bundlesize2?|bundlewatch|lhci|lighthouse-ci|bundle-stats|nextjs-bundle-analysis|compressed-size-action|webpack-bundle-size)\b")  # fmt: skip
_CONFIGS = re.compile(r"(?:^|/)(?:\.size-limit\.(?:[cm]?js|json|ts)|\.?bundlewatch\.config\.\w+|bundlesize\.config\.json|\.?lighthouserc\.(?:[cm]?js|json|ya?ml))$")  # fmt: skip


@check("PRF-060", "Static files come from near the user", Severity.LOW, Clause.DEPLOYMENT, effort_hours=8)
def files_come_from_near(project: Project) -> Iterator[Fact]:
    """
    A page of two hundred files from another continent takes seconds, and each of them takes a connection from those who
    ask the API.

    Decides: projects that deploy pages of their own: a content delivery network in infrastructure files, a hosting
    platform with one, a CDN switched on in a BackendConfig, or an address of one in settings (`assetPrefix`,
    `STATIC_URL`). Where there is none, that is told once.

    Fix: put `aws_cloudfront_distribution` or the like before the files, and let names carry a hash.

    Blind to: a network that the domain's name points to.

    See: https://web.dev/articles/content-delivery-networks
    """
    pages = _pages(project)
    if not pages:
        return
    found = list(dict.fromkeys(_networks(project)))
    yield from (ok("Static files come from a content delivery network.", at) for at in found[:3])
    if not found:
        yield bad(f"{pages[0].name}: no content delivery network before its files is to be seen.", pages[0])


def _pages(project: Project) -> list[Service]:
    """The services that are pages, and run outside of development."""
    live = [s for s in project.system.own if s.deployments and not only_aside(project, s)]
    return [s for s in live if s.kind == "web" and s.root is not None and _bundled(project, s.root)]


def _bundled(project: Project, root: str) -> Package | None:
    return next((p for p in project.packages if p.dir == root and p.depends_on(*_BUNDLERS)), None)


def _networks(project: Project) -> Iterator[At]:
    for resource in infrastructure(project):
        cdn = resource.node.get("enable_cdn")
        if _NETWORKS.match(resource.type) or (cdn is not None and cdn.text == "true"):
            yield resource.at
    for path in project.files.glob("*.yml", "*.yaml", "*.json", "*.template", classes={FileClass.PRODUCTION}):
        text = project.files.text(path)
        if "AWS::CloudFront::Distribution" in text:
            yield at_offset(path, text, text.index("AWS::CloudFront::Distribution"))
    yield from (app.at for app in project.paas if app.platform in _EDGES)
    yield from (At(p) for p in project.files.named(*_EDGE_FILES) if project.files.class_of(p) is FileClass.PRODUCTION)
    for manifest in manifests(project, "BackendConfig"):
        enabled = manifest.node.get("spec", "cdn", "enabled")
        if enabled is not None and enabled.text == "true":
            yield enabled.at
    for path in project.code.holding(*_NEEDLES):
        text = project.code.text(path)
        match = _PREFIX.search(text)
        if match is not None:
            yield at_offset(path, text, match.start())


@check("PRF-061", "The weight of the page is bounded", Severity.LOW, Clause.INVARIANTS, effort_hours=2)
def bundles_are_bounded(project: Project) -> Iterator[Fact]:
    """
    Pages grow by one library at a time, and nobody ever decided that they should take ten seconds on a phone.

    Decides: projects that deploy pages of their own: size-limit, bundlewatch, Lighthouse CI and the like that a pipeline
    runs, or budgets of Angular that are errors. A tool that is configured and not run, and budgets that only warn, hold in
    part. Where there is none, that is told once.

    Fix: `"size-limit": [{"path": "dist/assets/*.js", "limit": "250 kB"}]` in package.json, and `npx size-limit` after the
    build in the pipeline.

    Blind to: a performance service that watches the page from outside.

    See: https://web.dev/articles/performance-budgets-101
    """
    pages = _pages(project)
    if not pages:
        return
    run, configured = next(_run(project), None), next(_configured(project), None)
    angular = list(_angular(project))
    yield from angular
    if run is not None:
        yield ok("A pipeline holds the page to a size.", run)
    elif configured is not None and not angular:
        yield partial("A limit for the page's size is configured, and no pipeline looks at it.", configured)
    elif not angular:
        yield bad(f"{pages[0].name}: nothing bounds the size of what the browser has to load.", pages[0])


def _run(project: Project) -> Iterator[At]:
    for pipeline in pipelines(project):
        for job in pipeline.workflow.jobs:
            for step in job.all_steps:
                if step.uses and _TOOLS.search(step.uses.replace("lighthouse-ci-action", "lighthouse-ci")):
                    yield step.at
                yield from (r.root.at for r in reach(project).of(step.commands) if _TOOLS.search(r.command.text))


def _configured(project: Project) -> Iterator[At]:
    yield from (At(p) for p in project.files.paths if _CONFIGS.search(p))
    for package in project.packages:
        for key in ("size-limit", "bundlesize", "bundlewatch"):
            node = package.node.get(key) if package.node is not None else None
            if node is not None:
                yield node.at


def _angular(project: Project) -> Iterator[Fact]:
    for path in project.files.named("angular.json"):
        for node in project.documents.get(path).each("projects", "*", "architect", "build", "configurations", "production", "budgets"):  # fmt: skip
            if any("maximumError" in budget for budget in node.children()):
                yield ok("The build fails when the page grows beyond its budget.", node)
            else:
                yield partial("The page's budget only warns.", node)
