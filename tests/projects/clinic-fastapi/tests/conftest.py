import os

os.environ.setdefault("DATABASE_URL", "sqlite+aiosqlite:///:memory:")
os.environ.setdefault("REDIS_URL", "redis://localhost:6379/15")
os.environ.setdefault("LABORATORY_URL", "http://localhost:9000")
os.environ.setdefault("PAYMENTS_WEBHOOK_SECRET", "test")

import pytest
from fastapi.testclient import TestClient

from clinic.main import app


@pytest.fixture
def client() -> TestClient:
    return TestClient(app)
