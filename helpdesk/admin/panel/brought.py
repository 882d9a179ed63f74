"""What the file that a ticket came with said besides its fields: read only, on its page and as a whole."""

from collections.abc import Iterator
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from helpdesk import permissions
from helpdesk.people import signed_in
from helpdesk.tickets.models import Ticket, TicketSource

# Longer texts are folded; of each the page shows no more than `SHOWN`, and of a wide file so many columns.
FOLDED, SHOWN, COLUMNS = 160, 4_000, 100


class SourceText(NamedTuple):
    """A column of the file and its text; `start` is what a folded one shows, empty for a short one."""

    header: str
    text: str
    start: str


class Brought(NamedTuple):
    """`is_cut`: the whole is more than the page shows."""

    texts: list[SourceText]
    is_cut: bool


def of(ticket: Ticket) -> Brought:
    source: TicketSource | None = getattr(ticket, "source", None)
    data = source.data if source else []
    texts = [
        SourceText(header, text[:SHOWN], " ".join(text[:FOLDED].split()) if len(text) > FOLDED else "")
        for header, text in data[:COLUMNS]
    ]
    return Brought(texts, len(data) > COLUMNS or any(len(text) > SHOWN for _, text in data))


@require_safe
def whole(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """All of it as a text: the header of each column, and below it what the file said."""
    user = signed_in(request)
    if not permissions.can_view(user):
        raise PermissionDenied
    ticket = get_object_or_404(Ticket.objects.visible_to(user), pk=pk)
    source = get_object_or_404(TicketSource, pk=ticket.pk)
    response = StreamingHttpResponse(_lines(source), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="source-of-{ticket.pk}.txt"'
    return response


def _lines(source: TicketSource) -> Iterator[str]:
    for header, text in source.data:
        yield f"[{header}]\n{text}\n\n"
