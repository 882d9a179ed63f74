"""Faults of the database, produced for real on whichever database the tests use."""

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from helpdesk import faults
from helpdesk.faults import fault_of
from helpdesk.tests.databases import another
from helpdesk.tickets.models import Ticket

pytestmark = pytest.mark.django_db


def run(statement: str, database: BaseDatabaseWrapper = connection) -> None:
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(statement)


def raised(call: Callable[[], Any]) -> Error:
    with pytest.raises(Error) as caught:
        call()
    return caught.value


@pytest.mark.parametrize("statement", ["SELECT * FROM helpdesk_gone", "SELECT gone FROM helpdesk_ticket"])
def test_a_table_or_a_column_is_missing(statement: str) -> None:
    assert fault_of(raised(lambda: run(statement))) is faults.UNMIGRATED


def test_a_column_to_write_is_missing() -> None:
    error = raised(lambda: run("INSERT INTO django_session (gone) VALUES (1)"))
    assert fault_of(error) is faults.UNMIGRATED


def test_a_mistake_of_the_program_is_no_fault(ticket: Ticket) -> None:
    assert fault_of(raised(lambda: run("SELECT FROM WHERE"))) is None
    assert fault_of(raised(lambda: run("UPDATE helpdesk_ticket SET status = 'nonsense'"))) is None
    assert fault_of(OperationalError("made up")) is None
    assert fault_of(ValueError()) is None
    assert fault_of(OSError("made up")) is None
    assert fault_of(PermissionError(errno.EACCES, "Permission denied")) is None
    assert fault_of(None) is None


def test_a_disk_says_by_itself_what_it_lacks() -> None:
    assert fault_of(OSError(errno.ENOSPC, "No space left on device")) is faults.FULL
    assert fault_of(OSError(errno.EDQUOT, "Disk quota exceeded")) is faults.FULL
    assert fault_of(OSError(errno.EROFS, "Read-only file system")) is faults.READ_ONLY


class TestSQLite:
    @pytest.fixture(autouse=True)
    def only_here(self) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("of SQLite only")

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "desk.sqlite3"
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE words (word)")
        return path

    def test_somebody_holds_the_lock(self, path: Path) -> None:
        with sqlite3.connect(path) as holder, another(NAME=path, OPTIONS={"timeout": 0.01}) as database:
            holder.execute("BEGIN IMMEDIATE")
            assert fault_of(raised(lambda: run("DELETE FROM words", database))) is faults.LOCKED

    def test_there_is_no_space(self, path: Path) -> None:
        options = {"init_command": "PRAGMA max_page_count=2"}
        with another(NAME=path, OPTIONS=options) as database:
            error = raised(lambda: run("INSERT INTO words VALUES (randomblob(99999))", database))
        assert fault_of(error) is faults.FULL

    def test_the_file_may_not_be_written(self, path: Path) -> None:
        with another(NAME=f"file:{path}?mode=ro", OPTIONS={"uri": True}) as database:
            assert fault_of(raised(lambda: run("DELETE FROM words", database))) is faults.READ_ONLY

    def test_there_is_no_such_folder(self, path: Path) -> None:
        with another(NAME=path / "below" / "a" / "file") as database:
            assert fault_of(raised(database.ensure_connection)) is faults.UNREACHABLE

    def test_the_file_is_something_else(self, path: Path) -> None:
        path.write_text("A text and no database. " * 100)
        with another(NAME=path, OPTIONS={}) as database:
            error = raised(lambda: run("SELECT * FROM words", database))
        assert fault_of(error) is faults.UNREACHABLE

    def test_a_statement_is_interrupted(self) -> None:
        connection.ensure_connection()
        connection.connection.set_progress_handler(lambda: 1, 1)
        try:
            assert fault_of(raised(Ticket.objects.count)) is faults.TIMEOUT
        finally:
            connection.connection.set_progress_handler(None, 1)


class TestPostgreSQL:
    @pytest.fixture(autouse=True)
    def only_here(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("of PostgreSQL only")

    def raised_with(self, settings: str, statement: str) -> Error:
        return raised(lambda: run(f"{settings}; {statement}"))

    def test_a_statement_takes_too_long(self) -> None:
        error = self.raised_with("SET LOCAL statement_timeout = 20", "SELECT pg_sleep(5)")
        assert fault_of(error) is faults.TIMEOUT

    def test_somebody_holds_the_lock(self) -> None:
        with another() as holder:
            run("SELECT pg_advisory_lock(4711)", holder)
            error = self.raised_with("SET LOCAL lock_timeout = 20", "SELECT pg_advisory_lock(4711)")
        assert fault_of(error) is faults.LOCKED

    def test_nothing_may_be_written(self) -> None:
        error = self.raised_with("SET LOCAL transaction_read_only = on", "DELETE FROM django_session")
        assert fault_of(error) is faults.READ_ONLY

    @pytest.mark.parametrize(
        ("code", "fault"),
        [
            ("53100", faults.FULL),
            ("40P01", faults.LOCKED),
            ("40001", faults.LOCKED),
            ("57P01", faults.UNREACHABLE),
            ("53300", faults.UNREACHABLE),
            ("08006", faults.UNREACHABLE),
            ("22012", None),
        ],
    )
    def test_what_the_server_says_by_its_codes(self, code: str, fault: faults.Fault | None) -> None:
        error = raised(lambda: run(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$"))
        assert fault_of(error) is fault

    def test_the_server_ends_the_connection(self) -> None:
        with another() as database:
            database.ensure_connection()
            run(f"SELECT pg_terminate_backend({database.connection.info.backend_pid})")
            error = raised(lambda: run("SELECT 1", database))
            again = raised(lambda: run("SELECT 1", database))
        assert fault_of(error) is fault_of(again) is faults.UNREACHABLE

    @pytest.mark.parametrize("settings", [{"NAME": "helpdesk_nowhere"}, {"HOST": "127.0.0.1", "PORT": 1}])
    def test_there_is_no_such_server_or_database(self, settings: dict[str, Any]) -> None:
        with another(**settings) as database:
            assert fault_of(raised(database.ensure_connection)) is faults.UNREACHABLE
