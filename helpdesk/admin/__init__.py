"""The primary face of the desk: thin over the services."""

from helpdesk.admin.people import GroupAdmin, UserAdmin
from helpdesk.admin.tickets import TicketAdmin
from helpdesk.admin.tokens import TokenAdmin

__all__ = ["GroupAdmin", "TicketAdmin", "TokenAdmin", "UserAdmin"]
