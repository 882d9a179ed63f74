"""Whether the process runs, and whether it can work."""

import errno
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from helpdesk.api import health
from helpdesk.tests.databases import another, connected


def test_healthz_answers_without_a_database(client: Client) -> None:
    response = client.get("/healthz")  # a test without a database fails when it asks for one
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_readyz_answers_when_the_database_has_all_migrations(client: Client, db: None) -> None:
    assert client.get("/readyz").json() == {"status": "ok"}


def test_readyz_tells_of_missing_migrations(client: Client, db: None) -> None:
    [newest] = MigrationLoader(connection).graph.leaf_nodes("helpdesk")
    MigrationRecorder(connection).record_unapplied(*newest)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["reason"] == "Migrations not applied: 1. Run manage.py migrate."


def refused(client: Client) -> dict[str, str]:
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (503, "unavailable")
    return response.json()


def test_readyz_tells_of_a_lost_database(client: Client, django_db_blocker: Any) -> None:
    lost = {"PORT": 1, "HOST": "127.0.0.1", "PASSWORD": "hunter2", "NAME": "/nowhere/at/all"}
    with django_db_blocker.unblock(), connected(**lost):
        answer = refused(client)
    assert answer["code"] == "database_unreachable"
    assert "DATABASE_URL" in answer["reason"]
    assert "hunter2" not in str(answer)


@pytest.mark.django_db(transaction=True)
def test_readyz_tells_of_a_database_that_may_not_be_written(client: Client) -> None:
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "sqlite":
        read_only = {**options, "init_command": "PRAGMA query_only = ON"}
    else:
        read_only = {**options, "options": "-c default_transaction_read_only=on"}
    with connected(OPTIONS=read_only):
        assert refused(client)["code"] == "database_read_only"


@pytest.mark.django_db(transaction=True)
def test_readyz_tells_of_a_lock_and_does_not_wait_for_long(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE_MS", 50)
    with another() as holder, holder.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE" if holder.vendor == "sqlite" else "BEGIN")
        if holder.vendor == "postgresql":
            cursor.execute("LOCK TABLE django_session")
        assert refused(client)["code"] == "database_locked"
        cursor.execute("ROLLBACK")
    assert client.get("/readyz").status_code == 200


def test_readyz_tells_of_a_full_disk(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(health, "_try_to_write", fill)
    assert refused(client)["code"] == "database_full"


def test_readyz_leaves_nothing_behind(client: Client, db: None) -> None:
    assert client.get("/readyz").status_code == 200
    assert not Session.objects.exists()


@pytest.mark.parametrize("url", ["/healthz", "/readyz", "/api/schema/", "/api/docs/"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_only_reading_makes_sense(url: str, method: str) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, url)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert method in response.json()["detail"]


def test_the_root_leads_to_the_admin(client: Client) -> None:
    response = client.get("/")
    assert (response.status_code, response["Location"]) == (302, "/admin/")
