from django.contrib import admin
from django.urls import include, path

from invoices.views import health, ready

urlpatterns = [
    path("backoffice/", admin.site.urls),
    path("healthz/", health),
    path("readyz/", ready),
    path("api/v1/", include("invoices.urls")),
]
