"""Long work of triage in the background: bulk triage and backtests, which survive a pause and a crash."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone
from django_tasks import task

from helpdesk.choices import UNFINISHED, JobState, RunKind
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet
from helpdesk.triage import backtests, classify, rules, suggestions
from helpdesk.triage.metrics import BUCKETS, Bucket, Matrix, Reliability
from helpdesk.triage.models import Suggestion, TriageRun
from helpdesk.triage.prediction import Unavailable

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# A worker that has not been heard of for so long has died.
SILENCE = timedelta(seconds=60)
CHUNK = 50
LARGEST_BACKTEST = 5_000
COMPARED_BACKTESTS = 5
ACTIVE = frozenset({JobState.WAITING, JobState.RUNNING})


class Asked(TypedDict):
    """What is read out of a run's `params`."""

    provider: str


class RunRefused(Exception):
    """The run cannot do that now; the message says why."""


@dataclass(frozen=True)
class Progress:
    """The newest run of a kind and what may be done with it."""

    kind: RunKind
    run: TriageRun | None

    @property
    def is_stalled(self) -> bool:
        return self.run is not None and is_stalled(self.run)

    @property
    def is_active(self) -> bool:
        """Whether it is worth to look again in a moment."""
        return self.run is not None and self.run.state in ACTIVE and not self.is_stalled

    @property
    def is_waiting_long(self) -> bool:
        """Whether it seems that no worker runs."""
        if self.run is None or self.run.state != JobState.WAITING:
            return False
        return (self.run.beat_at or self.run.created_at) < timezone.now() - SILENCE

    @property
    def is_unfinished(self) -> bool:
        return self.run is not None and self.run.state in UNFINISHED

    @property
    def can_resume(self) -> bool:
        stopped = self.run is not None and self.run.state in {JobState.PAUSED, JobState.FAILED}
        return stopped or self.is_stalled

    @property
    def can_cancel(self) -> bool:
        return self.is_unfinished or (self.run is not None and self.run.state == JobState.FAILED)


def progress(kind: RunKind) -> Progress:
    """Without `params`, which hold the long list of a backtest's tickets; the same below."""
    newest = TriageRun.objects.filter(kind=kind).annotate(provider=KT("params__provider"))
    return Progress(kind, newest.select_related("started_by").defer("params").first())


def finished_backtests() -> "QuerySet[WithAnnotations[TriageRun, Asked]]":
    """The newest ones that found something."""
    ended = TriageRun.objects.filter(kind=RunKind.BACKTEST, done__gt=0).exclude(state__in=ACTIVE)
    return ended.annotate(provider=KT("params__provider")).defer("params")[:COMPARED_BACKTESTS]


def matrix(run: TriageRun, field: str) -> Matrix:
    """What a backtest has found so far; the same below."""
    return Matrix(run.result.get(field, {}).get("matrix", {}))


def reliability(run: TriageRun, field: str = "category") -> Reliability:
    """The mean confidences are not kept: the middle of each bucket stands for them."""
    rows = run.result.get(field, {}).get("reliability") or run.result.get("reliability", [])
    return Reliability(
        [Bucket(index, cases, right, (index + 0.5) / BUCKETS) for index, cases, right in rows if cases]
    )


def start(kind: str, params: dict[str, Any], *, actor: User | None) -> TriageRun:
    """Put a run into the queue; one of each kind at a time."""
    run = TriageRun(kind=kind, params=params, total=_select(kind, params), started_by=actor)
    with _alone(run):
        run.save()
        go_on.enqueue(run.pk)
    return run


def pause(run: TriageRun, *, actor: User | None) -> None:
    _move(run, (JobState.WAITING, JobState.RUNNING), JobState.PAUSED, "Only what is running can be paused.")


def resume(run: TriageRun, *, actor: User | None) -> None:
    """Go on where it stopped: after a pause, a failure, or the death of the worker."""
    if run.state == JobState.RUNNING and not is_stalled(run):
        raise RunRefused("It is running.")
    sources = (JobState.PAUSED, JobState.FAILED, JobState.RUNNING)
    with transaction.atomic():
        _move(run, sources, JobState.WAITING, "It is finished.")
        go_on.enqueue(run.pk)


def cancel(run: TriageRun, *, actor: User | None) -> None:
    """End it for good; what it has done so far stays."""
    _move(run, (*UNFINISHED, JobState.FAILED), JobState.CANCELLED, "It is finished.")


def is_stalled(run: TriageRun) -> bool:
    """Whether its worker died: running, but silent."""
    heard = run.beat_at or run.created_at
    return run.state == JobState.RUNNING and heard < timezone.now() - SILENCE


@task()
def go_on(run_id: int) -> None:
    """Work, or look again later whether the worker that has the run in hand lives."""
    if not work(run_id) and TriageRun.objects.filter(pk=run_id, state=JobState.RUNNING).exists():
        go_on.using(run_after=timezone.now() + SILENCE).enqueue(run_id)


def work(run_id: int) -> bool:
    """Do a waiting run, or one whose worker died, to its end, or until somebody pauses it.

    False when there was nothing to do, or another worker does it.
    """
    stalled = Q(state=JobState.RUNNING, beat_at__lt=timezone.now() - SILENCE)
    claimed = TriageRun.objects.filter(Q(state=JobState.WAITING) | stalled, pk=run_id)
    if not claimed.update(state=JobState.RUNNING, beat_at=timezone.now(), error=""):
        return False
    run = TriageRun.objects.get(pk=run_id)
    try:
        _work_off(run)
    except Exception as error:
        TriageRun.objects.filter(pk=run_id).update(
            state=JobState.FAILED, error=f"{type(error).__name__}: {error}"
        )
        raise
    return True


def _work_off(run: TriageRun) -> None:
    step = STEPS[run.kind]
    while TriageRun.objects.filter(pk=run.pk, state=JobState.RUNNING).exists():
        chunk = list(_queue(run.kind, run.params, after=run.cursor)[:CHUNK])
        if not chunk:
            done = TriageRun.objects.filter(pk=run.pk, state=JobState.RUNNING)
            done.update(state=JobState.DONE, finished_at=timezone.now())
            return
        for ticket in chunk:
            step(run, ticket)


def _bulk_step(run: TriageRun, ticket: Ticket) -> None:
    """Suggestion and progress are stored together: after a crash none is repeated and none is lost.

    What a rule allows is applied, as it is to a new ticket.
    """
    prediction = classify.classify(ticket.title, ticket.description)
    suggestion = suggestions.build_for(ticket, prediction)
    with transaction.atomic():
        if Ticket.objects.filter(pk=ticket.pk).exists() and not _is_known(suggestion):
            suggestion.save()
            rules.apply(suggestion)
        _advance(run, ticket)


def _is_known(suggestion: Suggestion) -> bool:
    """Whether the same model has said the same about the same text, and nobody has decided yet."""
    same = Suggestion.objects.pending().filter(ticket=suggestion.ticket, input_hash=suggestion.input_hash)
    return same.filter(provider=suggestion.provider, model=suggestion.model).exists()


def _backtest_step(run: TriageRun, ticket: Ticket) -> None:
    try:
        backtests.step(run.result, run.params["provider"], ticket)
    except Unavailable:
        run.result["failures"] = run.result.get("failures", 0) + 1
    with transaction.atomic():
        _advance(run, ticket)


STEPS: dict[str, Callable[[TriageRun, Ticket], None]] = {
    RunKind.BULK: _bulk_step,
    RunKind.BACKTEST: _backtest_step,
}


def _queue(kind: str, params: dict[str, Any], *, after: int) -> TicketQuerySet:
    """The tickets still to do, in the order of their ids."""
    if kind == RunKind.BULK:
        waiting = Ticket.objects.unresolved().filter(category_confirmed=False)
        return waiting.filter(pk__gt=after).order_by("pk")
    return Ticket.objects.filter(pk__in=params["tickets"], pk__gt=after).order_by("pk")


def _select(kind: str, params: dict[str, Any]) -> int:
    """How many tickets there are; a backtest fixes now which ones, so that a pause does not change them."""
    if kind == RunKind.BACKTEST:
        settled = Ticket.objects.filter(category_confirmed=True).order_by("-updated_at", "-pk")
        count = min(int(params["count"]), LARGEST_BACKTEST)
        params["tickets"] = sorted(settled.values_list("pk", flat=True)[:count])
        if not params["tickets"]:
            raise RunRefused(
                "No ticket is settled yet: a backtest needs tickets whose category a person chose."
            )
    return _queue(kind, params, after=0).count()


def _advance(run: TriageRun, ticket: Ticket) -> None:
    run.cursor, run.done, run.beat_at = ticket.pk, run.done + 1, timezone.now()
    run.save(update_fields=["cursor", "done", "result", "beat_at"])


def _move(run: TriageRun, sources: tuple[JobState, ...], target: JobState, refusal: str) -> None:
    with _alone(run):
        moved = TriageRun.objects.filter(pk=run.pk, state__in=sources).update(state=target)
    if not moved:
        raise RunRefused(refusal)
    run.refresh_from_db()


@contextmanager
def _alone(run: TriageRun) -> Iterator[None]:
    """The database lets only one run of a kind be unfinished."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        kind = RunKind(run.kind).label.lower()
        raise RunRefused(f"Another {kind} is not finished yet. Resume or cancel it first.") from None
