"""What belongs to a ticket besides its columns, for formats that have room for it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from helpdesk.tickets.models import Comment, Event, TicketSource

Parts = Callable[[Sequence[int]], list[dict[str, Any]]]


def parts_of(names: Sequence[str]) -> Parts:
    """A function from the numbers of tickets to what each has besides, by the name of the part."""

    def read(ids: Sequence[int]) -> list[dict[str, Any]]:
        found = {name: PARTS[name](ids) for name in names}
        return [{name: by_ticket.get(pk, []) for name, by_ticket in found.items()} for pk in ids]

    return read


def _comments(ids: Sequence[int]) -> dict[int, list[Any]]:
    comments = Comment.objects.filter(ticket_id__in=ids).select_related("author")
    found: dict[int, list[Any]] = defaultdict(list)
    for comment in comments.order_by("created_at", "id"):
        found[comment.ticket_id].append(
            {
                "body": comment.body,
                "author": comment.author.username if comment.author else comment.author_name,
                "created_at": comment.created_at.isoformat(),
                "is_internal": comment.is_internal,
                "from_requester": comment.from_requester,
            }
        )
    return found


def _history(ids: Sequence[int]) -> dict[int, list[Any]]:
    events = Event.objects.filter(ticket_id__in=ids).select_related("actor").order_by("created_at", "id")
    found: dict[int, list[Any]] = defaultdict(list)
    for event in events:
        found[event.ticket_id].append(
            {
                "action": event.action,
                "channel": event.channel,
                "actor": event.actor.username if event.actor else "",
                "created_at": event.created_at.isoformat(),
                "changes": event.changes,
            }
        )
    return found


def _source(ids: Sequence[int]) -> dict[int, list[Any]]:
    return dict(TicketSource.objects.filter(pk__in=ids).values_list("pk", "data"))


PARTS: dict[str, Callable[[Sequence[int]], dict[int, list[Any]]]] = {
    "comments": _comments,
    "history": _history,
    "source": _source,
}
