"""The form of a new ticket, and its triage panel."""

import pytest
from django.urls import reverse

from helpdesk.choices import Verdict
from helpdesk.tests.admin.pages import ADD, save, shown
from helpdesk.tickets.models import Ticket
from helpdesk.triage.models import Suggestion

pytestmark = pytest.mark.django_db
SUGGEST = reverse("admin:helpdesk_suggest")
WORDS = {"title": "Charged twice", "description": "I was charged twice, please refund."}


def test_a_ticket_saved_without_labels_gets_them_locally(agent, admin_as):
    client = admin_as(agent)
    save(client, ADD, shown(client, ADD, "ticket_form"), **WORDS)
    ticket = Ticket.objects.get()
    assert (ticket.category, ticket.suggestions.get().provider) == ("billing", "local")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"description": "  "}, "description"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "\u200b\u3164"}, "title"),
        ({"description": "\ufeff\u00ad"}, "description"),
        ({"category": "nonsense"}, "category"),
        ({"status": ""}, "status"),
        ({"requester_email": "nobody"}, "requester_email"),
        ({"assignee": "999"}, "assignee"),
    ],
)
def test_a_bad_form_says_what_is_wrong_and_makes_no_ticket(agent, admin_as, changes, field):
    client = admin_as(agent)
    response = client.post(ADD, {**shown(client, ADD, "ticket_form"), **WORDS, **changes})
    assert field in response.context["adminform"].form.errors
    assert not Ticket.objects.exists()


def test_a_second_ticket_of_the_same_origin_is_refused(make_ticket, agent, admin_as):
    make_ticket(external_source="zendesk", external_id="7")
    client = admin_as(agent)
    form = {**shown(client, ADD, "ticket_form"), **WORDS, "external_source": "zendesk", "external_id": "7"}
    response = client.post(ADD, form)
    assert "already has this external source" in str(response.context["adminform"].form.errors)


def test_a_suggestion_for_a_form_belongs_to_no_ticket_yet(agent, admin_as):
    page = admin_as(agent).post(SUGGEST, WORDS).content.decode()
    suggestion = Suggestion.objects.get()
    assert (suggestion.ticket, suggestion.category, suggestion.requested_by) == (None, "billing", agent)
    assert 'data-category="billing"' in page
    assert "the local model" in page


@pytest.mark.parametrize(
    ("category", "verdict"), [("billing", Verdict.ACCEPTED), ("account", Verdict.EDITED)]
)
def test_saving_settles_the_suggestion_that_was_shown(agent, admin_as, category, verdict):
    client = admin_as(agent)
    form = shown(client, ADD, "ticket_form")
    client.post(SUGGEST, WORDS)
    made = Suggestion.objects.get()
    save(client, ADD, form, **WORDS, category=category, priority=made.priority, suggestion=made.pk)
    settled = Suggestion.objects.get()
    assert (settled.verdict, settled.ticket, settled.final_category) == (
        verdict,
        Ticket.objects.get(),
        category,
    )


@pytest.mark.parametrize("forged", ["999999", "nonsense", "-1", "9" * 30])
def test_a_forged_suggestion_never_blocks_the_form(agent, admin_as, forged):
    client = admin_as(agent)
    client.post(ADD, {**shown(client, ADD, "ticket_form"), **WORDS, "suggestion": forged})
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("words", [{}, {"title": " ", "description": "\n"}, {"title": "\x00"}])
def test_nothing_to_read_is_a_hint(agent, admin_as, words):
    response = admin_as(agent).post(SUGGEST, words)
    assert response.status_code == 400
    assert "Write a title or a description first." in response.content.decode()


@pytest.mark.parametrize(
    "words",
    [
        {"title": "charged\x00twice refund\x00"},
        {"description": "x" * 300_000},
    ],
)
def test_odd_texts_get_an_answer(agent, admin_as, words):
    assert admin_as(agent).post(SUGGEST, words).status_code == 200


def test_an_answer_without_evidence_is_called_a_guess(agent, admin_as):
    page = admin_as(agent).post(SUGGEST, {"title": "Zzz", "description": "qqq"}).content.decode()
    assert page.count("no word of the text speaks for it") == page.count("a guess, ") == 2
    assert "because of" not in page


def test_asking_needs_the_permission_and_a_post(viewer, agent, admin_as):
    assert admin_as(viewer).post(SUGGEST, WORDS).status_code == 403
    assert admin_as(agent).get(SUGGEST).status_code == 405
