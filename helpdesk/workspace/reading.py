"""What one person has read. Unread is a ticket in whose conversation somebody else has spoken since."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from helpdesk.tickets.models import Ticket
from helpdesk.workspace import preferences
from helpdesk.workspace.models import ReadMark

TICK = timedelta(microseconds=1)


def read_until(user: User, ticket: Ticket) -> datetime:
    """The moment up to which this person has read the ticket; two queries."""
    mark = ReadMark.objects.filter(user=user, ticket=ticket).first()
    return mark.read_at if mark else preferences.of(user).read_from


def unread(user: User, tickets: Iterable[Ticket]) -> set[int]:
    """The ids of those that have something new for this person; two queries for any number."""
    spoken = {
        ticket.pk: ticket.last_message_at
        for ticket in tickets
        if ticket.last_message_at and ticket.last_message_by_id != user.pk
    }
    marks = ReadMark.objects.filter(user=user, ticket__in=spoken)
    read = dict(marks.values_list("ticket_id", "read_at"))
    baseline = preferences.of(user).read_from
    return {pk for pk, moment in spoken.items() if moment > read.get(pk, baseline)}


@transaction.atomic
def mark_read(user: User, ticket: Ticket, until: datetime) -> None:
    """Read up to `until`, the last message that the page showed; never less than before."""
    mark, created = ReadMark.objects.get_or_create(user=user, ticket=ticket, defaults={"read_at": until})
    if not created:
        ReadMark.objects.filter(pk=mark.pk, read_at__lt=until).update(read_at=until)


def mark_unread(user: User, ticket: Ticket) -> None:
    """The last message is new again."""
    before = (ticket.last_message_at or ticket.created_at) - TICK
    ReadMark.objects.update_or_create(user=user, ticket=ticket, defaults={"read_at": before})
