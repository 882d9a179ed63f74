"""The columns of a ticket in files, in and out, through django-import-export."""

from helpdesk.importing.columns import COLUMNS, Unreadable
from helpdesk.importing.table import MAX_BYTES, MAX_ROWS
from helpdesk.resources.formats import FORMATS
from helpdesk.resources.tickets import TicketResource

__all__ = ["COLUMNS", "FORMATS", "MAX_BYTES", "MAX_ROWS", "TicketResource", "Unreadable"]
