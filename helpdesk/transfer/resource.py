"""The resource of tickets for django-import-export: what can be exported."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import BigIntegerField, CharField, F, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from import_export.fields import Field
from import_export.resources import ModelResource

from helpdesk.tickets.fields import FIELDS, NAMES, Kind
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet
from helpdesk.transfer.cells import in_iso
from helpdesk.transfer.formats import Export
from helpdesk.transfer.importing.identity import mark_of_this_desk
from helpdesk.transfer.parts import parts_of

CHUNK = 1000
# A ticket is named by the desk it was born in and its number there; an assignee without an account by name.
DERIVED = {"desk": "born_elsewhere", "id": "born_as", "assignee": "held_by"}
# A time comes as the database writes it: to build an object of each only to write it again takes longer than
# all the rest.
MOMENTS = {field.name: f"{field.name}_text" for field in FIELDS if field.kind is Kind.MOMENT}


class TicketResource(ModelResource):
    """Gives an `Export`; imports are jobs, see `transfer.importing`."""

    desk = Field(attribute="desk", column_name="desk")
    assignee = Field(attribute="assignee__username", column_name="assignee")

    class Meta:
        model = Ticket
        fields = ("desk", *NAMES)

    def export(self, queryset: TicketQuerySet | None = None, **kwargs: Any) -> Export:
        """One query, read while the file is written; keyword `export_fields` selects columns.

        Keyword `parts` names what else goes along where the format has room for it, see `transfer.parts`.
        """
        fields = self.get_export_fields(kwargs.get("export_fields"))
        headers = [field.column_name for field in fields]
        tickets = (self.get_queryset() if queryset is None else queryset).annotate(
            born_elsewhere=F("origin_desk"),
            **{text: Cast(name, CharField()) for name, text in MOMENTS.items() if name in headers},
            born_as=Coalesce("origin_id", F("id"), output_field=BigIntegerField()),
            held_by=Coalesce(
                "assignee__username", NullIf("former_assignee", Value("")), output_field=CharField()
            ),
        )
        names = [(DERIVED | MOMENTS).get(header, header) for header in headers]
        parts = kwargs.get("parts", ())
        rows = tickets.values_list(*names, *(["pk"] if parts else []))
        written = _written(headers, rows.iterator(chunk_size=CHUNK))
        return Export(headers, written, parts_of(parts) if parts else None)


def _written(headers: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The rows with their times in ISO 8601, and with the mark of the desk."""
    own = str(mark_of_this_desk())
    while piece := list(islice(rows, CHUNK)):
        columns: list[Iterable[Any]] = list(zip(*piece, strict=True))
        for place, header in enumerate(headers):
            if header == "desk":
                columns[place] = [own if desk is None else str(desk) for desk in columns[place]]
            elif header in MOMENTS:
                columns[place] = in_iso(columns[place])
        yield from zip(*columns, strict=True)
