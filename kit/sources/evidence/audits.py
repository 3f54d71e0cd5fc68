"""Known holes of dependencies and images: npm, pnpm, yarn, pip-audit, osv-scanner, Trivy, Grype, cargo-audit, Snyk."""

from __future__ import annotations

from collections.abc import Iterator

from kit.model import Severity
from kit.sources.evidence.found import Format, Found
from kit.sources.evidence.issues import kept, listed
from kit.sources.evidence.model import Audit, Issue, Issues, Vulnerability
from kit.sources.evidence.words import by_score, level, severity
from kit.sources.formats.parts import Part, moment


def npm(root: Part) -> Found:
    """`npm audit --json` of npm 7 and later: one entry for each advisory of a package that has one itself."""
    found = [v for name, part in root.get("vulnerabilities").items() for v in _npm_package(name, part)]
    packages = root.get("metadata", "dependencies", "total").count
    return Found((Audit("npm audit", "", tuple(found), packages, line=root.get("vulnerabilities").line),))


def _npm_package(name: str, part: Part) -> Iterator[Vulnerability]:
    fix = part.get("fixAvailable")
    fixed = "npm audit fix" if fix.value is True else ""
    if fix.is_map:
        major = " (a major change)" if fix.get("isSemVerMajor").value is True else ""
        fixed = f"{fix.get('name').text} {fix.get('version').text}{major}"
    for via in part.get("via"):
        if via.is_map:
            yield Vulnerability(
                id=via.get("url").text.rpartition("/")[2] or via.get("source").text,
                package=name,
                version=part.get("range").text,
                severity=severity(via.get("severity").text or part.get("severity").text),
                fixed=fixed,
                title=via.get("title").text,
                path=part.get("nodes", 0).text,
                line=via.first("title", "url").line,
            )


def advisories(root: Part) -> Found:
    """The older form, which npm 6, pnpm and Yarn 3 write."""
    found = tuple(_advisory(part) for part in root.each("advisories", "*"))
    total = root.get("metadata").first("totalDependencies", "dependencies").count
    return Found((Audit("pnpm, yarn or npm audit", "", found, total, line=root.get("advisories").line),))


def _advisory(part: Part) -> Vulnerability:
    patched = part.get("patched_versions").text
    return Vulnerability(
        id=part.first("github_advisory_id", "id").text,
        package=part.get("module_name").text,
        version=part.get("findings", 0, "version").text or part.get("vulnerable_versions").text,
        severity=severity(part.get("severity").text),
        fixed="" if patched in ("", "<0.0.0") else patched,
        title=part.get("title").text,
        path=part.get("findings", 0, "paths", 0).text,
        line=part.get("module_name").line or part.line,
        aliases=tuple(c.text for c in part.get("cves")),
    )


def yarn(rows: list[Part]) -> Found:
    """`yarn audit --json` of Yarn 1, and `yarn npm audit --json` of Yarn 4: a line for each."""
    found: dict[tuple[str, str], Vulnerability] = {}
    total = None
    for row in rows:
        if row.get("type").text == "auditAdvisory":
            entry = _advisory(row.get("data", "advisory"))
        elif row.get("type").text == "auditSummary":
            total = row.get("data", "totalDependencies").count
            continue
        elif "Severity" in row.get("children"):
            entry = _yarn4(row)
        else:
            continue
        found.setdefault((entry.id, entry.package), _on_line(entry, row.line))
    return Found((Audit("yarn audit", "", tuple(found.values()), total, line=1),))


def _on_line(entry: Vulnerability, line: int | None) -> Vulnerability:
    return Vulnerability(
        entry.id,
        entry.package,
        entry.version,
        entry.severity,
        entry.fixed,
        entry.title,
        entry.path,
        line,
        entry.aliases,
    )


def _yarn4(row: Part) -> Vulnerability:
    part = row.get("children")
    return Vulnerability(
        id=part.get("URL").text.rpartition("/")[2] or part.get("ID").text,
        package=row.get("value").text,
        version=part.get("Tree Versions", 0).text,
        severity=severity(part.get("Severity").text),
        title=part.get("Issue").text,
    )


def pip_audit(root: Part) -> Found:
    """pip-audit. It tells no severities."""
    packages = list(root.get("dependencies")) if root.is_map else list(root)
    found = [
        Vulnerability(
            id=hole.get("id").text,
            package=package.get("name").text,
            version=package.get("version").text,
            severity=None,
            fixed=", ".join(v.text for v in hole.get("fix_versions")),
            title=hole.get("description").text[:200],
            line=hole.get("id").line,
            aliases=tuple(a.text for a in hole.get("aliases")),
        )
        for package in packages
        for hole in package.get("vulns")
    ]
    return Found((Audit("pip-audit", "", tuple(found), len(packages), line=root.first("dependencies").line or 1),))


def osv(root: Part) -> Found:
    """osv-scanner: an audit for each lockfile that it looked at."""
    records = [_osv_source(source) for source in root.get("results")]
    return Found(tuple(records) or (Audit("osv-scanner", "", line=root.get("results").line),))


def _osv_source(source: Part) -> Audit:
    path = source.get("source", "path").text
    packages = list(source.get("packages"))
    found = [v for package in packages for v in _osv_package(package, path)]
    return Audit("osv-scanner", path, tuple(found), line=source.get("source", "path").line)


def _osv_package(package: Part, path: str) -> Iterator[Vulnerability]:
    scores = {i.text: g.get("max_severity").number for g in package.get("groups") for i in g.get("ids")}
    told: set[str] = set()
    for hole in package.get("vulnerabilities"):
        id, aliases = hole.get("id").text, tuple(a.text for a in hole.get("aliases"))
        if told & {id, *aliases}:
            continue
        told |= {id, *aliases}
        events = hole.each("affected", "*", "ranges", "*", "events", "*", "fixed")
        yield Vulnerability(
            id=id,
            package=package.get("package", "name").text,
            version=package.get("package", "version").text,
            severity=by_score(scores.get(id)) or severity(hole.get("database_specific", "severity").text),
            fixed=", ".join(dict.fromkeys(e.text for e in events if e.text)),
            title=hole.first("summary", "details").text[:200],
            path=path,
            line=hole.get("id").line,
            aliases=aliases,
        )


def trivy(root: Part) -> Found:
    """Trivy: holes of packages, and what it says of configuration and of secrets."""
    target = root.get("ArtifactName").text
    results = list(root.get("Results"))
    holes = tuple(v for result in results for v in _trivy_holes(result))
    records: list[Audit | Issues] = [Audit("Trivy", target, holes, line=root.get("ArtifactName").line)]
    failed = [i for r in results for i in _trivy_issues(r, "Misconfigurations", "ID")]
    leaked = [i for r in results for i in _trivy_issues(r, "Secrets", "RuleID")]
    if any("Misconfigurations" in r or r.get("Class").text == "config" for r in results):
        records.append(kept("Trivy", "configuration", failed))
    if any("Secrets" in r or r.get("Class").text == "secret" for r in results):
        records.append(kept("Trivy", "secrets", leaked))
    return Found(tuple(records), made=moment(root.get("CreatedAt").value))


def _trivy_holes(result: Part) -> Iterator[Vulnerability]:
    for hole in result.get("Vulnerabilities"):
        yield Vulnerability(
            id=hole.get("VulnerabilityID").text,
            package=hole.get("PkgName").text,
            version=hole.get("InstalledVersion").text,
            severity=severity(hole.get("Severity").text),
            fixed=hole.get("FixedVersion").text,
            title=hole.get("Title").text[:200],
            path=result.get("Target").text,
            line=hole.get("VulnerabilityID").line,
        )


def _trivy_issues(result: Part, key: str, rule: str) -> Iterator[Issue]:
    for each in result.get(key):
        place = each.get("CauseMetadata") if "CauseMetadata" in each else each
        if each.get("Status").text in ("", "FAIL"):
            yield Issue(
                rule=each.get(rule).text,
                level=level(each.get("Severity").text),
                message=each.first("Message", "Title").text if key != "Secrets" else each.get("Title").text,
                path=result.get("Target").text,
                at=place.get("StartLine").count,
                end=place.get("EndLine").count,
                severity=severity(each.get("Severity").text),
                line=each.get(rule).line,
            )


def grype(root: Part) -> Found:
    """Grype."""
    source = root.get("source", "target")
    found = [_grype_match(match) for match in root.get("matches")]
    version, made = root.get("descriptor", "version").text, moment(root.get("descriptor", "timestamp").value)
    target = source.text or source.first("userInput", "imageID").text
    return Found((Audit("Grype", target, tuple(found), version=version, line=root.get("matches").line),), made=made)


def _grype_match(match: Part) -> Vulnerability:
    hole, package = match.get("vulnerability"), match.get("artifact")
    return Vulnerability(
        id=hole.get("id").text,
        package=package.get("name").text,
        version=package.get("version").text,
        severity=severity(hole.get("severity").text),
        fixed=", ".join(v.text for v in hole.get("fix", "versions")),
        title=hole.get("description").text[:200],
        path=package.get("locations", 0, "path").text,
        line=hole.get("id").line,
        aliases=tuple(r.get("id").text for r in match.get("relatedVulnerabilities")),
    )


def cargo(root: Part) -> Found:
    """cargo-audit. Its advisories tell a vector and no word."""
    found = [
        Vulnerability(
            id=each.get("advisory", "id").text,
            package=each.get("package", "name").text,
            version=each.get("package", "version").text,
            severity=_of_vector(each.get("advisory", "cvss").text),
            fixed=", ".join(v.text for v in each.get("versions", "patched")),
            title=each.get("advisory", "title").text,
            line=each.get("advisory", "id").line,
        )
        for each in root.get("vulnerabilities", "list")
    ]
    packages = root.get("lockfile", "dependency-count").count
    return Found((Audit("cargo-audit", "", tuple(found), packages, line=root.get("vulnerabilities").line),))


def _of_vector(vector: str) -> Severity | None:
    """A grade for a vector without a score: what is lost over the network weighs high."""
    if not vector:
        return None
    return Severity.HIGH if "AV:N" in vector and any(f"/{part}:H" in vector for part in "CIA") else Severity.MEDIUM


def snyk(root: Part) -> Found:
    """`snyk test --json` of one project."""
    found: dict[tuple[str, str], Vulnerability] = {}
    for each in root.get("vulnerabilities"):
        entry = Vulnerability(
            id=each.get("id").text,
            package=each.first("packageName", "name").text,
            version=each.get("version").text,
            severity=severity(each.get("severity").text),
            fixed=", ".join(v.text for v in each.get("fixedIn")),
            title=each.get("title").text,
            line=each.get("id").line,
        )
        found.setdefault((entry.id, entry.package), entry)
    total = root.get("dependencyCount").count
    return Found((Audit("Snyk", root.get("projectName").text, tuple(found.values()), total, line=root.line),))


def _is_pip_audit(root: Part) -> bool:
    inner = root.get("dependencies") if root.is_map else root
    return listed(inner, "name") and any("vulns" in package or "skip_reason" in package for package in inner)


JSON: tuple[Format[Part], ...] = (
    Format("npm audit", lambda r: "auditReportVersion" in r, npm),
    Format("npm, pnpm or yarn audit", lambda r: r.get("advisories").is_map and "metadata" in r, advisories),
    Format("Trivy", lambda r: "ArtifactName" in r and ("Results" in r or "SchemaVersion" in r), trivy),
    Format("Grype", lambda r: "matches" in r and "descriptor" in r, grype),
    Format("pip-audit", _is_pip_audit, pip_audit),
    Format("osv-scanner", lambda r: r.get("results").is_list and ("experimental_config" in r or _of_osv(r)), osv),
    Format("cargo-audit", lambda r: "lockfile" in r and "list" in r.get("vulnerabilities"), cargo),
    Format("Snyk", lambda r: r.get("vulnerabilities").is_list and "packageManager" in r, snyk),
)


def _of_osv(root: Part) -> bool:
    return "packages" in root.get("results", 0) and "source" in root.get("results", 0)


def _is_yarn(rows: list[Part]) -> bool:
    return any(
        r.get("type").text in ("auditAdvisory", "auditSummary") or "Severity" in r.get("children") for r in rows[:50]
    )


LINES: tuple[Format[list[Part]], ...] = (Format("yarn audit", _is_yarn, yarn),)
