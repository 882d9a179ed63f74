"""Tokens: getting one, using it, losing it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from helpdesk.tests.api.conftest import TICKETS
from helpdesk.tickets.models import Ticket

LOGIN = "/api/auth/login/"


@pytest.fixture
def password(agent: User) -> str:
    agent.set_password("correct horse battery")
    agent.save()
    return "correct horse battery"


def test_a_password_is_exchanged_for_a_token_that_works_and_expires(
    stranger: APIClient, agent: User, password: str
) -> None:
    answer = stranger.post(LOGIN, {"username": "amir", "password": password}).json()
    assert answer["user"] == {"id": agent.pk, "username": "amir", "name": "Amir"}
    assert answer["expiry"] > timezone.now().isoformat()
    stranger.credentials(HTTP_AUTHORIZATION=f"Bearer {answer['token']}")
    assert stranger.get(TICKETS).status_code == 200
    assert User.objects.get(pk=agent.pk).last_login is not None


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(stranger: APIClient, password: str) -> None:
    wrong = stranger.post(LOGIN, {"username": "amir", "password": "guess"})
    unknown = stranger.post(LOGIN, {"username": "nobody", "password": password})
    assert (wrong.status_code, wrong["WWW-Authenticate"]) == (401, "Bearer")
    assert (unknown.status_code, unknown.json()) == (401, wrong.json())
    assert not AuthToken.objects.exists()


def test_somebody_who_left_gets_no_token_and_an_old_one_fails(
    stranger: APIClient, agent: User, password: str, api: APIClient
) -> None:
    User.objects.filter(pk=agent.pk).update(is_active=False)
    assert stranger.post(LOGIN, {"username": "amir", "password": password}).status_code == 401
    assert api.get(TICKETS).status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"username": "amir"}, {"username": 1, "password": 2}, {"username": "a\0", "password": "b\0"}]
)
def test_incomplete_credentials_are_refused(body: dict[str, object], stranger: APIClient) -> None:
    assert stranger.post(LOGIN, body).status_code == 400


def test_signing_out_revokes_the_token_that_is_sent_and_no_other(
    agent: User, api_as: Callable[[User], APIClient]
) -> None:
    phone, laptop = api_as(agent), api_as(agent)
    assert phone.post("/api/auth/logout/").status_code == 204
    assert (phone.get(TICKETS).status_code, laptop.get(TICKETS).status_code) == (401, 200)


def test_an_expired_token_is_refused(agent: User, stranger: APIClient) -> None:
    _, token = AuthToken.objects.create(user=agent, expiry=timedelta(seconds=-1))
    response = stranger.get(TICKETS, headers={"authorization": f"Bearer {token}"})
    assert (response.status_code, response.json()["detail"][:26]) == (401, "This token is unknown, exp")


def test_signing_in_clears_away_expired_tokens(agent: User, stranger: APIClient, password: str) -> None:
    AuthToken.objects.create(user=agent, expiry=timedelta(seconds=-1))
    stranger.post(LOGIN, {"username": "amir", "password": password})
    assert AuthToken.objects.get().expiry > timezone.now()


@pytest.mark.parametrize("token", ["x" * 5000, "\xff\xfe", "a\0b", "a b", "", "é", "../..", "12345678" * 8])
def test_a_token_that_is_nonsense_is_refused(token: str, stranger: APIClient) -> None:
    response = stranger.get(TICKETS, headers={"authorization": f"Bearer {token}"})
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


def test_a_token_that_only_begins_like_a_right_one_is_refused(agent: User, stranger: APIClient) -> None:
    _, token = AuthToken.objects.create(user=agent)
    for guess in (token[:-1], f"{token[:-1]}{'0' if token[-1] != '0' else '1'}", f"{token}0"):
        stranger.credentials(HTTP_AUTHORIZATION=f"Bearer {guess}")
        assert stranger.get(TICKETS).status_code == 401
    stranger.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert stranger.get(TICKETS).status_code == 200


def test_a_token_is_kept_as_a_hash(agent: User) -> None:
    created, token = AuthToken.objects.create(user=agent)
    assert token not in {created.digest, created.token_key}


def test_what_is_taken_away_is_gone_at_the_next_request(
    agent: User, api_as: Callable[[User], APIClient]
) -> None:
    client = api_as(agent)
    assert client.get(TICKETS).status_code == 200
    agent.groups.clear()
    assert client.get(TICKETS).status_code == 403
    agent.user_permissions.add(Permission.objects.get(codename="view_ticket"))
    assert client.get(TICKETS).status_code == 200
    User.objects.filter(pk=agent.pk).update(is_active=False)
    assert client.get(TICKETS).status_code == 401


def test_a_permission_that_is_new_and_a_superuser_are_known(
    agent: User, outsider: User, api_as: Callable[[User], APIClient]
) -> None:
    api_as(agent).get(TICKETS)
    ours = ContentType.objects.get_for_model(Ticket)
    agent.user_permissions.add(
        Permission.objects.create(content_type=ours, codename="view_moon", name="Moon")
    )
    assert api_as(agent).get(TICKETS).status_code == 200
    outsider.is_superuser = True
    outsider.save()
    assert api_as(outsider).get(TICKETS).status_code == 200
