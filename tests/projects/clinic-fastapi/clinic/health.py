from fastapi import APIRouter, Response

from clinic.db import answers

router = APIRouter()


@router.get("/health")
async def health() -> dict[str, str]:
    return {"status": "up"}


@router.get("/ready")
async def ready(response: Response) -> dict[str, bool]:
    fine = await answers()
    response.status_code = 200 if fine else 503
    return {"database": fine}
