"""Ways to hand an invoice over."""

import logging
from abc import ABC, abstractmethod

import requests
from django.conf import settings

from invoices.models import Invoice

logger = logging.getLogger(__name__)


class Channel(ABC):
    @abstractmethod
    def deliver(self, invoice: Invoice) -> None:
        raise NotImplementedError


class Mail(Channel):
    def deliver(self, invoice: Invoice) -> None:
        answer = requests.post(
            "https://api.mail.example-provider.net/v3/messages",
            headers={"Authorization": f"Bearer {settings.MAIL_API_KEY}"},
            json={"to": invoice.customer.email, "subject": f"Invoice {invoice.number}"},
            timeout=10,
        )
        answer.raise_for_status()
        logger.info("email accepted for invoice %s", invoice.number)
