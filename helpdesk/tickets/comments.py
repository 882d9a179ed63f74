"""What people say about tickets."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from helpdesk.choices import Action, Channel
from helpdesk.tickets import changes as tickets
from helpdesk.tickets import history
from helpdesk.tickets.history import Author
from helpdesk.tickets.models import Comment, Ticket


@transaction.atomic
def add(
    ticket: Ticket,
    body: str,
    *,
    author: User | None,
    channel: Channel,
    is_internal: bool = False,
    at: datetime | None = None,
) -> Comment:
    """Add a reply or a note; the first public reply by a member of staff is the ticket's first response."""
    now = at or timezone.now()
    is_reply = author is not None and not is_internal
    changes = tickets.note_comment(ticket, is_reply=is_reply, now=now)
    comment = Comment.objects.create(
        ticket=ticket, author=author, body=body, is_internal=is_internal, created_at=now
    )
    changes["internal note" if is_internal else "reply"] = [None, comment.pk]
    history.record(Action.COMMENTED, [(ticket.pk, changes)], Author(author, channel), now)
    return comment
