"""How much memory a web process takes when it starts, and after many different requests."""

import json
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from helpdesk.management.commands.benchmark import LETTER, Server, fill, make_token, scratch_database, serving

AT_START, AFTER_REQUESTS = 70, 110  # MB that are allowed
TICKETS = 2_000
API = [
    ("GET", "/api/tickets/?page_size=25", None),
    ("GET", "/api/tickets/?search=invoice&ordering=-priority", None),
    ("GET", "/api/tickets/?page_size=100&status=open", None),
    ("GET", "/api/tickets/{id}/", None),
    ("GET", "/api/tickets/{id}/history/", None),
    ("GET", "/api/tickets/stats/", None),
    ("POST", "/api/tickets/", LETTER),
    ("POST", "/api/tickets/classify/", {"title": LETTER["title"], "description": LETTER["description"]}),
    ("PATCH", "/api/tickets/{id}/", {"priority": "low"}),
    ("PATCH", "/api/tickets/{id}/", {"priority": "high"}),
]
FIRST = "/healthz"  # its answer says that the process has started
PAGES = [
    "/admin/",
    "/admin/helpdesk/ticket/",
    "/admin/helpdesk/ticket/?status=open&p=2",
    "/admin/helpdesk/ticket/{id}/change/",
    "/admin/triage/",
    FIRST,
]


class Command(BaseCommand):
    help = "Measure the memory of a web process at its start and after many requests, on a scratch database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--requests", type=int, default=10_000, help="so many are sent (10000)")

    def handle(self, *, requests: int, **options: Any) -> None:
        if not Path("/proc/self/status").exists():
            raise CommandError("Memory is read from /proc, which only Linux has. Run it there.")
        call_command("collectstatic", interactive=False, verbosity=0)
        with scratch_database() as url:
            fill(TICKETS)
            token = make_token()
            session = sign_in(User.objects.get(username="benchmark"))
            with serving("project.wsgi", url) as server:
                send(server, len(API) + PAGES.index(FIRST), token, session)
                self.report("At the start", megabytes(server), AT_START)
                for number in range(requests):
                    send(server, number, token, session)
                self.report(f"After {requests:,} requests", megabytes(server), AFTER_REQUESTS)

    def report(self, when: str, used: float, allowed: int) -> None:
        mark = "" if used <= allowed else "  too much"
        self.stdout.write(f"{when:28}{used:8.1f} MB  of {allowed} MB allowed{mark}")


def sign_in(user: User) -> str:
    """A session of this user, as the value of its cookie."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def send(server: Server, number: int, token: str, session: str) -> None:
    turn, pk = number % (len(API) + len(PAGES)), 1 + number % TICKETS
    if turn < len(API):
        method, path, fields = API[turn]
        body = json.dumps(fields) if fields else None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    else:
        method, path, body = "GET", PAGES[turn - len(API)], None
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}
    server.client.request(method, path.format(id=pk), body, {"Host": "localhost", **headers})
    answer = server.client.getresponse()
    content = answer.read()
    if answer.status >= 300:
        raise CommandError(f"{method} {path} was answered by {answer.status}: {content[:300]!r}")


def megabytes(server: Server) -> float:
    """What the one web process holds in memory."""
    (worker,) = Path(f"/proc/{server.master}/task/{server.master}/children").read_text().split()
    status = Path(f"/proc/{worker}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
