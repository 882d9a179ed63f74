"""How fast files come in and go out, beside what the database does by itself, in one run."""

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from helpdesk.choices import AT_WORK, Category, Channel, ImportState, Priority, Status
from helpdesk.management.commands.benchmark import DATA, fill, require_proc, scratch_database, seconds
from helpdesk.tickets import changes
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.formats import FORMATS
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.importing import reception
from helpdesk.transfer.models import Import
from helpdesk.transfer.resource import TicketResource

LEAST_ROWS, LEAST_WRITERS = 100, 1
BY_EXTENSION = {file_format.extensions[0]: file_format for file_format in FORMATS}
IMPORTS = ("labelled", "unlabelled")
# What the steps of an import are called here; those that are missing take no time.
STEPS = {
    ImportState.SCANNING: "reading",
    ImportState.JUDGING: "judging and staging",
    ImportState.RUNNING: "writing",
    ImportState.FINISHING: "announcing",
}
HEADERS = (
    "title", "description", "status", "requester_name", "requester_email", "external_source", "external_id",
    "created_at", "category", "priority",
)  # fmt: skip
PAUSE = 0.2  # seconds between two changes of one writer


@dataclass
class Measured:
    """What one process did: by step seconds of the clock and of CPU, its own and its database's."""

    clock: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    megabytes: float = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        clock, cpu = time.perf_counter(), spent()
        yield
        self.clock[name] = self.clock.get(name, 0) + time.perf_counter() - clock
        self.cpu[name] = self.cpu.get(name, 0) + spent() - cpu


class Command(BaseCommand):
    help = "Measure imports and exports beside the database's own, on a database made for it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=100_000, help="of a file (100000)")
        parser.add_argument("--writers", type=int, default=16, help="who write meanwhile, on SQLite (16)")
        parser.add_argument("--here", help="measure one thing in this process, and print JSON")
        parser.add_argument("--file", type=Path, help="what --here imports")

    def handle(self, *, rows: int, writers: int, **options: Any) -> None:
        require_proc()
        if options["here"]:
            done = imported(options["file"]) if options["file"] else exported(options["here"], rows)
            self.stdout.write(json.dumps(asdict(done)))
            return
        if rows < LEAST_ROWS or writers < LEAST_WRITERS:
            raise CommandError(
                f"Measure at least {LEAST_ROWS} rows, and at least {LEAST_WRITERS} writer beside them."
            )
        with scratch_database() as url, tempfile.TemporaryDirectory(prefix="helpdesk-benchmark-") as folder:
            User.objects.create_superuser("benchmark")
            self._measure(rows, Worker(url, Path(folder)))
            if connection.vendor == "sqlite":
                self._disturb(rows, writers, Worker(url, Path(folder)))

    def _measure(self, rows: int, worker: "Worker") -> None:
        self.stdout.write(f"{f'{rows:,} rows on {connection.vendor}':40}{'rows/s':>9}{'of CPU':>9}{'MB':>7}")
        few = rows // 10
        for count in (few, rows):
            self._tell("labelled", worker.imports("labelled", count), count)
        self._tell("unlabelled", worker.imports("unlabelled", few), few)
        self._tell("", bare_import(worker.folder / f"labelled-{rows}.csv"), rows)
        for name, count in [("csv", few), *((name, rows) for name in BY_EXTENSION)]:
            self._tell(f"export {name}", worker.exports(name, count), count)
        self._tell("", bare_export(worker.folder / "bare.csv", rows), rows)

    def _tell(self, what: str, done: Measured, rows: int) -> None:
        for name, clock in done.clock.items():
            told = f"{f'{what} {name}'.strip()}, {rows:,}"
            speed, of_cpu = (f"{rows / max(taken, 0.001):,.0f}" for taken in (clock, done.cpu[name]))
            memory = f"{done.megabytes:7.0f}" if done.megabytes else ""
            self.stdout.write(f"{told:40}{speed:>9}{of_cpu:>9}{memory}")

    def _disturb(self, rows: int, writers: int, worker: "Worker") -> None:
        """How long others wait for the lock, alone and while files come in."""
        fill(writers)
        few, ids = (
            max(rows // 10, LEAST_ROWS),
            list(Ticket.objects.order_by("-pk").values_list("pk")[:writers]),
        )
        with writing_meanwhile([pk for (pk,) in ids]) as alone:
            time.sleep(1)
        with writing_meanwhile([pk for (pk,) in ids]) as beside:
            worker.imports("unlabelled", few)
            worker.imports("labelled", few)
        for name, waits in (("alone", alone), ("while files come in", beside)):
            told = f"longest wait of {writers} writers {name}"
            self.stdout.write(f"{told:49}{max(waits):9.2f} s in {len(waits):,} changes")


@dataclass(frozen=True)
class Worker:
    """Measures in processes of their own, on the scratch database and with a storage of their own."""

    url: str
    folder: Path

    def imports(self, kind: str, rows: int) -> Measured:
        path = self.folder / f"{kind}-{rows}.csv"
        write_file(path, rows, has_labels=kind == "labelled")
        return self._measured("--here", kind, "--file", str(path))

    def exports(self, name: str, rows: int) -> Measured:
        return self._measured("--here", name, "--rows", str(rows))

    def _measured(self, *arguments: str) -> Measured:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "benchmark_files", *arguments]
        place = {"DATABASE_URL": self.url, "STORAGE_DIR": str(self.folder)}
        done = subprocess.run(command, env=os.environ | place, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandError(f"{' '.join(arguments)} failed: {done.stderr[-2000:]}")
        return Measured(**json.loads(done.stdout))


def spent() -> float:
    """Seconds of CPU of this process and, on this machine, of the database's process that serves it."""
    if connection.vendor != "postgresql":
        return time.process_time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return time.process_time() + seconds(pid)


def write_file(path: Path, rows: int, *, has_labels: bool) -> None:
    """New tickets, open ones, of another desk; each file is one of a system of its own."""
    demo, now = json.loads(DATA.read_text(encoding="utf-8"))["tickets"], timezone.now()
    headers = HEADERS if has_labels else HEADERS[:-2]
    source = f"old {time.time_ns()}"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        for number in range(rows):
            one, other = demo[number % len(demo)], demo[number // len(demo) % len(demo)]
            moment = (now - timedelta(minutes=rows - number)).isoformat()
            name = f"Person {number % 5_000}"
            address = f"person{number % 5_000}@example.com"
            title, text = f"{one['title']} {number}", f"{one['description']} {other['description']}"
            row = [title, text, Status.OPEN, name, address, source, number, moment]
            labels = [Category.values[number % 4], Priority.values[number // 4 % 4]] if has_labels else []
            writer.writerow([*row, *labels])


def imported(path: Path) -> Measured:
    """One import from the upload to its end, step by step as the worker does it."""
    done = Measured()
    owner = User.objects.get(username="benchmark")
    with path.open("rb") as file:
        job = reception.receive(File(file, path.name), path.name, owner=owner, channel=Channel.SYSTEM)
    while (job := Import.objects.select_related("owner").defer("scan").get(pk=job.pk)).state in AT_WORK:
        state = ImportState(job.state)
        with done.step(STEPS[state]):
            jobs.STEPS[state](job, time.monotonic() + jobs.SLICE_SECONDS)
    if job.state != ImportState.DONE:
        raise CommandError(f"The import ended as {job.state}: {job.message}")
    done.megabytes = peak()
    return done


def exported(name: str, rows: int) -> Measured:
    done = Measured()
    with done.step(""), Path(os.devnull).open("wb") as file:
        export = TicketResource().export(Ticket.objects.order_by("pk")[:rows])
        file.writelines(BY_EXTENSION[name]().export_data(export))
    done.megabytes = peak()
    return done


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare_import(path: Path) -> Measured:
    """The file as it is into a table of texts without an index."""
    done, columns = Measured(), ", ".join(f"{name} text" for name in HEADERS)
    with connection.cursor() as cursor, path.open(newline="") as file:
        cursor.execute(f"CREATE TABLE bare ({columns})")
        if connection.vendor == "postgresql":
            with done.step(r"\copy into a bare table"):
                cursor.copy_expert("COPY bare FROM STDIN (FORMAT csv, HEADER)", file)
            return done
        with done.step("INSERT into a bare table"):
            marks = ", ".join(["%s"] * len(HEADERS))
            insert = f"INSERT INTO bare VALUES ({marks})"  # noqa: S608  marks of ours
            cursor.executemany(insert, list(islice(csv.reader(file), 1, None)))
    return done


def bare_export(path: Path, rows: int) -> Measured:
    """The columns of an export as they are."""
    done = Measured()
    columns = ", ".join(
        name if name != "assignee" else "assignee_id" for name in TicketResource.Meta.fields[1:]
    )
    query = f"SELECT {columns} FROM helpdesk_ticket ORDER BY id LIMIT {rows}"  # noqa: S608  names of ours
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with done.step("COPY … TO"), path.open("wb") as file:
                cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", file)
            return done
        with done.step("SELECT and csv.writer"), path.open("w", newline="") as file:
            csv.writer(file).writerows(cursor.execute(query))
    return done


@contextmanager
def writing_meanwhile(ids: list[int]) -> Iterator[list[float]]:
    """Somebody changes each of these tickets over and over; the seconds that each change took."""
    waits: list[float] = []
    ended = threading.Event()

    def write(pk: int) -> None:
        number = pk
        while not ended.wait(PAUSE):
            number += 1
            started = time.perf_counter()
            changes.update(pk, {"priority": Priority.values[number % 4]}, actor=None, channel=Channel.SYSTEM)
            waits.append(time.perf_counter() - started)
        connection.close()

    threads = [threading.Thread(target=write, args=(pk,)) for pk in ids]
    for thread in threads:
        thread.start()
    try:
        yield waits
    finally:
        ended.set()
        for thread in threads:
            thread.join()
