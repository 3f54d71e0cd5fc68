"""Standards, levels and versions that reports name and that do not exist."""

from __future__ import annotations

import re

_NO_SUCH: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), told)
    for pattern, told in (
        (
            r"\bOWASP\b[\w ]{0,20}\blevel\s*(?:[4-9]|\d\d)\b",
            "OWASP has no such level: ASVS, which has levels, ends at 3.",
        ),
        (r"\bASVS\b[\w ]{0,20}\blevel\s*(?:[4-9]|\d\d)\b|\bASVS L[4-9]\b", "ASVS has levels 1 to 3."),
        (r"\bPCI[- ]?DSS\b[\w ]{0,20}\blevel\s*(?:[5-9]|\d\d)\b", "PCI DSS knows levels 1 to 4."),
        (r"\bSLSA\b[\w ]{0,12}\b(?:level\s*|L)(?:[5-9]|\d\d)\b", "SLSA knows no level above 4."),
        (r"\bCIS\b[\w ]{0,20}\blevel\s*(?:[3-9]|\d\d)\b", "CIS benchmarks have levels 1 and 2."),
        (r"\bTLS\s*v?1\.(?:[4-9])\b|\bTLS\s*v?[2-9]\.\d\b", "There is no such version of TLS; 1.3 is the latest."),
        (r"\bHTTP/[4-9]\b", "There is no such version of HTTP; 3 is the latest."),
        (r"\bOAuth\s*(?:[3-9])(?:\.\d)?\b", "There is no such version of OAuth."),
        (r"\bSOC\s*(?:[4-9])\b", "There are SOC 1, 2 and 3 reports only."),
        (r"\bWCAG\s*(?:[3-9]\.\d|2\.[3-9])\b", "There is no such published version of WCAG; 2.2 is the latest."),
        (r"\bSHA-?(?:128|257|1024)\b", "There is no such SHA."),
        (r"\bAES-?(?:64|512|1024|2048)\b", "AES has keys of 128, 192 and 256 bits."),
    )
)


def no_such_standard(text: str) -> str | None:
    """Why what the text appeals to does not exist; None where it may."""
    return next((told for pattern, told in _NO_SUCH if pattern.search(text)), None)
