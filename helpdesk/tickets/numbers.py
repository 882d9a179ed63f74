"""The numbers that new tickets will have."""

from django.db import connection, transaction

from helpdesk.tickets.models import Ticket

# A number is drawn for it: whoever draws one at the same moment gets another.
POSTGRES = """
    SELECT setval(sequence, GREATEST(%s, nextval(sequence)))
    FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence) AS known
"""

NEXT = """
    SELECT nextval(sequence)
    FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence) AS known, generate_series(1, %s)
"""


def given(tickets: list[Ticket]) -> list[Ticket]:
    """The new tickets, with a number for each that has none; in the transaction that makes them."""
    without = [ticket for ticket in tickets if ticket.pk is None]
    for ticket, number in zip(without, _draw(len(without)), strict=True):
        ticket.pk = number
    return tickets


def _draw(count: int) -> list[int]:
    table = Ticket._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(NEXT, [table, count])
            return sorted(number for (number,) in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone() or (0,)
        return list(range(last + 1, last + 1 + count))


@transaction.atomic
def leave_out(highest: int) -> None:
    """New tickets get numbers above this one, so that those up to it can be kept by others."""
    table = Ticket._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRES, [highest, table])
            return
        cursor.execute("UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [highest, table])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, highest])
