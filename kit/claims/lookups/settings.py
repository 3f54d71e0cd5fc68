"""Settings of services that a report gives: limits, ports, intervals, schedules, restart policies, sizes of logs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.amounts import Amount, amounts
from kit.claims.ground import Ground
from kit.claims.lookups.files import named_paths
from kit.claims.model import Answer, Statement, Verdict
from kit.model import FileClass
from kit.sources.containers.compose import ComposeService
from kit.sources.formats.nodes import Node

_CRON = re.compile(r"(?<![\w*/,-])(?P<cron>(?:[\d*][\d*/,-]*\s+){4}[\d*][\d*/,A-Z-]*)(?![\w*/,-])")
_PORT = re.compile(
    r"\bports?\b[:\s`*(]{0,4}(?P<port>\d{2,5})\b|(?:localhost|127\.0\.0\.1|0\.0\.0\.0|https?://[\w.-]+):(?P<colon>\d{2,5})\b",
    re.IGNORECASE,
)
_RESTART = re.compile(r"\b(?P<policy>unless-stopped|on-failure)\b")
_LIMITED = re.compile(
    r"\blimits?\b|\bresources?\b|\bcpus?\b.*\b(?:memory|ram|[mg]i?b)\b|\bmemory\b.*\bcpus?\b", re.IGNORECASE
)
_EVERY = re.compile(r"\b(?:health ?-?checks?|probes?)\b[^.;]{0,40}\bevery\b|\binterval\b", re.IGNORECASE)
_LOGS = re.compile(r"\b(?:logs?|logging|rotation)\b", re.IGNORECASE)
_MACHINE = re.compile(
    r"\b(?:minimum|recommended|server|node|ssd|disk|hardware|thresholds?|usage|alerts?|ram\b.*\bssd)\b", re.IGNORECASE
)
_OFTEN: dict[str, tuple[float, ...]] = {
    "hourly": (3600,),
    "daily": (86400,),
    "nightly": (86400,),
    "weekly": (604800,),
    "monthly": (2592000,),
}
_BACKUP = re.compile(r"\bbackups?\b", re.IGNORECASE)


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each setting that a statement gives."""
    yield from _cron(statement, ground)
    if statement.kind == "code":
        return
    services = _services(statement, ground)
    yield from _limits(statement, services, ground)
    yield from _intervals(statement, services, ground)
    yield from _restart(statement, services, ground)
    yield from _log_size(statement, services, ground)
    yield from _ports(statement, ground)
    yield from _frequency(statement, ground)


def _services(statement: Statement, ground: Ground) -> list[ComposeService]:
    """The compose services that the statement, or what it stands below, names; all of the named file where none is."""
    files = [f for f in ground.project.compose if ground.files.class_of(f.path) is FileClass.PRODUCTION]
    texts = (statement.text, *reversed(statement.section))
    named = [p for text in texts for n in named_paths(text) for p in ground.resolve(n.written, statement.source)]
    if not named and any(named_paths(text) for text in texts):
        return []  # the file that is meant is not there
    chosen = [f for f in files if f.path in named] or files
    services = [s for f in chosen for s in f.services]
    said = f"{statement.text} {' '.join(statement.section[-2:])}".lower()
    words = set(re.findall(r"[a-z][a-z0-9]+", said))
    near = [s for s in services if _is_named(s.name, words)]
    return near or (services if any(f.path in named for f in files) or len(files) == 1 else [])


def _is_named(name: str, words: set[str]) -> bool:
    """Whether a service's name, or the word in it that tells it apart, is among the words."""
    parts = [p for p in re.split(r"[-_.]", name.lower()) if p not in {"service", "server", "app", "backend", "prod"}]
    return bool(parts) and all(
        p in words or {"db": "database", "postgres": "postgresql"}.get(p, p) in words for p in parts[-1:]
    )


def _limits(statement: Statement, services: list[ComposeService], ground: Ground) -> Iterator[Answer]:
    text = statement.text
    told = f"{text} {' '.join(statement.section[-2:])}"
    if not _LIMITED.search(told) or _MACHINE.search(told) or not services:
        return
    for amount in amounts(text):
        if amount.unit == "CPU":
            yield from _limit(amount, "CPU limit", [(s, s.cpu_limit) for s in services], ground)
        elif amount.unit == "B" and re.search(r"memory|mem|ram|limit", text, re.IGNORECASE):
            yield from _limit(amount, "memory limit", [(s, s.memory_limit) for s in services], ground)


def _limit(
    amount: Amount, what: str, found: list[tuple[ComposeService, Node | None]], ground: Ground
) -> Iterator[Answer]:
    known = [(s, node, value) for s, node in found if node is not None and (value := _quantity(node.text)) is not None]
    if len(found) > 4 and len({v for _, _, v in known}) > 1:
        return  # no one service is meant
    if not known:
        yield Answer(
            Verdict.UNSUPPORTED,
            f"{found[0][0].name} has no {what} in {found[0][0].file}.",
            ground.evidence([found[0][0]]),
            about=what,
            exists=True,
        )
        return
    shown = ", ".join(dict.fromkeys(f"{s.name} {node.text}" for s, node, _ in known))
    evidence = ground.evidence(node for _, node, _ in known)
    if any(amount.fits(value) for _, _, value in known):
        yield Answer(Verdict.CONFIRMED, f"The {what} is {shown}; said is {amount.text}.", evidence, about=what)
    else:
        yield Answer(Verdict.REFUTED, f"The {what} is {shown}, not {amount.text}.", evidence, about=what)


def _quantity(text: str) -> float | None:
    """A limit as a number: CPUs, or bytes with 1024 to the kilobyte as Docker has it, given back with 1000."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]{0,2})\s*", text)
    if found is None:
        return None
    factors = {"": 1.0, "b": 1.0, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "mi": 1e6, "g": 1e9, "gb": 1e9, "gi": 1e9}
    factor = factors.get(found[2].lower())
    return None if factor is None else float(found[1]) * factor


def _intervals(statement: Statement, services: list[ComposeService], ground: Ground) -> Iterator[Answer]:
    if not _EVERY.search(statement.text) or not services:
        return
    amount = next((a for a in amounts(statement.text) if a.unit == "s"), None)
    known = [
        (s, node)
        for s in services
        if s.healthcheck is not None and (node := s.node.get("healthcheck", "interval")) is not None
    ]
    if amount is None or not known or len(services) > 4:
        return
    values = [(next((a.low for a in amounts(node.text) if a.unit == "s"), None), s, node) for s, node in known]
    shown = ", ".join(f"{s.name} {node.text}" for _, s, node in values)
    evidence = ground.evidence(node for _, _, node in values)
    if any(value is not None and amount.fits(value) for value, _, _ in values):
        yield Answer(
            Verdict.CONFIRMED,
            f"The health check's interval: {shown}; said is {amount.text}.",
            evidence,
            about="interval",
        )
    else:
        yield Answer(
            Verdict.REFUTED, f"The health check's interval: {shown}, not {amount.text}.", evidence, about="interval"
        )


def _restart(statement: Statement, services: list[ComposeService], ground: Ground) -> Iterator[Answer]:
    found = _RESTART.search(statement.text)
    if found is None or not services:
        return
    same = [s for s in services if s.restart == found["policy"]]
    evidence = ground.evidence(s.node.get("restart") or s for s in same or services)
    reason = f"{len(same)} of {len(services)} services restart {found['policy']}."
    verdict = Verdict.CONFIRMED if len(same) == len(services) else Verdict.PARTLY if same else Verdict.UNSUPPORTED
    yield Answer(verdict, reason, evidence, about="restart policy")


def _log_size(statement: Statement, services: list[ComposeService], ground: Ground) -> Iterator[Answer]:
    amount = next((a for a in amounts(statement.text) if a.unit == "B"), None)
    if amount is None or not _LOGS.search(statement.text) or not services:
        return
    known = [(s, node) for s in services if (node := s.node.get("logging", "options", "max-size")) is not None]
    if not known:
        return
    value = max(_quantity(node.text) or 0.0 for _, node in known)
    shown = ", ".join(dict.fromkeys(node.text for _, node in known))
    fits = any(amount.fits(_quantity(node.text) or -1.0) for _, node in known) or amount.fits(value)
    verdict = Verdict.CONFIRMED if fits else Verdict.REFUTED
    yield Answer(
        verdict,
        f"Logs of containers are bounded at {shown}; said is {amount.text}.",
        ground.evidence(n for _, n in known),
        about="log size",
    )


def _ports(statement: Statement, ground: Ground) -> Iterator[Answer]:
    if re.search(r"\b(?:no|not|close|block|exposed)\b", statement.text, re.IGNORECASE):
        return
    for found in _PORT.finditer(statement.text):
        number = int(found["port"] or found["colon"])
        if not 1 < number < 65536:
            continue
        known = [p.at for s in ground.project.system.services for p in s.ports if number in {p.number, p.host}]
        known += [
            p.at
            for s in ground.project.system.services
            for d in s.deployments
            for p in d.ports
            if number in {p.number, p.host}
        ]
        about = f"port {number}"
        if known:
            yield Answer(
                Verdict.CONFIRMED,
                f"Port {number} is listened on or published.",
                ground.evidence(known),
                about=about,
                decisive=_is_short(statement.text),
                exists=True,
            )
        elif ground.project.system.services and ground.numbered(number) is None:
            yield Answer(
                Verdict.UNSUPPORTED, f"No file of the project speaks of port {number}.", about=about, exists=True
            )


def _is_short(text: str) -> bool:
    return len(re.findall(r"[^\W\d_]{3,}", text)) <= 4


def _cron(statement: Statement, ground: Ground) -> Iterator[Answer]:
    for found in _CRON.finditer(statement.text):
        expression = " ".join(found["cron"].split())
        same = [s.at for s in ground.project.system.schedules if " ".join(s.expression.split()) == expression]
        about = f"schedule {expression}"
        if same:
            yield Answer(
                Verdict.CONFIRMED, f"Something of the project runs at {expression}.", ground.evidence(same), about=about
            )
        else:
            reason = f"Nothing in the project runs at {expression}; a crontab of the machine could."
            yield Answer(Verdict.UNDECIDABLE, reason, about=about)


def _frequency(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """How often backups are made, against the schedules of what makes them."""
    text = statement.text
    if not _BACKUP.search(text) or re.search(
        r"\b(?:keep|kept|retention|retain\w*|rotat\w*|older)\b", text, re.IGNORECASE
    ):
        return
    word = re.search(r"\b(hourly|daily|nightly|weekly|monthly)\b", text, re.IGNORECASE)
    every = re.search(r"\bevery (\d+ (?:hours?|minutes?|days?))\b", text, re.IGNORECASE)
    said = _OFTEN[word[1].lower()] if word else tuple(a.low for a in amounts(every[1]) if a.low) if every else ()
    timed = [
        s
        for s in ground.project.system.schedules
        if re.search(r"backup|dump|snapshot", f"{s.runs} {s.expression}", re.IGNORECASE)
    ]
    if not said or not timed:
        return
    told = [(interval, s) for s in timed if (interval := interval_of(s.expression)) is not None]
    shown = ", ".join(dict.fromkeys(s.expression for s in timed))
    what = word[0] if word else every[0] if every else ""
    if any(abs(interval - said[0]) < said[0] * 0.1 for interval, _ in told):
        yield Answer(
            Verdict.CONFIRMED,
            f"Backups run at {shown}; said is {what}.",
            ground.evidence(timed),
            about="backup schedule",
        )
    elif told and len(told) == len(timed):
        yield Answer(
            Verdict.REFUTED, f"Backups run at {shown}, not {what}.", ground.evidence(timed), about="backup schedule"
        )


def interval_of(expression: str) -> float | None:
    """The seconds between two runs of a cron expression, for the usual ones; None where it cannot be told."""
    words = {"@hourly": 3600.0, "@daily": 86400.0, "@midnight": 86400.0, "@weekly": 604800.0, "@monthly": 2592000.0}
    if expression.strip() in words:
        return words[expression.strip()]
    fields = expression.split()
    if len(fields) != 5:
        return None
    minute, hour, day, month, weekday = fields
    if (step := re.fullmatch(r"\*/(\d+)", minute)) and hour == "*":
        return float(step[1]) * 60
    if minute.isdigit() and day == month == weekday == "*":
        if hour == "*":
            return 3600.0
        if step := re.fullmatch(r"\*/(\d+)", hour):
            return float(step[1]) * 3600
        return 86400.0 / len(hour.split(",")) if re.fullmatch(r"\d+(?:,\d+)*", hour) else None
    if minute.isdigit() and hour.isdigit() and day == month == "*" and re.fullmatch(r"\w{1,3}", weekday):
        return 604800.0
    return 2592000.0 if minute.isdigit() and hour.isdigit() and day.isdigit() and month == weekday == "*" else None
