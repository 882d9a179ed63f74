"""The admin site. It stands outside the app, because the app registers its pages with it."""

from typing import Any

from django.core.paginator import InvalidPage
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from unfold.sites import UnfoldAdminSite


class HelpdeskAdminSite(UnfoldAdminSite):
    index_title = "Dashboard"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The triage page is about several models, so it belongs to none of them."""
        return [path("triage/", include("helpdesk.admin.triage.urls")), *super().get_urls()]

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The command palette; a page that does not exist is empty."""
        try:
            return super().search(request, extra_context)
        except (InvalidPage, ValueError):
            return HttpResponse()
