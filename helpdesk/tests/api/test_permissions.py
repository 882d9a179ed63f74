"""Who may do what, as stories of the cast."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from helpdesk.api.permissions import MayDoThis, MayDoThisWithCredentials, MayReadContract
from helpdesk.tests.api.conftest import TICKETS
from helpdesk.tickets.models import Comment, Ticket
from helpdesk.triage import suggestions

ApiAs = Callable[[User], APIClient]
LEAST = {"title": "Charged twice", "description": "The invoice was paid twice."}


@pytest.fixture
def calls(ticket: Ticket) -> dict[str, tuple[str, str, Any, int]]:
    """One call per verb: method, address, body, and the answer to those who may."""
    accepted = suggestions.suggest(ticket.title, ticket.description, ticket=ticket)
    dismissed = suggestions.suggest(ticket.title, ticket.description, ticket=ticket)
    one = f"{TICKETS}{ticket.pk}/"
    return {
        "list": ("get", TICKETS, None, 200),
        "read": ("get", one, None, 200),
        "count": ("get", f"{TICKETS}stats/", None, 200),
        "read comments": ("get", f"{one}comments/", None, 200),
        "read history": ("get", f"{one}history/", None, 200),
        "ask for options": ("options", one, None, 200),
        "create": ("post", TICKETS, LEAST, 201),
        "write": ("put", one, LEAST, 200),
        "change": ("patch", one, {"status": "closed"}, 200),
        "comment": ("post", f"{one}comments/", {"body": "Done."}, 201),
        "classify": ("post", f"{TICKETS}classify/", LEAST, 200),
        "suggest": ("post", f"{one}suggest/", None, 201),
        "accept": ("post", f"{one}suggestions/{accepted.pk}/accept/", None, 200),
        "dismiss": ("post", f"{one}suggestions/{dismissed.pk}/dismiss/", None, 200),
        "delete": ("delete", one, None, 204),
    }


READS = {"list", "read", "count", "read comments", "read history", "ask for options"}


def refused(api: APIClient, calls: dict[str, tuple[str, str, Any, int]], code: int = 403) -> set[str]:
    """The verbs that are answered by `code`; every other one must succeed."""
    answers = {verb: getattr(api, call[0])(call[1], call[2]).status_code for verb, call in calls.items()}
    assert all(answers[verb] in {call[3], code} for verb, call in calls.items()), answers
    return {verb for verb, answer in answers.items() if answer == code}


def test_lena_who_leads_may_do_everything(lead: User, api_as: ApiAs, calls: Any) -> None:
    assert refused(api_as(lead), calls) == set()


def test_amir_who_answers_tickets_may_do_everything_but_delete(
    agent: User, api_as: ApiAs, calls: Any
) -> None:
    assert refused(api_as(agent), calls) == {"delete"}


def test_vera_who_only_looks_on_may_only_read(viewer: User, api_as: ApiAs, calls: Any) -> None:
    assert refused(api_as(viewer), calls) == calls.keys() - READS


def test_otto_who_is_in_no_group_may_do_nothing(outsider: User, api_as: ApiAs, calls: Any) -> None:
    assert refused(api_as(outsider), calls) == calls.keys()


def test_a_stranger_must_sign_in_first(stranger: APIClient, calls: Any) -> None:
    assert refused(stranger, calls, 401) == calls.keys()
    response = stranger.get(TICKETS)
    assert response["WWW-Authenticate"] == "Bearer"
    assert "POST /api/auth/login/" in response.json()["detail"]


def test_a_refusal_says_what_to_do(viewer: User, api_as: ApiAs) -> None:
    response = api_as(viewer).post(TICKETS, LEAST)
    assert response.json()["detail"].endswith("Ask a lead to put you in a group that may.")


def test_in_open_mode_a_stranger_may_do_everything(stranger: APIClient, open_mode: None, calls: Any) -> None:
    assert refused(stranger, calls, 401) == set()


def test_in_open_mode_what_a_stranger_does_has_no_actor(
    stranger: APIClient, open_mode: None, ticket: Ticket
) -> None:
    stranger.post(f"{TICKETS}{ticket.pk}/comments/", {"body": "Hello."})
    assert Comment.objects.get().author is None
    assert ticket.events.first().actor is None


def test_in_open_mode_a_wrong_token_is_still_refused(stranger: APIClient, open_mode: None) -> None:
    response = stranger.get(TICKETS, headers={"authorization": "Bearer 123abc"})
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


def test_in_open_mode_a_user_has_the_rights_of_that_user(
    open_mode: None, viewer: User, api_as: ApiAs
) -> None:
    assert api_as(viewer).post(TICKETS, LEAST).status_code == 403


def test_the_session_of_the_admin_reads(admin_as: Callable[[User], Client], viewer: User) -> None:
    assert admin_as(viewer).get(TICKETS).status_code == 200


def signed_in(user: User) -> Client:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    return browser


def test_a_session_writes_only_with_a_csrf_token(lead: User) -> None:
    browser = signed_in(lead)
    response = browser.post(TICKETS, LEAST, content_type="application/json")
    assert response.status_code == 403
    assert "CSRF" in response.json()["detail"]
    token = browser.get("/admin/").cookies["csrftoken"].value
    response = browser.post(TICKETS, LEAST, content_type="application/json", headers={"x-csrftoken": token})
    assert response.status_code == 201


def test_in_open_mode_the_cookie_of_the_admin_does_not_lock_a_front_end_out(
    lead: User, open_mode: None
) -> None:
    response = signed_in(lead).post(TICKETS, LEAST, content_type="application/json")
    assert response.status_code == 201
    assert Ticket.objects.get().events.get().actor is None


def test_open_mode_opens_nothing_but_the_ticket_routes(stranger: APIClient, open_mode: None) -> None:
    assert stranger.post("/api/auth/logout/").status_code == 401
    assert stranger.get("/admin/").status_code == 302


@pytest.mark.parametrize("may", [None, False, True])
@pytest.mark.parametrize("user", [AnonymousUser(), User()], ids=["stranger", "known"])
@pytest.mark.parametrize("is_open", [False, True])
def test_a_door_lets_in_whom_it_names(
    may: bool | None, user: User | AnonymousUser, is_open: bool, settings: Settings
) -> None:
    settings.HELPDESK_API_OPEN = is_open
    request: Any = SimpleNamespace(user=user, method="GET")
    view = SimpleNamespace(action="list", requires={} if may is None else {"list": lambda _: may})
    is_known = user.is_authenticated
    opened = is_open and not is_known
    assert MayDoThis().has_permission(request, view) is (may is not None if opened else bool(may))
    assert MayDoThisWithCredentials().has_permission(request, view) is (is_known and bool(may))
    assert MayReadContract().has_permission(request, view) is (is_open or is_known)
