"""Takes things away from a running desk, one after the other, and looks what it answers.

python -m helpdesk.tests.chaos          on SQLite, then on PostgreSQL; takes some minutes
python -m helpdesk.tests.chaos short    each fault for a few seconds only, as the suite plays it
"""

import os
import signal
import socket
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from helpdesk.tests import postgres
from helpdesk.tests.databases import fill, small_disk
from helpdesk.tests.servers import environment, family, free_port, manage, started, until

LIST, READY = "/api/tickets/?page_size=25", "/readyz"
LETTER = """{"title": "Charged twice", "description": "Please refund one payment.",
             "category": "billing", "priority": "low"}"""
HEALED = 60  # seconds that a desk may take to be whole again
HALF = b"POST /api/tickets/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999\r\n\r\n{"


@dataclass
class Desk:
    """A desk that `serve` runs, open to strangers, with a provider of triage that never answers."""

    port: int
    pid: int
    folder: Path
    seconds: float
    answers: list[tuple[str, int]] = field(default_factory=list)

    def ask(self, path: str, body: str = "") -> int:
        """The status of the answer; 0 when there was none. Each is remembered."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=40)
        status = 0
        with suppress(OSError, HTTPException):
            method, headers = ("POST" if body else "GET"), {"Content-Type": "application/json"}
            connection.request(method, path, body or None, {"Host": "localhost", **headers})
            status = connection.getresponse().status
        connection.close()
        self.answers.append((path, status))
        return status

    def write(self) -> int:
        return self.ask("/api/tickets/", LETTER)

    def find(self, program: str) -> int:
        return next((pid for pid, line in family(self.pid).items() if program in line), 0)

    def heal(self) -> float:
        """Wait until the desk reads, writes and is ready; returns how long that took."""
        since = time.monotonic()
        while not (self.find("db_worker") and self.ask(READY) == 200 and self.write() == 201):
            if time.monotonic() - since > HEALED:
                raise AssertionError(f"Not whole again after {HEALED} s: {self.answers[-3:]}")
            time.sleep(0.2)
        return time.monotonic() - since

    def goes_on(self, *paths: str) -> None:
        """Ask for as long as a fault lasts."""
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            for path in paths:
                self.ask(path)
            time.sleep(0.2)


# Each takes something away, gives it back, and returns what must be true of the answers meanwhile.
Fault = Callable[[Desk], bool]


def worker_killed(desk: Desk) -> bool:
    os.kill(desk.find("db_worker"), signal.SIGKILL)
    desk.goes_on(LIST)
    return all(status == 200 for _, status in desk.answers)


def web_server_killed(desk: Desk) -> bool:
    worker = desk.find("db_worker")
    os.kill(desk.find("gunicorn"), signal.SIGKILL)
    desk.goes_on(LIST)
    return desk.find("db_worker") == worker and all(status in {0, 200} for _, status in desk.answers)


def sqlite_locked(desk: Desk) -> bool:
    """Somebody writes and does not end: readers go on, writers wait or are told so."""
    holder = sqlite3.connect(desk.folder / "desk.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    writer = threading.Thread(target=desk.write)
    writer.start()
    desk.goes_on(LIST)
    holder.execute("ROLLBACK")
    holder.close()
    writer.join()
    return all(status in {200, 201, 503} for _, status in desk.answers)


def disk_full(desk: Desk) -> bool:
    """Short writes may still find room in the log of the database, long ones do not."""
    fill(desk.folder)
    desk.goes_on(LIST, READY)
    long = LETTER.replace("Please", "Please " * 20_000)
    written = {desk.ask("/api/tickets/", long) for _ in range(50)}
    (desk.folder / "filler").unlink()
    told = {status for path, status in desk.answers if path == READY}
    return told == {503} and 503 in written <= {201, 503} and (LIST, 200) in desk.answers


def clients_slow(desk: Desk) -> bool:
    """Sixty clients send half a request each and then nothing."""
    with ExitStack() as clients:
        for _ in range(60):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", desk.port)))
            client.sendall(HALF)
        desk.goes_on(LIST, "/healthz")
    return all(status == 200 for _, status in desk.answers)


def provider_hanging(desk: Desk) -> bool:
    """Eight people ask for a proposal at once, of somebody who does not answer."""
    question = '{"description": "I was charged twice."}'
    askers = [threading.Thread(target=desk.ask, args=("/api/tickets/classify/", question)) for _ in range(8)]
    for asker in askers:
        asker.start()
    desk.goes_on(LIST)
    for asker in askers:
        asker.join()
    return all(status == 200 for _, status in desk.answers)


ON_SQLITE = [worker_killed, web_server_killed, sqlite_locked, clients_slow, provider_hanging, disk_full]


def on_postgres(stop: Callable[[], None], start: Callable[[], None]) -> list[Fault]:
    def database_gone(desk: Desk) -> bool:
        stop()
        desk.goes_on("/healthz", READY, LIST)
        start()
        alive = {status for path, status in desk.answers if path == "/healthz"}
        told = {status for path, status in desk.answers if path != "/healthz"}
        return alive == {200} and told <= {200, 503} and 503 in told

    return [worker_killed, clients_slow, provider_hanging, database_gone]


@contextmanager
def running(folder: Path, url: str, seconds: float) -> Iterator[Desk]:
    """`serve` on an empty desk, ended afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as silence:
        port = free_port()
        env = environment(
            DATABASE_URL=url, PORT=str(port), DEBUG="1", WEB_CONCURRENCY="1", HELPDESK_API_OPEN="1",
            AI_PROVIDER="openai", OPENAI_MODEL="silent", AI_TIMEOUT="2", API_WRITES_PER_MINUTE="100000",
            ALLOWED_HOSTS="localhost", OPENAI_BASE_URL=f"http://127.0.0.1:{silence.getsockname()[1]}/v1",
        )  # fmt: skip
        manage("migrate", "--verbosity=0", env=env)
        with started(sys.executable, "manage.py", "serve", env=env) as process:
            reader = threading.Thread(target=lambda: [None for _ in process.stdout])
            for _ in until("is running at", process):
                pass
            reader.start()
            yield Desk(port, process.pid, folder, seconds)


def play(desk: Desk, faults: list[Fault]) -> list[str]:
    """Each fault in turn; a line for each, those that went badly begin with BAD."""
    told = []
    for fault in faults:
        desk.answers.clear()
        good = fault(desk)
        counts = {status: [s for _, s in desk.answers].count(status) for _, status in desk.answers}
        meanwhile = ", ".join(f"{count} x {status or 'none'}" for status, count in sorted(counts.items()))
        healed = desk.heal()
        name = fault.__name__.replace("_", " ")
        told.append(
            f"{'good' if good else 'BAD '}  {name:20} answers {meanwhile}; whole after {healed:.1f} s"
        )
    return told


def on_sqlite(seconds: float) -> list[str]:
    """On a disk of its own, which only root may make; for others the full disk is left out."""
    with tempfile.TemporaryDirectory(prefix="hd-") as name, ExitStack() as disk:
        faults = ON_SQLITE
        try:
            disk.enter_context(small_disk(Path(name), "40m"))
        except PermissionError:
            faults = [fault for fault in ON_SQLITE if fault is not disk_full]
        with running(Path(name), f"sqlite:///{name}/desk.sqlite3", seconds) as desk:
            return play(desk, faults)


def on_a_cluster(seconds: float) -> list[str]:
    with (
        postgres.cluster() as url,
        tempfile.TemporaryDirectory(prefix="hd-") as name,
        running(Path(name), url, seconds) as desk,
    ):
        return play(desk, on_postgres(*postgres.switch(url)))


def main() -> int:
    seconds = 2 if sys.argv[1:] == ["short"] else 30
    told = ["=== SQLite", *on_sqlite(seconds), "=== PostgreSQL", *on_a_cluster(seconds)]
    print(*told, sep="\n")
    return int(any(line.startswith("BAD") for line in told))


if __name__ == "__main__":
    sys.exit(main())
