"""Tickets out as a file, by the filters of their list."""

from itertools import chain
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from helpdesk import permissions
from helpdesk.api import filters, schema
from helpdesk.api.permissions import MayDoThisWithCredentials
from helpdesk.api.views.base import TicketRoutes
from helpdesk.choices import Channel
from helpdesk.people import signed_in
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import FILTERS
from helpdesk.transfer import records
from helpdesk.transfer.columns import COLUMNS
from helpdesk.transfer.formats import FORMATS
from helpdesk.transfer.models import TicketExport
from helpdesk.transfer.parts import PARTS
from helpdesk.transfer.resource import TicketResource

BY_EXTENSION = {form.extensions[0]: form for form in FORMATS}
OWN = ("format", "columns", "parts")


@schema.export
class ExportViewSet(TicketRoutes):
    """Never open: who took what is recorded."""

    queryset = Ticket.objects.all()
    permission_classes = [MayDoThisWithCredentials]
    pagination_class = None
    filters = FILTERS
    requires = {"list": permissions.can_export}

    def list(self, request: Request) -> StreamingHttpResponse:
        """Sent while it is read; the first piece is made now, so that an error still has its status."""
        filters.refuse_unknown(request, (*self.filters, *OWN))
        (name,) = _chosen(request, "format", BY_EXTENSION) or ["csv"]
        columns = _chosen(request, "columns", COLUMNS) or list(COLUMNS)
        parts = _chosen(request, "parts", PARTS)
        if parts and name != "jsonl":
            raise ValidationError({"parts": ["Only jsonl has room for them. Send format=jsonl."]})
        tickets = filters.tickets(request, Ticket.objects.order_by("-created_at", "-id"))
        file_format = BY_EXTENSION[name]()
        export = TicketResource().export(tickets, export_fields=columns, parts=parts)
        try:
            pieces = iter(file_format.export_data(export))
            first = next(pieces, b"")
        except ValueError as too_much:
            raise ValidationError({"format": [str(too_much)]}) from too_much
        records.keep(
            TicketExport(
                owner=signed_in(request),
                channel=Channel.API,
                format=name,
                columns=export.headers,
                parts=parts,
                query={key: str(text) for key, text in request.query_params.items() if text},
                rows=tickets.count(),
            )
        )
        response = StreamingHttpResponse(chain([first], pieces), content_type=file_format.get_content_type())
        response["Content-Disposition"] = f'attachment; filename="tickets.{name}"'
        return response


def _chosen(request: Request, parameter: str, known: Any) -> list[str]:
    """Some of what is known, separated by commas; raises ValidationError naming what is."""
    names = [name.strip() for name in request.query_params.get(parameter, "").split(",") if name.strip()]
    unknown = [name for name in names if name not in known]
    if unknown or (parameter == "format" and len(names) > 1):
        raise ValidationError({parameter: [f"Choose from: {', '.join(known)}."]})
    return names
