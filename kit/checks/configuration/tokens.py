"""What a JSON web token says about itself: it can be read by everybody, and tells until when it opens anything."""

from __future__ import annotations

import base64
import binascii
import json

LASTING = 400 * 24 * 3600
"""The seconds from which on a token is taken for one that lasts."""


def claims(token: str) -> dict[str, object]:
    """The claims of a token; none where they cannot be read."""
    part = [*token.split("."), ""][1]
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def is_for_everybody(token: str) -> bool:
    """Whether a token is one for visitors who have not signed in: it is made to be shown in browsers."""
    return claims(token).get("role") in {"anon", "anonymous"}


def is_short_lived(token: str) -> bool:
    """Whether a token says that it was made for a year at most: what stands in a repository has seldom been made today."""
    made, ends = claims(token).get("iat"), claims(token).get("exp")
    return isinstance(made, int | float) and isinstance(ends, int | float) and ends - made < LASTING


def opens_one_thing(token: str) -> bool:
    """Whether a token is the signature of a link: it names the one object that it opens, and nobody who would hold it."""
    said = claims(token)
    return isinstance(said.get("url"), str) and not {"sub", "role", "aud"} & said.keys()
