"""Are there tests, and does anything run them?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.meant import in_retired_folder
from kit.checks.shared.pipelines_elsewhere import told
from kit.checks.shared.testfiles import TestFile, test_files
from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import plural
from kit.checks.testing.belonging import hardly_any, own_tests, speaking_tests
from kit.checks.testing.common import ECOSYSTEMS, code_by_service, nearest
from kit.checks.testing.found import is_found
from kit.checks.testing.hollow import is_empty, only_starts
from kit.checks.testing.mutation import is_mutating, mutation_tests
from kit.checks.testing.runs import run_outside, runs, unread_runs
from kit.model import At, Clause, Fact, Located, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.system.model import Service
from kit.system.pipeline_acts import ON_CHANGE, Act, pipelines
from kit.system.purposes import only_prints, skips_tests
from kit.system.reach import reach
from kit.system.scope import within

MANY = 5
CROWD = 15
SHOWN = 3
REAL = re.compile(r"testcontainers|mongodb-memory-server|embedded-postgres|pytest-postgresql|dockertest")
IN_MEMORY = re.compile(r"sqlite://(?:/:memory:|/?[\"'])|:memory:|jdbc:h2:mem|UseInMemoryDatabase|sqlite\+aiosqlite://")
GENERATIVE = (
    "fast-check",
    "@fast-check/vitest",
    "hypothesis",
    "@stryker-mutator/core",
    "mutmut",
    "cosmic-ray",
    "schemathesis",
    "jqwik",
    "proptest",
    "gopter",
    "rapid",
)


@check("TST-001", "Every service has tests", Severity.HIGH, Clause.INVARIANTS, effort_hours=16)
def services_have_tests(project: Project) -> Iterator[Fact]:
    """
    Code without tests is right on the day it was tried by hand, and nobody knows for how long.

    Decides: files with tests, told by their place and by what stands in them, below the folder of each service that
    has code of some size; tests in other places that speak of the service count too. A service that only end-to-end
    tests of the whole system reach holds in part, and so does one whose tests are all empty.

    Fix: begin with the routes and rules whose failure costs most, and run the tests in the pipeline.

    Blind to: tests that live in another repository.

    See: https://martinfowler.com/articles/practical-test-pyramid.html
    """
    tests = test_files(project)
    if not tests:
        script = next((p for p in project.files.paths if _is_script_of_tests(project, p)), None)
        if project.files.languages and _code(project) and script is not None:
            yield partial(f"Only scripts such as {script} try the code out.", At(script), severity=Severity.MEDIUM)
        elif project.files.languages and _code(project):
            yield bad("No test was found: nothing shows that the code does what it should.", At("."))
        return
    facts: list[Fact] = []
    untested: list[Fact] = []
    seen: set[str | None] = set()
    for service, code in code_by_service(project).values():
        if service.root not in seen and not hardly_any(project, code):
            seen.add(service.root)
            fact = _tested(project, service, code, tests)
            (untested if fact.outcome.open else facts).append(fact)
    yield from facts
    if len(untested) <= CROWD:
        yield from untested
    else:
        places = [fact.at[0] for fact in untested[:MANY]]
        yield bad(f"{len(untested)} of {len(seen)} services have no tests of their own.", *places)


def _is_script_of_tests(project: Project, path: str) -> bool:
    """Whether a script of a shell asks the running system something and fails where the answer is wrong."""
    asked = path.endswith((".sh", ".bats")) and re.search(r"(?i)(?:^|[/._-])tests?(?:[/._-]|$)", path) is not None
    text = project.files.text(path) if asked else ""
    return "curl" in text and re.search(r"\bexit 1\b|\bset -e|@test|curl[^\n]{0,80} (?:-f|--fail)", text) is not None


def _code(project: Project) -> list[str]:
    """The code that the project's programs are made of; none where it mainly deploys the services of others."""
    of_services = [p for _, code in code_by_service(project).values() for p in code]
    programs = [s for s in project.system.services if s.kind not in {"store", "monitoring"}]
    deploys_only = len(project.system.own) * 3 < len(programs)
    return [] if deploys_only else of_services or list(project.code.files())


def _tested(project: Project, service: Service, code: tuple[str, ...], tests: tuple[TestFile, ...]) -> Fact:
    own = own_tests(project, service, tests)
    if own and all(is_empty(project, test) for test in own):
        what = "starts the program" if any(only_starts(project, test) for test in own) else "runs nothing"
        said = (
            f"{service.name}: its only test is empty: it {what}, and asks nothing of {plural(len(code), 'code file')}."
        )
        return partial(said, own[0], severity=Severity.MEDIUM)
    if own:
        amount = f"{plural(len(own), 'test file')} for {plural(len(code), 'code file')}"
        return ok(f"{service.name}: {amount}.", own[0])
    speaking = speaking_tests(project, service, tests)
    if speaking:
        return ok(f"{service.name}: {speaking[0].path} tests it.", speaking[0])
    whole = [t for t in tests if t.kind in {"e2e", "smoke"}]
    place = service.build.at if service.build is not None else service.at
    if whole:
        message = f"{service.name}: no tests of its own; only {whole[0].path} and its kin may reach it from outside."
        return partial(message, place, severity=Severity.MEDIUM)
    message = f"{service.name}: no test for {plural(len(code), 'file')} of code."
    return bad(message, place, At(service.root or "."), severity=Severity.MEDIUM)


@check("TST-002", "A pipeline runs the tests", Severity.HIGH, Clause.INVARIANTS, effort_hours=3)
def a_pipeline_runs_the_tests(project: Project) -> Iterator[Fact]:
    """
    Tests that nothing runs go wrong unseen, and stop nothing.

    Decides: for each package with tests, whether a command that a pipeline reaches, through scripts, targets, actions
    and image builds, runs them: the same language, from a folder above them, not restricted to other paths.

    Fix: call the tests in the job of the pull request.
    - node: `npm test`.
    - python: `pytest`.
    - go: `go test ./...`.
    - java: `mvn verify`, or `./gradlew check`.
    - dotnet: `dotnet test`.
    - php: `vendor/bin/phpunit`.
    - ruby: `bundle exec rspec`.
    - rust: `cargo test`.

    Blind to: selections that a runner makes by markers, tags and project names.

    See: https://docs.github.com/en/actions/automating-builds-and-tests
    """
    tests = test_files(project)
    if tests and not project.workflows:
        amount = plural(len(tests), "test file")
        yield bad(f"There is no pipeline: {amount} run when somebody thinks of it.", tests[0], severity=Severity.MEDIUM)
        return
    if tests and not pipelines(project):
        return
    # What no runner takes is told by the check of that.
    found = tuple(test for test in tests if is_found(project, test) is not False and not in_retired_folder(test.path))
    for name, group in _suites(project, found).items():
        yield _run_or_not(project, name, group)


def _suites(project: Project, tests: tuple[TestFile, ...]) -> dict[str, list[TestFile]]:
    found: dict[str, list[TestFile]] = {}
    for test in tests:
        package = nearest(project, test.path, ECOSYSTEMS.get(test.family, ""))
        folder = package.dir if package is not None else test.path.partition("/")[0]
        kind = " end-to-end" if test.kind == "e2e" else ""
        found.setdefault(f"{folder if folder != '.' else 'the top'} ({test.family}{kind})", []).append(test)
    return found


def _run_or_not(project: Project, name: str, group: list[TestFile]) -> Fact:
    known = runs(project)
    covering = {t.path: next((r for r in known if r.covers(project, t)), None) for t in group}
    missed = [t for t in group if covering[t.path] is None]
    used = [r for r in covering.values() if r is not None]
    outside = run_outside(project)
    amount = plural(len(group), "test file")
    if missed and outside and not used:
        return unknown(f"Tests of {name}: pipelines of other repositories may run them ({outside[0].uses}).", group[0])
    unread = next(unread_runs(project, group[0].kind), None) if not used else None
    if unread is not None:
        return unknown(f"Tests of {name}: a step speaks of tests, and what it runs is not in the project.", unread)
    if not used and not known and (elsewhere := told(project)) is not None:
        return unknown(
            f"Tests of {name}: no pipeline here runs {amount}; a server for pipelines is named.", elsewhere, group[0]
        )
    if not used:
        severity = None if group[0].kind == "unit" and _weighs(project, group) else Severity.MEDIUM
        none = "the one test file" if len(group) == 1 else f"any of {amount}"
        skipping = _skipping(project) if group[0].family == "jvm" else None
        left_out = f"; `{skipping.words}` leaves them out" if skipping else ""
        places = [t.at for t in missed[:SHOWN]] + ([skipping.at] if skipping else [])
        return bad(f"Tests of {name}: no pipeline runs {none}{left_out}.", *places, severity=severity)
    if missed:
        message = f"Tests of {name}: no pipeline runs {len(missed)} of {amount} (as {missed[0].path})."
        return partial(message, *[t.at for t in missed[:SHOWN]], severity=Severity.MEDIUM)
    if not any(r.pipeline.triggers & ON_CHANGE or r.pipeline.workflow.platform != "github" for r in used):
        return partial(
            f"Tests of {name} run, but no change starts them ({used[0].act.words}).",
            used[0].act,
            severity=Severity.MEDIUM,
        )
    return ok(f"Tests of {name}: {used[0].act.words} runs {amount}.", used[0].act, group[0])


def _skipping(project: Project) -> Act | None:
    """A build of a pipeline that is told to leave the tests out."""
    acts = (a for p in pipelines(project) for a in p.of("build") if a.reached is not None)
    return next((a for a in acts if a.reached is not None and skips_tests(f" {a.reached.command.text}")), None)


def _weighs(project: Project, group: list[TestFile]) -> bool:
    """Whether the tests are those of a service, and not of a tool or library at its side."""
    roots = [s.root for s, _ in code_by_service(project).values() if s.root not in {None, "."}]
    return len(group) >= MANY or any(within(group[0].path, root) for root in roots if root)


@check("TST-009", "Smoke or end-to-end tests exist and run", Severity.MEDIUM, Clause.EXECUTION, effort_hours=8)
def end_to_end_tests_run(project: Project) -> Iterator[Fact]:
    """
    Unit tests pass while the parts do not fit. One test through the running system finds what none of them can see.

    Decides: where there are services that answer requests: tests that drive a browser or the running system, by their
    place, name and tools, and whether a pipeline runs them.

    Fix: write one test per journey that must never break (sign in, order, pay), and run it against the started stack.

    Blind to: tests that live in another repository, and checks that a monitoring service makes.

    See: https://playwright.dev/docs/ci-intro
    """
    served = [
        s for s in project.system.own if s.routes or s.kind in {"web", "api"} or any(d.ports for d in s.deployments)
    ]
    if not served or not project.code.files():
        return
    whole = [t for t in test_files(project) if t.kind in {"e2e", "smoke"}]
    run = [t for t in whole if any(r.covers(project, t) for r in runs(project))]
    smoke = next(
        (a for p in pipelines(project) for a in p.of("verify", "test") if _is_smoke(a.step.name, a.job.id)), None
    )
    steps = (s for w in project.workflows for j in w.jobs for s in j.all_steps if s.run and _SMOKE.search(s.name))
    written = next((s for s in steps if not only_prints(s)), None)
    if run:
        yield ok(f"A pipeline runs {plural(len(run), 'file')} of end-to-end tests.", run[0])
    elif smoke is not None:
        yield ok(f"A pipeline tries the running system ({smoke.words}).", smoke)
    elif written is not None:
        yield ok(f"A pipeline tries the running system ({written.name}).", written)
    elif whole:
        yield partial(
            f"{plural(len(whole), 'file')} of end-to-end tests, and no pipeline runs them.",
            *[t.at for t in whole[:SHOWN]],
        )
    elif test_files(project):
        names = ", ".join(s.name for s in served[:SHOWN])
        yield bad(
            f"No test goes through the running system ({names}): whether the parts fit shows in production.", At(".")
        )


_SMOKE = re.compile(r"\b(?:smoke|e2e|end.to.end)[ -]?tests?\b", re.IGNORECASE)


def _is_smoke(*names: str) -> bool:
    return any(
        re.search(r"smoke|e2e|end.to.end|api.?test|integration.?test|health", name, re.IGNORECASE) for name in names
    )


@check("TST-010", "Tests use the store that production uses", Severity.LOW, Clause.ASSUMPTIONS, effort_hours=4)
def tests_use_the_real_store(project: Project) -> Iterator[Fact]:
    """
    SQLite forgives what PostgreSQL refuses. Tests on another store say little about queries, locks and constraints.

    Decides: for the databases of the system: a pipeline that starts the same one beside the tests (as a service, by
    compose, by Testcontainers) holds; tests on an in-memory substitute hold in part.

    Fix: start the database for the tests: `services: {postgres: {image: "postgres:16"}}` in the job.

    Blind to: databases that a runner has installed.

    See: https://docs.github.com/en/actions/using-containerized-services/about-service-containers
    """
    engines = sorted(
        {s.engine for s in project.system.stores if s.engine in {"postgres", "mysql", "mongodb", "mssql", "redis"}}
    )
    tests = test_files(project)
    if not engines or not tests:
        return
    used = _started(project)
    containers = _own_containers(project, tests)
    substitute = next((m for t in tests if (m := _in_memory(project, t.path))), None) or _setup_substitute(project)
    for engine in engines:
        if engine in used:
            yield ok(f"{engine} runs beside the tests.", used[engine])
        elif containers is not None:
            yield ok(f"Tests start their own containers for {engine}.", containers)
        elif substitute is not None and engine not in {"redis", "mongodb"}:
            yield partial(f"Tests run on an in-memory substitute; production runs on {engine}.", substitute)


def _own_containers(project: Project, tests: tuple[TestFile, ...]) -> Located | None:
    """Where tests start containers by themselves: in a test, or by a library that is declared for it."""
    using = next((t for t in tests if REAL.search(project.code.text(t.path))), None)
    names = ("testcontainers", "mongodb-memory-server", "pytest-postgresql")
    return using or next((d for p in project.packages if (d := p.depends_on(*names))), None)


def _started(project: Project) -> dict[str, At]:
    """Engine to the place where a pipeline starts it for its tests."""
    found: dict[str, At] = {}
    compose = {s.name: s for f in project.compose for s in f.services}
    for pipeline in pipelines(project):
        for job in pipeline.workflow.jobs:
            if not pipeline.of_job(job, "test"):
                continue
            for name, node in job.services.items():
                image = node.get("image") if node.is_map else None
                _note(found, f"{name} {image.text if image is not None else ''}", node.at)
            for reached in reach(project).of(job.commands):
                if re.search(r"docker(?:-| )compose\b.*\b(?:up|run)\b", reached.command.text):
                    for service in compose.values():
                        _note(found, service.image or "", reached.root.at)
    return found


def _note(found: dict[str, At], image: str, at: At) -> None:
    engines = {
        "postg": "postgres",
        "mysql": "mysql",
        "mariadb": "mysql",
        "mongo": "mongodb",
        "redis": "redis",
        "mssql": "mssql",
    }
    for word, engine in engines.items():
        if word in image.lower():
            found.setdefault(engine, at)


def _in_memory(project: Project, path: str) -> At | None:
    text = project.code.text(path)
    match = IN_MEMORY.search(text)
    return at_offset(path, text, match.start()) if match is not None else None


def _setup_substitute(project: Project) -> At | None:
    paths = project.files.named("conftest.py", "jest.setup.ts", "jest.setup.js", "setup.ts", "setupTests.ts")
    return next((at for path in paths if (at := _in_memory(project, path))), None)


@check("TST-011", "Tests that look for their own cases are used", Severity.LOW, Clause.INVARIANTS, effort_hours=8)
def generative_tests(project: Project) -> Iterator[Fact]:
    """
    Property-based and mutation tests find the cases that nobody thought of. They are a strength; their absence is no
    defect.

    Decides: a library for them is declared, and tests use it; a mutation tester (Stryker, mutmut, Cosmic Ray, PIT,
    cargo-mutants) is set up, and a pipeline runs it. Declared and used by nothing, or set up and run by nobody, holds in
    part.

    Fix: state an invariant as a property of the library that is installed already, or remove the library; run the
    mutation tests by the clock, once a week.

    Blind to: home-made generators.

    See: https://hypothesis.readthedocs.io/en/latest/
    """
    for package in project.packages:
        declared = package.depends_on(*GENERATIVE)
        if declared is None:
            continue
        module = declared.name.replace("-", "_") if package.ecosystem == "pypi" else declared.name
        using = next((t for t in test_files(project) if module in project.code.text(t.path)), None)
        configured = project.files.named(
            "stryker.conf.js", "stryker.conf.json", "stryker.config.json", "stryker.config.mjs"
        )
        script = next((n for n in package.scripts.values() if "stryker" in n.text or "mutmut" in n.text), None)
        if using is not None:
            yield ok(f"{declared.name} is used by tests.", using)
        elif not configured and script is None and not is_mutating(declared.name):
            yield partial(f"{declared.name} is declared, and no test uses it.", declared)
    yield from mutation_tests(project)
