import logging

from django.db import connection
from django.http import HttpRequest, HttpResponse
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from invoices.models import Invoice
from invoices.serializers import InvoiceSerializer
from invoices.tasks import send_invoice

logger = logging.getLogger(__name__)


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def ready(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok")


class InvoiceViewSet(viewsets.ModelViewSet):
    queryset = Invoice.objects.select_related("customer").order_by("-issued_at")
    serializer_class = InvoiceSerializer

    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: str) -> Response:
        invoice = self.get_object()
        logger.info("sending %s to %s", invoice.number, invoice.customer.email)
        send_invoice.delay(invoice.pk)
        return Response(status=status.HTTP_202_ACCEPTED)

    @action(detail=True, methods=["post"])
    def dispute(self, request: Request, pk: str) -> Response:
        raise NotImplementedError("disputes are settled by phone for now")
