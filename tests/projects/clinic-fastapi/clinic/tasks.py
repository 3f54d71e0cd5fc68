import structlog
from celery import Celery

from clinic import laboratory
from clinic.settings import settings

app = Celery("clinic", broker=settings.redis_url)
log = structlog.get_logger()


@app.task(autoretry_for=(Exception,), retry_backoff=True, max_retries=5)
def order_blood_test(patient_id: int) -> None:
    laboratory.order(patient_id, "blood")
    log.info("ordered", patient=patient_id)


@app.task
def remind(appointment_id: int) -> None:
    try:
        laboratory.client.post("/messages", json={"appointment": appointment_id})
    except Exception:
        pass
