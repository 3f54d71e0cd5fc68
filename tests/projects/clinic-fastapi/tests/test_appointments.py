from fastapi.testclient import TestClient


def test_nobody_may_skip_the_login(client: TestClient) -> None:
    answer = client.get("/api/v1/appointments", headers={"x-note": "pytest.mark.skip is no header"})

    assert answer.status_code == 401


def test_health(client: TestClient) -> None:
    client.get("/health")


def test_a_booking_needs_a_room(client: TestClient) -> None:
    refused(client.post("/api/v1/appointments", json={"patient_id": 1}))


def refused(answer) -> None:
    assert answer.status_code == 422
