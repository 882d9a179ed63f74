"""What triage proposes, beside the fields it is about: old and new, how sure, why, and what one may do."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from helpdesk import people, permissions
from helpdesk.admin.panel.fields import deleted, icon, refuse, shown
from helpdesk.choices import VOCABULARIES, Priority, Verdict
from helpdesk.tickets import changes
from helpdesk.tickets.fields import LABELS
from helpdesk.tickets.models import Ticket
from helpdesk.triage import suggestions
from helpdesk.triage.models import Suggestion

SAID = {
    "dismiss": "Dismissed: the ticket stays as it is.",
    "revert": "Taken back: the ticket has its category from before.",
    "review": "Noted: the category was right.",
}
DECIDE = {"dismiss": suggestions.dismiss, "revert": suggestions.revert, "review": suggestions.review}


@dataclass(frozen=True)
class Offer:
    """`state` is ``differs``, ``agrees`` or ``applied`` (by a rule, without a person).

    `lowers` marks a priority below the present one: it is never the button that stands out.
    """

    pk: int
    field: str
    state: str
    old: str
    old_value: str
    old_icon: str
    new: str
    new_icon: str
    confidence: float
    reasons: list[str]
    lowers: bool


def offers(ticket: Ticket, suggestion: Suggestion | None) -> dict[str, Offer]:
    """By field, what there is to say beside it."""
    if suggestion is None:
        return {}
    if suggestion.verdict == Verdict.APPLIED:
        still = ticket.category == suggestion.category
        return {"category": _offer(suggestion, "category", suggestion.previous_category)} if still else {}
    return {name: _offer(suggestion, name, getattr(ticket, name)) for name in LABELS}


def _offer(suggestion: Suggestion, name: str, old: str) -> Offer:
    new = getattr(suggestion, name)
    state = "agrees" if old == new else "differs"
    order = list(Priority.values)
    return Offer(
        pk=suggestion.pk,
        field=name,
        state="applied" if suggestion.verdict == Verdict.APPLIED else state,
        old=_label(name, old),
        old_value=old,
        old_icon=icon(name, old),
        new=_label(name, new),
        new_icon=icon(name, new),
        confidence=getattr(suggestion, f"{name}_confidence"),
        reasons=getattr(suggestion, f"{name}_reasons"),
        lowers=name == "priority" and order.index(new) < order.index(old),
    )


def _label(name: str, value: str) -> str:
    """A category from before may be blank."""
    return str(VOCABULARIES[name](value).label) if value else "nothing"


def fragments(ticket: Ticket, *, may_decide: bool) -> dict[str, str]:
    """The part of the page beside each field, and who answered."""
    suggestion = ticket.suggestions.offered()
    found = offers(ticket, suggestion)
    all_agree = all(offer.state == "agrees" for offer in found.values())
    parts = {
        name: render_to_string(
            "helpdesk/panel/ticket/offer.html",
            {
                "offer": found.get(name),
                "may_decide": may_decide,
                "all_agree": all_agree,
                "category": ticket.category,
            },
        )
        for name in LABELS
    }
    source = render_to_string("helpdesk/panel/ticket/source.html", {"suggestion": found and suggestion})
    return {**parts, "source": source}


@require_POST
def ask(request: HttpRequest, pk: int) -> JsonResponse:
    """Ask for a suggestion for the ticket as it is stored. Nothing is written but the suggestion."""
    user = decider(request)
    ticket = Ticket.objects.filter(pk=pk).first()
    if ticket is None:
        return refuse(deleted(pk), 404)
    try:
        suggestions.suggest(ticket.title, ticket.description, ticket=ticket, actor=user)
    except IntegrityError:
        return refuse("The ticket was deleted while the answer was awaited.", 404)
    return _answer(ticket, "")


@require_POST
def take(request: HttpRequest, pk: int) -> JsonResponse:
    """Give the ticket the labels that are named in the request, each with the value that the page showed."""
    user, batch = decider(request), uuid4()
    suggestion = get_object_or_404(Suggestion, pk=pk)
    seen = {name: request.POST[name] for name in LABELS if name in request.POST}
    if not seen:
        return refuse("Say which of the suggested labels to take.", 400)
    try:
        ticket = suggestions.take(suggestion, seen, actor=user, batch=batch)
    except suggestions.NotPending as why:
        return refuse(str(why), 409)
    except Ticket.DoesNotExist:
        return refuse("The ticket was deleted. Nothing was saved.", 404)
    except changes.Conflict as conflict:
        return _answer(conflict.ticket, str(conflict), status=409)
    told = [_told(suggestion, ticket, name, was) for name, was in seen.items()]
    is_changed = any(getattr(suggestion, name) != old for name, old in seen.items())
    return _answer(ticket, ". ".join(told), batch if is_changed else None)


@require_POST
def decide(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Dismiss what is offered; take back what was applied by itself, or say that it was right.

    A suggestion for a form that has no ticket yet is answered without a word.
    """
    user = decider(request)
    try:
        DECIDE[action](get_object_or_404(Suggestion, pk=pk), actor=user)
    except suggestions.NotPending as why:
        return refuse(str(why), 409)
    ticket = Ticket.objects.filter(suggestions=pk).first()
    return _answer(ticket, SAID[action]) if ticket else HttpResponse(status=204)


def decider(request: HttpRequest) -> User:
    """Who asks; raises PermissionDenied for whoever may not decide about suggestions."""
    user = people.signed_in(request)
    if not may_decide(user):
        raise PermissionDenied
    return user


def may_decide(user: User) -> bool:
    return permissions.can_suggest(user) and permissions.can_change(user)


def _told(suggestion: Suggestion, ticket: Ticket, name: str, was: str) -> str:
    new = getattr(suggestion, name)
    what = f"{_label(name, new)} is right" if new == was else f"{_label(name, was)} → {_label(name, new)}"
    return f"{name.capitalize()} of #{ticket.pk}: {what}"


def _answer(ticket: Ticket, said: str, batch: UUID | None = None, status: int = 200) -> JsonResponse:
    """The labels as they are now, and what is left to say beside them."""
    content: dict[str, Any] = {
        "said": said,
        "detail": said,
        "batch": batch,
        "fields": [shown(ticket, name) for name in LABELS],
        "offers": fragments(ticket, may_decide=True),
    }
    return JsonResponse(content, status=status)
