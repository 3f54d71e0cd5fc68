"""What is done for an order once it is paid."""

import subprocess

import structlog

from shop_worker import carrier, mail, store
from shop_worker.celery_app import app
from shop_worker.metrics import JOB_SECONDS, JOBS

log = structlog.get_logger()


@app.task
def send_confirmation(order_id: str) -> None:
    with JOB_SECONDS.labels("send_confirmation").time():
        order = store.order(order_id)
        print(f"sending confirmation to {order.email}")
        try:
            mail.send(mail.confirmation(order))
        except Exception:
            pass
    JOBS.labels("send_confirmation", "done").inc()


@app.task
def book_shipment(order_id: str) -> None:
    with JOB_SECONDS.labels("book_shipment").time():
        tracking = carrier.book(order_id)
        store.mark_shipped(order_id)
        subprocess.run(f"lp -t 'label {order_id}' /tmp/{tracking}.pdf", shell=True)
    JOBS.labels("book_shipment", "done").inc()
    log.info("shipment booked", order_id=order_id, tracking=tracking)
