"""What people say about tickets."""

from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from helpdesk.choices import Action, Channel
from helpdesk.tickets import changes, history
from helpdesk.tickets.history import Author, Entry
from helpdesk.tickets.models import NOTE, REPLY, Comment, Ticket


class How(TypedDict, total=False):
    """`from_requester` is true by itself for what is public and has no author.

    `key` is made with the page that sends the comment, and used up by it.
    """

    is_internal: bool
    from_requester: bool
    key: UUID | None


@transaction.atomic
def add(
    ticket: Ticket,
    body: str,
    *,
    author: User | None,
    channel: Channel,
    at: datetime | None = None,
    **how: Unpack[How],
) -> Comment:
    """Add a message of the requester, a reply or a note; the ticket's first reply is its first response.

    A `key` that this ticket knows already adds nothing: the comment of the first time is returned. Raises
    ValueError for an internal note of the requester, and `Ticket.DoesNotExist`.
    """
    is_internal = how.get("is_internal", False)
    from_requester = how.get("from_requester", author is None and not is_internal)
    if is_internal and from_requester:
        raise ValueError("A requester writes no internal notes.")
    fresh = Ticket.objects.select_for_update().get(pk=ticket.pk)
    key = how.get("key")
    if key and (sent := fresh.comments.filter(key=key).first()):
        return sent
    comment = Comment(ticket=fresh, author=author, body=body, channel=channel, key=key)
    comment.is_internal, comment.from_requester = is_internal, from_requester
    changed = changes.note_comment(fresh, comment, at)
    comment.save()
    changed[NOTE if is_internal else REPLY] = [None, comment.pk]
    history.record(Action.COMMENTED, [Entry(fresh.pk, changed, comment.created_at)], Author(author, channel))
    return comment
