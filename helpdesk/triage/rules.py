"""Letting triage apply a category by itself, as far as the desk's own record supports it."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django_tasks import task

from helpdesk.choices import UNRESOLVED, Category, Channel, Verdict
from helpdesk.tickets import changes
from helpdesk.tickets.models import Ticket
from helpdesk.triage.metrics import Support, support
from helpdesk.triage.models import ApplyRule, Suggestion

MINIMUM_CASES = 20
RECORD_SIZE = 2_000
# Every so many of the labels applied by themselves is drawn for a person to look at.
REVIEW_EVERY = 5
AT_ONCE = 200  # suggestions that are applied while a person waits


class Unsupported(Exception):
    """The desk's record does not reach the precision that was asked for; the message says how far it is."""


@dataclass(frozen=True)
class RuleLine:
    """Whether a category is applied by itself, and what the record supports at the target asked for."""

    category: Category
    rule: ApplyRule
    target: float
    support: Support
    waiting: int = 0  # suggestions above the threshold of the rule that is on


def supported(category: str, target: float) -> Support:
    """The lowest confidence at which the newest decided suggestions of a category reach the target."""
    decided = (
        Suggestion.objects.judged()
        .filter(category=category)
        .exclude(final_category="")
        .order_by("-decided_at")
        .values_list("category_confidence", F("final_category"))[:RECORD_SIZE]
    )
    record = [(confidence, final == category) for confidence, final in decided]
    return support(record, target, least=MINIMUM_CASES)


def rule_lines() -> list[RuleLine]:
    """One for every category."""
    known = {rule.category: rule for rule in ApplyRule.objects.select_related("changed_by")}
    return [rule_line(category, known.get(category)) for category in Category]


def rule_line(category: Category, rule: ApplyRule | None, target: float | None = None) -> RuleLine:
    """At another target than the one of its rule, if one is given."""
    rule = rule or ApplyRule(category=category)
    target = target or rule.target_precision
    counted = waiting(category.value).count() if rule.is_on else 0
    return RuleLine(category, rule, target, supported(category.value, target), counted)


def switch_on(category: str, *, target: float, actor: User | None) -> ApplyRule:
    """Let the category be applied by itself; raises `Unsupported`."""
    found = supported(category, target)
    if found.threshold is None:
        raise Unsupported(
            f"The record does not support {target:.0%} yet: {found.precision:.0%} right in "
            f"{found.cases} cases, and at least {MINIMUM_CASES} cases are needed. "
            "Ask for less, or let staff decide more suggestions."
        )
    return _write(
        category,
        actor,
        is_on=True,
        target_precision=target,
        threshold=found.threshold,
        precision=found.precision,
        cases=found.cases,
    )


def switch_off(category: str, *, actor: User | None) -> ApplyRule:
    return _write(category, actor, is_on=False)


def waiting(category: str | None = None) -> QuerySet[Suggestion]:
    """The newest pending suggestions, of this category or of any, that a rule would have applied."""
    newer = Suggestion.objects.filter(ticket=OuterRef("ticket"), created_at__gt=OuterRef("created_at"))
    rule = ApplyRule.objects.filter(
        category=OuterRef("category"), is_on=True, threshold__lte=OuterRef("category_confidence")
    )
    found = Suggestion.objects.pending().filter(
        Exists(rule),
        ~Exists(newer),
        ticket__category_confirmed=False,
        ticket__status__in=UNRESOLVED,
    )
    return found.filter(category=category) if category else found


def apply_waiting(category: str) -> tuple[UUID, int]:
    """Apply what waits above the threshold: the first `AT_ONCE` now, the others by the worker.

    Returns the batch, by which `undo.undo` takes all of it back, and how many there are.
    """
    batch, count = uuid4(), waiting(category).count()
    if _apply_some(category, batch):
        apply_the_rest.enqueue(category, str(batch))
    return batch, count


@task()
def apply_the_rest(category: str, batch: str) -> None:
    if _apply_some(category, UUID(batch)):
        apply_the_rest.enqueue(category, batch)


def _apply_some(category: str, batch: UUID) -> bool:
    """A piece of what waits; whether there is more."""
    chosen = list(waiting(category).order_by("pk")[: AT_ONCE + 1])
    applied = [apply(suggestion, batch=batch) for suggestion in chosen[:AT_ONCE]]
    return len(chosen) > AT_ONCE and any(applied)


@transaction.atomic
def apply(suggestion: Suggestion, *, batch: UUID | None = None) -> Ticket | None:
    """Give the ticket the suggested category, if a rule allows it and no person has settled it; else None."""
    offer = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
    allowed = ApplyRule.objects.filter(
        category=offer.category, is_on=True, threshold__lte=offer.category_confidence
    )
    waiting = Q(pk=offer.ticket_id, category_confirmed=False, status__in=UNRESOLVED)
    ticket = Ticket.objects.select_for_update().filter(waiting).first()
    if offer.verdict != Verdict.PENDING or ticket is None or not allowed.exists():
        return None
    offer.previous_category = ticket.category
    offer.verdict, offer.decided_at = Verdict.APPLIED, timezone.now()
    offer.needs_review = offer.pk % REVIEW_EVERY == 0
    offer.save()
    return changes.update(ticket, {"category": offer.category}, actor=None, channel=Channel.AI, batch=batch)


def _write(category: str, actor: User | None, **values: object) -> ApplyRule:
    defaults = {**values, "changed_by": actor, "changed_at": timezone.now()}
    return ApplyRule.objects.update_or_create(category=category, defaults=defaults)[0]
