"""What the benchmark compares with: answers that the database itself writes, with nothing in between.

It reads and writes the same rows as the product, asks nobody for a token, and checks nothing.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import count
from typing import Any

import django
from django.apps import apps
from django.db import connection, models

from helpdesk.tickets.fields import FIELDS

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
COLUMNS = [field.attribute for field in FIELDS]
CHANGE = """
UPDATE helpdesk_ticket SET due_at = created_at, updated_at = CURRENT_TIMESTAMP,
  status = CASE :odd WHEN 0 THEN 'open' ELSE 'in_progress' END,
  priority = CASE :odd WHEN 0 THEN 'low' ELSE 'high' END WHERE id = 7
"""


def statements() -> dict[str, list[str]]:
    """What each path runs, a write as one transaction; the one that returns a row answers."""
    follow = [copy("helpdesk.Event"), copy("django_tasks_database.DBTaskResult")]
    begin = "BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN"
    newest = "WHERE id = (SELECT max(id) FROM helpdesk_ticket)"
    return {
        "/list": [as_json("ORDER BY created_at DESC, id DESC LIMIT 26")],
        "/open": [as_json("WHERE status = 'open' ORDER BY created_at DESC, id DESC LIMIT 101")],
        "/retrieve": [as_json("WHERE id = 7")],
        "/create": [begin, copy("helpdesk.Ticket"), *follow, as_json(newest), "COMMIT"],
        "/change": [begin, CHANGE, *follow, as_json("WHERE id = 7"), "COMMIT"],
    }


def as_json(condition: str) -> str:
    """A statement whose one value is the JSON of these tickets, with the columns that the API shows."""
    rows = f"SELECT {', '.join(COLUMNS)} FROM helpdesk_ticket {condition}"
    if connection.vendor == "postgresql":
        return f"SELECT coalesce(json_agg(row), '[]')::text FROM ({rows}) row"
    pairs = ", ".join(f"'{name}', {name}" for name in COLUMNS)
    return f"SELECT json_group_array(json_object({pairs})) FROM ({rows})"


def copy(name: str) -> str:
    """A statement that writes another row like one that is there."""
    model = apps.get_model(name)
    key, table = model._meta.pk.column, model._meta.db_table
    columns = {field.column: field.column for field in model._meta.concrete_fields}
    if isinstance(model._meta.pk, models.UUIDField):
        on_postgresql = connection.vendor == "postgresql"
        columns[key] = "gen_random_uuid()" if on_postgresql else "lower(hex(randomblob(16)))"
    else:
        del columns[key]
    one = f"(SELECT * FROM {table} LIMIT 1) one"
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {one}"


django.setup()
STATEMENTS = statements()
connection.ensure_connection()
# The driver's own connection: not even Django's cursor stands between.
database = connection.connection
turn = count()


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    if length := int(environ.get("CONTENT_LENGTH") or 0):
        json.loads(environ["wsgi.input"].read(length))
    odd = str(next(turn) % 2)
    with closing(database.cursor()) as cursor:
        for statement in STATEMENTS[environ["PATH_INFO"]]:
            cursor.execute(statement.replace(":odd", odd))
            if cursor.description:
                body = cursor.fetchone()[0].encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
