"""Applying a category by itself: only as far as the record goes, and reversible."""

import pytest
from django.utils import timezone

from helpdesk.choices import Channel, Verdict
from helpdesk.tickets import changes
from helpdesk.tickets.models import Ticket
from helpdesk.triage import rules, suggestions
from helpdesk.triage.models import ApplyRule, Suggestion

pytestmark = pytest.mark.django_db


def record(confidence, right, times=1, category="billing"):
    """Suggestions that people decided about."""
    final = category if right else "general"
    Suggestion.objects.bulk_create(
        Suggestion(
            provider="local",
            model="lexicon-1",
            input_hash="x",
            category=category,
            category_confidence=confidence,
            priority="medium",
            priority_confidence=0.5,
            verdict=Verdict.ACCEPTED if right else Verdict.EDITED,
            final_category=final,
            final_priority="medium",
            decided_at=timezone.now(),
        )
        for _ in range(times)
    )


@pytest.fixture
def waiting(make_ticket):
    ticket = make_ticket(title="Charged twice", description="Refund", category="", priority="low")
    changes.update(ticket, {"category": "general"}, actor=None, channel=Channel.SYSTEM)
    suggestion = ticket.suggestions.get()
    suggestion.category_confidence = 0.9
    suggestion.save()
    return suggestion


@pytest.fixture
def rule(lead):
    record(0.9, True, 30)
    return rules.switch_on("billing", target=0.95, actor=lead)


def test_the_record_finds_the_lowest_confidence_that_reaches_the_target():
    record(0.95, True, 25)
    record(0.8, True, 20)
    record(0.8, False, 2)
    record(0.5, False, 20)
    assert rules.supported("billing", 0.95) == rules.Support(0.8, 45 / 47, 47)
    assert rules.supported("billing", 0.99).threshold == 0.95


@pytest.mark.parametrize("cases", [0, 19])
def test_too_few_cases_support_nothing(cases):
    record(0.95, True, cases)
    assert rules.supported("billing", 0.5).threshold is None


def test_another_category_is_no_support():
    record(0.95, True, 50, category="technical")
    assert rules.supported("billing", 0.5).cases == 0


def test_a_rule_without_support_is_refused_with_the_figures(lead):
    record(0.9, True, 10)
    record(0.9, False, 15)
    with pytest.raises(rules.Unsupported, match="40% right in 25 cases"):
        rules.switch_on("billing", target=0.95, actor=lead)
    assert not ApplyRule.objects.exists()


def test_a_rule_applies_the_category_and_says_that_it_did(rule, waiting):
    ticket = rules.apply(waiting)
    assert (ticket.category, ticket.category_confirmed) == ("billing", False)
    assert Suggestion.objects.get(pk=waiting.pk).verdict == Verdict.APPLIED
    event = ticket.events.filter(action="updated").first()
    assert (event.channel, event.actor) == (Channel.AI, None)


@pytest.mark.parametrize("hindrance", ["off", "unsure", "settled", "resolved", "decided"])
def test_a_rule_leaves_alone_what_is_not_its_business(rule, waiting, agent, hindrance):
    match hindrance:
        case "off":
            rules.switch_off("billing", actor=agent)
        case "unsure":
            Suggestion.objects.filter(pk=waiting.pk).update(category_confidence=0.89)
        case "settled":
            changes.update(waiting.ticket, {"category": "general"}, actor=agent, channel=Channel.ADMIN)
        case "resolved":
            changes.update(waiting.ticket, {"status": "resolved"}, actor=agent, channel=Channel.ADMIN)
        case "decided":
            suggestions.dismiss(waiting, actor=agent)
    assert rules.apply(waiting) is None
    assert Ticket.objects.get(pk=waiting.ticket_id).category == "general"


def test_what_was_applied_is_taken_back_in_one_step(rule, waiting, agent):
    rules.apply(waiting)
    ticket = suggestions.revert(waiting, actor=agent)
    assert (ticket.category, ticket.category_confirmed) == ("general", True)
    decided = Suggestion.objects.get(pk=waiting.pk)
    assert (decided.verdict, decided.final_category, decided.decided_by) == (
        Verdict.REVERTED,
        "general",
        agent,
    )


def test_what_was_applied_can_be_found_right(rule, waiting, agent):
    rules.apply(waiting)
    assert suggestions.review(waiting, actor=agent).verdict == Verdict.ACCEPTED
    assert Ticket.objects.get(pk=waiting.ticket_id).category_confirmed


def test_some_of_what_is_applied_is_drawn_for_review(rule, make_ticket):
    for _ in range(2 * rules.REVIEW_EVERY):
        ticket = make_ticket(title="Charged twice", description="Refund", category="", priority="low")
        suggestion = ticket.suggestions.get()
        suggestion.category_confidence = 0.99
        suggestion.save()
        rules.apply(suggestion)
    applied = Suggestion.objects.filter(verdict=Verdict.APPLIED)
    assert (applied.count(), applied.filter(needs_review=True).count()) == (10, 2)
