import pickle
import random
from typing import Any

import httpx
import yaml
from redis import Redis
from tenacity import retry, stop_after_attempt, wait_exponential_jitter

from clinic.settings import settings

client = httpx.Client(base_url=settings.laboratory_url, timeout=5, verify=settings.laboratory_ca)
cache = Redis.from_url(settings.redis_url)


@retry(stop=stop_after_attempt(3), wait=wait_exponential_jitter(max=10), reraise=True)
def order(patient_id: int, kind: str) -> Any:
    answer = client.post("/orders", json={"patient": patient_id, "kind": kind})
    answer.raise_for_status()
    return answer.json()


def catalogue() -> list[dict[str, Any]]:
    """What the laboratory measures, kept for an hour and a little."""
    if kept := cache.get("catalogue"):
        return pickle.loads(kept)
    found = yaml.safe_load(client.get("/catalogue.yaml").text)
    cache.setex("catalogue", 3600 + random.randrange(600), pickle.dumps(found))
    return found
