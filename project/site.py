"""The admin site. It stands outside the app, because the app registers its pages with it."""

from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import import_string
from unfold.sites import UnfoldAdminSite


class HelpdeskAdminSite(UnfoldAdminSite):
    index_title = "Dashboard"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The triage page is about several models, so it belongs to none of them; the palette is our own."""
        palette = import_string("helpdesk.admin.palette.palette")
        return [
            path("triage/", include("helpdesk.admin.triage.urls")),
            path("search/", self.admin_view(palette), name="search"),
            *super().get_urls(),
        ]
