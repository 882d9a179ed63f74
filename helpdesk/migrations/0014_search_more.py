"""Tickets are found by their requester and their comments too: a worker writes that for those that exist."""

from django.db import migrations

from helpdesk.tickets.indexing import refill


def begin(apps, schema_editor):
    if apps.get_model("helpdesk", "Ticket").objects.exists():
        refill.enqueue()


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0013_last_backup"),
        # The queue as the release has it.
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
