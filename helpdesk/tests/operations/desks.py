"""Whole desks: every row of one, and a desk that is gone."""

from pathlib import Path

from django.db import connection

# What is worth nothing at another time, and what is known of backups.
APART = {"helpdesk_cache", "helpdesk_lastbackup"}


def rows() -> dict[str, list[str]]:
    """Every row of every table, in a fixed order."""
    found = {}
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - APART:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def destroy() -> None:
    """Leave an empty database."""
    if connection.vendor == "sqlite":
        connection.close()
        file = Path(connection.settings_dict["NAME"])
        for part in file.parent.glob(f"{file.name}*"):
            part.unlink()
        return
    with connection.cursor() as cursor:
        tables = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names(cursor)))
        cursor.execute(f"DROP TABLE {tables} CASCADE")
