"""Replies and notes from the page of a ticket: kept as drafts, sent once, not past what came meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST

from helpdesk import people, permissions
from helpdesk.admin.panel import timeline, words
from helpdesk.admin.panel.fields import Mistake, deleted, refuse, shown
from helpdesk.admin.panel.timeline import Message, Run, TimelineEntry
from helpdesk.choices import Channel, Status
from helpdesk.tickets import changes
from helpdesk.tickets.models import BODY_LENGTH, Comment, Ticket
from helpdesk.tickets.parsing import INVISIBLE, is_storable, is_visible
from helpdesk.workspace import drafts
from helpdesk.workspace.models import Draft

NOTE = "note"
RESOLVE, NEXT = "resolve", "next"


@dataclass(frozen=True)
class Written:
    """A message as a page sends it; `then` is empty, ``resolve`` or ``next``.

    `seen` is the moment up to which its writer has seen what happened; None when that does not matter.
    """

    body: str
    is_internal: bool
    key: UUID | None
    then: str
    seen: datetime | None

    @property
    def said(self) -> str:
        return "Note added" if self.is_internal else "Reply added"


class Overtaken(Exception):
    """Others have written or changed something meanwhile: `entries`. Nothing was sent."""

    def __init__(self, ticket: Ticket, entries: list[TimelineEntry]) -> None:
        super().__init__(_in_words(entries))
        self.ticket = ticket
        self.entries = entries


def read(sent: QueryDict) -> Written:
    """Raises `Mistake` with what to write instead."""
    body = sent.get("body", "").replace("\r\n", "\n").strip()
    if not body:
        raise Mistake("Write something first.")
    if not is_visible(body):
        raise Mistake(INVISIBLE)
    _check(body)
    return Written(
        body, sent.get("kind") == NOTE, _key(sent), sent.get("then", ""), _moment(sent.get("seen", ""))
    )


@transaction.atomic
def deliver(ticket_id: int, written: Written, author: User) -> UUID | None:
    """Add the message, and resolve the ticket if that was asked for; returns the batch that reopens it.

    Raises `Overtaken`, and `Ticket.DoesNotExist`. The same key a second time adds nothing.
    """
    fresh = Ticket.objects.select_for_update().get(pk=ticket_id)
    is_sent = written.key is not None and Comment.objects.filter(ticket=fresh, key=written.key).exists()
    if written.seen and not is_sent and (news := _of_others(fresh, author, written.seen)):
        raise Overtaken(fresh, news)
    drafts.send(fresh, written.body, author=author, is_internal=written.is_internal, key=written.key)
    if written.then != RESOLVE or fresh.status == Status.RESOLVED:
        return None
    batch = uuid4()
    changes.update(fresh, {"status": Status.RESOLVED}, actor=author, channel=Channel.ADMIN, batch=batch)
    return batch


@require_POST
def send(request: HttpRequest, pk: int) -> JsonResponse:
    """Answers 200 with what is new on the page, 409 with what others did meanwhile, else why not."""
    user = people.signed_in(request)
    if not may_write(user):
        return refuse("You may read tickets, not write in them.", 403)
    try:
        written = read(request.POST)
        check_resolving(written, user)
        batch = deliver(pk, written, user)
        ticket = Ticket.objects.select_related("assignee").get(pk=pk)
    except Mistake as why:
        return refuse(str(why), 400)
    except Ticket.DoesNotExist:
        return refuse(deleted(pk), 404)
    except Overtaken as why:
        page = latest(why.ticket, user, why.entries)
        return JsonResponse({"detail": str(why), **page}, status=409)
    if written.then == NEXT:
        messages.success(request, f"{written.said} to #{pk}.")
    since = _moment(request.POST.get("shown", "")) or ticket.updated_at
    said = f"{written.said}, #{pk} resolved." if batch else f"{written.said}."
    answer = latest(ticket, user, timeline.since(ticket, user, since))
    return JsonResponse({"said": said, "batch": batch, "key": uuid4(), "fields": fields_of(ticket), **answer})


@require_POST
def draft(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep what is in the composer: ``{saved, known}``; 409 with the newer draft of another window."""
    user, sent = people.signed_in(request), request.POST
    if not may_write(user):
        return refuse("You may read tickets, not write in them.", 403)
    text, kind = sent.get("text", ""), sent.get("kind") == NOTE
    known = _moment(sent.get("known", ""))
    try:
        _check(text)
        ticket = Ticket.objects.only("pk").get(pk=pk)
        kept = drafts.save(user, ticket, text, is_internal=kind, key=_key(sent), known=known)
    except Mistake as why:
        return refuse(str(why), 400)
    except Ticket.DoesNotExist:
        return refuse(deleted(pk), 404)
    except drafts.Newer as newer:
        return JsonResponse(
            {"detail": str(newer), "text": newer.draft.text, **saved(newer.draft)}, status=409
        )
    return JsonResponse(saved(kept))


def opened(ticket: Ticket, user: User, back: str) -> dict[str, Any]:
    """What a composer needs: a one-time key, the drafts with their times, and the query of the list."""
    kept = drafts.of(user, ticket)
    kinds = {"reply": kept.get(False), NOTE: kept.get(True)}
    told = {kind: {"text": draft.text if draft else "", **saved(draft)} for kind, draft in kinds.items()}
    return {"key": uuid4(), "drafts": told, "back": back}


def saved(draft: Draft | None) -> dict[str, str]:
    """When a draft was saved: for people, and for the next time that the page saves it."""
    if draft is None:
        return {"saved": "", "known": ""}
    return {"saved": words.moment(draft.saved_at, timezone.now()), "known": draft.saved_at.isoformat()}


def latest(ticket: Ticket, viewer: User, entries: list[TimelineEntry]) -> dict[str, Any]:
    """New entries as a fragment of the page, and up to which moment the page knows the ticket by them."""
    html = render_to_string("helpdesk/panel/ticket/entries.html", {"entries": entries})
    moments = [ticket.updated_at, *(entry.moment for entry in entries)]
    return {"entries": html, "seen": max(moments).isoformat()}


def fields_of(ticket: Ticket) -> list[dict[str, Any]]:
    return [shown(ticket, name) for name in ("status", "priority", "category", "assignee", "title")]


def may_write(user: User) -> bool:
    return permissions.can_view(user) and permissions.can_comment(user)


def check_resolving(written: Written, user: User) -> None:
    if written.then == RESOLVE and not permissions.can_change(user):
        raise Mistake("You may write in tickets, not resolve them.")


def _of_others(ticket: Ticket, user: User, seen: datetime) -> list[TimelineEntry]:
    """What was said or changed after `seen`, except for what this person did."""
    name = people.name_of(user)
    found = timeline.since(ticket, user, seen)
    return [
        entry
        for entry in found
        if (isinstance(entry, Message) and not entry.is_mine)
        or (isinstance(entry, Run) and entry.who != name)
    ]


def _in_words(entries: list[TimelineEntry]) -> str:
    """``Bea Lang replied while you wrote.``"""
    newest = next((entry for entry in reversed(entries) if isinstance(entry, Message)), None)
    if newest:
        verb = {"note": "left a note", "customer": "wrote"}.get(newest.tone, "replied")
        return f"{newest.who} {verb} while you wrote."
    changed = ", ".join(f"{entry.what} by {entry.who}" for entry in entries if isinstance(entry, Run))
    return f"Changed while you wrote: {changed}."


def _check(text: str) -> None:
    if not is_storable(text):
        raise Mistake("This text holds a character that cannot be stored. Remove it and try again.")
    if len(text) > BODY_LENGTH:
        raise Mistake(f"A message has at most {BODY_LENGTH:,} characters; this one has {len(text):,}.")


def _key(sent: QueryDict) -> UUID | None:
    try:
        return UUID(sent.get("key", ""))
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        return timeline.moment_from(text)
    except ValueError:
        return None
