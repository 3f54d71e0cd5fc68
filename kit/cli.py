"""Words to calls: the `readiness` command."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from kit.execute.cache import Cache
    from kit.execute.outline import Outline
    from kit.execute.request import Request

STYLES = ("formal", "audit", "viability", "validation", "status")
BAD_INPUT, INCOMPLETE, INTERRUPTED = 2, 3, 130
MAX_EARLIER = 500_000_000
"""Bytes of an assessment that is compared with."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="readiness-kit", prog_name="readiness")
def main() -> None:
    """Production readiness reports made from evidence: every verdict has its file and line."""
    # Processes are forked once pandas is imported: a forked thread pool would hang.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    # No plug-in that lies beside the kit sees what it validates; looking for them takes as long as reading the params.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--params",
    "params_file",
    type=click.Path(path_type=Path),
    help="Params file for a TARGET that is a folder.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Where everything is written [build/<project>].")
@click.option("--area", "areas", multiple=True, help="Only this area; may be repeated.")
@click.option("--env", "environment", help="Whose verdict is the gate [the strictest].")
@click.option(
    "--fail-on",
    type=click.Choice(["no-go", "conditional", "never"]),
    default="no-go",
    show_default=True,
    help="Which verdict makes the exit code 1.",
)
@click.option("--style", type=click.Choice(STYLES), help="Style of the report [status].")
@click.option("--format", "formats", default="html", show_default=True, help="Formats of the report: html,pdf,site.")
@click.option(
    "--renderer",
    type=click.Choice(["auto", "quarto", "builtin"]),
    default="auto",
    show_default=True,
    help="What draws the report; auto is the built-in renderer, which needs nothing.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 2,
    help="Notebooks run side by side [the processors].",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    help="An earlier assessment.json: the report says what changed since.",
)
@click.option("--scanners", is_flag=True, help="Run zizmor, hadolint, squawk and detect-secrets beside the checks.")
@click.option("--commands", is_flag=True, help="Run the params file's commands, those on demand too.")
@click.option("--no-commands", is_flag=True, help="Run no command, whatever else says so.")
@click.option("--notebooks", type=click.Path(path_type=Path), help="Folder of notebooks to run in place of the kit's.")
@click.option(
    "--cache/--no-cache", default=True, help="Take the answer of an earlier run where nothing has changed [yes]."
)
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def assess(target: Path, **options: Any) -> None:
    """Assess TARGET, a project's folder or a params file, and write its report.

    Exit codes: 0 the gate holds, 1 it does not, 2 bad input, 3 incomplete, 130 interrupted.
    """
    with_errors(lambda: _assess(target, **options))


def _assess(
    target: Path,
    *,
    params_file: Path | None,
    out: Path | None,
    areas: tuple[str, ...],
    environment: str | None,
    fail_on: str,
    style: str | None,
    formats: str,
    renderer: str,
    jobs: int,
    baseline: Path | None,
    scanners: bool,
    commands: bool,
    no_commands: bool,
    notebooks: Path | None,
    quiet: bool,
    as_json: bool,
    cache: bool,
) -> int:
    from kit.execute.answer import answer
    from kit.execute.cache import default_cache
    from kit.execute.request import Progress, Request
    from kit.params import ParamsError

    params, file = _params(target, params_file, style)
    params = params.with_scanners() if scanners else params
    params = _with_commands(params, commands, no_commands)
    if environment is not None and environment not in params.environments:
        raise ParamsError(f"--env {environment}: no such environment; one of {', '.join(params.environments)}")
    place = out or Path("build") / _folder_name(params.name)
    before = _earlier(baseline) if baseline else None
    request = Request(params, place.absolute(), file, areas, jobs, notebooks, formats, renderer, before)
    kept = default_cache() if cache else None
    silent = quiet or as_json
    run = answer(request, Progress(), kept) if silent else _shown(request, kept, place / "report.html")
    if as_json:
        click.echo(run.summary, nl=False)
    if run.incomplete:
        if silent:
            click.echo("\n".join(f"readiness: incomplete: {line}" for line in run.missing), err=True)
        return INCOMPLETE
    failing = {"no-go": {"NO-GO"}, "conditional": {"NO-GO", "CONDITIONAL"}, "never": set()}[fail_on]
    return 1 if run.verdict(environment) in failing else 0


def _shown(request: Request, kept: Cache | None, page: Path) -> Outline:
    """The run of the request, its progress and its result shown on the terminal."""
    from kit import terminal  # takes long to load: only where something is shown
    from kit.execute.answer import answer

    console = terminal.console()
    progress, stop = terminal.progress(console, request.out / ".partial")
    try:
        run = answer(request, progress, kept)
    finally:
        stop()
    terminal.show_result(console, run, page)
    return run


def _with_commands(params: Any, commands: bool, no_commands: bool) -> Any:
    """The params with what `--commands` and `--no-commands` say of their commands; the latter beats everything."""
    from kit.params import ParamsError

    if commands and not params.commands:
        raise ParamsError("--commands: no commands are named; a params file names them under 'commands'")
    return params.with_commands(not no_commands) if commands or no_commands else params


def _params(target: Path, params_file: Path | None, style: str | None) -> tuple[Any, Path | None]:
    """The validated params, and the file that they came from."""
    from kit.params import ParamsError, default_params, load_params

    if not target.exists():
        raise ParamsError(f"{target}: no such folder or params file")
    if target.is_dir():
        params = load_params(params_file, project=target) if params_file else default_params(target)
        file = params_file
    elif target.suffix.lower() in {".yaml", ".yml"}:
        if params_file is not None:
            raise ParamsError(f"--params {params_file}: {target} is a params file already; give one of them")
        params, file = load_params(target), target
    else:
        raise ParamsError(f"{target}: a file that is no params YAML; name the project's folder or a .yaml file")
    if style:
        params = params.with_style(style)  # type: ignore[arg-type]  # one of STYLES, as click has checked
    return params, file.resolve() if file else None


def _folder_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip(".-") or "project"


@main.command()
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...", type=click.Path(path_type=Path))
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    help="The project's folder, or a params file.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Where everything is written [build/<project>/claims].")
@click.option(
    "--fail-on",
    type=click.Choice(["refuted", "unsupported", "never"]),
    default="never",
    show_default=True,
    help="Which verdict on any claim makes the exit code 1; unsupported includes refuted.",
)
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def claims(reports: tuple[Path, ...], **options: Any) -> None:
    """Hold the statements of existing readiness REPORTs against a project, and against each other.

    Exit codes: 0 done, 1 a claim has the verdict of --fail-on, 2 bad input.
    """
    with_errors(lambda: _claims(reports, **options))


def _claims(
    reports: tuple[Path, ...], *, project: Path, out: Path | None, fail_on: str, quiet: bool, as_json: bool
) -> int:
    from kit import terminal
    from kit.execute.claims import examine_reports, failing
    from kit.report.claims import data

    params, _ = _params(project, None, None)
    place = out or Path("build") / _folder_name(params.name) / "claims"
    examination = examine_reports(params, reports, place.absolute())
    if as_json:
        click.echo(data.summary(examination), nl=False)
    terminal.show_claims(terminal.console(quiet=quiet or as_json), examination, place / "claims.html")
    return 1 if failing(examination, fail_on) else 0


@main.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
def diff(old: Path, new: Path, as_json: bool) -> None:
    """What changed from OLD to NEW, both assessment.json, and which change moved a verdict.

    Exit codes: 0 no verdict fell by what both looked at, 1 one did, 2 bad input.
    """
    with_errors(lambda: _diff(old, new, as_json=as_json))


def _diff(old: Path, new: Path, *, as_json: bool) -> int:
    import json
    from dataclasses import asdict

    from kit import terminal
    from kit.judgement.diff import diff as compare

    changes = compare(_earlier(old), _earlier(new))
    if as_json:
        click.echo(json.dumps(asdict(changes), indent=2, ensure_ascii=False))
    else:
        terminal.show_changes(terminal.console(), changes)
    return 1 if changes.worsened else 0


def _earlier(path: Path) -> dict[str, Any]:
    """An assessment that was written before. Raises ParamsError where the file is none."""
    import json

    from kit.judgement.diff import DiffError, checked
    from kit.params import ParamsError

    try:
        if path.is_file() and path.stat().st_size > MAX_EARLIER:
            raise ParamsError(f"{path}: larger than {MAX_EARLIER // 1_000_000} MB, so no assessment")
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        checked(data)
    except FileNotFoundError:
        raise ParamsError(f"{path}: no such file; name the assessment.json of an earlier run") from None
    except RecursionError:
        raise ParamsError(f"{path}: nested too deep; name the assessment.json of an earlier run") from None
    except (OSError, ValueError, DiffError) as error:
        raise ParamsError(f"{path}: {error}; name the assessment.json of an earlier run") from error
    return data


@main.command()
@click.option("--area", "areas", multiple=True, help="Only this area; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print the catalogue as JSON.")
def checks(areas: tuple[str, ...], as_json: bool) -> None:
    """The catalogue of checks."""
    with_errors(lambda: _checks(areas, as_json=as_json))


def _checks(areas: tuple[str, ...], *, as_json: bool) -> int:
    import json

    from kit import terminal
    from kit.model import AREAS
    from kit.params import ParamsError
    from kit.registry import catalogue

    for area in areas:
        if area not in AREAS:
            raise ParamsError(f"--area {area}: no such area; one of {', '.join(AREAS)}")
    chosen = tuple(c for c in catalogue() if not areas or c.area in areas)
    if as_json:
        click.echo(json.dumps([_as_data(c) for c in chosen], indent=2))
    else:
        terminal.show_checks(terminal.console(), chosen)
    return 0


def _as_data(check: Any) -> dict[str, Any]:
    names = (
        "id",
        "area",
        "title",
        "severity",
        "clause",
        "rationale",
        "decides",
        "fix",
        "blind_to",
        "references",
        "blocker",
        "effort_hours",
    )
    return {name: getattr(check, name) for name in names}


@main.command()
@click.argument("id")
def explain(id: str) -> None:
    """One check: why, how it decides, how to fix, what it does not see."""
    with_errors(lambda: _explain(id))


def _explain(id: str) -> int:
    from difflib import get_close_matches

    from kit import terminal
    from kit.params import ParamsError
    from kit.registry import catalogue

    known = {c.id: c for c in catalogue()}
    check = known.get(id.upper())
    if check is None:
        near = get_close_matches(id.upper(), known, n=1)
        hint = f"; did you mean {near[0]}?" if near else "; `readiness checks` lists them"
        raise ParamsError(f"{id}: no such check{hint}")
    terminal.show_check(terminal.console(), check)
    return 0


@main.command()
def doctor() -> None:
    """What is here and what is not, and what that changes."""
    from rich.console import Console
    from rich.table import Table

    from kit.doctor import parts

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("Part", "Found", "What it changes"):
        table.add_column(name)
    found = parts()
    for part in found:
        table.add_row(part.name, part.found or "not here", part.changes)
    Console(highlight=False).print(table)
    sys.exit(0 if all(p.found for p in found if p.required) else 1)


def with_errors(run: Callable[[], int]) -> NoReturn:
    """Exit with what `run` returns; bad input is one line on standard error and 2, an error of the kit's own one and 3,
    an interrupt 130."""
    from kit.params import ParamsError
    from kit.sources.limits import OutOfTime

    try:
        code = run()
    except ParamsError as error:
        for line in str(error).splitlines():
            click.echo(f"readiness: {line}", err=True)
        code = BAD_INPUT
    except OSError as error:
        click.echo(
            f"readiness: {error.filename or ''}: {error.strerror or error}; nothing more was written",
            err=True,
        )
        code = BAD_INPUT
    except KeyboardInterrupt:
        click.echo("readiness: interrupted; what was finished is kept, the same command goes on from there", err=True)
        code = INTERRUPTED
    except (Exception, OutOfTime) as error:
        from kit.run import told

        click.echo(f"readiness: incomplete: {told(error)}; what was finished is kept", err=True)
        code = INCOMPLETE
    sys.exit(code)
