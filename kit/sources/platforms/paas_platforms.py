"""The files of hosting platforms, one reader each: a document's root becomes services."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from kit.model import At
from kit.sources.containers.runtime import EnvValue, StartCommand, command_of, integer, text_of, texts
from kit.sources.formats.nodes import Node
from kit.sources.platforms.paas_model import PaasApp, PaasBuild, PaasService

Reader = Callable[[Node, str], PaasApp]


def mapped_env(node: Node | None, source: str = "literal") -> dict[str, EnvValue]:
    """The variables of a mapping of name to value."""
    if node is None:
        return {}
    return {name: EnvValue(value.text, value.at, source) for name, value in node.items() if not value.is_map}


def listed_env(node: Node | None) -> dict[str, EnvValue]:
    """The variables of a list of `{key, value}`; one without a value comes from elsewhere."""
    if node is None:
        return {}
    found = ((text_of(item.get("key")), item) for item in node.children())
    return {name: _listed(item) for name, item in found if name}


def _listed(item: Node) -> EnvValue:
    value, secret = item.get("value"), text_of(item.get("type")) == "SECRET"
    if value is not None and not secret:
        return EnvValue(value.text, item.at)
    if "generateValue" in item:
        return EnvValue(None, item.at, "generated")
    refers = any(key.startswith("from") for key, _ in item.items())
    return EnvValue(None, item.at, "reference" if refers else "secret")


def fly(root: Node, path: str) -> PaasApp:
    """fly.toml."""
    env, deploy = mapped_env(root.get("env")), root.get("deploy", "release_command")
    name = text_of(root.get("app")) or "app"
    processes = root.get("processes")
    commands = list(processes.items()) if processes is not None else []
    services = [_fly_service(root, path, process, node) for process, node in commands] or [
        _fly_service(root, path, name, None)
    ]
    if deploy is not None:
        services.append(PaasService("release", "release", deploy.at, command_of(deploy), node=deploy))
    return PaasApp("fly", path, tuple(services), env, node=root)


def _fly_service(root: Node, path: str, name: str, command: Node | None) -> PaasService:
    serving = [node for node in _fly_serving(root) if command is None or _fly_serves(node, name)]
    port = next((found for node in serving if (found := node.get("internal_port")) is not None), None)
    checks = [check for node in (root, *serving) for check in _fly_checks(node)]
    health = next((found for check in checks if (found := check.get("path")) is not None), None)
    replicas = next((n for node in serving if (n := node.get("min_machines_running")) is not None), None)
    return PaasService(
        name=name,
        kind="web" if serving else "worker",
        at=command.at if command is not None else (serving[0].at if serving else root.at),
        command=command_of(command),
        port=integer(port),
        port_at=port.at if port is not None else None,
        env=mapped_env(root.get("env")),
        health_path=text_of(health),
        health_at=health.at if health is not None else (checks[0].at if checks else None),
        build=_fly_build(root.get("build"), path),
        replicas=integer(replicas),
        node=root,
    )


def _fly_serving(root: Node) -> Iterator[Node]:
    http = root.get("http_service")
    if http is not None:
        yield http
    yield from root.each("services", "*")


def _fly_serves(node: Node, process: str) -> bool:
    processes = texts(node.get("processes"))
    return process in processes if processes else process in {"app", "web"}


def _fly_checks(node: Node) -> Iterator[Node]:
    for key in ("checks", "http_checks", "tcp_checks"):
        yield from node.each(key, "*")


def _fly_build(node: Node | None, path: str) -> PaasBuild | None:
    if node is None:
        return None
    dockerfile = text_of(node.get("dockerfile"))
    directory = posixpath.dirname(path)
    return PaasBuild(
        at=node.at,
        dockerfile=_below(directory, dockerfile) if dockerfile else None,
        context=directory or ".",
        image=text_of(node.get("image")),
    )


def render(root: Node, path: str) -> PaasApp:
    """render.yaml."""
    groups = {
        text_of(group.get("name")): listed_env(group.get("envVars")) for group in _render_all(root, "envVarGroups")
    }
    services = tuple(_render_service(node, groups) for node in _render_all(root, "services") if node.is_map)
    return PaasApp("render", path, services, databases=tuple(_render_all(root, "databases")), node=root)


def _render_all(root: Node, section: str) -> Iterator[Node]:
    yield from root.each(section, "*")
    yield from root.each("projects", "*", "environments", "*", section, "*")


_RENDER_KINDS = {
    "pserv": "private",
    "cron": "cron",
    "worker": "worker",
    "web": "web",
    "keyvalue": "store",
    "redis": "store",
}


def _render_service(node: Node, groups: dict[str | None, dict[str, EnvValue]]) -> PaasService:
    runtime = text_of(node.get("runtime")) or text_of(node.get("env"))
    env: dict[str, EnvValue] = {}
    for group in node.each("envVars", "*", "fromGroup"):
        env.update(groups.get(group.text, {}))
    env.update(listed_env(node.get("envVars")))
    port, health = env.get("PORT"), node.get("healthCheckPath")
    return PaasService(
        name=text_of(node.get("name")) or "",
        kind="static" if runtime == "static" else _RENDER_KINDS.get(text_of(node.get("type")) or "", "web"),
        at=node.at,
        command=command_of(node.get("startCommand") or node.get("dockerCommand")),
        port=integer(port.value) if port else None,
        port_at=port.at if port else None,
        env=env,
        health_path=text_of(health),
        health_at=health.at if health is not None else None,
        build=_render_build(node, runtime),
        replicas=integer(node.get("numInstances") or node.get("scaling", "minInstances")),
        schedule=text_of(node.get("schedule")),
        node=node,
    )


def _render_build(node: Node, runtime: str | None) -> PaasBuild:
    root = text_of(node.get("rootDir")) or "."
    docker = runtime == "docker"
    return PaasBuild(
        at=node.at_or_self("dockerfilePath"),
        dockerfile=_below(root, text_of(node.get("dockerfilePath")) or "Dockerfile") if docker else None,
        context=_below(root, text_of(node.get("dockerContext")) or "."),
        image=text_of(node.get("image", "url")),
        command=command_of(node.get("buildCommand")),
    )


def railway(root: Node, path: str) -> PaasApp:
    """railway.toml and railway.json."""
    build, deploy = root.get("build") or Node({}, root.at), root.get("deploy") or Node({}, root.at)
    dockerfile, health = text_of(build.get("dockerfilePath")), deploy.get("healthcheckPath")
    schedule = text_of(deploy.get("cronSchedule"))
    service = PaasService(
        name="app",
        kind="cron" if schedule else "web",
        at=At(path, 1) if root.at.line is None else root.at,
        command=command_of(deploy.get("startCommand")),
        health_path=text_of(health),
        health_at=health.at if health is not None else None,
        build=PaasBuild(
            at=build.at_or_self("dockerfilePath"),
            dockerfile=_below("", dockerfile) if dockerfile else None,
            context=".",
            command=command_of(build.get("buildCommand")),
        ),
        replicas=integer(deploy.get("numReplicas")),
        schedule=schedule,
        node=root,
    )
    before = deploy.get("preDeployCommand")
    release = () if before is None else (PaasService("release", "release", before.at, _release(before), node=before),)
    return PaasApp("railway", path, (service, *release), node=root)


def _release(node: Node) -> StartCommand | None:
    """Railway's pre-deploy command is a text or a list of one text."""
    first = next(node.children(), None) if node.is_list else node
    return command_of(first)


def vercel(root: Node, path: str) -> PaasApp:
    """vercel.json."""
    directory = posixpath.dirname(path)
    build = PaasBuild(
        at=root.at_or_self("buildCommand"),
        context=directory or ".",
        command=command_of(root.get("buildCommand")),
    )
    env = mapped_env(root.get("env"))
    web = PaasService(posixpath.basename(directory) or "web", "web", root.at, env=env, build=build, node=root)
    crons = tuple(
        PaasService(cron_path.text, "cron", cron.at, env=env, schedule=text_of(cron.get("schedule")), node=cron)
        for cron in root.each("crons", "*")
        if (cron_path := cron.get("path")) is not None
    )
    return PaasApp("vercel", path, (web, *crons), env, node=root)


def netlify(root: Node, path: str) -> PaasApp:
    """netlify.toml; the variables are those of production."""
    build = root.get("build") or Node({}, root.at)
    directory = posixpath.normpath(posixpath.join(posixpath.dirname(path), text_of(build.get("base")) or "."))
    env = mapped_env(build.get("environment")) | mapped_env(root.get("context", "production", "environment"))
    command = root.get("context", "production", "command") or build.get("command")
    built = PaasBuild(at=build.at, context=directory, command=command_of(command))
    site = PaasService("site", "static", build.at, env=env, build=built, node=root)
    functions = build.get("functions") or root.get("functions", "directory")
    more = () if functions is None else (PaasService("functions", "function", functions.at, env=env, node=functions),)
    return PaasApp("netlify", path, (site, *more), env, node=root)


def appengine(root: Node, path: str) -> PaasApp:
    """app.yaml of Google App Engine."""
    env = mapped_env(root.get("env_variables"))
    ready = root.get("readiness_check", "path") or root.get("liveness_check", "path")
    replicas = (
        root.get("manual_scaling", "instances")
        or root.get("automatic_scaling", "min_instances")
        or root.get("automatic_scaling", "min_num_instances")
    )
    service = PaasService(
        name=text_of(root.get("service")) or "default",
        kind="web",
        at=root.at_or_self("service"),
        command=command_of(root.get("entrypoint")),
        env=env,
        health_path=text_of(ready),
        health_at=ready.at if ready is not None else None,
        build=PaasBuild(at=root.at_or_self("runtime"), context=posixpath.dirname(path) or "."),
        replicas=integer(replicas),
        node=root,
    )
    return PaasApp("appengine", path, (service,), env, node=root)


_DIGITALOCEAN = {
    "services": "web",
    "workers": "worker",
    "jobs": "release",
    "static_sites": "static",
    "functions": "function",
}


def digitalocean(root: Node, path: str) -> PaasApp:
    """.do/app.yaml of the DigitalOcean App Platform, `spec:` around it or not."""
    root = root.get("spec") or root
    shared = listed_env(root.get("envs"))
    services = tuple(
        _digitalocean_service(node, kind, shared)
        for section, kind in _DIGITALOCEAN.items()
        for node in root.each(section, "*")
    )
    return PaasApp("digitalocean", path, services, shared, tuple(root.each("databases", "*")), node=root)


def _digitalocean_service(node: Node, kind: str, shared: dict[str, EnvValue]) -> PaasService:
    port, health = node.get("http_port"), node.get("health_check", "http_path")
    source = text_of(node.get("source_dir")) or "."
    dockerfile = text_of(node.get("dockerfile_path"))
    return PaasService(
        name=text_of(node.get("name")) or "",
        kind=kind,
        at=node.at,
        command=command_of(node.get("run_command")),
        port=integer(port),
        port_at=port.at if port is not None else None,
        env={**shared, **listed_env(node.get("envs"))},
        health_path=text_of(health),
        health_at=health.at if health is not None else None,
        build=PaasBuild(
            at=node.at_or_self("dockerfile_path"),
            dockerfile=_below("", dockerfile) if dockerfile else None,
            context=_below("", source),
            image=text_of(node.get("image", "repository")),
            command=command_of(node.get("build_command")),
        ),
        replicas=integer(node.get("instance_count") or node.get("autoscaling", "min_instance_count")),
        node=node,
    )


def heroku_docker(root: Node, path: str) -> PaasApp:
    """heroku.yml: images that are built, commands that are run."""
    directory = posixpath.dirname(path)
    builds = dict((root.get("build", "docker") or Node({}, root.at)).items())
    runs = dict((root.get("run") or Node({}, root.at)).items())
    env = mapped_env(root.get("setup", "config"))
    services = [_heroku_process(name, builds.get(name), runs.get(name), env, directory) for name in {**builds, **runs}]
    release = root.get("release", "command")
    if release is not None:
        services.append(PaasService("release", "release", release.at, _release(release), env=env, node=release))
    return PaasApp("heroku", path, tuple(services), env, tuple(root.each("setup", "addons", "*")), node=root)


def _heroku_process(
    name: str, build: Node | None, run: Node | None, env: dict[str, EnvValue], directory: str
) -> PaasService:
    node = run or build
    assert node is not None
    dockerfile = text_of(build.get("dockerfile") if build is not None and build.is_map else build)
    command = run.get("command") if run is not None and run.is_map else run
    return PaasService(
        name=name,
        kind="web" if name == "web" else "worker",
        at=node.at,
        command=_release(command) if command is not None else None,
        env=env,
        build=PaasBuild(build.at, _below(directory, dockerfile), directory or ".") if build and dockerfile else None,
        node=node,
    )


def heroku_app(root: Node, path: str) -> PaasApp:
    """app.json of Heroku: variables, add-ons and the scale of the Procfile's processes."""
    env = {name: _heroku_value(node) for name, node in (root.get("env") or Node({}, root.at)).items()}
    services = tuple(
        PaasService(
            name,
            "web" if name == "web" else "worker",
            node.at,
            env=env,
            replicas=integer(node.get("quantity")),
            node=node,
        )
        for name, node in (root.get("formation") or Node({}, root.at)).items()
    )
    post = root.get("scripts", "postdeploy")
    once = (
        () if post is None else (PaasService("postdeploy", "release", post.at, command_of(post), env=env, node=post),)
    )
    return PaasApp("heroku", path, (*services, *once), env, tuple(root.each("addons", "*")), node=root)


def _heroku_value(node: Node) -> EnvValue:
    if not node.is_map:
        return EnvValue(node.text, node.at)
    if "generator" in node:
        return EnvValue(None, node.at, "generated")
    value = text_of(node.get("value"))
    return EnvValue(value, node.at) if value else EnvValue(None, node.at, "secret")


def _below(directory: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(directory or ".", path.lstrip("/")))
