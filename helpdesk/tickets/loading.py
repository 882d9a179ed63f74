"""Rows into a table at once: many by COPY on PostgreSQL, by one prepared INSERT elsewhere."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import orjson
from django.db import connection, models
from django.db.backends.utils import CursorWrapper

Turn = Callable[[Any], Any]

BLOCK = 1 << 16


def load(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of native values, in the order of `columns`, which are attributes of the model.

    The first column is a number. What is not named gets the default of the database, not that of the model.
    Whoever makes the rows has seen to it that they are valid; what the database refuses is an IntegrityError
    or a DataError, as from any INSERT, and none of them is there then.
    """
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in columns]
    names = ", ".join(map(_quoted, fields))
    turns = [(place, turn) for place, field in enumerate(fields) if (turn := _turn(field))]
    target = f"{connection.ops.quote_name(model._meta.db_table)} ({names})"
    cells = list(_turned(rows, turns))
    if not cells:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(cells) > 1:
            _copy(cursor, target, fields, cells)
            return
        marks = ", ".join(["%s"] * len(fields))
        statement = f"INSERT INTO {target} VALUES ({marks})"  # noqa: S608  names of our models
        if len(cells) == 1:
            cursor.execute(statement, cells[0])
        else:
            cursor.executemany(statement, cells)


def insert(rows: Sequence[models.Model]) -> None:
    """The same of unsaved objects of one model: all of them have their key, or the database gives it."""
    if not rows:
        return
    fields = rows[0]._meta.concrete_fields
    columns = [field.attname for field in fields if not (field.primary_key and rows[0].pk is None)]
    load(type(rows[0]), columns, map(attrgetter(*columns), rows))


def _copy(
    cursor: CursorWrapper, target: str, fields: Sequence[models.Field], rows: Iterable[Sequence[Any]]
) -> None:
    """As CSV, in which nothing is NULL, but for texts, which none of our columns has as NULL."""
    texts = ", ".join(_quoted(field) for field in fields if not field.null)
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    file = io.BytesIO(buffer.getvalue().encode())
    statement = f"COPY {target} FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({texts}))"
    with connection.wrap_database_errors:
        cursor.cursor.copy_expert(statement, file, BLOCK)


def _quoted(field: models.Field) -> str:
    return connection.ops.quote_name(str(field.column))


def _turned(rows: Iterable[Sequence[Any]], turns: Sequence[tuple[int, Turn]]) -> Iterator[Sequence[Any]]:
    for row in rows:
        cells = list(row)
        for place, turn in turns:
            if cells[place] is not None:
                cells[place] = turn(cells[place])
        yield cells


def _turn(field: models.Field) -> Turn | None:
    """From a value to what the driver takes for it, where that is not the same."""
    if isinstance(field, models.JSONField):
        return _as_json
    if connection.vendor == "postgresql":
        return None
    if isinstance(field, models.DateTimeField):
        return connection.ops.adapt_datetimefield_value
    return (lambda value: value.hex) if isinstance(field, models.UUIDField) else None


def _as_json(value: Any) -> str:
    return orjson.dumps(value).decode()
