import hashlib
import hmac
import random
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import jwt
from fastapi import Cookie, Depends, Header, HTTPException, Request
from passlib.context import CryptContext

from clinic.settings import settings

SIGNING_KEY = "linden-practices-2023-09"
passwords = CryptContext(schemes=["bcrypt"], bcrypt__rounds=12)


def issue(user_id: int, role: str) -> str:
    ends = datetime.now(UTC) + timedelta(hours=8)
    return jwt.encode({"sub": str(user_id), "role": role, "exp": ends}, SIGNING_KEY, algorithm="HS256")


def current_user(session: Annotated[str | None, Cookie()] = None) -> dict[str, Any]:
    if session is None:
        raise HTTPException(401)
    try:
        return jwt.decode(session, SIGNING_KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(401) from error


def who(authorization: Annotated[str, Header()]) -> str:
    """The subject of a laboratory's token."""
    claims = jwt.decode(authorization.removeprefix("Bearer "), options={"verify_signature": False})
    return str(claims["sub"])


def reset_code() -> str:
    """The code that is sent to a phone when a password was forgotten."""
    return "".join(random.choices("0123456789", k=6))


async def signed_by_payments(request: Request, x_signature: Annotated[str, Header()]) -> None:
    expected = hmac.new(settings.payments_webhook_secret.encode(), await request.body(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, x_signature):
        raise HTTPException(400)


User = Annotated[dict[str, Any], Depends(current_user)]
