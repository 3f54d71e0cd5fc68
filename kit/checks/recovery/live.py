"""Recovery: what was run and what was asked, where the params file says so."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.asked import answered, live, name, probes, silent
from kit.checks.shared.ran import ran
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check


@check(
    "REC-080",
    "Commands that were run for recovery succeed",
    Severity.HIGH,
    Clause.UNDEFINED,
    blocker="cannot be released",
    effort_hours=3,
)
def commands_of_recovery_succeed(project: Project) -> Iterator[Fact]:
    """
    A backup is worth what its restore brought back the last time somebody tried.

    Decides: each command of the params file with `area: recovery` is run, with limits on time, memory and output, and has to
    end by itself with the expected exit code; what its output says of files and lines is told there. One that was not run
    is unknown. It decides the verdict where the params file says `required: true`.

    Fix: run the command in the project's folder and mend what it names; where it needs more time or memory, or a variable,
    give it `timeout`, `memory` or `env` in the params file.

    Blind to: what the restore drill does not try, and outputs of tools whose format is not known.

    See: https://sre.google/sre-book/data-integrity/
    """
    yield from ran(project, "recovery")


@check("REC-081", "Redis keeps its data through a restart", Severity.HIGH, Clause.UNDEFINED, effort_hours=1)
def redis_keeps_its_data(project: Project) -> Iterator[Fact]:
    """
    A queue or a session that only memory holds is gone with the process.

    Decides: snapshots (`save`) and the log (`appendonly`) of each server of the params file that is a store, and whether the
    last write of them held.

    Fix: `appendonly yes` with `appendfsync everysec`, on a volume that outlives the container.

    Blind to: whether that volume outlives it, and copies of it elsewhere. A server with `use: cache` may lose all.

    See: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
    """
    stores = tuple(probe for probe in probes(project).redis if probe.use == "store")
    yield from silent(stores, "whether it keeps its data")
    for probe in answered(stores):
        about = f"persistence of {probe.variable}"
        if probe.appends is None and probe.saves is None:
            yield unknown(f"{name(probe)}: it does not tell whether it keeps its data.", At("."), about=about)
        elif not probe.appends and not probe.saves:
            yield live(bad, f"{name(probe)}: it keeps its data in memory alone.", about)
        elif probe.saved is False:
            yield live(bad, f"{name(probe)}: the last time it wrote its data to disk failed.", about)
        elif not probe.appends:
            message = f"{name(probe)}: it keeps snapshots alone, and loses what came after the last."
            yield live(partial, message, about, severity=Severity.LOW)
        else:
            yield live(ok, f"{name(probe)}: it logs what it is told to disk.", about)


@check("REC-082", "Buckets in use keep earlier versions", Severity.MEDIUM, Clause.UNDEFINED, effort_hours=0.5)
def buckets_keep_versions(project: Project) -> Iterator[Fact]:
    """
    Where a bucket keeps no versions, what is overwritten or deleted by mistake is gone.

    Decides: the versioning of each bucket of the params file, but those with `versioning: false`.

    Fix: `aws s3api put-bucket-versioning --bucket ... --versioning-configuration Status=Enabled`, with a rule that ends old
    versions.

    Blind to: copies in another bucket.

    See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
    """
    wanted = tuple(probe for probe in probes(project).s3 if probe.wants_versioning)
    yield from silent(wanted, "its versions")
    for probe in answered(wanted):
        about = f"versions of {name(probe)}"
        if probe.versioning is None:
            yield unknown(f"{name(probe)}: the keys may not see whether it keeps versions.", At("."), about=about)
        elif probe.versioning == "Enabled":
            yield live(ok, f"{name(probe)}: it keeps versions.", about)
        else:
            yield live(bad, f"{name(probe)}: it keeps no versions ({probe.versioning.lower()}).", about)
