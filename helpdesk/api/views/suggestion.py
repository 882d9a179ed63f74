"""Recorded proposals of the classifier, and what becomes of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import permissions
from helpdesk.api import schema
from helpdesk.api.errors import StateConflict
from helpdesk.api.serializers.ticket import TicketSerializer
from helpdesk.api.serializers.triage import SuggestionSerializer
from helpdesk.api.views.base import PartRoutes
from helpdesk.triage import suggestions
from helpdesk.triage.models import Suggestion


@schema.suggest
class SuggestViewSet(PartRoutes):
    serializer_class = SuggestionSerializer
    requires = {"create": permissions.can_suggest}

    def create(self, request: Request, ticket_id: int) -> Response:
        ticket = self.get_ticket()
        try:
            suggestion = suggestions.suggest(
                ticket.title, ticket.description, ticket=ticket, actor=self.actor
            )
        except IntegrityError:
            self.get_ticket()  # it may have been deleted while a provider was thinking: 404
            raise
        return Response(self.get_serializer(suggestion).data, status=201)


@schema.suggestions
class SuggestionViewSet(PartRoutes):
    serializer_class = SuggestionSerializer
    requires = {"accept": permissions.can_change, "dismiss": permissions.can_suggest}

    def get_object(self) -> Suggestion:
        return get_object_or_404(Suggestion, ticket=self.kwargs["ticket_id"], pk=self.kwargs["pk"])

    @action(detail=True, methods=["post"], serializer_class=TicketSerializer)
    def accept(self, request: Request, ticket_id: int, pk: int) -> Response:
        with refusals():
            ticket = suggestions.accept(self.get_object(), actor=self.actor)
        return Response(self.get_serializer(ticket).data)

    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, ticket_id: int, pk: int) -> Response:
        with refusals():
            suggestion = suggestions.dismiss(self.get_object(), actor=self.actor)
        return Response(self.get_serializer(suggestion).data)


@contextmanager
def refusals() -> Iterator[None]:
    """A suggestion that was decided before is a conflict."""
    try:
        yield
    except suggestions.NotPending as refusal:
        raise StateConflict(str(refusal)) from refusal
