"""Tickets out as a file that is sent at once, by the filters of their list."""

from itertools import chain
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from helpdesk import permissions
from helpdesk.api import file_schema, filters
from helpdesk.api.permissions import MayDoThisWithCredentials
from helpdesk.api.views.base import TicketRoutes
from helpdesk.choices import Channel
from helpdesk.people import signed_in
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import FILTERS, Invalid
from helpdesk.transfer import records
from helpdesk.transfer.columns import COLUMNS
from helpdesk.transfer.exporting.content import BY_EXTENSION, fits, pieces_of
from helpdesk.transfer.models import TicketExport
from helpdesk.transfer.parts import PARTS

OWN = ("format", "columns", "parts")


class TooManyAtOnce(APIException):
    status_code = 400
    default_detail = (
        "These are too many tickets to be sent at once. POST /api/exports/ lets the worker write the file, "
        "and says where to fetch it."
    )


@file_schema.export
class ExportViewSet(TicketRoutes):
    """Never open: who took what is recorded."""

    queryset = Ticket.objects.all()
    permission_classes = [MayDoThisWithCredentials]
    pagination_class = None
    filters = FILTERS
    requires = {"list": permissions.can_export}

    def list(self, request: Request) -> StreamingHttpResponse:
        """Sent while it is read; the first piece is made now, so that an error still has its status."""
        filters.refuse_unknown(request.query_params, (*self.filters, *OWN))
        (name,) = _chosen(request, "format", BY_EXTENSION) or ["csv"]
        export = TicketExport(
            owner=signed_in(request),
            channel=Channel.API,
            format=name,
            columns=_chosen(request, "columns", COLUMNS) or list(COLUMNS),
            parts=_chosen(request, "parts", PARTS),
            query={name: text for name, text in filters.asked(request).items() if text},
        )
        if not fits_format(export):
            raise TooManyAtOnce
        pieces = pieces_of(export)
        try:
            first = next(pieces, b"")
        except ValueError as too_much:
            raise ValidationError({"format": [str(too_much)]}) from too_much
        records.keep(export)
        content_type = BY_EXTENSION[name].content_type
        response = StreamingHttpResponse(chain([first], pieces), content_type=content_type)
        response["Content-Disposition"] = f'attachment; filename="tickets.{name}"'
        return response


def fits_format(export: TicketExport) -> bool:
    """Whether it can be sent at once; raises ValidationError for what makes no sense."""
    if export.parts and export.format != "jsonl":
        raise ValidationError({"parts": ["Only jsonl has room for them. Send format=jsonl."]})
    try:
        return fits(export)
    except Invalid as wrong:
        raise ValidationError(wrong.messages) from wrong


def _chosen(request: Request, parameter: str, known: Any) -> list[str]:
    """Some of what is known, separated by commas; raises ValidationError naming what is."""
    names = [name.strip() for name in request.query_params.get(parameter, "").split(",") if name.strip()]
    unknown = [name for name in names if name not in known]
    if unknown or (parameter == "format" and len(names) > 1):
        raise ValidationError({parameter: [f"Choose from: {', '.join(known)}."]})
    return names
