"""Products and libraries that a statement names: declared, run, configured, and does the program use them?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kit.claims.catalogue import Product, named
from kit.claims.ground import Ground
from kit.claims.lookups.plain import PLAIN
from kit.claims.lookups.releases import release_said, same_release
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At, FileClass
from kit.sources.packages.model import plain_name

_OFFERED = re.compile(
    r"\b(?:or|e\.g\.?|such as|like|for example|similar|equivalent|alternatives?|any of|either)\b", re.IGNORECASE
)
_BY_HAND = re.compile(
    r"\b(?:audit(?:ed)?|(?:re-?)?scan(?:ned)?|found|findings?|pass(?:es|ed)?|ran|run by hand|review(?:ed)?|reported)\b",
    re.IGNORECASE,
)
"""Words of a run that somebody made once: the tool need not be in the project."""
_ABSENT = re.compile(
    r"\b(?:no|without|missing|lacks?|lacking|not (?:using|use|used|configured|installed|implemented|integrated|present|set up|yet))\b",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"\b(?:removed|replaced|dropped|deleted|uninstalled|(?:migrated|switched|moved)(?: away)? from)\b(?:(?!\b(?:with|by|to|for|in favou?r of)\b)[^.;])*$",
    re.IGNORECASE,
)
"""What stands before a product that is said to be there no more."""
_PURPOSE = re.compile(r"[.;(]|\b(?:for|to|because)\b", re.IGNORECASE)
_COMPLAINT = re.compile(r"^\W*(?:issue|problem|finding|gap)s?\s*[:—–-]", re.IGNORECASE)
_WITHIN = re.compile(
    r"\b(?:in|within|during|by)\s+(?:(?:the|any|our)\s+)?(?:CI|pipelines?|workflows?|builds?|production|staging|tests?)\b",
    re.IGNORECASE,
)
"""What bounds a denial to a place: that the product is used elsewhere does not refute it."""
_TURNED = re.compile(r"[.;:,]|\b(?:but|and|in|for|from|on|within|inside|by)\b", re.IGNORECASE)
LEAST_PLAIN = 1
"""How many words beyond those of every report leave a statement one about the product."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a project shows a product; `used` where the program or something that runs does."""

    declared: tuple[At, ...]
    used: tuple[At, ...]


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each product that a statement names, and for the release that it says of it."""
    if statement.kind == "code":
        return
    text = statement.text
    found = named(text)
    offered = _OFFERED.search(text) is not None or re.search(r"\w/\w", _without_paths(text)) is not None
    decisive = _is_about(text, [match for _, match in found])
    by_hand = _BY_HAND.search(text) is not None
    missing, seen_here, unseen = [], [], []
    for product, match in found:
        seen = where(product, ground)
        answer = _answer(product, match, seen, statement, ground, decisive=decisive)
        if answer is None:
            continue
        if answer.verdict is Verdict.UNSUPPORTED and by_hand:
            yield replace(answer, verdict=Verdict.UNDECIDABLE, decisive=False)
        elif answer.verdict is Verdict.UNSUPPORTED and offered:
            missing.append(answer)
        elif answer.verdict is Verdict.CONFIRMED and answer.exists:
            seen_here.append(answer)
        else:
            unseen += [answer] if answer.verdict is Verdict.UNDECIDABLE else []
            yield answer
    for answer in seen_here:
        yield answer if offered or not unseen else _one_of_several(answer, unseen)
    if offered and missing and len(missing) == len(found):
        yield missing[0]


def _one_of_several(answer: Answer, unseen: list[Answer]) -> Answer:
    """What is there of an enumeration whose other members nothing shows: a part of it."""
    reason = f"{answer.reason} {unseen[0].reason}"
    return replace(answer, verdict=Verdict.PARTLY, reason=reason)


def _without_paths(text: str) -> str:
    return re.sub(r"`[^`]*`|(?<!\S)/*[^\s/]+/\S+\.\w+|\b(?:CI/CD|I/O|TCP/IP|and/or)\b", " ", text)


def _answer(
    product: Product, match: re.Match[str], seen: Seen, statement: Statement, ground: Ground, *, decisive: bool
) -> Answer | None:
    about = f"product {product.name}"
    places = ground.evidence((*seen.used, *seen.declared))
    denied = _denied(statement.text, match.start())
    if not seen.declared and not seen.used:
        if denied:
            return Answer(
                Verdict.CONFIRMED,
                f"Nothing in the project shows {product.name}.",
                about=about,
                decisive=decisive or _heads(statement.text, match),
                absent=True,
            )
        spoken = ground.named_at(product.name)
        if spoken is not None:
            reason = f"{product.name} is named at {spoken}; whether it is used cannot be told from that."
            return Answer(Verdict.UNDECIDABLE, reason, ground.evidence([spoken]), about=about, decisive=False)
        if product.hosted:
            reason = f"Nothing in the project shows {product.name}; it may be run elsewhere."
            return Answer(Verdict.UNDECIDABLE, reason, about=about, decisive=False)
        return Answer(
            Verdict.UNSUPPORTED,
            f"Nothing in the project shows {product.name}.",
            about=about,
            decisive=True,
            exists=True,
        )
    if denied:
        if seen.used and not _GONE.search(statement.text[: match.start()]) and not _beyond(statement.text, match):
            return Answer(Verdict.REFUTED, f"{product.name} is used.", places, about=about)
        return None
    release = release_said(statement.text, match.end())
    if release is not None:
        compared = same_release(product, release, ground, about, decisive=decisive)
        reason = f"{product.name} is used; which release cannot be told from files."
        return compared or Answer(Verdict.PARTLY, reason, places, about=about, decisive=decisive, exists=True)
    if not seen.used:
        reason = f"{product.name} is declared, and no code of the project takes it in."
        return Answer(Verdict.PARTLY, reason, places, about=about, decisive=decisive, exists=True)
    return Answer(Verdict.CONFIRMED, f"{product.name} is used.", places, about=about, decisive=decisive, exists=True)


def _beyond(text: str, match: re.Match[str]) -> list[str]:
    """The words of a denial that are neither the product's nor those of every report."""
    behind = _PURPOSE.split(text[match.end() :], maxsplit=1)[0]
    rest = _ABSENT.sub(" ", f"{_COMPLAINT.sub('', text[: match.start()])} {behind}")
    bounded = _WITHIN.findall(behind)
    return bounded + [w for w in re.findall(r"[^\W\d_][\w-]+", rest.lower()) if w not in PLAIN]


def _denied(text: str, start: int) -> bool:
    """Whether a denial stands right before the name."""
    if _GONE.search(text[:start]):
        return True
    before = text[max(0, start - 30) : start]
    found = next(reversed(list(_ABSENT.finditer(before))), None)
    return found is not None and _TURNED.search(before[found.end() :]) is None


def _heads(text: str, match: re.Match[str]) -> bool:
    """Whether the denied name is the first thing that the statement speaks of."""
    return len(re.findall(r"\w+", text[: match.start()])) <= 2


def _is_about(text: str, matches: list[re.Match[str]]) -> bool:
    """Whether the statement says little more than that the products are there."""
    rest = text
    for match in reversed(matches):
        rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    rest = re.sub(r"\bv?\d+(?:\.[\dx]+)*\+?", " ", rest, count=len(matches))
    if re.search(r"\d", rest) or re.search(
        r"\b(?:all|every|each|full|fully|comprehensive|complete|automatic|automated|never|only)\b", rest, re.IGNORECASE
    ):
        return False
    words = [w for w in re.findall(r"[^\W\d_][\w-]+", rest.lower()) if w not in PLAIN]
    return len(words) < LEAST_PLAIN


def where(product: Product, ground: Ground) -> Seen:
    """Where the project shows a product, each product looked up once."""
    known = ground.products.get(product.name)
    if known is None:
        known = ground.products[product.name] = _where(product, ground)
    return known


def _where(product: Product, ground: Ground) -> Seen:
    declared, used = [], []
    for name in product.packages:
        for package, dependency in ground.dependencies.get(plain_name(name), ()):
            declared.append(dependency.at)
            taken = ground.imported(dependency.name) if package.ecosystem in {"npm", "pypi"} else dependency.at
            if taken is not None:
                used.append(taken)
            elif dependency.kind == "dev" or _is_tool(product):
                used.append(dependency.at)
    used += [at for name, _, at in ground.images if name in product.images]
    paths = [p for p in ground.files.glob(*product.files) if _counts(ground, p)] if product.files else []
    used += [At(path) for path in paths[:3]]
    used += [step.at for step in ground.steps if step.uses and step.uses.startswith(product.actions or ("\0",))]
    if product.manifests:
        used += [m.at for m in ground.project.manifests][:3]
    if product.marks and not used:
        mark = ground.mention(product.marks)
        used += [mark] if mark else []
    return Seen(tuple(dict.fromkeys(declared)), tuple(dict.fromkeys(used)))


def _is_tool(product: Product) -> bool:
    """A tool is run, not imported: it has files of its own."""
    return bool(product.files or product.actions)


def _counts(ground: Ground, path: str) -> bool:
    return ground.files.class_of(path) not in {FileClass.VENDORED, FileClass.BUILD, FileClass.DOCUMENTATION}
