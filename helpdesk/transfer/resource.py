"""The resource of tickets for django-import-export: what can be exported."""

from typing import Any

from import_export.fields import Field
from import_export.resources import ModelResource

from helpdesk.tickets.fields import NAMES
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet
from helpdesk.transfer.formats import Export

CHUNK = 1000


class TicketResource(ModelResource):
    """Gives an `Export`; imports are jobs, see `transfer.importing`."""

    assignee = Field(attribute="assignee__username", column_name="assignee")

    class Meta:
        model = Ticket
        fields = NAMES

    def export(self, queryset: TicketQuerySet | None = None, **kwargs: Any) -> Export:
        """One query, read while the file is written; keyword `export_fields` selects columns."""
        fields = self.get_export_fields(kwargs.get("export_fields"))
        queryset = self.get_queryset() if queryset is None else queryset
        rows = queryset.values_list(*(field.attribute for field in fields))
        return Export([field.column_name for field in fields], rows.iterator(chunk_size=CHUNK))
