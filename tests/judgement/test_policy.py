from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from kit.judgement.policy import Policy, default_policy, load_policy
from kit.params import Params, ParamsError, load_params


def policy_of(folder: Path, params: str, policy: str = "") -> Policy:
    (folder / "policy.yaml").write_text(dedent(policy))
    (folder / "p.yaml").write_text("project: {path: .}\n" + dedent(params))
    return load_policy(load_params(folder / "p.yaml"))


def problem(folder: Path, params: str, policy: str = "") -> str:
    with pytest.raises(ParamsError) as error:
        policy_of(folder, params, policy)
    return str(error.value).removeprefix(f"{folder.as_posix()}/")


def test_the_default_policy_judges_staging_before_production() -> None:
    assert list(default_policy().environments) == ["staging", "production"]
    assert load_policy(Params()) is default_policy()


def test_a_change_in_the_params_leaves_the_rest_as_it_is(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, "policy: {severity_weights: {low: 1}, checks: {ORC-004: {severity: low}}}")

    assert policy.severity_weights.low == 1
    assert policy.severity_weights.high == default_policy().severity_weights.high
    assert policy.override("ORC-004").severity == "low"
    assert policy.override("ORC-001").weight == 1


def test_a_policy_file_is_named_in_the_report(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, "policy: policy.yaml", "risk: {repeat: 0.1}")

    assert (policy.name, policy.risk.repeat) == ("policy.yaml", 0.1)
    assert policy.sha256 != default_policy().sha256


@pytest.mark.parametrize(
    ("params", "policy", "said"),
    [
        ("policy: {riks: 1}", "", "p.yaml:2: unknown key 'riks'; did you mean 'risk'?"),
        (
            "policy:\n  risk:\n    repeat: 7",
            "",
            "p.yaml:4: risk.repeat should be less than or equal to 1, not 7",
        ),
        ("policy: policy.yaml", "\nplan: {phases: []}", "policy.yaml:2: plan.phases"),
        ("policy: {severity_weights: {low: 99}}", "", "p.yaml:2: severity_weights should be ordered"),
        ("policy: {credit: {fail: 0.9}}", "", "p.yaml:2: credit should be ordered"),
        ("policy: {credit_caps: {blocker: 1}}", "", "p.yaml:2: credit_caps should be ordered"),
        (
            "policy: {plan: {phases: [{id: a, title: A, severities: [low], blockers: true}]}}",
            "",
            "p.yaml:2: plan should",
        ),
        ("policy: {area_weights: {sekurity: 1}}", "", "p.yaml:2: should be complete: area_weights"),
        (
            "environments: [staging, prod]",
            "",
            "p.yaml:2: environment 'prod' has no gates in the policy; did you mean",
        ),
    ],
)
def test_a_mistake_is_said_at_the_line_that_makes_it(tmp_path: Path, params: str, policy: str, said: str) -> None:
    assert problem(tmp_path, params, policy).startswith(said)


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("{id: a, when: {}, verdict: NO-GO, text: x}", "when should be one condition of"),
        ("{id: a, when: {score_below: 1, risk_over: 2}, verdict: NO-GO, text: x}", "one condition of"),
        (
            "{id: a, when: {open_over: {low: 1, high: 0}}, verdict: NO-GO, text: x}",
            "one severity; a gate more",
        ),
        ("{id: a, when: {area_below: {x: 1}}, verdict: NO-GO, text: x}", "one area of delivery"),
        (
            "{id: a, when: {score_below: 1}, verdict: GO, text: x}",
            "verdict should be 'CONDITIONAL' or 'NO-GO'",
        ),
        ("{id: a, when: {score_below: 1}, verdict: NO-GO, text: '{x}'}", "text that uses only {count}"),
    ],
)
def test_a_gate_that_says_nothing_clear_is_refused(tmp_path: Path, gate: str, said: str) -> None:
    params = f"policy: {{environments: {{qa: {{counts: [], gates: [{gate}]}}}}}}"

    assert said in problem(tmp_path, params)


def test_an_environment_of_ones_own_needs_gates(tmp_path: Path) -> None:
    gate = "{id: any, when: {open_over: {high: 3}}, verdict: NO-GO, text: '{count}'}"

    policy = policy_of(
        tmp_path, f"environments: [qa]\npolicy: {{environments: {{qa: {{counts: [], gates: [{gate}]}}}}}}"
    )

    assert list(policy.environments) == ["staging", "production", "qa"]
