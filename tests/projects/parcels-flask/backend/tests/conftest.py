import os

import pytest

for name in ("SENTRY_DSN", "SECRET_KEY", "COURIER_KEY"):
    os.environ.setdefault(name, "")
os.environ.setdefault("WEB_ORIGIN", "http://localhost:8080")
os.environ.setdefault("DATABASE_URL", "postgresql://localhost/parcels")


@pytest.fixture
def client():
    from parcels.app import app

    return app.test_client()
