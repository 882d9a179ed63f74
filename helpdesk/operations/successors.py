"""The database that takes the place of today's: built beside it, and put in its place in one step."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg2 import sql

from helpdesk.operations.archive import Backup, BackupRefused, sync_folder
from helpdesk.operations.backup import DATABASE, TABLES

SCHEMA = "helpdesk_restore"
OURS = "helpdesk_"
LOCK_SECONDS = 10
LEAVE_SECONDS = 2  # a connection that was closed is seen for a moment longer
STOP = "Stop the web server and the worker, then restore."


@contextmanager
def elsewhere(**settings: Any) -> Iterator[None]:
    """In this block all code finds the database by other settings; the connection before stays open."""
    before = connections["default"]
    other = before.copy()
    other.settings_dict = {**other.settings_dict, **settings}
    connections["default"] = other
    try:
        yield
    finally:
        other.close()
        connections["default"] = before


def require_alone() -> None:
    """Raises BackupRefused while others have the database open: they would go on with what is gone."""
    if connection.vendor == "sqlite":
        with sqlite_alone(Path(connection.settings_dict["NAME"])):
            return
    deadline = time.monotonic() + LEAVE_SECONDS
    while others := other_connections():
        if time.monotonic() > deadline:
            raise BackupRefused(f"Helpdesk runs: other connections to its database: {others}. {STOP}")
        time.sleep(0.1)


def other_connections() -> int:
    """How many the user of the desk has to its PostgreSQL; who looks at it as another user is no obstacle."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename = current_user AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


# SQLite: a file beside the file


@contextmanager
def sqlite_successor(backup: Backup) -> Iterator[None]:
    """In this block all code works on the successor, a file beside the database.

    At its end the successor takes the place of the database, which nobody else may have open then.
    """
    file = Path(connection.settings_dict["NAME"]).absolute()
    beside = file.with_name(f"{file.name}-restore")
    try:
        remove_sqlite(beside)
        with beside.open("xb") as target, backup.open(DATABASE) as source:
            resemble(file, beside)
            shutil.copyfileobj(source, target)
        with elsewhere(NAME=str(beside)):
            yield
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA journal_mode=DELETE")  # all of it is in the one file then
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        with sqlite_alone(file):
            beside.replace(file)
        sync_folder(file.parent)
    finally:
        remove_sqlite(beside)


def resemble(file: Path, beside: Path) -> None:
    """Whoever could open the database can open its successor."""
    beside.chmod(0o600)
    if file.exists():
        found = file.stat()
        with suppress(PermissionError):
            os.chown(beside, found.st_uid, found.st_gid)
        beside.chmod(found.st_mode & 0o777)


def remove_sqlite(file: Path) -> None:
    """With what SQLite keeps beside a file."""
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm", f"{file.name}-journal"):
        file.with_name(name).unlink(missing_ok=True)


@contextmanager
def sqlite_alone(file: Path) -> Iterator[None]:
    """Hold the database for us alone, with its log taken into it; one that is damaged needs no holding.

    To leave the mode of the log SQLite demands that no other connection is open, whoever has it.
    """
    connection.close()
    if not file.exists():
        yield
        return
    with closing(sqlite3.Connection(file, timeout=0, isolation_level=None)) as own:
        try:
            own.execute("PRAGMA journal_mode=DELETE").fetchone()
            own.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                raise BackupRefused(
                    f"Helpdesk runs: the database {file} is open ({error}). {STOP}"
                ) from error
            # A log of the damaged file must not be taken for one of its successor.
            for end in ("wal", "shm", "journal"):
                file.with_name(f"{file.name}-{end}").unlink(missing_ok=True)
        yield


# PostgreSQL: a schema beside the schema


@contextmanager
def postgresql_successor(backup: Backup) -> Iterator[None]:
    """In this block all code works on the successor, a schema beside today's.

    At its end the tables of today are dropped and its own take their place, in one transaction.
    """
    options = connection.settings_dict["OPTIONS"]
    path = f"{options.get('options', '')} -c search_path={SCHEMA} -c statement_timeout=0"
    drop = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SCHEMA))
    with connection.cursor() as cursor:
        cursor.execute(drop)
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
    try:
        with elsewhere(OPTIONS=options | {"options": path}):
            fill(backup)
            yield
        require_alone()
        swap()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(drop)


def fill(backup: Backup) -> None:
    """Make the tables as they were by the same migrations, then load the rows."""
    manifest = backup.manifest
    executor = MigrationExecutor(connection)
    executor.migrate(last_of_each_app(executor, manifest.migrations))
    found = set(connection.introspection.table_names())
    if missing := set(manifest.tables) - found:
        raise BackupRefused(f"{backup.file} holds a table {min(missing)}, which its migrations do not make.")
    with transaction.atomic(), connection.cursor() as cursor, without_foreign_keys(cursor):
        names = sql.SQL(", ").join(map(sql.Identifier, manifest.tables))
        cursor.execute(sql.SQL("TRUNCATE {}").format(names))
        for table, columns in manifest.tables.items():
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
            with backup.open(TABLES + table) as source, connection.wrap_database_errors:
                cursor.copy_expert(statement, source)
        for table, column, last, called in manifest.sequences:
            quoted = connection.ops.quote_name(table)
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)", [quoted, column, last, called]
            )


def last_of_each_app(
    executor: MigrationExecutor, applied: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The targets that lead to just these: an earlier one of an app would be taken for a way back."""
    nodes = executor.loader.graph.node_map
    there = [name for name in applied if name in nodes]
    return [
        (app, name)
        for app, name in there
        if not any(child.key[0] == app and child.key in there for child in nodes[app, name].children)
    ]


@contextmanager
def without_foreign_keys(cursor: Any) -> Iterator[None]:
    """Rows come in any order and are checked in the end; to remember each would take the server's memory."""
    cursor.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    )
    found = cursor.fetchall()
    for table, name, _ in found:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, definition in found:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def swap() -> None:
    """Readers see the old tables or the new ones; what others keep in the same database is not touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        new = tables_in(cursor, SCHEMA)
        cursor.execute("SELECT current_schema()")
        (home,) = cursor.fetchone()
        old = [name for name in tables_in(cursor, home) if name in new or name.startswith(OURS)]
        if old:
            names = sql.SQL(", ").join(sql.Identifier(home, name) for name in old)
            cursor.execute(sql.SQL("DROP TABLE {}").format(names))
        for name in new:
            cursor.execute(
                sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(
                    sql.Identifier(SCHEMA, name), sql.Identifier(home)
                )
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def tables_in(cursor: Any, schema: str) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
    return [name for (name,) in cursor.fetchall()]
