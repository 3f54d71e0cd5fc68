"""Starts the health endpoint, the outbox relay and the Celery worker; Celery drains on SIGTERM."""

import threading

import structlog
import uvicorn

from shop_worker import log, outbox
from shop_worker.celery_app import app as celery
from shop_worker.ops import app as ops
from shop_worker.settings import settings


def main() -> None:
    given = settings()
    log.configure(given.log_level)
    stop = threading.Event()
    server = uvicorn.Server(
        uvicorn.Config(ops, host="0.0.0.0", port=given.ops_port, log_config=None)
    )
    threading.Thread(target=server.run, name="ops", daemon=True).start()
    relay = threading.Thread(target=outbox.run, args=(stop,), name="outbox")
    relay.start()
    try:
        celery.worker_main(
            ["worker", "--pool=threads", "--concurrency=8", f"--loglevel={given.log_level}"]
        )
    finally:
        stop.set()
        relay.join(timeout=10)
        structlog.get_logger().info("stopped")


if __name__ == "__main__":
    main()
