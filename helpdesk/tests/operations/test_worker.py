"""The task worker waits for its database and goes on."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from django.db import OperationalError, connection
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from helpdesk.operations import worker as module
from helpdesk.operations.worker import SteadyWorker
from helpdesk.tests.servers import SECONDS

pytestmark = pytest.mark.django_db(transaction=True)
RAN = threading.Event()


@task()
def remember() -> None:
    RAN.set()


def make_worker(*, batch: bool = False) -> SteadyWorker:
    return SteadyWorker(
        queue_names=["default"], interval=0.01, batch=batch, backend_name="default", startup_delay=False,
        max_tasks=1, worker_id="steady", excluded_queue_names=[],
    )  # fmt: skip


@contextmanager
def database_away() -> Iterator[None]:
    """SQLite is locked by somebody else; PostgreSQL cuts all connections and takes no new ones."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        holder = sqlite3.connect(name, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.close()
        return
    holder = psycopg2.connect(**connection.get_connection_params() | {"dbname": "postgres"})
    holder.autocommit = True
    connection.close()
    with holder.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    holder.close()


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_waits_for_a_database_that_is_away_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.1)
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
        connection.close()
    RAN.clear()

    def run() -> None:
        make_worker().run()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    with caplog.at_level(logging.WARNING, module.__name__), database_away():
        wait_for(lambda: "waits for the database" in caplog.text)
        time.sleep(0.5)  # several attempts
        assert "goes on" not in caplog.text
        assert thread.is_alive()
    wait_for(lambda: "goes on" in caplog.text)
    remember.enqueue()
    thread.join(SECONDS)
    assert RAN.is_set()
    told = [record for record in caplog.records if record.name == module.__name__]
    assert [record.exc_info for record in told] == [None, None], (
        "one line when it is away, one when it is back"
    )
    assert "Traceback" not in caplog.text


def test_what_it_had_in_hand_is_in_the_queue_again() -> None:
    for name in ("steady", "another"):
        remember.enqueue()
        DBTaskResult.objects.ready().get().claim(name)
    assert make_worker().takes_up()
    assert DBTaskResult.objects.get(status=TaskResultStatus.READY).worker_ids == ["steady"]
    assert DBTaskResult.objects.get(status=TaskResultStatus.RUNNING).worker_ids == ["another"]


def test_a_batch_tells_whoever_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(module.db_worker.Worker, "run", fail)
    with pytest.raises(OperationalError):
        make_worker(batch=True).run()


def test_the_pause_grows_to_a_limit() -> None:
    lengths = module.pauses()
    assert [next(lengths) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
