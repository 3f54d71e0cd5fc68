import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from invoices.models import Customer, Invoice


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.force_authenticate(User.objects.create_user("clerk"))
    return client


@pytest.mark.django_db
def test_invoices_are_listed(client: APIClient) -> None:
    customer = Customer.objects.create(name="Orla", email="orla@example.com", iban="DE02120300000000202051")
    Invoice.objects.create(number="2026-1", customer=customer, total="12.50")

    answer = client.get("/api/v1/invoices/")

    assert [row["number"] for row in answer.json()["results"]] == ["2026-1"]


@pytest.mark.django_db
def test_strangers_see_nothing() -> None:
    assert APIClient().get("/api/v1/invoices/").status_code == 403
