"""What scanners say of code: SARIF of any of them, Semgrep, Checkov, KICS, gitleaks, Bandit, gosec, hadolint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import unquote

from kit.sources.evidence.found import Format, Found
from kit.sources.evidence.model import Issue, Issues, Level, Topic
from kit.sources.evidence.words import by_score, level, severity
from kit.sources.formats.parts import Part, later, moment

MOST_ISSUES = 5_000
"""Alarms that are kept of one run; the rest is counted."""
_SECRETS = re.compile(r"gitleaks|trufflehog|detect-secrets|ggshield|secret", re.IGNORECASE)
_LINTERS = re.compile(
    r"eslint|ruff|pylint|flake8|stylelint|golangci|rubocop|biome|clippy|checkstyle|psalm|phpstan", re.IGNORECASE
)
_COMPILERS = re.compile(r"mypy|pyright|\btsc\b|typescript", re.IGNORECASE)
_CONFIGURATION = re.compile(
    r"checkov|kics|hadolint|kube-?linter|kubescape|tfsec|terrascan|trivy|zizmor|actionlint|squawk|polaris",
    re.IGNORECASE,
)


def kept(tool: str, topic: Topic, issues: Iterable[Issue], version: str = "", line: int | None = None) -> Issues:
    """One run of a tool; what goes beyond a limit is counted only."""
    found = list(issues)
    return Issues(tool, topic, tuple(found[:MOST_ISSUES]), version, max(0, len(found) - MOST_ISSUES), line)


def topic_of(tool: str) -> Topic:
    """What a tool looks for, by its name."""
    if _SECRETS.search(tool):
        return "secrets"
    if _COMPILERS.search(tool):
        return "types"
    if _LINTERS.search(tool):
        return "lint"
    return "configuration" if _CONFIGURATION.search(tool) else "security"


def sarif(root: Part) -> Found:
    """SARIF 2.1.0. Raises ValueError for another version, or where there are no runs."""
    if not root.get("runs").is_list:
        raise ValueError("it is SARIF without a list of runs")
    if not root.get("version").text.startswith("2."):
        raise ValueError(f"it is SARIF {root.get('version').text or 'of no version'}; 2.1.0 was expected")
    records, made, revision = [], None, None
    for run in root.get("runs"):
        driver = run.get("tool", "driver")
        name = driver.get("name").text or "a scanner without a name"
        version = driver.first("semanticVersion", "version").text
        records.append(kept(name, topic_of(name), _results(run), version, driver.get("name").line))
        made = later(made, _ended(run))
        revision = run.get("versionControlProvenance", 0, "revisionId").text or revision
    return Found(tuple(records), made=made, revision=revision)


def _ended(run: Part) -> datetime | None:
    made = None
    for call in run.get("invocations"):
        made = later(made, moment(call.first("endTimeUtc", "startTimeUtc").value))
    return made


def _results(run: Part) -> Iterator[Issue]:
    rules = _rules(run)
    for result in run.get("results"):
        if result.get("kind").text not in ("", "fail", "open", "review") or _suppressed(result):
            continue
        rule = rules.get(_rule_id(result, run), Part())
        place = result.get("locations", 0, "physicalLocation")
        region = place.get("region")
        score = rule.get("properties", "security-severity").number
        yield Issue(
            rule=_rule_id(result, run),
            level=_sarif_level(result, rule),
            message=result.get("message").first("text", "markdown").text,
            path=_uri(place.get("artifactLocation", "uri").text),
            at=region.get("startLine").count,
            end=region.get("endLine").count,
            severity=by_score(score),
            line=result.get("ruleId").line or result.line,
        )


def _rules(run: Part) -> dict[str, Part]:
    parts = [run.get("tool", "driver"), *run.get("tool", "extensions")]
    return {rule.get("id").text: rule for part in parts for rule in part.get("rules")}


def _rule_id(result: Part, run: Part) -> str:
    index = result.first("ruleIndex").count
    named = result.get("ruleId").text or result.get("rule", "id").text
    if named or index is None:
        return named
    return run.get("tool", "driver", "rules", index, "id").text


def _sarif_level(result: Part, rule: Part) -> Level:
    word = result.get("level").text or rule.get("defaultConfiguration", "level").text or "warning"
    return level(word)


def _suppressed(result: Part) -> bool:
    return any(s.get("status").text in ("", "accepted") for s in result.get("suppressions"))


def _uri(uri: str) -> str:
    return unquote(uri.removeprefix("file://"))


def semgrep(root: Part) -> Found:
    """The JSON of Semgrep."""
    issues = [
        Issue(
            rule=each.get("check_id").text,
            level=level(each.get("extra", "severity").text),
            message=each.get("extra", "message").text,
            path=each.get("path").text,
            at=each.get("start", "line").count,
            end=each.get("end", "line").count,
            severity=severity(each.get("extra", "metadata", "impact").text or each.get("extra", "severity").text),
            line=each.get("check_id").line,
        )
        for each in root.get("results")
        if each.get("extra", "is_ignored").value is not True
    ]
    return Found((kept("Semgrep", "security", issues, root.get("version").text, root.get("results").line),))


def checkov(root: Part) -> Found:
    """The JSON of Checkov: one report, or a list with one for each framework."""
    reports = [each for each in (list(root) or [root]) if "summary" in each or "results" in each]
    issues = [_checkov_issue(each) for report in reports for each in report.get("results", "failed_checks")]
    versions = (report.get("summary", "checkov_version").text for report in reports)
    return Found((kept("checkov", "configuration", issues, next(filter(None, versions), ""), root.line),))


def _checkov_issue(each: Part) -> Issue:
    said = ": ".join(filter(None, (each.get("resource").text, each.get("check_name").text)))
    first, last = each.get("file_line_range", 0).count, each.get("file_line_range", 1).count
    path, line = each.get("file_path").text.lstrip("/"), each.get("check_id").line
    rated = severity(each.get("severity").text)
    return Issue(each.get("check_id").text, "warning", said, path, first, last, rated, line)


def kics(root: Part) -> Found:
    """The JSON of KICS."""
    issues = [
        Issue(
            rule=query.get("query_name").text,
            level=level(query.get("severity").text),
            message=f"{query.get('query_name').text}: {place.first('actual_value', 'issue_type').text}",
            path=place.get("file_name").text,
            at=place.get("line").count,
            severity=severity(query.get("severity").text),
            line=place.get("file_name").line,
        )
        for query in root.get("queries")
        for place in query.get("files")
    ]
    record = kept("KICS", "configuration", issues, root.get("kics_version").text, root.get("queries").line)
    return Found((record,), made=moment(root.get("end").value))


def gitleaks(root: Part) -> Found:
    """The JSON of gitleaks. The secrets themselves are left behind."""
    issues, hidden = [], []
    for each in root:
        hidden += [each.get("Secret").raw, each.get("Match").raw]
        commit = each.get("Commit").text[:12]
        said = each.get("Description").text or each.get("RuleID").text
        issues.append(
            Issue(
                rule=each.get("RuleID").text,
                level="error",
                message=f"{said} (commit {commit})" if commit else said,
                path=each.get("File").text,
                at=each.get("StartLine").count,
                end=each.get("EndLine").count,
                line=each.get("RuleID").line,
            )
        )
    return Found((kept("gitleaks", "secrets", issues, line=root.line),), hidden=tuple(filter(None, hidden)))


def bandit(root: Part) -> Found:
    """The JSON of Bandit."""
    issues = [
        Issue(
            rule=each.get("test_id").text,
            level=level(each.get("issue_severity").text),
            message=each.get("issue_text").text,
            path=each.get("filename").text,
            at=each.get("line_number").count,
            severity=severity(each.get("issue_severity").text),
            line=each.get("test_id").line,
        )
        for each in root.get("results")
    ]
    return Found(
        (kept("Bandit", "security", issues, line=root.get("results").line),),
        made=moment(root.get("generated_at").value),
    )


def gosec(root: Part) -> Found:
    """The JSON of gosec."""
    issues = [
        Issue(
            rule=each.get("rule_id").text,
            level=level(each.get("severity").text),
            message=each.get("details").text,
            path=each.get("file").text,
            at=_first_line(each.get("line").text),
            severity=severity(each.get("severity").text),
            line=each.get("rule_id").line,
        )
        for each in root.get("Issues")
    ]
    return Found((kept("gosec", "security", issues, root.get("GosecVersion").text, root.get("Issues").line),))


def _first_line(text: str) -> int | None:
    digits = re.match(r"\d{1,9}", text)
    return int(digits[0]) if digits else None


def hadolint(root: Part) -> Found:
    """The JSON of hadolint."""
    issues = [
        Issue(
            each.get("code").text,
            level(each.get("level").text),
            each.get("message").text,
            each.get("file").text,
            each.get("line").count,
            line=each.get("code").line,
        )
        for each in root
    ]
    return Found((kept("hadolint", "configuration", issues, line=root.line),))


def listed(root: Part, *keys: str) -> bool:
    """Whether it is a list whose first items have these keys."""
    first = [root.get(i) for i in range(3) if root.get(i).is_map]
    return root.is_list and bool(first) and all(key in each for each in first for key in keys)


def _is_checkov(root: Part) -> bool:
    each = root.get(0) if root.is_list else root
    return "check_type" in each or "checkov_version" in each or "checkov_version" in each.get("summary")


JSON: tuple[Format[Part], ...] = (
    Format("SARIF", lambda r: "runs" in r and ("$schema" in r or "version" in r), sarif),
    Format("Semgrep", lambda r: r.get("results").is_list and "errors" in r and "scanned" in r.get("paths"), semgrep),
    Format("Checkov", _is_checkov, checkov),
    Format("KICS", lambda r: "kics_version" in r or ("queries" in r and "severity_counters" in r), kics),
    Format("gitleaks", lambda r: listed(r, "RuleID", "Fingerprint"), gitleaks),
    Format("Bandit", lambda r: "results" in r and "metrics" in r and "generated_at" in r, bandit),
    Format("gosec", lambda r: "Issues" in r and "Stats" in r, gosec),
    Format("hadolint", lambda r: listed(r, "code", "level", "file", "message"), hadolint),
)
