"""The primary face of the desk: thin over the rooms below."""

from helpdesk.admin.jobs import JobAdmin
from helpdesk.admin.tickets import TicketAdmin
from helpdesk.admin.tokens import TokenAdmin
from helpdesk.admin.users import GroupAdmin, UserAdmin

__all__ = ["GroupAdmin", "JobAdmin", "TicketAdmin", "TokenAdmin", "UserAdmin"]
