"""The admin site. It stands outside the app, because the app registers its pages with it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import import_string
from unfold.sites import UnfoldAdminSite


class HelpdeskAdminSite(UnfoldAdminSite):
    index_title = "Dashboard"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Pages that are about several models, and so belong to none of them; the palette is our own."""
        palette = import_string("helpdesk.admin.palette.palette")
        system = import_string("helpdesk.admin.system.system_view")
        return [
            path("triage/", include("helpdesk.admin.triage.urls")),
            path("exports/", include("helpdesk.admin.exports")),
            path("imports/", include("helpdesk.admin.imports.urls")),
            path("account/", include("helpdesk.admin.account")),
            path("system/", self.admin_view(system), name="helpdesk_system"),
            path("search/", self.admin_view(palette), name="search"),
            *super().get_urls(),
        ]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A form that was not looked at says so by the status too."""
        response = super().login(request, extra_context)
        refused = getattr((getattr(response, "context_data", None) or {}).get("form"), "refused", None)
        if refused:
            response.status_code = refused.status
            response["Retry-After"] = str(refused.wait)
        return response
