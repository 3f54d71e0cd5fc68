"""Audits of dependencies and bills of materials, of every tool."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from evidence_files import one

from kit.model import Severity
from kit.sources.evidence.model import Audit, Bill, Issues

NPM = {
    "auditReportVersion": 2,
    "vulnerabilities": {
        "lodash": {
            "name": "lodash",
            "severity": "critical",
            "via": [
                {
                    "source": 1,
                    "name": "lodash",
                    "title": "Prototype Pollution",
                    "url": "https://github.com/advisories/GHSA-1",
                    "severity": "critical",
                    "range": "<4.17.12",
                }
            ],
            "range": "<4.17.12",
            "nodes": ["node_modules/lodash"],
            "fixAvailable": {"name": "lodash", "version": "4.17.21", "isSemVerMajor": False},
        },
        "top": {
            "name": "top",
            "severity": "critical",
            "via": ["lodash"],
            "range": "*",
            "nodes": [],
            "fixAvailable": True,
        },
    },
    "metadata": {"vulnerabilities": {"critical": 2}, "dependencies": {"total": 120}},
}
ADVISORY = {
    "id": 5,
    "github_advisory_id": "GHSA-1",
    "module_name": "lodash",
    "severity": "critical",
    "title": "Prototype Pollution",
    "patched_versions": ">=4.17.21",
    "findings": [{"version": "4.17.4", "paths": ["a>lodash"]}],
    "cves": ["CVE-2019-10744"],
}
PNPM = {"actions": [], "advisories": {"5": ADVISORY}, "metadata": {"totalDependencies": 120}}
YARN1 = "\n".join(
    map(
        json.dumps,
        [
            {"type": "auditAdvisory", "data": {"resolution": {}, "advisory": ADVISORY}},
            {"type": "auditAdvisory", "data": {"resolution": {}, "advisory": ADVISORY}},
            {"type": "auditSummary", "data": {"vulnerabilities": {"critical": 2}, "totalDependencies": 120}},
        ],
    )
)
YARN4 = json.dumps(
    {
        "value": "lodash",
        "children": {
            "ID": 5,
            "Issue": "Prototype Pollution",
            "URL": "https://github.com/advisories/GHSA-1",
            "Severity": "critical",
            "Vulnerable Versions": "<4",
            "Tree Versions": ["4.17.4"],
        },
    }
)
OSV = {
    "results": [
        {
            "source": {"path": "/app/package-lock.json", "type": "lockfile"},
            "packages": [
                {
                    "package": {"name": "lodash", "version": "4.17.4", "ecosystem": "npm"},
                    "vulnerabilities": [
                        {
                            "id": "GHSA-1",
                            "aliases": ["CVE-2019-10744"],
                            "summary": "Prototype Pollution",
                            "affected": [{"ranges": [{"events": [{"introduced": "0"}, {"fixed": "4.17.21"}]}]}],
                        }
                    ],
                    "groups": [{"ids": ["GHSA-1"], "max_severity": "9.1"}],
                }
            ],
        }
    ]
}
TRIVY = {
    "SchemaVersion": 2,
    "CreatedAt": "2026-11-20T10:00:00.123456789Z",
    "ArtifactName": "shop:1",
    "ArtifactType": "container_image",
    "Results": [
        {
            "Target": "package-lock.json",
            "Class": "lang-pkgs",
            "Vulnerabilities": [
                {
                    "VulnerabilityID": "GHSA-1",
                    "PkgName": "lodash",
                    "InstalledVersion": "4.17.4",
                    "FixedVersion": "4.17.21",
                    "Severity": "CRITICAL",
                    "Title": "Prototype Pollution",
                }
            ],
        },
        {
            "Target": "Dockerfile",
            "Class": "config",
            "Misconfigurations": [
                {
                    "ID": "DS002",
                    "Title": "root",
                    "Message": "runs as root",
                    "Severity": "HIGH",
                    "Status": "FAIL",
                    "CauseMetadata": {"StartLine": 2, "EndLine": 3},
                }
            ],
        },
    ],
}
GRYPE = {
    "matches": [
        {
            "vulnerability": {
                "id": "GHSA-1",
                "severity": "Critical",
                "fix": {"versions": ["4.17.21"], "state": "fixed"},
                "description": "Prototype Pollution",
            },
            "relatedVulnerabilities": [{"id": "CVE-2019-10744"}],
            "artifact": {"name": "lodash", "version": "4.17.4", "locations": [{"path": "/app/node_modules/lodash"}]},
        }
    ],
    "source": {"type": "image", "target": {"userInput": "shop:1"}},
    "descriptor": {"name": "grype", "version": "0.80", "timestamp": "2026-11-20T10:00:00Z"},
}
CARGO = {
    "database": {},
    "lockfile": {"dependency-count": 120},
    "vulnerabilities": {
        "found": True,
        "list": [
            {
                "advisory": {
                    "id": "GHSA-1",
                    "title": "Prototype Pollution",
                    "cvss": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                },
                "versions": {"patched": [">=4.17.21"]},
                "package": {"name": "lodash", "version": "4.17.4"},
            }
        ],
    },
}
SNYK = {
    "ok": False,
    "packageManager": "npm",
    "projectName": "shop",
    "dependencyCount": 120,
    "vulnerabilities": [
        {
            "id": "GHSA-1",
            "packageName": "lodash",
            "version": "4.17.4",
            "severity": "critical",
            "fixedIn": ["4.17.21"],
            "title": "Prototype Pollution",
        }
    ]
    * 2,
}


@pytest.mark.parametrize(
    ("content", "tool"),
    [
        (NPM, "npm audit"),
        (PNPM, "pnpm, yarn or npm audit"),
        (YARN1, "yarn audit"),
        (YARN4, "yarn audit"),
        (OSV, "osv-scanner"),
        (TRIVY, "Trivy"),
        (GRYPE, "Grype"),
        (CARGO, "cargo-audit"),
        (SNYK, "Snyk"),
    ],
    ids=["npm", "pnpm", "yarn1", "yarn4", "osv", "trivy", "grype", "cargo", "snyk"],
)
def test_the_same_hole_is_the_same_whoever_found_it(tmp_path: Path, content: object, tool: str) -> None:
    file = one(tmp_path, content if isinstance(content, str) else json.dumps(content, indent=1))

    assert file.error is None, file.error
    audit = file.records[0]
    assert isinstance(audit, Audit)
    [hole] = audit.found
    assert audit.tool == tool
    assert (hole.id, hole.package) == ("GHSA-1", "lodash")
    assert hole.severity in (Severity.CRITICAL, Severity.HIGH)
    assert hole.fixed or content == YARN4
    assert audit.packages in (None, 120)
    assert hole.line in file.quotes


def test_pip_audit_tells_versions_that_mend_and_no_severity(tmp_path: Path) -> None:
    packages = [
        {
            "name": "jinja2",
            "version": "2.4",
            "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.11.3"], "aliases": ["CVE-1"], "description": "x"}],
        },
        {"name": "click", "version": "8", "vulns": []},
        {"name": "own", "skip_reason": "not on PyPI"},
    ]
    for content in ({"dependencies": packages, "fixes": []}, packages):
        [audit] = one(tmp_path, json.dumps(content)).records
        assert isinstance(audit, Audit)
        assert audit.packages == 3
        [hole] = audit.found
        assert (hole.id, hole.severity, hole.fixed) == ("PYSEC-1", None, "2.11.3")


def test_trivy_tells_misconfigurations_beside_holes(tmp_path: Path) -> None:
    file = one(tmp_path, json.dumps(TRIVY))

    issues = file.records[1]
    assert isinstance(issues, Issues)
    assert [(i.rule, i.path, i.at, i.severity) for i in issues.found] == [("DS002", "Dockerfile", 2, Severity.HIGH)]
    assert file.made is not None and file.made.year == 2026


CYCLONEDX = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "metadata": {"timestamp": "2026-11-20T10:00:00Z", "component": {"name": "shop", "version": "1.2"}},
    "components": [
        {
            "type": "library",
            "group": "@scope",
            "name": "a",
            "version": "1.0",
            "purl": "pkg:npm/%40scope/a@1.0",
            "licenses": [{"license": {"id": "MIT"}}],
        },
        {"type": "library", "name": "b", "version": "2.0", "licenses": [{"expression": "Apache-2.0 OR MIT"}]},
        {"type": "file", "name": "x.js"},
    ],
}
CYCLONEDX_XML = """
<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1">
  <metadata><timestamp>2026-11-20T10:00:00Z</timestamp><component type="application"><name>shop</name><version>1.2</version></component></metadata>
  <components>
    <component type="library"><group>@scope</group><name>a</name><version>1.0</version><licenses><license><id>MIT</id></license></licenses></component>
    <component type="library"><name>b</name><version>2.0</version><licenses><expression>Apache-2.0 OR MIT</expression></licenses></component>
  </components>
</bom>
"""
SPDX = {
    "spdxVersion": "SPDX-2.3",
    "name": "shop 1.2",
    "creationInfo": {"created": "2026-11-20T10:00:00Z", "creators": ["Tool: x"]},
    "documentDescribes": ["SPDXRef-root"],
    "packages": [
        {"SPDXID": "SPDXRef-root", "name": "shop"},
        {
            "SPDXID": "SPDXRef-a",
            "name": "@scope/a",
            "versionInfo": "1.0",
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "MIT",
        },
        {"SPDXID": "SPDXRef-b", "name": "b", "versionInfo": "2.0", "licenseConcluded": "Apache-2.0 OR MIT"},
    ],
}
SPDX_TAGS = """
SPDXVersion: SPDX-2.3
DocumentName: shop 1.2
Created: 2026-11-20T10:00:00Z

PackageName: @scope/a
PackageVersion: 1.0
PackageLicenseDeclared: MIT

PackageName: b
PackageVersion: 2.0
PackageLicenseConcluded: Apache-2.0 OR MIT
"""


@pytest.mark.parametrize("content", [CYCLONEDX, CYCLONEDX_XML, SPDX, SPDX_TAGS], ids=["json", "xml", "spdx", "tags"])
def test_a_bill_lists_its_components_with_versions_and_licences(tmp_path: Path, content: object) -> None:
    file = one(tmp_path, content if isinstance(content, str) else json.dumps(content, indent=1))

    assert file.error is None, file.error
    [bill] = file.records
    assert isinstance(bill, Bill)
    assert bill.subject == "shop 1.2"
    assert [(c.name, c.version, c.licences) for c in bill.components] == [
        ("@scope/a", "1.0", ("MIT",)),
        ("b", "2.0", ("Apache-2.0 OR MIT",)),
    ]
    assert file.made is not None and file.made.day == 20
