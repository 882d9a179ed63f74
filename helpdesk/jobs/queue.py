"""How much background work there is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from helpdesk.jobs import workers


@dataclass(frozen=True)
class Backlog:
    """Tasks by state. Those that wait could run now; those that are for later will be tried again then."""

    waiting: int
    later: int
    running: int
    failed: int
    oldest: timedelta  # how long the first of those that wait has done so; zero when none does
    workers: int  # that were heard of lately


def measure(now: datetime) -> Backlog:
    at_once = Q(run_after=get_date_max())
    ready = Q(status=TaskResultStatus.READY)
    due = ready & (at_once | Q(run_after__lte=now))
    found = DBTaskResult.objects.order_by().aggregate(
        waiting=Count("pk", filter=due),
        later=Count("pk", filter=ready & Q(run_after__gt=now) & ~at_once),
        running=Count("pk", filter=Q(status=TaskResultStatus.RUNNING)),
        failed=Count("pk", filter=Q(status=TaskResultStatus.FAILED)),
        enqueued=Min("enqueued_at", filter=ready & at_once),
        planned=Min("run_after", filter=ready & ~at_once & Q(run_after__lte=now)),
    )
    since = [time for time in (found.pop("enqueued"), found.pop("planned")) if time]
    oldest = max(now - min(since), timedelta()) if since else timedelta()
    return Backlog(**found, oldest=oldest, workers=workers.alive(now).count())
