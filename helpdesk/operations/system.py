"""How the desk is run: versions, database, background work, disks, and what `check --deploy` says."""

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.template.defaultfilters import filesizeformat, pluralize
from django.utils import timezone

from helpdesk.jobs import queue
from helpdesk.operations.models import LastBackup

LITTLE_ROOM = 0.05  # of a disk
OLD_BACKUP = timedelta(days=7)
SLOW_SECONDS = 5 * 60  # a task that waits for longer is waiting for a worker


@dataclass(frozen=True)
class Fact:
    """One line. `tone` is of the badges' colours, empty where all is well."""

    name: str
    value: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Finding:
    """What a check of the deployment found, and what to do about it."""

    text: str
    hint: str
    code: str


def versions() -> list[Fact]:
    python = ".".join(map(str, sys.version_info[:3]))
    return [
        Fact("Helpdesk", str(settings.SPECTACULAR_SETTINGS["VERSION"])),
        Fact("Django", django.get_version()),
        Fact("Python", python),
        Fact("Mode", "Development", "Set DEBUG=0 before others use it.", "warning")
        if settings.DEBUG
        else Fact("Mode", "Production"),
    ]


def database() -> list[Fact]:
    missing = _missing_migrations()
    version = ".".join(map(str, connection.get_database_version()))
    return [
        Fact("Kind", f"{connection.display_name} {version}"),
        Fact("Size", filesizeformat(_size())),
        Fact("Migrations", f"{missing} missing", "Run manage.py migrate.", "danger")
        if missing
        else Fact("Migrations", "All applied"),
        _last_backup(),
    ]


def work() -> list[Fact]:
    found = queue.measure(timezone.now())
    seconds = int(found.oldest.total_seconds())
    late = seconds > SLOW_SECONDS
    return [
        Fact("Workers", f"{found.workers} alive")
        if found.workers
        else Fact("Workers", "None", "Start manage.py db_worker.", "danger"),
        Fact("Waiting", str(found.waiting), f"the first for {_duration(seconds)}" if found.waiting else "",
             "warning" if late else ""),
        Fact("To be tried again later", str(found.later)),
        Fact("Running", str(found.running)),
        Fact("Failed", str(found.failed), tone="danger" if found.failed else ""),
    ]  # fmt: skip


def disks() -> list[Fact]:
    """Where this process writes: the database's file, if it has one, and temporary files."""
    places = {"Temporary files": Path(tempfile.gettempdir())}
    if connection.vendor == "sqlite":
        places = {"Database": Path(connection.settings_dict["NAME"]).parent, **places}
    facts = []
    for name, folder in places.items():
        total, _, free = shutil.disk_usage(folder)
        tone = "danger" if free < LITTLE_ROOM * total else ""
        facts.append(
            Fact(name, f"{filesizeformat(free)} free", f"of {filesizeformat(total)} at {folder}", tone)
        )
    return facts


def findings() -> list[Finding]:
    """What `check --deploy` says, in its words."""
    found: Sequence[checks.CheckMessage] = checks.run_checks(include_deployment_checks=True)
    return [
        Finding(str(message.msg), str(message.hint or ""), message.id or "")
        for message in found
        if message.level >= checks.WARNING and not message.is_silenced()
    ]


def _last_backup() -> Fact:
    last = LastBackup.objects.first()
    if last is None:
        return Fact("Last backup", "None", "Run manage.py backup FILE.", "warning")
    age = timezone.now() - last.made_at
    return Fact(
        "Last backup",
        f"{_duration(int(age.total_seconds()))} ago",
        f"{filesizeformat(last.size)} in {last.file}",
        "warning" if age > OLD_BACKUP else "",
    )


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _size() -> int:
    """In bytes."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        return sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _duration(seconds: int) -> str:
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{seconds // size} {unit}{pluralize(seconds // size)}"
    return f"{seconds} second{pluralize(seconds)}"
