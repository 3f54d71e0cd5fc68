from rest_framework import serializers

from invoices.models import Invoice


class InvoiceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Invoice
        fields = ["id", "number", "customer", "total", "issued_at", "sent_at"]
        read_only_fields = ["issued_at", "sent_at"]
