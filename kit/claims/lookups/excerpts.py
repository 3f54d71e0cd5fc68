"""Excerpts that a report cites with path and line: do they stand there, elsewhere in the file, or no more?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.blocks import CITED
from kit.claims.ground import Ground
from kit.claims.lookups.files import named_paths
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At

_REMARK = re.compile(r"\s*(?:#|//|--)\s.*$|\s*/\*.*?\*/\s*$")
_KEYED = re.compile(r"^\s*(?:export\s+)?(?P<key>[\w.\"'-]{2,60})\s*(?:[:=])\s*(?P<value>\S.*)$")
NEAR = 12
"""How many lines a cited place may be off before the excerpt has moved."""
_LEAST_CHARACTERS = 5


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """What became of a cited excerpt."""
    if statement.kind != "code":
        return
    head, _, body = statement.text.partition("\n")
    cited = CITED.match(head)
    if cited is None:
        yield from _uncited(statement, ground)
        return
    if cited["first"] is None and not named_paths(cited["path"]):
        return
    found = ground.resolve(cited["path"], statement.source)
    about = f"excerpt of {cited['path']}"
    if not found:
        yield Answer(Verdict.UNSUPPORTED, f"No file {cited['path']} is in the project.", about=about)
        return
    quoted = _quoted(body)
    if not quoted:
        if cited["first"] is None:
            reason = f"{found[0]} is there."
            yield Answer(
                Verdict.CONFIRMED, reason, ground.evidence([At(found[0])]), about=about, exists=True, decisive=False
            )
        return
    first = int(cited["first"]) if cited["first"] else None
    yield _held(ground, found[0], quoted, first, about)


def _uncited(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """An excerpt without a place, below no heading that proposes it: borne out where all of it stands in one file."""
    if any(_PROPOSED.search(heading) for heading in statement.section[-2:]):
        return
    quoted = _settings_of(statement.text) or [line for line in _quoted(statement.text) if _CODE.search(line)]
    if not quoted or not any(len(_squeezed(line)) >= LEAST_CODE for line in quoted):
        return
    longest = max(quoted, key=len)
    parts = [re.escape(part) for part in re.findall(r"\w+|[^\w\s]", longest) if part not in "\"'`;,"]
    for at in ground.lines_with(re.compile(r"[\s\"'`;,]*".join(parts)), 4):
        squeezed = [_squeezed(line) for line in ground.files.lines(at.path)]
        if all(any(_squeezed(code) in line for line in squeezed) for code in quoted):
            yield Answer(Verdict.CONFIRMED, f"The excerpt stands at {at}.", ground.evidence([at]), about="excerpt")
            return


def _settings_of(text: str) -> list[str]:
    """The lines of an excerpt that is nothing but nested settings, as YAML has them; empty for any other."""
    lines = _quoted(text)
    values = [line for line in lines if _SETTING.match(line) and not line.endswith(":")]
    whole = len(values) >= LEAST_SETTINGS and all(_SETTING.match(line) or line.startswith("- ") for line in lines)
    return lines if whole else []


_SETTING = re.compile(r"^(?:- )?[\w.\"'-]+:(?:\s+\S.*)?$")
LEAST_SETTINGS = 2
"""How many settings with a value an excerpt of them has at least that is looked for everywhere."""
_PROPOSED = re.compile(
    r"\b(?:fix|fixes|required|recommend\w*|solution|example|should|suggest\w*|action|improve\w*|phase|plan|add|implement|create|usage|how|setup|step|todo|next)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"[(){}=;<>]")
LEAST_CODE = 12
"""How many signs the longest line of an excerpt has at least that is looked for everywhere."""


def _quoted(body: str) -> list[str]:
    """The lines of code of an excerpt, without the report's own remarks and what it leaves out."""
    kept = []
    for line in body.split("\n"):
        code = _REMARK.sub("", line).strip()
        if len(_squeezed(code)) >= _LEAST_CHARACTERS and not re.fullmatch(r"[.…\s]+", code):
            kept.append(code)
    return kept


def _squeezed(line: str) -> str:
    return re.sub(r"[\s;,'\"`]+", "", line)


def _held(ground: Ground, path: str, quoted: list[str], first: int | None, about: str) -> Answer:
    lines = ground.files.lines(path)
    squeezed = [_squeezed(_REMARK.sub("", line)) or _squeezed(line) for line in lines]
    at = [_find(_squeezed(code), squeezed, first) for code in quoted]
    there = [number for number in at if number is not None]
    if not there or len(there) * 2 < len(quoted):
        return _changed(ground, path, quoted, lines, about)
    evidence = ground.evidence([At(path, min(there), max(there) if max(there) - min(there) < 40 else None)])
    if len(there) < len(quoted):
        gone = next(code for code, number in zip(quoted, at, strict=True) if number is None)
        reason = f"{len(there)} of {len(quoted)} quoted lines stand in {path}; `{gone[:80]}` does not."
        return Answer(Verdict.PARTLY, reason, evidence, about=about)
    if first is not None and abs(min(there) - first) > NEAR:
        reason = f"The excerpt stands in {path}, now at line {min(there)} and not at {first}."
        return Answer(Verdict.PARTLY, reason, evidence, about=about)
    return Answer(Verdict.CONFIRMED, f"The excerpt stands at {path}:{min(there)}.", evidence, about=about)


def _find(code: str, squeezed: list[str], first: int | None) -> int | None:
    """The line (1-based) that holds the code, the nearest to the cited one."""
    places = [number for number, line in enumerate(squeezed, 1) if code in line]
    return min(places, key=lambda number: abs(number - (first or 1))) if places else None


def _changed(ground: Ground, path: str, quoted: list[str], lines: list[str], about: str) -> Answer:
    """The lines are gone: refuted where the same keys stand there with other values."""
    for code in quoted:
        keyed = _KEYED.match(code)
        if keyed is None:
            continue
        other = re.compile(
            rf"^\s*(?:(?:export|const|let|var|static|final|public|private)\s+)*{re.escape(keyed['key'])}\s*[:=]\s*\S"
        )
        number = next((n for n, line in enumerate(lines, 1) if other.match(line)), None)
        if number is not None:
            shown = ground.files.excerpt(path, number, number).strip()[:120]
            reason = f"{path}:{number} says `{shown}`, not `{code[:120]}`."
            return Answer(Verdict.REFUTED, reason, ground.evidence([At(path, number)]), about=about)
    reason = f"The excerpt does not stand in {path} (any more)."
    return Answer(Verdict.UNSUPPORTED, reason, ground.evidence([At(path)]), about=about)
