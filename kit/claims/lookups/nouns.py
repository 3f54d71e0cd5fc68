"""Countable nouns: how each is counted in the project. Several ways where people mean several things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from posixpath import basename

from kit.claims.ground import Ground
from kit.model import At, FileClass
from kit.sources.kubernetes.manifests import Manifest

Places = tuple[At, ...]
Count = Callable[[Ground], dict[str, Places]]
"""What may be meant, in words, to the places counted; no entry where the project has nothing to count in."""


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun that can be counted. `certain`: the project shows all there are, so that another number is wrong."""

    words: str
    count: Count
    certain: bool = True


def _models(ground: Ground) -> dict[str, Places]:
    declared = [s for s in ground.project.schemas if s.kind != "migrations" and _weighs(ground, s.path)]
    by_kind = {f"models of {s.kind} in {s.path}": tuple(t.at for t in s.tables if not t.implicit) for s in declared}
    every = tuple(at for places in by_kind.values() for at in places)
    return {**by_kind, "models": every} if every else {}


def _tables(ground: Ground) -> dict[str, Places]:
    found = {}
    for schema in ground.project.schemas:
        if _weighs(ground, schema.path):
            tables = {t.name.lower(): t.at for t in schema.tables if not t.temporary}
            found[f"tables in {schema.path}"] = tuple(tables.values())
    created: dict[str, At] = {}
    for each in ground.project.migrations:
        for migration in each.migrations:
            for operation in migration.operations:
                if operation.definition is not None and operation.table:
                    created.setdefault(operation.table.lower(), operation.at)
    if created:
        found["tables that migrations create"] = tuple(created.values())
    return {name: places for name, places in found.items() if places}


def _indexes(ground: Ground) -> dict[str, Places]:
    tables = [t for s in ground.project.schemas if _weighs(ground, s.path) for t in s.tables]
    plain = [i.at for t in tables for i in t.indexes]
    made = [o.at for s in ground.project.migrations for m in s.migrations for o in m.operations if o.index is not None]
    return _nonempty(
        {
            "indexes": plain,
            "indexes and unique constraints": [*plain, *(u.at for t in tables for u in t.uniques)],
            "indexes that migrations create": made,
        }
    )


def _services(ground: Ground) -> dict[str, Places]:
    found: dict[str, Iterable[At]] = {}
    for file in ground.project.compose:
        if ground.files.class_of(file.path) is FileClass.PRODUCTION:
            found[f"services in {file.path}"] = [s.node.at for s in file.services]
            built = [s.node.at for s in file.services if s.node.get("build") is not None]
            found[f"services built in {file.path}"] = built
    found["services of its own in the system"] = [s.at for s in ground.project.system.own]
    found["services in the system"] = [s.at for s in ground.project.system.services]
    kinds = {"Deployment", "StatefulSet", "DaemonSet"}
    found["workloads"] = [m.at for m in _manifests(ground) if m.kind in kinds]
    found["Service objects"] = [m.at for m in _manifests(ground) if m.kind == "Service"]
    return _nonempty(found)


def _functions(ground: Ground) -> dict[str, Places]:
    found: dict[str, Iterable[At]] = {
        f"functions in {file.path}": [f.at for f in file.functions] for file in ground.project.serverless
    }
    found["functions"] = [f.at for file in ground.project.serverless for f in file.functions]
    resources = [r.at for t in ground.project.terraform for r in t.resources if r.type == "aws_lambda_function"]
    found["functions in Terraform"] = resources
    return _nonempty(found)


def _test_files(ground: Ground) -> dict[str, Places]:
    tests = [p for p in ground.files.paths if ground.files.class_of(p) is FileClass.TEST]
    named = [p for p in tests if _TEST_NAME.search(basename(p))]
    return _nonempty({"test files": [At(p) for p in named], "files below tests": [At(p) for p in tests]}) or {
        "test files": ()
    }


_TEST_NAME = re.compile(
    r"^test_.*\.py$|_test\.(?:py|go|rb|exs?)$|\.(?:test|spec|e2e|cy|e2e-spec)\.[cm]?[jt]sx?$|Tests?\.(?:java|kt|cs|php|swift)$"
    r"|_spec\.rb$|\.feature$|IT\.java$"
)


def _routes(ground: Ground) -> dict[str, Places]:
    routes = [r.at for r in ground.project.routes if _weighs(ground, r.at.path)]
    found: dict[str, Iterable[At]] = {"routes": routes}
    for document in ground.project.openapi:
        found[f"operations in {document.path}"] = [o.at for o in document.operations]
    found["routes of functions"] = [e.at for f in ground.project.serverless for each in f.functions for e in each.http]
    return _nonempty(found)


def _workflows(ground: Ground) -> dict[str, Places]:
    return {"workflows": tuple(w.at for w in ground.project.workflows)}


def _jobs(ground: Ground) -> dict[str, Places]:
    return _nonempty({f"jobs in {w.path}": [j.at for j in w.jobs] for w in ground.project.workflows})


def _migrations(ground: Ground) -> dict[str, Places]:
    found = {f"migrations in {s.dir}": [m.at for m in s.migrations] for s in ground.project.migrations}
    found["migrations"] = [m.at for s in ground.project.migrations for m in s.migrations]
    return _nonempty(dict(found))


def _dockerfiles(ground: Ground) -> dict[str, Places]:
    return {"Dockerfiles": tuple(d.at for d in ground.project.dockerfiles if _weighs(ground, d.path))}


def _stages(ground: Ground) -> dict[str, Places]:
    return _nonempty({f"stages in {d.path}": [s.at for s in d.stages] for d in ground.project.dockerfiles})


def _manifest_files(ground: Ground) -> dict[str, Places]:
    objects = _manifests(ground)
    return _nonempty({"objects": [m.at for m in objects], "manifest files": [At(m.path) for m in objects]})


def _of_kind(*kinds: str) -> Count:
    def count(ground: Ground) -> dict[str, Places]:
        return _nonempty({f"{kinds[0]} objects": [m.at for m in _manifests(ground) if m.kind in kinds]})

    return count


def _variables(ground: Ground) -> dict[str, Places]:
    found: dict[str, Iterable[At]] = {}
    for path in ground.files.paths:
        if basename(path).startswith(".env") or basename(path).endswith(".env"):
            lines = enumerate(ground.files.lines(path), 1)
            found[f"variables in {path}"] = [At(path, n) for n, line in lines if re.match(r"\s*(?:export )?\w+=", line)]
    names = {r.name: r.at for r in ground.project.env_reads if _weighs(ground, r.at.path)}
    found["variables that code reads"] = list(names.values())
    return _nonempty(found)


def _alerts(ground: Ground) -> dict[str, Places]:
    return _nonempty({"alert rules": [a.at for g in ground.project.prometheus.rule_groups for a in g.alerts]})


def _dashboards(ground: Ground) -> dict[str, Places]:
    return _nonempty({"dashboards": [d.at for d in ground.project.prometheus.dashboards]})


def _packages(ground: Ground) -> dict[str, Places]:
    return _nonempty({"packages": [p.at for p in ground.project.packages if _weighs(ground, p.path)]})


def _metrics(ground: Ground) -> dict[str, Places]:
    return _nonempty({"metrics": list({m.name: m.at for m in ground.project.metrics}.values())})


def _manifests(ground: Ground) -> list[Manifest]:
    return [m for m in ground.project.manifests if not m.superseded]


def _weighs(ground: Ground, path: str) -> bool:
    return ground.files.class_of(path) in {FileClass.PRODUCTION, FileClass.GENERATED}


def _nonempty(found: dict[str, Iterable[At]]) -> dict[str, Places]:
    each = {name: tuple(dict.fromkeys(places)) for name, places in found.items()}
    return {name: places for name, places in each.items() if places}


NOUNS: tuple[Noun, ...] = (
    Noun(r"(?:prisma |database |data |orm |sqlalchemy |mongoose )?models", _models),
    Noun(r"(?:database |db |postgres(?:ql)? )?tables", _tables),
    Noun(r"(?:database |db |performance )?ind(?:exes|ices)", _indexes, certain=False),
    Noun(r"(?:micro-?)?services|containers", _services),
    Noun(r"(?:aws )?(?:lambda|serverless|cloud) functions|lambdas", _functions),
    Noun(r"test (?:files|suites)|(?:test|spec) files", _test_files),
    Noun(r"(?:api |rest |http )?(?:endpoints|routes)", _routes, certain=False),
    Noun(r"(?:github actions? |ci(?:/cd)? |github )?workflows", _workflows),
    Noun(r"(?:ci |pipeline )?jobs", _jobs, certain=False),
    Noun(r"(?:database |db |schema |prisma |alembic )?migrations?(?: files)?", _migrations),
    Noun(r"dockerfiles", _dockerfiles),
    Noun(r"(?:build |docker )?stages", _stages, certain=False),
    Noun(r"(?:k8s |kubernetes )?manifests?(?: files)?", _manifest_files, certain=False),
    Noun(r"network ?policies", _of_kind("NetworkPolicy")),
    Noun(r"cron ?jobs", _of_kind("CronJob"), certain=False),
    Noun(r"(?:config(?:uration)?|env(?:ironment)?) (?:variables|vars)|env vars", _variables, certain=False),
    Noun(r"(?:prometheus )?alert(?:ing)? rules|alert rules", _alerts, certain=False),
    Noun(r"(?:grafana )?dashboards", _dashboards, certain=False),
    Noun(r"(?:workspace )?packages", _packages, certain=False),
    Noun(r"(?:prometheus |custom )metrics", _metrics, certain=False),
)
