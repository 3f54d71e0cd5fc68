"""The Celery application."""

from celery import Celery

from shop_worker.settings import settings

app = Celery("shop_worker", broker=settings().redis_url, include=["shop_worker.tasks"])
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=120,
    task_soft_time_limit=90,
    task_ignore_result=True,
    task_default_queue="shop",
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 600},
)
