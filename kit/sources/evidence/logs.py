"""Logs, JSON lines or plain: entries by level and service, what repeats, and what should not stand in a log."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kit.sources.evidence.exposed import exposed
from kit.sources.evidence.found import Format, Found
from kit.sources.evidence.model import Log, Repeated
from kit.sources.formats.parts import later, moment, one_line

MOST_LINES = 2_000_000
MOST_MESSAGES = 20_000
MOST_SERVICES = 200
SHOWN = 10
FEWEST = 2
_HEAD = 300
_LEVELS = {
    "trace": "trace",
    "verbose": "trace",
    "debug": "debug",
    "info": "info",
    "information": "info",
    "notice": "info",
    "log": "info",
    "warn": "warn",
    "warning": "warn",
    "error": "error",
    "err": "error",
    "severe": "error",
    "critical": "fatal",
    "crit": "fatal",
    "alert": "fatal",
    "emergency": "fatal",
    "emerg": "fatal",
    "fatal": "fatal",
    "panic": "fatal",
}
_NUMBERS = {10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal"}
"""Levels of pino and bunyan."""
_KLOG = {"I": "info", "W": "warn", "E": "error", "F": "fatal"}
_LEVEL_KEYS = (
    "level",
    "severity",
    "lvl",
    "levelname",
    "loglevel",
    "log_level",
    "severity_text",
    "severityText",
    "@level",
    "log.level",
    "status",
)
_MESSAGE_KEYS = ("msg", "message", "event", "@message", "body", "error", "err", "log")
_SERVICE_KEYS = (
    "service",
    "service.name",
    "service_name",
    "app",
    "application",
    "component",
    "container",
    "container_name",
    "logger",
    "logger_name",
    "name",
    "module",
    "@module",
)
_TIME_KEYS = ("time", "timestamp", "ts", "@timestamp", "date", "datetime", "asctime")
_PLAIN_LEVEL = re.compile(
    r"\b(?P<upper>TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRITICAL|CRIT|PANIC|EMERG|ALERT|LOG)\b"
    r"|[\[<](?P<boxed>trace|debug|info|notice|warn|warning|error|err|crit|critical|alert|emerg|fatal|panic)[\]>]"
    r"|\b(?:level|lvl|severity)=\"?(?P<named>[A-Za-z]{3,12})\b"
    r"|^(?P<first>[A-Za-z]{3,9}):\s"
)
_KLOG_LINE = re.compile(r"(?P<level>[IWEF])\d{4} \d\d:\d\d:\d\d\.\d+\s")
_ACCESS = re.compile(r"\"[A-Z]{3,10} \S{1,2000} HTTP/\d(?:\.\d)?\" (?P<status>[1-5]\d\d)\b")
_PREFIX = re.compile(
    r"(?:(?P<compose>[A-Za-z0-9][\w.-]{0,60}?)(?:-\d+)?\s*\| |\[pod/[\w.-]{1,80}/(?P<container>[\w.-]{1,80})\] )"
)
_LOGFMT_SERVICE = re.compile(r"\b(?:service|app|component|logger)=\"?(?P<name>[\w.-]{1,60})")
_LOGFMT_MESSAGE = re.compile(r"\b(?:msg|message)=(?:\"(?P<quoted>(?:[^\"\\]|\\.){0,400})\"|(?P<bare>\S+))")
_TIME = re.compile(r"\[?(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)")
_CONTINUES = re.compile(
    r"\s+\S|Traceback \(|Caused by:|at [\w$.]+\(|\)|\}|\]\s*$|\.\.\. \d+ more|[\w.]+(?:Error|Exception): "
)
_FOLDED = re.compile(
    r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b|[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,60})+|\b(?:0x)?(?=[a-fA-F]*\d)[0-9a-fA-F]{8,}\b|\d+(?:[.,:]\d+)*"
)


@dataclass(slots=True)
class Entry:
    """One entry: its level in our words, its service, message and time as far as they are told."""

    line: int
    message: str
    level: str = ""
    service: str = ""
    at: datetime | None = None


@dataclass
class _Tally:
    levels: Counter[str] = field(default_factory=Counter)
    services: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    messages: dict[str, Repeated] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def add(self, entry: Entry) -> None:
        level = entry.level or "none"
        self.levels[level] += 1
        if entry.service and (entry.service in self.services or len(self.services) < MOST_SERVICES):
            self.services[entry.service][level] += 1
        if entry.at is not None:
            self.first = self.first or entry.at
            self.last = later(self.last, entry.at)
        key = folded(entry.message)
        known = self.messages.get(key)
        if known is not None:
            self.messages[key] = Repeated(key, known.count + 1, known.level, known.line)
        elif key and len(self.messages) < MOST_MESSAGES:
            self.messages[key] = Repeated(key, 1, entry.level, entry.line)

    @property
    def repeated(self) -> tuple[Repeated, ...]:
        """What came most often, errors before the rest."""
        found = [m for m in self.messages.values() if m.count >= FEWEST]
        ranked = sorted(found, key=lambda m: (m.level not in ("error", "fatal"), -m.count, m.line or 0))
        return tuple(ranked[:SHOWN])

    @property
    def seconds(self) -> float | None:
        if self.first is None or self.last is None or (self.first.tzinfo is None) != (self.last.tzinfo is None):
            return None
        return max(0.0, (self.last - self.first).total_seconds())


def folded(message: str) -> str:
    """The message with numbers, ids and addresses as `#`, so that the same message is one."""
    return one_line(_FOLDED.sub("#", message[:1000]), 200)


def read_log(text: str) -> Found:
    """A log. Raises ValueError where no line of it is an entry."""
    tally = _Tally()
    for entry in entries(text):
        tally.add(entry)
    count = sum(tally.levels.values())
    if not count:
        raise ValueError("no line of it is an entry of a log")
    found = exposed(text)
    services = {name: dict(levels) for name, levels in tally.services.items()}
    whole = text.count("\n") <= MOST_LINES and found.whole
    record = Log("log", count, dict(tally.levels), services, tally.repeated, found.exposed, tally.seconds, whole, 1)
    return Found((record,), made=tally.last, hidden=found.values)


def entries(text: str) -> Iterator[Entry]:
    """The entries of a log; lines that go on with the one before belong to it."""
    before = False
    for n, line in enumerate(text.split("\n")[:MOST_LINES], start=1):
        prefix = _PREFIX.match(line)
        body = line[prefix.end() :] if prefix else line
        if not body.strip() or (before and not body.startswith("{") and _CONTINUES.match(body) and not _level_of(body)):
            continue
        entry = _json_entry(n, body) if body.lstrip().startswith("{") else None
        entry = entry or _plain_entry(n, body)
        if prefix and not entry.service:
            entry.service = prefix["compose"] or prefix["container"] or ""
        before = True
        yield entry


def _json_entry(n: int, line: str) -> Entry | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    message = _first(row, _MESSAGE_KEYS)
    if isinstance(message, dict):
        message = _first(message, _MESSAGE_KEYS)
    service = _first(row, _SERVICE_KEYS)
    if isinstance(service, dict):
        service = service.get("name", "")
    said = message if isinstance(message, str) else ""
    at = next((found for key in _TIME_KEYS if (found := moment(row.get(key))) is not None), None)
    return Entry(n, said, _json_level(row), one_line(str(service), 60) if isinstance(service, str) else "", at)


def _first(row: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((row[key] for key in keys if row.get(key)), "")


def _json_level(row: dict[str, Any]) -> str:
    for key in _LEVEL_KEYS:
        value = row.get(key)
        if isinstance(value, str) and value.lower() in _LEVELS:
            return _LEVELS[value.lower()]
        if isinstance(value, int) and key != "status" and value in _NUMBERS:
            return _NUMBERS[value]
    log = row.get("log")
    inner = log.get("level") if isinstance(log, dict) else None
    return _LEVELS.get(inner.lower(), "") if isinstance(inner, str) else ""


def _plain_entry(n: int, line: str) -> Entry:
    head = line[:_HEAD]
    service, message = _LOGFMT_SERVICE.search(line[:2000]), _LOGFMT_MESSAGE.search(line[:2000])
    said = (message["quoted"] or message["bare"] or "") if message else _without_head(line)
    time = _TIME.search(head)
    at = moment(time["time"].replace(",", ".")) if time else None
    return Entry(n, said, _level_of(head), service["name"] if service else "", at)


def _level_of(line: str) -> str:
    head = line[:_HEAD]
    if klog := _KLOG_LINE.match(head):
        return _KLOG[klog["level"]]
    if access := _ACCESS.search(head):
        return {"5": "error", "4": "warn"}.get(access["status"][0], "info")
    match = _PLAIN_LEVEL.search(head)
    word = next((w for w in match.groups() if w), "") if match else ""
    return _LEVELS.get(word.lower(), "")


def _without_head(line: str) -> str:
    """The message behind time and level."""
    match = _PLAIN_LEVEL.search(line[:_HEAD])
    rest = line[match.end() :] if match else line
    return rest.lstrip(" ]:>|-\t")


def _is_log(text: str) -> bool:
    """Whether most of its first lines tell a level or a time, as no other kind of text does."""
    lines = [line for line in text[:50_000].split("\n") if line.strip()][:50]
    told = sum(1 for line in lines if _tells(line))
    return len(lines) > 0 and told * 2 >= len(lines) and told >= min(2, len(lines))


def _tells(line: str) -> bool:
    prefix = _PREFIX.match(line)
    body = line[prefix.end() :] if prefix else line
    if body.startswith("{"):
        row = _json_entry(1, body)
        return row is not None and bool(row.level or (row.message and row.at))
    return bool(_KLOG_LINE.match(body) or _ACCESS.search(body[:_HEAD]) or (_TIME.match(body) and _level_of(body)))


LOG: tuple[Format[str], ...] = (Format("log", _is_log, read_log),)
NAMED: tuple[Format[str], ...] = (Format("log", lambda _: True, read_log),)
"""What a text is taken for where the params say that it is a log."""
