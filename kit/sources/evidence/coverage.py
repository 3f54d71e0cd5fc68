"""Coverage reports: lcov, Cobertura, JaCoCo, Clover, coverage.py, Istanbul, Go's profiles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kit.sources.evidence.found import Format, Found
from kit.sources.evidence.model import Counted, Coverage, FileCoverage, Metric
from kit.sources.evidence.xml import Tag, tags
from kit.sources.formats.parts import Part, later, moment, number

_ISTANBUL: tuple[Metric, ...] = ("lines", "branches", "functions", "statements")
_JACOCO: dict[str, Metric] = {"LINE": "lines", "BRANCH": "branches", "METHOD": "functions"}
_CLOVER: dict[Metric, str] = {"statements": "statements", "branches": "conditionals", "functions": "methods"}
_CONDITIONS = re.compile(r"\((\d{1,9})/(\d{1,9})\)")
_GO = re.compile(r"(?P<path>[^\s:]+(?::[^\s:]+)*?):\d+\.\d+,\d+\.\d+ (?P<of>\d{1,9}) (?P<hits>\d{1,18})")
_LCOV_PAIRS: dict[str, tuple[Metric, int]] = {
    "LH": ("lines", 0),
    "LF": ("lines", 1),
    "BRH": ("branches", 0),
    "BRF": ("branches", 1),
    "FNH": ("functions", 0),
    "FNF": ("functions", 1),
}


@dataclass
class _Tally:
    """Counts of one file while it is read."""

    path: str
    line: int | None = None
    pairs: dict[Metric, list[int]] = field(default_factory=dict)

    def add(self, metric: Metric, hit: int, of: int) -> None:
        pair = self.pairs.setdefault(metric, [0, 0])
        pair[0] += hit
        pair[1] += of

    @property
    def coverage(self) -> FileCoverage:
        return FileCoverage(self.path, {m: Counted(min(h, of), of) for m, (h, of) in self.pairs.items()}, self.line)


def lcov(text: str) -> Found:
    """An lcov tracefile. Raises ValueError where it ends within the record of a file."""
    tallies: dict[str, _Tally] = {}
    current: _Tally | None = None
    given: dict[str, int] = {}
    lines: list[bool] = []
    for n, raw in enumerate(text.split("\n"), start=1):
        key, _, value = raw.strip().partition(":")
        if key == "SF":
            current, given, lines = tallies.setdefault(value, _Tally(value, n)), {}, []
        elif key in _LCOV_PAIRS and (count := number(value)) is not None and count >= 0:
            given[key] = int(count)
        elif key == "DA":
            lines.append(value.split(",")[1:2] not in ([], ["0"]))
        elif key == "end_of_record" and current is not None:
            _close_lcov(current, given, lines)
            current = None
    if current is not None:
        raise ValueError(f"it ends within the record of {current.path}; end_of_record was expected")
    return _found("lcov", [t.coverage for t in tallies.values()])


def _close_lcov(tally: _Tally, given: dict[str, int], lines: list[bool]) -> None:
    if "LF" not in given and lines:
        given = {**given, "LF": len(lines), "LH": sum(lines)}
    for hit, of in (("LH", "LF"), ("BRH", "BRF"), ("FNH", "FNF")):
        if of in given:
            tally.add(_LCOV_PAIRS[of][0], given.get(hit, 0), given[of])


def go_profile(text: str) -> Found:
    """A profile of `go test -coverprofile`. Raises ValueError for a line that is none."""
    tallies: dict[str, _Tally] = {}
    for n, line in enumerate(text.split("\n"), start=1):
        if n == 1 or not line.strip() or line.startswith("mode:"):
            continue
        match = _GO.fullmatch(line.strip())
        if match is None:
            raise ValueError(f"line {n}: file.go:1.2,3.4 1 0 was expected")
        tally = tallies.setdefault(match["path"], _Tally(match["path"], n))
        tally.add("statements", int(match["of"]) if int(match["hits"]) else 0, int(match["of"]))
    return _found("go cover", [t.coverage for t in tallies.values()])


def xml_report(text: str) -> Found:
    """Cobertura, Clover or JaCoCo, by its root element."""
    each = tags(text)
    root = next(each)
    if root.name == "report":
        return _jacoco(each)
    if "clover" in root.attributes or ("generated" in root.attributes and "line-rate" not in root.attributes):
        return _clover(root, each)
    return _cobertura(root, each)


def _cobertura(root: Tag, each: Iterator[Tag]) -> Found:
    tallies: dict[str, _Tally] = {}
    current: _Tally | None = None
    for tag in each:
        if tag.name == "class" and not tag.ended:
            path = tag.attributes.get("filename", "")
            current = tallies.setdefault(path, _Tally(path, tag.line))
        elif tag.name == "line" and not tag.ended and current is not None and "method" not in tag.path:
            current.add("lines", tag.attributes.get("hits", "0").strip() not in ("0", ""), 1)
            for conditions in _CONDITIONS.findall(tag.attributes.get("condition-coverage", "")):
                current.add("branches", int(conditions[0]), int(conditions[1]))
        elif tag.name == "method" and not tag.ended and current is not None:
            reached = tag.attributes.get("hits", tag.attributes.get("line-rate"))
            if reached is not None:
                current.add("functions", (number(reached) or 0) > 0, 1)
    totals: dict[Metric, Counted] = {}
    for metric, name in (("lines", "lines"), ("branches", "branches")):
        hit, of = (number(root.attributes.get(f"{name}-{end}")) for end in ("covered", "valid"))
        if hit is not None and of:
            totals[metric] = Counted(int(hit), int(of))  # type: ignore[index]
    made = moment(root.attributes.get("timestamp"))
    return _found("Cobertura", [t.coverage for t in tallies.values()], totals, made=made, line=root.line)


def _clover(root: Tag, each: Iterator[Tag]) -> Found:
    files: list[FileCoverage] = []
    path, line = "", None
    totals: dict[Metric, Counted] = {}
    for tag in each:
        if tag.name == "file" and not tag.ended:
            path, line = tag.attributes.get("path") or tag.attributes.get("name", ""), tag.line
        elif tag.name == "metrics" and not tag.ended:
            counts = _clover_counts(tag)
            if tag.path[-1:] == ("file",):
                files.append(FileCoverage(path, counts, line))
            elif tag.path[-1:] == ("project",):
                totals = counts
    return _found("Clover", files, totals, made=moment(root.attributes.get("generated")), line=root.line)


def _clover_counts(tag: Tag) -> dict[Metric, Counted]:
    counts: dict[Metric, Counted] = {}
    for metric, name in _CLOVER.items():
        hit, of = number(tag.attributes.get(f"covered{name}")), number(tag.attributes.get(name))
        if hit is not None and of is not None:
            counts[metric] = Counted(int(hit), int(of))
    return counts


def _jacoco(each: Iterator[Tag]) -> Found:
    files: list[FileCoverage] = []
    counts: dict[Metric, Counted] = {}
    package, made = "", None
    totals: dict[Metric, Counted] = {}
    for tag in each:
        if tag.name == "sessioninfo":
            made = later(made, moment(tag.attributes.get("dump")))
        elif tag.name == "package" and not tag.ended:
            package = tag.attributes.get("name", "")
        elif tag.name == "sourcefile" and tag.ended:
            path = f"{package}/{tag.attributes.get('name', '')}".lstrip("/")
            files.append(FileCoverage(path, counts, tag.line))
            counts = {}
        elif tag.name == "counter" and not tag.ended and tag.attributes.get("type") in _JACOCO:
            place = {"sourcefile": counts, "report": totals}.get(tag.path[-1])
            if place is not None:
                place[_JACOCO[tag.attributes["type"]]] = _missed(tag)
    return _found("JaCoCo", files, totals, made=made)


def _missed(tag: Tag) -> Counted:
    hit, missed = (int(number(tag.attributes.get(name)) or 0) for name in ("covered", "missed"))
    return Counted(hit, hit + missed)


def coverage_py(root: Part) -> Found:
    """The JSON report of coverage.py."""
    files = [
        FileCoverage(path, _python_counts(part.get("summary")), part.line) for path, part in root.get("files").items()
    ]
    totals = root.get("totals")
    made = moment(root.get("meta", "timestamp").value)
    return _found("coverage.py", files, _python_counts(totals), made=made, line=totals.line)


def _python_counts(summary: Part) -> dict[Metric, Counted]:
    counts: dict[Metric, Counted] = {}
    for names, hit, of in (
        (("lines", "statements"), "covered_lines", "num_statements"),
        (("branches",), "covered_branches", "num_branches"),
    ):
        pair = summary.get(hit).count, summary.get(of).count
        for name in names if pair[0] is not None and pair[1] is not None else ():
            counts[name] = Counted(pair[0] or 0, pair[1] or 0)  # type: ignore[index]
    return counts


def istanbul_summary(root: Part) -> Found:
    """`coverage-summary.json` of Istanbul, c8, nyc, jest or vitest."""
    files = [FileCoverage(p, _summary_counts(part), part.line) for p, part in root.items() if p != "total"]
    return _found("Istanbul", files, _summary_counts(root.get("total")), line=root.get("total").line)


def _summary_counts(part: Part) -> dict[Metric, Counted]:
    pairs = {m: (part.get(m, "covered").count, part.get(m, "total").count) for m in _ISTANBUL}
    return {m: Counted(hit, of) for m, (hit, of) in pairs.items() if hit is not None and of is not None}


def istanbul_final(root: Part) -> Found:
    """`coverage-final.json`: maps of statements, functions and branches with how often each was reached."""
    return _found("Istanbul", [_final(path, part) for path, part in root.items()])


def _final(path: str, part: Part) -> FileCoverage:
    tally = _Tally(part.get("path").raw or path, part.line)
    by_line: dict[float, bool] = {}
    for id, hits in part.get("s").items():
        line = part.get("statementMap", id, "start", "line").number
        if line is not None:
            by_line[line] = by_line.get(line, False) or bool(hits.number)
        tally.add("statements", bool(hits.number), 1)
    tally.add("lines", sum(by_line.values()), len(by_line))
    for hits in part.each("f", "*"):
        tally.add("functions", bool(hits.number), 1)
    for hits in part.each("b", "*", "*"):
        tally.add("branches", bool(hits.number), 1)
    return tally.coverage


def _found(
    tool: str, files: Iterable[FileCoverage], totals: dict[Metric, Counted] | None = None, **more: object
) -> Found:
    """The record; totals that a report leaves out are added up. Raises ValueError where it counts nothing."""
    files = tuple(files)
    totals = {**_summed(files), **(totals or {})}
    if not files and not any(c.of for c in totals.values()):
        raise ValueError("it names no file and counts nothing: the run has measured nothing")
    line = more.get("line") or (files[0].line if files else None)
    record = Coverage(tool, totals, files, line if isinstance(line, int) else None)
    made = more.get("made")
    return Found((record,), made=made)  # type: ignore[arg-type]


def _summed(files: Iterable[FileCoverage]) -> dict[Metric, Counted]:
    summed: dict[Metric, Counted] = {}
    for each in files:
        for metric, count in each.counts.items():
            known = summed.get(metric, Counted(0, 0))
            summed[metric] = Counted(known.hit + count.hit, known.of + count.of)
    return summed


def _is_final(root: Part) -> bool:
    return any("statementMap" in part and "s" in part for _, part in _few(root))


def _few(root: Part) -> Iterator[tuple[str, Part]]:
    return (pair for pair, _ in zip(root.items(), range(5), strict=False))


JSON: tuple[Format[Part], ...] = (
    Format("coverage.py", lambda r: "files" in r and "totals" in r and "meta" in r, coverage_py),
    Format(
        "Istanbul summary", lambda r: "lines" in r.get("total") and "pct" in r.get("total", "lines"), istanbul_summary
    ),
    Format("Istanbul", _is_final, istanbul_final),
)
TEXT: tuple[Format[str], ...] = (
    Format("lcov", lambda t: re.search(r"(?m)^SF:.", t[:100_000]) is not None, lcov),
    Format("Go coverage profile", lambda t: re.match(r"mode: (?:set|count|atomic)\n", t) is not None, go_profile),
)
XML = {
    "coverage": Format("", lambda _: True, xml_report),
    "report": Format("JaCoCo", lambda _: True, xml_report),
}
