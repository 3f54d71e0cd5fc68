from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from textwrap import dedent

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kit.params import Params, ParamsError, default_params, json_schema, load_params

REPO = Path(__file__).parents[1]
CONTRACT = """
    project: {name: NPS, path: shop}
    report: {style: status, title: T, audience: A, sign_off: [Senior DevOps Engineer, Security Architect]}
    environments: [staging, production]
    policy: default
    thresholds: {coverage: {lines: 80, branches: 75, functions: 70, statements: 80}, rto: 4h, rpo: 15m,
                 latency: {p95: 200ms, p99: 500ms}, error_rate: 1%}
    evidence:
      coverage: [coverage/*.info]
      junit: ["**/junit*.xml"]
      sarif: [scan/*.sarif]
      load: [k6-summary.json, locust_stats.csv]
      dependencies: [npm-audit.json, pip-audit.json]
    commands:
      - {name: type-check, run: [npm, run, type-check], area: delivery, timeout: 5m}
    targets:
      http: [{url: "http://127.0.0.1:8000/api/health", expect: 200, p95: 50ms}]
      postgres: [{dsn_env: DATABASE_URL, extensions: [pgcrypto, pg_trgm]}]
      redis: [{url_env: REDIS_URL}]
      tls: [{host: api.example.com, port: 443, min_days: 30}]
    claims: [READINESS.md]
    attestations: [{check: REC-003, answer: pass, by: Jane Doe, on: 2026-11-01, note: restored}]
    waivers: [{check: ORC-004, path: k8s/dev/**, reason: pilot, owner: Jane, expires: 2026-12-31}]
    history: sqlite:///history.db
"""


def load(folder: Path, text: str) -> Params:
    (folder / "shop").mkdir(exist_ok=True)
    (folder / "READINESS.md").touch()
    (folder / "p.yaml").write_text(dedent(text))
    return load_params(folder / "p.yaml")


def problem(folder: Path, text: str) -> str:
    with pytest.raises(ParamsError) as error:
        load(folder, text)
    assert "\n" not in str(error.value)
    return str(error.value).removeprefix(f"{folder.as_posix()}/")


def test_every_key_of_the_contract_is_read(tmp_path: Path) -> None:
    params = load(tmp_path, CONTRACT)

    assert params.name == "NPS"
    assert params.root == tmp_path / "shop"
    assert params.thresholds.rto == timedelta(hours=4)
    assert params.thresholds.latency.p95 == timedelta(milliseconds=200)
    assert params.thresholds.error_rate == 0.01
    assert params.commands[0].timeout == timedelta(minutes=5)
    assert params.attestations[0].on == date(2026, 11, 1)
    assert params.waivers[0].expires == date(2026, 12, 31)


def test_what_this_version_does_not_look_at_is_named(tmp_path: Path) -> None:
    assert load(tmp_path, CONTRACT).unused() == ("history",)
    assert load(tmp_path, "project: {path: shop}\nclaims: []\n").unused() == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("enviroments: [staging]", "p.yaml:2: unknown key 'enviroments'; did you mean 'environments'?"),
        ("report:\n  titel: x", "p.yaml:3: unknown key 'titel' in report; did you mean 'title'?"),
        ("zzz: 1", "p.yaml:2: unknown key 'zzz'; known are attestations, claims, commands,"),
        (
            "environments: staging",
            "p.yaml:2: environments should be a list, not 'staging'; for example [staging",
        ),
        ("thresholds:\n  rto: 4", "p.yaml:3: thresholds.rto should be a duration: a number and ms, s, m, h"),
        ("thresholds: {error_rate: 3}", "p.yaml:2: thresholds.error_rate should be a percentage such as 1%"),
        ("report: {style: fancy}", "p.yaml:2: report.style should be 'formal', 'audit'"),
        ("report: x", "p.yaml:2: report should be a mapping, not 'x'; for example {style: status}"),
        ("waivers:\n  - check: A\n  - {check: B}", "p.yaml:3: 'waivers[1].reason' is missing; for example"),
        ("commands: [{name: a, run: [b], area: x}]", "p.yaml:2: commands[1].area should be one of delivery,"),
        ("targets: {http: [{url: 'ftp://x'}]}", "p.yaml:2: targets.http[1].url should be an address"),
        (
            "targets: {redis: [{url_env: 'redis://x'}]}",
            "p.yaml:2: targets.redis[1].url_env should be the name of",
        ),
        ("policy: 3", "p.yaml:2: policy should be default, the name of a policy file, or a mapping"),
        ("policy: gone.yaml", "p.yaml:2: policy names gone.yaml, where no file is"),
        ("claims: [READINESS.md, gone.md]", "p.yaml:2: claims names gone.md, where no file is"),
        ('claims: ["docs/**/*.md"]', "p.yaml:2: claims names docs/**/*.md, where no file is"),
        ("history: history.db", "p.yaml:2: history should be a SQLAlchemy URL, not 'history.db'"),
    ],
)
def test_a_mistake_is_said_with_place_and_example(tmp_path: Path, text: str, said: str) -> None:
    assert problem(tmp_path, f"project: {{path: shop}}\n{text}\n").startswith(said)


def test_a_glob_of_claims_that_matches_a_file_is_taken(tmp_path: Path) -> None:
    assert load(tmp_path, "project: {path: shop}\nclaims: ['*.md']\n").claims == ("*.md",)


def test_globs_of_evidence_may_match_nothing(tmp_path: Path) -> None:
    params = load(tmp_path, "project: {path: shop}\nevidence: {junit: ['none/*.xml']}\n")

    assert params.evidence.junit == ("none/*.xml",)


def test_several_mistakes_are_counted_the_first_line_first(tmp_path: Path) -> None:
    said = problem(tmp_path, "project: {path: shop}\nreport: {style: 1}\npolice: default\nhistory: 5\n")

    assert said.startswith("p.yaml:2: report.style")
    assert said.endswith("(and 2 more)")


def test_a_password_in_an_address_is_not_repeated(tmp_path: Path) -> None:
    said = problem(tmp_path, "project: {path: shop}\nhistory: 'Postgres://kit:hunter2@db/x'\n")

    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("project", "said"),
    [
        ("{path: gone}", "p.yaml:1: project folder gone does not exist"),
        ("{path: READINESS.md}", "p.yaml:1: project folder READINESS.md is a file"),
        ("{name: X}", "p.yaml:1: 'project.path' is missing; for example project: {path: ../shop}"),
    ],
)
def test_a_project_that_is_no_folder_is_named(tmp_path: Path, project: str, said: str) -> None:
    assert problem(tmp_path, f"project: {project}\n").startswith(said)


def test_a_given_project_takes_the_place_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("project: {name: X, path: gone}\n")

    params = load_params(tmp_path / "p.yaml", project=tmp_path)

    assert (params.name, params.root) == ("X", tmp_path)


def test_a_project_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    params = default_params(tmp_path)

    assert (params.name, params.root, params.environments) == (
        tmp_path.name,
        tmp_path,
        ("staging", "production"),
    )
    with pytest.raises(ParamsError, match="does not exist; name the folder"):
        default_params(tmp_path / "gone")


@given(st.floats(0.001, 10_000).map(lambda x: round(x, 3)), st.sampled_from(["ms", "s", "m", "h", "d"]))
def test_a_duration_is_its_number_of_units(number: float, unit: str) -> None:
    seconds = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit]

    params = Params.model_validate({"thresholds": {"rto": f"{number:f}{unit}"}})

    assert params.thresholds.rto is not None
    assert params.thresholds.rto.total_seconds() == pytest.approx(number * seconds, abs=1e-3)


@given(st.text())
def test_any_text_is_a_share_or_refused(text: str) -> None:
    try:
        share = Params.model_validate({"thresholds": {"error_rate": text}}).thresholds.error_rate
    except ValidationError:
        share = 0.0

    assert share is not None
    assert 0 <= share <= 1


def test_the_schema_file_is_that_of_the_models() -> None:
    assert (REPO / "params" / "schema.json").read_text() == json_schema()


def test_the_schema_takes_the_contract_and_refuses_an_unknown_key() -> None:
    validator = jsonschema.Draft202012Validator(yaml.safe_load(json_schema()))
    contract = yaml.load(dedent(CONTRACT), Loader=yaml.BaseLoader)  # noqa: S506 - keeps every scalar as text
    numbers = {"coverage": {"lines": 80}, "rto": "4h", "error_rate": "1%"}

    assert not list(validator.iter_errors({"project": contract["project"], "thresholds": numbers}))
    assert [e.validator for e in validator.iter_errors({"polisy": "x"})] == ["additionalProperties"]


def test_the_sample_is_valid_and_waives_nothing(tmp_path: Path) -> None:
    params = load_params(REPO / "params" / "sample.yaml", project=tmp_path)

    assert params.waivers == ()
    assert params.thresholds.rpo == timedelta(minutes=15)
