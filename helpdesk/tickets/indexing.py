"""What tickets are found by, written anew after a release that finds them by more."""

from django_tasks import task

from helpdesk.tickets import changes
from helpdesk.tickets.models import Ticket

CHUNK = 500


@task()
def refill(after: int = 0) -> None:
    """The tickets behind this number, some at a time, each in a statement of its own; it may run again."""
    ids = list(Ticket.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:CHUNK])
    changes.reindex(ids)
    if ids:
        refill.enqueue(ids[-1])
