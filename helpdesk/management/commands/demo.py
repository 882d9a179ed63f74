"""Fills an empty desk with the tickets of a small software company, as they came in over the last 30 days."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import BaseCommand
from django.db import transaction
from django.utils import timezone
from knox.models import AuthToken

from helpdesk import intake
from helpdesk.accounts import passwords
from helpdesk.choices import Channel
from helpdesk.operations import preparation
from helpdesk.tickets import changes as tickets
from helpdesk.tickets import comments
from helpdesk.tickets.fields import BY_NAME, EDITABLE, Kind
from helpdesk.tickets.models import Ticket
from helpdesk.triage import classify, suggestions

DATA = settings.BASE_DIR / "fixtures" / "demo.json"
EXAMPLE = "/api/tickets/?status=open&page_size=3"
TOKEN_LIFE = timedelta(days=1)
FIELDS = [name for name in EDITABLE if BY_NAME[name].kind is not Kind.PERSON]

COLUMNS = ("first_name", "last_name", "email", "is_superuser")

People = Mapping[str, User]


class Command(BaseCommand):
    help = "Load the demo data into an empty desk."

    def handle(self, *, verbosity: int, **options: Any) -> None:
        with preparation.alone(self.stdout.write):
            count = Ticket.objects.count()
            if not count:
                load(json.loads(DATA.read_text(encoding="utf-8")), timezone.now())
        self.stdout.write(
            f"The desk is not empty (tickets: {count}): no demo data was loaded."
            if count
            else f"Loaded {Ticket.objects.count()} demo tickets."
        )
        if verbosity:
            self.stdout.writelines(login_lines(passwords.with_demo_password()))


@transaction.atomic
def load(data: Mapping[str, Any], now: datetime) -> None:
    """Replay the life of every ticket, so that its history reads as if people had worked on it."""
    people = {
        person["username"]: get_or_create_user(person)
        for person in data["people"]
        if settings.DEBUG or not person.get("is_superuser")
    }
    for entry in data["tickets"]:
        replay(entry, people, now)


def get_or_create_user(person: Mapping[str, Any]) -> User:
    """A demo user; one of this name who is here already stays as it is."""
    user, created = User.objects.get_or_create(
        username=person["username"],
        defaults={name: person[name] for name in COLUMNS if name in person} | {"is_staff": True},
    )
    if created and person.get("can_log_in"):
        user.set_password(passwords.DEMO_PASSWORD)
        user.save()
    if created and "group" in person:
        user.groups.add(Group.objects.get(name=person["group"]))
    return user


def replay(entry: Mapping[str, Any], people: People, now: datetime) -> None:
    """One ticket and the steps of its life: `hours_ago` counts from now, `after` from its creation."""
    data = {name: entry[name] for name in FIELDS if name in entry}
    created = now - timedelta(hours=entry["hours_ago"])
    actor, channel = author(entry, people)
    ticket = intake.create(data | {"created_at": created}, actor=actor, channel=channel, at=created)
    for step in entry.get("steps", []):
        take(step, ticket, people, created + timedelta(hours=step["after"]))
    judged = next((step for step in entry.get("steps", []) if "by" in step), None)
    if judged:
        judge(ticket, people[judged["by"]], created, created + timedelta(hours=judged["after"]))


def judge(ticket: Ticket, person: User, created: datetime, at: datetime) -> None:
    """What triage suggests for the ticket, and the labels that this person settled on."""
    prediction = classify.classify_locally(ticket.title, ticket.description)
    suggestion = suggestions.build_for(ticket, prediction)
    suggestion.created_at = created
    suggestion.save()
    suggestions.settle(suggestion, Ticket.objects.get(pk=ticket.pk), actor=person, at=at)


def take(step: Mapping[str, Any], ticket: Ticket, people: People, at: datetime) -> None:
    """One step: a reply to the requester or a note for colleagues, then changes of the ticket."""
    actor, channel = author(step, people)
    for kind in step.keys() & {"reply", "note"}:
        comments.add(ticket, step[kind], author=actor, channel=channel, is_internal=kind == "note", at=at)
    changes = {name: step[name] for name in FIELDS if name in step}
    if "assignee" in step:
        changes["assignee"] = people[step["assignee"]]
    if changes:
        tickets.update(ticket, changes, actor=actor, channel=channel, at=at)


def author(entry: Mapping[str, Any], people: People) -> tuple[User | None, Channel]:
    """Who did it, and how: staff in the admin, requesters through the API."""
    return (people[entry["by"]], Channel.ADMIN) if "by" in entry else (None, Channel.API)


def login_lines(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    return [f"  log in as  {', '.join(names)}; the password of each is {passwords.DEMO_PASSWORD}"]


def welcome(address: str) -> list[str]:
    """What somebody who tries the demo wants to know, with a token that works for a day.

    Where work is done (without DEBUG) it is a warning instead.
    """
    if not settings.DEBUG:
        return warning()
    names = passwords.with_demo_password()
    if "agent" not in names:
        return []
    _, token = AuthToken.objects.create(user=User.objects.get(username="agent"), expiry=TOKEN_LIFE)
    return [
        *login_lines(names),
        f"  or try     curl -H 'Authorization: Bearer {token}' '{address}{EXAMPLE}'",
    ]


def warning() -> list[str]:
    names = passwords.with_demo_password()
    if not names:
        return []
    return [
        f"  WARNING    everybody knows the password of {', '.join(names)}, which is that of the demo:",
        "             run manage.py changepassword for each of them, or make them inactive",
    ]
