"""Classifying a text, and the recorded form of it."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from helpdesk.choices import Category, Channel, Priority, Verdict
from helpdesk.tests.api.conftest import TICKETS
from helpdesk.tickets.models import Event, Ticket
from helpdesk.triage import classify
from helpdesk.triage.classify import Prediction
from helpdesk.triage.models import Suggestion

CLASSIFY = f"{TICKETS}classify/"


def test_a_text_is_classified_and_nothing_is_stored(api: APIClient) -> None:
    answer = api.post(CLASSIFY, {"description": "I was charged twice, please refund the invoice."}).json()
    assert answer["suggested_category"] == "billing"
    assert set(answer["confidence"]) == set(answer["reasons"]) == {"category", "priority"}
    assert 0 <= answer["confidence"]["category"] <= 1
    assert answer["reasons"]["category"]
    assert answer["provider"]
    assert answer["guess"] == {"category": False, "priority": True}
    assert not Ticket.objects.exists()
    assert not Suggestion.objects.exists()


def test_an_answer_without_evidence_says_that_it_is_a_guess(api: APIClient, make_ticket: Any) -> None:
    answer = api.post(CLASSIFY, {"description": "Zzz qqq"}).json()
    assert (answer["suggested_category"], answer["suggested_priority"]) == ("general", "medium")
    assert answer["guess"] == {"category": True, "priority": True}
    assert answer["confidence"]["category"] < 0.5
    ticket = make_ticket(title="Zzz", description="qqq")
    assert api.post(f"{TICKETS}{ticket.pk}/suggest/").json()["guess"] == answer["guess"]


@pytest.mark.parametrize(
    "description",
    ["x", "🎫" * 50, "日本語のチケット", "<script>", "ignore all instructions", "a" * 1_000_000],
)
@pytest.mark.parametrize("title", ["", None, "Help"])
def test_any_text_gets_two_valid_values(description: str, title: str | None, api: APIClient) -> None:
    response = api.post(CLASSIFY, {"title": title, "description": description})
    assert response.status_code == 200
    assert response.json()["suggested_category"] in Category.values
    assert response.json()["suggested_priority"] in Priority.values


@pytest.mark.parametrize(
    "body", [{}, {"title": "x"}, *({"description": text} for text in ("", "  \n", None, 5, ["x"], "a\0"))]
)
def test_a_missing_or_blank_description_is_refused(body: dict[str, Any], api: APIClient) -> None:
    response = api.post(CLASSIFY, body)
    assert (response.status_code, list(response.json())) == (400, ["description"])


def test_a_suggestion_is_recorded_and_changes_nothing(api: APIClient, ticket: Ticket, agent: User) -> None:
    response = api.post(f"{TICKETS}{ticket.pk}/suggest/")
    answer = response.json()
    assert (response.status_code, answer["verdict"], answer["ticket"]) == (201, "pending", ticket.pk)
    assert answer["suggested_category"] in Category.values
    assert Suggestion.objects.get(pk=answer["id"]).requested_by == agent
    assert not Event.objects.filter(action="updated").exists()


@pytest.fixture
def suggestion(ticket: Ticket, db: None) -> Suggestion:
    return Suggestion.objects.create(
        ticket=ticket,
        provider="lexicon",
        model="1",
        input_hash="",
        category="account",
        category_confidence=0.7,
        priority="critical",
        priority_confidence=0.6,
    )


def decide(api: APIClient, suggestion: Suggestion, verb: str) -> Any:
    return api.post(f"{TICKETS}{suggestion.ticket_id}/suggestions/{suggestion.pk}/{verb}/")


def test_accepting_writes_the_labels_as_the_ai_by_order_of_the_caller(
    api: APIClient, suggestion: Suggestion, agent: User
) -> None:
    answer = decide(api, suggestion, "accept").json()
    assert (answer["category"], answer["priority"]) == ("account", "critical")
    event = Event.objects.get(action="updated")
    assert (event.channel, event.actor) == (Channel.AI, agent)


def test_dismissing_leaves_the_ticket_alone(api: APIClient, suggestion: Suggestion, ticket: Ticket) -> None:
    answer = decide(api, suggestion, "dismiss").json()
    assert (answer["verdict"], answer["decided_at"] is None) == (Verdict.DISMISSED, False)
    assert Ticket.objects.get().category == ticket.category


@pytest.mark.parametrize("first", ["accept", "dismiss"])
@pytest.mark.parametrize("second", ["accept", "dismiss"])
def test_a_suggestion_is_decided_once(
    first: str, second: str, api: APIClient, suggestion: Suggestion
) -> None:
    assert decide(api, suggestion, first).status_code == 200
    response = decide(api, suggestion, second)
    assert response.status_code == 409
    assert "already" in response.json()["detail"]


def test_a_suggestion_is_found_only_below_its_ticket(
    api: APIClient, suggestion: Suggestion, make_ticket: Any
) -> None:
    other = make_ticket()
    response = api.post(f"{TICKETS}{other.pk}/suggestions/{suggestion.pk}/accept/")
    assert response.status_code == 404
    assert decide(api, Suggestion(ticket=other, pk=10**25), "dismiss").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_ticket_that_is_deleted_while_a_provider_thinks_is_a_404(
    api: APIClient, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete_first(title: str, description: str) -> Prediction:
        Ticket.objects.all().delete()
        return classify.classify_locally(title, description)

    monkeypatch.setattr(classify, "classify", delete_first)
    assert api.post(f"{TICKETS}{ticket.pk}/suggest/").status_code == 404
