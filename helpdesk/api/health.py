"""``/healthz`` and ``/readyz``: whether this process runs, and whether it can work."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

UNREACHABLE = "The database does not answer. Check DATABASE_URL and that the database runs."


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; asks nothing of the database."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has all migrations, or 503 and why not."""
    try:
        reason = _missing_migrations()
    except Error:
        reason = UNREACHABLE
    if reason:
        return JsonResponse({"status": "unavailable", "reason": reason}, status=503)
    return JsonResponse({"status": "ok"})


def _missing_migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"Migrations not applied: {len(plan)}. Run manage.py migrate." if plan else ""


urlpatterns = [path("healthz", healthz), path("readyz", readyz)]
