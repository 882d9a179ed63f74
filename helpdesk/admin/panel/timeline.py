"""What happened to a ticket, in the order it happened: messages, changes and suggestions, piece by piece."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone

from helpdesk import people
from helpdesk.admin.panel import words
from helpdesk.choices import Action, Channel, Verdict
from helpdesk.tickets import history
from helpdesk.tickets.history import ChangeInWords, Told
from helpdesk.tickets.models import Comment, Event, Ticket
from helpdesk.triage.models import Suggestion

PIECE = 20
# A run of changes is one entry, so more of them are read for a piece, and for what is new since.
CHANGES = 200
# Who made a change that no person made.
PROGRAMS = {
    Channel.AI: "Triage",
    Channel.API: "A program",
    Channel.IMPORT: "An import",
    Channel.SYSTEM: "The desk",
    Channel.ADMIN: "Somebody",
}
REQUESTER = "The requester"


class Key(NamedTuple):
    """The place of a row in the timeline: what happened in the same moment keeps an order."""

    moment: datetime
    rank: int
    pk: int

    def __str__(self) -> str:
        return f"{self.moment.isoformat()}~{self.rank}~{self.pk}"


def key_from(text: str) -> Key:
    """Raises ValueError for a text that is no key."""
    moment, rank, pk = text.split("~")
    return Key(moment_from(moment), int(rank), int(pk))


def moment_from(text: str) -> datetime:
    """Raises ValueError for a text that is no moment."""
    moment = datetime.fromisoformat(text)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


@dataclass(frozen=True)
class Message:
    """What somebody said; `tone` is ``customer``, ``note``, or empty for a reply of staff."""

    kind = "message"
    who: str
    tone: str
    body: str
    moment: datetime
    when: str
    channel: str
    is_mine: bool = False
    remark: str = ""
    pk: int = 0

    @property
    def avatar(self) -> str:
        """Whose picture stands beside it: ``me``, ``customer``, or empty for another of the staff."""
        return "me" if self.is_mine else self.tone if self.tone == "customer" else ""


@dataclass(frozen=True)
class ShownChange:
    who: str
    channel: str
    when: str
    moment: datetime
    lines: list[ChangeInWords]


@dataclass(frozen=True)
class Run:
    """Changes with nothing said between them, the oldest first."""

    kind = "changes"
    changes: list[ShownChange] = field(default_factory=list)

    @property
    def who(self) -> str:
        names = list(dict.fromkeys(change.who for change in self.changes))
        return names[0] if len(names) == 1 else f"{len(names)} people and programs"

    @property
    def what(self) -> str:
        return ", ".join(dict.fromkeys(line.field for change in self.changes for line in change.lines))

    @property
    def moment(self) -> datetime:
        return self.changes[-1].moment

    @property
    def when(self) -> str:
        first, last = self.changes[0].when, self.changes[-1].when
        return first if first == last else f"{first} \u2013 {last}"


@dataclass(frozen=True)
class Proposal:
    """A suggestion and what became of it."""

    kind = "suggestion"
    suggestion: Suggestion
    moment: datetime
    when: str
    outcome: str


TimelineEntry = Message | Run | Proposal


@dataclass(frozen=True)
class Piece:
    """`entries`, the oldest first; `cursor` and `earlier` say where the piece before begins, and how much
    is left there."""

    entries: list[TimelineEntry]
    cursor: str = ""
    earlier: int = 0


def opening(ticket: Ticket) -> Message:
    """The description, as the first message; one query for the channel it came by."""
    born = Event.objects.for_history(ticket.pk).filter(action=Action.CREATED).last()
    channel = born.get_channel_display() if born else ""
    by = f"written down by {people.name_of(born.actor)}" if born and born.actor else ""
    now = timezone.now()
    return Message(
        requester_of(ticket),
        "customer",
        ticket.description,
        ticket.created_at,
        words.moment(ticket.created_at, now),
        channel,
        remark=by,
    )


def piece(ticket: Ticket, viewer: User, before: Key | None = None) -> Piece:
    """The newest `PIECE` entries, or those before a key."""
    rows = _newest(ticket, viewer, before)
    entries, used = _fold(_tell(rows), ticket, viewer)
    if not used:
        return Piece([])
    oldest = rows[used - 1][0]
    sources = enumerate(_sources(ticket, viewer))
    earlier = sum(_older(source, rank, oldest).count() for rank, source in sources)
    return Piece(entries[::-1], str(oldest) if earlier else "", earlier)


def since(ticket: Ticket, viewer: User, moment: datetime) -> list[TimelineEntry]:
    """What happened after a moment, the oldest first; of very much, the newest."""
    rows = [(key, row) for key, row in _newest(ticket, viewer, None) if key.moment > moment]
    return _fold(_tell(rows), ticket, viewer)[0][::-1]


def requester_of(ticket: Ticket) -> str:
    return ticket.requester_name or ticket.requester_email or REQUESTER


def _sources(ticket: Ticket, viewer: User) -> Sequence[QuerySet[Any]]:
    """In the order of `Key.rank`. A birth is told by the description, a comment by itself."""
    return (
        Event.objects.visible_to(viewer)
        .filter(ticket_id=ticket.pk)
        .exclude(action__in=[Action.CREATED, Action.COMMENTED])
        .select_related("actor"),
        ticket.suggestions.select_related("decided_by"),
        ticket.comments.visible_to(viewer).select_related("author"),
    )


def _newest(ticket: Ticket, viewer: User, before: Key | None) -> list[tuple[Key, Any]]:
    """The newest rows of all sources before a key, the newest first, as far back as all are known."""
    found: list[tuple[Key, Any]] = []
    floors = []
    for rank, rows in enumerate(_sources(ticket, viewer)):
        limit = PIECE if rank else CHANGES
        older = _older(rows, rank, before).order_by("-created_at", "-id")
        keyed = [(Key(row.created_at, rank, row.pk), row) for row in older[:limit]]
        found += keyed
        if len(keyed) == limit:
            floors.append(keyed[-1][0])
    floor = max(floors, default=None)
    kept = (pair for pair in found if floor is None or pair[0] >= floor)
    return sorted(kept, key=lambda pair: pair[0], reverse=True)


def _older(rows: QuerySet[Any], rank: int, before: Key | None) -> QuerySet[Any]:
    if before is None:
        return rows
    earlier = Q(created_at__lt=before.moment)
    if rank < before.rank:
        earlier |= Q(created_at=before.moment)
    elif rank == before.rank:
        earlier |= Q(created_at=before.moment, pk__lt=before.pk)
    return rows.filter(earlier)


def _tell(rows: Iterable[tuple[Key, Any]]) -> list[Any]:
    """The rows with their events in words."""
    found = [row for _, row in rows]
    told = {each.event.pk: each for each in history.tell(row for row in found if isinstance(row, Event))}
    return [told[row.pk] if isinstance(row, Event) else row for row in found]


def _fold(rows: Iterable[Any], ticket: Ticket, viewer: User) -> tuple[list[TimelineEntry], int]:
    """At most `PIECE` entries, the newest first, and of how many rows they are made."""
    now = timezone.now()
    entries: list[TimelineEntry] = []
    used = 0
    for row in rows:
        run = entries[-1] if entries else None
        if isinstance(row, Told) and isinstance(run, Run):
            run.changes.insert(0, _change(row, now))
        elif len(entries) == PIECE:
            break
        else:
            entries.append(_entry(row, ticket, viewer, now))
        used += 1
    return entries, used


def _entry(row: Any, ticket: Ticket, viewer: User, now: datetime) -> TimelineEntry:
    if isinstance(row, Told):
        return Run([_change(row, now)])
    if isinstance(row, Suggestion):
        return Proposal(row, row.created_at, words.moment(row.created_at, now), _outcome(row))
    return message(row, ticket, viewer, now)


def message(comment: Comment, ticket: Ticket, viewer: User, now: datetime) -> Message:
    who = requester_of(ticket) if comment.from_requester else people.name_of(comment.author) or "A program"
    remarks = []
    if comment.created_at == ticket.first_responded_at:
        remarks.append(f"first reply after {words.span(comment.created_at - ticket.created_at)}")
    if comment.from_requester and comment.author:
        remarks.append(f"passed on by {people.name_of(comment.author)}")
    tone = "customer" if comment.from_requester else "note" if comment.is_internal else ""
    return Message(
        who,
        tone,
        comment.body,
        comment.created_at,
        words.moment(comment.created_at, now),
        str(comment.get_channel_display()),
        is_mine=comment.author_id == viewer.pk and not comment.from_requester,
        remark=" · ".join(remarks),
        pk=comment.pk,
    )


def _change(told: Told, now: datetime) -> ShownChange:
    event = told.event
    who = people.name_of(event.actor) or PROGRAMS[Channel(event.channel)]
    when = words.moment(event.created_at, now)
    return ShownChange(who, str(event.get_channel_display()), when, event.created_at, told.lines)


def _outcome(suggestion: Suggestion) -> str:
    if suggestion.verdict == Verdict.PENDING:
        return ""
    by = f" by {people.name_of(suggestion.decided_by)}" if suggestion.decided_by else ""
    return f"{suggestion.get_verdict_display().lower()}{by}"


def messages_in(entries: Iterable[TimelineEntry]) -> Iterator[Message]:
    return (entry for entry in entries if isinstance(entry, Message))
