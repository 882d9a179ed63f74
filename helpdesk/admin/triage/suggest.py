"""The "Suggest with AI" button: asks, shows, never blocks the form."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from helpdesk import people, permissions
from helpdesk.tickets.models import DESCRIPTION_LENGTH, Ticket
from helpdesk.tickets.query import as_pk
from helpdesk.triage import suggestions
from helpdesk.triage.models import Suggestion

ACTIONS = {"dismiss": suggestions.dismiss, "revert": suggestions.revert, "review": suggestions.review}


@require_POST
def suggest_view(request: HttpRequest) -> HttpResponse:
    """Answer the title and description of a form with a suggestion, as a fragment of the page."""
    actor = _decider(request)
    title, description = (_text(request.POST.get(name, "")) for name in ("title", "description"))
    if not (title + description).strip():
        return _refuse(request, "Write a title or a description first.", 400)
    ticket = _ticket(request.POST.get("ticket", ""))
    try:
        suggestion = suggestions.suggest(title, description, ticket=ticket, actor=actor)
    except IntegrityError:
        return _refuse(request, "The ticket was deleted while the answer was awaited.", 409)
    return render(request, "helpdesk/suggestion.html", {"suggestion": suggestion})


@require_POST
def decide_view(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Dismiss what is offered; take back what was applied by itself, or say that it was right."""
    actor = _decider(request)
    try:
        ACTIONS[action](get_object_or_404(Suggestion, pk=pk), actor=actor)
    except suggestions.NotPending as why:
        return _refuse(request, str(why), 409)
    return HttpResponse(status=204)


def _decider(request: HttpRequest) -> User:
    """Who asks; raises PermissionDenied for whoever may not decide about suggestions."""
    user = people.signed_in(request)
    if not (permissions.can_suggest(user) and permissions.can_change(user)):
        raise PermissionDenied
    return user


def _text(raw: str) -> str:
    """What the classifier reads; its quotes are stored, and PostgreSQL cannot store a NUL."""
    return raw[:DESCRIPTION_LENGTH].replace("\0", " ")


def _ticket(raw: str) -> Ticket | None:
    pk = as_pk(raw)
    return Ticket.objects.filter(pk=pk).first() if pk else None


def _refuse(request: HttpRequest, message: str, status: int) -> HttpResponse:
    return render(request, "helpdesk/suggestion_refused.html", {"message": message}, status=status)
