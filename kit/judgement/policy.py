"""The policy: every number and rule that judgement uses, validated from YAML. Nothing here is computed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from kit.model import AREAS, FileClass, Finding, Severity, Strength
from kit.params import Params
from kit.sources.formats.settings import ParamsError, Settings, Source, nearest, read_source, validate

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Amount = Annotated[float, Field(ge=0)]
Percent = Annotated[float, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0)]
VerdictWord = Literal["GO", "CONDITIONAL", "NO-GO"]


class SeverityWeights(Settings):
    """Weight of a check by its severity; a worse one never weighs less."""

    critical: Positive
    high: Positive
    medium: Positive
    low: Positive

    def of(self, severity: Severity) -> float:
        """The weight of a severity."""
        return float(getattr(self, severity.value))

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.critical >= self.high >= self.medium >= self.low:
            raise ValueError("ordered: critical at least high, high at least medium, medium at least low")
        return self


class Credit(Settings):
    """Credit of one thing examined, by its outcome."""

    pass_: Share = Field(alias="pass")
    partial: Share
    fail: Share

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.pass_ >= self.partial >= self.fail:
            raise ValueError("ordered: pass at least partial, partial at least fail")
        return self


class CreditCaps(Settings):
    """Most credit of a check while a finding of it is open."""

    blocker: Share
    critical: Share
    high: Share
    medium: Share
    low: Share

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.blocker <= self.critical <= self.high <= self.medium <= self.low:
            raise ValueError("ordered: blocker at most critical, critical at most high, and so on")
        return self


class StatusRule(Settings):
    """What an area needs for a colour."""

    score: Percent
    confidence: Percent
    open: dict[Severity, Count] = Field(default={})


class StatusRules(Settings):
    """Traffic lights of the areas."""

    grey_below_confidence: Percent
    green: StatusRule
    yellow: StatusRule


class RiskRule(Settings):
    """Risk = 10 * (1 - e^-hazard)."""

    hazard: SeverityWeights
    blocker_factor: Annotated[float, Field(ge=1)]
    partial_factor: Share
    repeat: Share


class When(Settings):
    """The one condition of a gate."""

    blockers_over: Count | None = None
    open_over: dict[Severity, Count] | None = None
    checks_open: tuple[str, ...] | None = None
    score_below: Percent | None = None
    area_below: dict[str, Percent] | None = None
    confidence_below: Percent | None = None
    risk_over: Annotated[float, Field(ge=0, le=10)] | None = None
    errors_over: Count | None = None

    @property
    def kind(self) -> str:
        """The name of the condition that is set."""
        return next(iter(self.model_fields_set))

    @property
    def subject(self) -> str:
        """What the condition is about: two gates of one subject differ only in how much they bear."""
        condition = getattr(self, self.kind)
        named = ",".join(condition) if isinstance(condition, dict | tuple) else ""
        return f"{self.kind}:{named}"

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"one condition of {', '.join(type(self).model_fields)}")
        if isinstance(self.open_over, dict) and len(self.open_over) != 1:
            raise ValueError("one severity; a gate more for another one")
        if self.area_below is not None and (len(self.area_below) != 1 or not set(self.area_below) <= set(AREAS)):
            raise ValueError(f"one area of {', '.join(AREAS)}")
        return self


class Gate(Settings):
    """A condition and the verdict that it leads to. `text` may use {count}, {value}, {limit}, {area}, {blockers}: how
    many of them are hard blockers, and {kinds}: what those come to, as "cannot build, would lose data"."""

    id: str
    when: When
    verdict: Literal["CONDITIONAL", "NO-GO"]
    text: str

    @model_validator(mode="after")
    def _text(self) -> Self:
        try:
            self.text.format(count=0, blockers=0, value=0, limit=0, area="", kinds="")
        except (KeyError, IndexError, ValueError, AttributeError):
            raise ValueError("text that uses only {count}, {blockers}, {value}, {limit}, {area} and {kinds}") from None
        return self


class Environment(Settings):
    """The gates of an environment, and whose findings count there."""

    counts: tuple[str, ...]
    gates: tuple[Gate, ...]


class Unwaivable(Settings):
    """What no waiver can accept."""

    blockers: bool
    checks: tuple[str, ...]


class WaiverRules(Settings):
    """What a waiver may cover, in findings and in days from today."""

    unwaivable: Unwaivable
    most_findings: Annotated[int, Field(ge=1)]
    most_days: Annotated[int, Field(ge=1)]


class Phase(Settings):
    """A span of the plan and what belongs into it; `weeks` is how long it lasts, where reports shall say how many
    people its work needs."""

    id: str
    title: str
    severities: tuple[Severity, ...]
    blockers: bool
    weeks: Annotated[float, Field(gt=0)] | None = None


class PlanRule(Settings):
    """How steps are costed and phased."""

    repeat_effort: Share
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = set(Severity) - {s for phase in self.phases for s in phase.severities}
        if missing:
            raise ValueError(f"phases that take every severity; {', '.join(sorted(missing))} is in none")
        return self


class Override(Settings):
    """What a policy changes about one check."""

    severity: Severity | None = None
    weight: Amount = 1.0
    off: bool = False


class Policy(Settings):
    """Everything that turns findings into numbers and verdicts."""

    name: str
    severity_weights: SeverityWeights
    credit: Credit
    credit_caps: CreditCaps
    strength_factors: dict[Strength, Share]
    area_weights: dict[str, Amount]
    file_class_weights: dict[FileClass, Share]
    status: StatusRules
    risk: RiskRule
    environments: Annotated[dict[str, Environment], Field(min_length=1)]
    waivers: WaiverRules
    plan: PlanRule
    checks: dict[str, Override]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for what, given, needed in (
            ("strength_factors", set(self.strength_factors), set(Strength)),
            ("file_class_weights", set(self.file_class_weights), set(FileClass)),
            ("area_weights", set(self.area_weights), set(AREAS)),
        ):
            if given != needed:
                odd = ", ".join(sorted(map(str, given ^ needed)))
                raise ValueError(f"complete: {what} should have exactly the known keys, see {odd}")
        return self

    @property
    def sha256(self) -> str:
        """The hash of its canonical JSON: the same rules, the same hash."""
        return hashlib.sha256(json.dumps(self.values(), sort_keys=True).encode()).hexdigest()

    def values(self) -> dict[str, Any]:
        """Every value as plain JSON data, in the order of the file."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def weighs(self, finding: Finding) -> float:
        """What a finding weighs: 0 for a file class or an environment that no verdict looks at."""
        if finding.environment not in {None, "unknown"} and not self._counted(str(finding.environment)):
            return 0.0
        return self.file_class_weights[finding.file_class]

    def counts_in(self, finding: Finding, environment: str) -> bool:
        """True where a finding bears on the verdict of an environment."""
        return finding.environment in {None, "unknown", *self.environments[environment].counts}

    def is_open(self, finding: Finding) -> bool:
        """True where it counts against the system: open, not waived, and of some weight."""
        return finding.outcome.open and finding.waived is None and self.weighs(finding) > 0

    def override(self, check: str) -> Override:
        """What the policy changes about a check."""
        return self.checks.get(check, _UNCHANGED)

    def _counted(self, environment: str) -> bool:
        return any(environment in e.counts for e in self.environments.values())


_UNCHANGED = Override()


def load_policy(params: Params) -> Policy:
    """The default policy with what the params change about it, by file or in place.

    Raises ParamsError for an unknown key or wrong value, or an environment of the params without gates.
    """
    policy = _changed(params)
    unknown = [name for name in params.environments if name not in policy.environments]
    if unknown:
        place = params.source.place(("environments",))
        known = nearest(unknown[0], policy.environments)
        raise ParamsError(f"{place}: environment '{unknown[0]}' has no gates in the policy{known}")
    return policy


@cache
def default_policy() -> Policy:
    """The policy that comes with the kit."""
    source = default_source()
    return validate(Policy, (source,), source.value)


@cache
def default_source() -> Source:
    """The YAML of the default policy: packaged in a wheel, under `params/` in a checkout."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "default_policy.yaml"
    return read_source(packaged if packaged.is_file() else package.parent / "params" / "default_policy.yaml")


def _changed(params: Params) -> Policy:
    given = params.policy
    if given == "default":
        return default_policy()
    source = params.source.under("policy") if isinstance(given, dict) else read_source(params.resolve(given))
    name = "default, changed by the params" if isinstance(given, dict) else Path(given).name
    value = _merged(default_source().value, {"name": name, **source.value})
    return validate(Policy, (source, default_source()), value)


def _merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """`change` over `base`: mappings key by key, except a gate's one condition; anything else replaces."""
    both = {k: _merged(base[k], v) for k, v in change.items() if isinstance(v, dict) and isinstance(base.get(k), dict)}
    return {**base, **change, **both}
