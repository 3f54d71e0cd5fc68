"""What the worker tells Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

JOBS = Counter("shop_jobs_total", "Jobs by task and outcome.", ["task", "outcome"])
JOB_SECONDS = Histogram("shop_job_duration_seconds", "Duration of jobs.", ["task"])
OUTBOX_PENDING = Gauge("shop_outbox_pending", "Events that wait to be dispatched.")
MAILS_REFUSED = Counter("shop_mails_refused_total", "Mails that the relay did not take.")
