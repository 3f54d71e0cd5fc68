"""What code says, given to the services that it belongs to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TypeVar

from kit.model import At
from kit.system.drafts import Draft, Drafts
from kit.system.model import Call, Port, Store
from kit.system.scope import covers, within

if TYPE_CHECKING:
    from kit.project import Project


class _Placed(Protocol):
    @property
    def at(self) -> At: ...


T = TypeVar("T", bound=_Placed)
_WORKER = re.compile(
    r"\b(celery|rq|dramatiq|huey|sidekiq|worker|consumer|queue:work|faktory|arq|taskiq|scheduler|beat|cron)\b",
    re.IGNORECASE,
)
_ONCE = re.compile(
    r"\bmigrat\w*|\balembic\b|\bflyway\b|\bliquibase\b|\bseed\w*|db[: ]push|createbuckets?\b", re.IGNORECASE
)
_SERVER = re.compile(r"\b(uvicorn|gunicorn|hypercorn|daphne|flask|runserver|http|serve|next|fastapi)\b", re.IGNORECASE)
_WEB_PACKAGES = {
    "next": "nextjs", "nuxt": "nuxt", "@remix-run/react": "remix", "@sveltejs/kit": "sveltekit", "astro": "astro",
    "gatsby": "gatsby", "@angular/core": "angular", "vite": "vite", "react-scripts": "react", "vue": "vue",
}  # fmt: skip
_HOST = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?([A-Za-z0-9_.-]+)(?::(\d+))?")


def join_code(project: Project, drafts: Drafts) -> None:
    """Give routes, variables, ports, stores, calls and entry points to the draft whose scope is deepest around them."""
    owners = _Owners(drafts)
    for draft in drafts:
        own = owners.of(draft)
        worker = _is_worker(draft, drafts)
        once = _runs_once(draft)
        draft.facts["env"] = () if once else own(project.env_reads)
        draft.facts["routes"] = () if worker or once else own(project.routes)
        draft.facts["calls"] = tuple(Call(c, _called(drafts, c.url)) for c in own(project.calls))
        draft.facts["entrypoints"] = tuple(e.at for e in own(project.entrypoints))
        draft.stores.extend(Store(s.engine, s.name, s.at) for s in own(project.store_clients))
        if once and draft.kind == "unknown":
            draft.kind = "job"
        if not worker and not once:
            draft.ports.extend(Port(p.number, "listen", p.at, p.host, p.address, p.name) for p in own(project.listens))
        _describe(project, draft, worker=worker)


class _Owners:
    """For each file the drafts that own it: those with the deepest scope around it."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = [d for d in drafts if d.scope]
        self._known: dict[str, list[Draft]] = {}

    def of(self, draft: Draft) -> _Own:
        return _Own(self, draft)

    def owners(self, path: str) -> list[Draft]:
        if path not in self._known:
            depths = [(covers(d.scope, path), d) for d in self._drafts]
            named = [d for depth, d in depths if depth > 1]
            self._known[path] = named or [d for depth, d in depths if depth]
        return self._known[path]


class _Own:
    def __init__(self, owners: _Owners, draft: Draft) -> None:
        self._owners, self._draft = owners, draft

    def __call__(self, facts: Iterable[T]) -> tuple[T, ...]:
        return tuple(f for f in facts if self._draft in self._owners.owners(f.at.path))


def _is_worker(draft: Draft, drafts: Drafts) -> bool:
    """A service that shares its code with another and whose command or name says that it works off a queue."""
    shared = any(d is not draft and d.scope and set(d.scope) == set(draft.scope) for d in drafts)
    command = " ".join(filter(None, [draft.command, *(d.command for d in draft.deployments)]))
    if command:
        return bool(_WORKER.search(command)) and not _SERVER.search(command)
    return shared and bool(_WORKER.search(draft.name))


def _runs_once(draft: Draft) -> bool:
    """A service whose command migrates or seeds a store: it runs a tool over the code, not the program.

    What a command ends with decides: `migrate && serve` serves. Where a target gives no command, the image's own runs.
    """
    commands = [c for c in (draft.command, *(d.command for d in draft.deployments)) if c]
    if not commands or (draft.command is None and any(not d.command for d in draft.deployments)):
        return False
    last = [re.split(r"&&|;", c)[-1] for c in commands]
    return all(_ONCE.search(c) and not _SERVER.search(c.replace("migrate", "")) for c in last)


def _called(drafts: Drafts, url: str) -> str | None:
    """The service that a URL's host names."""
    found = _HOST.match(url)
    draft = drafts.named(found[1]) if found and "." not in found[1] else None
    return draft.name if draft else None


def _describe(project: Project, draft: Draft, *, worker: bool) -> None:
    package = next((p for p in project.packages if p.dir == draft.root), None)
    framework = next((name for lib, name in _WEB_PACKAGES.items() if package and package.depends_on(lib)), None)
    routes = draft.facts["routes"]
    served = next((r.framework for r in routes if r.framework), None)  # type: ignore[attr-defined]
    draft.facts["framework"] = served or framework
    draft.facts["language"] = _language(project, draft)
    if draft.kind == "unknown":
        if draft.ends:
            draft.kind = "job"
        elif worker or (not routes and _WORKER.search(draft.name)):
            draft.kind = "worker"
        else:
            draft.kind = "web" if framework else "api" if routes or draft.ports else "unknown"
    if draft.kind == "unknown" and draft.scheduled:
        draft.kind = "job"


def _language(project: Project, draft: Draft) -> str | None:
    """The language of most files that serve its routes; where none does, of most files of its folder."""
    code = set(project.code.files())
    serving = [p for p in (r.at.path for r in draft.facts["routes"]) if p in code]  # type: ignore[attr-defined]
    inside = [p for p in code if draft.root is not None and within(p, draft.root)]
    spoken = [(project.code.language(p) or "").replace("tsx", "typescript") for p in sorted(serving or inside)]
    return next((language for language, _ in Counter(spoken).most_common(1)), None)
