"""Secrets in text: found by known formats and by the names that they are given to, and masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from kit.sources.secrets.blocks import decoded, encoded_blocks, in_blocks, in_connections, in_windows_commands
from kit.sources.secrets.formats import FORMATS, PRIVATE_KEY
from kit.sources.secrets.loose import loose
from kit.sources.secrets.values import (
    Context,
    is_from_name,
    is_placeholder,
    is_reference,
    is_secret_name,
    is_weak,
    looks_real,
    may_be_real,
    names_itself,
)
from kit.sources.tree.classify import language_of
from kit.sources.tree.memory import Reader

__all__ = ["SecretHit", "find_secrets", "hide", "is_placeholder", "is_reference", "is_secret_name", "is_weak", "mask"]

STARS = "********"

_KEYWORDS = ("pass", "pwd", "secret", "token", "key", "cred")
_NAME_END = re.compile(r"[\w.-]{0,80}")
_NAME_SIGNS = frozenset("_.-")
_VALUE = (
    r"""(?:"(?P<double>(?:[^"\\\n]|\\.){0,4000})"|'(?P<single>(?:[^'\\\n]|\\.){0,4000})'"""
    r"""|`(?P<back>[^`\n]{0,4000})`"""
)
_SIGN = (
    r"""(?P<sign>:[ \t]{0,4}[A-Za-z_][\w.\[\]| ]{0,40}[ \t]?=(?![=>])|:=|:-|=>|\|\||\?\?|\bor\b"""
    r"""|=(?![=~])|:(?![:?/+]))"""
)
_ASSIGNED = re.compile(
    r"""["'`]?\]?\)?[ \t]{0,20}""" + _SIGN + r"[ \t]{0,20}" + _VALUE + r"""|(?P<bare>[^\s"'`\\][^\n]{0,4000}))"""
)
_PASSED = re.compile(r"""["'][ \t]{0,20},[ \t]{0,20}(?:default[ \t]{0,4}=[ \t]{0,4})?""" + _VALUE + ")")
_OPENS_SET = re.compile(r"""\{[ \t]{0,20}["']$""")
_SPACED = re.compile(r"[ \t]{1,20}'(?P<single>[^'\n]{1,400})'")
_FLAG = re.compile(r"[ \t]{1,4}" + _VALUE + r"""|(?P<bare>[^\s"'`-][^\s"'`;|&]{0,400}))""")
_ELEMENT = re.compile(r">(?P<bare>[^<\n]{1,400})</")
_NAME_VALUE = re.compile(
    r"""\b[nN]ame["']?[ \t]{0,9}[:=][ \t]{0,9}["']?(?P<name>[\w.-]{1,80})["']?[ \t]{0,9},?\s{0,80}"""
    r"""["']?(?:[vV]alue|default)["']?[ \t]{0,9}[:=][ \t]{0,9}"""
    + _VALUE
    + r"""|(?P<bare>[^\s"'`{}\[\]][^\n]{0,400}))"""
)
_LINE_LEAD = re.compile(r"""[ \t]*(?:-[ \t]+)?(?:(?:export|set|ENV|ARG|SET)[ \t]+|-e[ \t]+|--env[ \t]+|\$env:)?["']?""")
_CONFIG_NAME = re.compile(
    r"\.?env(?:[.-].*)?|.*\.env|.*\.(?:ya?ml|json[c5]?|toml|ini|cfg|conf|properties|tf|tfvars|hcl|xml|tpl|sh|bash"
    r"|ps1|bat|sql|config)(?:\.(?:j2|tpl|example|sample|dist))?|(?:docker|container|make|proc|just|jenkins)file.*"
    r"|\.[a-z]+rc"
)
_SECRET_KIND = re.compile(r"^[ \t]*kind:[ \t]*[\"']?Secret[\"']?[ \t]*$", re.MULTILINE)
_KIND = re.compile(r"^[ \t]*kind:[ \t]*[\"']?(\w{1,60})[\"']?[ \t]*$", re.MULTILINE)
_SECRET_DATA = re.compile(r"^([ \t]*)(?:data|stringData):[ \t]*\n((?:\1[ \t]+[^\n]*\n?|[ \t]*\n){1,400})", re.MULTILINE)
_DATA_ENTRY = re.compile(
    r"^[ \t]+[\"']?(?P<name>[\w.-]{1,200})[\"']?:[ \t]+[\"']?(?P<bare>[^\s\"'|>][^\n\"']{0,4000})",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class SecretHit:
    """A secret in a text.

    `kind` is a format ("aws-access-key", "url-password" ...), "kubernetes-secret" or "assignment".
    `line` is 1-based; `start` and `end` are offsets in the text; `name` is what it is given to.
    `placeholder`: it stands for a value to be put there. `weak`: a default that everybody knows. Neither is
    masked. `doubtful`: a literal that may as well be a label; it is masked and not reported.
    """

    kind: str
    line: int
    start: int
    end: int
    placeholder: bool
    name: str | None = None
    weak: bool = False
    doubtful: bool = False


def mask(text: str, path: str = "") -> str:
    """The text with every real-looking secret cut to its first characters and stars; lines stay in place.

    `path` tells whether the text is code, configuration or prose. What a report shows is judged more strictly than
    what it reports: any literal that is given to a secret's name is masked, be it as short as a pet's name.
    """
    parts: list[str] = []
    done = 0
    unnamed = (_hit(text, "assignment", span.start, span.end, span.name) for span in loose(text))
    for hit in _apart([*_all_hits(text, path), *unnamed]):
        if hit.placeholder or hit.weak:
            continue
        parts += [text[done : hit.start], _starred(text[hit.start : hit.end])]
        done = hit.end
    return "".join([*parts, text[done:]])


def hide(line: str) -> str:
    """A line that holds a secret somewhere, of which only what stands before its first sign of a value is shown."""
    shown = re.match(r"[^=:\"'`(]*[=:\"'`(]", line)
    return (shown[0] if shown else "") + STARS if line.strip() else line


def find_secrets(text: str, path: str = "") -> list[SecretHit]:
    """The secrets of the text in its order, none over another; placeholders and defaults are told apart."""
    return _apart(hit for hit in _all_hits(text, path) if not hit.doubtful)


SECRETS = Reader("secrets", list[SecretHit], find_secrets, quotes=False)
"""The secrets of a file: where they stand and what they are given to, none of their values."""


def _all_hits(text: str, path: str) -> Iterator[SecretHit]:
    context = context_of(path)
    yield from (*_private_keys(text), *_by_format(text), *_in_manifests(text))
    yield from (*_by_name(text, context), *_in_pairs(text, context), *_in_shapes(text, path, context))


def _apart(found: Iterable[SecretHit]) -> list[SecretHit]:
    kept: list[SecretHit] = []
    for hit in sorted(found, key=lambda h: (h.start, -h.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def _in_shapes(text: str, path: str, context: Context) -> Iterator[SecretHit]:
    spans = [*in_connections(text, quoted=context == "code")] if context != "prose" else []
    if path.lower().endswith((".yaml", ".yml")):
        spans += in_blocks(text)
    if path.lower().endswith((".ps1", ".psm1", ".bat", ".cmd")):
        spans += in_windows_commands(text)
    yield from (_hit(text, "assignment", span.start, span.end, span.name) for span in spans)


def context_of(path: str) -> Context:
    """What the name says that the file holds."""
    name = path.lower().rpartition("/")[2]
    if _CONFIG_NAME.fullmatch(name):
        return "config"
    return "code" if language_of(name) else "prose"


def _starred(value: str) -> str:
    if "\n" in value:
        return "\n".join(STARS if line.strip() else line for line in value.split("\n"))
    shown = 4 if len(value) >= 16 else 2 if len(value) >= 8 else 0
    return value[:shown] + STARS


def _hit(text: str, kind: str, start: int, end: int, name: str | None = None) -> SecretHit:
    value = text[start:end]
    line = text.count("\n", 0, start) + 1
    placeholder = is_placeholder(value)
    weak = not placeholder and (is_weak(value) or (name is not None and is_from_name(value, name)))
    return SecretHit(kind, line, start, end, placeholder, name, weak)


def _private_keys(text: str) -> Iterator[SecretHit]:
    if "PRIVATE KEY" in text:
        for match in PRIVATE_KEY.finditer(text):
            if len(match["secret"]) >= 32:
                yield _hit(text, "private-key", *match.span("secret"))


def _by_format(text: str) -> Iterator[SecretHit]:
    for known in FORMATS:
        if not any(hint in text for hint in known.hints):
            continue
        group = "secret" if "secret" in known.pattern.groupindex else 0
        for match in known.pattern.finditer(text):
            if known.kind == "authorization" and not _random(match[group]):
                continue
            if known.kind != "url-password" or not is_reference(match[group], quoted=True):
                yield _hit(text, known.kind, *match.span(group))


def _random(value: str) -> bool:
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def _by_name(text: str, context: Context) -> Iterator[SecretHit]:
    done = 0
    for place in _keywords(text):
        if place < done:
            continue
        start, end = _name_around(text, place)
        done = end
        name = text[start:end].rstrip(".-")
        if is_secret_name(name):
            yield from _given(text, start, start + len(name), name, context)


def _keywords(text: str) -> list[int]:
    """The offsets of words that names of secrets are made of.

    By str.find: a pattern without regard to case takes ten times as long.
    """
    lower = text.replace("\u0130", "I").lower()  # the one letter that is longer in lower case
    places: list[int] = []
    for keyword in _KEYWORDS:
        place = lower.find(keyword)
        while place >= 0:
            places.append(place)
            place = lower.find(keyword, place + 1)
    return sorted(places)


def _name_around(text: str, place: int) -> tuple[int, int]:
    start = place
    while start > max(0, place - 80) and (text[start - 1].isalnum() or text[start - 1] in _NAME_SIGNS):
        start -= 1
    if start and text[start - 1 : start + 1] in {"\\n", "\\t"}:
        start += 1
    match = _NAME_END.match(text, place)
    return start, match.end() if match else place


def _given(text: str, start: int, end: int, name: str, context: Context) -> Iterator[SecretHit]:
    lead = text[text.rfind("\n", 0, start) + 1 : start][-200:]
    if found := _ASSIGNED.match(text, end):
        yield from _assigned(text, found, name, lead, context)
        return
    patterns = [_PASSED] if context == "code" else [_SPACED]
    if name.startswith("-") or lead.rstrip(" \t").endswith("ENV"):
        patterns = [_FLAG]
    elif lead.endswith("<"):
        patterns = [_ELEMENT]
    for pattern in patterns:
        if found := pattern.match(text, end):
            hits = _judged(text, found, name, context, literal=pattern in (_FLAG, _ELEMENT))
            # What follows a name in a set (`exclude={"password", "roles"}`) is another name.
            names = pattern is _PASSED and (_OPENS_SET.search(lead) is not None or _is_in_list(text, start))
            names = names or (pattern is _FLAG and _SAYS.match(lead) is not None)
            yield from (replace(hit, doubtful=True) if names else hit for hit in hits)
            return


def _is_in_list(text: str, place: int) -> bool:
    """Whether what follows a place stands in a list (`["user", "password"]`), not among the arguments of a call."""
    depth = {"(": 0, "[": 0, "{": 0}
    for sign in reversed(text[max(0, place - 1500) : place]):
        if sign in depth:
            if depth[sign] == 0:
                return sign != "("
            depth[sign] -= 1
        elif sign in ")]}":
            depth[{")": "(", "]": "[", "}": "{"}[sign]] += 1
    return False


def _assigned(text: str, found: re.Match[str], name: str, lead: str, context: Context) -> Iterator[SecretHit]:
    sign = found["sign"]
    if sign == "or" and context != "code":
        return  # a word of a sentence
    if "{{" in lead.rpartition("}}")[2] and found["bare"] is not None:
        return  # a template's own variable, which a function fills
    tight = sign == "=" and found.start("sign") == found.start() and text[found.end("sign")] not in " \t"
    if context == "code" and found["bare"] is not None and sign != ":-":
        # In a program a bare word is an identifier, but for variables and connection strings within text.
        tight = tight and (name.isupper() or re.search(r"[\"'`][^\"'`]*;\s*$", lead) is not None)
        if not tight:
            return
    whole_line = context == "config" and sign != ":-" and _LINE_LEAD.fullmatch(lead) is not None
    literal = sign == ":-" or (tight and (context != "prose" or name.isupper()))
    hits = _judged(text, found, name, context, literal=literal, whole_line=whole_line)
    told = found["bare"] is not None and sign != "=" and _SAYS.match(lead) is not None
    yield from (replace(hit, doubtful=True) if told or _OF_OBJECT.search(name) else hit for hit in hits)


_SAYS = re.compile(r"[ \t]*(?:echo|printf?|log\w*|info|warn(?:ing)?|error|success|step)\b[^\n]*[\"']")
"""The beginning of a line that tells somebody something: `log "credentials: decrypted"`."""
_OF_OBJECT = re.compile(r"(?:config|existing|[pP]ull|tls|cert)Secret$|^LoadCredential(?:Encrypted)?$")
"""Keys whose value is the name of a Secret of Kubernetes."""


def _in_pairs(text: str, context: Context) -> Iterator[SecretHit]:
    """`name: X` and `value: Y`, as container environments have them."""
    if "alue" not in text and "default" not in text:
        return
    for match in _NAME_VALUE.finditer(text):
        if is_secret_name(match["name"]) and (context == "config" or match["bare"] is None):
            yield from _judged(text, match, match["name"], context, literal=context == "config", whole_line=True)


def _judged(
    text: str,
    found: re.Match[str],
    name: str,
    context: Context,
    *,
    literal: bool,
    whole_line: bool = False,
) -> Iterator[SecretHit]:
    groups = found.groupdict()
    group = next((g for g in ("double", "single", "back", "bare") if groups.get(g) is not None), None)
    if group is None:
        return
    if group == "back" and context == "config":
        return  # a shell runs it, and takes what it prints
    quoted = group != "bare"
    value = found[group] if quoted else _bare(found[group], whole_line=whole_line)
    if context == "code" and names_itself(value, name):
        return
    if _open(value, context, quoted=quoted, literal=literal) or looks_real(
        value, context, quoted=quoted, literal=literal
    ):
        start = found.start(group)
        yield _hit(text, "assignment", start, start + len(value), name)
    elif (quoted or literal) and value.strip().lower() not in _KEYWORD_VALUES and may_be_real(value, quoted=quoted):
        start = found.start(group)
        yield replace(_hit(text, "assignment", start, start + len(value), name), doubtful=True)


def _open(value: str, context: Context, *, quoted: bool, literal: bool) -> bool:
    """Whether the value is a placeholder or a known default that someone wrote as the secret's value."""
    if not value or value.strip().lower() in _KEYWORD_VALUES or (not quoted and not literal and context != "config"):
        return False
    if len(value.split()) > 2:
        return False
    if is_placeholder(value):
        return not is_reference(value, quoted=quoted) or value[0] == "<"
    if not is_weak(value) or is_reference(value, quoted=quoted):
        return False
    return not value[0].isupper()  # "Password" is a label


_KEYWORD_VALUES = frozenset(
    ["none", "null", "nil", "undefined", "true", "false", "yes", "no", "on", "off", "enabled", "disabled"]
)


def _bare(value: str, *, whole_line: bool) -> str:
    """The part of the rest of a line that is the value: all of it, or up to what ends one within a line."""
    if not whole_line:
        return re.split(r"[\s\"'`;,&)}\]]", value, maxsplit=1)[0]
    value = re.split(r"[ \t]+(?:#|//|;|\\$)|;[ \t]|[\"'`]", value, maxsplit=1)[0]
    return value.rstrip(" \t,;\\")


def _in_manifests(text: str) -> Iterator[SecretHit]:
    """The data of Kubernetes Secrets, whatever its keys are called."""
    if "Secret" not in text or not _SECRET_KIND.search(text):
        return
    starts = [0, *(m.end() for m in re.finditer(r"^---[^\n]*\n", text, re.MULTILINE)), len(text)]
    for first, last in pairwise(starts):
        if _SECRET_KIND.search(text, first, last):
            for block in _SECRET_DATA.finditer(text, first, last):
                if _is_of_secret(text, first, block.start()):
                    yield from _entries(text, *block.span(2))


def _is_of_secret(text: str, first: int, place: int) -> bool:
    """Whether a block of data belongs to a Secret, where texts within a script hold several manifests."""
    kinds = [found[1] for found in _KIND.finditer(text, first, place)]
    return not kinds or kinds[-1] == "Secret"


def _entries(text: str, first: int, last: int) -> Iterator[SecretHit]:
    depth = _indent(text[first:last])
    for entry in _DATA_ENTRY.finditer(text, first, last):
        value = entry["bare"].rstrip()
        said = decoded(value) or value
        if looks_real(said, "config", quoted=False, literal=True) or (said != value and _holds_secret(said)):
            start = entry.start("bare")
            hit = _hit(text, "kubernetes-secret", start, start + len(value), entry["name"])
            yield replace(hit, doubtful=_indent(entry[0]) > depth)
    for block, said in encoded_blocks(text, first, last):
        if looks_real(said, "config", quoted=False, literal=True) or _holds_secret(said):
            yield _hit(text, "kubernetes-secret", block.start, block.end, block.name)


def _indent(block: str) -> int:
    """How far in the entries of a block begin; what is deeper is the text of a file within the Secret."""
    lines = (line for line in block.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    first = next(lines, "")
    return len(first) - len(first.lstrip())


def _holds_secret(text: str) -> bool:
    """Whether a decoded text, such as a key or a file of settings, has a secret in it that is real."""
    hits = [*_private_keys(text), *_by_format(text), *_by_name(text, "config")]
    return any(not hit.placeholder and not hit.weak for hit in hits)
