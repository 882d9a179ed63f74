"""Replies and notes that are not sent yet: one of each kind for a person and a ticket."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from helpdesk.choices import Channel
from helpdesk.tickets import comments
from helpdesk.tickets.models import Comment, Ticket
from helpdesk.workspace import reading
from helpdesk.workspace.models import Draft

# A draft that nobody touched for so long is forgotten when its writer saves another one.
KEPT = timedelta(days=180)


class Newer(Exception):
    """Another page of the same person has saved a newer `draft`; nothing was saved."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("This draft was changed in another window.")
        self.draft = draft


def of(user: User, ticket: Ticket) -> dict[bool, Draft]:
    """The drafts of a person for a ticket: of a note at True, of a reply at False."""
    return {draft.is_internal: draft for draft in Draft.objects.filter(user=user, ticket=ticket)}


@transaction.atomic
def save(
    user: User,
    ticket: Ticket,
    text: str,
    *,
    is_internal: bool,
    key: UUID | None = None,
    known: datetime | None = None,
) -> Draft | None:
    """Keep a draft; a blank one is removed. None when there is none now.

    `key` is the one-time key of the page: what it has sent already does not come back as a draft. `known` is
    the `saved_at` that the page has seen; raises `Newer` when another one has saved something else since, and
    `Ticket.DoesNotExist` when the ticket is gone.
    """
    Ticket.objects.select_for_update().only("pk").get(pk=ticket.pk)
    stored = Draft.objects.filter(user=user, ticket=ticket, is_internal=is_internal).first()
    if key and Comment.objects.filter(ticket=ticket, key=key).exists():
        return None
    if stored and stored.text == text:
        return stored
    if stored and known and stored.saved_at > known:
        raise Newer(stored)
    if not text.strip():
        if stored:
            stored.delete()
        return None
    return _keep(stored or Draft(user=user, ticket=ticket, is_internal=is_internal), text)


def _keep(draft: Draft, text: str) -> Draft:
    draft.text, draft.saved_at = text, timezone.now()
    draft.save()
    Draft.objects.filter(user=draft.user, saved_at__lt=draft.saved_at - KEPT).delete()
    return draft


@transaction.atomic
def send(ticket: Ticket, body: str, *, author: User, is_internal: bool, key: UUID | None) -> Comment:
    """Make a comment of it by the admin, drop its draft, and mark the conversation as read up to it."""
    comment = comments.add(
        ticket, body, author=author, channel=Channel.ADMIN, is_internal=is_internal, key=key
    )
    Draft.objects.filter(user=author, ticket=ticket, is_internal=is_internal).delete()
    reading.mark_read(author, ticket, comment.created_at)
    return comment
