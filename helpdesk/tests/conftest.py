"""The cast and the props of every test.

Lena leads the desk, Amir and Bea answer tickets, Vera only looks on, and Otto is signed in without any role.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from hypothesis import settings as hypothesis_settings
from knox.models import AuthToken
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from helpdesk import intake
from helpdesk.accounts.models import TokenUse
from helpdesk.choices import Channel
from helpdesk.tests.network import refuse_other_hosts
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.importing import turns

refuse_other_hosts()
hypothesis_settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
hypothesis_settings.load_profile("repeatable")


def person(name: str, group: str | None = None) -> User:
    """A user who can sign in; one with a group is a member of staff. Hashing a password would be slow."""
    email = f"{name}@helpdesk.example"
    user = User.objects.create_user(name, email, first_name=name.title(), is_staff=group is not None)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def lead(db: None) -> User:
    return person("lena", "Lead")


@pytest.fixture
def agent(db: None) -> User:
    return person("amir", "Agent")


@pytest.fixture
def other_agent(db: None) -> User:
    return person("bea", "Agent")


@pytest.fixture
def viewer(db: None) -> User:
    return person("vera", "Viewer")


@pytest.fixture
def outsider(db: None) -> User:
    return person("otto")


def specialist(name: str, permission: str) -> User:
    """A member of staff in no group, with this one permission."""
    user = person(name)
    user.is_staff = True
    user.save()
    user.user_permissions.add(Permission.objects.get(codename=permission))
    return user


@pytest.fixture
def commenter(db: None) -> User:
    return specialist("carl", "add_comment")


@pytest.fixture
def suggester(db: None) -> User:
    return specialist("sue", "suggest_ticket")


@pytest.fixture
def exporter(db: None) -> User:
    return specialist("eve", "export_ticket")


@pytest.fixture
def unlocker(db: None) -> User:
    return specialist("ulla", "unlock_sign_in")


@pytest.fixture
def operator(db: None) -> User:
    return specialist("olga", "view_system")


@pytest.fixture
def make_ticket(db: None) -> Callable[..., Ticket]:
    """``make_ticket(status="closed")``: a ticket made by the write path; what is not said is ordinary."""

    def make(*, actor: User | None = None, channel: Channel = Channel.SYSTEM, **fields: Any) -> Ticket:
        ordinary = {
            "title": "Invoice shows the wrong amount",
            "description": "We were charged twice in March.",
            "category": "billing",
            "priority": "medium",
        }
        return intake.create(ordinary | fields, actor=actor, channel=channel)

    return make


@pytest.fixture
def ticket(make_ticket: Callable[..., Ticket]) -> Ticket:
    return make_ticket()


@pytest.fixture
def api_as() -> Callable[[User], APIClient]:
    """``api_as(agent).get("/api/tickets/")``: a client of the API with a token of this person."""

    def client(user: User) -> APIClient:
        created, token = AuthToken.objects.create(user=user)
        TokenUse.objects.create(token=created, last_used_at=timezone.now())  # not for the first time
        return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")

    return client


@pytest.fixture
def admin_as() -> Callable[[User], Client]:
    """``admin_as(lead).get("/admin/")``: a browser in which this person is signed in."""

    def browser(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return browser


@pytest.fixture(autouse=True)
def fresh_caches(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Rate limits start from zero in every test."""
    caches["default"].clear()
    yield
    if "_django_db_helper" in request.fixturenames:
        with django_db_blocker.unblock():
            caches["shared"].clear()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else writes while a test imports."""
    monkeypatch.setattr(turns, "PAUSE_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def no_stored_files() -> Iterator[None]:
    """What a test uploads is not in the backup of the next one."""
    yield
    shutil.rmtree(settings.STORAGE_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_folder_of_metrics() -> Iterator[None]:
    """Reading the configuration of gunicorn makes one and names it to all processes that follow."""
    yield
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
