"""What triage does after somebody else's change."""

from collections.abc import Sequence

from helpdesk.jobs.reactions import on
from helpdesk.tickets.changes import SETTLED
from helpdesk.tickets.models import Ticket
from helpdesk.triage import learning, rules, suggestions


@on("ticket.created")
def second_look(ids: Sequence[int]) -> None:
    """New tickets that were filled locally: the provider's opinion where one is asked, then the rules."""
    waiting = Ticket.objects.filter(pk__in=ids, suggestions__verdict="pending").order_by("pk").distinct()
    for ticket in waiting:
        suggestion = suggestions.second_opinion(ticket) or ticket.suggestions.offered()
        if suggestion:
            rules.apply(suggestion)


@on(SETTLED, suggestions.DECIDED)
def learn_soon(ids: Sequence[int]) -> None:
    """Somebody has said what was right."""
    learning.request()
