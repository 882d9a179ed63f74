"""Tickets, their numbers, and the classifier."""

from collections.abc import Sequence
from typing import Any

from django.db.models import OrderBy
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer

from helpdesk import intake, permissions
from helpdesk.api import filters, schema
from helpdesk.api.errors import external_id_conflicts
from helpdesk.api.ordering import Order, RankOrder
from helpdesk.api.serializers.stats import StatsSerializer
from helpdesk.api.serializers.ticket import COLUMNS, NewTicketSerializer, TicketRow, TicketSerializer, as_json
from helpdesk.api.serializers.triage import ClassifySerializer, PredictionSerializer
from helpdesk.api.views.base import TicketRoutes
from helpdesk.choices import VOCABULARIES, Channel, Priority
from helpdesk.reports import counts
from helpdesk.tickets import changes, rows
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import FILTERS, TicketQuerySet
from helpdesk.triage.classify import classify

ORDERINGS = {
    "-created_at": Order("created_at", descending=True),
    "created_at": Order("created_at"),
    "-updated_at": Order("updated_at", descending=True),
    "updated_at": Order("updated_at"),
    "-due_at": Order("due_at", descending=True, nullable=True),
    "due_at": Order("due_at", nullable=True),
    "-priority": RankOrder("priority", descending=True, words=tuple(Priority.values)),
    "priority": RankOrder("priority", words=tuple(Priority.values)),
}

# What pages of other programs ask again and again, word for word; a cursor, a time or a text hardly ever is.
ASKED_OFTEN = {*VOCABULARIES, "ordering", "page_size"}


@schema.tickets
class TicketViewSet(TicketRoutes):
    queryset = Ticket.objects.all()
    serializer_class = TicketSerializer
    orderings = ORDERINGS
    filters = FILTERS
    requires = {
        "list": permissions.can_view,
        "retrieve": permissions.can_view,
        "stats": permissions.can_view,
        "create": permissions.can_create,
        "update": permissions.can_change,
        "partial_update": permissions.can_change,
        "destroy": permissions.can_delete,
        "classify": permissions.can_suggest,
    }

    def get_queryset(self) -> TicketQuerySet:
        return Ticket.objects.select_related("assignee").visible_to(self.request.user)

    def get_serializer_class(self) -> type[BaseSerializer]:
        return NewTicketSerializer if self.action == "create" else super().get_serializer_class()

    def list(self, request: Request) -> Response:
        found, reader = filters.tickets(request, Ticket.objects.all()), request.user
        return self.get_paginated_response([as_json(row, reader) for row in self.page_of(found)])

    def read(self, tickets: Any, order: tuple[OrderBy, ...], limit: int) -> Sequence[Any]:
        often = self.request.query_params.keys() <= ASKED_OFTEN
        return rows.read(tickets, COLUMNS, order, limit, often=often)

    def named(self, row: Any) -> Any:
        return TicketRow._make(row)

    def create(self, request: Request) -> Response:
        data = self.valid()
        with external_id_conflicts(data):
            ticket = intake.create(data, actor=self.actor, channel=Channel.API)
        address = reverse("ticket-detail", args=[ticket.pk], request=request)
        return Response(self.get_serializer(ticket).data, status=201, headers={"Location": address})

    def retrieve(self, request: Request, pk: int) -> Response:
        row = rows.read_one(Ticket.objects.visible_to(request.user), COLUMNS, pk)
        if row is None:
            raise Ticket.DoesNotExist("No Ticket matches the given query.")
        return Response(as_json(row, request.user))

    def update(self, request: Request, pk: int, *, partial: bool = False) -> Response:
        values = self.valid(partial=partial)
        with external_id_conflicts(values, pk):
            ticket = changes.update(pk, values, actor=self.actor, channel=Channel.API)
        return Response(self.get_serializer(ticket).data)

    def partial_update(self, request: Request, pk: int) -> Response:
        return self.update(request, pk, partial=True)

    def destroy(self, request: Request, pk: int) -> Response:
        changes.delete(self.get_object(), actor=self.actor, channel=Channel.API)
        return Response(status=204)

    @action(detail=False, serializer_class=StatsSerializer, pagination_class=None)
    def stats(self, request: Request) -> Response:
        filters.refuse_unknown(request.query_params, self.filters)
        return Response(
            self.get_serializer(counts.collect(filters.tickets(request, Ticket.objects.all()))).data
        )

    @action(detail=False, methods=["post"], serializer_class=ClassifySerializer)
    def classify(self, request: Request) -> Response:
        text = self.valid()
        prediction = classify(text["title"] or "", text["description"])
        return Response(PredictionSerializer(prediction).data)
