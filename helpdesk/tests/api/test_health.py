"""Whether the process runs, and whether it can work."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from helpdesk.api import health


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


def test_readyz_tells_of_a_lost_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise OperationalError("could not connect to server at 10.1.2.3 with password hunter2")

    monkeypatch.setattr(health, "MigrationExecutor", refuse)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (503, "unavailable")
    assert b"hunter2" not in response.content


@pytest.mark.parametrize("url", ["/healthz", "/readyz"])
def test_only_reading_makes_sense(url: str, client: Client) -> None:
    assert client.post(url).status_code == 405


def test_the_root_leads_to_the_admin(client: Client) -> None:
    response = client.get("/")
    assert (response.status_code, response["Location"]) == (302, "/admin/")
