"""Background work: what waits, runs, is done and has failed; what failed can be run again."""

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.utils import timezone
from django_tasks_db.admin import (
    DBTaskResultAdmin,  # importing it registers the plain page that ours replaces
)
from django_tasks_db.models import DBTaskResult, DBTaskResultQuerySet, get_date_max
from unfold.decorators import action, display

from helpdesk import permissions
from helpdesk.admin.read_only import ReadOnlyAdmin
from helpdesk.jobs import workers

admin.site.unregister(DBTaskResult)
apps.get_app_config("django_tasks_database").verbose_name = "Background work"
DBTaskResult._meta.verbose_name = "background task"
DBTaskResult._meta.verbose_name_plural = "background tasks"
DBTaskResult.__str__ = lambda result: result.task_path.removeprefix("helpdesk.")  # type: ignore[method-assign, attr-defined]
STATES = {"Waiting": "default", "Later": "info", "Running": "primary", "Done": "success", "Failed": "danger"}
NAMES = {"READY": "Waiting", "RUNNING": "Running", "SUCCESSFUL": "Done", "FAILED": "Failed"}


@admin.register(DBTaskResult)
class JobAdmin(ReadOnlyAdmin):
    """Read only, but for running again what failed."""

    list_display = (
        "what",
        "about",
        "state",
        "enqueued_at",
        "started_at",
        "finished_at",
        "attempts",
        "reason",
    )
    list_filter = ("status",)
    ordering = ("-enqueued_at",)
    actions = ("run_again",)
    list_per_page = 50
    show_full_result_count = False
    fields = ("what", "about", "state", "enqueued_at", "started_at", "finished_at", "attempts", "details")
    readonly_fields = fields

    @display(description="Task")
    def what(self, result: DBTaskResult) -> str:
        """A reaction by its own name, an announcement by its kind, all else by the name of the function."""
        name, arguments = result.task_path.rpartition(".")[2], result.args_kwargs["args"]
        if name == "deliver":
            return f"After {arguments[0].replace('.', ' ')}"
        if name == "retry":
            name = f"{arguments[0].rpartition('.')[2]}, try {arguments[2] + 1}"
        return name.replace("_", " ").capitalize()

    @display(description="About", empty_value="")
    def about(self, result: DBTaskResult) -> str | None:
        """How many rows it is about, and which when they are few."""
        ids = next((part for part in result.args_kwargs["args"] if isinstance(part, list)), [])
        if len(ids) > 3:
            return f"{len(ids):,} rows"
        return ", ".join(f"#{pk}" for pk in ids) or None

    @display(description="State", label=STATES)
    def state(self, result: DBTaskResult) -> str:
        if result.status == "READY" and timezone.now() < result.run_after < get_date_max():
            return "Later"
        return NAMES[result.status]

    @display(description="Attempts")
    def attempts(self, result: DBTaskResult) -> int:
        return len(result.worker_ids)

    @display(description="Why it failed", empty_value="")
    def reason(self, result: DBTaskResult) -> str | None:
        return result.traceback.strip().rpartition("\n")[2][:120] if result.status == "FAILED" else None

    details = DBTaskResultAdmin.formatted_traceback

    @action(description="Run again", permissions=["manage"])
    def run_again(self, request: HttpRequest, queryset: DBTaskResultQuerySet) -> None:
        count = sum(map(workers.run_again, queryset))
        left = len(queryset) - count
        note = f" {left} had not failed." if left else ""
        messages.success(request, f"{count} task{pluralize(count)} will run again.{note}")

    def may_see(self, user: User | AnonymousUser) -> bool:
        return permissions.can_manage_jobs(user)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return self.may_see(request.user)
