from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clinic import models
from clinic.db import session
from clinic.security import issue, passwords

router = APIRouter(prefix="/auth")
Database = Annotated[AsyncSession, Depends(session)]


class Login(BaseModel):
    email: str
    password: str


@router.post("/login")
async def login(body: Login, response: Response, db: Database) -> dict[str, str]:
    user = await db.scalar(select(models.User).where(models.User.email == body.email))
    if user is None or not passwords.verify(body.password, user.password_hash):
        raise HTTPException(401, "unknown address or password")
    response.set_cookie("session", issue(user.id, user.role), max_age=8 * 3600)
    return {"role": user.role}


@router.post("/logout")
async def logout(response: Response) -> None:
    response.set_cookie("session", "", max_age=0, httponly=True, secure=True, samesite="strict")
