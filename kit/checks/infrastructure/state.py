"""Is the Terraform whole, pinned, and its state kept safe?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.infrastructure.common import modules, roots
from kit.checks.shared.crowd import by_file, gathered
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node
from kit.sources.platforms.terraform import ModuleCall, Terraform

_META = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})
_REFERENCE = re.compile(r"(?<![\w.\"-])(var|local|module)\.([A-Za-z_][\w-]*)")
_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))(?:#|//)[^\n]*")
_GONE = re.compile(r"(?m)^[ \t]*(?:moved|removed|import)\s{0,9}\{[^{}]{0,400}\}")
_TOLD = re.compile(r"(?ms)^[ \t]*(?:description|error_message)[ \t]*=[ \t]*<<-?[ \t]*(\w{1,40})$.{0,20000}?^[ \t]*\1$")
"""What people are told, over several lines."""
_BUILT_IN = frozenset({"terraform"})
_TOOLS = ("terraform", "tofu", "terragrunt")
MANY = 4
"""Root modules above which those without a backend are told together."""


@check("INF-001", "Terraform state is kept remotely and locked", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def state_is_remote(project: Project) -> Iterator[Fact]:
    """
    State on one machine is lost with it, and two people who apply at a time break it.

    Decides: the backend of each root module; for S3, whether it is locked (`use_lockfile` or `dynamodb_table`). A module
    that makes the very bucket in which another keeps its state has to begin on a machine, and is told mildly.

    Fix: keep the state where everybody who applies reaches it, and locked.
    - aws: `terraform { backend "s3" { bucket = "...", key = "...", use_lockfile = true } }`.
    - google: `terraform { backend "gcs" { bucket = "...", prefix = "..." } }`, which locks by itself.
    - azure: `terraform { backend "azurerm" { storage_account_name = "...", container_name = "...", key = "..." } }`,
      which locks by itself.

    Blind to: backends that are given when Terraform is initialised.

    See: https://developer.hashicorp.com/terraform/language/backend
    """
    yield from _local(project, [m for m in roots(project) if _is_local(m)])
    for module in roots(project):
        place = _grade(module)
        if module.backend is None or module.backend[0] == "local":
            continue
        kind, node = module.backend
        locked = kind != "s3" or "dynamodb_table" in node or "use_lockfile" in node
        if locked:
            yield ok(f"{module.dir or '.'}: the state is kept in {kind}.", node, **place)
        else:
            message = f"{module.dir or '.'}: the state in S3 has no lock; two at a time break it."
            yield partial(message, node, severity=Severity.MEDIUM, **place)


def _local(project: Project, modules: list[Terraform]) -> Iterator[Fact]:
    """Each module whose state stays on a machine; many together, as one decision stands behind them."""
    apart = [m for m in modules if len(modules) <= MANY or _makes_the_bucket(project, m)]
    for module in apart:
        message = f"{module.dir or '.'}: the state is kept on the machine that applies it."
        grave = Severity.LOW if _makes_the_bucket(project, module) else None
        yield bad(message, _state(module), severity=grave, **_grade(module))
    rest = [m for m in modules if m not in apart]
    if rest:
        names = listed(m.dir or "." for m in rest)
        message = f"{names}: the state of each is kept on the machine that applies it."
        yield bad(message, *(_state(m) for m in rest))


def _is_local(module: Terraform) -> bool:
    return module.backend is None or module.backend[0] == "local"


def _state(module: Terraform) -> Terraform | Node:
    return module.backend[1] if module.backend else module


def _makes_the_bucket(project: Project, module: Terraform) -> bool:
    """Whether the module makes a bucket that the backend of another names."""
    named = (m.backend[1].get("bucket") for m in modules(project) if m is not module and m.backend is not None)
    kept = {node.text for node in named if node is not None}
    return any((node := r.node.get("bucket")) is not None and node.text in kept for r in module.resources)


@check("INF-002", "Providers and modules are pinned", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=0.5)
def providers_are_pinned(project: Project) -> Iterator[Fact]:
    """
    Without versions the next `terraform init` takes whatever is newest, and applies it to production.

    Decides: each provider of a root module has a version or stands in the lockfile; each module from elsewhere has
    a version or a fixed reference.

    Fix: commit `.terraform.lock.hcl`, and write `version = "~> 5.0"` (for git sources `?ref=v1.2.3`).

    Blind to: registries that serve other content under a known version.

    See: https://developer.hashicorp.com/terraform/language/providers/requirements
    """
    for module in roots(project):
        yield from _providers(module)
    for module in modules(project):
        for call in module.modules:
            if call.dir is None and call.source:
                pinned = "ref=" in call.source if _is_git(call.source) else call.version is not None
                how = "is pinned" if pinned else f"takes whatever is newest of {call.source}"
                yield (ok if pinned else bad)(f"module {call.name}: {how}.", call, **_grade(module))


def _is_git(source: str) -> bool:
    """Whether a module comes from a git repository, where `version` says nothing."""
    hosts = ("git::", "git@", "github.com/", "bitbucket.org/", "gitlab.com/")
    return source.startswith(hosts) or ".git" in source.split("?")[0]


def _providers(module: Terraform) -> Iterator[Fact]:
    required = dict(module.required_providers)
    used = {r.type.split("_")[0] for r in (*module.resources, *module.data)} - _BUILT_IN
    if module.lockfile is not None:
        yield ok(f"{module.dir or '.'}: the lockfile pins every provider.", At(module.lockfile), **_grade(module))
        return
    bounded = []
    for name in sorted(used | set(required)):
        node = required.get(name)
        stated = node.get("version") if node is not None and node.is_map else node
        if stated is not None and stated.text:
            bounded.append(stated)
        else:
            at = node.at_or_self("source") if node is not None else _first(module)
            yield bad(f"provider {name}: no version and no lockfile.", at, **_grade(module))
    if bounded:
        names = f"{len(bounded)} providers are" if len(bounded) > 1 else "its provider is"
        message = f"{module.dir or '.'}: {names} bounded, but no lockfile says which version was tested."
        yield partial(message, *bounded[:5], severity=Severity.LOW, **_grade(module))


def _first(module: Terraform) -> At:
    return next((node.at for _, node in module.providers), module.at)


@check(
    "INF-012",
    "Terraform modules are given what they ask for",
    Severity.HIGH,
    Clause.EXECUTION,
    effort_hours=1,
)
@gathered(by_file, above=5)
def modules_are_whole(project: Project) -> Iterator[Fact]:
    """
    A variable that nobody declares, or a module call without a required argument, stops every plan.

    Decides: each `var.`, `local.` and `module.` reference is declared in its module; each call of a module of this
    project gives the variables without default and no others. Variables that nothing uses are told at the
    mildest.

    Fix: declare or give what is named; take out what is not used.

    Blind to: references to attributes of resources.

    See: https://developer.hashicorp.com/terraform/language/values/variables
    """
    known = {m.dir or ".": m for m in project.terraform}
    for module in modules(project):
        if module.problems:
            prose = not any("{" in project.files.text(path) for path in module.paths)
            grave = Severity.LOW if prose else None  # notes under the suffix of code: nothing is planned from there
            yield from (bad(p.message, p, severity=grave, **_grade(module)) for p in module.problems)
            continue
        references = list(_references(project, module))
        missing = [*_undeclared(module, references), *_calls(module, known)]
        for message, at in missing:
            yield bad(message, at, **_grade(module))
        used = {name for kind, name, _ in references if kind == "var"}
        unused = [v for v in module.variables if v.name not in used]
        if unused:
            names = ", ".join(v.name for v in unused[:6]) + (" …" if len(unused) > 6 else "")
            message = f"{module.dir or '.'}: nothing uses the variables {names}."
            yield partial(message, unused[0], severity=Severity.LOW, **_grade(module))
        elif not missing:
            yield ok(f"{module.dir or '.'}: everything that it refers to is declared.", module, **_grade(module))


def _references(project: Project, module: Terraform) -> Iterator[tuple[str, str, At]]:
    for path in module.paths:
        if not path.endswith((".tf", ".tofu")):
            continue
        text = _without_block_comments(project.files.text(path))
        for unread in (_COMMENT, _GONE, _TOLD):
            text = unread.sub(lambda found: "\n" * found[0].count("\n"), text)
        for line, written in enumerate(text.split("\n"), start=1):
            for found in _REFERENCE.finditer(written):
                yield found[1], found[2], At(path, line, line)


def _without_block_comments(text: str) -> str:
    """The text with `/* ... */` emptied, lines kept."""
    kept, position = [], 0
    while (start := text.find("/*", position)) >= 0 and (end := text.find("*/", start + 2)) >= 0:
        kept += [text[position:start], "\n" * text.count("\n", start, end)]
        position = end + 2
    return "".join([*kept, text[position:]])


def _undeclared(module: Terraform, references: list[tuple[str, str, At]]) -> Iterator[tuple[str, At]]:
    locals_ = {key for d in module.documents for block in d.each("locals") for key in _keys(block)}
    declared = {
        "var": {v.name for v in module.variables},
        "local": locals_,
        "module": {call.name for call in module.modules},
    }
    words = {"var": "variable", "local": "local value", "module": "module"}
    told: set[tuple[str, str]] = set()
    for kind, name, at in references:
        if name not in declared[kind] and (kind, name) not in told:
            told.add((kind, name))
            yield f"The {words[kind]} {name} is used but declared nowhere in {module.dir or '.'}.", at


def _keys(block: Node) -> Iterator[str]:
    for node in block.children() if block.is_list else (block,):
        yield from (key for key, _ in node.items())


def _calls(module: Terraform, known: dict[str, Terraform]) -> Iterator[tuple[str, At]]:
    for call in module.modules:
        target = known.get(call.dir or "")
        if target is not None and not target.problems:
            yield from _call(call, target)


def _call(call: ModuleCall, target: Terraform) -> Iterator[tuple[str, At]]:
    given = {key: node for key, node in call.node.items() if key not in _META}
    variables = {v.name: v for v in target.variables}
    lacking = [v.name for v in variables.values() if v.default is None and v.name not in given]
    if lacking:
        yield f"module {call.name}: {', '.join(lacking)} must be given, {target.dir} has no default.", call.at
    for key, node in given.items():
        if key not in variables:
            yield f"module {call.name}: {target.dir} has no variable {key}.", node.at


@check(
    "INF-013",
    "No Terraform state is in the repository",
    Severity.CRITICAL,
    Clause.ASSUMPTIONS,
    effort_hours=2,
)
def no_state_in_repository(project: Project) -> Iterator[Fact]:
    """
    State holds every password that a provider made, in clear; and a state in git is always an old one.

    Decides: files named `*.tfstate` among the project's files that git tracks or would track, and whether what they
    record has attributes that hold secrets; without any it is less grave, and without resources it is mild. Saved plans
    too, by what they begin with: the state that they were made from is inside.

    Fix: `git rm --cached` the file, change the secrets in it, ignore `*.tfstate*` and `*tfplan*`, and use a remote backend.

    Blind to: states in the history of the repository.

    See: https://developer.hashicorp.com/terraform/language/state/sensitive-data
    """
    states = project.files.glob("*.tfstate", "*.tfstate.backup")
    for path in states:
        grave, held = _recorded(project.files.text(path))
        yield bad(f"{posixpath.basename(path)} is in the repository, {held}.", At(path), severity=grave)
    plans = [path for path in project.files.glob("*plan*") if _SAVED.match(project.files.first_bytes(path))]
    for path in plans:
        said = f"{posixpath.basename(path)} is a saved plan: the state, and each value given, are in it in clear."
        yield bad(said, At(path), severity=Severity.HIGH)
    if not states and not plans and modules(project):
        yield ok("No Terraform state is in the repository.", At("."))


_SAVED = re.compile(rb"PK\x03\x04.{20,40}tfplan", re.DOTALL)
"""How the archive begins that `terraform plan -out` writes."""


def _recorded(text: str) -> tuple[Severity, str]:
    """How grave it is that a state can be read by everybody, and what it holds."""
    if _EMPTY.search(text):
        return Severity.LOW, "and records no resource as yet"
    if _SECRET.search(text):
        return Severity.CRITICAL, "with every secret in it"
    return Severity.MEDIUM, "and an old copy of what was applied in it; no secret was seen"


_EMPTY = re.compile(r"\A\s*\Z|\"resources\"\s*:\s*\[\s*\]")
_SECRET = re.compile(
    r"(?i)\"\w{0,60}(?:password|passwd|secret|private_key|token|access_key|connection_string|kubeconfig|credential)\w{0,60}\""
    r"\s*:\s*(?:\"(?!\")[^\"]|\{\s*\"value\"\s*:\s*\"[^\"])|-----BEGIN"
)
"""An attribute or output of the state that is called as a secret is, with a value."""


@check(
    "INF-015",
    "A pipeline plans or applies the infrastructure",
    Severity.LOW,
    Clause.EXECUTION,
    effort_hours=3,
)
def pipeline_plans(project: Project) -> Iterator[Fact]:
    """
    Infrastructure that only one person applies from a laptop drifts from its files, and nobody reviews the plan.

    Decides: some pipeline calls `terraform`, `tofu` or `terragrunt` with `plan`, `apply` or `validate`, or the state is
    kept by a service that does.

    Fix: add a job with `terraform init`, `validate` and `plan` for each change.

    Blind to: services that watch the repository from outside.

    See: https://developer.hashicorp.com/terraform/tutorials/automation/automate-terraform
    """
    found = roots(project)
    if not found:
        return
    runs = next((c for w in project.workflows for c in w.commands if c.program in _TOOLS), None)
    hosted = next((m.backend[1] for m in found if m.backend and m.backend[0] in {"cloud", "remote"}), None)
    if runs is not None:
        yield ok(f"A pipeline calls {runs.program}.", runs)
    elif hosted is not None:
        yield ok("A service plans and applies it.", hosted)
    else:
        yield bad("No pipeline plans or applies the Terraform files.", found[0])


def _grade(module: Terraform) -> dict[str, str | None]:
    return {"environment": None if module.environment == "unknown" else module.environment}
