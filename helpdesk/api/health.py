"""``/healthz`` and ``/readyz``: whether this process runs, and whether it can work."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.contrib.sessions.models import Session
from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.log import log_response

from helpdesk import faults
from helpdesk.api.errors import read_only

# How long to wait for a lock: less than whoever asks waits for us.
PATIENCE_MS = 2000
# Below so much free space the next write could be the one that fails.
ROOM_BYTES = 1_000_000
# More than a page of PostgreSQL has left beside another one: each attempt asks the disk for space.
FILLER_BYTES = 8000


@read_only
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; asks nothing of the database."""
    return JsonResponse({"status": "ok"})


@read_only
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, has all migrations and can be written, or 503 and why not."""
    try:
        if missing := _missing_migrations():
            reason = f"Migrations not applied: {missing}. Run manage.py migrate."
            return _unavailable(request, faults.UNMIGRATED.code, reason)
        _try_to_write()
    except (Error, OSError) as error:
        fault = faults.fault_of(error)
        if fault is None:
            raise
        return _unavailable(request, fault.code, fault.cure, faults.first_line(error))
    return JsonResponse({"status": "ok"})


def _unavailable(request: HttpRequest, code: str, reason: str, said: str = "") -> HttpResponse:
    response = JsonResponse({"status": "unavailable", "code": code, "reason": reason}, status=503)
    log_response(
        "Not ready: %s: %s %s", code, reason, said, response=response, request=request, level="warning"
    )
    return response


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _try_to_write() -> None:
    """Raises what a write would raise; leaves nothing behind."""
    if connection.vendor == "sqlite":
        _try_the_disk(Path(connection.settings_dict["NAME"]))
    with _little_patience(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
                cursor.execute(f"SET LOCAL statement_timeout = {2 * PATIENCE_MS}")
        filler = secrets.token_hex(FILLER_BYTES)
        Session.objects.create(session_key=filler[:40], session_data=filler, expire_date=timezone.now())
        transaction.set_rollback(True)


def _try_the_disk(database: Path) -> None:
    """What is rolled back never reaches SQLite's disk, and its log may have room that the disk has not.

    A folder that may not be written is no reason to complain: SQLite itself knows whether it can work.
    """
    if database.is_file():
        with suppress(PermissionError), tempfile.TemporaryFile(dir=database.parent, buffering=0) as file:
            file.write(bytes(ROOM_BYTES))


@contextmanager
def _little_patience() -> Iterator[None]:
    """SQLite waits for its lock before the transaction begins, so its limit is set on the connection."""
    if connection.vendor != "sqlite":
        yield
        return
    seconds = connection.settings_dict["OPTIONS"].get("timeout", 5)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")


urlpatterns = [path("healthz", healthz), path("readyz", readyz)]
