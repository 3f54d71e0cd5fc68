"""Who looks for holes: scans of dependencies, of code and for secrets, and whether they can stop anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.shared.texts import at_offset
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.pipelines.model import Job, Workflow

_DEPENDENCIES = re.compile(
    r"\b(?:npm|pnpm|yarn(?:\s+npm)?|bun)\s+audit\b|\baudit-ci\b|\bbetter-npm-audit\b|\bpip-audit\b|\bsafety\s+(?:check|scan)\b|\bosv-scanner\b|\bgovulncheck\b|"
    r"\bcargo[ -](?:audit|deny)\b|\bbundle(?:r)?[ -]audit\b|\bdependency-check\b|\bdependencyCheckAnalyze\b|\bsnyk\s+(?:test|monitor|container)\b|\btrivy\s+(?:fs|image|repo|rootfs|filesystem|sbom)\b|\bgrype\b|"
    r"\bcomposer\s+audit\b|\bdotnet\s+list\s+\S*\s*package\s+--vulnerable\b|\buv\s+audit\b|\bnancy\b|\bdocker\s+scout\b|\bretire\b"
)
_DEPENDENCY_ACTIONS = re.compile(
    r"trivy-action|snyk/actions|dependency-review-action|anchore/scan-action|osv-scanner|gh-action-pip-audit|pip-audit|govulncheck-action|rustsec|audit-check|dependency-check|docker/scout-action|"
    r"synopsys|blackduck|mend|fossa|veracode|grype|container-scan|Dependency-Scanning|Container-Scanning|safety-action|ossf/scorecard|wiz|aquasecurity",
    re.IGNORECASE,
)
_INSTALLER = re.compile(
    r"^(?:sudo\s+)?(?:python3?\s+-m\s+)?(?:pip3?|pipx|uv\s+(?:pip|tool)|npm|pnpm|yarn(?:\s+global)?|go|cargo|gem|brew|apt|apt-get|apk)\s+(?:\S+\s+)?(?:install|add|i)\s"
)
"""A scanner that is installed has looked at nothing yet."""
_SECRETS = re.compile(
    r"\bgitleaks\b|\btrufflehog\b|\bdetect-secrets\b|\bgit-secrets\b|\bggshield\b|secret-detection|\btalisman\b|--scanners\s+\S*secret|\bsecretlint\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"codeql|\bsemgrep\b|\bbandit\b|\bgosec\b|\bsonar|spotbugs|find-?sec-?bugs|\bbrakeman\b|\bsnyk\s+code\b|njsscan|bearer|checkmarx|fortify|\bSAST\b|devskim|horusec|eslint-plugin-security|zaproxy|codacy|deepsource|qodana",
    re.IGNORECASE,
)
_UPDATES = ("dependabot.yml", "dependabot.yaml", "renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json")


@dataclass(frozen=True)
class Scan:
    """A step of a pipeline that scans; `swallowed` where its findings stop nothing."""

    at: At
    swallowed: bool
    workflow: Workflow


def _scans(project: Project, commands: re.Pattern[str], actions: re.Pattern[str]) -> Iterator[Scan]:
    for workflow in project.workflows:
        if not workflow.triggers and workflow.platform == "github":
            continue
        for include in workflow.includes:
            if actions.search(include):
                yield Scan(workflow.at, swallowed=False, workflow=workflow)
        for node in workflow.node.each("include", "*", "template") if workflow.node is not None else ():
            if actions.search(node.text):
                yield Scan(node.at, swallowed=False, workflow=workflow)
        for job in workflow.jobs:
            yield from _in_job(project, workflow, job, commands, actions)


def _in_job(
    project: Project, workflow: Workflow, job: Job, commands: re.Pattern[str], actions: re.Pattern[str]
) -> Iterator[Scan]:
    for step in job.all_steps:
        lenient = step.continue_on_error or job.continue_on_error
        if step.uses and actions.search(step.uses):
            code = step.inputs.get("exit-code") if step.inputs is not None else None
            quiet = "trivy" in step.uses and (code is None or code.text == "0")
            yield Scan(step.at, swallowed=lenient or quiet, workflow=workflow)
        for command in step.commands:
            text = " ".join(command.words)
            quiet = command.program == "trivy" and "--exit-code" not in text
            if _INSTALLER.match(text):
                continue
            if commands.search(text) or any(commands.search(s) for s in _called(project, command.words)):
                yield Scan(command.at, swallowed=lenient or command.guarded or quiet, workflow=workflow)


def _called(project: Project, called: tuple[str, ...]) -> Iterator[str]:
    """The text of the package script that a command runs."""
    if called[:1] and called[0] in {"npm", "pnpm", "yarn", "bun"}:
        for package in project.packages:
            for word in called[1:3]:
                if word in package.scripts:
                    yield package.scripts[word].text
    if called[:1] == ("make",):
        for makefile in project.makefiles:
            for word in called[1:]:
                if word in makefile.targets:
                    yield from (" ".join(c.words) for c in makefile.targets[word].commands)


@check("SEC-008", "Dependencies are scanned for known holes", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=1)
def dependencies_are_scanned(project: Project) -> Iterator[Fact]:
    """
    Most holes that are used were known, in a library, and had a fix. Somebody has to look, at every change and in between.

    Decides: pipelines that run an audit of dependencies or images (npm audit, pip-audit, Trivy, Grype, Snyk, OSV, dependency
    review); one whose findings stop nothing holds in part, and so do updates that a bot proposes.

    Fix: let the pipeline end at known holes of dependencies, by `trivy fs --exit-code 1 --severity HIGH,CRITICAL .` or
    by what the language has for it.
    - node: `npm audit --audit-level=high`.
    - python: `pip-audit`.
    - go: `govulncheck ./...`.
    - java: `dependency-check:check` of OWASP.
    - dotnet: `dotnet list package --vulnerable --include-transitive`.
    - php: `composer audit`.
    - ruby: `bundle audit`.
    - rust: `cargo audit`.

    Blind to: scans that a registry or the hosting platform does by itself.

    See: https://owasp.org/Top10/A06_2021-Vulnerable_and_Outdated_Components/
    """
    if not any(p.dependencies for p in project.packages):
        return
    scans = list(_scans(project, _DEPENDENCIES, _DEPENDENCY_ACTIONS))
    firm = [s for s in scans if not s.swallowed]
    updates = [p for p in project.files.named(*_UPDATES) if p.count("/") <= 1]
    if firm:
        yield ok("A pipeline scans dependencies, and what it finds stops it.", firm[0])
    for scan in scans:
        if scan.swallowed:
            yield partial(
                "Dependencies are scanned, and whatever is found stops nothing.",
                scan,
                severity=Severity.LOW if firm else Severity.MEDIUM,
            )
    if not scans and updates:
        yield partial(
            "Updates are proposed; nothing stops a change that brings a known hole in.",
            At(updates[0]),
            severity=Severity.LOW,
        )
    elif not scans:
        yield bad(
            "Nothing looks for known holes in dependencies: no pipeline scans them, no bot proposes updates.",
            _looked(project),
        )


@check("SEC-017", "Code is scanned for secrets and mistakes", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1)
def code_is_scanned(project: Project) -> Iterator[Fact]:
    """
    Reviewers miss a key that slips in, and patterns that every scanner knows.

    Decides: pipelines that look for secrets (gitleaks, TruffleHog, detect-secrets) and analyse code for holes (CodeQL,
    Semgrep, Bandit, gosec, Sonar); hooks on developers' machines alone hold in part.

    Fix: add `gitleaks/gitleaks-action` and `github/codeql-action` to the pipeline.

    Blind to: scans that the hosting platform does by itself.

    See: https://owasp.org/www-community/Source_Code_Analysis_Tools
    """
    if not project.code.files():
        return
    hooks = next((p for p in project.files.named(".pre-commit-config.yaml") if "/" not in p), None)
    local = project.files.text(hooks) if hooks else ""
    for pattern, what, harm in (
        (_SECRETS, "secrets", "a key that slips in stays"),
        (_CODE, "holes", "known mistakes are found by others"),
    ):
        scan = next(iter(_scans(project, pattern, pattern)), None)
        hooked = pattern.search(local)
        if scan is not None:
            yield ok(f"A pipeline looks for {what} in code.", scan)
        elif hooked and hooks:
            yield partial(
                f"Only a hook on developers' machines looks for {what} in code; it can be left out.",
                at_offset(hooks, local, hooked.start()),
            )
        else:
            yield bad(f"No pipeline looks for {what} in code: {harm}.", _looked(project))


def _looked(project: Project) -> At:
    """Where one looked: the folder of the pipelines, else the project."""
    first = next((w.path for w in project.workflows), None)
    return At(first.rpartition("/")[0] or first) if first else At(".")
