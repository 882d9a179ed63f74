"""The demo data: a desk that looks as if people had worked on it for a month."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import Settings
from rest_framework.test import APIClient

from helpdesk.accounts.passwords import DEMO_PASSWORD, with_demo_password
from helpdesk.choices import Category, Priority, Status
from helpdesk.management.commands import demo
from helpdesk.tickets.models import Comment, Event, Ticket

pytestmark = pytest.mark.django_db


def load() -> str:
    output = StringIO()
    call_command("demo", stdout=output)
    return output.getvalue()


def test_it_fills_an_empty_desk_with_tickets_of_every_kind() -> None:
    said = load().splitlines()
    assert said == [
        f"Loaded {Ticket.objects.count()} demo tickets.",
        "  log in as  lead, agent, viewer; the password of each is helpdesk-demo",
    ]
    assert 60 <= Ticket.objects.count() <= 100
    for field, choices in (("category", Category), ("priority", Priority), ("status", Status)):
        assert set(Ticket.objects.values_list(field, flat=True)) == set(choices)


def test_everything_happened_in_the_last_30_days() -> None:
    now = timezone.now()
    load()
    oldest = now - timedelta(days=30)
    for times in (
        Ticket.objects.values_list("created_at", flat=True),
        Ticket.objects.values_list("updated_at", flat=True),
        Comment.objects.values_list("created_at", flat=True),
        Event.objects.values_list("created_at", flat=True),
    ):
        assert oldest < min(times)
        assert max(times) <= timezone.now()


def test_each_ticket_lived_in_order() -> None:
    load()
    for ticket in Ticket.objects.exclude(resolved_at=None):
        assert ticket.created_at < ticket.resolved_at <= (ticket.closed_at or ticket.resolved_at)
        assert ticket.updated_at >= ticket.resolved_at


def test_there_is_work_left() -> None:
    load()
    unresolved = Ticket.objects.unresolved()
    assert unresolved.filter(assignee=None).count() >= 5
    assert unresolved.filter(priority=Priority.CRITICAL).count() >= 2
    assert Ticket.objects.overdue().count() >= 3


def test_every_change_of_a_ticket_is_in_its_history() -> None:
    load()
    ticket = Ticket.objects.filter(status=Status.CLOSED).first()
    changed = {name for event in ticket.events.all() for name in event.changes}
    assert {"status", "assignee_id", "resolved_at", "closed_at"} <= changed


def test_staff_steps_are_by_people_who_may_take_them() -> None:
    load()
    actors = User.objects.filter(ticket_events__isnull=False).distinct()
    assert all(actor.has_perm("helpdesk.change_ticket") for actor in actors)


def test_a_desk_with_tickets_is_left_alone(make_ticket: Callable[..., Ticket]) -> None:
    make_ticket()
    assert load() == "The desk is not empty (tickets: 1): no demo data was loaded.\n"
    assert (Ticket.objects.count(), User.objects.count()) == (1, 0)


def test_a_user_who_is_here_already_keeps_the_password_and_the_rights() -> None:
    mine = User.objects.create_user("lead", password="my own")
    load()
    mine.refresh_from_db()
    assert mine.check_password("my own")
    assert not mine.is_staff
    assert not mine.groups.exists()


def test_an_administrator_is_among_them_only_where_nobody_else_can_come_in(settings: Settings) -> None:
    settings.DEBUG = True
    load()
    assert list(User.objects.filter(is_superuser=True).values_list("username", flat=True)) == ["admin"]
    assert with_demo_password() == ["admin", "lead", "agent", "viewer"]


def test_damaged_data_leaves_the_desk_empty() -> None:
    data = {"people": [], "tickets": [{"hours_ago": 1, "title": "A", "description": "B"}, {"hours_ago": 2}]}
    with pytest.raises(KeyError):
        demo.load(data, timezone.now())
    assert not Ticket.objects.exists()


def test_the_welcome_has_logins_and_a_token_that_works(settings: Settings) -> None:
    settings.DEBUG = True
    load()
    logins, curl = demo.welcome("http://desk.example")
    assert "log in as  admin, lead, agent, viewer" in logins
    token = curl.split("Bearer ")[1].split("'")[0]
    response = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/tickets/?status=open&page_size=3")
    assert len(response.json()) == 3


def test_where_work_is_done_the_welcome_warns_and_has_no_token() -> None:
    load()
    lines = "".join(demo.welcome("http://desk.example"))
    assert "WARNING" in lines
    assert "lead, agent, viewer" in lines
    assert DEMO_PASSWORD not in lines
    assert not AuthToken.objects.exists()
    User.objects.update(is_active=False)
    assert demo.welcome("http://desk.example") == []


def test_a_login_with_another_password_is_not_shown(settings: Settings) -> None:
    settings.DEBUG = True
    load()
    agent = User.objects.get(username="agent")
    agent.set_password("my own")
    agent.save()
    assert with_demo_password() == ["admin", "lead", "viewer"]
    assert demo.welcome("http://desk.example") == []
