from fastapi.testclient import TestClient


def test_openapi(client: TestClient) -> None:
    print(client.get("/openapi.json").json()["info"])
