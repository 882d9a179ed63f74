from django.db import migrations, models


def allow_leads(apps, schema_editor):
    """A group of this name that exists already is not touched by the start of a new desk."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="helpdesk", model="worker"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename="manage_jobs",
        defaults={"name": "Can see background work and run it again"},
    )
    for group in apps.get_model("auth", "Group").objects.filter(name="Lead"):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0003_learning"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "permissions": [("manage_jobs", "Can see background work and run it again")],
                "default_permissions": (),
            },
        ),
        migrations.RunPython(allow_leads, migrations.RunPython.noop),
    ]
