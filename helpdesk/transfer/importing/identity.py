"""Which ticket a row is about: a number means ours only where the file proves that, or a person says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from helpdesk.tickets.models import Ticket
from helpdesk.tickets.parsing import as_pk, is_storable
from helpdesk.transfer.mapping.conversion import Converted
from helpdesk.transfer.mapping.remarks import Remark
from helpdesk.transfer.models import Desk

# Higher numbers are not taken over: they would leave the desk without numbers for its own tickets.
HIGHEST_NUMBER = 2**31 - 1
EXCERPT = 80

Pair = tuple[str, str]
Origin = tuple[UUID, int]


class Unmatched(Exception):
    """The row cannot be matched with a ticket: the remark says why."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark.reason)
        self.remark = remark


@dataclass(frozen=True, slots=True)
class Names:
    """By what a row names its ticket: our number, the desk it was born in, and another system's number."""

    number: int | None = None
    origin: Origin | None = None
    pair: Pair | None = None

    @property
    def key(self) -> str:
        """The same for rows about the same ticket, as far as the file can tell."""
        if self.number is not None:
            return f"number:{self.number}"
        if self.origin:
            return f"origin:{self.origin[0]}:{self.origin[1]}"
        return f"pair:{self.pair[0]}:{self.pair[1]}" if self.pair else ""


def mark_of_this_desk() -> UUID:
    return Desk.objects.get_or_create(pk=1)[0].mark


def names_of(row: Converted, own: UUID, *, id_is_ours: bool) -> Names:
    """Raises `Unmatched` for a mark or a number that is none."""
    values = row.values
    pair = (str(values.get("external_source", "")).strip(), str(values.get("external_id", "")).strip())
    known = pair if pair[1] else None
    number, mark = str(values.get("id") or "").strip(), str(values.get("desk") or "").strip()
    if not number or not (mark or id_is_ours):
        return Names(pair=known)
    pk = as_pk(number)
    if not pk:
        raise Unmatched(_remark(row, "id", number, "Not the number of a ticket", "Correct it, or empty it."))
    if not mark:
        return Names(pk, None, known)
    try:
        desk = UUID(mark)
    except ValueError:
        raise Unmatched(
            _remark(row, "desk", mark, "Not the mark of a desk", "Leave this column as it was exported.")
        ) from None
    return Names(pk, None, known) if desk == own else Names(None, (desk, pk), known)


class Known:
    """The tickets that some rows name: three queries, whatever the number of rows."""

    def __init__(self, names: Sequence[Names]) -> None:
        numbers = {name.number for name in names if name.number}
        pairs = {name.pair for name in names if name.pair and all(map(is_storable, name.pair))}
        origins = {name.origin for name in names if name.origin}
        tickets = Ticket.objects.select_related("assignee").defer("search_text").order_by()
        self._by_number = tickets.in_bulk(numbers) if numbers else {}
        holders = tickets.filter(
            external_source__in=[source for source, _ in pairs], external_id__in=[pk for _, pk in pairs]
        ).exclude(external_id="")
        self._by_pair = {(ticket.external_source, ticket.external_id): ticket for ticket in holders}
        born_elsewhere = tickets.filter(
            origin_desk__in=[desk for desk, _ in origins], origin_id__in=[pk for _, pk in origins]
        )
        self._by_origin = {(ticket.origin_desk, ticket.origin_id): ticket for ticket in born_elsewhere}

    def match(self, row: Converted, names: Names, *, id_is_ours: bool) -> Ticket | None:
        """The ticket that the row is about, None for a new one; raises `Unmatched`."""
        ticket = self._by_number.get(names.number) if names.number else None
        if names.number and ticket is None and not row.values.get("desk"):
            cure = "Correct the number, or empty the cell to make a new ticket."
            raise Unmatched(_remark(row, "id", str(names.number), "No such ticket here", cure))
        ticket = ticket or (self._by_origin.get(names.origin) if names.origin else None)
        holder = self._by_pair.get(names.pair) if names.pair else None
        if ticket and holder and ticket.pk != holder.pk:
            cure = f"Ticket {holder.pk} has this external id. Correct one of them."
            raise Unmatched(
                _remark(row, "external_id", holder.external_id, "Another ticket has this number", cure)
            )
        return ticket or holder


def _remark(row: Converted, column: str, value: str, reason: str, cure: str) -> Remark:
    return Remark(row.line, column, value[:EXCERPT], reason, cure)
