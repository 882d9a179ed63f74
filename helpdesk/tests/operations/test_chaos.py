"""A running desk from which things are taken away; the long form is `python -m helpdesk.tests.chaos`."""

import pytest
from django.db import connection

from helpdesk.tests import chaos


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite")
def test_a_desk_on_sqlite_bears_what_is_done_to_it() -> None:
    told = chaos.on_sqlite(seconds=1)
    assert [line for line in told if not line.startswith("good")] == []
    assert len(told) >= len(chaos.ON_SQLITE) - 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
def test_a_desk_on_postgresql_bears_what_is_done_to_it() -> None:
    told = chaos.on_a_cluster(seconds=1)
    assert [line for line in told if not line.startswith("good")] == []
    assert len(told) == 4
