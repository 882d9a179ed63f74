"""Background work: each task is a thin call of a service, run by the worker."""

from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone
from django_tasks import task

from helpdesk.tickets.models import Ticket
from helpdesk.triage import classify, learning, rules, runs, suggestions
from helpdesk.triage.models import TriageRun

# Corrections are gathered for so long before the worker looks whether there are enough of them.
LEARN_DELAY = timedelta(minutes=5)


@task()
def look_at(ticket_id: int) -> None:
    """Look again at a ticket that was filled locally when it came in: a second opinion, and the rules."""
    ticket = Ticket.objects.filter(pk=ticket_id).first()
    if ticket is None:
        return
    suggestion = suggestions.second_opinion(ticket) or ticket.suggestions.offered()
    if suggestion:
        rules.apply(suggestion)


@task()
def learn(force: bool = False) -> None:
    if force or learning.is_due():
        learning.learn(force=force)


@task()
def work(run_id: int) -> None:
    runs.work(run_id)


def ask_later(ticket: Ticket) -> None:
    """Queue a second look at a new ticket whose labels were left to triage."""
    if (classify.has_provider() or rules.is_used()) and ticket.suggestions.pending().exists():
        look_at.enqueue(ticket.pk)


def learn_soon() -> None:
    """A person has settled something. Costs nothing most of the time: one task for each delay and process."""
    if cache.add("learn-soon", 1, LEARN_DELAY.total_seconds()):
        learn.using(run_after=timezone.now() + LEARN_DELAY).enqueue()


def learn_now() -> None:
    """Somebody asked for it."""
    learn.enqueue(force=True)


def run_soon(run: TriageRun) -> None:
    work.enqueue(run.pk)
