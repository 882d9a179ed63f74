"""A new ticket from any door: blank labels are filled, the ticket is made, and the suggestion is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from helpdesk.choices import UNRESOLVED, Category, Channel, Priority, Status
from helpdesk.tickets import changes
from helpdesk.tickets.arrivals import Arrival
from helpdesk.tickets.fields import LABELS
from helpdesk.tickets.history import Author
from helpdesk.tickets.models import Ticket
from helpdesk.triage import classify, memory, suggestions
from helpdesk.triage.prediction import Label, Prediction

UNGUESSED = {"category": Category.GENERAL.value, "priority": Priority.MEDIUM.value}


@dataclass(frozen=True)
class NewTicket:
    """The values of a ticket to be made, the labels that came with it, and what filled the others."""

    values: Mapping[str, Any]
    given: Sequence[str]
    guess: Prediction | None


def draft(row: Mapping[str, Any], *, recall: bool = False) -> NewTicket:
    """Fill a blank category or priority by the local model. Do it before a transaction: it takes its time.

    `recall`: look first for the same text among the settled ones, which takes a query.
    """
    given = [name for name in LABELS if row.get(name)]
    if len(given) == len(LABELS):
        return NewTicket(row, given, None)
    words = row["title"], row["description"]
    guess = (memory.recall(*words) if recall else None) or classify.classify_locally(*words)
    filled = {name: getattr(guess, name).value for name in LABELS if name not in given}
    return NewTicket({**row, **filled}, given, guess)


def create(
    row: Mapping[str, Any], *, actor: User | None, channel: Channel, at: datetime | None = None
) -> Ticket:
    """Make one ticket of valid values; `at` is when, for those who replay the past."""
    return create_many([draft(row, recall=True)], actor=actor, channel=channel, at=at)[0]


def create_many(
    drafts: Sequence[NewTicket],
    *,
    actor: User | None,
    channel: Channel,
    batch: UUID | None = None,
    at: datetime | None = None,
    confirmed: bool | None = None,
) -> list[Ticket]:
    """Make a ticket of each draft, all or none.

    `confirmed` says whether the given labels are a person's judgement, to be learned from; if it is not
    given, those of a person are, as in a change. A label that was filled never is.
    """
    judged = confirmed if confirmed is not None else actor is not None and channel in changes.BY_HAND
    with transaction.atomic():
        tickets = changes.create_many(
            [draft.values for draft in drafts],
            actor=actor,
            channel=channel,
            batch=batch,
            at=at,
            confirmed=[draft.given if judged else () for draft in drafts],
        )
        filled = [(ticket, draft.guess) for ticket, draft in zip(tickets, drafts, strict=True) if draft.guess]
        suggestions.record_filled(filled, actor=actor)
    return tickets


def complete(values: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any] | None]:
    """The blank labels of a ticket that comes with a past, and what filled them, in JSON.

    What was resolved before nobody needs to look at: it is filled without a guess. Takes the local model's
    time, so it belongs before a transaction.
    """
    blank = [name for name in LABELS if not values.get(name)]
    if not blank:
        return {}, None
    if values.get("status", Status.OPEN) not in UNRESOLVED:
        return {name: UNGUESSED[name] for name in blank}, None
    guess = classify.classify_locally(values["title"], values["description"])
    return {name: getattr(guess, name).value for name in blank}, asdict(guess)


def bring_in(
    arrivals: Sequence[Arrival], guesses: Sequence[dict[str, Any] | None], author: Author
) -> list[Ticket]:
    """Make tickets that come with a past, and keep what `complete` guessed for them, all or none."""
    with transaction.atomic():
        tickets = changes.bring_in(arrivals, author)
        filled = [
            (ticket, _prediction(guess)) for ticket, guess in zip(tickets, guesses, strict=True) if guess
        ]
        suggestions.record_filled(filled, actor=author.actor)
    return tickets


def _prediction(guess: dict[str, Any]) -> Prediction:
    labels = {name: Label(**{**guess[name], "reasons": tuple(guess[name]["reasons"])}) for name in LABELS}
    return Prediction(**{**guess, **labels})
