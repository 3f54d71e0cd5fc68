"""Health and metrics of the worker, for the cluster only."""

import psycopg
import redis
import structlog
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shop_worker import store
from shop_worker.settings import settings

log = structlog.get_logger()
app = FastAPI(title="Shop worker", docs_url=None, redoc_url=None)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/ready")
def ready(response: Response) -> dict[str, str]:
    try:
        store.ping()
        redis.Redis.from_url(settings().redis_url, socket_timeout=2).ping()
    except (psycopg.Error, redis.RedisError):
        log.warning("not ready", exc_info=True)
        response.status_code = 503
        return {"status": "unavailable"}
    return {"status": "ready"}


@app.get("/metrics")
def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
