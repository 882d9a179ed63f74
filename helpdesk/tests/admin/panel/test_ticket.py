"""The page of a ticket: what it shows to whom, and what its plain forms do without a script."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.choices import Channel
from helpdesk.tests.admin.pages import change_url, shown
from helpdesk.tickets import changes, comments
from helpdesk.tickets.models import Comment, Event, Ticket

pytestmark = pytest.mark.django_db


def read(client, ticket, query=""):
    response = client.get(change_url(ticket.pk) + query)
    assert response.status_code == 200
    return response.content.decode()


def send(client, ticket, form, **changed):
    return client.post(change_url(ticket.pk), {**shown(client, change_url(ticket.pk), form), **changed})


def test_a_reply_and_a_note_join_the_conversation(ticket, agent, admin_as):
    client = admin_as(agent)
    assert send(client, ticket, "composer", body="We look into it.").status_code == 302
    assert send(client, ticket, "composer", body="Cache again?", kind="note").status_code == 302
    assert list(Comment.objects.values_list("body", "is_internal")) == [
        ("We look into it.", False),
        ("Cache again?", True),
    ]
    assert Ticket.objects.get(pk=ticket.pk).first_responded_at
    page = read(client, ticket)
    assert "We look into it." in page
    assert "note, only staff" in page


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "Write something first."),
        ("\u2800", "can be seen"),
        ("a\x00b", "cannot be stored"),
        ("x" * 50_001, "at most 50,000"),
    ],
)
def test_a_bad_message_is_refused_in_words_and_kept_in_the_composer(ticket, agent, admin_as, body, reason):
    response = send(admin_as(agent), ticket, "composer", body=body)
    assert response.status_code == 400
    assert reason in response.context["problem"]
    assert response.context["body"] == body
    assert not Comment.objects.exists()


def test_a_message_may_resolve_the_ticket_or_lead_to_the_next(make_ticket, agent, admin_as):
    first, second = make_ticket(priority="high"), make_ticket(priority="low")
    client = admin_as(agent)
    answer = send(client, first, "composer", body="Done.", then="resolve")
    assert answer["Location"] == change_url(first.pk)
    assert Ticket.objects.get(pk=first.pk).status == "resolved"
    changes.update(first, {"status": "open"}, actor=agent, channel=Channel.ADMIN)
    assert send(client, first, "composer", body="More.", then="next")["Location"] == change_url(second.pk)


def test_what_a_colleague_wrote_meanwhile_is_shown_before_a_message_is_added(
    ticket, agent, other_agent, admin_as
):
    client, url = admin_as(agent), change_url(ticket.pk)
    form = shown(client, url, "composer")
    comments.add(ticket, "I have it.", author=other_agent, channel=Channel.ADMIN)
    response = client.post(url, {**form, "body": "We look into it."})
    assert response.status_code == 409
    assert "Bea replied while you wrote." in response.context["problem"]
    assert "I have it." in response.content.decode()
    assert response.context["body"] == "We look into it."
    again = {**form, "body": "We look into it.", "seen": response.context["seen"]}
    assert client.post(url, again).status_code == 302
    assert Comment.objects.count() == 2


def test_the_same_form_twice_adds_one_message(ticket, agent, admin_as):
    client, url = admin_as(agent), change_url(ticket.pk)
    form = {**shown(client, url, "composer"), "body": "Once."}
    for _ in range(2):
        assert client.post(url, form).status_code == 302
    assert Comment.objects.count() == 1


def test_a_stale_form_of_fields_reverts_nothing(ticket, agent, other_agent, admin_as):
    client, url = admin_as(agent), change_url(ticket.pk)
    form = shown(client, url, "fields-form")
    changes.update(ticket, {"priority": "critical"}, actor=other_agent, channel=Channel.ADMIN)
    assert client.post(url, {**form, "status": "in_progress"}).status_code == 302
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert (fresh.priority, fresh.status) == ("critical", "in_progress")


def test_the_same_field_twice_keeps_what_is_there_and_says_so(ticket, agent, other_agent, admin_as):
    client, url = admin_as(agent), change_url(ticket.pk)
    form = shown(client, url, "fields-form")
    changes.update(ticket, {"priority": "critical"}, actor=other_agent, channel=Channel.ADMIN)
    answer = client.post(url, {**form, "priority": "low"}, follow=True)
    assert "Somebody else changed priority meanwhile. Nothing was saved." in answer.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).priority == "critical"


def test_a_form_leaves_the_ticket_to_a_person_who_has_left(ticket, agent, other_agent, admin_as):
    changes.update(ticket, {"assignee": other_agent}, actor=agent, channel=Channel.ADMIN)
    other_agent.is_active = False
    other_agent.save()
    send(admin_as(agent), ticket, "fields-form", status="in_progress")
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert (fresh.assignee, fresh.status) == (other_agent, "in_progress")


def test_requester_and_origin_are_changed_under_more(ticket, make_ticket, agent, admin_as):
    client = admin_as(agent)
    send(client, ticket, "details-form", requester_email="Kim@Customer.example", external_id="7")
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert (fresh.requester_email, fresh.external_id) == ("kim@customer.example", "7")
    other = make_ticket()
    for changed, reason in (
        ({"requester_email": "nobody"}, "valid email"),
        ({"external_id": "7"}, "already has this external source"),
    ):
        answer = send(client, other, "details-form", **changed)
        assert answer.status_code == 400
        assert reason in answer.content.decode()
    assert Event.objects.filter(ticket_id=other.pk).count() == 1


@pytest.mark.parametrize("forged", [{"initial-assignee": "999999"}, {"initial-status": "x"}, {"status": "x"}])
def test_a_hand_made_form_changes_nothing(ticket, agent, admin_as, forged):
    answer = send(admin_as(agent), ticket, "fields-form", **forged)
    assert answer.status_code in {302, 400}
    assert Event.objects.filter(ticket_id=ticket.pk).count() == 1


def test_a_ticket_deleted_meanwhile_is_missed_with_who_deleted_it(ticket, agent, lead, admin_as):
    client, url = admin_as(agent), change_url(ticket.pk)
    form = shown(client, url, "composer")
    changes.delete(ticket, actor=lead, channel=Channel.ADMIN)
    answer = client.post(url, {**form, "body": "Too late"}, follow=True)
    assert answer.status_code == 200
    assert f"#{ticket.pk} was deleted by Lena" in str(
        [str(message) for message in answer.context["messages"]]
    )


@pytest.mark.parametrize("pk", ["0", "999999", "abc", "9" * 30, "%00"])
def test_a_ticket_that_is_not_there_is_said(agent, admin_as, pk):
    response = admin_as(agent).get(f"/admin/helpdesk/ticket/{pk}/change/", follow=True)
    assert response.status_code == 200
    assert "There is no " in str([str(message) for message in response.context["messages"]])


def test_a_viewer_reads_values_and_is_offered_nothing_to_press(ticket, agent, viewer, admin_as):
    comments.add(ticket, "We are on it.", author=agent, channel=Channel.ADMIN)
    client = admin_as(viewer)
    page = read(client, ticket)
    assert "We are on it." in page
    for control in (
        'id="composer"',
        '<button type="button" class="cell"',
        'id="ask"',
        "Delete",
        "edit-title",
    ):
        assert control not in page
    for form in ({}, {"part": "fields", "status": "closed"}, {"part": "message", "body": "x"}):
        assert client.post(change_url(ticket.pk), form).status_code == 403
    assert Event.objects.filter(action="updated").count() == 0


def test_only_who_may_delete_is_offered_it_and_last(ticket, agent, lead, admin_as):
    assert "Delete this ticket" not in read(admin_as(agent), ticket)
    page = read(admin_as(lead), ticket)
    assert page.index("Delete this ticket") > page.index("details-form") > page.index('id="composer"')


def test_a_hostile_text_is_shown_as_text(make_ticket, agent, admin_as):
    ticket = make_ticket(
        title="<script>alert(1)</script>",
        description="</textarea><script>x</script>",
        requester_name="<script>y</script>",
    )
    comments.add(ticket, "<img src=x onerror=alert(1)>", author=agent, channel=Channel.API)
    page = read(admin_as(agent), ticket)
    for markup in ("<script>alert(1)", "<script>x", "<script>y", "<img src=x"):
        assert markup not in page


def test_a_message_links_addresses_names_its_channel_and_runs_no_markup(ticket, agent, admin_as):
    body = "https://status.example/a?b=1 <img src=x onerror=alert(1)> javascript:alert(1)"
    comments.add(ticket, body, author=agent, channel=Channel.API)
    page = read(admin_as(agent), ticket)
    message = page.split('class="message-body" dir="auto">')[2].split("</div>")[0]
    assert '<a href="https://status.example/a?b=1" rel="nofollow">' in message
    assert "&lt;img src=x" in message
    assert "<img" not in message
    assert 'href="javascript' not in message
    assert f"by {Channel.API.label}" in page
    assert "sent" not in page.split('id="timeline"')[1].split("</aside>")[0].replace('name="seen"', "")


def test_a_message_of_the_requester_is_signed_with_the_name(make_ticket, agent, admin_as):
    ticket = make_ticket(requester_name="Kim Lee")
    comments.add(ticket, "Any news?", author=None, channel=Channel.API)
    comments.add(ticket, "She called.", author=agent, channel=Channel.ADMIN, from_requester=True)
    page = read(admin_as(agent), ticket)
    assert page.count("<strong><bdi>Kim Lee</bdi></strong>") == 3
    assert "passed on by Amir" in page
    assert "API client" not in page


def test_the_place_in_the_list_leads_to_its_neighbours(make_ticket, agent, admin_as):
    tickets = [make_ticket(priority=priority) for priority in ("critical", "high", "low")]
    make_ticket(category="account")
    query = "?_changelist_filters=category%3Dbilling"
    page = admin_as(agent).get(change_url(tickets[1].pk) + query).context["place"]
    assert (page.at, page.total) == (2, "3")
    assert page.previous == change_url(tickets[0].pk) + query
    assert page.next == change_url(tickets[2].pk) + query
    assert page.link.endswith("?category=billing")


@pytest.mark.parametrize("query", ["nonsense%3D1", "assignee%3Dx", "queue%3Dx", "%00", "o%3Dx"])
def test_a_list_that_makes_no_sense_does_no_harm(ticket, agent, admin_as, query):
    read(admin_as(agent), ticket, f"?_changelist_filters={query}")


def test_the_requester_comes_with_the_last_tickets_and_counts(make_ticket, agent, admin_as):
    made = [make_ticket(requester_email="kim@customer.example", title=f"No. {n}") for n in range(7)]
    changes.update(made[0], {"status": "closed"}, actor=agent, channel=Channel.ADMIN)
    requester = admin_as(agent).get(change_url(made[6].pk)).context["requester"]
    assert [ticket.title for ticket, _ in requester.latest] == [f"No. {n}" for n in (6, 5, 4, 3, 2)]
    assert (requester.total, requester.unresolved) == (7, 6)


def test_the_page_costs_the_same_for_3_and_for_300_comments(ticket, agent, other_agent, admin_as):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(change_url(ticket.pk))
        return len(captured)

    client = admin_as(agent)
    for person in (agent, other_agent, agent):
        comments.add(ticket, "Hello", author=person, channel=Channel.ADMIN)
        changes.update(ticket, {"assignee": person}, actor=person, channel=Channel.ADMIN)
    queries()  # the first page of a process also fills its caches
    few = queries()
    for person in [agent, other_agent, None] * 99:
        comments.add(ticket, "Hello", author=person, channel=Channel.ADMIN)
    changes.update(ticket, {"assignee": other_agent}, actor=agent, channel=Channel.ADMIN)
    assert queries() == few == 24


def test_similar_tickets_are_resolved_ones_that_share_telling_words(make_ticket, agent, admin_as):
    ticket = make_ticket(title="All dashboards show error 502")
    near = make_ticket(title="Dashboards blank, error 502 again", status="resolved")
    make_ticket(title="Show me all invoices", status="closed")
    make_ticket(title="All dashboards show error 502", status="open")
    make_ticket(title="All dashboards show error 502", status="resolved", category="account")
    found = admin_as(agent).get(change_url(ticket.pk)).context["similar"]
    assert [other.pk for other in found] == [near.pk]
    blank = make_ticket(title="?!")
    assert admin_as(agent).get(change_url(blank.pk)).context["similar"] == []


def describe(client, ticket, text, was=None):
    shown_before = ticket.description if was is None else was
    sent = {"part": "description", "description": text, "initial-description": shown_before}
    return client.post(change_url(ticket.pk), sent, follow=True)


@pytest.mark.parametrize("before", ["One\nTwo", "One\r\nTwo"])
def test_the_description_is_put_right_where_it_stands(make_ticket, agent, admin_as, before):
    ticket = make_ticket(description=before)
    page = describe(admin_as(agent), ticket, "One\r\nThree", before.replace("\n", "\r\n"))
    assert f"#{ticket.pk} saved." in page.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).description == "One\nThree"
    assert Ticket.objects.search("three").exists()


def test_a_description_that_a_colleague_changed_is_not_overwritten(ticket, agent, admin_as):
    page = describe(admin_as(agent), ticket, "Mine", "What it said an hour ago")
    assert "Somebody else changed description meanwhile. Nothing was saved." in page.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).description == ticket.description


@pytest.mark.parametrize("text", ["", " \n ", "\u200b"])
def test_a_description_is_never_empty(ticket, agent, admin_as, text):
    page = describe(admin_as(agent), ticket, text)
    assert page.status_code == 400
    assert '<details class="message-edit" open>' in page.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).description == ticket.description


def test_who_may_not_change_a_ticket_finds_no_way_to_edit_it(ticket, viewer, commenter, admin_as):
    assert "Edit the description" not in admin_as(viewer).get(change_url(ticket.pk)).content.decode()
    assert describe(admin_as(viewer), ticket, "Mine").status_code == 403
    assert Ticket.objects.get(pk=ticket.pk).description == ticket.description


def test_the_preview_leads_to_the_place_in_the_list_and_can_be_answered(ticket, agent, viewer, admin_as):
    url = reverse("admin:helpdesk_ticket_preview", args=[ticket.pk])
    asked = {"_changelist_filters": 'queue=unassigned&q="x'}
    page = admin_as(agent).get(url, asked).content.decode()
    place = "?_changelist_filters=queue%3Dunassigned%26q%3D%22x"
    assert f'href="{change_url(ticket.pk)}{place}"' in page
    assert 'class="composer"' in page
    assert "Send and next" not in page
    assert 'class="composer"' not in admin_as(viewer).get(url).content.decode()
