"""Resolved tickets whose title shares telling words with this one: their answers may help."""

import math
from collections import Counter
from typing import NamedTuple

from helpdesk.admin.panel import words
from helpdesk.choices import Status
from helpdesk.tickets import spelling
from helpdesk.tickets.models import Ticket

# The newest resolved tickets of the category are compared, by title: one query, whatever the desk holds.
COMPARED = 500
SHOWN = 3
# The share of the title, by how telling its words are, that another one must have.
ENOUGH = 0.45
SHORTEST = 3


class Similar(NamedTuple):
    pk: int
    title: str
    resolved_after: str


def similar(ticket: Ticket) -> list[Similar]:
    """The nearest first, at most `SHOWN`."""
    resolved = Ticket.objects.filter(
        category=ticket.category, status__in=[Status.RESOLVED, Status.CLOSED], resolved_at__isnull=False
    ).exclude(pk=ticket.pk)
    newest = resolved.order_by("-created_at", "-id").only("title", "created_at", "resolved_at")[:COMPARED]
    others = [(_telling(other.title), other) for other in newest]
    frequency = Counter(word for known, _ in others for word in known)
    weight = {word: math.log(1 + len(others) / (frequency[word] or 1)) for word in _telling(ticket.title)}
    whole = sum(weight.values())
    scored = [
        (share, other)
        for known, other in others
        if (share := sum(weight[word] for word in weight.keys() & known)) >= ENOUGH * whole > 0
    ]
    scored.sort(key=lambda pair: pair[0], reverse=True)
    return [
        Similar(other.pk, other.title, words.span(other.resolved_at - other.created_at))
        for _, other in scored[:SHOWN]
        if other.resolved_at
    ]


def _telling(title: str) -> set[str]:
    return {word for word in spelling.tokens(title) if len(word) >= SHORTEST or not word.isascii()}
