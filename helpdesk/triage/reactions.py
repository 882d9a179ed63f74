"""What triage does after somebody else's change."""

from collections.abc import Sequence

from django.db.models import F

from helpdesk.jobs.reactions import on
from helpdesk.tickets.changes import SETTLED
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.undo import made_by_what_is_undone
from helpdesk.triage import learning, rules, suggestions


@on("ticket.created")
def second_look(ids: Sequence[int]) -> None:
    """New tickets that were filled locally: the provider's opinion where one is asked, then the rules."""
    waiting = Ticket.objects.filter(pk__in=ids, suggestions__verdict="pending").order_by("pk").distinct()
    for ticket in waiting:
        suggestion = suggestions.second_opinion(ticket) or ticket.suggestions.offered()
        if suggestion:
            rules.apply(suggestion)


@on("ticket.imported")
def apply_rules(ids: Sequence[int]) -> None:
    """Blanks of a file that were filled locally: what the rules allow, and no provider is asked.

    It is announced when all rows are written; what is taken back meanwhile is left alone, and so is a
    category that the file brought.
    """
    stay = set(ids) - made_by_what_is_undone(ids)
    filled = rules.waiting().filter(ticket__in=stay, ticket__category=F("category"))
    for suggestion in list(filled.order_by("pk")):
        rules.apply(suggestion)


@on(SETTLED, suggestions.DECIDED)
def learn_soon(ids: Sequence[int]) -> None:
    """Somebody has said what was right."""
    learning.request()
