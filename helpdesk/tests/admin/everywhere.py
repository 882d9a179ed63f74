"""Every page that staff can open, on a desk where each of them has something to show."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from knox.models import AuthToken

from helpdesk import intake
from helpdesk.choices import Category, Channel, Priority, Status
from helpdesk.tickets import changes, comments
from helpdesk.tickets.models import Ticket
from helpdesk.triage import suggestions


def furnish(person: User) -> dict[str, str]:
    """Fill the desk, let this person do everything, and return the address of each page by its name."""
    User.objects.filter(pk=person.pk).update(is_superuser=True)
    ticket = _talk(person)
    AuthToken.objects.create(user=person, expiry=timedelta(days=1))
    attempt = AccessAttempt.objects.create(
        username="bea",
        ip_address="192.0.2.1",
        user_agent="Firefox",
        failures_since_start=9,
        attempt_time=timezone.now(),
    )
    task = DBTaskResult.objects.order_by("pk").first()
    group, token = Group.objects.order_by("pk")[0], AuthToken.objects.get()
    tickets, users, groups = "/admin/helpdesk/ticket/", "/admin/auth/user/", "/admin/auth/group/"
    tokens, attempts = "/admin/knox/authtoken/", "/admin/axes/accessattempt/"
    tasks = "/admin/django_tasks_database/dbtaskresult/"
    return {
        "dashboard": "/admin/",
        "tickets": tickets,
        "tickets found": f"{tickets}?q=bea",
        "tickets not found": f"{tickets}?q=invocie",
        "tickets filtered": f"{tickets}?queue=mine_open&status=open&updated_after=2026-01-01",
        "ticket": f"{tickets}{ticket.pk}/change/",
        "new ticket": f"{tickets}add/",
        "history of a ticket": f"{tickets}{ticket.pk}/history/",
        "delete a ticket": f"{tickets}{ticket.pk}/delete/",
        "import": f"{tickets}import/",
        "export": f"{tickets}export/",
        "exports": "/admin/exports/",
        "triage": "/admin/triage/",
        "system": "/admin/system/",
        "account": "/admin/account/",
        "change password": "/admin/password_change/",
        "password changed": "/admin/password_change/done/",
        "people": users,
        "person": f"{users}{person.pk}/change/",
        "new person": f"{users}add/",
        "history of a person": f"{users}{person.pk}/history/",
        "delete a person": f"{users}{person.pk}/delete/",
        "password of a person": f"{users}{person.pk}/password/",
        "groups": groups,
        "group": f"{groups}{group.pk}/change/",
        "new group": f"{groups}add/",
        "history of a group": f"{groups}{group.pk}/history/",
        "delete a group": f"{groups}{group.pk}/delete/",
        "tokens": tokens,
        "new token": f"{tokens}add/",
        "delete a token": f"{tokens}{token.pk}/delete/",
        "locked out": attempts,
        "a lock": f"{attempts}{attempt.pk}/change/",
        "jobs": tasks,
        "a job": f"{tasks}{task.pk}/change/",
        "application": "/admin/helpdesk/",
        "application of people": "/admin/auth/",
        "no such page": "/admin/nowhere/",
        "no such ticket": f"{tickets}999999/change/",
    }


def _talk(person: User) -> Ticket:
    """A ticket of every label and state; the first has a conversation, a change and a suggestion."""
    ordinary = {"description": "Please help.", "requester_email": "somebody.with.a.name@customer.example"}
    ordinary |= {"category": "billing", "priority": "medium", "assignee": person}
    values = [{"category": value} for value in Category] + [{"priority": value} for value in Priority]
    values += [{"status": value} for value in Status]
    values += [{"priority": "critical", "created_at": timezone.now() - timedelta(days=9)}]
    rows = [ordinary | {"title": f"Invoice number {n} is wrong"} | row for n, row in enumerate(values)]
    ticket, *_ = intake.create_many([intake.draft(row) for row in rows], actor=person, channel=Channel.SYSTEM)
    comments.add(ticket, "We are on it.", author=person, channel=Channel.ADMIN)
    comments.add(ticket, "Ask Bea.", author=person, channel=Channel.ADMIN, is_internal=True)
    comments.add(ticket, "Thanks, see https://example.com", author=None, channel=Channel.API)
    changes.update(ticket, {"status": "in_progress"}, actor=person, channel=Channel.ADMIN)
    suggestions.suggest(ticket.title, ticket.description, ticket=ticket)
    return ticket
