"""Statements that PostgreSQL plans once for each connection."""

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from helpdesk import statements
from project.postgresql import base

pytestmark = pytest.mark.django_db
NAMES = "SELECT name FROM auth_group WHERE name = %s OR name LIKE 'Lea%%' ORDER BY name"


def asked(sql: str, *params: object) -> str:
    """What was sent to the database."""
    with CaptureQueriesContext(connection) as sent:
        statements.fetch(sql, params or None)
    [query] = sent.captured_queries
    return query["sql"]


@pytest.fixture
def on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's driver keeps plans by itself")
    connection.plans.clear()


def test_each_time_the_parameters_are_its_own() -> None:
    for name in ("Agent", "Viewer", "it's"):
        Group.objects.get_or_create(name=name)
        assert statements.fetch(NAMES, [name]) == [(found,) for found in sorted({name, "Lead"})]


def test_the_second_time_there_is_a_plan(on_postgresql: None) -> None:
    assert asked(NAMES, "Agent").startswith("PREPARE ")
    assert asked(NAMES, "Agent").startswith("EXECUTE ")
    assert asked("SELECT 1").startswith("PREPARE ")
    assert asked("SELECT 1").startswith("EXECUTE ")


def test_a_percent_sign_is_one() -> None:
    assert [statements.fetch("SELECT '100 %', '%s'") for _ in range(2)] == [[("100 %", "%s")]] * 2


def test_a_plan_that_failed_is_made_anew(on_postgresql: None) -> None:
    asked(NAMES, "Agent")
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(DatabaseError), transaction.atomic():
        statements.fetch(NAMES, ["Agent"])
    assert statements.fetch(NAMES, ["Agent"]) == [("Agent",), ("Lead",)]


def test_a_connection_keeps_only_so_many(on_postgresql: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "PLANS", 1)
    asked(NAMES, "Agent")
    assert [asked("SELECT 2") for _ in range(2)] == ["SELECT 2"] * 2
    assert asked(NAMES, "Agent").startswith("EXECUTE ")


def test_a_new_connection_has_no_plans(on_postgresql: None) -> None:
    asked(NAMES, "Agent")
    second = connection.copy()
    try:
        with second.cursor() as cursor:
            second.execute_planned(cursor, NAMES, ["Nobody"])
        assert list(second.plans) == [NAMES]
    finally:
        second.close()
