"""The drill: a desk is backed up while people work, is lost, and comes back row by row."""

import itertools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from helpdesk import intake
from helpdesk.choices import Channel
from helpdesk.operations import backup as backups
from helpdesk.operations.archive import Writer
from helpdesk.operations.models import LastBackup
from helpdesk.tests import databases
from helpdesk.tests.operations import desks
from helpdesk.tickets import comments
from helpdesk.tickets.models import Event, Ticket
from helpdesk.workspace.models import Draft

pytestmark = pytest.mark.django_db(transaction=True)
WORD = "Wortlaut mit Umlauten: äöü \\N \\. \t 日本語 '\"; DROP TABLE"


@pytest.fixture
def desk(make_ticket: Callable[..., Ticket], lead: User, agent: User, admin_as: Any) -> list[Ticket]:
    """Tickets with what hangs on them; the last number that was given out is free again."""
    tickets = [make_ticket(actor=agent, title=f"{WORD} {n}", assignee=agent) for n in range(5)]
    comments.add(tickets[0], WORD, author=lead, channel=Channel.ADMIN, is_internal=True)
    comments.add(tickets[1], WORD, author=None, channel=Channel.API, is_internal=False)
    Draft.objects.create(user=agent, is_internal=False, ticket=tickets[0], text=WORD, saved_at=timezone.now())
    AuthToken.objects.create(user=lead)
    admin_as(lead).get("/admin/")
    make_ticket().delete()
    return tickets


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "desk.zip"


def back_up(file: Path) -> str:
    output = StringIO()
    call_command("backup", str(file), stdout=output)
    return output.getvalue()


def restore(file: Path) -> str:
    output = StringIO()
    call_command("restore", str(file), "--yes", stdout=output)
    return output.getvalue()


def change_everything(lead: User) -> None:
    Ticket.objects.update(title="Changed by hand")
    Event.objects.all().delete()
    User.objects.exclude(pk=lead.pk).delete()
    for number in range(3):
        intake.create({"title": f"New {number}", "description": "."}, actor=None, channel=Channel.API)


@contextmanager
def writer() -> Iterator[Callable[[], None]]:
    """Somebody who makes one ticket after the other; what is yielded waits until one more is made."""
    ended, made = threading.Event(), threading.Semaphore(0)

    def work() -> None:
        for number in itertools.count():
            if ended.is_set():
                break
            data = {"title": f"Meanwhile {number}", "description": "Somebody works."}
            intake.create(data, actor=None, channel=Channel.API)
            made.release()
        connection.close()

    def one_more() -> None:
        while made.acquire(blocking=False):
            pass
        assert made.acquire(timeout=30), "the writer is held up"

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield one_more
    finally:
        ended.set()
        thread.join()


@pytest.mark.parametrize("lost", ["all of it", "what it said"])
def test_a_desk_comes_back_row_by_row(desk: list[Ticket], lead: User, file: Path, lost: str) -> None:
    caches["shared"].set("answer", "of another time")
    before, taken = desks.rows(), max(ticket.pk for ticket in desk) + 1
    assert "tickets: 5" in back_up(file)
    if lost == "all of it":
        desks.destroy()
    else:
        change_everything(lead)
    assert "(tickets: 5)" in restore(file)
    assert desks.rows() == before
    assert caches["shared"].get("answer") is None
    client = APIClient()
    client.force_authenticate(User.objects.get(username="lena"))
    answer = client.post("/api/tickets/", {"title": "It goes on", "description": "As if nothing happened."})
    assert answer.status_code == 201
    assert answer.json()["id"] == taken + 1, "a number that was given out before is not given out again"
    assert Client().get("/readyz").status_code == 200


def test_one_moment_is_kept_while_people_work(
    desk: list[Ticket], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, begin = desks.rows(), Writer.member
    with writer() as one_more:
        one_more()
        # Before each part of the file is written somebody has written once more.
        monkeypatch.setattr(Writer, "member", lambda *names: one_more() or begin(*names))
        back_up(file)
        one_more()
        one_more()
    after = desks.rows()
    desks.destroy()
    restore(file)
    restored = desks.rows()
    for table, found in restored.items():
        assert set(before[table]) <= set(found) <= set(after[table]), table
    meanwhile = list(Ticket.objects.filter(title__startswith="Meanwhile").order_by("pk"))
    assert 0 < len(meanwhile) < len(after["helpdesk_ticket"]) - len(before["helpdesk_ticket"])
    assert [ticket.title for ticket in meanwhile] == [f"Meanwhile {n}" for n in range(len(meanwhile))]
    told = Event.objects.filter(ticket_id__in=[ticket.pk for ticket in meanwhile])
    assert set(told.values_list("ticket_id", flat=True)) == {ticket.pk for ticket in meanwhile}


def test_an_older_backup_is_migrated(desk: list[Ticket], file: Path) -> None:
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes("helpdesk")
    MigrationExecutor(connection).migrate([("helpdesk", "0009_accounts")])
    try:
        back_up(file)
    finally:
        MigrationExecutor(connection).migrate(latest)
    Ticket.objects.update(title="Changed by hand")
    restore(file)
    executor = MigrationExecutor(connection)
    assert not executor.migration_plan(executor.loader.graph.leaf_nodes())
    assert Ticket.objects.filter(title__startswith=WORD).count() == 5


def test_a_failure_in_the_middle_changes_nothing(
    desk: list[Ticket], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(file)
    Ticket.objects.update(title="Changed by hand")
    before, folder = desks.rows(), Path(connection.settings_dict["NAME"]).parent

    def fail(*args: Any, **options: Any) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(migrate.Command, "handle", fail)
        with pytest.raises(CommandError, match=r"No space left on device\. See that their disks have room"):
            restore(file)
    assert desks.rows() == before
    if connection.vendor == "sqlite":
        assert not [*folder.glob("*-restore*")]
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'helpdesk_restore'")
            assert cursor.fetchone() is None
    restore(file)
    assert desks.rows() != before


def test_what_a_killed_restore_left_is_no_obstacle(desk: list[Ticket], file: Path) -> None:
    before = desks.rows()
    back_up(file)
    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        Path(f"{name}-restore").write_text("half a database")
        Path(f"{name}-restore-wal").write_text("half a log")
    else:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA helpdesk_restore CREATE TABLE auth_user (id integer)")
    restore(file)
    assert desks.rows() == before


def test_nothing_is_replaced_while_helpdesk_runs(desk: list[Ticket], file: Path) -> None:
    back_up(file)
    Ticket.objects.update(title="Changed by hand")
    before = desks.rows()
    with databases.another() as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM helpdesk_ticket")
        with pytest.raises(CommandError, match=r"Helpdesk runs: .*Stop the web server and the worker, then"):
            restore(file)
        assert desks.rows() == before
    restore(file)
    assert desks.rows() != before


def test_a_damaged_database_is_replaced(desk: list[Ticket], file: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a file of SQLite can be damaged")
    before = desks.rows()
    back_up(file)
    desks.destroy()
    name = connection.settings_dict["NAME"]
    Path(name).write_text("This is no database. " * 1000)
    Path(f"{name}-wal").write_text("This is no log.")
    restore(file)
    assert desks.rows() == before


def test_what_others_keep_in_the_database_stays(desk: list[Ticket], file: Path) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("a file of SQLite is replaced as a whole")
    before = desks.rows()
    back_up(file)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE not_ours AS SELECT 7 AS number")
        cursor.execute("CREATE VIEW report AS SELECT title FROM helpdesk_ticket")
        with pytest.raises(CommandError, match=r"hangs on the tables of Helpdesk: .*Remove it, restore"):
            restore(file)
        cursor.execute("DROP VIEW report")
        restore(file)
        cursor.execute("SELECT number FROM not_ours")
        assert cursor.fetchone() == (7,)
        cursor.execute("DROP TABLE not_ours")
    assert desks.rows() == before


@pytest.mark.parametrize(("age", "kept"), [(timedelta(days=-1), True), (timedelta(days=1), False)])
def test_the_newest_backup_is_known_afterwards(
    desk: list[Ticket], file: Path, age: timedelta, kept: bool
) -> None:
    LastBackup.objects.create(pk=1, made_at=timezone.now() - timedelta(days=30), size=1, file="/old.zip")
    back_up(file)
    assert LastBackup.objects.get().file == str(file)
    LastBackup.objects.update(made_at=timezone.now() - age, file="/other.zip")
    restore(file)
    assert LastBackup.objects.get().file == ("/other.zip" if kept else str(file))


def test_stored_files_come_back(desk: list[Ticket], file: Path, settings: Any, tmp_path: Path) -> None:
    folder = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "m"},
    }
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = settings.STORAGES | {"default": folder}
    storage = storages["default"]
    storage.save("2026/note.txt", ContentFile(b"kept"))
    back_up(file)
    storage.delete("2026/note.txt")
    storage.save("later.txt", ContentFile(b"later"))
    restore(file)
    assert (tmp_path / "m" / "2026" / "note.txt").read_bytes() == b"kept"
    assert sorted(path.name for path in (tmp_path / "m").iterdir()) == ["2026", "later.txt"]
    settings.STORAGES = settings.STORAGES | {"default": memory}
    with pytest.raises(CommandError, match=r"holds stored files \(1\), and the default storage"):
        restore(file)


@pytest.mark.parametrize("answer", ["no", "", None])
def test_it_asks_first(
    desk: list[Ticket], file: Path, monkeypatch: pytest.MonkeyPatch, answer: str | None
) -> None:
    back_up(file)
    Ticket.objects.update(title="Changed by hand")

    def reply(prompt: str) -> str:
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr("builtins.input", reply)
    output = StringIO()
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(file), stdout=output)
    assert "Everything in the database" in output.getvalue()
    assert "(tickets: 5)" in output.getvalue()
    assert Ticket.objects.filter(title="Changed by hand").count() == 5


def test_who_says_yes_gets_it(desk: list[Ticket], file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = desks.rows()
    back_up(file)
    Ticket.objects.update(title="Changed by hand")
    monkeypatch.setattr("builtins.input", lambda prompt: "Yes ")
    call_command("restore", str(file), stdout=StringIO())
    assert desks.rows() == before


def test_rows_that_break_a_rule_change_nothing(
    desk: list[Ticket], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup whose digests fit but whose rows do not, such as one that was put together by hand."""
    if connection.vendor != "postgresql":
        pytest.skip("a file of SQLite comes with its rules")
    before, tables = desks.rows(), backups.tables_of
    monkeypatch.setattr(
        backups, "tables_of", lambda existing: [t for t in tables(existing) if t != "auth_user"]
    )
    back_up(file)
    with pytest.raises(CommandError, match="is damaged"):
        restore(file)
    assert desks.rows() == before
