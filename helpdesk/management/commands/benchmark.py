"""What a request costs, beside the least that it could cost, in one run."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from knox.models import AuthToken

from helpdesk.choices import Category, Channel, Priority, Status
from helpdesk.tickets import changes

DATA = settings.BASE_DIR / "fixtures" / "demo.json"
CHUNK = 1000
WARM_UP = 20
ROUNDS = 6  # taken in turns, and the best counts: other work on the machine only ever adds
TEXT = (
    "The invoice of last month shows an amount that we did not order, and the printer on the third floor is "
)


@dataclass(frozen=True)
class Case:
    """One kind of request, and how many times the limit it may cost."""

    name: str
    method: str
    path: str
    limit: str
    allowed: float
    bodies: list[dict[str, Any]] = field(default_factory=list)


LETTER = {
    "title": "Charged twice",
    "description": "The invoice of March was paid twice.",
    "category": "billing",
    "priority": "high",
}
CASES = [
    Case("list of 25", "GET", "/api/tickets/?page_size=25", "/list", 3.5),
    Case("list of 100, open", "GET", "/api/tickets/?page_size=100&status=open", "/open", 2),
    Case("retrieve", "GET", "/api/tickets/7/", "/retrieve", 4),
    Case("create", "POST", "/api/tickets/", "/create", 6, [LETTER]),
    Case(
        "PATCH of two fields",
        "PATCH",
        "/api/tickets/7/",
        "/change",
        5,
        [{"status": "open", "priority": "low"}, {"status": "in_progress", "priority": "high"}],
    ),
]


class Command(BaseCommand):
    help = "Measure the CPU time of requests beside the least they could cost, on a database made for it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", nargs="?", default="requests", choices=["requests", "triage", "files"])
        parser.add_argument("--labels", type=int, default=5_000, help="so many are learned by triage (5000)")
        parser.add_argument("--rows", type=int, default=100_000, help="so many have the files (100000)")
        parser.add_argument("--writers", type=int, default=16, help="so many write beside the files (16)")
        parser.add_argument("--tickets", type=int, default=10_000, help="so many in the database (10000)")
        parser.add_argument("--requests", type=int, default=300, help="so many are measured of each (300)")

    def handle(self, *, what: str, tickets: int, requests: int, **options: Any) -> None:
        if what == "triage":
            call_command("benchmark_triage", labels=options["labels"], stdout=self.stdout)
            return
        if what == "files":
            rows, writers = options["rows"], options["writers"]
            call_command("benchmark_files", rows=rows, writers=writers, stdout=self.stdout)
            return
        require_proc()
        if tickets < 100 or requests < 20:
            raise CommandError("Measure at least 20 requests of each kind, among at least 100 tickets.")
        self._measure(tickets, requests)

    def _measure(self, tickets: int, requests: int) -> None:
        with scratch_database() as url:
            self.stdout.write(f"Filling a {connection.vendor} database with {tickets:,} tickets …")
            fill(tickets)
            caller = {"Authorization": f"Bearer {make_token()}"}
            self.stdout.write(
                f"{'CPU ms of one request':24}{'limit':>8}{'ours':>8}{'times':>8}{'allowed':>9}"
            )
            with (
                serving("helpdesk.management.limit", url) as limit,
                serving("project.wsgi", url) as ours,
            ):
                for case in CASES:
                    rounds = [
                        (
                            limit.cost(case.limit, case, requests // ROUNDS),
                            ours.cost(case.path, case, requests // ROUNDS, caller),
                        )
                        for _ in range(ROUNDS)
                    ]
                    least, cost = (min(costs) for costs in zip(*rounds, strict=True))
                    times = cost / least
                    mark = "" if times <= case.allowed else "  too much"
                    self.stdout.write(
                        f"{case.name:24}{least:8.2f}{cost:8.2f}{times:8.1f}{case.allowed:9.1f}{mark}"
                    )


def require_proc() -> None:
    if not Path("/proc/self/schedstat").exists():
        raise CommandError("CPU time is read from /proc, which only Linux has. Run it there.")


@contextmanager
def scratch_database() -> Iterator[str]:
    """A migrated database beside the desk's own, which is left alone; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-benchmark-") as folder:
        before = connection.settings_dict["NAME"]
        name = Path(folder, "benchmark.sqlite3") if connection.vendor == "sqlite" else "helpdesk_benchmark"
        connection.settings_dict["TEST"]["NAME"] = str(name)
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            yield database_url()
        finally:
            connection.creation.destroy_test_db(before, verbosity=0)


def database_url() -> str:
    parts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{parts['NAME']}"
    who = f"{quote(parts['USER'])}:{quote(parts['PASSWORD'])}"
    return f"postgres://{who}@{quote(str(parts['HOST']), safe='')}:{parts['PORT']}/{parts['NAME']}"


def fill(count: int) -> None:
    """The demo's tickets over and over, one a minute, written as any other ticket is."""
    now, texts = timezone.now(), json.loads(DATA.read_text(encoding="utf-8"))["tickets"]
    for start in range(0, count, CHUNK):
        rows = [
            {
                "title": texts[number % len(texts)]["title"],
                "description": f"{texts[number % len(texts)]['description']} Case {number}.",
                "category": Category.values[number % 4],
                "priority": Priority.values[number // 4 % 4],
                "status": Status.values[number // 16 % 4],
                "created_at": now - timedelta(minutes=count - number),
            }
            for number in range(start, min(start + CHUNK, count))
        ]
        changes.create_many(rows, actor=None, channel=Channel.SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_token() -> str:
    user = User.objects.create_user("benchmark", is_staff=True)
    user.groups.add(Group.objects.get(name="Agent"))
    changes.update(7, {"priority": "critical"}, actor=user, channel=Channel.API)
    token: str = AuthToken.objects.create(user=user)[1]
    return token


@dataclass(frozen=True)
class Server:
    """gunicorn with the shipped configuration and one worker, and a connection that is kept."""

    master: int
    client: HTTPConnection

    def cost(self, path: str, case: Case, requests: int, headers: dict[str, str] | None = None) -> float:
        """Milliseconds of CPU for one request, in the worker and in the processes of the database."""
        for number in range(WARM_UP):
            self.send(path, case, number, headers)
        before = self.cpu()
        for number in range(requests):
            self.send(path, case, number, headers)
        return (self.cpu() - before) * 1000 / requests

    def send(self, path: str, case: Case, number: int, headers: dict[str, str] | None) -> None:
        body = json.dumps(case.bodies[number % len(case.bodies)]) if case.bodies else None
        self.client.request(
            case.method,
            path,
            body,
            {"Content-Type": "application/json", "Host": "localhost", **(headers or {})},
        )
        answer = self.client.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise CommandError(f"{case.method} {path} was answered by {answer.status}: {content[:300]!r}")

    def cpu(self) -> float:
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        return sum(seconds(pid) for pid in [*map(int, children), *backends()])


def backends() -> list[int]:
    """The processes of PostgreSQL that work on this database for others."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        found = [pid for (pid,) in cursor.fetchall()]
    if any(not Path(f"/proc/{pid}/stat").exists() for pid in found):
        raise CommandError(
            "PostgreSQL runs on another machine, so its CPU time cannot be read. Run it there."
        )
    return found


def seconds(pid: int) -> float:
    """What the threads of a process have used of a CPU, in its own code and in the kernel's."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


@contextmanager
def serving(application: str, url: str) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": url, "BIND": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": "1",
        "DEBUG": "0", "HTTPS": "0", "SECRET_KEY": settings.SECRET_KEY, "ALLOWED_HOSTS": "localhost",
        "API_READS_PER_MINUTE": "1000000", "API_WRITES_PER_MINUTE": "1000000",
        "DJANGO_SETTINGS_MODULE": "project.settings",
    }  # fmt: skip
    configuration = str(settings.BASE_DIR / "project" / "gunicorn.conf.py")
    options = ["--max-requests", "0", "--keep-alive", "600"]  # the turn of the other server may be long
    command = [sys.executable, "-m", "gunicorn", "-c", configuration, *options, f"{application}:application"]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        yield Server(process.pid, connected(port, process))
    finally:
        process.terminate()
        process.wait(timeout=60)


def connected(port: int, process: subprocess.Popen[bytes]) -> HTTPConnection:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return HTTPConnection("127.0.0.1", port, timeout=60)
    raise CommandError("gunicorn does not start.")
