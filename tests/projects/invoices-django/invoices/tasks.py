from celery import shared_task
from django.utils import timezone

from invoices.channels import Mail
from invoices.models import Invoice


@shared_task(autoretry_for=(IOError,), retry_backoff=True, max_retries=8)
def send_invoice(pk: int) -> None:
    invoice = Invoice.objects.select_related("customer").get(pk=pk)
    if invoice.sent_at is None:
        Mail().deliver(invoice)
        Invoice.objects.filter(pk=pk).update(sent_at=timezone.now())
