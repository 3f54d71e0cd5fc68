"""The params file: all that a user says of one assessment, validated as a whole before anything runs."""

from __future__ import annotations

import glob
import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, WithJsonSchema, model_validator

from kit.sources.formats.fields import Duration, Percent, Share, Text
from kit.sources.formats.settings import (
    NO_SOURCE,
    ParamsError,
    Route,
    Settings,
    Source,
    parse_source,
    read_source,
    validate,
)
from kit.sources.probes.targets import Targets
from kit.sources.ran.command import Command

__all__ = ["Params", "ParamsError", "Thresholds", "default_params", "json_schema", "load_params"]

Style = Literal["formal", "audit", "viability", "validation", "status"]
Answer = Literal["pass", "partial", "fail"]

_NOT_YET = ("history",)


def _policy(value: Any) -> str | dict[str, Any]:
    if isinstance(value, dict) or (isinstance(value, str) and value):
        return value
    raise ValueError("default, the name of a policy file, or a mapping of what differs from the default")


def _database_address(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9+]*://\S*", value):
        raise ValueError("a SQLAlchemy URL")
    return value


Policy = Annotated[Any, BeforeValidator(_policy), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object"}]})]
Scanners = bool | tuple[Literal["zizmor", "hadolint", "squawk", "detect-secrets", "checkov"], ...]


class ProjectParams(Settings):
    """Which project is assessed."""

    name: Text | None = Field(default=None, description="How the report calls the project.", examples=["NPS"])
    path: Text | None = Field(default=None, description="The project's folder.", examples=["../shop"])


class ReportParams(Settings):
    """How the report presents itself."""

    style: Style = Field(default="status", description="Which of the five styles.", examples=["status"])
    title: Text | None = Field(default=None, examples=["Is the shop ready for production?"])
    audience: Text | None = Field(default=None, examples=["CTO and platform team"])
    sign_off: tuple[Text, ...] = Field(default=(), description="Roles that sign.", examples=["[Security Architect]"])


# Defaults that are models are constructed without validation: each that is validated has its schema built as this
# module is loaded, before anybody asks for it.


class Coverage(Settings):
    """Least shares of the code that tests should reach, in percent."""

    lines: Percent | None = Field(default=None, examples=["80"])
    branches: Percent | None = Field(default=None, examples=["75"])
    functions: Percent | None = Field(default=None, examples=["70"])
    statements: Percent | None = Field(default=None, examples=["80"])


class Latency(Settings):
    """Longest response times by percentile."""

    p50: Duration | None = Field(default=None, examples=["80ms"])
    p95: Duration | None = Field(default=None, examples=["200ms"])
    p99: Duration | None = Field(default=None, examples=["500ms"])


class Thresholds(Settings):
    """What the owner of the system demands of it."""

    coverage: Coverage = Field(default=Coverage.model_construct(), examples=["{lines: 80}"])
    rto: Duration | None = Field(default=None, description="Recovery time objective.", examples=["4h"])
    rpo: Duration | None = Field(default=None, description="Recovery point objective.", examples=["15m"])
    latency: Latency = Field(default=Latency.model_construct(), examples=["{p95: 200ms}"])
    error_rate: Share | None = Field(default=None, description="Largest share of failed requests.", examples=["1%"])


class EvidenceParams(Settings):
    """Globs of files that other tools wrote; one may match none. Each file is read as what it holds, whatever key names
    it; only logs, which may be any text, have to stand under theirs."""

    coverage: tuple[Text, ...] = Field(
        default=(),
        description="lcov, Cobertura, JaCoCo, Clover, coverage.py, Istanbul, Go.",
        examples=["[coverage/*.info]"],
    )
    junit: tuple[Text, ...] = Field(
        default=(), description="JUnit, pytest, Playwright, jest, mocha, TAP, go test.", examples=['["**/junit*.xml"]']
    )
    sarif: tuple[Text, ...] = Field(
        default=(), description="SARIF, or the JSON of a scanner or linter.", examples=["[scan/*.sarif]"]
    )
    load: tuple[Text, ...] = Field(
        default=(), description="k6, Locust, JMeter, Artillery, Lighthouse.", examples=["[k6-summary.json]"]
    )
    dependencies: tuple[Text, ...] = Field(
        default=(), description="Audits of dependencies, CycloneDX, SPDX.", examples=["[npm-audit.json]"]
    )
    logs: tuple[Text, ...] = Field(default=(), description="Logs, JSON lines or plain.", examples=["[logs/*.log]"])
    other: tuple[Text, ...] = Field(
        default=(),
        description="Prometheus' answers, kubectl get -o json, terraform show -json.",
        examples=["[cluster.json, plan.json]"],
    )


class Attestation(Settings):
    """What a named person vouches for where the project itself cannot show it. It decides what is otherwise unknown."""

    check: Text = Field(examples=["REC-003"])
    answer: Answer = Field(examples=["pass"])
    by: Text = Field(examples=["Jane Doe, SRE"])
    on: date = Field(examples=["2026-11-01"])
    note: Text | None = Field(default=None, examples=["restored on staging, 38 minutes"])
    path: Text = Field(default="**", description="Glob of the paths it speaks of.", examples=["k8s/base/**"])
    expires: date | None = Field(
        default=None, description="The last day on which it holds; a year where none is given.", examples=["2027-05-01"]
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Attestation:
        if self.expires is not None and self.expires < self.on:
            raise ValueError("'expires' should be no earlier than 'on'")
        return self


class WaiverParams(Settings):
    """An accepted risk: what it covers, why, who answers for it, until which day."""

    check: Text = Field(examples=["ORC-004"])
    path: Text = Field(default="**", description="Glob of the paths it covers.", examples=["k8s/dev/**"])
    reason: Text = Field(examples=["the pilot runs on one node"])
    owner: Text = Field(examples=["Jane Doe"])
    expires: date = Field(description="The last day on which it holds.", examples=["2026-12-31"])


class Params(Settings):
    """One assessment as its params file states it. Paths are those of the file, see `resolve`."""

    project: ProjectParams = Field(default=ProjectParams.model_construct(), examples=["{name: NPS, path: ../nps}"])
    report: ReportParams = Field(default=ReportParams.model_construct(), examples=["{style: status}"])
    environments: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        default=("staging", "production"),
        description="What gets a verdict.",
        examples=["[staging, production]"],
    )
    policy: Policy = Field(default="default", description="default, a file, or a mapping.", examples=["default"])
    thresholds: Thresholds = Field(default=Thresholds.model_construct(), examples=["{rto: 4h}"])
    evidence: EvidenceParams = Field(default=EvidenceParams.model_construct(), examples=["{junit: [junit.xml]}"])
    commands: tuple[Command, ...] = Field(default=(), examples=["[{name: lint, run: [make, lint], area: delivery}]"])
    targets: Targets = Field(default=Targets.model_construct(), examples=["{redis: [{url_env: REDIS_URL}]}"])
    claims: tuple[Text, ...] = Field(default=(), description="Reports to check.", examples=["[docs/READINESS.md]"])
    attestations: tuple[Attestation, ...] = Field(
        default=(), examples=["[{check: REC-003, answer: pass, by: Jane Doe, on: 2026-11-01}]"]
    )
    waivers: tuple[WaiverParams, ...] = Field(
        default=(),
        examples=["[{check: ORC-004, path: k8s/dev/**, reason: ..., owner: ..., expires: 2026-12-31}]"],
    )
    scanners: Scanners = Field(
        default=False, description="Scanners to run beside the checks: true, or their names.", examples=["true"]
    )
    history: Annotated[str, AfterValidator(_database_address)] | None = Field(
        default=None, description="A SQLAlchemy URL.", examples=["sqlite:///history.db"]
    )

    _source: Source = PrivateAttr(default_factory=lambda: NO_SOURCE)
    _base: Path = PrivateAttr(default_factory=Path.cwd)

    @property
    def source(self) -> Source:
        """The file that the params were read from, for messages about them."""
        return self._source

    @property
    def root(self) -> Path:
        """The absolute path of the project's folder."""
        return self.resolve(self.project.path or ".")

    @property
    def name(self) -> str:
        """How the report calls the project: the given name, or its folder's."""
        return self.project.name or self.root.name

    def with_style(self, style: Style) -> Params:
        """The same params with another style of the report."""
        changed = self.model_copy(update={"report": self.report.model_copy(update={"style": style})})
        changed._source, changed._base = self._source, self._base
        return changed

    def with_scanners(self) -> Params:
        """The same params, with all scanners where they ask for none."""
        changed = self.model_copy(update={"scanners": self.scanners or True})
        changed._source, changed._base = self._source, self._base
        return changed

    def evidence_globs(self) -> dict[str, tuple[str, ...]]:
        """Key to the absolute globs of its evidence files; empty where none is asked for."""
        given = {key: globs for key, globs in self.evidence if globs}
        return {key: tuple(str(self._base / each) for each in globs) for key, globs in given.items()}

    def with_commands(self, asked: bool) -> Params:
        """The same params, with all of their commands run, also those on demand, or with none."""
        commands = tuple(c.model_copy(update={"on_demand": not asked}) for c in self.commands)
        changed = self.model_copy(update={"commands": commands})
        changed._source, changed._base = self._source, self._base
        return changed

    def resolve(self, path: str) -> Path:
        """A path of the params file as an absolute one."""
        return (self._base / path).resolve()

    def claims_paths(self) -> tuple[Path, ...]:
        """The documents that `claims` names, globs filled in, each once."""
        found: dict[Path, None] = {}
        for given in self.claims:
            place = self.resolve(given)
            names = [str(place)] if place.is_file() else sorted(glob.glob(str(place), recursive=True))  # noqa: PTH207
            found |= dict.fromkeys(Path(name) for name in names if Path(name).is_file())
        return tuple(found)

    def unused(self) -> tuple[str, ...]:
        """The keys that were given and that this version does not look at."""
        return tuple(key for key in _NOT_YET if key in self.model_fields_set and getattr(self, key))


def load_params(path: Path, *, project: Path | None = None) -> Params:
    """The params of a file; `project`, where given, takes the place of the file's `project.path`.

    Raises ParamsError for an unknown key, a wrong type, or a project, policy or claims path that is none.
    """
    source = read_source(path)
    params = validate(Params, (source,), source.value)
    return _placed(params, source, path.resolve().parent, project)


def default_params(project: Path, **report: str) -> Params:
    """The params of a project that comes without a file. Raises ParamsError where `project` is no folder."""
    params = Params.model_validate({"report": report})
    return _placed(params, NO_SOURCE, Path.cwd(), project)


def json_schema() -> str:
    """The JSON Schema of the params file, as `params/schema.json` holds it for editors."""
    schema = _with_examples(Params.model_json_schema())
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Readiness Kit params"}
    return json.dumps({**schema, **head}, indent=2, sort_keys=True) + "\n"


def _with_examples(schema: Any) -> Any:
    """The schema with its examples, written as a user types them, turned into values."""
    if isinstance(schema, list):
        return [_with_examples(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    examples = schema.get("examples")
    if isinstance(examples, list):
        return {**schema, "examples": [_example(text) for text in examples]}
    return {key: _with_examples(part) for key, part in schema.items()}


def _example(text: str) -> Any:
    value = parse_source(f"example: {text}", "example").value["example"]
    return json.loads(json.dumps(value, default=str))


def _placed(params: Params, source: Source, base: Path, project: Path | None) -> Params:
    if project is not None:
        named = params.project.model_copy(update={"path": str(project.resolve())})
        params = params.model_copy(update={"project": named})
    params._source, params._base = source, base
    problems = [*_project_problems(params), *_file_problems(params)]
    if problems:
        raise ParamsError(*problems)
    return params


def _project_problems(params: Params) -> list[str]:
    place = params.source.place(("project", "path"))
    if params.project.path is None:
        return [f"{place}: 'project.path' is missing; for example project: {{path: ../shop}}"]
    if params.root.is_dir():
        return []
    where = place if params.source.has(("project", "path")) else params.project.path
    what = "is a file" if params.root.exists() else "does not exist"
    return [f"{where}: project folder {params.project.path} {what}; name the folder that holds the project"]


def _file_problems(params: Params) -> list[str]:
    named: list[tuple[Route, str]] = [(("claims", i), path) for i, path in enumerate(params.claims)]
    if isinstance(params.policy, str) and params.policy != "default":
        named.append((("policy",), params.policy))
    return [
        f"{params.source.place(route)}: {route[0]} names {path}, where no file is; paths start from here"
        for route, path in named
        if not _is_there(params.resolve(path))
    ]


def _is_there(path: Path) -> bool:
    """True for a file, or a glob that matches one."""
    found = glob.iglob(str(path), recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    return path.is_file() or any(Path(each).is_file() for each in found)
