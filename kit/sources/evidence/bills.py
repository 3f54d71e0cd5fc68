"""Software bills of materials: CycloneDX (JSON, XML) and SPDX 2 (JSON, tag-value)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kit.sources.evidence.found import Format, Found
from kit.sources.evidence.model import Bill, Component
from kit.sources.evidence.xml import tags
from kit.sources.formats.parts import Part, moment, one_line

MOST_COMPONENTS = 20_000
_NO_LICENCE = frozenset({"", "NOASSERTION", "NONE"})


def cyclonedx(root: Part) -> Found:
    """CycloneDX in JSON."""
    subject = root.get("metadata", "component")
    components = tuple(part for part, _ in zip(_cyclonedx_parts(root, 0), range(MOST_COMPONENTS), strict=False))
    record = Bill("CycloneDX", _named(subject), components, root.get("bomFormat").line)
    return Found((record,), made=moment(root.get("metadata", "timestamp").value))


def _cyclonedx_parts(part: Part, depth: int) -> Iterator[Component]:
    for each in part.get("components"):
        if each.get("type").text != "file":
            licences = (_licence(choice) for choice in each.get("licenses"))
            name = "/".join(filter(None, (each.get("group").text, each.get("name").text)))
            line = each.get("name").line
            yield Component(name, each.get("version").text, each.get("purl").text, tuple(filter(None, licences)), line)
        if depth < 20:
            yield from _cyclonedx_parts(each, depth + 1)


def _licence(choice: Part) -> str:
    licence = choice.get("license")
    return choice.get("expression").text or licence.get("id").text or licence.get("name").text


def _named(part: Part) -> str:
    return " ".join(filter(None, (part.get("name").text, part.get("version").text)))


@dataclass
class _XmlComponent:
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    licences: list[str] = field(default_factory=list)

    @property
    def component(self) -> Component:
        f = self.fields
        name = "/".join(filter(None, (f.get("group", ""), f.get("name", ""))))
        return Component(name, f.get("version", ""), f.get("purl", ""), tuple(self.licences), self.line)


def cyclonedx_xml(text: str) -> Found:
    """CycloneDX in XML."""
    made, subject = None, ""
    components: list[Component] = []
    open_ones: list[_XmlComponent] = []
    for tag in tags(text):
        if tag.name == "component" and not tag.ended:
            open_ones.append(_XmlComponent(tag.line))
        elif tag.name == "component":
            done = open_ones.pop().component
            if tag.path[-1] == "metadata":
                subject = f"{done.name} {done.version}".strip()
            elif "metadata" not in tag.path:
                components.append(done)
        elif tag.ended and tag.name == "timestamp" and tag.path[-1:] == ("metadata",):
            made = moment(tag.text)
        elif tag.ended and open_ones:
            _xml_field(open_ones[-1], tag.name, tag.path, tag.text)
    return Found((Bill("CycloneDX", subject, tuple(components[:MOST_COMPONENTS]), 1),), made=made)


def _xml_field(component: _XmlComponent, name: str, path: tuple[str, ...], text: str) -> None:
    if path[-1] == "component" and name in ("group", "name", "version", "purl"):
        component.fields[name] = one_line(text)
    elif (path[-1] == "license" and name in ("id", "name")) or (path[-1] == "licenses" and name == "expression"):
        component.licences.append(one_line(text))


def spdx(root: Part) -> Found:
    """SPDX 2 in JSON."""
    described = {d.text for d in root.get("documentDescribes")}
    components: list[Component] = []
    for each in root.get("packages"):
        if each.get("SPDXID").text in described or len(components) >= MOST_COMPONENTS:
            continue
        licences = dict.fromkeys(each.get(key).text for key in ("licenseConcluded", "licenseDeclared"))
        purl = next(
            (r.get("referenceLocator").text for r in each.get("externalRefs") if "purl" in r.get("referenceType").text),
            "",
        )
        told = tuple(name for name in licences if name not in _NO_LICENCE)
        components.append(
            Component(each.get("name").text, each.get("versionInfo").text, purl, told, each.get("name").line)
        )
    record = Bill("SPDX", root.get("name").text, tuple(components), root.get("spdxVersion").line)
    return Found((record,), made=moment(root.get("creationInfo", "created").value))


def spdx_tags(text: str) -> Found:
    """SPDX 2 as tags and values."""
    made, subject = None, ""
    rows: list[dict[str, str]] = []
    lines: list[int] = []
    for n, line in enumerate(text.split("\n"), start=1):
        key, _, value = line.partition(": ")
        value = one_line(value)
        if key == "Created":
            made = moment(value)
        elif key == "DocumentName":
            subject = value
        elif key == "PackageName":
            rows.append({key: value})
            lines.append(n)
        elif rows and key.startswith(("Package", "ExternalRef")):
            rows[-1].setdefault(key, value)
    components = tuple(_tagged(row, n) for row, n in zip(rows[:MOST_COMPONENTS], lines, strict=False))
    return Found((Bill("SPDX", subject, components, 1),), made=made)


def _tagged(row: dict[str, str], line: int) -> Component:
    told = dict.fromkeys(row.get(key, "") for key in ("PackageLicenseConcluded", "PackageLicenseDeclared"))
    purl = re.search(r"pkg:\S+", row.get("ExternalRef", ""))
    licences = tuple(name for name in told if name not in _NO_LICENCE)
    return Component(row["PackageName"], row.get("PackageVersion", ""), purl[0] if purl else "", licences, line)


JSON: tuple[Format[Part], ...] = (
    Format("CycloneDX", lambda r: r.get("bomFormat").text == "CycloneDX", cyclonedx),
    Format("SPDX", lambda r: r.get("spdxVersion").text.startswith("SPDX-2"), spdx),
)
TEXT: tuple[Format[str], ...] = (
    Format("SPDX", lambda t: re.match(r"(?:##[^\n]*\n|\s)*SPDXVersion: SPDX-2", t) is not None, spdx_tags),
)
XML = {"bom": Format("CycloneDX", lambda _: True, cyclonedx_xml)}
