"""`junit.xml`: one suite per area, one case per finding, for the test pages of CI systems.

It keeps to what both the Jenkins (xunit plug-in) and the Ant schema allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree as ET

from kit.judgement.assessment import AreaResult, Assessment
from kit.judgement.waivers import primary_path
from kit.model import Finding, Outcome
from kit.report.exports.files import one_line, printable

_NO_TIME = "0.000"


def render(assessment: Assessment) -> str:
    """What is open fails, a crashed check is an error, what is waived, set aside or undecided is skipped."""
    root = ET.Element("testsuites")
    for number, area in enumerate(assessment.areas):
        root.append(_suite(number, area, assessment))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(number: int, area: AreaResult, assessment: Assessment) -> ET.Element:
    cases = [_case(f, assessment) for f in assessment.findings if f.area == area.id]
    # The Ant schema wants a time without an offset; it is UTC.
    moment = datetime.fromisoformat(assessment.generated_at).replace(tzinfo=None)
    attributes = {
        "name": area.title,
        "package": "readiness",
        "id": str(number),
        "timestamp": moment.isoformat(timespec="seconds"),
        "hostname": "localhost",
        "tests": str(len(cases)),
        "failures": _having(cases, "failure"),
        "errors": _having(cases, "error"),
        "skipped": _having(cases, "skipped"),
        "time": _NO_TIME,
    }
    suite = ET.Element("testsuite", attributes)
    suite.append(_properties(area))
    suite.extend(cases)
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    return suite


def _properties(area: AreaResult) -> ET.Element:
    properties = ET.Element("properties")
    values = {"status": area.status, "score": area.score, "confidence": area.confidence}
    for name, value in values.items():
        if value is not None:
            ET.SubElement(properties, "property", name=name, value=str(value))
    return properties


def _having(cases: Sequence[ET.Element], tag: str) -> str:
    return str(sum(case.find(tag) is not None for case in cases))


def _case(finding: Finding, assessment: Assessment) -> ET.Element:
    # The name keeps still while lines move, so that a CI system can follow a case from run to run.
    name = one_line(f"{finding.title} [{primary_path(finding)}] {finding.fingerprint[:8]}")
    case = ET.Element("testcase", name=name, classname=f"{finding.area}.{finding.check}", time=_NO_TIME)
    if finding.outcome is Outcome.ERROR:
        ET.SubElement(case, "error", message=one_line(finding.message), type="error").text = _detail(finding)
    elif assessment.policy.is_open(finding):
        kind = f"{finding.severity}-{finding.outcome}"
        ET.SubElement(case, "failure", message=_headline(finding), type=kind).text = _detail(finding)
    elif finding.outcome is not Outcome.PASS:
        ET.SubElement(case, "skipped", message=_why_skipped(finding))
    return case


def _headline(finding: Finding) -> str:
    return one_line(f"{_place(finding)}: {finding.message}")


def _place(finding: Finding) -> str:
    line = finding.evidence[0].line if finding.evidence else None
    return primary_path(finding) if line is None else f"{primary_path(finding)}:{line}"


def _detail(finding: Finding) -> str:
    parts = [
        f"{_place(finding)}: {finding.message}",
        *(e.excerpt for e in finding.evidence[:1]),
        f"Fix: {finding.fix}",
    ]
    return printable("\n\n".join(part for part in parts if part))


def _why_skipped(finding: Finding) -> str:
    if finding.waived is not None:
        said = f"Waived by {finding.waived.owner} until {finding.waived.expires}: {finding.waived.reason}"
    elif finding.outcome.open:
        what = finding.environment or f"a {finding.file_class} file"
        said = f"Set aside ({what}): {finding.message}"
    else:
        said = f"{finding.outcome.replace('_', ' ').capitalize()}: {finding.message}"
    return one_line(said)
