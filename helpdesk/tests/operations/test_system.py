"""The page "System": what it tells, in peace and in trouble."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from helpdesk.jobs.models import Worker
from helpdesk.operations import system
from helpdesk.operations.models import LastBackup
from helpdesk.operations.system import Fact
from helpdesk.tickets.models import Ticket

PAGE = "/admin/system/"


def fact(facts: list[Fact], name: str) -> Fact:
    return next(fact for fact in facts if fact.name == name)


def test_the_operator_sees_it_and_is_led_to_it(operator: User, admin_as: Callable[[User], Client]) -> None:
    page = admin_as(operator).get(PAGE).content.decode()
    for word in ("Helpdesk", "Django", "Python", "Migrations", "Workers", "Disk space"):
        assert word in page
    assert f'href="{PAGE}"' in page
    assert "Show tasks" not in page, "the tasks are for those who manage them"


def test_others_are_not_led_to_it(lead: User, admin_as: Callable[[User], Client]) -> None:
    assert f'href="{PAGE}"' not in admin_as(lead).get("/admin/").content.decode()


def test_the_database_is_told_by_kind_version_and_size(db: None) -> None:
    facts = system.database()
    assert fact(facts, "Kind").value.startswith(connection.display_name)
    assert fact(facts, "Size").value[0] != "0"
    assert fact(facts, "Migrations") == Fact("Migrations", "All applied")


def test_a_missing_migration_is_told(db: None) -> None:
    last = MigrationRecorder.Migration.objects.filter(app="helpdesk").latest("pk")
    last.delete()
    assert fact(system.database(), "Migrations").value == "1 missing"


def test_work_without_a_worker_is_told(ticket: Ticket) -> None:
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(hours=2))
    facts = system.work()
    assert fact(facts, "Workers").tone == "danger"
    assert (fact(facts, "Waiting").note, fact(facts, "Waiting").tone) == ("the first for 2 hours", "warning")
    Worker.objects.create(name="w", started_at=timezone.now(), beat_at=timezone.now())
    DBTaskResult.objects.all().delete()
    facts = system.work()
    assert fact(facts, "Workers") == Fact("Workers", "1 alive")
    assert fact(facts, "Waiting") == Fact("Waiting", "0")


@pytest.mark.parametrize(("free", "tone"), [(10, ""), (1, "danger")])
def test_a_disk_that_is_nearly_full_is_told(monkeypatch: pytest.MonkeyPatch, free: int, tone: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: (100, 100 - free, free))
    assert {fact.tone for fact in system.disks()} == {tone}


def test_the_checks_of_a_deployment_are_told_in_words(db: None, settings: Any) -> None:
    settings.HELPDESK_API_OPEN, settings.DEBUG = True, False
    found = {finding.code: finding for finding in system.findings()}
    assert found["helpdesk.W001"].text == "The API answers callers without credentials."
    assert "HELPDESK_API_OPEN" in found["helpdesk.W001"].hint
    settings.SILENCED_SYSTEM_CHECKS = ["helpdesk.W001"]
    assert "helpdesk.W001" not in {finding.code for finding in system.findings()}


@pytest.mark.parametrize(("days", "tone"), [(6, ""), (8, "warning")])
def test_the_last_backup_is_told_by_its_age(db: None, days: int, tone: str) -> None:
    assert fact(system.database(), "Last backup").tone == "warning", "there was none"
    made_at = timezone.now() - timedelta(days=days)
    LastBackup.objects.create(pk=1, made_at=made_at, size=2048, file="/backups/desk.zip")
    told = fact(system.database(), "Last backup")
    assert (told.value, told.tone) == (f"{days} days ago", tone)
    assert told.note == "2.0\xa0KB in /backups/desk.zip"
