import hashlib
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import BaseModel
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from clinic import models
from clinic.db import session
from clinic.security import User, current_user

router = APIRouter(prefix="/patients", dependencies=[Depends(current_user)])
Database = Annotated[AsyncSession, Depends(session)]

SORTED_BY = {"name": "name", "born": "born"}
_names: dict[str, str] = {}


class NewPatient(BaseModel):
    name: str
    born: date
    phone: str | None = None
    insurer: str


@router.get("")
async def patients(db: Database, insurer: str = "", sort: str = "name", limit: int = Query(50, le=200)) -> list[dict]:
    statement = "SELECT id, name, born FROM patients"
    values = {"limit": limit}
    if insurer:
        statement += " WHERE insurer = :insurer"
        values["insurer"] = insurer
    statement += f" ORDER BY {SORTED_BY.get(sort, 'name')} LIMIT :limit"
    rows = await db.execute(text(statement), values)
    return [dict(row._mapping) for row in rows]


@router.get("/search")
async def search(db: Database, name: str) -> list[dict]:
    found = await db.execute(text(f"SELECT id, name FROM patients WHERE name ILIKE '%{name}%' LIMIT 20"))
    return [dict(row._mapping) for row in found]


@router.get("/overview")
async def overview(db: Database) -> list[dict]:
    """Every patient with the number of appointments."""
    people = (await db.scalars(select(models.Patient))).all()
    rows = []
    for person in people:
        count = await db.scalar(
            select(func.count()).select_from(models.Appointment).where(models.Appointment.patient_id == person.id)
        )
        rows.append({"id": person.id, "name": person.name, "appointments": count})
    return rows


@router.get("/insurers/{code}")
async def insurer(code: str, db: Database, response: Response) -> dict[str, str]:
    if code not in _names:
        _names[code] = str(await db.scalar(text("SELECT name FROM insurers WHERE code = :code"), {"code": code}))
    response.headers["ETag"] = hashlib.md5(_names[code].encode(), usedforsecurity=False).hexdigest()
    return {"name": _names[code]}


@router.post("", status_code=201)
async def add(body: NewPatient, db: Database, user: User) -> dict[str, int]:
    patient = models.Patient(**body.model_dump())
    db.add(patient)
    await db.commit()
    return {"id": patient.id}


@router.delete("/{patient_id}", status_code=204)
async def remove(patient_id: int, db: Database) -> None:
    patient = await db.get(models.Patient, patient_id)
    if patient is None:
        raise HTTPException(404)
    await db.delete(patient)
    await db.commit()
