"""Passwords that open nothing that lasts."""

from __future__ import annotations

import itertools
import re

from kit.checks.configuration.tokens import is_for_everybody
from kit.sources.secrets.find import SecretHit, find_secrets


def is_thrown_away(text: str, hit: SecretHit) -> bool:
    """The password of a container that somebody runs by hand and that is gone with its data: `docker run --rm -e X=…`;
    a comment that tells the password of the demonstration; a provider's prefix before a word (`xoxb-valid`)."""
    if re.fullmatch(r"(?:xox[abp]|sk|pk|gh[opsu])[-_](?:in)?[a-z]{3,8}", text[hit.start : hit.end]):
        return True
    line = text[text.rfind("\n", 0, hit.start) + 1 : hit.start]
    runs = re.search(r"\b(?:docker|podman) run\b[^;&|]{0,200}$", line)
    if runs is not None and "--rm" in runs[0] and not re.search(r"\s(?:-v|--volume|--mount)\b", runs[0]):
        return True
    return re.match(r"\s*(?:#|//)[^\n]{0,200}\b(?i:demo|hard-?coded)\b", line) is not None


def is_own_user(text: str, hit: SecretHit) -> bool:
    """A password that is the name of its user, database or service, in its URL or beside it: CFG-004 judges what is
    deployed."""
    value = text[hit.start : hit.end]
    if re.search(r"//([^:/@\s]+):\1@", value):
        return True
    around = text[max(0, hit.start - 300) : hit.end + 300]
    named = rf"(?i)(?:user|username|db|database)[\"']?(?:\s*[:=]-?\s*|\s{{1,40}}[\"']?value[\"']?: *)[\"']?{re.escape(value)}(?![\w-])"
    if value.isalpha() and re.search(named, around) is not None:
        return True
    service = rf"(?m)^ +(?:container_name: *)?[\"']?{re.escape(value)}[\"']?:?[ \t]*$"  # of the same compose file
    return hit.kind == "url-password" and re.search(service, text) is not None and "services:" in text


def is_stand_in(text: str, hit: SecretHit) -> bool:
    """A value that opens nothing: a password that is its user's name, words that say it is for tests, a key's name."""
    value = text[hit.start : hit.end]
    before = text[max(0, hit.start - 80) : hit.start]
    user = re.search(r"//([^:/@\s]+):$", before)
    if user is not None and user[1] == value:
        return True
    if hit.kind == "url-password" and re.fullmatch(r"\d{1,5}\\+", value):
        return True  # a port, and a sign that URLs do not have
    if re.match(r"phc_\w|pk_(?:live|test)_\w|pk\.eyJ|sitekey", value):
        return True  # keys that are made to be shown to everybody
    if hit.kind == "json-web-token" and is_for_everybody(value):
        return True
    if re.fullmatch(r"(?:[a-z_]+(?::[\w,.-]*)?\|)+[a-z_]+(?::[\w,.-]*)?", value):
        return True  # rules that validate a field: `required|string|min:8`
    if re.search(r":secretsmanager:[\w$#{}.:*-]*:secret:$", before):
        return True  # the name of a secret in its ARN
    if (
        is_thrown_away(text, hit)
        or is_own_user(text, hit)
        or _is_sealed(text, hit)
        or _is_listed_id(text, hit)
        or _is_left_out(text, hit)
    ):
        return True
    if re.fullmatch(r"(?i)\d?[a-z ]{0,20}pass(?:word)?|pass(?:word)?[-_ ]?for[-_ ]?[a-z]{2,20}", value):
        return True  # a label
    if re.search(
        r"(^|[-_ ])(tests?|testing|dummy|fake|local|dev|e2e|seed|unconfigured|example)([-_ ]|$)", value, re.IGNORECASE
    ):
        return True
    if re.search(r"(?i)example|abc123|xyz789|x{4,}$", value) or _is_example(text, hit):
        return True
    if "/" in value and re.fullmatch(r"[a-z]+(?:[-_/][a-z]+)*|[a-z][\w.-]*\.[a-z]{2,6}(?:/[\w.-]+)+", value):
        return True  # the way to something that is named for it
    if re.match(r"[A-Za-z]:[\\/]|~?/[\w.-]+/", value) and hit.kind == "assignment":
        return True  # where a file stands
    if value.startswith("\\") or re.match(r"[.#][\w-]+\s*\{", value):
        return True  # a pattern, a style
    if re.search(r"(?i)(token|key|credentials?)$", hit.name or "") and (
        (value.isalpha() and (len(value) <= 12 or value.islower() or value.istitle())) or len(value) < 8
    ):
        return True  # tokens and keys are random and long; this is a word
    names_a_key = re.search(r"(?i)secret_?(?:\w*_?key|name|ref)$|^key(?:name)?$", hit.name or "") is not None
    return names_a_key and re.fullmatch(r"[a-z][a-z0-9]*([-_.][a-z0-9]+)*", value) is not None and len(value) < 40


def _is_sealed(text: str, hit: SecretHit) -> bool:
    """An entry below `encryptedData` of a SealedSecret, which only the cluster can read."""
    above = text.rfind("encryptedData:", 0, hit.start)
    if above < 0 or "SealedSecret" not in text:
        return False
    column = above - (text.rfind("\n", 0, above) + 1)
    lines = text[above : hit.start].split("\n")[1:]
    return all(len(line) - len(line.lstrip()) > column for line in lines if line.strip())


def _is_shown_in_comment(above: list[str], line: str) -> bool:
    """Whether the line belongs to a comment that begins by saying that it shows an example."""
    if not re.match(r"\s*(?:#|//|\*)", line):
        return False
    comment = itertools.takewhile(lambda earlier: re.match(r"\s*(?:#|//|\*)", earlier), reversed(above))
    return any(re.fullmatch(r"(?i)[\s*#/-]*examples?\b[^:]{0,40}:\s*", earlier) for earlier in comment)


_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _is_listed_id(text: str, hit: SecretHit) -> bool:
    """An id in a table of ids: the lines around it give such ids to names that are no secrets'."""
    if not _UUID.fullmatch(text[hit.start : hit.end]):
        return False
    lines = text[max(0, hit.start - 400) : hit.end + 400].split("\n")
    others = [line for line in lines if _UUID.search(line) and not find_secrets(line)]
    return len(others) >= 2


EXAMPLE_LINES = 15
"""How far above a value the key "example" is looked for."""


def _is_example(text: str, hit: SecretHit) -> bool:
    """Whether the line, or a key that it stands under, says that it shows an example: of a schema, or of a comment."""
    *above, line = text[: hit.start].rsplit("\n", EXAMPLE_LINES)[1:] or [text[: hit.start]]
    if re.search(r"(?i)@example|\bexamples?\b[\"']?\s*[=:]", line):
        return True
    if _is_shown_in_comment(above, line):
        return True
    inner = _indent(line)
    for earlier in reversed(above):
        if (depth := _indent(earlier)) < inner and earlier.strip(" \t*#/"):
            if re.fullmatch(r"(?i)[\s*#/-]*[\"']?(?:x-)?examples?[\"']?\s*:\s*[\[{]?\s*", earlier):
                return True
            inner = depth
    return False


def _is_left_out(text: str, hit: SecretHit) -> bool:
    """A line of an ini file that is commented out among many: a default that the program has anyway."""
    start = text.rfind("\n", 0, hit.start) + 1
    return text[start : start + 1] == ";" and len(re.findall(r"(?m)^;[ ]?[\w.]+[ ]*=", text)) >= 10


def _indent(line: str) -> int:
    """How deep a line stands, the marks of a comment before it included."""
    return len(line) - len(line.lstrip(" \t*#/"))
