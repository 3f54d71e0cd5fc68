from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clinic import models
from clinic.db import session
from clinic.security import signed_by_payments

router = APIRouter(prefix="/webhooks")
Database = Annotated[AsyncSession, Depends(session)]


class Paid(BaseModel):
    event_id: str
    patient_id: int
    amount: float


class Measured(BaseModel):
    event_id: str
    patient_id: int
    kind: str
    value: float


@router.post("/payments", dependencies=[Depends(signed_by_payments)])
async def paid(body: Paid, db: Database) -> None:
    seen = await db.scalar(select(models.Result).where(models.Result.event_id == body.event_id))
    if seen is None:
        db.add(models.Result(patient_id=body.patient_id, kind="paid", value=body.amount, event_id=body.event_id))
        await db.commit()


@router.post("/laboratory")
async def measured(body: Measured, db: Database) -> None:
    db.add(models.Result(**body.model_dump()))
    await db.commit()
