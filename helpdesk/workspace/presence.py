"""Who looks at which ticket now. A page beats while it is visible; who is silent is forgotten."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from helpdesk.tickets.models import Ticket
from helpdesk.workspace.models import Presence

SILENCE = timedelta(seconds=30)


def beat(user: User, ticket: Ticket, *, is_replying: bool = False) -> None:
    """This person's page shows the ticket. Two statements: rows that are forgotten go with it.

    Raises IntegrityError when the ticket was deleted since it was read.
    """
    now = timezone.now()
    Presence.objects.filter(user=user, seen_at__lt=now - SILENCE).delete()
    Presence.objects.bulk_create(
        [Presence(user=user, ticket=ticket, seen_at=now, is_replying=is_replying)],
        update_conflicts=True,
        unique_fields=["user", "ticket"],
        update_fields=["seen_at", "is_replying"],
    )


def leave(user: User, ticket: Ticket) -> None:
    Presence.objects.filter(user=user, ticket=ticket).delete()


def others(user: User, ticket: Ticket) -> list[Presence]:
    """Everybody else who looks at the ticket, with the person at hand, those who write first; one query."""
    here = Presence.objects.filter(ticket=ticket, seen_at__gte=timezone.now() - SILENCE).exclude(user=user)
    return list(here.select_related("user").order_by("-is_replying", "pk"))
