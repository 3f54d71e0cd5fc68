"""Do stores ask who comes, and do object stores keep what is not for everybody?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kit.checks.security.common import ASIDE
from kit.checks.shared.images import image_of, services
from kit.checks.shared.meant import in_development_mode
from kit.checks.shared.texts import at_offset, without_comments
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.system.images import parse_image

_ON = frozenset({"yes", "true", "1", "on"})
_EMPTY = {
    "POSTGRES_HOST_AUTH_METHOD": ("trust", "every connection is trusted"),
    "ALLOW_EMPTY_PASSWORD": ("", "no password is asked for"),
    "MYSQL_ALLOW_EMPTY_PASSWORD": ("", "root needs no password"),
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": ("", "root needs no password"),
    "MARIADB_ALLOW_EMPTY_PASSWORD": ("", "root needs no password"),
    "ALLOW_NONE_AUTHENTICATION": ("", "no password is asked for"),
    "DISABLE_SECURITY_PLUGIN": ("", "its security plugin is off"),
    "plugins.security.disabled": ("", "its security plugin is off"),
    "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": ("", "anybody is let in"),
}
_GIVEN = {
    "redis": re.compile(r"requirepass|--aclfile|--user |REDIS_PASSWORD|VALKEY_PASSWORD|users\.acl"),
    "mongodb": re.compile(r"MONGO_INITDB_ROOT_USERNAME|MONGODB_ROOT_PASSWORD|--auth\b|--keyFile"),
}
_FILES = re.compile(r"\S+\.(?:conf|ya?ml|acl|cfg)\b")


@dataclass(frozen=True)
class _Run:
    """A store as a deployment runs it. `words`: its command and the names of its variables; `mounts`: files over it."""

    name: str
    engine: str
    env: dict[str, tuple[str | None, At]]
    words: str
    mounts: bool
    published: bool
    at: At
    environment: str


@check("SEC-060", "Stores ask for a password", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=2)
def stores_ask_for_a_password(project: Project) -> Iterator[Fact]:
    """
    A store that lets everybody in gives all its data to whatever reaches it: one hole in any container beside it is enough.

    Decides: stores of compose files and manifests that are not for development: settings that turn authentication off
    (`trust`, empty passwords, security plugins), and Redis and MongoDB that are started without any.

    Fix: `command: redis-server --requirepass ${REDIS_PASSWORD}`, `POSTGRES_PASSWORD` in place of `trust`.

    Blind to: configuration files that images bring; networks that keep others out.

    See: https://redis.io/docs/latest/operate/oss_and_stack/management/security/
    """
    told: dict[tuple[str, str | None], Fact] = {}
    for run in (*_composed(project), *_orchestrated(project)):
        for fact in _judged(run):
            key = (fact.message, fact.environment)
            known = told.get(key)
            told[key] = replace(known, at=(*known.at, *fact.at)) if known is not None else fact
    yield from told.values()


def _judged(run: _Run) -> Iterator[Fact]:
    grade = Severity.HIGH if run.published else Severity.MEDIUM
    for name, (value, at) in run.env.items():
        off = _turned_off(name, (value or "").lower())
        if off:
            yield bad(f"{run.name}: {off}.", at, severity=grade, environment=_environment(run))
            return
    pattern = _GIVEN.get(run.engine)
    if pattern is None:
        return
    if pattern.search(f"{run.words} {' '.join(run.env)}"):
        yield ok(f"{run.name}: the store asks for a password.", run.at)
    elif run.mounts or _FILES.search(run.words) or "$" in run.words:
        yield unknown(f"{run.name}: its configuration file says whether it asks for a password.", run.at)
    else:
        yield bad(
            f"{run.name}: the {run.engine} store starts without a password.",
            run.at,
            severity=grade,
            environment=_environment(run),
        )


def _turned_off(name: str, value: str) -> str | None:
    if name == "xpack.security.enabled" and value == "false":
        return "its security is off"
    wanted, words = _EMPTY.get(name, ("", ""))
    return words if words and (value == wanted if wanted else value in _ON) else None


def _environment(run: _Run) -> str | None:
    return run.environment if run.environment in {*ASIDE, "staging", "production"} else None


def _composed(project: Project) -> Iterator[_Run]:
    for file, service in services(project):
        image = image_of(project, service)
        beside = any(s.build or not ((i := parse_image(s.image)) and i.engine) for s in file.services)
        if image is None or not image.engine or not (beside or file.environment in {"staging", "production"}):
            continue  # a file that runs stores alone is what a developer's machine needs
        words = " ".join(c.text for c in (service.entrypoint, service.command) if c is not None)
        env = {name: (given.value, given.at) for name, given in service.environment.items()}
        mounts = any(_FILES.search(v.target or "") for v in service.volumes) or bool(service.env_files)
        open_to = not in_development_mode(project, file.path) and any(
            p.host is not None and not (p.address or "").startswith(("127.", "localhost")) for p in service.ports
        )
        yield _Run(service.name, image.engine, env, words, mounts, open_to, service.at, file.environment)


def _orchestrated(project: Project) -> Iterator[_Run]:
    for manifest in project.manifests.effective.workloads:
        if manifest.environment in ASIDE or project.files.class_of(manifest.path) is not FileClass.PRODUCTION:
            continue
        for container in manifest.containers:
            image = parse_image(container.image)
            if image is None or not image.engine or container.init or manifest.kind in {"Job", "CronJob"}:
                continue
            env = {e.name: (e.value, e.at) for e in container.env}
            mounts = bool(container.env_from) or any("conf" in m.path or m.sub_path for m in container.mounts)
            words = " ".join(container.command)
            yield _Run(manifest.name, image.engine, env, words, mounts, False, container.at, manifest.environment)


_MC = re.compile(r"\bmc\s+(?:anonymous|policy)\s+set\s+(public|download|upload|none|private)\s+([\w./${}-]+)")
_ACL = re.compile(r"--acl[ =](public-read-write|public-read)\b")
_BUCKETS = re.compile(
    r"MINIO_DEFAULT_BUCKETS[\"']?\s*[:=]\s*[\"']?[^\n\"']{0,200}?\b([\w-]{1,60}):(public|download|upload)"
)
_EVERYBODY = re.compile(r"Principal[\"']?\s*:\s*(?:[\"']\*[\"']|\{\s*[\"']?AWS[\"']?\s*:\s*\[?\s*[\"']\*[\"'])")
_WRITES = re.compile(r"s3:(?:Put|Delete|\*)")
_MEANT = re.compile(r"(?i)public|static|assets?|cdn|website|www|avatars?|logos?|images|thumb")


@check("SEC-061", "Buckets are open only where that is meant", Severity.HIGH, Clause.INVARIANTS, effort_hours=1)
def buckets_are_closed(project: Project) -> Iterator[Fact]:
    """
    A bucket that is open to the world gives invoices and passports to whoever guesses a name, and one that takes uploads
    from anybody is soon full of others' files.

    Decides: `mc anonymous set`, public ACLs and policies whose principal is everybody, in scripts, compose files,
    manifests and code. To read a bucket whose name says that it is public or holds pictures is taken as meant.

    Fix: `mc anonymous set none minio/invoices`, and addresses that are signed for a few minutes.

    Blind to: what consoles set.

    See: https://min.io/docs/minio/linux/reference/minio-mc/mc-anonymous-set.html
    """
    wanted = ("**/*.sh", "**/*.yml", "**/*.yaml", "**/Makefile", "**/*.env", "**/.env*", "**/Dockerfile*")
    places = (
        *project.files.glob(*wanted, classes={FileClass.PRODUCTION, FileClass.BUILD}),
        *project.code.holding("Principal"),
    )
    for path in dict.fromkeys(places):
        if project.files.size(path) > 300_000 or project.files.environment_of(path) in ASIDE:
            continue
        text = project.files.text(path)
        if any(word in text for word in ("mc ", "--acl", "MINIO_DEFAULT_BUCKETS", "Principal")):
            yield from _opened(path, without_comments(path, text))


def _opened(path: str, text: str) -> Iterator[Fact]:
    for match in _MC.finditer(text):
        yield _bucket(match[2], match[1], at_offset(path, text, match.start()))
    for match in _BUCKETS.finditer(text):
        yield _bucket(match[1], match[2], at_offset(path, text, match.start()))
    for match in _ACL.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.end()]
        how = "public" if match[1].endswith("write") else "download"
        yield _bucket(line.strip()[:80], how, at_offset(path, text, match.start()))
    for match in _EVERYBODY.finditer(text) if "s3:" in text else ():
        around = text[max(0, match.start() - 400) : match.end() + 400]
        if "Deny" not in around and "Condition" not in around:
            how = "public" if _WRITES.search(around) else "download"
            yield _bucket("A policy", how, at_offset(path, text, match.start()))


def _bucket(name: str, how: str, at: At) -> Fact:
    if how in {"none", "private"}:
        return ok(f"{name} is closed to those who are not known.", at)
    if how in {"public", "upload"}:
        return bad(f"{name}: anybody may write into the bucket.", at)
    if _MEANT.search(name):
        return ok(f"{name} is open to readers, as its name says.", at)
    return bad(f"{name}: anybody may read the bucket.", at, severity=Severity.MEDIUM)
