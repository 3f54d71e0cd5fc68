"""The facade for notebooks: one area assessed, or all of them joined, each with things to show.

A notebook calls `assess(project, "containers")` or `summarize(project)` and then one method per cell.
Everything that is shown comes from findings and from the system map; nothing here decides anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from IPython import get_ipython
from pydantic import TypeAdapter

from kit.claims.examine import examine
from kit.claims.model import Examination
from kit.claims.read import read_reports
from kit.claims.stated import stated_of
from kit.judgement.assessment import AreaResult, Assessment, judge
from kit.judgement.policy import load_policy
from kit.model import AREAS, Check, Finding, Outcome
from kit.params import Params, Thresholds, default_params, load_params
from kit.project import Project, open_project
from kit.registry import catalogue, checks_of
from kit.report import overview
from kit.report.blocks import Notice, empty
from kit.report.claims.display import Documents
from kit.report.display import Display, show
from kit.report.exports.files import write
from kit.report.looked_at import looked_at
from kit.report.tables import findings_frame, findings_table, frame_table
from kit.report.texts import text
from kit.report.views import system
from kit.report.views.health import HEALTH_CHECKS, HealthCheck
from kit.report.words import count
from kit.run import run_checks
from kit.scanners.ask import asked, scans_of
from kit.sources.evidence.model import EvidenceFile
from kit.sources.evidence.read import read_evidence
from kit.sources.probes.model import Probes
from kit.sources.ran.model import CommandRun
from kit.sources.ran.run import not_run
from kit.sources.scanners.model import Scan
from kit.sources.tree.files import FileIndex
from kit.sources.tree.memory import FACTS as _FACTS
from kit.sources.tree.memory import Facts

FINDINGS = "findings"
LOOKED_FOR = "looked-for"
FACTS = "facts"
SCANS = "scans.json"
COMMANDS = "commands.json"
PROBES = "probes.json"
EVIDENCE = "evidence.json"
CLAIMS = "claims.json"
_FINDINGS = TypeAdapter(tuple[Finding, ...])
_SCANS = TypeAdapter(tuple[Scan, ...])
_COMMANDS = TypeAdapter(tuple[CommandRun, ...])
_PROBES = TypeAdapter(Probes)
_EVIDENCE = TypeAdapter(tuple[EvidenceFile, ...])
_CLAIMS = TypeAdapter(Examination)


@dataclass(frozen=True)
class AreaAssessment:
    """One area of one project: its findings as they are judged, and what a notebook shows of them.

    `project` is the opened project, `records` the findings, `thresholds` what the owner demands.
    """

    project: Project
    area: str
    params: Params
    raw: tuple[Finding, ...]
    checks: tuple[Check, ...]
    out: Path | None

    @cached_property
    def judged(self) -> Assessment:
        """The area judged by itself, by the policy of the params."""
        return _judge(self.project, self.params, self.raw, self.checks)

    @property
    def result(self) -> AreaResult | None:
        """Score, confidence, status and counts of the area; None where no check of it is switched on."""
        return self.judged.area(self.area)

    @property
    def records(self) -> tuple[Finding, ...]:
        """Every finding of the area, waivers applied."""
        return self.judged.findings

    @property
    def thresholds(self) -> Thresholds:
        """What the owner of the system demands of it."""
        return self.params.thresholds

    def headline(self) -> Display:
        """Status, score, confidence and what is open; each number unfolds into its terms."""
        if self.result is None:
            return show(empty("No check of this area is switched on", "The policy says which checks run."))
        return show(overview.area_numbers(self.result))

    def looked_at(self) -> Display:
        """What was looked at, check by check, and what could not be seen, with counts and paths."""
        return looked_at(self.project, self.checks, self.records)

    def findings(self) -> Display:
        """What is open, the gravest first, each with file and line; then what is set aside, folded."""
        opened = self.judged.open
        shown = {f.fingerprint for f in opened}
        aside = [f for f in self.records if f.outcome.open and f.fingerprint not in shown]
        head = findings_table(opened, count(len(opened), "open finding")) if opened else _nothing_open(self.records)
        caption = f"{count(len(aside), 'finding')} set aside: waived, or in files that weigh nothing"
        return show(head, findings_table(aside, caption, folded=True) if aside else None)

    def strengths(self) -> Display:
        """What holds, folded: it shows that somebody looked."""
        held = [f for f in self.records if f.outcome is Outcome.PASS]
        if not held:
            return show(Notice(self._unheld(), tone="empty", title=text("views.no-strengths")))
        return show(findings_table(held, count(len(held), "thing that holds", "things that hold"), folded=True))

    def _unheld(self) -> str:
        """That nothing holds; where the score is above zero all the same, where its points come from."""
        score = self.result.score if self.result is not None else None
        if score is None:
            return text("views.none-decided")
        return text("views.none-whole", score=f"{score:.0f}") if score else text("views.none-held")

    def not_seen(self) -> Display:
        """What files alone could not show, and what would."""
        return show(overview.unseen(self.records))

    def frame(self) -> Display:
        """Every finding as a pandas frame's table, for a closer look in a notebook."""
        return show(frame_table(findings_frame(self.records), f"All findings of {AREAS[self.area][1].lower()}"))

    def save(self) -> None:
        """Write the findings to `<out>/findings/<area>.json` for the summary; nothing where `out` is
        empty."""
        if self.out is not None:
            save_findings(self.out, self.area, self.raw)
            save_asked(self.out, self.area, self.project.files)


@dataclass(frozen=True)
class SummaryAssessment:
    """All areas of one project, joined and judged together. `missing` names areas that left no findings."""

    project: Project
    params: Params
    raw: tuple[Finding, ...]
    missing: tuple[str, ...]

    @cached_property
    def judged(self) -> Assessment:
        """The assessment of the whole."""
        return _judge(self.project, self.params, self.raw, catalogue())

    def verdicts(self) -> Display:
        """The verdict of each environment and why."""
        return show(self._gaps(), overview.verdicts(self.judged))

    def numbers(self) -> Display:
        """Score, confidence and risk with their terms."""
        return show(overview.numbers(self.judged))

    def blockers(self) -> Display:
        """What decides the verdict, with file and line."""
        return show(overview.blockers(self.judged))

    def areas(self) -> Display:
        """Score and confidence of every area."""
        return show(overview.area_scores(self.judged))

    def risk(self) -> Display:
        """Which open findings make the risk."""
        return show(overview.risk_waterfall(self.judged))

    def severities(self) -> Display:
        """Open findings by area and severity."""
        return show(overview.severity_by_area(self.judged))

    def paths(self) -> Display:
        """Where in the project the open findings are."""
        return show(overview.findings_by_path(self.judged))

    def go_no_go(self) -> Display:
        """Areas against environments."""
        return show(overview.go_no_go(self.judged))

    def plan(self) -> Display:
        """What to mend in which order, and what each step wins."""
        return overview.plan(self.judged)

    def system_map(self) -> Display:
        """The system as it was found, and what could not be told of it."""
        return system.overview(self.project, self.judged.open)

    def not_seen(self) -> Display:
        """What files alone could not show, and what would."""
        return show(overview.unseen(self.judged.findings))

    def _gaps(self) -> Notice | None:
        if not self.missing:
            return None
        titles = ", ".join(AREAS[area][1] for area in self.missing)
        return Notice(f"These areas left no findings and are not judged: {titles}.", tone="unknown", title="Not judged")


def assess(project: str, area: str, params: str = "", out: str = "") -> AreaAssessment:
    """Run the checks of an area over the project's folder.

    `params` is a params file, or empty for the defaults; `out` the folder that `save()` writes to, or empty.
    Raises ParamsError for a params file that is none, or a project that is no folder; KeyError for an area
    that there is not.
    """
    if area not in AREAS:
        raise KeyError(f"no area {area}; one of {', '.join(AREAS)}")
    given = params_of(project, params)
    whole = opened(given, out)
    checks = checks_of(area)
    found = run_checks(whole, checks)
    return AreaAssessment(whole, area, given, found, checks, Path(out) if out else None)


def summarize(project: str, params: str = "", out: str = "") -> SummaryAssessment:
    """Join what the areas wrote to `out`; where nothing is there, run every area here.

    Raises ParamsError as `assess` does, and ValueError for a findings file that is none.
    """
    given = params_of(project, params)
    whole = opened(given, out)
    saved = read_findings(Path(out)) if out else {}
    if not saved:
        return SummaryAssessment(whole, given, run_checks(whole, catalogue()), ())
    missing = tuple(area for area in AREAS if area not in saved and checks_of(area))
    return SummaryAssessment(whole, given, _joined(saved.values()), missing)


def claims(project: str, params: str = "", out: str = "") -> Documents:
    """What the documents that the params file names state, each statement with its verdict.

    The run before the notebooks has left the examination in `out`; where nothing is there, it is made here. Raises
    ParamsError as `assess` does.
    """
    given = params_of(project, params)
    return Documents(read_claims(Path(out)) if out else examined(opened(given, out), given))


def health(project: str, params: str = "", out: str = "") -> HealthCheck:
    """What the run before the notebooks has run and asked, and what the checks of it say. Raises as `assess` does."""
    whole = opened(params_of(project, params), out)
    return HealthCheck(whole, run_checks(whole, [c for c in catalogue() if c.id in HEALTH_CHECKS]))


def opened(given: Params, out: str = "") -> Project:
    """The project with what its params say of it: what the owner demands, and what others saw of it, as the run before
    the notebooks saved it in `out`, else as the params ask for it."""
    project = open_project(str(given.root), given.name)
    project.thresholds = given.thresholds
    scans = read_scans(Path(out)) if out else None
    if scans is None and given.scanners:
        scans = project.scans or scans_of(project, asked(given.scanners))
    project.scans = scans
    project.ran = read_commands(Path(out)) if out else None
    if project.ran is None and given.commands:
        project.ran = tuple(not_run(command) for command in given.commands)
    project.probes = read_probes(Path(out)) if out else None
    globs = given.evidence_globs()
    evidence = read_saved_evidence(Path(out)) if out else None
    if evidence is None and globs:
        evidence = read_evidence(project.files, globs)
    project.evidence = evidence
    examination = read_claims(Path(out)) if out else examined(project, given)
    project.stated = stated_of(examination) if examination is not None else None
    return project


def params_of(project: str, params: str) -> Params:
    """The params of a file, or the defaults where `params` is empty; `project` is the folder in either
    case."""
    folder = Path(project)
    return load_params(Path(params), project=folder) if params else default_params(folder)


def save_scans(out: Path, scans: tuple[Scan, ...]) -> Path:
    """Write what scanners said, for notebooks that run in processes of their own. Returns the file."""
    return write(out / SCANS, _SCANS.dump_json(scans, indent=1).decode())


def read_scans(out: Path) -> tuple[Scan, ...] | None:
    """What scanners said; None where none was asked. Raises ValueError for a file that is none."""
    path = out / SCANS
    return _SCANS.validate_json(path.read_bytes()) if path.is_file() else None


def save_evidence(out: Path, evidence: tuple[EvidenceFile, ...]) -> Path:
    """Write what evidence files say, for notebooks that run in processes of their own. Returns the file."""
    return write(out / EVIDENCE, _EVIDENCE.dump_json(evidence).decode())


def read_saved_evidence(out: Path) -> tuple[EvidenceFile, ...] | None:
    """What evidence files said; None where none was asked for. Raises ValueError for a file that is none."""
    path = out / EVIDENCE
    return _EVIDENCE.validate_json(path.read_bytes()) if path.is_file() else None


def save_commands(out: Path, ran: tuple[CommandRun, ...]) -> Path:
    """Write what came of commands, for notebooks that run in processes of their own. Returns the file."""
    return write(out / COMMANDS, _COMMANDS.dump_json(ran, indent=1).decode())


def read_commands(out: Path) -> tuple[CommandRun, ...] | None:
    """What came of commands; None where none was named. Raises ValueError for a file that is none."""
    path = out / COMMANDS
    return _COMMANDS.validate_json(path.read_bytes()) if path.is_file() else None


def save_probes(out: Path, probes: Probes) -> Path:
    """Write what running systems answered, for notebooks that run in processes of their own. Returns the file."""
    return write(out / PROBES, _PROBES.dump_json(probes, indent=1).decode())


def read_probes(out: Path) -> Probes | None:
    """What running systems answered; None where none was asked. Raises ValueError for a file that is none."""
    path = out / PROBES
    return _PROBES.validate_json(path.read_bytes()) if path.is_file() else None


def examined(project: Project, given: Params) -> Examination | None:
    """The documents that the params name, held against the project; None where they name none. Raises ParamsError for
    one that is none."""
    paths = given.claims_paths()
    return examine(project, read_reports(paths, project.root)) if paths else None


def save_claims(out: Path, examination: Examination) -> Path:
    """Write what documents state, for notebooks that run in processes of their own. Returns the file."""
    return write(out / CLAIMS, _CLAIMS.dump_json(examination).decode())


def read_claims(out: Path) -> Examination | None:
    """What documents state; None where the params name none. Raises ValueError for a file that is none."""
    path = out / CLAIMS
    return _CLAIMS.validate_json(path.read_bytes()) if path.is_file() else None


def save_findings(out: Path, area: str, findings: Iterable[Finding]) -> Path:
    """Write an area's findings, whole or not at all. Returns the file."""
    text = _FINDINGS.dump_json(tuple(findings), indent=1).decode()
    return write(out / FINDINGS / f"{area}.json", text)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an area has asked of a project: `on_disk` the paths looked for beside its files, and whether they were
    there, `read` the files whose content was looked at, by this process or by what it was forked from."""

    on_disk: Mapping[str, bool]
    read: tuple[str, ...]


def save_asked(out: Path, area: str, files: FileIndex) -> None:
    """Write what an area has asked until now, and again after each cell that follows: views ask too."""
    told: list[tuple[int, ...]] = []
    new = files.memory.new if files.memory else {}

    def tell(_: object = None) -> None:
        sizes = len(files.looked_for), len(files.looked_at), *map(len, new.values())
        if sizes not in told:
            told.append(sizes)
            asked = {"on_disk": files.looked_for, "read": sorted(files.looked_at)}
            write(out / LOOKED_FOR / f"{area}.json", json.dumps(asked, sort_keys=True))
            if new:
                write(out / FACTS / f"{area}.json", json.dumps(new))

    tell()
    shell = get_ipython()
    if shell is not None:
        shell.events.register("post_run_cell", tell)


def read_asked(out: Path, area: str) -> Asked | None:
    """What an area has asked; None where it saved nothing. Raises ValueError for a file that is none."""
    path = out / LOOKED_FOR / f"{area}.json"
    if not path.is_file():
        return None
    data = json.loads(path.read_bytes())
    return Asked(data["on_disk"], tuple(data["read"]))


def read_facts(out: Path) -> Iterator[Facts]:
    """What the areas' processes have made of single files. Raises ValueError for a file that is none."""
    for path in sorted((out / FACTS).glob("*.json")):
        yield _FACTS.validate_json(path.read_bytes())


def read_looked_for(out: Path) -> dict[str, bool]:
    """Which paths the areas looked for, and whether they were there."""
    asked = (read_asked(out, area) for area in AREAS)
    return {path: there for one in asked if one is not None for path, there in one.on_disk.items()}


def read_findings(out: Path) -> dict[str, tuple[Finding, ...]]:
    """What the areas wrote, by area and in the order of the report. Raises ValueError for a file that is
    none."""
    files = {area: out / FINDINGS / f"{area}.json" for area in AREAS}
    return {area: _read(path) for area, path in files.items() if path.is_file()}


def _read(path: Path) -> tuple[Finding, ...]:
    try:
        return _FINDINGS.validate_json(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} holds no findings: {str(error).splitlines()[0]}") from error


def _judge(project: Project, params: Params, findings: Sequence[Finding], checks: Iterable[Check]) -> Assessment:
    now, revision = datetime.now(UTC), project.files.revision
    return judge(findings, load_policy(params), params, generated_at=now, revision=revision, checks=checks)


def _joined(parts: Iterable[Sequence[Finding]]) -> tuple[Finding, ...]:
    return tuple(finding for part in parts for finding in part)


def _nothing_open(findings: Sequence[Finding]) -> Notice:
    decided = sum(f.outcome.decided for f in findings)
    if not decided:
        return Notice("No check of this area could be decided.", tone="empty", title=text("views.nothing-judged"))
    return Notice(f"Nothing is open; {count(decided, 'thing')} examined.", tone="pass")
