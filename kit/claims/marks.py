"""What checkboxes, glyphs and status words say: that a thing holds, holds in part, or does not."""

from __future__ import annotations

import re

from kit.claims.model import Stated

PASSES = "✅✔✓☑🟢🟩👍💚🆗"
PARTLY = "⚠🟡🟠🟨🟧◐🚧⏳🔶🔄"
FAILS = "❌✗✘✖❎🔴🟥🚫⛔☐⬜◻🔲❗‼"
_SIGNS = {
    **dict.fromkeys(PASSES, Stated.PASS),
    **dict.fromkeys(PARTLY, Stated.PARTIAL),
    **dict.fromkeys(FAILS, Stated.FAIL),
}
_SIGN = re.compile(
    rf"[{PASSES}{PARTLY}{FAILS}]\ufe0f?(?!\s*(?:Low|Medium|Minor|Informational|Nice)\b(?:\s*(?:severity|priority|risk|impact|today))?\s*(?:$|[|)\]:—–-]))",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r":(?P<name>white_check_mark|heavy_check_mark|ballot_box_with_check|green_circle|warning|yellow_circle|x"
    r"|negative_squared_cross_mark|red_circle|no_entry|no_entry_sign|construction):"
)
_SHORT_SIGNS = {
    **dict.fromkeys(("white_check_mark", "heavy_check_mark", "ballot_box_with_check", "green_circle"), Stated.PASS),
    **dict.fromkeys(("warning", "yellow_circle", "construction"), Stated.PARTIAL),
    **dict.fromkeys(("x", "negative_squared_cross_mark", "red_circle", "no_entry", "no_entry_sign"), Stated.FAIL),
}
_BOX = re.compile(r"^(?:[-*+•]\s+)?\[(?P<sign>[ xX✓✔~\-/!])\]\s+")
_BOXES = {" ": Stated.FAIL, "~": Stated.PARTIAL, "-": Stated.PARTIAL, "/": Stated.PARTIAL, "!": Stated.FAIL}

_GOOD_WORDS = (
    "pass|passed|passing|ok|okay|green|yes|done|complete|completed|ready|go|implemented|enabled|excellent|good"
    "|very good|strong|configured|fixed|resolved|compliant|met|achieved|verified|approved|active|working|operational"
    "|present|covered|secure|secured|healthy|success|successful|available|supported|in place|production ready|production-ready"
    "|closed|live|deployed|satisfied|adequate|fully implemented|all good"
)
_PARTIAL_WORDS = (
    "partial|partially|partly|yellow|amber|orange|warn|warning|in progress|wip|conditional|basic|likely|limited|fair"
    "|needs work|needs improvement|needs attention|needs setup|mixed|conditional go|partially implemented|incomplete"
    "|moderate|almost|go with conditions"
)
_FAIL_WORDS = (
    "fail|failed|failing|red|no|missing|no-go|no go|nogo|not ready|todo|to do|pending|open|not implemented|absent|none"
    "|not done|not configured|not started|blocked|blocker|critical|not approved|broken|rejected|not met|disabled|poor"
    "|unmet|lacking|insufficient|not available|not deployed|not tested|untested|not present|inadequate|not found"
)
_WORDS = (
    (Stated.FAIL, re.compile(rf"(?:{_FAIL_WORDS})", re.IGNORECASE)),
    (Stated.PARTIAL, re.compile(rf"(?:{_PARTIAL_WORDS})", re.IGNORECASE)),
    (Stated.PASS, re.compile(rf"(?:{_GOOD_WORDS})", re.IGNORECASE)),
)
_HEAD = re.compile(
    r"^(?:\d+[.)]\s*)?(?P<word>PASS(?:ED)?|OK|FAIL(?:ED)?|PARTIAL|WARN(?:ING)?|MISSING|DONE|READY|GREEN|YELLOW|AMBER|RED"
    r"|COMPLETED?|IMPLEMENTED|PENDING|TODO|BLOCKED)\s*(?:[:—–-]\s+|$)"
)
_TAIL = re.compile(
    r"(?:[:—–|=]|--|\s-)\s*\(?(?P<word>PASS(?:ED)?|FAIL(?:ED)?|PARTIAL(?:LY)?|GREEN|YELLOW|AMBER|RED|MISSING|DONE|READY"
    r"|NOT READY|COMPLETED?|IN PROGRESS|PENDING|OK|GO|NO-GO|IMPLEMENTED|NOT IMPLEMENTED|APPROVED|NOT APPROVED|BLOCKED)\)?\.?$"
)


def mark_of(text: str) -> Stated | None:
    """What a line's own signs say: a checkbox first, then signs, then a status word at its head or its end."""
    box = _BOX.match(text)
    if box:
        return _BOXES.get(box["sign"], Stated.PASS)
    signs = signs_of(text)
    if signs:
        return worst(signs)
    bare = without_signs(text)
    word = _HEAD.match(bare) or _TAIL.search(bare)
    return word_mark(word["word"]) if word else None


def is_box(text: str, *, ticked: bool = False) -> bool:
    """Whether a line begins with an open checkbox, or with one that is ticked."""
    box = _BOX.match(text)
    return box is not None and (box["sign"] == " ") is not ticked


def signs_of(text: str) -> list[Stated]:
    """What each glyph of the text says, in order."""
    found = [_SIGNS[sign[0][0]] for sign in _SIGN.finditer(text)]
    return found + [_SHORT_SIGNS[short["name"]] for short in _SHORT.finditer(text)]


def word_mark(cell: str) -> Stated | None:
    """What a cell or label says that holds a status and nothing else ("GREEN", "Not implemented", "GO*")."""
    word = without_signs(cell).strip(" .*!\\_`:").split(" (")[0].strip()
    return next((stated for stated, words in _WORDS if words.fullmatch(word)), None)


def worst(marks: list[Stated]) -> Stated:
    """Of several marks the one that a reader takes home: all alike that one, else partial."""
    return marks[0] if len(set(marks)) == 1 else Stated.PARTIAL


def without_signs(text: str) -> str:
    """The text without checkbox, status glyphs and other emoji."""
    text = _BOX.sub("", text)
    text = _SHORT.sub("", _SIGN.sub("", text))
    return re.sub(r"\s{2,}", " ", _EMOJI.sub("", text)).strip()


_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d═─━]")
