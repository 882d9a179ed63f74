"""The primary face of the desk: thin over the rooms below."""

from helpdesk.admin.jobs import JobAdmin
from helpdesk.admin.lockouts import FailureAdmin
from helpdesk.admin.sign_in import SignInForm
from helpdesk.admin.tickets import TicketAdmin
from helpdesk.admin.tokens import TokenAdmin
from helpdesk.admin.users import GroupAdmin, UserAdmin

__all__ = ["FailureAdmin", "GroupAdmin", "JobAdmin", "SignInForm", "TicketAdmin", "TokenAdmin", "UserAdmin"]
