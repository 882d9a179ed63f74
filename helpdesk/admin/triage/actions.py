"""What a lead does on the triage page: each action is a POST, answered by the page and a message."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import pluralize
from django.urls import reverse

from helpdesk import permissions
from helpdesk.admin.triage.forms import BacktestForm, TargetForm
from helpdesk.choices import Category, Channel, RunKind
from helpdesk.people import signed_in
from helpdesk.tickets import undo
from helpdesk.triage import batches, learning, rules, runs, suggestions, versions
from helpdesk.triage.models import SetAside, Suggestion, TriageModel, TriageRun

REFUSALS = (rules.Unsupported, runs.RunRefused, suggestions.NotPending, undo.UndoRefused)
APPLIED = "triage-applied"  # in the session: the batch that was applied last, for its Undo


class BadForm(Exception):
    """The form was not filled in as it must be; the message says what is wrong."""


def action(section: str) -> Callable[[Callable[..., str]], Callable[..., HttpResponse]]:
    """Make a view of a function that does something and says what; it leads back to that section of the page.

    A section in braces is the argument of that name.
    """

    def decorate(act: Callable[..., str]) -> Callable[..., HttpResponse]:
        @wraps(act)
        def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not permissions.can_manage_triage(request.user):
                raise PermissionDenied
            if request.method == "POST":  # whoever had to sign in on the way comes by GET, and sees the page
                _do(act, request, kwargs)
            return HttpResponseRedirect(f"{reverse('admin:helpdesk_triage')}#{section.format(**kwargs)}")

        return view

    return decorate


def _do(act: Callable[..., str], request: HttpRequest, arguments: dict[str, Any]) -> None:
    try:
        messages.success(request, act(request, **arguments))
    except (*REFUSALS, BadForm) as why:
        messages.error(request, str(why))


@action("versions")
def learn(request: HttpRequest) -> str:
    learning.request(at_once=True)
    return (
        "Learning begins in the background. If there is something new to learn, a version appears below "
        "in a minute, and goes live if it is better."
    )


@action("versions")
def promote(request: HttpRequest, pk: int) -> str:
    model = versions.promote(get_object_or_404(TriageModel, pk=pk), actor=signed_in(request))
    return f"{model} is live now, and stays until you choose otherwise."


@action("versions")
def retire(request: HttpRequest) -> str:
    versions.retire_all(actor=signed_in(request))
    return "The lexicon answers alone now, until you choose otherwise. Every version is kept."


@action("versions")
def let_choose(request: HttpRequest) -> str:
    versions.let_choose()
    return "A version that proves better goes live by itself again."


@action("contradictions")
def learn_set_aside(request: HttpRequest, pk: int) -> str:
    row = batches.decide(get_object_or_404(SetAside, pk=pk), learn=True, actor=signed_in(request))
    learning.request(at_once=True)
    return f"{row} are learned with the others, in the background."


@action("contradictions")
def leave_set_aside(request: HttpRequest, pk: int) -> str:
    row = batches.decide(get_object_or_404(SetAside, pk=pk), learn=False, actor=signed_in(request))
    return f"{row} are never learned, until somebody gives these tickets other labels."


@action("review")
def review(request: HttpRequest, pk: int) -> str:
    suggestion = suggestions.review(get_object_or_404(Suggestion, pk=pk), actor=signed_in(request))
    return f"Noted: {suggestion.get_category_display()} was right for ticket #{suggestion.ticket_id}."


@action("review")
def revert(request: HttpRequest, pk: int) -> str:
    ticket = suggestions.revert(get_object_or_404(Suggestion, pk=pk), actor=signed_in(request))
    return f"Taken back: ticket #{ticket.pk} is {ticket.get_category_display()} again."


@action("rules")
def switch_on(request: HttpRequest, category: Category) -> str:
    form = TargetForm(request.POST)
    if not form.is_valid():
        raise BadForm(" ".join(map(str, form.errors["target"])))
    rule = rules.switch_on(category.value, target=form.cleaned_data["target"], actor=signed_in(request))
    confidence = f"{100 * rule.threshold:.0f} % confidence"
    return f"{category.label} is applied by itself from now on, at {confidence} or more."


@action("rules")
def switch_off(request: HttpRequest, category: Category) -> str:
    rules.switch_off(category.value, actor=signed_in(request))
    return f"{category.label} is only suggested from now on."


@action("rules")
def apply_waiting(request: HttpRequest, category: Category) -> str:
    batch, count = rules.apply_waiting(category.value)
    if not count:
        return "Nothing waits above the threshold any more."
    request.session[APPLIED] = str(batch)
    return (
        f"{count:,} suggestion{pluralize(count)} of {category.label} applied; many are finished in a moment."
    )


@action("rules")
def undo_applied(request: HttpRequest) -> str:
    """Take back what this person had applied last."""
    batch = request.session.pop(APPLIED, None)
    if batch is None:
        return "There is nothing to take back."
    row = undo.undo(UUID(batch), actor=signed_in(request), channel=Channel.ADMIN)
    return (
        f"{row.total:,} ticket{pluralize(row.total)} taken back, but for those that somebody changed since."
    )


@action("bulk")
def start_bulk(request: HttpRequest) -> str:
    run = runs.start(RunKind.BULK, {}, actor=signed_in(request))
    return f"Bulk triage of {run.total:,} ticket{pluralize(run.total)} begins in the background."


@action("backtest")
def start_backtest(request: HttpRequest) -> str:
    form = BacktestForm(request.POST, versions=versions.newest())
    if not form.is_valid():
        raise BadForm(
            " ".join(f"{form[name].label}: {' '.join(map(str, why))}" for name, why in form.errors.items())
        )
    run = runs.start(RunKind.BACKTEST, form.cleaned_data, actor=signed_in(request))
    return f"The backtest over {run.total:,} settled ticket{pluralize(run.total)} begins in the background."


@action("{kind}")
def pause(request: HttpRequest, kind: RunKind, pk: int) -> str:
    runs.pause(_run(kind, pk), actor=signed_in(request))
    return f"{kind.label} pauses after the ticket in hand. Nothing is lost."


@action("{kind}")
def resume(request: HttpRequest, kind: RunKind, pk: int) -> str:
    run = _run(kind, pk)
    runs.resume(run, actor=signed_in(request))
    return f"{kind.label} goes on where it stopped."


@action("{kind}")
def cancel(request: HttpRequest, kind: RunKind, pk: int) -> str:
    runs.cancel(_run(kind, pk), actor=signed_in(request))
    return f"{kind.label} is cancelled. What it has done so far is kept."


def _run(kind: RunKind, pk: int) -> TriageRun:
    return get_object_or_404(TriageRun, kind=kind, pk=pk)
