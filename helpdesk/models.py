"""Names the models of the rooms for Django. Nothing of ours imports it: a room has its own."""

from helpdesk.accounts.models import Session, TokenUse
from helpdesk.jobs.models import Worker
from helpdesk.operations.models import LastBackup
from helpdesk.tickets.bulk import BulkChange
from helpdesk.tickets.models import Comment, Event, Ticket, TicketSource
from helpdesk.tickets.undo_record import Undo
from helpdesk.transfer.models import Desk, Import, StagedRow, TicketExport
from helpdesk.triage.models import ApplyRule, ProviderCall, Suggestion, TriageModel, TriageRun
from helpdesk.workspace.models import Draft, Preferences, Presence, ReadMark

__all__ = [
    "ApplyRule",
    "BulkChange",
    "Comment",
    "Desk",
    "Draft",
    "Event",
    "Import",
    "LastBackup",
    "Preferences",
    "Presence",
    "ProviderCall",
    "ReadMark",
    "Session",
    "StagedRow",
    "Suggestion",
    "Ticket",
    "TicketExport",
    "TicketSource",
    "TokenUse",
    "TriageModel",
    "TriageRun",
    "Undo",
    "Worker",
]
