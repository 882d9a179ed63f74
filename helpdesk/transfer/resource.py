"""The resource of tickets for django-import-export: what can be exported."""

from typing import Any

from django.db.models import BigIntegerField, CharField, F, UUIDField, Value
from django.db.models.functions import Coalesce, NullIf
from import_export.fields import Field
from import_export.resources import ModelResource

from helpdesk.tickets.fields import NAMES
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet
from helpdesk.transfer.formats import Export
from helpdesk.transfer.importing.identity import mark_of_this_desk
from helpdesk.transfer.parts import parts_of

CHUNK = 1000
# A ticket is named by the desk it was born in and its number there; an assignee without an account by name.
DERIVED = {"desk": "born_in", "id": "born_as", "assignee": "held_by"}


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
            born_in=Coalesce("origin_desk", Value(mark_of_this_desk(), output_field=UUIDField())),
            born_as=Coalesce("origin_id", F("id"), output_field=BigIntegerField()),
            held_by=Coalesce(
                "assignee__username", NullIf("former_assignee", Value("")), output_field=CharField()
            ),
        )
        names = [DERIVED.get(header, header) for header in headers]
        parts = kwargs.get("parts", ())
        rows = tickets.values_list(*names, *(["pk"] if parts else []))
        return Export(headers, rows.iterator(chunk_size=CHUNK), parts_of(parts) if parts else None)
