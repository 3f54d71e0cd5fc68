"""Where the secrets of production come from, and whether they are ever changed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.configuration.common import pipeline_gives
from kit.checks.shared.deployed import grade, infrastructure, manifests
from kit.checks.shared.images import services
from kit.checks.shared.words import listed
from kit.model import Clause, Fact, Located, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeFile, ComposeService
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.secrets.find import is_secret_name
from kit.system.model import Schedule

_STORED = frozenset({
    "ExternalSecret", "SealedSecret", "VaultStaticSecret", "VaultDynamicSecret", "SopsSecret", "OnePasswordItem",
    "InfisicalSecret", "DopplerSecret", "SecretProviderClass", "Certificate",
})  # fmt: skip
_INJECTED = ("vault.hashicorp.com/agent-inject", "vault.security.banzaicloud.io")
_FROM_STORE = re.compile(
    r"\$\{(?:ssm|secretsManager|vault|sops)[:(]|resolve:(?:secretsmanager|ssm-secure)|\$\{file\(.*(?:sops|vault)|arn:aws:secretsmanager"
)
_LIVE = frozenset({"production", "staging"})
_ROTATING = frozenset({"aws_secretsmanager_secret_rotation", "vault_database_secret_backend_role", "time_rotating"})
_SECRETS = ("aws_secretsmanager_secret", "google_secret_manager_secret", "azurerm_key_vault_secret")
_ROTATES = re.compile(r"rotat\w{0,20}[-_ /]{0,4}(?:\w{1,40}[-_ /]{1,4})?(?:secret|key|password|credential|token|cert)|(?:secret|key|password|credential|token)s?[-_ ]*rotat", re.IGNORECASE)  # fmt: skip
_RESTARTS = re.compile(
    r"rollout restart|force-new-deployment|docker service update|compose .*(?:restart|up)|systemctl (?:restart|reload)"
)


@check("CFG-060", "Secrets of production come from a store", Severity.LOW, Clause.DEPLOYMENT, effort_hours=8)
def secrets_come_from_a_store(project: Project) -> Iterator[Fact]:
    """
    A secret in a file of the server or a plain Secret is copied, mailed and forgotten; nobody can say who has it. A store
    says who read it, and changes it in one place.

    Decides: for each overlay, release or set of plain manifests that names Secrets: whether what makes them reads a store
    (ExternalSecret, SealedSecret, Vault, the CSI driver) or they are written as plain Secrets; for compose files of
    production: `secrets`, those of the pipeline that brings it up, or variables of an env file or the shell; for
    Serverless files: `ssm`, Secrets Manager, or the environment of whoever deploys. Told once per target.

    Fix: `kind: ExternalSecret` with a `secretStoreRef`; in compose `secrets: [db_password]` and `DB_PASSWORD_FILE`; in
    Serverless files `${ssm:/shop/prod/db-password}`.

    Blind to: Secrets that somebody makes by hand, which may come from a store.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html
    """
    yield from _kubernetes(project)
    yield from _compose(project)
    yield from _serverless(project)


def _kubernetes(project: Project) -> Iterator[Fact]:
    together: dict[tuple[str, str, str], list[Manifest]] = defaultdict(list)
    for manifest in manifests(project):
        together[manifest.origin, manifest.scope, manifest.environment].append(manifest)
    for (_, _, environment), found in together.items():
        named = {r.name for m in found for r in m.references() if r.kind == "Secret"}
        stored = [m for m in found if m.kind in _STORED and _gives(m, named)]
        stored += [m for m in found if any(k.startswith(_INJECTED) for k in _annotations(m))]
        plain = [m for m in found if m.kind == "Secret" and m.name in named and "sops" not in m.node and _keys(m)]
        if plain:
            names = listed(m.name for m in plain)
            message = f"The Secrets {names} are written as plain manifests, not brought from a store."
            yield bad(message, *plain[:5], **grade(environment))
        elif stored:
            yield ok(
                f"{stored[0].title}: the secret comes from a store or is encrypted.", stored[0], **grade(environment)
            )


def _gives(manifest: Manifest, named: set[str]) -> bool:
    return manifest.kind in {"SecretProviderClass", "ExternalSecret"} or any(n in named for _, n in manifest.provides())


def _annotations(manifest: Manifest) -> Iterator[str]:
    for route in (("spec", "template", "metadata", "annotations"), ("metadata", "annotations")):
        node = manifest.node.get(*route)
        yield from (key for key, _ in (node.items() if node is not None else ()))


def _keys(manifest: Manifest) -> frozenset[str]:
    return manifest.keys or frozenset()


def _compose(project: Project) -> Iterator[Fact]:
    found: dict[str, tuple[ComposeFile, list[tuple[ComposeService, str, Located]], list[ComposeService]]] = {}
    for file, service in services(project):
        if file.environment in _LIVE:
            _, open_ones, stored = found.setdefault(file.path, (file, [], []))
            open_ones += [(service, n, e) for n, e in service.environment.items() if _is_open(n)]
            stored += [service] if service.secrets else []
    for file, open_ones, stored in found.values():
        names = listed(name for _, name, _ in open_ones)
        kept = {n for n, node in pipeline_gives(project, file.path).items() if "secrets." in node.text}
        if open_ones and kept.issuperset(name for _, name, _ in open_ones):
            message = f"{file.path}: the secrets of the pipeline give {names}."
            yield ok(message, open_ones[0][2], environment=file.environment)
        elif open_ones:
            message = f"{file.path}: an env file or the shell of the server gives {names}, no store does."
            yield bad(message, *(at for _, _, at in open_ones[:5]), environment=file.environment)
        elif stored:
            place = stored[0].node.get("secrets") or stored[0]
            yield ok(f"{file.path}: secrets are mounted as files.", place, environment=file.environment)


def _is_open(name: str) -> bool:
    return is_secret_name(name) and not name.endswith("_FILE")


def _serverless(project: Project) -> Iterator[Fact]:
    for file in project.serverless:
        nodes = list(file.root.strings()) if file.root is not None else []
        stored = next((n for n in nodes if _FROM_STORE.search(n.text)), None)
        given = [n for n in nodes if n.text.startswith("${env:") and is_secret_name(n.key or "")]
        if given:
            names = listed(n.key or "" for n in given)
            yield bad(f"{file.path}: the environment of whoever deploys gives {names}, no store does.", *given[:5])
        elif stored is not None:
            yield ok(f"{file.path}: secrets come from a store.", stored)


@check("CFG-061", "Secrets are changed by the clock", Severity.LOW, Clause.DEPLOYMENT, effort_hours=8)
def secrets_are_rotated(project: Project) -> Iterator[Fact]:
    """
    A password that never changes is known to everybody who ever worked here. One that a job changes, and that running
    services have read at their start, stops them all that night.

    Decides: rotation in infrastructure files, and scheduled jobs that are named after it: whether what they run, or a
    reloader, restarts those that read the secret. Where infrastructure declares secrets and nothing rotates one, that is
    told once.

    Fix: `aws_secretsmanager_secret_rotation` with `rotation_rules { automatically_after_days = 30 }`; end the rotating job
    with `kubectl rollout restart deployment/api`.

    Blind to: services that read their secrets again by themselves, and rotation by hand.

    See: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html
    """
    known = list(infrastructure(project))
    clear = [ok(f"{r.address}: is changed by the clock.", r) for r in known if r.type in _ROTATING]
    managed = [n for r in known if (n := r.node.get("manage_master_user_password")) is not None and n.text == "true"]
    clear += [ok("The database's master password is changed by the provider.", n) for n in managed]
    clear += [ok(f"{r.address}: is changed by the clock.", n) for r in known if r.type in _SECRETS and (n := r.node.get("rotation"))]  # fmt: skip
    jobs = [_job(project, s) for s in project.system.schedules if _ROTATES.search(s.runs)]
    yield from (*clear, *jobs)
    kept = [r for r in known if r.type in _SECRETS]
    if kept and not clear and not jobs:
        yield bad(f"{listed(r.address for r in kept)}: nothing changes the secrets by the clock.", *kept[:5])


def _job(project: Project, schedule: Schedule) -> Fact:
    script = next((s for s in project.scripts if s.path.rpartition("/")[2] in schedule.runs), None)
    texts = [schedule.runs, project.files.text(script.path) if script is not None else ""]
    reloads = any("reloader.stakater.com" in key for m in manifests(project) for key in m.annotations)
    place: tuple[Located, ...] = (schedule,) if script is None else (schedule, script)
    if reloads or any(_RESTARTS.search(t) for t in texts) or schedule.source == "workflow":
        return ok("A scheduled job changes secrets, and those that read them are restarted.", *place)
    message = "A scheduled job changes secrets, and nothing restarts the services that have read the old ones."
    return partial(message, *place)
