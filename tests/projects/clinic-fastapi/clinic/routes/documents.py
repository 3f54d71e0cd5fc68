import asyncio
import subprocess
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, UploadFile
from fastapi.responses import FileResponse
from sqlalchemy.ext.asyncio import AsyncSession

from clinic import models
from clinic.db import session
from clinic.security import current_user
from clinic.settings import settings

router = APIRouter(prefix="/documents", dependencies=[Depends(current_user)])
Database = Annotated[AsyncSession, Depends(session)]
LARGEST = 20 * 1024 * 1024


@router.post("/{patient_id}", status_code=201)
async def upload(patient_id: int, file: UploadFile, db: Database) -> dict[str, int]:
    content = await file.read()
    place = Path(settings.documents) / f"{patient_id}-{len(content)}.pdf"
    await asyncio.to_thread(place.write_bytes, content)
    document = models.Document(patient_id=patient_id, title=file.filename, path=str(place))
    db.add(document)
    await db.commit()
    return {"id": document.id}


@router.post("/{patient_id}/picture", status_code=201)
async def picture(patient_id: int, file: UploadFile) -> dict[str, int]:
    content = await file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise HTTPException(413)
    place = Path(settings.documents) / f"{patient_id}.jpg"
    await asyncio.to_thread(place.write_bytes, content)
    await asyncio.to_thread(subprocess.run, ["exiftool", "-all=", str(place)], check=True)
    return {"size": len(content)}


@router.get("/letters/{name:path}")
async def letter(name: str) -> FileResponse:
    return FileResponse(f"{settings.documents}/letters/{name}")


@router.get("/{document_id}")
async def document(document_id: int, db: Database) -> FileResponse:
    found = await db.get(models.Document, document_id)
    if found is None:
        raise HTTPException(404)
    return FileResponse(found.path)
