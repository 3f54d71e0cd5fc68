"""Are the tools there that scripts run, does a pipeline run them, and are they the same everywhere?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname

from kit.checks.delivery.java_levels import java_levels
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.commands.scripts import commands
from kit.sources.commands.wrappers import base_name, expanded
from kit.sources.formats.nodes import Node
from kit.sources.packages.model import Package
from kit.sources.packages.versions import satisfies, satisfies_python
from kit.sources.pipelines.model import Job
from kit.system.images import parse_image
from kit.system.pipeline_acts import Act, Pipeline, pipelines
from kit.system.reach import reach

PACKAGES = {
    "tsc": "typescript", "eslint": "eslint", "prettier": "prettier", "jest": "jest", "vitest": "vitest", "mocha": "mocha",
    "nodemon": "nodemon", "tsx": "tsx", "ts-node": "ts-node", "ts-node-dev": "ts-node-dev", "next": "next", "vite": "vite",
    "nest": "@nestjs/cli", "ng": "@angular/cli", "webpack": "webpack", "rollup": "rollup", "esbuild": "esbuild",
    "turbo": "turbo", "nx": "nx", "lerna": "lerna", "rimraf": "rimraf", "cross-env": "cross-env", "dotenv": "dotenv-cli",
    "concurrently": "concurrently", "npm-run-all": "npm-run-all", "run-s": "npm-run-all", "run-p": "npm-run-all",
    "knex": "knex", "sequelize": "sequelize-cli", "drizzle-kit": "drizzle-kit", "cypress": "cypress",
    "playwright": "@playwright/test", "tsup": "tsup", "nyc": "nyc", "c8": "c8", "react-scripts": "react-scripts", "biome": "@biomejs/biome", "husky": "husky",
    "lint-staged": "lint-staged", "stylelint": "stylelint", "tsc-alias": "tsc-alias", "env-cmd": "env-cmd",
    "nuxt": "nuxt", "astro": "astro", "expo": "expo", "babel": "@babel/cli", "gulp": "gulp", "grunt": "grunt",
}  # fmt: skip
BY_ITSELF = {
    "npm-run-all": ("npm-run-all2",),
    "playwright": ("playwright",),
    "run-s": ("npm-run-all2",),
    "run-p": ("npm-run-all2",),
}
ESLINT_FILES = re.compile(r"(?:.*/)?(?:\.eslintrc(?:\.(?:js|cjs|json|ya?ml))?|eslint\.config\.(?:[cm]?[jt]s))")
ESLINT_WRAPPERS = ("next", "react-scripts", "standard", "xo", "@antfu/eslint-config")
PLATFORM = {
    "node": re.compile(r"^(?:node|oven/node)$"),
    "python": re.compile(r"^python$"),
    "go": re.compile(r"^golang$"),
}
INPUTS = {"node-version": "node", "python-version": "python", "go-version": "go"}
VARIABLE = re.compile(r"\$\{\{\s*(matrix|env)\.([\w-]+)\s*\}\}")
EXACT = re.compile(r"v?(\d+)(?:\.(\d+))?")


@check(
    "DEL-021", "Tools that scripts run are installed and configured", Severity.HIGH, Clause.EXECUTION, effort_hours=1
)
def tools_are_there(project: Project) -> Iterator[Fact]:
    """
    A script that starts a tool which no manifest brings along runs on the machine where somebody once installed it.

    Decides: the well-known Node.js tools that scripts of a package.json start are among its dependencies, its
    workspace's or in the lockfile; where ESLint is started, a configuration of it is there. Scripts that a pipeline
    or the build of an image calls weigh more than others.

    Fix: add the tool: `npm install --save-dev eslint`; for ESLint also `eslint.config.js`.

    Blind to: tools that are installed globally in an image, and those that are not well known.

    See: https://eslint.org/docs/latest/use/configure/configuration-files
    """
    called = {c.at for p in pipelines(project) for r in reach(project).of(p.workflow.commands) for c in r.chain}
    for package in project.packages:
        judged = package.ecosystem == "npm" and project.files.class_of(package.path) is FileClass.PRODUCTION
        if not judged or package.error is not None or not package.scripts:
            continue
        wrong = list(_missing_tools(project, package, called))
        yield from wrong
        if not wrong and any(_tools(package, node) for node in package.scripts.values()):
            yield ok(f"{package.path}: the tools that its scripts run are among its dependencies.", package)


def _tools(package: Package, node: Node) -> list[str]:
    found = commands(node.text, package.path, node.line or 1, directory=package.dir)
    plain = [
        c for c in found if not c.guarded and base_name(c.program) not in {"npx", "pnpx", "bunx", "yarn", "pnpm", "npm"}
    ]
    return [base_name(inner.program) for c in plain for inner in expanded(c) if base_name(inner.program) in PACKAGES]


def _missing_tools(project: Project, package: Package, called: set[At]) -> Iterator[Fact]:
    told = set()
    for name, node in package.scripts.items():
        grave = _is_locked(project, package) and (node.at in called or name in {"build", "start"})
        severity = Severity.HIGH if grave else Severity.MEDIUM
        for tool in _tools(package, node):
            if tool not in told and not _brought_along(project, package, tool):
                told.add(tool)
                message = (
                    f"Script {name} of {package.path} runs {tool}, and no manifest or lockfile has {PACKAGES[tool]}."
                )
                yield bad(message, node, severity=severity)
            elif tool == "eslint" and tool not in told and not _eslint_configured(project, package):
                told.add(tool)
                message = f"Script {name} of {package.path} runs ESLint, which finds no configuration and stops."
                yield bad(
                    message, node, severity=Severity.MEDIUM, fix="Add an `eslint.config.js` beside the package.json."
                )


def _brought_along(project: Project, package: Package, tool: str) -> bool:
    names = (PACKAGES[tool], tool, *BY_ITSELF.get(tool, ()))
    above = [p for p in project.packages if p.ecosystem == "npm" and _is_above(p, package)]
    if any(p.depends_on(*names) for p in (package, *above)):
        return True
    if any(d.name.startswith(f"@{tool}/") for p in (package, *above) for d in p.dependencies):
        return True  # a package of the tool's own may bring the command
    return any(
        name in lock.packages or lock.error is not None
        for p in (package, *above)
        for lock in p.lockfiles
        for name in names
    )


def _is_locked(project: Project, package: Package) -> bool:
    """Whether a lockfile shows all that is installed for a package: else another dependency may bring a tool along."""
    above = (p for p in project.packages if p.ecosystem == "npm" and _is_above(p, package))
    return any(lock.packages and lock.error is None for p in (package, *above) for lock in p.lockfiles)


def _is_above(outer: Package, inner: Package) -> bool:
    return outer.path == inner.root or outer.dir == "." or inner.dir.startswith(f"{outer.dir}/")


def _eslint_configured(project: Project, package: Package) -> bool:
    if package.node is not None and package.node.get("eslintConfig") is not None:
        return True
    if package.depends_on(*ESLINT_WRAPPERS) and not package.depends_on("eslint"):
        return True
    if any(
        "--config" in node.text or " -c " in node.text for node in package.scripts.values() if "eslint" in node.text
    ):
        return True
    folders = {package.dir, "."}
    folder = package.dir
    while folder not in {"", "."}:
        folder = dirname(folder)
        folders.add(folder or ".")
    below = f"{package.dir}/" if package.dir != "." else ""
    found = [p for p in project.files.paths if "eslint" in p and ESLINT_FILES.fullmatch(p)]
    return any((dirname(p) or ".") in folders or p.startswith(below) for p in found)


@check("DEL-018", "Linter and type checker run in the pipeline", Severity.LOW, Clause.SPECIFICATION, effort_hours=2)
def lint_and_types_run(project: Project) -> Iterator[Fact]:
    """
    A linter that only some machines run, and a type checker that none does, find what everybody has got used to.

    Decides: where there are pipelines: whether one runs a linter, and whether one type-checks the TypeScript, or the
    Python where a type checker is set up; a build through a compiler counts.

    Fix: add a linter and a type checker to the pipeline of changes.
    - node: `npm run lint` and `npx tsc --noEmit`.
    - python: `ruff check` and `mypy`.
    - go: `go vet ./...` and `golangci-lint run`.
    - java: Checkstyle and SpotBugs, or Error Prone, in the build.
    - dotnet: `dotnet format --verify-no-changes` and `TreatWarningsAsErrors`.
    - php: `phpstan analyse`.
    - ruby: `rubocop`.
    - rust: `cargo clippy -- -D warnings`.

    Blind to: linters that an editor or a code review service runs.

    See: https://www.typescriptlang.org/docs/handbook/compiler-options.html
    """
    found = pipelines(project)
    if not found or not project.files.languages:
        return
    lint = next((act for p in found for act in p.of("lint")), None)
    hooks = project.documents.get(".pre-commit-config.yaml").get("ci")
    if lint is not None:
        yield ok(f"A linter runs ({lint.words}).", lint)
    elif hooks is not None:
        yield ok("The hooks of pre-commit run as a service on every pull request.", hooks)
    else:
        tool = _linter(project)
        message = f"{tool[0]} is set up, and no pipeline runs it." if tool else "No pipeline runs a linter."
        yield bad(message, tool[1] if tool else At("."))
    yield from _types(project)


def _linter(project: Project) -> tuple[str, At] | None:
    names = ("eslint", "@biomejs/biome", "ruff", "flake8", "pylint", "standard", "oxlint")
    for package in project.packages:
        tool = package.depends_on(*names)
        if tool is not None:
            return tool.name, tool.at
    configured = project.files.named(".golangci.yml", ".golangci.yaml", ".pre-commit-config.yaml")
    return (configured[0], At(configured[0])) if configured else None


def _types(project: Project) -> Iterator[Fact]:
    acts = [act for p in pipelines(project) for act in p.of("types", "build")]
    text = " ".join(f"{a.words} {_inner(a)}" for a in acts)
    typescript = project.files.languages.get("typescript", 0) + project.files.languages.get("tsx", 0)
    checker = next((d for p in project.packages if (d := p.depends_on("mypy", "pyright", "basedpyright"))), None)
    unheeded = _ignores_types(project)
    compiled = re.search(
        r"\btsc\b|vue-tsc|tsgo|nest build|ng build|type-?check|check-types|astro check|nuxi", text
    ) or ("next build" in text and not unheeded)
    in_image = any(_compiles(i.value) for d in project.dockerfiles for i in d.of("RUN")) and any(
        a.purpose == "build" for a in acts
    )
    in_image = in_image and not unheeded
    if typescript > 5 and (compiled or in_image):
        yield ok("TypeScript is checked by a pipeline.", next((a.at for a in acts if a.purpose == "types"), acts[0].at))
    elif typescript > 5:
        place = project.files.named("tsconfig.json")
        yield bad(
            "No pipeline type-checks the TypeScript: errors show when it is built, or when it runs.",
            At(place[0] if place else "."),
            severity=Severity.MEDIUM,
        )
    if checker is not None:
        yield _checker(project, checker.name, checker.at, acts)


def _ignores_types(project: Project) -> bool:
    """Whether the build of Next.js, which checks types, is told to go on whatever it finds."""
    settings = project.files.glob("**/next.config.*", "next.config.*")
    return any(re.search(r"ignoreBuildErrors\s*:\s*true", project.files.text(path)) for path in settings)


def _checker(project: Project, name: str, at: At, acts: list[Act]) -> Fact:
    """Whether the Python type checker that is installed runs."""
    asked = re.compile(r"mypy|pyright")
    runs = next((a for a in acts if a.purpose == "types" and asked.search(f"{a.words} {_inner(a)}")), None)
    hooked = any("mypy" in project.files.text(p) for p in project.files.named(".pre-commit-config.yaml"))
    if runs is not None or hooked:
        return ok(f"{name} runs.", runs if runs is not None else at)
    lint = [a for p in pipelines(project) for a in p.of("lint") if "${{" in (a.step.working_directory or "")]
    if lint:
        return unknown(f"Whether {lint[0].words} runs {name} cannot be told: its folder is a variable.", lint[0])
    return bad(f"{name} is a dependency, and no pipeline runs it.", at)


def _inner(act: Act) -> str:
    return act.reached.command.text if act.reached is not None else ""


def _compiles(text: str) -> bool:
    return bool(re.search(r"\btsc\b|(?:npm|pnpm|yarn|bun)(?: run)? build|next build|nest build", text))


@check(
    "DEL-026", "The platform that is tested is the one that runs", Severity.MEDIUM, Clause.ASSUMPTIONS, effort_hours=1
)
def tested_is_what_runs(project: Project) -> Iterator[Fact]:
    """
    Tests on Node.js 18 say little about an image with Node.js 22; an image older than the manifest demands does not
    even build.

    Decides: the major version of Node.js, or the minor one of Python and Go, that the base images of a package have,
    against what its manifest demands (`engines`, `requires-python`, `go`) and against what pipelines set up; the version
    of Java that a stage stands on, against the one that the build file beside the Dockerfile compiles for.

    Fix: name the same version in the image, in the pipeline and in the manifest.

    Blind to: versions that come out of variables or version managers' files.

    See: https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """
    tested = _tested(project)
    for dockerfile in project.dockerfiles:
        aside = project.files.environment_of(dockerfile.path) in {"development", "test"}
        if aside or dockerfile.error is not None or project.files.class_of(dockerfile.path) is not FileClass.PRODUCTION:
            continue
        yield from java_levels(project, dockerfile)
        for stage in dockerfile.stages:
            image = parse_image(stage.image) if stage.base_stage is None else None
            platform = next((n for n, p in PLATFORM.items() if image is not None and p.match(image.name)), None)
            match = EXACT.match(image.tag or "") if image is not None else None
            if platform is None or match is None or image is None:
                continue
            yield from _demanded(project, dirname(dockerfile.path) or ".", platform, image.tag or "", stage.at)
            known = tested.get(platform, {})
            version = _level(platform, match)
            if version and known and version not in known:
                others = ", ".join(sorted(known))
                yield partial(
                    f"{dockerfile.path} runs on {platform} {version}; pipelines test on {others}.",
                    stage,
                    next(iter(known.values())),
                )
            elif version and known:
                yield ok(f"{dockerfile.path}: {platform} {version} is what pipelines test on.", stage)


def _level(platform: str, match: re.Match[str]) -> str | None:
    """The part of a version within which a platform keeps its promises."""
    if platform == "node":
        return match[1]
    return f"{match[1]}.{match[2]}" if match[2] else None


def _tested(project: Project) -> dict[str, dict[str, At]]:
    """Platform to the versions that jobs with tests or builds set up; nothing where one cannot be told."""
    found: dict[str, dict[str, At]] = {}
    unsure = set()
    for pipeline in pipelines(project):
        for act_job in dict.fromkeys(act.job for act in pipeline.of("test")):
            for step in act_job.all_steps:
                for name, node in step.inputs.items() if step.inputs is not None else ():
                    platform = INPUTS.get(name)
                    if name.endswith("-version-file"):
                        unsure.add(name.split("-")[0])
                    for text in _values(pipeline, act_job, node) if platform is not None else ():
                        match = EXACT.match(text)
                        level = _level(platform or "", match) if match is not None else None
                        if level is None:
                            unsure.add(platform or "")
                        else:
                            found.setdefault(platform or "", {}).setdefault(level, node.at)
    return {platform: versions for platform, versions in found.items() if platform not in unsure}


def _values(pipeline: Pipeline, job: Job, node: Node) -> list[str]:
    """The values of an input: itself, those of the matrix, or of a variable of the workflow."""
    match = VARIABLE.fullmatch(node.text.strip())
    if match is None:
        return [node.text]
    if match[1] == "matrix":
        return [n.text for n in job.node.each("strategy", "matrix", match[2], "*")] or [node.text]
    given = job.env.get(match[2]) or pipeline.workflow.env.get(match[2])
    return [given.text if given is not None else node.text]


def _demanded(project: Project, folder: str, platform: str, tag: str, at: At) -> Iterator[Fact]:
    for package in project.packages:
        if package.dir != folder or package.error is not None:
            continue
        version = ".".join([*tag.split("-")[0].split("."), "99", "99"][:3])
        if re.fullmatch(rf"[v=]?{re.escape(tag.split('-')[0])}\.[\d.]+", package.engines.get(platform) or ""):
            continue  # of one line, the newest of which the image takes: whether that is it, the day of the build tells
        if platform == "node" and package.engines.get("node"):
            yield from _fits(
                satisfies(version, package.engines["node"]), package, f"node {package.engines['node']}", tag, at
            )
        elif platform == "python" and package.ecosystem == "pypi" and package.engines.get("python"):
            yield from _fits(
                satisfies_python(version, package.engines["python"]),
                package,
                f"python {package.engines['python']}",
                tag,
                at,
            )
        elif platform == "go" and package.ecosystem == "go" and package.engines.get("go"):
            yield from _fits(
                satisfies(version, f">={package.engines['go']}"), package, f"go {package.engines['go']}", tag, at
            )


def _fits(answer: bool | None, package: Package, wanted: str, tag: str, at: At) -> Iterator[Fact]:
    if answer is False:
        yield bad(
            f"{package.path} demands {wanted}; the image has {tag}: it does not build, or runs on what nobody tried.",
            at,
            package,
            severity=Severity.HIGH,
        )
    elif answer:
        yield ok(f"{package.path} demands {wanted}; the image has {tag}.", at)
