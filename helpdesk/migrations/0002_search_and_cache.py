"""What Django's models cannot declare: the search index of PostgreSQL and the shared cache's table."""

from django.core.management import call_command
from django.db import migrations

from helpdesk.tickets.search import POSTGRES_VECTOR


def create_search_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        vector = POSTGRES_VECTOR.format(column="search_text")
        schema_editor.execute(f"CREATE INDEX ticket_search ON helpdesk_ticket USING gin (({vector}))")


def drop_search_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS ticket_search")


def create_cache_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0001_initial")]
    operations = [
        migrations.RunPython(create_search_index, drop_search_index),
        migrations.RunPython(create_cache_table, migrations.RunPython.noop),
    ]
