"""The ticket page: the form, the conversation and the triage panel."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.choices import Channel, Verdict
from helpdesk.tests.admin.pages import ADD, change_url, save, shown
from helpdesk.tickets import changes as tickets
from helpdesk.tickets import comments
from helpdesk.tickets.models import Comment, Ticket
from helpdesk.triage import classify as triage
from helpdesk.triage import suggestions
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
        ({"reply": "\u2800"}, "reply"),
        ({"category": "nonsense"}, "category"),
        ({"status": ""}, "status"),
        ({"requester_email": "nobody"}, "requester_email"),
        ({"assignee": "999"}, "assignee"),
        ({"reply": "x" * 50_001}, "reply"),
    ],
)
def test_a_bad_form_says_what_is_wrong_and_keeps_the_ticket(ticket, agent, admin_as, changes, field):
    client, url = admin_as(agent), change_url(ticket.pk)
    response = client.post(url, {**shown(client, url, "ticket_form"), **changes})
    assert field in response.context["adminform"].form.errors
    assert Ticket.objects.get(pk=ticket.pk).updated_at == ticket.updated_at


def test_a_second_ticket_of_the_same_origin_is_refused(make_ticket, agent, admin_as):
    make_ticket(external_source="zendesk", external_id="7")
    client = admin_as(agent)
    form = {**shown(client, ADD, "ticket_form"), **WORDS, "external_source": "zendesk", "external_id": "7"}
    response = client.post(ADD, form)
    assert "already has this external source" in str(response.context["adminform"].form.errors)


def test_a_reply_and_a_note_join_the_conversation(ticket, agent, admin_as):
    client, url = admin_as(agent), change_url(ticket.pk)
    save(client, url, shown(client, url, "ticket_form"), reply="We look into it.")
    save(client, url, shown(client, url, "ticket_form"), reply="Cache again?", reply_is_internal="on")
    assert list(Comment.objects.values_list("body", "is_internal")) == [
        ("We look into it.", False),
        ("Cache again?", True),
    ]
    assert Ticket.objects.get(pk=ticket.pk).first_responded_at


def test_a_hostile_text_is_shown_as_text(make_ticket, agent, admin_as):
    ticket = make_ticket(title="<script>alert(1)</script>", description="</textarea><script>x</script>")
    comments.add(ticket, "<img src=x onerror=alert(1)>", author=agent, channel=Channel.API)
    page = admin_as(agent).get(change_url(ticket.pk)).content.decode()
    assert "<script>alert(1)" not in page
    assert "<script>x" not in page
    assert "<img src=x" not in page


def test_a_message_links_addresses_names_its_channel_and_runs_no_markup(ticket, agent, admin_as):
    body = "https://status.example/a?b=1 <img src=x onerror=alert(1)> javascript:alert(1)"
    comments.add(ticket, body, author=agent, channel=Channel.API)
    page = admin_as(agent).get(f"/admin/helpdesk/ticket/{ticket.pk}/change/").content.decode()
    message = page.split('class="comment-body" dir="auto">')[1].split("</div>")[0]
    assert '<a href="https://status.example/a?b=1" rel="nofollow">' in message
    assert "&lt;img src=x" in message
    assert "<img" not in message
    assert 'href="javascript' not in message
    assert f"by {Channel.API.label}" in page
    assert "It is sent" not in page


def test_a_viewer_reads_the_page(ticket, viewer, admin_as):
    client, url = admin_as(viewer), change_url(ticket.pk)
    page = client.get(url)
    assert ticket.title in page.content.decode()
    assert "suggest-button" not in page.content.decode()
    assert client.post(url, {"title": "Mine now"}).status_code == 403


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


def test_a_waiting_suggestion_is_offered_on_the_page(ticket, agent, admin_as):
    made = suggestions.suggest(**WORDS, ticket=ticket)
    page = admin_as(agent).get(change_url(ticket.pk)).content.decode()
    assert f'data-suggestion="{made.pk}"' in page
    assert "Use these" in page


def test_a_dismissed_suggestion_is_gone(ticket, agent, admin_as):
    made = suggestions.suggest(**WORDS, ticket=ticket)
    url = reverse("admin:helpdesk_suggest_dismiss", args=[made.pk])
    client = admin_as(agent)
    assert client.post(url).status_code == 204
    assert client.post(url).status_code == 409
    assert f'data-suggestion="{made.pk}"' not in client.get(change_url(ticket.pk)).content.decode()


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
        {"title": "a", "ticket": "9" * 30},
    ],
)
def test_odd_texts_get_an_answer(agent, admin_as, words):
    assert admin_as(agent).post(SUGGEST, words).status_code == 200


def test_asking_needs_the_permission_and_a_post(viewer, agent, admin_as):
    assert admin_as(viewer).post(SUGGEST, WORDS).status_code == 403
    assert admin_as(agent).get(SUGGEST).status_code == 405


def test_the_page_costs_the_same_for_a_long_conversation(ticket, agent, other_agent, admin_as):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(change_url(ticket.pk))
        return len(captured)

    client = admin_as(agent)
    comments.add(ticket, "Hello", author=agent, channel=Channel.ADMIN)
    tickets.update(ticket, {"assignee": agent}, actor=agent, channel=Channel.ADMIN)
    queries()  # the first page of a process also fills its caches
    few = queries()
    for person in [agent, other_agent] * 10:
        comments.add(ticket, "Hello", author=person, channel=Channel.ADMIN)
        tickets.update(ticket, {"assignee": person}, actor=person, channel=Channel.ADMIN)
    assert queries() == few <= 12


@pytest.mark.parametrize("pk", ["0", "999999", "abc", "9" * 30, "%00"])
def test_a_ticket_that_is_not_there_is_said(agent, admin_as, pk):
    response = admin_as(agent).get(f"/admin/helpdesk/ticket/{pk}/change/", follow=True)
    assert response.status_code == 200
    assert "exist" in str([str(message) for message in response.context["messages"]])


@pytest.fixture
def applied(make_ticket):
    """A category that a rule set, where "general" was before."""
    ticket = make_ticket(category="billing")
    suggestion = suggestions.suggest(**WORDS, ticket=ticket)
    suggestion.verdict, suggestion.previous_category = Verdict.APPLIED, "general"
    suggestion.save()
    return suggestion


def test_what_was_applied_by_itself_is_marked(applied, agent, admin_as):
    page = admin_as(agent).get(change_url(applied.ticket_id)).content.decode()
    assert "applied by itself" in page
    assert "Take back" in page


@pytest.mark.parametrize(("verb", "category"), [("revert", "general"), ("review", "billing")])
def test_what_was_applied_by_itself_is_judged_in_one_click(applied, agent, admin_as, verb, category):
    client, url = admin_as(agent), reverse(f"admin:helpdesk_suggest_{verb}", args=[applied.pk])
    assert client.post(url).status_code == 204
    ticket = Ticket.objects.get(pk=applied.ticket_id)
    assert (ticket.category, ticket.category_confirmed) == (category, True)
    assert client.post(url).status_code == 409


def test_taking_back_leaves_what_somebody_chose_since(applied, agent, other_agent, admin_as):
    tickets.update(applied.ticket, {"category": "account"}, actor=other_agent, channel=Channel.ADMIN)
    admin_as(agent).post(reverse("admin:helpdesk_suggest_revert", args=[applied.pk]))
    assert Ticket.objects.get(pk=applied.ticket_id).category == "account"


@pytest.mark.django_db(transaction=True)
def test_a_ticket_deleted_while_a_provider_thinks_is_said(ticket, agent, admin_as, monkeypatch):
    classify = triage.classify

    def deletes(title, description):
        tickets.delete(ticket, actor=None, channel=Channel.SYSTEM)
        return classify(title, description)

    monkeypatch.setattr(triage, "classify", deletes)
    response = admin_as(agent).post(SUGGEST, {**WORDS, "ticket": ticket.pk})
    assert (response.status_code, "was deleted" in response.content.decode()) == (409, True)
