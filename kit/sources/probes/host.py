"""The machine that this runs on: disks, memory, processors."""

from __future__ import annotations

from kit.sources.probes.model import Disk, HostProbe
from kit.sources.probes.targets import HostTarget


def probe(target: HostTarget) -> HostProbe:
    """What is left of it."""
    import psutil

    memory = psutil.virtual_memory()
    return HostProbe(
        disks=tuple(_disk(mount) for mount in target.disks),
        memory=memory.total,
        available=memory.available,
        processors=psutil.cpu_count() or 1,
        load=round(psutil.getloadavg()[0], 2),
        disk_free=target.disk_free,
        memory_free=target.memory_free,
    )


def _disk(mount: str) -> Disk:
    import psutil

    try:
        usage = psutil.disk_usage(mount)
    except OSError as error:
        return Disk(mount, error=error.strerror or str(error))
    return Disk(mount, usage.total, usage.free)
