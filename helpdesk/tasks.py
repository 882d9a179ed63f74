"""Background work: each task is a thin call of a service, run by the worker."""

from django_tasks import task

from helpdesk.models import Ticket
from helpdesk.services import suggestions, triage


@task()
def second_opinion(ticket_id: int) -> None:
    """Let the provider look at a ticket that was filled locally when it came in."""
    ticket = Ticket.objects.filter(pk=ticket_id).first()
    if ticket:
        suggestions.second_opinion(ticket)


def ask_later(ticket: Ticket) -> None:
    """Queue a second opinion on a new ticket whose labels were left to triage."""
    if triage.has_provider() and ticket.suggestions.pending().exists():
        second_opinion.enqueue(ticket.pk)
