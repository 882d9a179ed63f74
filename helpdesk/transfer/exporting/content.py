"""What an export holds: its tickets as its owner sees them, and the bytes of its file."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings

from helpdesk.choices import Channel
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet
from helpdesk.transfer.formats import FORMATS, TicketFormat
from helpdesk.transfer.models import TicketExport
from helpdesk.transfer.resource import TicketResource

BY_EXTENSION: dict[str, type[TicketFormat]] = {form.extensions[0]: form for form in FORMATS}
# What the list itself understands beside the filters: words to find, and an order.
WORDS, ORDER = "q", "o"
# A row of a sheet, or one with comments, history or source data, takes as long as so many others.
COST = 10


def tickets_of(export: TicketExport) -> TicketQuerySet:
    """In the order of the list, or newest first by the API; raises `Invalid` for filters without sense."""
    asked: Mapping[str, str] = export.query
    owner = export.owner
    if owner is None or not owner.is_active:
        raise ValueError("Whoever asked for it has no account any more.")
    filters = {name: text for name, text in asked.items() if name not in (WORDS, ORDER)}
    tickets = (
        Ticket.objects.all().visible_to(owner).matching(filters, owner).find(asked.get(WORDS, ""), owner)
    )
    return tickets.in_order(asked.get(ORDER, "-created" if export.channel == Channel.API else ""))


def most_at_once(name: str, parts: Sequence[str] = ()) -> int:
    """How many tickets are sent in this format while somebody waits."""
    return settings.EXPORT_AT_ONCE // (COST if name == "xlsx" or parts else 1)


def fits(export: TicketExport) -> bool:
    """Whether it can be sent while somebody waits; counts its tickets, no further than it takes to know."""
    limit = most_at_once(export.format, export.parts)
    export.total = export.rows = tickets_of(export).order_by()[: limit + 1].count()
    return export.rows <= limit


def pieces_of(
    export: TicketExport, watch: Callable[[Iterator[Any]], Iterator[Any]] = iter
) -> Generator[bytes]:
    """The file piece by piece, read from the database meanwhile; `watch` is handed the rows on their way.

    Raises ValueError where the format cannot hold them.
    """
    tickets = tickets_of(export)
    content = TicketResource().export(tickets, export_fields=export.columns, parts=export.parts)
    watched = replace(content, rows=watch(content.rows))
    yield from BY_EXTENSION[export.format]().export_data(watched)
