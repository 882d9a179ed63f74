"""A connection that is kept is asked whether it lives only when something speaks against it."""

from collections.abc import Iterator

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept() -> Iterator[BaseDatabaseWrapper]:
    """A second connection, which lives on between requests as those of a server do."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server that could go away")
    second = connections["default"].copy("kept")
    second.settings_dict = second.settings_dict | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    second.ensure_connection()
    yield second
    second.close()


def number_of(kept: BaseDatabaseWrapper) -> int:
    """The server's process for the connection, as the next request finds it."""
    kept.close_if_unusable_or_obsolete()
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def last_statement(number: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [number])
        return cursor.fetchone()[0]


def end(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
        assert cursor.fetchone()[0]


def test_a_quiet_connection_is_not_asked(kept: BaseDatabaseWrapper) -> None:
    number = number_of(kept)
    kept.close_if_unusable_or_obsolete()
    assert kept.is_usable()
    assert last_statement(number) == "SELECT pg_backend_pid()"
    assert number_of(kept) == number


def test_a_connection_that_the_server_has_ended_is_replaced(kept: BaseDatabaseWrapper) -> None:
    first = number_of(kept)
    end(first)
    assert number_of(kept) != first


def test_after_an_error_the_connection_is_asked(kept: BaseDatabaseWrapper) -> None:
    number = number_of(kept)
    kept.errors_occurred = True
    assert number_of(kept) == number
    kept.errors_occurred = True
    assert kept.is_usable()
    assert last_statement(number) == "SELECT 1"


def test_a_message_on_a_connection_that_lives_does_not_end_it(kept: BaseDatabaseWrapper) -> None:
    number = number_of(kept)
    with kept.cursor() as cursor:
        cursor.execute("LISTEN quiet")
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY quiet")
    assert number_of(kept) == number


def test_times_are_in_utc(kept: BaseDatabaseWrapper) -> None:
    with kept.cursor() as cursor:
        cursor.execute("SELECT TIMESTAMPTZ '2026-03-01 12:00:00+02'")
        assert cursor.fetchone()[0].isoformat() == "2026-03-01T10:00:00+00:00"
