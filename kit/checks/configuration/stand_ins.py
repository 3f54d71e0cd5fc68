"""Passwords that open nothing that lasts."""

from __future__ import annotations

import re

from kit.sources.secrets.find import SecretHit


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
    """A password that is the name of its user or database, in its URL or beside it: CFG-004 judges what is deployed."""
    value = text[hit.start : hit.end]
    if re.search(r"//([^:/@\s]+):\1@", value):
        return True
    around = text[max(0, hit.start - 300) : hit.end + 300]
    named = rf"(?i)(?:user|username|db|database)[\"']?(?:\s*[:=]\s*|\s{{1,40}}[\"']?value[\"']?: *)[\"']?{re.escape(value)}(?![\w-])"
    return value.isalpha() and re.search(named, around) is not None
