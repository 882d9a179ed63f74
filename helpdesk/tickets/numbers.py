"""The numbers that new tickets will have."""

from django.db import connection, transaction

from helpdesk.tickets.models import Ticket

# A number is drawn for it: whoever draws one at the same moment gets another.
POSTGRES = """
    SELECT setval(sequence, GREATEST(%s, nextval(sequence)))
    FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence) AS known
"""


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
