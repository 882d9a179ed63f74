"""The nouns of the desk. No verbs: those are in `helpdesk.services`."""

from helpdesk.models.apply_rule import ApplyRule
from helpdesk.models.comment import Comment
from helpdesk.models.event import Event
from helpdesk.models.provider_call import ProviderCall
from helpdesk.models.suggestion import Suggestion
from helpdesk.models.ticket import Ticket
from helpdesk.models.triage_model import TriageModel
from helpdesk.models.triage_run import TriageRun

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
