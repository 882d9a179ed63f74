"""The one application of the project."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django_tasks.signals import task_finished, task_started

from helpdesk import logs


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = "Helpdesk"

    def ready(self) -> None:
        """Register what needs the other applications to be loaded."""
        from helpdesk import checks, groups  # noqa: PLC0415  models are loaded only now
        from helpdesk.triage import reactions  # noqa: F401, PLC0415  registers itself

        checks.register_all()
        post_migrate.connect(groups.create_groups, sender=self)
        task_started.connect(logs.begin_task)
        task_finished.connect(logs.end_task)
