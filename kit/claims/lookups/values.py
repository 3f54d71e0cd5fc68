"""Numbers that a report gives of limits and lifetimes in code: requests per minute, lifetimes of tokens, rounds, sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.claims.amounts import amounts
from kit.claims.ground import Ground
from kit.claims.model import Answer, Stated, Statement, Verdict
from kit.model import At

_RATE = re.compile(
    r"(?<!\d)(?P<count>\d[\d,]*)\s*(?:req(?:uest)?s?|attempts?|calls?)?\s*(?:/|per|every|in|,)\s*(?P<many>\d+\s*)?(?P<unit>s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hours?)\b",
    re.IGNORECASE,
)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_TIME = re.compile(
    r"(?<![\w.])(\d+)[\s-]?(s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hr|hours?|d|days?|w|weeks?)\b", re.IGNORECASE
)
_PAIRS = (
    re.compile(r"\bttl:\s*(?P<window>[\d_*]+(?:\s+[\d_*]+)*)(?:\s*,\s*|\s+)?limit:\s*(?P<count>\d+)"),
    re.compile(r"\blimit:\s*(?P<count>\d+),?\s*ttl:\s*(?P<window>[\d_*\s]+)"),
    re.compile(r"\bwindowMs:\s*(?P<window>[\d_*][\d_*\s]*),?[^}]{0,120}?\b(?:max|limit):\s*(?P<count>\d+)"),
    re.compile(r"\bcalls\s*=\s*(?P<count>\d+),\s*period\s*=\s*(?P<period>\d+)"),
)
_WRITTEN = re.compile(
    r"[\"'](?P<count>\d+)\s*(?:/|per)\s*(?P<many>\d+\s*)?(?P<unit>second|minute|hour|min|sec|s|m|h)s?[\"']"
)
_LIMITS = re.compile(r"\brate[- ]?limit\w*|\bthrottl\w*|\brequests? per\b|\breq/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Quantity:
    """A quantity: how reports speak of it, where code gives it, and whether its unit is time, bytes or none."""

    name: str
    says: re.Pattern[str]
    code: re.Pattern[str]
    unit: str


_QUANTITIES = (
    _Quantity(
        "lifetime of tokens",
        re.compile(r"\b(?:jwt|tokens?|sessions?)\b", re.IGNORECASE),
        re.compile(
            r"(?:expiresIn|expires_?in|EXPIR\w*|maxAge|ACCESS_TOKEN\w*|REFRESH_TOKEN\w*|_LIFETIME\w*|_TTL)\b[^\n]{0,60}?[=:,(|]\s*[\"'`]?"
            r"(?P<value>timedelta\(\w+=\d+\)|\d+\s?[smhd]\b|\d+(?:\s*\*\s*\d+)*)",
            re.IGNORECASE,
        ),
        "s",
    ),
    _Quantity(
        "rounds of bcrypt",
        re.compile(r"\b(?:bcrypt|salt|hashing)\b", re.IGNORECASE),
        re.compile(
            r"(?:genSalt\w*\(|hash(?:Sync)?\([^,\n]{1,60},\s*|rounds\s*[=:]\s*|SALT_ROUNDS\w*\s*[=:|]+\s*[\"']?|GenerateFromPassword\([^,\n]+,\s*)(?P<value>\d{1,2})\b",
            re.IGNORECASE,
        ),
        "",
    ),
    _Quantity(
        "size of uploads and bodies",
        re.compile(r"\b(?:uploads?|files? size|body|payload|request size)\b", re.IGNORECASE),
        re.compile(
            r"(?:fileSize|limit|max_?(?:file|upload|content)\w*|MAX_\w*SIZE\w*|client_max_body_size)\b[\"']?(?:\s*[:=]\s*|\s+)[\"']?(?P<value>\d+\s?[kmg]b?\b|\d+(?:\s*\*\s*\d+)+)",
            re.IGNORECASE,
        ),
        "B",
    ),
    _Quantity(
        "size of the pool",
        re.compile(r"\bpool\b", re.IGNORECASE),
        re.compile(
            r"(?:pool_size|max_overflow|maxPoolSize|maximumPoolSize|maximum-pool-size|connection_limit|connectionLimit|SetMaxOpenConns\(|\bmax|\bmin)[\"']?\s*[:=(]?\s*(?P<value>\d{1,4})\b"
        ),
        "",
    ),
    _Quantity(
        "length of passwords",
        re.compile(
            r"\bpasswords?\b.{0,30}\b(?:min\w*|length|characters?|chars?|at least)\b|\b(?:min\w*)\b.{0,30}\bpasswords?\b",
            re.IGNORECASE,
        ),
        re.compile(
            r"password\w*\b[^\n]{0,80}?(?:min\(|min_length\s*=\s*|minLength[\"']?\s*[:(]\s*|MinLength\(|\.length\s*<\s*)(?P<value>\d{1,2})",
            re.IGNORECASE,
        ),
        "",
    ),
)


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for a rate, then for each quantity that a statement gives."""
    if statement.kind == "code" or statement.mark in {Stated.FAIL, Stated.PARTIAL}:
        return
    text = statement.text
    if _LIMITS.search(f"{text} {' '.join(statement.section[-1:])}"):
        yield from _rate(text, ground)
    for quantity in _QUANTITIES:
        if quantity.says.search(text):
            yield from _quantity(quantity, text, ground)


def _rate(text: str, ground: Ground) -> Iterator[Answer]:
    said = {(int(m["count"].replace(",", "")), _window(m["many"], m["unit"])): m[0] for m in _RATE.finditer(text)}
    if not said:
        return
    known = rates(ground)
    shown = ", ".join(f"{count} in {window} s" for count, window in list(known)[:4])
    same = [pair for pair in said if pair in known]
    if same:
        verdict = Verdict.CONFIRMED if len(same) == len(said) else Verdict.PARTLY
        reason = f"Code limits requests to {shown}; said is {', '.join(said.values())}."
        yield Answer(verdict, reason, ground.evidence(known[pair] for pair in same), about="rate of requests")
    elif len(known) == 1 and len(said) == 1:
        reason = f"Code limits requests to {shown}, not {next(iter(said.values()))}."
        yield Answer(Verdict.REFUTED, reason, ground.evidence(known.values()), about="rate of requests")


def _window(many: str | None, unit: str) -> int:
    return int(many or 1) * _SECONDS[unit[0].lower()]


def rates(ground: Ground) -> dict[tuple[int, int], At]:
    """The limits that code gives: how many requests in how many seconds, and where."""
    known: dict[tuple[int, int], At] | None = ground.products.get("rates of requests")
    if known is None:
        known = ground.products["rates of requests"] = dict(_rates(ground))
    return known


def _rates(ground: Ground) -> Iterator[tuple[tuple[int, int], At]]:
    for path in ground.code_paths:
        text = ground.files.text(path)
        if not re.search(r"limit|throttl", text, re.IGNORECASE):
            continue
        for pattern in (*_PAIRS, _WRITTEN):
            for found in pattern.finditer(text):
                pair = _pair(found)
                if pair is not None:
                    yield pair, At(path, text.count("\n", 0, found.start()) + 1)


def _pair(found: re.Match[str]) -> tuple[int, int] | None:
    groups = found.groupdict()
    if groups.get("unit"):
        return int(groups["count"]), _window(groups.get("many"), groups["unit"])
    if groups.get("period"):
        return int(groups["count"]), int(groups["period"])
    window = _product(groups["window"])
    # Windows are told in milliseconds; early releases of one limiter took seconds.
    return (int(groups["count"]), int(window / 1000) if window >= 1000 else int(window)) if window else None


def _product(text: str) -> float:
    result = 1.0
    for factor in re.findall(r"[\d_]+", text):
        digits = factor.replace("_", "")
        result *= float(digits) if digits else 1.0
    return result


def _quantity(quantity: _Quantity, text: str, ground: Ground) -> Iterator[Answer]:
    said = _said(text, quantity.unit)
    known = [(value, at) for value, at in _given(quantity, ground) if value] if said else []
    same = {name: at for name, wanted in said.items() for value, at in known if abs(value - wanted) <= 0.05 * value}
    if not same:
        return
    # One lifetime of several that code gives is that of some tokens, and not of all.
    others = {value for value, at in known if quantity.unit == "s" and _with_unit(at, ground)} - set(said.values())
    whole = len(same) == len(said) and not others
    reason = f"{quantity.name[0].upper()}{quantity.name[1:]}: code gives {', '.join(same)}."
    verdict = Verdict.CONFIRMED if whole else Verdict.PARTLY
    yield Answer(verdict, reason, ground.evidence(same.values()), about=quantity.name)


def _with_unit(at: At, ground: Ground) -> bool:
    """Whether the line gives a time with its unit ("30d"), so that no guess is needed what it means."""
    line = ground.files.lines(at.path)[(at.line or 1) - 1]
    return re.search(r"expires_?in\W+(?:[^\n]{0,60}\|\|\s*)?[\"'`]\d+\s?[smhdw]", line, re.IGNORECASE) is not None


def _said(text: str, unit: str) -> dict[str, float]:
    """The numbers of a text in that unit, each as it is written; "15m" is a time where times are spoken of."""
    if unit == "s":
        return {m[0]: float(m[1]) * _SECONDS[m[2][0].lower()] for m in _TIME.finditer(text)}
    return {a.text: a.low for a in amounts(text) if a.unit == unit and a.low is not None and a.low == a.high}


def _given(quantity: _Quantity, ground: Ground) -> list[tuple[float, At]]:
    known: list[tuple[float, At]] | None = ground.products.get(quantity.name)
    if known is None:
        known = ground.products[quantity.name] = [
            (value, At(path, ground.files.text(path).count("\n", 0, found.start()) + 1))
            for path in ground.code_paths
            for found in quantity.code.finditer(ground.files.text(path))
            for value in _values(found["value"], quantity.unit)
        ]
    return known


def _values(text: str, unit: str) -> list[float]:
    """What a number in code may mean: milliseconds or seconds or minutes where no unit stands beside it."""
    delta = re.match(r"timedelta\((\w+)=(\d+)\)", text)
    if delta:
        return [float(delta[2]) * {"minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}.get(delta[1], 1)]
    if unit and re.search(r"[a-z]", text, re.IGNORECASE):
        size = text if text.lower().endswith("b") else f"{text}b"
        return list(_said(text if unit == "s" else size, unit).values())
    number = _product(text)
    if unit == "s":
        return [number, number / 1000, *([number * 60] if "*" not in text else [])]
    if unit == "B":
        return [number, number / 1.048576] if number < 1e9 else [number]
    return [number]
