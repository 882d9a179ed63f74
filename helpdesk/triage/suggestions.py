"""Proposals of the classifier, from asking to what became of them."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from helpdesk.choices import Channel, Verdict
from helpdesk.jobs import outbox
from helpdesk.tickets import changes
from helpdesk.tickets.fields import LABELS
from helpdesk.tickets.loading import insert
from helpdesk.tickets.models import Ticket
from helpdesk.triage import classify
from helpdesk.triage.models import Suggestion
from helpdesk.triage.prediction import Prediction

DECIDED = "suggestion.decided"


class NotPending(Exception):
    """The suggestion was decided before, or has no ticket to decide about; the message says which."""


def suggest(
    title: str, description: str, *, ticket: Ticket | None = None, actor: User | None = None
) -> Suggestion:
    """Ask the chain and keep its answer. Waits for a provider: never call it inside a transaction."""
    prediction = classify.classify(title, description)
    suggestion = build(prediction, ticket=ticket, title=title, description=description)
    suggestion.requested_by = actor
    suggestion.save()
    return suggestion


def build(prediction: Prediction, *, ticket: Ticket | None, title: str, description: str) -> Suggestion:
    """The unsaved row of a prediction about this text."""
    return Suggestion(
        ticket=ticket,
        provider=prediction.provider,
        model=prediction.model[:100],
        input_hash=hashlib.sha256(f"{title}\0{description}".encode(errors="replace")).hexdigest(),
        category=prediction.category.value,
        category_confidence=prediction.category.confidence,
        category_reasons=list(prediction.category.reasons),
        stated_category=prediction.category.stated,
        priority=prediction.priority.value,
        priority_confidence=prediction.priority.confidence,
        priority_reasons=list(prediction.priority.reasons),
        stated_priority=prediction.priority.stated,
        latency_ms=prediction.latency_ms,
        failures=prediction.failures,
    )


def build_for(ticket: Ticket, prediction: Prediction) -> Suggestion:
    """The unsaved row of a prediction about a ticket's own text."""
    return build(prediction, ticket=ticket, title=ticket.title, description=ticket.description)


def record_filled(filled: Sequence[tuple[Ticket, Prediction]], *, actor: User | None) -> None:
    """Keep the predictions that filled blanks of new tickets, pending until a person decides about them."""
    rows = [build_for(ticket, guess) for ticket, guess in filled]
    for row in rows:
        row.requested_by = actor
    insert(rows)


def second_opinion(ticket: Ticket) -> Suggestion | None:
    """Ask the remote provider about a ticket whose labels were filled locally.

    None when there is nothing to add: no provider is configured, none answered, a person decided already, or
    the local model is sure enough of what it filled.
    """
    if not classify.has_provider():
        return None
    offered = ticket.suggestions.offered()
    if offered is None or offered.verdict != Verdict.PENDING or offered.provider != classify.LOCAL:
        return None
    asked_about = "priority" if ticket.category_confirmed else "category"
    if getattr(offered, f"{asked_about}_confidence") >= settings.AI_ASK_BELOW:
        return None
    prediction = classify.classify(ticket.title, ticket.description)
    if prediction.provider == classify.LOCAL:
        return None
    suggestion = build_for(ticket, prediction)
    suggestion.save()
    return suggestion


@transaction.atomic
def accept(suggestion: Suggestion, *, actor: User | None) -> Ticket:
    """Give the ticket the proposed labels, by the channel "ai"."""
    fresh = _waiting_for(suggestion, Verdict.PENDING)
    labels = {"category": fresh.category, "priority": fresh.priority}
    ticket = changes.update(_ticket_of(fresh), labels, actor=actor, channel=Channel.AI)
    _decide(fresh, Verdict.ACCEPTED, ticket, actor)
    return ticket


@transaction.atomic
def take(
    suggestion: Suggestion, shown: Mapping[str, str], *, actor: User | None, batch: UUID | None = None
) -> Ticket:
    """Give the ticket those proposed labels that `shown` names, with the values that a person saw there.

    It is accepted as soon as the ticket has both labels; until then the other one waits. Who takes what the
    ticket has already says that both are right; who takes a new one has judged that one. Raises
    `changes.Conflict` when somebody has chosen another value meanwhile.
    """
    fresh = _waiting_for(suggestion, Verdict.PENDING)
    labels = {name: getattr(fresh, name) for name in LABELS if name in shown}
    ticket = changes.update_if(_ticket_of(fresh), labels, shown, actor=actor, channel=Channel.AI, batch=batch)
    if (fresh.category, fresh.priority) == (ticket.category, ticket.priority):
        agrees = all(shown[name] == value for name, value in labels.items())
        changes.confirm_labels(ticket, LABELS if agrees else labels)
        _decide(fresh, Verdict.ACCEPTED, ticket, actor)
    return ticket


@transaction.atomic
def dismiss(suggestion: Suggestion, *, actor: User | None) -> Suggestion:
    """Refuse the proposal, or what is left of it when a label was taken; the ticket stays as it is."""
    fresh = _waiting_for(suggestion, Verdict.PENDING)
    verdict = Verdict.EDITED if fresh.ticket and _is_taken(fresh, fresh.ticket) else Verdict.DISMISSED
    return _decide(fresh, verdict, fresh.ticket, actor)


@transaction.atomic
def revert(suggestion: Suggestion, *, actor: User | None) -> Ticket:
    """Take back what was applied by itself: the category from before returns, as settled by a person.

    A category that somebody has chosen since then stays.
    """
    fresh = _waiting_for(suggestion, Verdict.APPLIED)
    ticket = _ticket_of(fresh)
    if ticket.category == fresh.category:
        back = {"category": fresh.previous_category}
        ticket = changes.update(ticket, back, actor=actor, channel=Channel.ADMIN)
    _decide(fresh, Verdict.REVERTED, ticket, actor)
    return ticket


@transaction.atomic
def review(suggestion: Suggestion, *, actor: User | None) -> Suggestion:
    """A person looked at what was applied by itself, and agrees."""
    fresh = _waiting_for(suggestion, Verdict.APPLIED)
    ticket = _ticket_of(fresh)
    changes.confirm_labels(ticket, ["category"])
    return _decide(fresh, Verdict.ACCEPTED, ticket, actor)


@transaction.atomic
def settle(
    suggestion: Suggestion,
    ticket: Ticket,
    *,
    given: Collection[str] = LABELS,
    actor: User | None,
    at: datetime | None = None,
) -> Suggestion:
    """A form that showed the proposal was saved: it is accepted as it was, or edited.

    `given` names the labels that the form was sent with; what was left blank there nobody has judged.
    """
    fresh = _waiting_for(suggestion, Verdict.PENDING)
    if fresh.ticket_id not in {None, ticket.pk}:
        raise NotPending("This suggestion belongs to another ticket.")
    fresh.ticket = ticket
    changes.confirm_labels(ticket, given)
    agreed = (fresh.category, fresh.priority) == (ticket.category, ticket.priority)
    return _decide(fresh, Verdict.ACCEPTED if agreed else Verdict.EDITED, ticket, actor, at)


def _waiting_for(suggestion: Suggestion, verdict: Verdict) -> Suggestion:
    """The fresh row, locked, if it still stands where it is to be decided from."""
    fresh = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
    if fresh.verdict != verdict:
        raise NotPending(f"This suggestion was already {fresh.verdict}. Ask for a new one.")
    return fresh


def _is_taken(suggestion: Suggestion, ticket: Ticket) -> bool:
    """Whether a person has given the ticket one of the proposed labels."""
    return any(
        getattr(ticket, f"{name}_confirmed") and getattr(ticket, name) == getattr(suggestion, name)
        for name in LABELS
    )


def _ticket_of(suggestion: Suggestion) -> Ticket:
    if suggestion.ticket is None:
        raise NotPending("This suggestion belongs to no ticket yet. Save the ticket first.")
    return suggestion.ticket


def _decide(
    suggestion: Suggestion,
    verdict: Verdict,
    ticket: Ticket | None,
    actor: User | None,
    at: datetime | None = None,
) -> Suggestion:
    suggestion.verdict = verdict
    suggestion.decided_by = actor
    suggestion.decided_at = at or timezone.now()
    suggestion.needs_review = False
    for name in LABELS if ticket else ():
        if getattr(ticket, f"{name}_confirmed"):
            setattr(suggestion, f"final_{name}", getattr(ticket, name))
    suggestion.save()
    outbox.announce(DECIDED, [suggestion.pk])
    return suggestion
