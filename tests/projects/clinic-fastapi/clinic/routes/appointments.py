import time
from datetime import datetime
from typing import Annotated, Any

import requests
from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clinic import models, tasks
from clinic.db import session
from clinic.security import current_user
from clinic.settings import settings

router = APIRouter(prefix="/appointments")
Database = Annotated[AsyncSession, Depends(session)]


class NewAppointment(BaseModel):
    patient_id: int
    starts_at: datetime
    room: str


@router.post("", status_code=201)
async def book(body: NewAppointment, db: Database) -> dict[str, int]:
    appointment = models.Appointment(**body.model_dump())
    db.add(appointment)
    await db.commit()
    db.add(models.Result(patient_id=body.patient_id, kind="booking", value=0, event_id=f"b-{appointment.id}"))
    await db.commit()
    tasks.remind.delay(appointment.id)
    return {"id": appointment.id}


@router.get("", dependencies=[Depends(current_user)])
async def appointments(db: Database) -> list[dict[str, Any]]:
    rows = await db.scalars(select(models.Appointment).order_by(models.Appointment.starts_at))
    return [{"id": row.id, "room": row.room, "starts_at": row.starts_at} for row in rows]


@router.get("/{appointment_id}/orders", dependencies=[Depends(current_user)])
async def laboratory_orders(appointment_id: int) -> Any:
    answer = requests.get(f"{settings.laboratory_url}/orders", params={"appointment": appointment_id}, timeout=5)
    if answer.status_code == 429:
        time.sleep(2)
        answer = requests.get(f"{settings.laboratory_url}/orders", params={"appointment": appointment_id}, timeout=5)
    return answer.json()


@router.post("/import", dependencies=[Depends(current_user)])
async def bring(request: Request) -> dict[str, int]:
    body = await request.json()
    sheet = requests.get(body["url"], timeout=10)
    return {"rows": len(sheet.text.splitlines())}


class Wish(BaseModel):
    day: datetime
    length: int


@router.post("/openings")
async def openings(wish: Wish, db: Database) -> list[dict[str, Any]]:
    rows = await db.scalars(select(models.Appointment).where(models.Appointment.starts_at >= wish.day))
    return [{"room": row.room} for row in find_gaps(rows.all(), wish.length)]


def find_gaps(rows: Any, length: int) -> list[Any]:
    return [row for row in rows if row.length <= length]


@router.post("/waiting")
async def wait_for(wish: Wish) -> dict[str, str]:
    raise HTTPException(501, "comes with the next release")
