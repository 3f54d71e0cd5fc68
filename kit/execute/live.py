"""Commands and live probes of a run: made once, before the notebooks, because the params file asks for them."""

from __future__ import annotations

from collections.abc import Collection

from kit.params import Params, ParamsError
from kit.registry import catalogue
from kit.sources.formats.settings import nearest
from kit.sources.probes.ask import ask
from kit.sources.probes.model import Probes
from kit.sources.ran.command import Command
from kit.sources.ran.model import CommandRun
from kit.sources.ran.run import not_run, run_command
from kit.sources.secrets.known import Known


def commands_of(params: Params, areas: Collection[str] = ()) -> tuple[CommandRun, ...]:
    """What came of the commands of the params file, in its order. Those on demand are left, and where only some areas
    are assessed, those that say nothing of them.

    An interrupt ends what runs with everything that it started, and goes on to the caller.
    """
    known = secrets_of(params)
    return tuple(
        not_run(c) if c.on_demand or not _speaks_of(c, areas) else run_command(params.root, c, known)
        for c in params.commands
    )


def _speaks_of(command: Command, areas: Collection[str]) -> bool:
    decided = {check.area for check in catalogue() if check.id in command.decides}
    return not areas or command.area in areas or bool(decided & set(areas))


def probes_of(params: Params) -> Probes:
    """What the targets of the params file answered. Raises ParamsError where a library that a probe needs is not
    here."""
    return ask(params.targets, secrets_of(params), params.resolve)


def require_checks(params: Params) -> None:
    """Raise ParamsError where an attestation or a command speaks of a check that there is not."""
    known = {check.id for check in catalogue()}
    named = [(a.check, ("attestations", i)) for i, a in enumerate(params.attestations)]
    named += [(id, ("commands", i)) for i, command in enumerate(params.commands) for id in command.decides]
    problems = [
        f"{params.source.place(route)}: there is no check {id}{nearest(id, known)}"
        for id, route in named
        if id not in known
    ]
    if problems:
        raise ParamsError(*problems)


def secrets_of(params: Params) -> Known:
    """The secrets that variables named in the params file hold: no output and no answer may show them."""
    targets = params.targets
    secret = [name for target in targets.http for name in target.header_env.values()]
    secret += [target.dsn_env for target in targets.postgres] + [target.url_env for target in targets.redis]
    secret += [name for t in targets.s3 for name in (t.key_env, t.secret_env, t.token_env) if name]
    return Known.of(secret, passed=[name for command in params.commands for name in command.env])
