"""Backups: one moment of the database and of the stored files, in one file, while people work.

SQLite copies itself (``VACUUM INTO`` reads one state and keeps nobody from writing). PostgreSQL hands its
rows out by COPY from one snapshot, so that no ``pg_dump`` of a fitting version is needed where this runs;
the tables are made by the migrations again.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from psycopg2 import sql

from helpdesk.operations import archive, stored_files
from helpdesk.operations.archive import BackupRefused, Manifest, Writer
from helpdesk.operations.models import LastBackup

DATABASE = "database.sqlite3"
TABLES = "tables/"
MIGRATIONS = MigrationRecorder.Migration._meta.db_table
DECLINED = "The database is kept in memory and ends with its process: there is nothing to back up or restore."


def write(file: Path) -> Manifest:
    """Write a backup to this file and remember it as the last one.

    Raises BackupRefused when that is impossible; what lay under the name is then as it was.
    """
    require_fitting()
    try:
        with archive.created(file) as target:
            fill = fill_from_postgresql if connection.vendor == "postgresql" else fill_from_sqlite
            manifest = fill(target, file)
            target.finish(manifest)
        size = file.stat().st_size
    except OSError as error:
        raise BackupRefused(
            f"The backup cannot be written to {file}: {error.strerror}. "
            "Name a file in a folder that exists, may be written to and has room."
        ) from error
    if LastBackup._meta.db_table in connection.introspection.table_names():
        remember(manifest.made_at, size, str(file))
    return manifest


def remember(made_at: datetime, size: int, file: str) -> None:
    LastBackup.objects.update_or_create(pk=1, defaults={"made_at": made_at, "size": size, "file": file})


def require_fitting() -> None:
    """Raises BackupRefused for a database that is empty, of a newer release, or gone with its process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and (":memory:" in name or "mode=memory" in name):
        raise BackupRefused(DECLINED)
    loader = MigrationLoader(connection)
    applied = loader.applied_migrations or {}
    if ("helpdesk", "0001_initial") not in applied:
        raise BackupRefused(
            "The database is empty: there is nothing to back up. Run manage.py migrate first."
        )
    if unknown := [name for name in applied if name not in known(loader)]:
        raise BackupRefused(
            f"The database belongs to a newer release of Helpdesk ({'.'.join(unknown[0])} is not known "
            "here). Make the backup by that one."
        )


def known(loader: MigrationLoader) -> set[tuple[str, str]]:
    """The migrations of this release, and those that they replace."""
    replaced = {name for migration in loader.disk_migrations.values() for name in migration.replaces}
    return set(loader.disk_migrations) | replaced


def describe(cursor: Any, made_at: datetime, **more: Any) -> Manifest:
    """What the database that this cursor reads holds."""
    cursor.execute(f"SELECT app, name FROM {MIGRATIONS} ORDER BY id")  # noqa: S608  a name of Django's
    migrations = [(app, name) for app, name in cursor.fetchall()]
    cursor.execute("SELECT count(*) FROM helpdesk_ticket")
    (tickets,) = cursor.fetchone()
    release = str(settings.SPECTACULAR_SETTINGS["VERSION"])
    return Manifest(connection.vendor, made_at, release, tickets, migrations, **more)


def fill_from_sqlite(target: Writer, file: Path) -> Manifest:
    made_at = timezone.now()
    with sqlite_copy(file.with_name(f"{file.name}.partial-database")) as copy:
        with copy.open("rb") as stream:
            target.add(DATABASE, stream)
        stored_files.add_to(target)
        with closing(
            sqlite3.Connection(f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        ) as reader:
            return describe(reader.cursor(), made_at, tables={}, sequences=[])


@contextmanager
def sqlite_copy(file: Path) -> Iterator[Path]:
    """One state of the database in a file of its own, which is removed in the end."""
    file.unlink(missing_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(file)])
        yield file
    except OperationalError as error:
        if "full" not in str(error):
            raise
        free = shutil.disk_usage(file.parent).free
        raise BackupRefused(
            f"There is no room for a copy of the database in {file.parent} ({free} bytes are free). "
            "Free some space there, or name a file on another disk."
        ) from error
    finally:
        file.unlink(missing_ok=True)


def fill_from_postgresql(target: Writer, file: Path) -> Manifest:
    tables = tables_of(connection.introspection.table_names())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        made_at = timezone.now()
        columns = {table: columns_of(cursor, table) for table in tables}
        for table in tables:
            statement = sql.SQL("COPY {} ({}) TO STDOUT").format(
                sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns[table]))
            )
            with target.member(TABLES + table) as stream, connection.wrap_database_errors:
                cursor.copy_expert(statement, stream)
        manifest = describe(cursor, made_at, tables=columns, sequences=sequences_of(cursor, tables))
        stored_files.add_to(target)
        return manifest


def tables_of(existing: list[str]) -> list[str]:
    """The tables of the desk in the state that the applied migrations left.

    Without the cache: what it holds is worth nothing at another time. What somebody else keeps in the same
    database is not ours.
    """
    loader = MigrationLoader(connection)
    applied = loader.applied_migrations or {}
    state = loader.project_state([name for name in applied if name in loader.graph.nodes])
    models = state.apps.get_models(include_auto_created=True)
    return sorted(({model._meta.db_table for model in models} | {MIGRATIONS}) & set(existing))


def columns_of(cursor: Any, table: str) -> list[str]:
    return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def sequences_of(cursor: Any, tables: list[str]) -> list[tuple[str, str, int, bool]]:
    """Where each stands: not below what the rows of the snapshot have, for sequences know no snapshot."""
    found = []
    for table in tables:
        for sequence in connection.introspection.get_sequences(cursor, table):
            name = sql.Identifier(sequence["name"])
            cursor.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(name))
            found.append((table, str(sequence["column"]), *cursor.fetchone()))
    return found
