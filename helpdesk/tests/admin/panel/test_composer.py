"""Messages from the page: added once, kept as drafts, and not past what came meanwhile."""

from uuid import uuid4

import pytest
from django.urls import reverse

from helpdesk.choices import Channel
from helpdesk.tickets import changes, comments
from helpdesk.tickets.models import Comment, Event, Ticket
from helpdesk.workspace import drafts
from helpdesk.workspace.models import Draft

pytestmark = pytest.mark.django_db


def url(name, pk):
    return reverse(f"admin:helpdesk_ticket_{name}", args=[pk])


def message(ticket, **changed):
    seen = Ticket.objects.get(pk=ticket.pk).updated_at.isoformat()
    return {
        "kind": "reply",
        "body": "Hello",
        "key": uuid4(),
        "then": "",
        "seen": seen,
        "shown": seen,
        **changed,
    }


def test_a_reply_is_added_with_its_place_in_the_conversation(ticket, agent, admin_as):
    drafts.save(agent, ticket, "Hel", is_internal=False)
    answer = admin_as(agent).post(url("send", ticket.pk), message(ticket)).json()
    assert answer["said"] == "Reply added."
    assert "Hello" in answer["entries"]
    comment = Comment.objects.get()
    assert (comment.author, comment.channel, comment.is_internal) == (agent, "admin", False)
    assert not Draft.objects.exists()
    assert answer["seen"] >= comment.created_at.isoformat()


def test_a_second_click_adds_nothing_and_is_told_the_same(ticket, agent, admin_as):
    client, once = admin_as(agent), message(ticket)
    for _ in range(2):
        answer = client.post(url("send", ticket.pk), once)
        assert (answer.status_code, answer.json()["said"]) == (200, "Reply added.")
    assert Comment.objects.count() == 1
    assert Event.objects.filter(action="commented").count() == 1


def test_a_message_whose_answer_was_lost_is_not_asked_about_again(ticket, agent, other_agent, admin_as):
    client, once = admin_as(agent), message(ticket)
    client.post(url("send", ticket.pk), once)
    comments.add(ticket, "I have it.", author=other_agent, channel=Channel.ADMIN)
    assert client.post(url("send", ticket.pk), once).status_code == 200
    assert Comment.objects.count() == 2


def test_sending_and_resolving_is_one_step_that_can_be_taken_back(ticket, agent, admin_as):
    client = admin_as(agent)
    answer = client.post(url("send", ticket.pk), message(ticket, then="resolve")).json()
    assert answer["said"] == f"Reply added, #{ticket.pk} resolved."
    assert Ticket.objects.get().status == "resolved"
    assert {"status": "resolved"}.items() <= {f["field"]: f["value"] for f in answer["fields"]}.items()
    assert client.post(reverse("admin:helpdesk_ticket_undo"), {"batch": answer["batch"]}).status_code == 200
    assert (Ticket.objects.get().status, Comment.objects.count()) == ("open", 1)


def test_a_colleagues_answer_stops_a_message_until_it_was_seen(ticket, agent, other_agent, admin_as):
    client, mine = admin_as(agent), message(ticket)
    comments.add(ticket, "I have it.", author=other_agent, channel=Channel.ADMIN)
    answer = client.post(url("send", ticket.pk), mine)
    assert answer.status_code == 409
    assert answer.json()["detail"] == "Bea replied while you wrote."
    assert "I have it." in answer.json()["entries"]
    assert Comment.objects.count() == 1
    again = client.post(url("send", ticket.pk), {**mine, "seen": answer.json()["seen"]})
    assert again.status_code == 200
    assert Comment.objects.count() == 2


@pytest.mark.parametrize(
    ("is_internal", "said"),
    [(True, "Bea left a note while you wrote."), (False, "Kim wrote while you wrote.")],
)
def test_who_did_what_meanwhile_is_named(make_ticket, agent, other_agent, admin_as, is_internal, said):
    ticket = make_ticket(requester_name="Kim")
    mine = message(ticket)
    author = other_agent if is_internal else None
    comments.add(ticket, "x", author=author, channel=Channel.API, is_internal=is_internal)
    assert admin_as(agent).post(url("send", ticket.pk), mine).json()["detail"] == said


def test_a_change_of_a_colleague_stops_it_too_and_an_own_one_does_not(ticket, agent, other_agent, admin_as):
    client, mine = admin_as(agent), message(ticket)
    changes.update(ticket, {"priority": "high"}, actor=agent, channel=Channel.ADMIN)
    comments.add(ticket, "Mine", author=agent, channel=Channel.ADMIN)
    assert client.post(url("send", ticket.pk), mine).status_code == 200
    mine = message(ticket)
    changes.update(ticket, {"status": "resolved"}, actor=other_agent, channel=Channel.ADMIN)
    answer = client.post(url("send", ticket.pk), mine)
    assert (answer.status_code, answer.json()["detail"]) == (409, "Changed while you wrote: status by Bea.")


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"body": " "}, "Write something first."),
        ({"body": "\u2800"}, "can be seen"),
        ({"body": "a\0"}, "cannot be stored"),
        ({"body": "x" * 50_001}, "at most 50,000 characters"),
    ],
)
def test_what_cannot_be_added_is_refused_in_words(ticket, agent, admin_as, sent, reason):
    answer = admin_as(agent).post(url("send", ticket.pk), message(ticket, **sent))
    assert answer.status_code == 400
    assert reason in answer.json()["detail"]
    assert not Comment.objects.exists()


def test_only_who_may_see_and_write_does(ticket, viewer, commenter, admin_as):
    for person in (viewer, commenter):
        for name, sent in (("send", message(ticket)), ("draft", {"text": "x"})):
            assert admin_as(person).post(url(name, ticket.pk), sent).status_code == 403
    assert not Comment.objects.exists()
    assert not Draft.objects.exists()


def test_resolving_needs_more_than_writing(ticket, commenter, admin_as, agent):
    commenter.user_permissions.add(*agent.groups.get().permissions.filter(codename="view_ticket"))
    client = admin_as(commenter)
    answer = client.post(url("send", ticket.pk), message(ticket, then="resolve"))
    assert (answer.status_code, Comment.objects.count()) == (400, 0)
    assert client.post(url("send", ticket.pk), message(ticket)).status_code == 200


def test_a_deleted_ticket_is_missed_with_who_deleted_it(ticket, agent, lead, admin_as):
    mine = message(ticket)
    changes.delete(ticket, actor=lead, channel=Channel.ADMIN)
    for name, sent in (("send", mine), ("draft", {"text": "x"})):
        answer = admin_as(agent).post(url(name, ticket.pk), sent)
        assert answer.status_code == 404
        assert "was deleted by Lena" in answer.json()["detail"]


def test_a_draft_of_each_kind_is_kept_and_a_blank_one_goes(ticket, agent, admin_as):
    client = admin_as(agent)
    first = client.post(url("draft", ticket.pk), {"kind": "reply", "text": "Dear"}).json()
    assert first["saved"]
    client.post(url("draft", ticket.pk), {"kind": "note", "text": "Hm"})
    kept = drafts.of(agent, ticket)
    assert (kept[False].text, kept[True].text) == ("Dear", "Hm")
    client.post(url("draft", ticket.pk), {"kind": "note", "text": "  "})
    assert drafts.of(agent, ticket).keys() == {False}
    page = client.get(reverse("admin:helpdesk_ticket_change", args=[ticket.pk])).content.decode()
    assert ">\nDear</textarea>" in page
    assert f"Draft saved {first['saved']}" in page


def test_a_newer_draft_of_another_window_is_not_overwritten(ticket, agent, admin_as):
    client = admin_as(agent)
    old = client.post(url("draft", ticket.pk), {"kind": "reply", "text": "Dear"}).json()
    client.post(url("draft", ticket.pk), {"kind": "reply", "text": "Dear Kim", "known": old["known"]})
    answer = client.post(url("draft", ticket.pk), {"kind": "reply", "text": "Hi", "known": old["known"]})
    assert (answer.status_code, answer.json()["text"]) == (409, "Dear Kim")
    assert drafts.of(agent, ticket)[False].text == "Dear Kim"


@pytest.mark.parametrize("text", ["a\0b", "x" * 50_001])
def test_a_draft_that_cannot_be_kept_is_refused(ticket, agent, admin_as, text):
    assert admin_as(agent).post(url("draft", ticket.pk), {"text": text}).status_code == 400
