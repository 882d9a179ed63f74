"""What can be asked of tickets: the one language of lists, filters, cards, tabs and exports."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Q
from django.utils import timezone

from helpdesk.choices import UNRESOLVED, VOCABULARIES, Queue
from helpdesk.tickets import parameters, queues, search
from helpdesk.tickets.fields import FIELDS, Kind
from helpdesk.tickets.parsing import as_pk

if TYPE_CHECKING:
    from helpdesk.tickets.models import Ticket  # noqa: F401 (a string names it)


class Invalid(ValueError):
    """Filters that make no sense; `messages` says of each what to send instead."""

    def __init__(self, messages: dict[str, list[str]]) -> None:
        super().__init__(messages)
        self.messages = messages


def start_of(day: date) -> datetime:
    """Midnight of a day in the desk's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """What this person may see at all. Whoever may see tickets sees every one, today.

        Comments and events have a `visible_to` of their own; what is said of them here (a search, a count)
        must keep to it, for `matching` is also asked by callers without credentials.
        """
        return self

    def matching(self, params: Mapping[str, str], user: User | AnonymousUser) -> "TicketQuerySet":
        """Those that pass every named filter of `FILTERS`; an empty value does not filter.

        Raises `Invalid` for values that make no sense.
        """
        tickets: TicketQuerySet = self
        wrong: dict[str, list[str]] = {}
        for name, text in params.items():
            if not text.strip(", "):
                continue
            try:
                tickets = FILTERS[name].keep(tickets, FILTERS[name].read(text, user))
            except ValueError as reason:
                wrong[name] = [str(reason)]
        if wrong:
            raise Invalid(wrong)
        return tickets

    def for_list(self) -> Self:
        """Rows as lists show them: newest first, with the assignee at hand."""
        return self.select_related("assignee").order_by("-created_at", "-id")

    def in_order(self, name: str) -> Self:
        """By one of `queues.ORDERS`, such as ``-priority``; anything else is the most urgent first."""
        return self.order_by(*queues.order(name))

    def waiting_for(self, party: str) -> Self:
        """Unresolved ones in which the requester has written last ("us"), or has an answer ("requester")."""
        return self.unresolved().filter(waiting_since__isnull=party != "us")

    def unresolved(self) -> Self:
        return self.filter(status__in=UNRESOLVED)

    def overdue(self, now: datetime | None = None) -> Self:
        return self.unresolved().filter(due_at__lt=now or timezone.now())

    def on_time(self, now: datetime | None = None) -> Self:
        """All that are not overdue."""
        return self.exclude(status__in=UNRESOLVED, due_at__lt=now or timezone.now())

    def created_between(self, start: datetime | None, end: datetime | None) -> Self:
        """Created at or after `start` and before `end`; None leaves that side open."""
        return self.between("created_at", start, end)

    def resolved_between(self, start: datetime | None, end: datetime | None) -> Self:
        """Resolved at or after `start` and before `end`; None leaves that side open."""
        return self.between("resolved_at", start, end)

    def between(self, field: str, start: datetime | None, end: datetime | None) -> Self:
        """The same for any time of a ticket."""
        bounds = {f"{field}__gte": start, f"{field}__lt": end}
        return self.filter(**{lookup: moment for lookup, moment in bounds.items() if moment})

    def of_batch(self, batch: UUID) -> Self:
        """Those that a change of many tickets has touched."""
        return self.filter(
            pk__in=self.model._default_manager.filter(events__batch=batch).order_by().values("pk")
        )

    def search(self, text: str, viewer: User | AnonymousUser | None = None) -> Self:
        """Every word of `text` begins a word of the ticket, its requester or its comments.

        Internal notes are looked into for a `viewer` who may read them.
        """
        return self.filter(search.matching(text, viewer)) if text.strip() else self

    def find(self, text: str, viewer: User | AnonymousUser | None = None) -> Self:
        """What a person types into one box: ``#12``, a number, an address, ``@domain`` or words."""
        text = text.strip()
        number = as_pk(text.removeprefix("#"))
        if number is not None:
            by_number = Q(pk=number)
            return self.filter(
                by_number if text.startswith("#") else by_number | search.matching(text, viewer)
            )
        if text.startswith("@") and " " not in text:
            return self.filter(search.matching(text, None), requester_email__contains=text.lower())
        if "@" in text and " " not in text:
            return self.filter(requester_email__startswith=text.lower())
        return self.search(text, viewer)

    def requested_by(self, text: str) -> Self:
        """The requester's e-mail address in any case, or a part of the name."""
        if "@" in text:
            return self.filter(requester_email=text.strip().lower())
        return self.filter(requester_name__icontains=text.strip())


@dataclass(frozen=True)
class Filter:
    """One parameter: how its text is read, which tickets it keeps, and what it says of itself (JSON Schema).

    `read` raises ValueError with a message that says what to send.
    """

    read: Callable[[str, User | AnonymousUser], Any]
    keep: Callable[[TicketQuerySet, Any], TicketQuerySet]
    help: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


def some_of(name: str) -> Filter:
    """Values of a field's vocabulary, separated by commas."""
    allowed = VOCABULARIES[name].values

    def read(text: str, user: User | AnonymousUser) -> list[str]:
        wanted = [value.strip() for value in text.split(",") if value.strip()]
        if unknown := [value for value in wanted if value not in allowed]:
            raise ValueError(f"Unknown: {', '.join(unknown)}. Choose from: {', '.join(allowed)}.")
        return wanted

    return Filter(
        read,
        lambda tickets, values: tickets.filter(**{f"{name}__in": values}),
        f"One of {', '.join(allowed)}, or several separated by commas.",
    )


MOMENT = {"type": "string", "format": "date-time"}


def since(name: str, help_text: str) -> Filter:
    return Filter(
        parameters.moment, lambda tickets, start: tickets.between(name, start, None), help_text, MOMENT
    )


def before(name: str, help_text: str) -> Filter:
    return Filter(parameters.moment, lambda tickets, end: tickets.between(name, None, end), help_text, MOMENT)


FILTERS: dict[str, Filter] = {
    **{f.name: some_of(f.name) for f in FIELDS if f.kind is Kind.CHOICE},
    "search": Filter(
        parameters.searched,
        lambda tickets, condition: tickets.filter(condition),
        "Every word must begin a word of the ticket, its requester or its comments, in any case. "
        "Internal notes are searched for callers who are signed in.",
    ),
    "assignee": Filter(
        parameters.person,
        lambda tickets, user_id: tickets.filter(assignee=user_id),
        "The id of a user, `me`, or `none` for nobody.",
        {"type": "string", "pattern": "^(me|none|[0-9]+)$"},
    ),
    "requester": Filter(
        parameters.words,
        lambda tickets, text: tickets.requested_by(text),
        "The requester's e-mail address, or a part of the name.",
    ),
    "external_source": Filter(
        parameters.words,
        lambda tickets, text: tickets.filter(external_source=text),
        "The system that the ticket came from, such as `zendesk`.",
    ),
    "external_id": Filter(
        parameters.words, lambda tickets, text: tickets.filter(external_id=text), "Its number there."
    ),
    "id": Filter(
        parameters.numbers,
        lambda tickets, numbers: tickets.filter(pk__in=numbers),
        f"Their numbers, separated by commas, at most {parameters.MOST_NUMBERS}.",
    ),
    "batch": Filter(
        parameters.mark,
        lambda tickets, mark: tickets.of_batch(mark),
        "Made or changed by this import, or by another change of many tickets.",
        {"type": "string", "format": "uuid"},
    ),
    "created_after": since("created_at", "Created at this moment or later."),
    "created_before": before("created_at", "Created before this moment."),
    "updated_after": since("updated_at", "Changed at this moment or later."),
    "resolved_after": since("resolved_at", "Resolved at this moment or later."),
    "resolved_before": before("resolved_at", "Resolved before this moment."),
    "queue": Filter(
        parameters.queue,
        lambda tickets, condition: tickets.filter(condition),
        "What there is to do: `mine_open`, `unassigned`, `waiting` (the requester wrote last), `due_soon`, "
        "`overdue`, or `all`, resolved ones too.",
        {"type": "string", "enum": Queue.values},
    ),
    "waiting_for": Filter(
        parameters.one_of("us", "requester"),
        lambda tickets, whom: tickets.waiting_for(whom),
        "Unresolved, and the requester has written last (`us`) or has been answered (`requester`).",
        {"type": "string", "enum": ["us", "requester"]},
    ),
    "waiting_before": Filter(
        parameters.moment,
        lambda tickets, end: tickets.waiting_for("us").filter(waiting_since__lt=end),
        "Unresolved, and the requester has been waiting since before this moment.",
        MOMENT,
    ),
    "overdue": Filter(
        parameters.yes_or_no,
        lambda tickets, yes: tickets.overdue() if yes else tickets.on_time(),
        "Whether it is unresolved past its due time.",
        {"type": "boolean"},
    ),
    "attention": Filter(
        parameters.one_of("unresolved", "overdue"),
        lambda tickets, what: tickets.overdue() if what == "overdue" else tickets.unresolved(),
        "What waits for somebody, whatever its exact status: `unresolved` or `overdue`.",
        {"type": "string", "enum": ["unresolved", "overdue"]},
    ),
}


def nearest(name: str, known: Iterable[str]) -> str:
    """What somebody may have meant by a parameter that does not exist; empty when nothing is near."""
    return next(iter(get_close_matches(name, known, cutoff=0.5)), "")
