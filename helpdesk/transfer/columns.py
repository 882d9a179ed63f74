"""The columns of a ticket in our own files."""

from helpdesk.tickets.fields import NAMES

COLUMNS = ("desk", *NAMES)
