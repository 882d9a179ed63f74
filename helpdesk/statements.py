"""Statements that are asked so often that the database should plan them once."""

from collections.abc import Sequence
from typing import Any

from django.db import connections


def fetch(sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    """All rows of a statement whose plan is good for any `params`. SQLite's driver keeps plans by itself."""
    connection: Any = connections["default"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            connection.execute_planned(cursor, sql, params)
        else:
            cursor.execute(sql, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
