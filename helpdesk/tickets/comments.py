"""What people say about tickets."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from helpdesk.choices import Action, Channel
from helpdesk.tickets import changes, history
from helpdesk.tickets.history import Author, Entry
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
    is_reply = author is not None and not is_internal
    changed, moment = changes.note_comment(ticket, is_reply=is_reply, at=at)
    comment = Comment.objects.create(
        ticket=ticket, author=author, body=body, is_internal=is_internal, created_at=moment
    )
    changed["internal note" if is_internal else "reply"] = [None, comment.pk]
    history.record(Action.COMMENTED, [Entry(ticket.pk, changed, moment)], Author(author, channel))
    return comment
