"""What audits of dependencies and scanners of code found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kit.checks.shared.evidence import Told, place, told
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.evidence.model import Audit, Issue, Issues, Vulnerability

MOST_PACKAGES = 200
MOST_NAMED = 4
_ORDER = tuple(Severity)


@dataclass
class _Package:
    """The holes of one version of a package, whoever told them."""

    holes: list[tuple[Told[Audit], Vulnerability]] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {name for _, hole in self.holes for name in (hole.id, *hole.aliases) if name}

    @property
    def severity(self) -> Severity:
        """The gravest; medium where a tool tells none."""
        return min((hole.severity or Severity.MEDIUM for _, hole in self.holes), key=_ORDER.index)


@check("SEC-070", "Audits of dependencies find no known hole", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=2)
def audits_find_no_hole(project: Project) -> Iterator[Fact]:
    """
    Most holes that are used were known, in a library, and had a fix.

    Decides: what npm, pnpm and yarn audit, pip-audit, osv-scanner, Trivy, Grype, cargo-audit and Snyk found, one finding for
    each version of a package with the gravest of its holes; what several tools tell is told once.

    Fix: update to the version that the finding names, or waive the hole with the reason why it cannot be reached.

    Blind to: holes that became known after the audit.

    See: https://owasp.org/Top10/A06_2021-Vulnerable_and_Outdated_Components/
    """
    packages: dict[tuple[str, str], _Package] = {}
    for audit in told(project, Audit):
        for hole in audit.record.found:
            packages.setdefault((hole.package, hole.version), _Package()).holes.append((audit, hole))
        if not audit.record.found:
            yield _clean(audit)
    ranked = sorted(packages.items(), key=lambda item: (_ORDER.index(item[1].severity), item[0]))
    for (name, version), package in ranked[:MOST_PACKAGES]:
        yield _holes(name, version, package)
    if len(ranked) > MOST_PACKAGES:
        audit = ranked[-1][1].holes[0][0]
        yield bad(
            f"{len(ranked) - MOST_PACKAGES} more packages have known holes.",
            audit.at(),
            severity=Severity.MEDIUM,
            **audit.how,
        )


def _clean(audit: Told[Audit]) -> Fact:
    of = f" of {audit.record.target}" if audit.record.target else ""
    among = f" in {audit.record.packages} packages" if audit.record.packages else ""
    return ok(audit.said(f"{audit.record.tool}{of}: no known hole{among}."), audit.at(), **audit.how)


def _holes(name: str, version: str, package: _Package) -> Fact:
    audit, first = min(package.holes, key=lambda pair: _ORDER.index(pair[1].severity or Severity.MEDIUM))
    ids = list(dict.fromkeys(hole.id for _, hole in package.holes if hole.id))
    fixed = next((hole.fixed for _, hole in package.holes if hole.fixed), "")
    tools = listed(sorted({a.record.tool for a, _ in package.holes}))
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    mended = f"; mended in {fixed}" if fixed else "; nothing mends it yet"
    title = f": {first.title.rstrip('.')}" if first.title else ""
    message = audit.said(f"{name} {version}: {listed(ids[:MOST_NAMED])}{more}{title}{mended} ({tools}).")
    places = dict.fromkeys(a.at(hole.line) for a, hole in package.holes)
    fix = f"Update {name} to {fixed}." if fixed and "audit fix" not in fixed else None
    return bad(message, *list(places)[:MOST_NAMED], severity=package.severity, fix=fix, **audit.how)


@check("SEC-071", "Scanners of others raise no alarm", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=1)
def scanners_raise_no_alarm(project: Project) -> Iterator[Fact]:
    """
    Scanners know rules that no check of ours asks about; what they raised was worth somebody's time to run them.

    Decides: the alarms of SARIF files of any scanner, Semgrep, KICS, Bandit, gosec and Trivy's misconfigurations, by the severity
    that the rule has. Alarms whose rule belongs to one of our checks are joined with what that check says there; linters,
    compilers and what is found in no file of the project stand apart.

    Fix: follow the rule's page, or waive it with a reason.

    Blind to: everything unless a report is named under `evidence`.

    See: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
    """
    for scan in told(project, Issues):
        if scan.record.topic not in ("security", "configuration"):
            continue
        elsewhere = [i for i in scan.record.found if place(project, scan, i.path, i.at) is None]
        strange = len(elsewhere) == len(scan.record.found) > 1
        for issue in elsewhere[: 0 if strange else MOST_PACKAGES]:
            yield _elsewhere(scan, issue)
        if strange:
            yield _strange(scan)
        elif not scan.record.found:
            yield ok(scan.said(f"{scan.record.tool} raised no alarm."), scan.at(), **scan.how)
        elif not elsewhere:
            count = len(scan.record.found) + scan.record.more
            message = f"{scan.record.tool}: its {count} {'alarm is' if count == 1 else 'alarms are'} judged where the code stands."
            yield ok(scan.said(message), scan.at(), **scan.how)


def _strange(scan: Told[Issues]) -> Fact:
    first = scan.record.found[0]
    message = f"{scan.record.tool}: none of its {len(scan.record.found)} alarms is in a file of this project; the first is in {first.path or 'no file'}. It looked at another project, or at an image."
    return bad(scan.said(message), scan.at(first.line), blocks=False, **scan.how)


def _elsewhere(scan: Told[Issues], issue: Issue) -> Fact:
    graded = {"error": Severity.MEDIUM, "warning": Severity.LOW, "note": Severity.LOW}[issue.level]
    where = (
        f" in {issue.path}{f':{issue.at}' if issue.at else ''}, which is no file of the project" if issue.path else ""
    )
    message = f"{scan.record.tool} says ({issue.rule}){where}: {issue.message.rstrip('.')}."
    place: At = scan.at(issue.line)
    return bad(scan.said(message), place, severity=issue.severity or graded, blocks=False, **scan.how)
