"""Values that a script falls back to where nobody set a variable: shell, PowerShell and batch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.model import At
from kit.sources.code.records import EnvReadFact

MAX_TEXT = 200_000
_NAME = r"[A-Za-z_]\w*"
_SHELL = (
    re.compile(rf"\$\{{(?P<name>{_NAME}):?[-=](?P<value>[^{{}}$`\n]*)\}}"),
    re.compile(
        rf"(?:\[\[?|\btest)\s+-z\s+[\"']?\$\{{?(?P<name>{_NAME})(?::-)?\}}?[\"']?[^\S\n]*\]{{0,2}}[^\S\n]*(?:;\s*then|&&|\n\s*then)\s*"
        r"(?:export\s+)?(?P=name)=(?P<value>\"[^\"$`\n]*\"|'[^'\n]*'|[^\s;\"'$`]+)"
    ),
)
_POWERSHELL = (
    re.compile(
        rf"(?i)\bif\s*\(\s*(?:-not\s+|!\s*|\[string\]::IsNullOr\w+\(\s*|\$null\s+-eq\s+)\(?\s*\$(?P<scope>env:|global:)?(?P<name>{_NAME})"
        r"[\s)]*(?:-eq\s+(?:\$null|''|\"\")\s*\)?)?\s*\{\s*\$(?:env:|global:)?(?P=name)\s*=\s*(?P<value>\"[^\"$`\n]*\"|'[^'\n]*')"
    ),
    re.compile(rf"(?i)\$env:(?P<name>{_NAME})\s*\?\?=?\s*(?P<value>\"[^\"$`\n]*\"|'[^'\n]*')"),
    re.compile(rf"(?im)^[^#\n]*\[string\]\s*\$(?P<name>{_NAME})\s*=\s*(?P<value>\"[^\"$`\n]*\"|'[^'\n]*')"),
)
_BATCH = (
    re.compile(
        rf"(?im)^[ \t@(]*if\s+(?:not\s+defined\s+(?P<name>{_NAME})|\"?%(?P<named>{_NAME})%\"?\s*==\s*\"\")\s*\(?\s*"
        r"set\s+\"?(?P<set>[A-Za-z_]\w*)=(?P<value>[^%\"\n)]*)"
    ),
)
_FORMS = {"bash": _SHELL, "powershell": _POWERSHELL, "batch": _BATCH}
_COMMENTS = {
    "bash": r"(?m)^[ \t]*#[^\n]*|(?<=\s)#\s[^\n]*",
    "powershell": r"(?m)^[ \t]*#[^\n]*|<#.*?#>",
    "batch": r"(?im)^[ \t@]*(?:rem\b|::)[^\n]*",
}


def fallbacks(text: str, path: str, shell: str) -> Iterator[EnvReadFact]:
    """Each variable that a script gives a literal value to where nobody set it. `shell` as `Script.shell` tells it."""
    comments = re.compile(_COMMENTS[shell], re.DOTALL if shell == "powershell" else 0)
    bare = comments.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text[:MAX_TEXT])
    seen: set[tuple[str, int]] = set()
    for pattern in _FORMS[shell]:
        for found in pattern.finditer(bare):
            groups = found.groupdict()
            name = groups.get("name") or groups.get("named") or ""
            line = bare.count("\n", 0, found.start("value")) + 1
            same = (groups.get("set") or name).lower() == name.lower()
            value = found["value"].strip().strip("\"'")
            if same and value and (name, line) not in seen:
                seen.add((name, line))
                yield EnvReadFact(name, At(path, line), False, value)
