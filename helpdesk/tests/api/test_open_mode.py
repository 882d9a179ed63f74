"""What callers without credentials get in open mode, and whose pages may make a browser send for them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from helpdesk.choices import Channel
from helpdesk.tests.api.conftest import TICKETS
from helpdesk.tickets import changes, comments
from helpdesk.tickets.models import Comment, Event, Ticket
from helpdesk.triage import suggestions
from helpdesk.triage.models import Suggestion

pytestmark = pytest.mark.usefixtures("open_mode")
FRONT_END = "http://localhost:5173"
FOREIGN: list[dict[str, str]] = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://localhost:5174"},
    {"origin": "https://localhost:5173"},
    {"origin": "http://localhost:5173.evil.example"},
    {"origin": "http://testserver.evil.example"},
    {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://testserver", "sec-fetch-site": "cross-site"},
]
OURS: list[dict[str, str]] = [
    {},
    {"origin": FRONT_END},
    {"origin": FRONT_END, "sec-fetch-site": "same-site"},
    {"origin": FRONT_END, "sec-fetch-site": "cross-site"},
    {"origin": "http://testserver", "sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
]


@pytest.fixture
def talked_about(ticket: Ticket, agent: User, lead: User) -> Ticket:
    """A ticket that went from Amir to Lena, with a reply and an internal note of each."""
    for person in (agent, lead):
        changes.update(ticket, {"assignee": person}, actor=person, channel=Channel.ADMIN)
        for is_internal in (False, True):
            body = "Zebra: the customer never pays." if is_internal else "We are on it."
            comments.add(ticket, body, author=person, channel=Channel.ADMIN, is_internal=is_internal)
    return ticket


def test_internal_notes_are_neither_shown_nor_counted(
    stranger: APIClient, talked_about: Ticket, api_as: Callable[[User], APIClient], lead: User
) -> None:
    one = f"{TICKETS}{talked_about.pk}/"
    notes = set(Comment.objects.filter(is_internal=True).values_list("pk", flat=True))
    heard = stranger.get(f"{one}comments/").json()
    history = stranger.get(f"{one}history/").json()
    assert [comment["is_internal"] for comment in heard] == [False, False]
    assert [event["action"] for event in history].count("commented") == 2
    told = [change for event in history for change in event["changes"]]
    assert not notes & {change["new"] for change in told if change["field"] in {"reply", "internal note"}}
    everything = json.dumps([heard, history, stranger.get(one).json(), stranger.get(TICKETS).json()])
    assert not any(trace in everything for trace in ("internal note", "Zebra"))
    inside = api_as(lead)
    assert len(inside.get(f"{one}comments/").json()) == 4
    assert len(inside.get(f"{one}history/").json()) == len(history) + 2


def test_pages_of_a_conversation_do_not_count_its_notes(stranger: APIClient, talked_about: Ticket) -> None:
    for route in ("comments", "history"):
        url: str | None = f"{TICKETS}{talked_about.pk}/{route}/?page_size=1"
        rows = []
        while url:
            page = stranger.get(url)
            rows += page.json()
            links = {
                link.split('rel="')[1][:-1]: link[1:].split(">")[0]
                for link in page.get("Link", "").split(", ")
                if link
            }
            assert len(page.json()) == 1
            url = links.get("next")
        assert rows == stranger.get(f"{TICKETS}{talked_about.pk}/{route}/").json()


def test_internal_notes_are_not_found(
    stranger: APIClient, talked_about: Ticket, api_as: Callable[[User], APIClient], viewer: User
) -> None:
    assert len(api_as(viewer).get(TICKETS, {"search": "zebra"}).json()) == 1
    assert len(stranger.get(TICKETS, {"search": "we are on it"}).json()) == 1
    for words in ("zebra", "never pays"):
        assert stranger.get(TICKETS, {"search": words}).json() == []
        assert stranger.get(f"{TICKETS}stats/", {"search": words}).json()["total_tickets"] == 0


def test_no_answer_names_staff(stranger: APIClient, talked_about: Ticket, agent: User, lead: User) -> None:
    one = f"{TICKETS}{talked_about.pk}/"
    proposal = suggestions.suggest(talked_about.title, talked_about.description, ticket=talked_about)
    everybody = [{"assignee": pk} for pk in (0, agent.pk, lead.pk, lead.pk + 1, lead.pk + 2)]
    told = [
        *(stranger.get(url) for url in (TICKETS, one, f"{one}comments/", f"{one}history/")),
        *(stranger.get(TICKETS, known) for known in everybody),
        *(stranger.get(f"{TICKETS}stats/", known) for known in everybody),
        *(stranger.patch(one, known) for known in everybody),
        *(stranger.post(TICKETS, {"title": "x", "description": "y"} | known) for known in everybody),
        stranger.put(one, {"title": "x", "description": "y", "assignee": agent.pk}),
        stranger.post(f"{one}suggest/"),
        stranger.post(f"{one}suggestions/{proposal.pk}/accept/"),
        stranger.post(f"{one}comments/", {"body": "Hello"}),
    ]
    assert {answer.status_code for answer in told} == {200, 201, 400}
    for answer in told:
        text = answer.content.decode().lower()
        assert not any(name in text for name in ("amir", "lena")), text


def test_the_keys_and_the_ids_of_staff_stay(stranger: APIClient, talked_about: Ticket, lead: User) -> None:
    one = f"{TICKETS}{talked_about.pk}/"
    assert stranger.get(one).json().items() >= {"assignee": lead.pk, "assignee_name": None}.items()
    *_, comment = stranger.get(f"{one}comments/").json()
    assert (comment["author"], comment["author_name"]) == (lead.pk, None)
    passed_on = next(
        e for e in stranger.get(f"{one}history/").json() if e["changes"][0]["field"] == "assignee"
    )
    assert (passed_on["actor"], passed_on["actor_name"]) == (lead.pk, None)
    [change] = passed_on["changes"]
    assert (change["new"], change["old_name"], change["new_name"]) == (lead.pk, None, None)


def test_who_is_signed_in_still_sees_names(
    viewer: User, talked_about: Ticket, api_as: Callable[[User], APIClient]
) -> None:
    one, vera = f"{TICKETS}{talked_about.pk}/", api_as(viewer)
    assert vera.get(TICKETS).json()[0]["assignee_name"] == vera.get(one).json()["assignee_name"] == "Lena"
    assert vera.get(f"{one}comments/").json()[0]["author_name"] == "Amir"
    assert vera.get(f"{one}history/").json()[0]["actor_name"] == "Lena"


@pytest.fixture
def writes(ticket: Ticket) -> list[tuple[str, str, Any]]:
    """Every call that is no read: method, address and body."""
    proposal = suggestions.suggest(ticket.title, ticket.description, ticket=ticket)
    one, text = f"{TICKETS}{ticket.pk}/", {"title": "Charged twice", "description": "In May."}
    return [
        ("post", TICKETS, text),
        ("put", one, text),
        ("patch", one, {"status": "closed"}),
        ("post", f"{one}comments/", {"body": "Done."}),
        ("post", f"{TICKETS}classify/", text),
        ("post", f"{one}suggest/", None),
        ("post", f"{one}suggestions/{proposal.pk}/accept/", None),
        ("post", f"{one}suggestions/{proposal.pk}/dismiss/", None),
        ("delete", one, None),
    ]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_the_page_of_another_site_writes_nothing(
    headers: dict[str, str], stranger: APIClient, writes: list[tuple[str, str, Any]]
) -> None:
    before = Event.objects.count(), Suggestion.objects.count()
    for method, url, body in writes:
        answer = getattr(stranger, method)(url, body, headers=headers)
        assert answer.status_code == 403, (method, url)
        assert "CORS_ALLOWED_ORIGINS" in answer.json()["detail"]
    assert (Event.objects.count(), Suggestion.objects.count()) == before
    assert stranger.get(TICKETS, headers=headers).status_code == 200


@pytest.mark.parametrize("headers", OURS, ids=str)
def test_our_own_pages_and_programs_write_as_before(
    headers: dict[str, str], stranger: APIClient, writes: list[tuple[str, str, Any]]
) -> None:
    for method, url, body in writes:
        assert getattr(stranger, method)(url, body, headers=headers).status_code in {200, 201, 204, 409}


def test_the_address_by_which_a_proxy_makes_the_desk_known_is_ours(
    stranger: APIClient, settings: Settings
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example.com"]
    headers = {"origin": "https://desk.example.com", "sec-fetch-site": "same-origin"}
    text = {"title": "Charged twice", "description": "In May."}
    assert stranger.post(TICKETS, text, headers=headers).status_code == 201


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
@pytest.mark.parametrize("is_signed_in", [False, True])
def test_a_simple_request_of_another_site_spends_nothing(
    kind: str, is_signed_in: bool, ticket: Ticket, lead: User
) -> None:
    browser = Client(enforce_csrf_checks=True)
    if is_signed_in:
        browser.force_login(lead)
    headers = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    for url in (f"{TICKETS}{ticket.pk}/suggest/", f"{TICKETS}classify/"):
        for body in ("", '{"description": "x"}'):
            assert browser.post(url, body, content_type=kind, headers=headers).status_code == 403
    assert not Suggestion.objects.exists()


def test_a_token_writes_from_anywhere(agent: User, api_as: Callable[[User], APIClient]) -> None:
    text = {"title": "Charged twice", "description": "In May."}
    assert api_as(agent).post(TICKETS, text, headers=FOREIGN[0]).status_code == 201
