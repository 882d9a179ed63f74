"""The admin site. It stands outside the app, because the app registers its pages with it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.sites import UnfoldAdminSite


class HelpdeskAdminSite(UnfoldAdminSite):
    index_title = "Dashboard"

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The command palette; a page number that is none means the first page."""
        if not request.GET.get("page", "1").isdecimal():
            request.GET = request.GET.copy()
            request.GET["page"] = "1"
        return super().search(request, extra_context)
