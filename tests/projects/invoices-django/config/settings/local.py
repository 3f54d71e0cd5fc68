import os

os.environ.setdefault("DJANGO_SECRET_KEY", "insecure-local-key")
os.environ.setdefault("DJANGO_ALLOWED_HOSTS", "localhost")
os.environ.setdefault("DATABASE_URL", "postgres://invoices:invoices@localhost:5432/invoices")
os.environ.setdefault("REDIS_URL", "redis://localhost:6379/0")

from .base import *  # noqa: E402, F403

DEBUG = True
