"""Observability: what was run and what was asked, where the params file says so."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.asked import answered, live, milliseconds, name, probes, silent
from kit.checks.shared.ran import ran
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check


@check(
    "OBS-080",
    "Commands that were run for observability succeed",
    Severity.HIGH,
    Clause.EXECUTION,
    blocker="cannot be released",
    effort_hours=3,
)
def commands_of_observability_succeed(project: Project) -> Iterator[Fact]:
    """
    Rules and dashboards that nothing has loaded may not load when they are needed.

    Decides: each command of the params file with `area: observability` is run, with limits on time, memory and output, and has to
    end by itself with the expected exit code; what its output says of files and lines is told there. One that was not run
    is unknown. It decides the verdict where the params file says `required: true`.

    Fix: run the command in the project's folder and mend what it names; where it needs more time or memory, or a variable,
    give it `timeout`, `memory` or `env` in the params file.

    Blind to: what the check of the rules does not try, and outputs of tools whose format is not known.

    See: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
    """
    yield from ran(project, "observability")


@check("OBS-081", "Databases log their slow statements", Severity.LOW, Clause.UNDEFINED, effort_hours=0.5)
def databases_log_slow_statements(project: Project) -> Iterator[Fact]:
    """
    When a system gets slow, the statement that makes it so should stand in a log already.

    Decides: `log_min_duration_statement` of each PostgreSQL server of the params file, or the extension `pg_stat_statements`.

    Fix: `ALTER SYSTEM SET log_min_duration_statement = '500ms'; SELECT pg_reload_conf();`, and `pg_stat_statements` among
    `shared_preload_libraries`.

    Blind to: tracing that the application does by itself.

    See: https://www.postgresql.org/docs/current/runtime-config-logging.html
    """
    yield from silent(probes(project).postgres, "its log")
    for probe in answered(probes(project).postgres):
        about = f"slow statements of {probe.variable}"
        if probe.slow is not None:
            message = f"{name(probe)}: statements of {milliseconds(probe.slow)} and more are logged."
            yield live(ok, message, about)
        elif probe.statements:
            yield live(ok, f"{name(probe)}: pg_stat_statements counts its statements.", about)
        elif "the settings" in probe.unseen:
            yield unknown(f"{name(probe)}: the role may not see its settings.", At("."), about=about)
        else:
            yield live(bad, f"{name(probe)}: no slow statement is logged or counted.", about)
