def test_strangers_see_nothing(client):
    assert client.get("/v1/customers/me").status_code == 401


def test_strangers_delete_nothing(client):
    assert client.delete("/v1/customers/me").status_code == 401
