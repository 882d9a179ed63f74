"""The history of a ticket."""

from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import permissions
from helpdesk.api import schema
from helpdesk.api.ordering import Order
from helpdesk.api.serializers.event import EventSerializer
from helpdesk.api.views.base import PartRoutes
from helpdesk.tickets import history
from helpdesk.tickets.models import Event


@schema.history
class HistoryViewSet(PartRoutes):
    queryset = Event.objects.all()
    serializer_class = EventSerializer
    requires = {"list": permissions.can_view}
    orderings = {"-created_at": Order("created_at", descending=True), "created_at": Order("created_at")}

    def list(self, request: Request, ticket_id: int) -> Response:
        """Events outlive their ticket: only a ticket that never was has no history."""
        page = self.page_of(Event.objects.visible_to(request.user).for_history(ticket_id))
        if not page:
            self.get_ticket()
        names = history.names_in(page) if permissions.can_look_inside(request.user) else {}
        context = {**self.get_serializer_context(), "names": names}
        return self.get_paginated_response(EventSerializer(page, many=True, context=context).data)
