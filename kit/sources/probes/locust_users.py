"""The users of a load, for Locust, which runs this file in a process of its own."""

from __future__ import annotations

import json
import os

from locust import HttpUser, constant, task

TOLD = json.loads(os.environ["READINESS_LOAD"])


class Reader(HttpUser):  # type: ignore[misc]  # Locust has no types
    """Somebody who asks one address, waits a moment and asks again."""

    wait_time = constant(TOLD["pause"])

    def on_start(self) -> None:
        """No proxy, no credentials of this host."""
        self.client.trust_env = False
        self.client.verify = TOLD["ca"]
        self.client.headers.update({"user-agent": "readiness-kit", **TOLD["headers"]})

    @task  # type: ignore[untyped-decorator]  # as above
    def ask(self) -> None:
        """One request; any status but the expected one is a failure."""
        with self.client.get(
            TOLD["path"], name="asked", timeout=TOLD["timeout"], allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code == TOLD["expect"]:
                answer.success()
            else:
                answer.failure(f"status {answer.status_code}")
