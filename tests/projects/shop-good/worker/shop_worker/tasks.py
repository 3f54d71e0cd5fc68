"""What is done for an order once it is paid. Every task may run twice and does no harm then."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import structlog

from shop_worker import carrier, mail, store
from shop_worker.celery_app import app
from shop_worker.metrics import JOB_SECONDS, JOBS

log = structlog.get_logger()

RETRIES = {
    "max_retries": 6,
    "retry_backoff": 5,
    "retry_backoff_max": 600,
    "retry_jitter": True,
}


@contextmanager
def counted(task: str) -> Iterator[None]:
    with JOB_SECONDS.labels(task).time():
        try:
            yield
        except Exception:
            JOBS.labels(task, "failed").inc()
            raise
    JOBS.labels(task, "done").inc()


@app.task(autoretry_for=(smtplib.SMTPException, OSError), **RETRIES)
def send_confirmation(order_id: str) -> None:
    with counted("send_confirmation"):
        mail.send(mail.confirmation(store.order(order_id)))
    log.info("confirmation sent", order_id=order_id)


@app.task(autoretry_for=(httpx.HTTPError,), **RETRIES)
def book_shipment(order_id: str) -> None:
    with counted("book_shipment"):
        tracking = carrier.book(order_id)
        store.mark_shipped(order_id)
    log.info("shipment booked", order_id=order_id, tracking=tracking)
