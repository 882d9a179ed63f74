"""Creating, changing and deleting tickets."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from helpdesk.api.serializers.ticket import SERVER_SETS
from helpdesk.choices import Action, Channel, Verdict
from helpdesk.tests.api.conftest import TICKETS
from helpdesk.tickets.models import Event, Ticket
from helpdesk.tickets.parsing import INVISIBLE
from helpdesk.triage.models import Suggestion

MakeTicket = Callable[..., Ticket]
LEAST = {"title": "Charged twice", "description": "The invoice was paid twice."}
TAKEN = "Ticket {} has this external source and id. Change that ticket, or send another id."


def test_a_new_ticket_is_answered_whole_with_its_address(api: APIClient) -> None:
    response = api.post(TICKETS, LEAST)
    assert response.status_code == 201
    assert response["Location"] == f"http://testserver{TICKETS}{response.json()['id']}/"
    assert api.get(response["Location"]).json() == response.json()


def test_a_new_ticket_is_written_by_its_caller_through_the_api(api: APIClient, agent: User) -> None:
    api.post(TICKETS, LEAST)
    event = Event.objects.get()
    assert (event.action, event.actor, event.channel) == (Action.CREATED, agent, Channel.API)


@pytest.mark.parametrize(
    "blank", [{}, {"category": "", "priority": ""}, {"category": None, "priority": None}]
)
def test_blank_labels_are_filled_by_the_local_classifier(blank: dict[str, Any], api: APIClient) -> None:
    answer = api.post(TICKETS, LEAST | blank).json()
    assert answer["category"] == "billing"
    assert answer["priority"] in {"low", "medium", "high", "critical"}
    assert Suggestion.objects.get(ticket=answer["id"]).verdict == Verdict.PENDING


def test_labels_that_are_given_are_kept(api: APIClient) -> None:
    answer = api.post(TICKETS, LEAST | {"category": "account", "priority": "low", "status": "closed"}).json()
    assert (answer["category"], answer["priority"], answer["status"]) == ("account", "low", "closed")
    assert answer["closed_at"] is not None
    assert not Suggestion.objects.exists()


def test_a_title_is_trimmed_and_a_description_is_kept_as_it_is(api: APIClient) -> None:
    answer = api.post(TICKETS, {"title": f"  {'x' * 200} ", "description": "  a log\n\tline \n"}).json()
    assert (len(answer["title"]), answer["description"]) == (200, "  a log\n\tline \n")


def test_what_the_server_sets_is_refused_by_name(api: APIClient) -> None:
    wishes = {"id": 99, "created_at": "2001-01-01T00:00:00Z", "due_at": None, "closed_at": ""}
    refused = api.post(TICKETS, LEAST | wishes)
    assert (refused.status_code, set(refused.json())) == (400, {"id", "created_at"})
    assert refused.json()["id"] == [SERVER_SETS]
    assert not Ticket.objects.exists()


def test_null_and_unknown_names_pass(api: APIClient) -> None:
    answer = api.post(TICKETS, LEAST | {"id": None, "created_at": None, "due_at": None, "search_text": "x"})
    assert answer.status_code == 201
    assert answer.json()["due_at"] is not None


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_fetched_ticket_can_be_sent_back(method: str, api: APIClient, ticket: Ticket) -> None:
    fetched = api.get(one(ticket)).json()
    answer = getattr(api, method)(one(ticket), fetched | {"title": "Changed", "created_at": "2001-01-01"})
    assert (answer.status_code, answer.json()["title"]) == (200, "Changed")
    assert answer.json()["created_at"] == fetched["created_at"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", None, "This field may not be null."),
        ("title", "   ", "This field may not be blank."),
        ("title", "x" * 201, "Ensure this field has no more than 200 characters."),
        ("title", "a\0b", "Null characters are not allowed."),
        ("title", 5, "Send a string."),
        ("title", True, "Send a string."),
        ("title", ["a"], "Send a string."),
        ("title", {"a": "b"}, "Send a string."),
        ("title", "\u200b\ufeff", INVISIBLE),
        ("description", "\n\u3164\u00ad\n", INVISIBLE),
        ("description", " \n\t ", "This field may not be blank."),
        ("description", "x" * 200_001, "Ensure this field has no more than 200000 characters."),
        ("description", "a\0b", "Null characters are not allowed."),
        ("category", "Billing", "Choose one of: billing, technical, account, general."),
        ("category", ["billing"], "Choose one of: billing, technical, account, general."),
        ("priority", 3, "Choose one of: low, medium, high, critical."),
        ("priority", False, "Choose one of: low, medium, high, critical."),
        ("status", "", "Choose one of: open, in_progress, resolved, closed."),
        ("status", None, "Choose one of: open, in_progress, resolved, closed."),
        ("requester_email", "mira", "Enter a valid email address."),
        ("requester_email", "x" * 250 + "@y.example", "Ensure this field has no more than 254 characters."),
        (
            "assignee",
            10**18,
            "Nobody with this id may change tickets. Send another one, or null for nobody.",
        ),
        ("assignee", -1, "Nobody with this id may change tickets. Send another one, or null for nobody."),
        ("assignee", 10**30, "Send the id of a user as a number, or null for nobody."),
        ("assignee", "amir", "Send the id of a user as a number, or null for nobody."),
        ("assignee", True, "Send the id of a user as a number, or null for nobody."),
        ("assignee", 1.5, "Send the id of a user as a number, or null for nobody."),
        ("assignee", [1], "Send the id of a user as a number, or null for nobody."),
        ("external_source", "x" * 51, "Ensure this field has no more than 50 characters."),
    ],
)
def test_a_field_that_is_wrong_is_named_and_nothing_is_written(
    field: str, value: Any, message: str, api: APIClient, ticket: Ticket
) -> None:
    for response in (api.post(TICKETS, LEAST | {field: value}), api.patch(one(ticket), {field: value})):
        assert response.status_code == 400
        assert message in response.json()[field]
    assert (Ticket.objects.count(), Event.objects.count()) == (1, 1)


def one(ticket: Ticket) -> str:
    return f"{TICKETS}{ticket.pk}/"


def test_only_active_staff_can_be_given_tickets(
    api: APIClient, agent: User, lead: User, outsider: User
) -> None:
    User.objects.filter(pk=lead.pk).update(is_active=False)
    assert api.post(TICKETS, LEAST | {"assignee": agent.pk}).json()["assignee_name"] == "Amir"
    assert api.post(TICKETS, LEAST | {"assignee": lead.pk}).status_code == 400
    assert api.post(TICKETS, LEAST | {"assignee": outsider.pk}).status_code == 400


def test_title_and_description_are_required(api: APIClient, ticket: Ticket) -> None:
    required = {"title": ["This field is required."], "description": ["This field is required."]}
    assert api.post(TICKETS, {}).json() == required
    assert api.put(one(ticket), {"status": "closed"}).json() == required


def test_put_leaves_out_what_it_does_not_name(api: APIClient, make_ticket: MakeTicket) -> None:
    ticket = make_ticket(priority="critical", requester_name="Mira")
    answer = api.put(one(ticket), LEAST | {"status": "resolved"}).json()
    assert (answer["title"], answer["status"]) == ("Charged twice", "resolved")
    assert (answer["priority"], answer["requester_name"]) == ("critical", "Mira")


def test_patch_changes_a_single_field_and_says_so_in_one_event(
    api: APIClient, ticket: Ticket, agent: User
) -> None:
    answer = api.patch(one(ticket), {"assignee": agent.pk}).json()
    assert (answer["assignee"], answer["assignee_name"]) == (agent.pk, "Amir")
    event = Event.objects.get(action=Action.UPDATED)
    assert (event.changes, event.actor) == ({"assignee_id": [None, agent.pk]}, agent)


def test_any_status_may_follow_any_status(api: APIClient, ticket: Ticket) -> None:
    for status in ("closed", "open", "resolved", "in_progress", "closed"):
        assert api.patch(one(ticket), {"status": status}).json()["status"] == status
    assert api.patch(one(ticket), {"status": "open"}).json()["resolved_at"] is None


def test_patch_reads_the_row_once_and_writes_it_its_event_and_its_announcement(
    api: APIClient, ticket: Ticket
) -> None:
    api.patch(one(ticket), {"status": "closed"})  # so that the caches are warm
    with CaptureQueriesContext(connection) as queries:
        api.patch(one(ticket), {"status": "open", "priority": "low"})
    verbs = [query["sql"].split()[0] for query in queries]
    # Who asks (from a plan, where there is one), the ticket under its lock; the test adds its savepoint.
    assert [verb.replace("EXECUTE", "SELECT") for verb in verbs if verb not in {"SAVEPOINT", "RELEASE"}] == [
        *("SELECT", "SELECT"),
        *("UPDATE", "INSERT", "INSERT"),
    ]


def test_an_empty_patch_changes_nothing(api: APIClient, ticket: Ticket) -> None:
    before = api.get(one(ticket)).json()
    assert api.patch(one(ticket), {}).json() == before
    assert Event.objects.count() == 1


@pytest.mark.parametrize("empty", ["", None])
@pytest.mark.parametrize("field", ["category", "priority"])
def test_a_ticket_never_loses_its_labels(
    field: str, empty: str | None, api: APIClient, ticket: Ticket
) -> None:
    for response in (api.patch(one(ticket), {field: empty}), api.put(one(ticket), LEAST | {field: empty})):
        assert response.status_code == 400
        assert response.json()[field][0].startswith("Choose one of: ")


def test_an_external_id_is_taken_once(api: APIClient, ticket: Ticket) -> None:
    numbered = LEAST | {"external_source": "zendesk", "external_id": "7"}
    holder = api.post(TICKETS, numbered).json()["id"]
    half = {"external_id": "7"}
    api.patch(one(ticket), {"external_source": "zendesk"})
    for response in (api.post(TICKETS, numbered), api.patch(one(ticket), half)):
        assert (response.status_code, response.json()) == (400, {"external_id": [TAKEN.format(holder)]})
    assert api.post(TICKETS, numbered | {"external_source": "jira"}).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_of_two_tickets_with_one_external_id_at_the_same_moment_one_is_refused(
    agent: User, api_as: Callable[[User], APIClient]
) -> None:
    start, codes = threading.Barrier(2), []
    clients = [api_as(agent), api_as(agent)]

    def post(client: APIClient) -> None:
        start.wait()
        numbered = LEAST | {"external_source": "zendesk", "external_id": "7"}
        codes.append(client.post(TICKETS, numbered).status_code)
        connection.close()

    threads = [threading.Thread(target=post, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201, 400]


def test_another_refusal_of_the_database_is_not_taken_for_a_taken_id(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise IntegrityError("some other rule")

    monkeypatch.setattr("helpdesk.intake.create", refuse)
    with pytest.raises(IntegrityError):
        api.post(TICKETS, LEAST)


def test_delete_answers_with_nothing_and_the_history_stays(
    api_as: Callable[[User], APIClient], lead: User, ticket: Ticket
) -> None:
    api = api_as(lead)
    response = api.delete(one(ticket))
    assert (response.status_code, response.content) == (204, b"")
    assert api.get(one(ticket)).status_code == 404
    assert [event["action"] for event in api.get(f"{one(ticket)}history/").json()] == ["deleted", "created"]


@pytest.mark.parametrize(
    "pk", ["0", "999999", "9" * 19, "9" * 400, "9" * 5000, "-1", "abc", "1.0", "٣", "%00", "1e3"]
)
@pytest.mark.parametrize("part", ["", "comments/", "history/", "suggest/", "suggestions/1/accept/"])
def test_an_id_that_does_not_exist_is_a_404_in_json(pk: str, part: str, api: APIClient) -> None:
    url = f"{TICKETS}{pk}/{part}"
    call = api.post if part.startswith("sugg") else api.get
    response = call(url, {})
    assert (response.status_code, response["Content-Type"]) == (404, "application/json")
    assert response.json().keys() == {"detail"}


def test_a_ticket_that_is_deleted_while_it_is_changed_is_a_404(
    api: APIClient, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanish(*args: object, **kwargs: object) -> None:
        raise Ticket.DoesNotExist("Ticket matching query does not exist.")

    monkeypatch.setattr("helpdesk.tickets.changes.update", vanish)
    assert api.patch(one(ticket), {"status": "closed"}).status_code == 404
