"""The addresses below ``/api/``."""

from django.urls import include, path, re_path, register_converter
from django.urls.converters import IntConverter
from rest_framework.routers import SimpleRouter

from helpdesk.api import errors
from helpdesk.api.views import docs
from helpdesk.api.views.auth import LoginView, LogoutView
from helpdesk.api.views.comment import CommentViewSet
from helpdesk.api.views.event import HistoryViewSet
from helpdesk.api.views.export import ExportViewSet
from helpdesk.api.views.export_job import ExportJobViewSet
from helpdesk.api.views.suggestion import SuggestionViewSet, SuggestViewSet
from helpdesk.api.views.ticket import TicketViewSet
from helpdesk.api.views.transfer import ImportViewSet


class IdConverter(IntConverter):
    """A number that a database can hold."""

    regex = "[0-9]{1,18}"


register_converter(IdConverter, "id")

router = SimpleRouter(use_regex_path=False)
router.register("tickets", TicketViewSet)
router.register("tickets/export", ExportViewSet, basename="export")
router.register("exports", ExportJobViewSet, basename="export-job")
router.register("imports", ImportViewSet)
router.register("tickets/<id:ticket_id>/comments", CommentViewSet)
router.register("tickets/<id:ticket_id>/history", HistoryViewSet)
router.register("tickets/<id:ticket_id>/suggest", SuggestViewSet, basename="suggest")
router.register("tickets/<id:ticket_id>/suggestions", SuggestionViewSet, basename="suggestion")

urlpatterns = [
    path("auth/login/", LoginView.as_view(), name="api-login"),
    path("auth/logout/", LogoutView.as_view(), name="api-logout"),
    path("schema/", docs.document, name="api-schema"),
    path("docs/", docs.page, name="api-docs"),
    path("", include(router.urls)),
    re_path("", errors.unknown_route),
]
