"""The nouns of the desk. No verbs: those are in `helpdesk.services`."""

from helpdesk.models.comment import Comment
from helpdesk.models.event import Event
from helpdesk.models.suggestion import Suggestion
from helpdesk.models.ticket import Ticket

__all__ = ["Comment", "Event", "Suggestion", "Ticket"]
