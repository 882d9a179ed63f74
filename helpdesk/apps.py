"""The one application of the project."""

import sys
from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth.signals import user_login_failed
from django.db.models.signals import post_migrate
from django_tasks.signals import task_finished, task_started
from tablib.formats import registry

from helpdesk import logs


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = "Helpdesk"

    def ready(self) -> None:
        """Register what needs the other applications to be loaded."""
        leave_out_what_no_page_needs()
        from helpdesk import checks, groups  # noqa: PLC0415  models are loaded only now
        from helpdesk.operations import metrics  # noqa: PLC0415
        from helpdesk.triage import reactions  # noqa: F401, PLC0415  registers itself

        checks.register_all()
        post_migrate.connect(groups.create_groups, sender=self)
        task_started.connect(logs.begin_task)
        task_finished.connect(logs.end_task)
        user_login_failed.connect(metrics.count_refusal)


def leave_out_what_no_page_needs() -> None:
    """Libraries load what they find; each web process would be 25 MB larger for what it never calls.

    import-export loads every format that tablib knows, so with xlsx openpyxl and numpy; our formats are in
    `transfer.formats`. REST framework loads requests for a test client, and pygments
    for pages that are not shown here.
    """
    registry.register("xlsx", None)
    absent = {"pygments", "requests"} - sys.modules.keys()
    sys.modules |= dict.fromkeys(absent)  # type: ignore[arg-type]
    import_module("rest_framework.compat")
    for name in absent:
        del sys.modules[name]
