"""Names the models of the rooms for Django. Nothing of ours imports it: a room has its own."""

from helpdesk.tickets.comment import Comment
from helpdesk.tickets.event import Event
from helpdesk.tickets.models import Ticket
from helpdesk.triage.apply_rule import ApplyRule
from helpdesk.triage.models import Suggestion
from helpdesk.triage.provider_call import ProviderCall
from helpdesk.triage.triage_model import TriageModel
from helpdesk.triage.triage_run import TriageRun

__all__ = [
    "ApplyRule",
    "Comment",
    "Event",
    "ProviderCall",
    "Suggestion",
    "Ticket",
    "TriageModel",
    "TriageRun",
]
