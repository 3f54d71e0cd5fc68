"""What is here and what is not, and what that changes."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from dataclasses import dataclass

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)


_LIVE = "pip install 'readiness-kit[live]'"
PROBES = (
    ("httpx", "httpx", "targets.http", _LIVE),
    ("cryptography", "cryptography", "targets.tls and https addresses", _LIVE),
    ("psycopg", "psycopg", "targets.postgres", _LIVE),
    ("redis", "redis", "targets.redis", _LIVE),
    ("botocore", "botocore", "targets.s3", _LIVE),
    ("dnspython", "dns", "targets.dns", _LIVE),
    ("psutil", "psutil", "targets.host", _LIVE),
    ("Locust", "locust", "the load of targets.http", "pip install 'readiness-kit[load]'"),
)
"""Libraries that live probes need: how the library is called, its module, what it asks, how it comes."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that may be here: its version or place where it is, and what its presence or absence changes."""

    name: str
    found: str | None
    changes: str
    required: bool = False


def parts() -> tuple[Part, ...]:
    """Everything that the kit can use, in the order of its importance."""
    from kit.execute.engine import available

    python = ".".join(map(str, sys.version_info[:3]))
    fork = "forked from one warm process" if available() else None
    return (
        Part(
            "Python",
            python if sys.version_info >= (3, 11) else None,
            "runs the kit; 3.11 or later",
            required=True,
        ),
        Part("Notebook engine", fork, "without it notebooks run in ordinary kernels, several times slower"),
        _program(
            "Quarto",
            ("quarto",),
            "draws the same report with --renderer quarto or `quarto render`; the built-in renderer needs nothing",
        ),
        _module("Typst", "typst", "sets the PDF: pip install 'readiness-kit[pdf]'"),
        _program("Browser", BROWSERS, "runs the browser tests of this repository; reports need none to be made"),
        _module("JupyterLab", "jupyterlab", "opens the notebooks for exploring: pip install 'readiness-kit[lab]'"),
        *(_module(f"Probe: {name}", module, f"asks {kind}: {how}") for name, module, kind, how in PROBES),
        *_scanners(),
    )


def _scanners() -> tuple[Part, ...]:
    """Each scanner that `--scanners` asks, with its version."""
    from kit.sources.scanners.tools import TOOLS

    how = {True: "pip install 'readiness-kit[scanners]'", False: "looked for on the PATH"}
    return tuple(
        Part(
            tool.id,
            tool.version() if tool.program() else None,
            f"{tool.title} of --scanners: {how[bool(tool.package)]}",
        )
        for tool in TOOLS
    )


def _program(name: str, commands: tuple[str, ...], changes: str) -> Part:
    path = next((found for command in commands if (found := shutil.which(command))), None)
    return Part(name, f"{_version(path)} at {path}" if path else None, changes)


def _version(path: str) -> str:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 - a program of this machine, found on PATH
    except (OSError, subprocess.SubprocessError):
        return "unknown version"
    lines = done.stdout.strip().splitlines()
    return lines[0][:60] if lines else "unknown version"


def _module(name: str, module: str, changes: str) -> Part:
    return Part(name, "installed" if importlib.util.find_spec(module) else None, changes)
