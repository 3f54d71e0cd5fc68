"""What serves the requests, and with how much behind it?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.performance.commands import ASIDE, Start, mounts_its_source, starts
from kit.checks.shared.judged import JS, judged, mentions
from kit.checks.shared.services import library
from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.system.model import Deployment, Service
from kit.system.scope import within

_BEGIN = r"(?:^|&&|\|\||;|\bexec\s|\brun\s|\bnpx\s|[\s/\"'(])"
_DEVELOPMENT = (
    ("Flask's development server", re.compile(rf"{_BEGIN}flask\b[^\n&;]{{0,80}}\srun\b")),
    ("Django's development server", re.compile(r"manage\.py\s+runserver(_plus)?\b|django-admin\s+runserver\b")),
    ("Next.js in development mode", re.compile(rf"{_BEGIN}next\s+dev\b")),
    ("Nuxt in development mode", re.compile(rf"{_BEGIN}(nuxt|nuxi|remix|astro)\s+dev\b")),
    ("Vite's development server", re.compile(rf"{_BEGIN}vite(?:\s+(?:dev|serve)\b|\s*$|\s+-)", re.MULTILINE)),
    ("Vite's preview server", re.compile(rf"{_BEGIN}vite\s+preview\b")),
    (
        "Create React App's development server",
        re.compile(rf"{_BEGIN}(react-scripts|craco|react-app-rewired)\s+start\b"),
    ),
    ("webpack's development server", re.compile(r"webpack(-dev-server|\s+serve\b)")),
    ("Angular's development server", re.compile(rf"{_BEGIN}ng\s+serve\b")),
    ("Vue's development server", re.compile(r"vue-cli-service\s+serve\b")),
    ("nodemon", re.compile(rf"{_BEGIN}nodemon(?![\w.-])")),
    ("ts-node-dev", re.compile(rf"{_BEGIN}(ts-node-dev|tsnd)\b")),
    (
        "a file watcher",
        re.compile(
            rf"{_BEGIN}(tsx\s+watch|node\s+--watch|nest\s+start\s+[^\n&;]{{0,40}}--watch|air\b(?=\s|$)|watchmedo|cargo\s+watch|dotnet\s+watch)"
        ),
    ),
    (
        "uvicorn with --reload",
        re.compile(
            r"uvicorn\b[^\n]{0,200}--reload\b|fastapi\s+dev\b|hypercorn\b[^\n]{0,200}--reload\b|gunicorn\b[^\n]{0,200}--reload\b"
        ),
    ),
    ("PHP's built-in server", re.compile(rf"{_BEGIN}php\s+-S\s|artisan\s+serve\b")),
    ("Python's simple server", re.compile(r"python3?\s+-m\s+http\.server\b")),
    ("serverless offline", re.compile(r"(serverless|sls)\s+offline\b")),
)
_PYTHON_FILE = re.compile(rf"{_BEGIN}python3?\s+(?:-u\s+)?([\w./-]+\.py)\b")
_PROXIES = ("nginx", "traefik", "caddy", "envoy", "haproxy")


@check("PRF-005", "Production runs a production server", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def production_servers(project: Project) -> Iterator[Fact]:
    """
    A development server answers one request at a time or rebuilds on every change, shows source code when it fails, and is
    not made to stand the open network.

    Decides: the command of each service in every target that is not for development or tests, with package scripts, shell
    scripts and `python file.py` followed.

    Fix: build once, and serve the result with a server that is made for production, static files with nginx.
    - next: `next start`.
    - node: `node dist/index.js`.
    - django: `gunicorn project.wsgi`.
    - fastapi: `uvicorn main:app --workers 4`.
    - python: `gunicorn app:app`.
    - php: `php-fpm` behind nginx.
    - ruby: `puma`.

    Blind to: commands that a platform's dashboard holds.

    See: https://flask.palletsprojects.com/en/stable/deploying/
    """
    for start in starts(project):
        command = _first_line(start.text)
        if (server := _development(project, start)) is not None:
            mounted = start.environment is None and mounts_its_source(project, start)
            message = f"{start.service}: `{command}` starts {server}."
            message += " It mounts its source, as developers do; a deployment needs another command." if mounted else ""
            grave = Severity.MEDIUM if mounted else None
            yield bad(message, *start.at, environment=start.environment, severity=grave)
        elif start.serves:
            yield ok(
                f"{start.service}: `{command}` starts no development server.",
                start.at[0],
                environment=start.environment,
            )


def _first_line(text: str) -> str:
    line = text.strip().splitlines()[0]
    return line if len(line) < 90 else f"{line[:87]}..."


def _development(project: Project, start: Start) -> str | None:
    found = next((name for name, pattern in _DEVELOPMENT if pattern.search(start.text)), None)
    return found or ("Flask's development server" if _runs_flask(project, start) else None)


def _runs_flask(project: Project, start: Start) -> bool:
    """Whether a Python file that is run by its name starts Flask's own server."""
    for name in _PYTHON_FILE.findall(start.text):
        base = name.rsplit("/", 1)[-1]
        for path in project.files.named(base):
            text = project.code.text(path) if within(path, start.root) else ""
            if re.search(r"from flask import|import flask", text) and re.search(
                r"^\s+(app|application)\.run\(|^(app|application)\.run\(", text, re.MULTILINE
            ):
                return True
    return False


@check("PRF-006", "Servers use more than one worker", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1)
def workers_are_set(project: Project) -> Iterator[Fact]:
    """
    gunicorn starts with one synchronous worker unless told: one slow request and everybody waits.

    Decides: commands with gunicorn state workers or threads, on the line, in its configuration or by `WEB_CONCURRENCY`,
    also where several replicas run; commands with uvicorn state workers, or several replicas run.

    Fix: `gunicorn --workers 4 --threads 8 app:app`, sized by cores and memory limit.

    Blind to: numbers that come from the environment of a platform.

    See: https://docs.gunicorn.org/en/stable/design.html#how-many-workers
    """
    for start in starts(project):
        server = re.search(r"\b(gunicorn|uvicorn|hypercorn|fastapi run)\b", start.text)
        if server is None:
            continue
        service = project.system.service(start.service)
        several = max((d.max_replicas or d.replicas or 1 for d in service.deployments), default=1) if service else 1
        told = re.search(
            r"--workers\b|\s-w[\s=]?\d|--threads\b|-k\s|--worker-class|\$\{?\w*(WORKERS|CONCURRENCY)", start.text
        ) or _configured(project, start)
        if server[1] == "gunicorn" and several > 1 and not told:
            words = "one synchronous worker in each of several replicas; a slow request stops all others of its replica"
            yield partial(f"{start.service}: gunicorn runs {words}.", *start.at)
        elif told or several > 1:
            yield ok(
                f"{start.service}: {server[1]} runs {'in several replicas' if not told else 'with the workers that it is told'}.",
                start.at[0],
            )
        elif server[1] == "gunicorn":
            yield bad(f"{start.service}: gunicorn runs one synchronous worker; requests wait in a line.", *start.at)
        else:
            yield partial(
                f"{start.service}: {server[1]} runs as one process in one replica; one core does all the work.",
                *start.at,
            )


def _configured(project: Project, start: Start) -> bool:
    files = [
        p for p in project.files.named("gunicorn.conf.py", "gunicorn_conf.py", "gunicorn.py") if within(p, start.root)
    ]
    service = project.system.service(start.service)
    given = {e.name for d in service.deployments for e in d.env} if service else set()
    return "WEB_CONCURRENCY" in given or any(
        re.search(r"^[ \t]*(workers|threads)\b", project.files.text(p), re.MULTILINE) for p in files
    )


@check("PRF-004", "Services grow with their load", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=4)
def services_grow(project: Project) -> Iterator[Fact]:
    """
    A fixed number of copies is either too many at night or too few on the day that matters.

    Decides: for each production or unnamed target on Kubernetes, which services that answer requests are scaled by an
    autoscaler (between two different numbers); per target.

    Fix: add a HorizontalPodAutoscaler on CPU, with requests set, between 2 and 10 replicas.

    Blind to: autoscalers that are made by hand or by another repository, and platforms that scale by themselves.

    See: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
    """
    targets: dict[str, list[tuple[Service, Deployment]]] = {}
    for service in judged(project):
        for deployment in service.deployments:
            if (
                deployment.workload == "Deployment"
                and deployment.environment in {"production", "unknown"}
                and service.kind != "worker"
            ):
                targets.setdefault(deployment.target, []).append((service, deployment))
    named = [t for t, found in targets.items() if any(d.environment == "production" for _, d in found)]
    for target in named or list(targets)[:1]:
        yield from _of_target(target, targets[target])


def _of_target(target: str, found: list[tuple[Service, Deployment]]) -> Iterator[Fact]:
    where = target.split(":", 1)[-1]
    environment = None if found[0][1].environment == "unknown" else found[0][1].environment
    fixed = [(s, d) for s, d in found if (d.max_replicas or 1) <= (d.replicas or 1)]
    for service, deployment in found:
        if (service, deployment) not in fixed:
            yield ok(
                f"{service.name}: {deployment.replicas} to {deployment.max_replicas} copies in {where}.",
                deployment,
                environment=environment,
            )
    if fixed:
        numbers = listed((f"{s.name} ({d.replicas or 1})" for s, d in fixed), 6)
        say = bad if len(fixed) == len(found) else partial
        yield say(
            f"{where}: {plural(len(fixed), 'service')} of {len(found)} with a fixed number of copies: {numbers}.",
            *(d for _, d in fixed[:6]),
            environment=environment,
        )


@check("PRF-008", "Answers are compressed and static files cached", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1)
def answers_are_compressed(project: Project) -> Iterator[Fact]:
    """
    Text shrinks to a quarter when compressed; files that never change need not be fetched twice.

    Decides: nginx servers that serve files have `gzip` or `brotli` and `expires` or `Cache-Control`; Express services with
    no proxy of the project before them mount a compression.

    Fix: in nginx `gzip on; gzip_types text/css application/javascript application/json;` and
    `location /assets/ { expires 1y; add_header Cache-Control "public, immutable"; }`.

    Blind to: content delivery networks and balancers before the system.

    See: https://nginx.org/en/docs/http/ngx_http_gzip_module.html
    """
    yield from _by_nginx(project)
    proxied = any(s.kind == "proxy" for s in project.system.services) or any(
        n in (d.image or "") for s in project.system.services for d in s.deployments for n in _PROXIES
    )
    ingress = any(m.kind in {"Ingress", "HTTPRoute"} for m in project.manifests)
    for service in judged(project):
        if service.framework == "express" and service.deployments and not (proxied or ingress or project.nginx):
            found = library(project, service, ("compression", "shrink-ray-current"))
            used = mentions(project, service, r"\bcompression\(", "compression(")
            if found and used:
                yield ok(f"{service.name}: answers are compressed.", used)
            else:
                yield bad(
                    f"{service.name}: nothing before or in the service compresses its answers.",
                    service.routes[0] if service.routes else service,
                )


def _by_nginx(project: Project) -> Iterator[Fact]:
    for config in project.nginx:
        if (
            config.included
            or config.error
            or project.files.class_of(config.path) is not FileClass.PRODUCTION
            or project.files.environment_of(config.path) in ASIDE
        ):
            continue
        names = {d.name for d in config.walk()}
        headers = " ".join(" ".join(d.args) for d in config.walk() if d.name == "add_header")
        if not any(d.name in {"root", "alias", "try_files"} for s in config.servers for d in s.directive.walk()):
            continue
        missing = [] if names & {"gzip", "brotli", "gzip_static"} else ["compression (`gzip on;`)"]
        missing += [] if "expires" in names or "ache-" in headers else ["a lifetime for files (`expires`)"]
        if missing:
            yield partial(f"{config.path}: serves files without {' and without '.join(missing)}.", config.servers[0])
        else:
            yield ok(f"{config.path}: files are compressed and have a lifetime.", config.servers[0])


@check(
    "PRF-009",
    "The database takes as many connections as the services may open",
    Severity.MEDIUM,
    Clause.ASSUMPTIONS,
    effort_hours=2,
)
def connections_suffice(project: Project) -> Iterator[Fact]:
    """
    Each copy of a service has a pool of its own. When traffic scales the copies, the database refuses the connection that
    is one too many, and all fail together.

    Decides: the pool sizes that code and URLs state, times the most copies of each service, against `max_connections` as
    stated, or PostgreSQL's 100 where the project runs it with its defaults.

    Fix: lower the pool, raise `max_connections`, or put PgBouncer between them.

    Blind to: services whose pool is not stated, and limits of managed databases.

    See: https://www.postgresql.org/docs/current/runtime-config-connection.html
    """
    pools = list(_pools(project))
    if not pools:
        return
    total = sum(size * copies for _, size, copies, _ in pools)
    stated = _limit(project)
    parts = " + ".join(f"{name} {size} x {copies}" for name, size, copies, _ in pools)
    own = next((s for s in project.system.stores if s.engine == "postgres" and not s.managed), None)
    if stated is None and own is None:
        yield unknown(
            f"Up to {total} connections ({parts}); how many the database takes is not stated.", *(p[3] for p in pools)
        )
        return
    limit = stated[0] if stated else 100
    word = "stated" if stated else "PostgreSQL's default"
    places = [*(p[3] for p in pools), *([stated[1]] if stated else [])]
    message = f"Up to {total} connections ({parts}) meet a limit of {limit} ({word})"
    yield (
        ok(f"{message}.", *places) if total <= limit - 3 else bad(f"{message}; the database refuses the rest.", *places)
    )


_POOLS = (
    (re.compile(r"connection_limit=(\d{1,4})"), "connection_limit="),
    (re.compile(r"\bpool_size\s*=\s*(\d{1,4})"), "pool_size"),
    (re.compile(r"SetMaxOpenConns\((\d{1,4})\)"), "SetMaxOpenConns("),
    (re.compile(r"new (?:pg\.)?Pool\(\s*\{[^}]{0,400}?\bmax:\s*(\d{1,4})"), "Pool("),
    (re.compile(r"\bpool:\s*\{[^}]{0,200}?\bmax:\s*(\d{1,4})"), "pool:"),
    (re.compile(r"maximum-?[pP]ool-?[sS]ize\s*[:=(]\s*[\"']?(\d{1,4})"), "aximum"),
    (re.compile(r"\bmax_size\s*=\s*(\d{1,4})"), "max_size"),
)


def _pools(project: Project) -> Iterator[tuple[str, int, int, At]]:
    """Service, size of its pool with overflow, most copies in one target, and where the size is stated."""
    for service in judged(project):
        if any(s.engine == "postgres" for s in service.stores):
            found = _pool_of(project, service)
            real = [d for d in service.deployments if d.environment in {"production", "unknown"}]
            copies = max((d.max_replicas or d.replicas or 1 for d in real), default=0)
            if found and copies:
                yield service.name, found[0], copies, found[1]


def _pool_of(project: Project, service: Service) -> tuple[int, At] | None:
    for pattern, needle in _POOLS:
        for path in project.code.holding(needle, languages=("python", "go", "java", "kotlin", *JS)):
            text = project.code.text(path)
            found = pattern.search(text) if within(path, service.root) else None
            if found:
                more = re.search(r"\bmax_overflow\s*=\s*(\d{1,4})", text) if needle == "pool_size" else None
                overflow = int(more[1]) if more else 10 if needle == "pool_size" and "sqlalchemy" in text else 0
                return int(found[1]) + overflow, at_offset(path, text, found.start())
    for deployment in service.deployments:
        for given in deployment.env if deployment.environment not in ASIDE else ():
            found = re.search(r"connection_limit=(\d{1,4})", given.value or "")
            if found:
                return int(found[1]), given.at
    return None


def _limit(project: Project) -> tuple[int, At] | None:
    for path in project.files.glob("**/*.yml", "**/*.yaml", "**/*.conf", "**/*.tf"):
        if project.files.class_of(path) is FileClass.PRODUCTION and project.files.environment_of(path) not in ASIDE:
            text = project.files.text(path)
            found = (
                re.search(r"max_connections[\"']?\s*(?:=|:|,\s*value\s*=)\s*[\"']?(\d{2,5})", text)
                if "max_connections" in text
                else None
            )
            if found:
                return int(found[1]), at_offset(path, text, found.start())
    return None
