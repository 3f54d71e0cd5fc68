"""Every area's view: what it says of a small shop, and that it says so where there is nothing to show."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.checks.testing.belonging import HARDLY_ANY
from kit.model import At, Evidence
from kit.params import Thresholds
from kit.project import Project as KitProject
from kit.project import open_project
from kit.report.blocks import Chart, Mark, Notice, Table, cell_text
from kit.report.charts_system import TALLEST
from kit.report.display import Display, bundle
from kit.report.views import (
    compliance,
    configuration,
    containers,
    contract,
    data,
    delivery,
    infrastructure,
    observability,
    operations,
    orchestration,
    performance,
    recovery,
    resilience,
    security,
    system,
    testing,
)
from kit.report.views.common import short_digest, things_of
from kit.report.views.system import services
from kit.system.model import Deployment, Port, Store, SystemMap
from tests.findings import finding
from tests.report.shop import COMPOSE, Shop, bare, shop

FINDINGS = [
    finding("CON-001", "fail", "high", area="containers", path="worker/Dockerfile", line=1, title="Not root"),
    finding("CON-001", "pass", area="containers", path="api/Dockerfile", line=4, title="Not root"),
    finding("CON-002", "fail", "critical", area="containers", path=COMPOSE, line=5, title="Builds"),
]
OBJECTIVES = Thresholds.model_validate({"rpo": "15m", "rto": "4h"})

VIEWS: dict[str, Callable[[Any], Display]] = {
    "delivery.pipelines": delivery.pipelines,
    "delivery.way_to_production": delivery.way_to_production,
    "containers.hardening": lambda p: containers.hardening(p, []),
    "containers.images": containers.images,
    "orchestration.workloads": orchestration.workloads,
    "orchestration.targets": orchestration.targets,
    "infrastructure.exposure_map": infrastructure.exposure_map,
    "infrastructure.declared": infrastructure.declared,
    "configuration.environment": configuration.environment,
    "security.routes": security.routes,
    "testing.inventory": testing.inventory,
    "contract.operations": contract.operations,
    "data.schema": data.schema,
    "data.migrations": data.migrations,
    "recovery.timeline": lambda p: recovery.timeline(p, OBJECTIVES),
    "recovery.material": recovery.material,
    "observability.chain": observability.chain,
    "observability.alerts": observability.alerts,
    "observability.logged": observability.logged,
    "performance.load_tests": performance.load_tests,
    "performance.scaling": performance.scaling,
    "resilience.outbound": lambda p: resilience.outbound(p, []),
    "resilience.dependencies": resilience.dependencies,
    "compliance.licences": compliance.licences,
    "compliance.personal_data": compliance.personal_data,
    "operations.runbooks": lambda p: operations.runbooks(p, []),
    "system.overview": lambda p: system.overview(p, []),
}


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    return shop(tmp_path)


def chart_of(shown: Display) -> Chart:
    return next(b for b in shown.blocks if isinstance(b, Chart))


def table_of(shown: Display) -> Table:
    return next(b for b in shown.blocks if isinstance(b, Table))


def row_of(table: Table, name: str) -> list[str]:
    return next([cell_text(c) for c in row] for row in table.rows if cell_text(row[0]) == name)


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_of_nothing_says_what_is_missing_and_what_would_fill_it(name: str, tmp_path: Path) -> None:
    shown = VIEWS[name](bare(tmp_path))

    notice = shown.blocks[0]

    assert isinstance(notice, Notice)
    assert notice.tone == "empty"
    assert notice.title
    assert notice.text.endswith(".")


@pytest.mark.parametrize("name", VIEWS)
def test_what_a_view_shows_can_be_stored_in_a_notebook(name: str, project: Shop) -> None:
    for block in VIEWS[name](project).blocks:
        assert json.dumps(bundle(block))


def test_a_gate_that_cannot_fail_is_named_in_the_title_of_its_pipeline(project: Shop) -> None:
    chart = chart_of(delivery.pipelines(project))

    assert chart.title == "3 jobs in Deploy, 1 gate, 1 of which cannot fail"
    assert "Build needs test; deploy needs build." in chart.text


def test_a_job_does_its_steps_in_order_whatever_service_they_are_for(tmp_path: Path) -> None:
    steps = ("docker build web", "kubectl apply -f api")
    runs = "".join(f"      - run: {step}\n" for step in steps)
    files = {
        "api/Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "web/Dockerfile": "FROM node:22\nCOPY . .\n",
        ".github/workflows/ci.yml": f"on: push\njobs:\n  ci:\n    runs-on: ubuntu-latest\n    steps:\n{runs}",
    }
    for name, words in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(words)
    project = KitProject(tmp_path)

    (job,) = delivery.jobs_of(project, project.workflows[0])

    assert job.does == ("build", "deploy")


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("pytest || true", ", 1 of which cannot fail"),
        ("pytest --exit-zero", ", 1 of which cannot fail"),
        ("pytest", ""),
    ],
)
def test_a_gate_whose_failure_a_command_swallows_cannot_fail(step: str, told: str, tmp_path: Path) -> None:
    project = shop(tmp_path)
    pipeline = tmp_path / ".github/workflows/deploy.yml"
    written = pipeline.read_text("utf-8").replace("    continue-on-error: true\n", "")
    pipeline.write_text(written.replace("run: pytest", f"run: {step}"), "utf-8")

    assert chart_of(delivery.pipelines(project)).title == f"3 jobs in Deploy, 1 gate{told}"


def test_a_service_that_no_pipeline_deploys_is_named(project: Shop) -> None:
    note = table_of(delivery.way_to_production(project)).note

    assert note == "No step was found that deploys worker; a script that a job calls may do so."


def test_hardening_sets_services_against_controls_with_the_worst_outcome(project: Shop) -> None:
    chart = chart_of(containers.hardening(project, FINDINGS))

    assert chart.table
    assert [c.name for c in chart.table.columns] == ["Control", "api", "worker"]
    assert row_of(chart.table, "Not root") == ["Not root", "pass", "fail"]
    assert chart.title == "2 of 2 services and files miss a control"


def test_images_name_the_user_that_runs(project: Shop) -> None:
    table = table_of(containers.images(project))

    assert row_of(table, "api/Dockerfile")[3] == "pass: app"
    assert row_of(table, "worker/Dockerfile")[3] == "partial: as the base image has it"


def test_a_service_has_the_ports_that_its_code_or_its_targets_state(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        'services:\n  db: {image: "postgres:16", ports: ["6000:5432"]}\n  cache: {image: "redis:7"}\n'
    )

    rows = services(KitProject(tmp_path).system).rows

    assert {row[0]: row[3] for row in rows} == {"db": "5432", "cache": ""}


def test_a_container_without_limits_is_named(project: Shop) -> None:
    table = table_of(orchestration.workloads(project))

    assert table.note == "No limits: api."
    assert row_of(table, "api")[3:5] == ["fail: none", "pass: set"]


def test_a_store_that_is_open_to_any_address_is_in_the_title(project: Shop) -> None:
    chart = chart_of(infrastructure.exposure_map(project))

    assert chart.title == ("3 of 4 published ports are open to any address outside of development, db among them")


def test_a_map_of_many_openings_is_no_taller_than_the_map_of_the_system(project: Shop) -> None:
    many = tuple(Port(9000 + n, "published", At("compose.yaml", n), host=9000 + n) for n in range(1, 20))
    api = replace(
        project.system.services[0],
        deployments=(Deployment("compose:compose.yaml", "production", At("compose.yaml", 1), ports=many),),
    )
    wide = replace(project, system=replace(project.system, services=(api,)))

    figure: Any = chart_of(infrastructure.exposure_map(wide)).figure

    assert len([a for a in figure["layout"]["annotations"] if "90" in a["text"]]) == 19
    assert figure["layout"]["height"] == 56 * TALLEST + 40


def test_instances_of_many_deployments_are_drawn_from_the_smallest_on_and_all_told(project: Shop) -> None:
    places = [At("k8s/api.yaml", n) for n in range(1, 31)]
    many = tuple(Deployment(f"kubernetes:k8s/{p.line}", "production", p, replicas=p.line) for p in places)
    api = replace(project.system.own[0], deployments=many)
    shown = performance.scaling(replace(project, system=replace(project.system, services=(api,))))

    chart = chart_of(shown)

    assert chart.title == "1 of 1 service runs as a single instance on at least one target"
    assert chart.text.endswith("The chart has the 20 smallest of 30.")
    assert chart.table
    assert len(chart.table.rows) == 30


def test_where_every_required_variable_is_given_a_sentence_says_so_in_place_of_a_chart(project: Shop) -> None:
    api = next(service for service in project.system.services if service.name == "api")
    given = replace(project, system=replace(project.system, services=(replace(api, env=api.env[2:]),)))

    first = configuration.environment(given).blocks[0]

    assert first == Notice("No required variable is missing for any of 1 service.", tone="pass")


def test_a_required_variable_that_no_target_gives_is_counted_and_one_that_cannot_be_seen_is_not(
    project: Shop,
) -> None:
    shown = configuration.environment(project)
    table = table_of(shown)

    assert chart_of(shown).title == "A required variable is missing for 1 of 1 service"
    assert row_of(table, "PAYMENT_KEY")[2:4] == ["fail: not given", "unknown: cannot be seen"]
    assert row_of(table, "LOG_LEVEL")[2] == "not applicable: default"


def test_an_inventory_of_variables_says_who_reads_each_and_how_many_targets_give_it(project: Shop) -> None:
    table = table_of(configuration.variables(project))

    assert table.caption.endswith("1 required and missing; for 1 required it cannot be seen at every target")
    assert row_of(table, "PAYMENT_KEY")[1:4] == ["api", "required", "fail: not given, 1 of 2 targets"]
    assert len({row[0] for row in table.rows}) == len(table.rows)


def test_shares_of_variables_count_each_target_once_and_the_same_targets_in_every_row(tmp_path: Path) -> None:
    compose = "services:\n" + "".join(
        f"  {name}:\n    build: ./{name}\n    environment:\n      DB_URL: x\n" for name in ("api", "jobs")
    )
    files = {
        "docker-compose.prod.yml": compose,
        "docker-compose.staging.yml": compose.replace("DB_URL", "OTHER"),
        "docker-compose.dev.yml": compose,
    }
    for name in ("api", "jobs"):
        files[f"{name}/Dockerfile"] = 'FROM python:3.12-slim\nCOPY . .\nCMD ["python", "main.py"]\n'
        files[f"{name}/main.py"] = "import os\n\nos.environ['DB_URL']\nos.environ.get('LEVEL', 'info')\n"
    for name, words in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(words)

    table = table_of(configuration.variables(KitProject(tmp_path)))

    assert row_of(table, "DB_URL")[3] == "fail: not given, 1 of 2 targets"
    assert row_of(table, "LEVEL")[3] == "not applicable: default"
    assert "development and tests are counted only where" in table.note


def test_a_value_that_compose_takes_from_an_env_file_is_given_and_no_literal(tmp_path: Path) -> None:
    files = {
        ".env": "DB_URL=postgres://db/shop\n",
        "compose.prod.yml": "services:\n  api:\n    build: .\n    environment:\n      DB_URL: ${DB_URL:?not set}\n",
        "Dockerfile": 'FROM python:3.12-slim\nCOPY . .\nCMD ["python", "main.py"]\n',
        "main.py": "import os\n\nos.environ['DB_URL']\n",
    }
    for name, words in files.items():
        (tmp_path / name).write_text(words)

    table = table_of(configuration.variables(KitProject(tmp_path)))

    assert row_of(table, "DB_URL")[3] == "pass: given"


def test_what_only_a_profile_requires_is_not_required_and_not_missing(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM eclipse-temurin:21\nCOPY target/app.jar app.jar\n",
        "pom.xml": "<project><artifactId>shop</artifactId></project>",
        "src/main/java/A.java": "class A { }\n",
        "src/main/resources/application.yml": "spring:\n  cloud:\n    config:\n      server:\n        native:\n"
        "          search-locations: file:///${GIT_REPO}\n",
        "docker-compose.prod.yml": "services:\n  shop:\n    build: .\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    table = table_of(configuration.variables(KitProject(tmp_path)))

    assert row_of(table, "GIT_REPO")[2:4] == ["required by a profile", "not applicable: not given"]
    assert table.caption.endswith("no required one known to be missing")


def test_many_targets_share_a_column_for_each_environment_with_the_worst_of_them(project: Shop) -> None:
    api = next(s for s in project.system.services if s.name == "api")
    first = api.deployments[0]
    many = tuple(
        replace(first, target=f"kubernetes:k8s/{i}", environment="production" if i else "unknown", env_complete=i != 3)
        for i in range(6)
    )
    spread = replace(project, system=replace(project.system, services=(replace(api, deployments=many),)))

    table = table_of(configuration.environment(spread))

    assert [c.name for c in table.columns][2:4] == ["not named (1 target)", "production (5 targets)"]


def test_a_digest_is_cut_as_docker_cuts_it() -> None:
    assert short_digest("api:1@sha256:" + "ab" * 32) == "api:1@sha256:abababababab…"
    assert short_digest("api:1") == "api:1"


def test_open_routes_that_write_are_counted(project: Shop) -> None:
    chart = chart_of(security.routes(project))

    assert chart.title == "2 of 4 routes ask for no authentication, 1 of them may change something"


def test_a_way_in_is_open_by_its_nature_and_not_counted_among_what_strangers_may_change(project: Shop) -> None:
    api = next(s for s in project.system.services if s.name == "api")
    login = replace(next(r for r in api.routes if r.auth is False), method="POST", path="/login", handler="login")
    services = (replace(api, routes=(*api.routes, login)),)
    display = security.routes(replace(project, system=replace(project.system, services=services)))

    assert chart_of(display).title.startswith("3 of 5 routes") and "1 of them may change" in chart_of(display).title
    rows = [[cell_text(c) for c in row] for row in table_of(Display(display.blocks[1:])).rows]
    assert [row[2] for row in rows if row[1] == "/login"] == ["partial: open: way in"]


def test_a_part_without_tests_and_one_that_nothing_runs_are_told_apart(project: Shop) -> None:
    (project.root / "worker/worker.py").write_text("def run():\n" + "    pass\n" * HARDLY_ANY)
    chart = chart_of(testing.inventory(project))

    assert chart.title == "1 of 2 parts has no test; a pipeline runs all that there are"
    assert chart.table
    assert row_of(chart.table, "api")[4] == "pass: test"
    assert row_of(chart.table, "worker")[4] == "fail: nothing to run"


def test_a_part_with_little_code_needs_no_tests_as_the_check_of_that_holds(project: Shop) -> None:
    chart = chart_of(testing.inventory(project))

    assert chart.title == "Every one of 2 parts has tests or little code; a pipeline runs all that there are"
    assert chart.table
    assert row_of(chart.table, "worker")[4] == "unknown: little code, no test"


@pytest.mark.parametrize(
    ("command", "run", "title"),
    [
        ("make test", "pass: all", "a pipeline runs all that there are"),
        ("pytest checks", "partial: all: 1 of 2", "a pipeline runs some of them"),
        ("make lint", "fail: no pipeline", "no pipeline is seen to run those of 1"),
    ],
)
def test_tests_beside_the_services_are_run_by_what_the_check_of_that_sees(
    tmp_path: Path, command: str, run: str, title: str
) -> None:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/test_all.py").write_text("def test_all():\n    assert True\n")
    (tmp_path / "checks/all.test.js").write_text("test('all', () => {});\n")
    (tmp_path / "Makefile").write_text("test:\n\tpytest\n\tnode --test checks\n")
    job = f"{{runs-on: ubuntu-latest, steps: [{{run: {command}}}]}}"
    (tmp_path / ".github/workflows/ci.yml").write_text(f"on: push\njobs:\n  all: {job}\n")

    chart = chart_of(testing.inventory(KitProject(tmp_path)))

    assert chart.table
    assert row_of(chart.table, "checks")[4] == run
    assert chart.title.endswith(title)


@pytest.mark.parametrize(
    ("message", "places", "things"),
    [
        ("compose.yml: no memory limit for api, worker.", [(COMPOSE, 3)], ("api", "worker")),
        ("compose.yml: no memory limit for api and nobody.", [(COMPOSE, 3)], ("api",)),
        ("api: no restart policy.", [("k8s/policy.yaml", 1), (COMPOSE, 3)], ("api",)),
        ("Nothing limits it.", [("k8s/policy.yaml", 1)], ("k8s/policy.yaml",)),
        ("Nothing is there.", [(".", None)], ("project",)),
    ],
)
def test_a_finding_is_told_of_every_service_that_it_lists_or_of_the_first_that_its_places_know(
    project: Shop, message: str, places: list[tuple[str, int | None]], things: tuple[str, ...]
) -> None:
    evidence = tuple(Evidence(path, line, line, "") for path, line in places)

    assert things_of(project)(finding(message=message, evidence=evidence)) == things


@pytest.mark.parametrize(("hours", "words"), [(0.25, "15 minutes"), (1, "1 hour"), (24, "24 hours"), (168, "7 days")])
def test_times_are_said_as_a_person_says_them(hours: float, words: str) -> None:
    assert recovery.time_words(hours) == words


def test_a_restore_test_is_no_backup() -> None:
    assert recovery._backs_up("/ops/backup/backup.sh")
    assert not recovery._backs_up("/ops/backup/verify-restore.sh")
    assert not recovery._backs_up("report.sh")


@pytest.mark.parametrize(
    ("stores", "title"),
    [
        ((), "No store with data was found"),
        ((Store("postgres", "db", At("main.tf", 3), managed=True),), "The data are kept outside of the project"),
        ((Store("postgres", "db", At("compose.yml", 3)),), "Nothing makes a backup by the clock"),
    ],
)
def test_data_may_be_lost_only_where_the_project_keeps_them(
    tmp_path: Path, stores: tuple[Store, ...], title: str
) -> None:
    notice = recovery.timeline(replace(bare(tmp_path), system=SystemMap(stores=stores)), OBJECTIVES).blocks[0]

    assert isinstance(notice, Notice)
    assert notice.title.startswith(title)


def test_operations_meet_routes_whatever_their_parameters_are_called() -> None:
    assert contract._key("get", "/users/{id}/") == contract._key("GET", "/users/:user_id")
    assert contract._key("GET", "/users/me") != contract._key("GET", "/users/{id}")


def test_what_is_only_specified_is_marked_as_not_served(project: Shop) -> None:
    chart = chart_of(contract.operations(project))

    assert chart.title == "1 of 2 specified operations is served by code"
    assert chart.table
    assert row_of(chart.table, "POST /refunds")[3] == "fail: not served"


def test_services_that_serve_the_same_path_count_one_by_one(tmp_path: Path) -> None:
    made = shop(tmp_path)
    api = made.system.services[1]
    before = contract.operations(made).blocks[0]
    twin = replace(api, name="twin", routes=(*api.routes, *api.routes))
    after = contract.operations(replace(made, system=SystemMap(services=(*made.system.services, twin)))).blocks[0]

    assert isinstance(before, Chart)
    assert isinstance(after, Chart)
    assert before.table
    assert after.table
    assert after.title == before.title
    served = [len([row for row in chart.table.rows if row[3].text == "served"]) for chart in (before, after)]
    assert served[1] == 2 * served[0]


def test_a_declared_table_that_no_migration_makes_is_marked(project: Shop) -> None:
    chart = chart_of(data.schema(project))

    assert chart.table
    assert row_of(chart.table, "refunds")[3] == "fail: never created"


def test_a_migration_says_what_it_destroys_and_whether_there_is_a_way_back(project: Shop) -> None:
    table = table_of(data.migrations(project))

    assert table.caption == "2 migrations, 1 of them with a way back"
    assert row_of(table, "2")[3:5] == ["partial: drop column orders", "fail: none"]


def test_the_wait_between_backups_is_held_against_the_objective(project: Shop) -> None:
    chart = chart_of(recovery.timeline(project, OBJECTIVES))

    assert chart.title == "A backup is made every 24 hours; 15 minutes of data may be lost"


@pytest.mark.parametrize(
    ("expression", "hours"),
    [
        ("0 3 * * *", 24),
        ("*/15 * * * *", 0.25),
        ("0 */6 * * *", 6),
        ("0 2,14 * * *", 12),
        ("0 0 * * 0", 168),
        ("@daily", 24),
        ("0 0 1 * *", 744),
        ("rate(1 day)", None),
    ],
)
def test_a_cron_expression_tells_the_hours_between_two_runs(expression: str, hours: float | None) -> None:
    assert recovery.interval_hours(expression) == hours


def test_a_service_that_nothing_watches_is_named(project: Shop) -> None:
    table = table_of(observability.chain(project))

    assert table.note == "Nothing watches worker: an outage would go unnoticed."


def test_what_only_developers_start_is_not_missed_by_monitoring(project: Shop) -> None:
    api, worker = (next(s for s in project.system.services if s.name == name) for name in ("api", "worker"))
    tried = replace(worker, deployments=tuple(replace(d, environment="development") for d in api.deployments))
    both = replace(project, system=replace(project.system, services=(api, tried)))
    alone = replace(project, system=replace(project.system, services=(tried,)))

    assert [row[0] for row in table_of(observability.chain(both)).rows] == ["api"]
    assert [row[0] for row in table_of(observability.chain(alone)).rows] == ["worker"]


def test_a_service_that_is_probed_and_not_scraped_is_not_said_to_be_watched(project: Shop) -> None:
    api = next(s for s in project.system.services if s.name == "api")
    alone = replace(project, system=replace(project.system, services=(replace(api, name="web"),)))

    note = table_of(observability.chain(alone)).note

    assert note.endswith("nothing is seen to scrape web.")


def test_what_scrapes_a_service_is_found_by_its_name(project: Shop) -> None:
    assert row_of(table_of(observability.chain(project)), "api")[4] == "pass: yes"


def test_an_alert_on_a_metric_that_code_does_not_export_is_not_taken_for_good(project: Shop) -> None:
    table = table_of(observability.alerts(project))

    assert row_of(table, "ManyErrors")[2] == "pass: exported by code"
    assert row_of(table, "Unpaid")[2] == "unknown: not by code: shop_unpaid"
    assert table.note == "No receiver is configured."


def test_the_buckets_of_a_histogram_and_what_known_exporters_bring_are_exported() -> None:
    good = open_project(Path(__file__).parents[1] / "projects" / "shop-good")

    assert {row[2].outcome for row in table_of(observability.alerts(good)).rows if isinstance(row[2], Mark)} == {"pass"}
    assert row_of(table_of(observability.chain(good)), "api")[4] == "pass: yes"  # by a name that is looked up


def test_an_autoscaler_says_how_many_copies_a_workload_has() -> None:
    good = open_project(Path(__file__).parents[1] / "projects" / "shop-good")

    assert row_of(table_of(orchestration.workloads(good)), "api")[2] == "3 to 10"


def test_a_request_without_a_time_limit_is_counted(project: Shop) -> None:
    table = table_of(resilience.outbound(project, []))

    assert table.caption == "2 outbound calls, 1 without a time limit"
    assert isinstance(table.rows[0][3], Mark)
    assert table.rows[0][3].outcome == "fail"


def test_a_single_instance_is_counted_where_nothing_scales_it(project: Shop) -> None:
    assert chart_of(performance.scaling(project)).title == (
        "2 of 2 services run as a single instance on at least one target"
    )


def test_an_init_container_is_no_service_that_grows(project: Shop) -> None:
    api = next(s for s in project.system.services if s.name == "api")
    once = replace(
        api, name="migrate", deployments=tuple(replace(d, workload="Deployment init") for d in api.deployments)
    )
    beside = replace(project, system=replace(project.system, services=(*project.system.services, once)))

    assert chart_of(performance.scaling(beside)).title == chart_of(performance.scaling(project)).title
    assert "migrate" not in str(chart_of(performance.scaling(beside)).table)


def test_the_map_names_where_something_critical_is_open(project: Shop) -> None:
    chart = chart_of(system.overview(project, FINDINGS))

    assert chart.title == "2 own services, 2 further ones; critical findings at api"
    assert "api needs db" in chart.text


def test_hostile_names_reach_no_label_as_markup(project: Shop) -> None:
    drawn = json.dumps(bundle(table_of(Display(security.routes(project).blocks[1:])))["text/html"])

    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn


def test_checks_of_many_files_are_told_file_by_file(project: Shop) -> None:
    many = [finding("DEL-001", "pass", area="delivery", path=f".github/{i}.yml") for i in range(12)]
    bad = finding("DEL-002", "fail", area="delivery", path=".github/3.yml", title="Gates can fail")

    table = table_of(delivery.checks(project, [*many, bad]))

    assert [c.name for c in table.columns] == ["Service or file", "Held", "Not seen", "Does not hold"]
    assert row_of(table, ".github/3.yml")[3] == "fail: Gates can fail (DEL-002)"
    assert row_of(table, ".github/4.yml")[3] == "pass: nothing open"
