"""The addresses of the desk."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/", include("helpdesk.api.urls")),
    path("", include("helpdesk.api.health")),
]

handler400 = "helpdesk.api.errors.bad_request"
handler500 = "helpdesk.api.errors.server_error"
