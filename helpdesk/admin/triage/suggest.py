"""The "Suggest with AI" button of a new ticket: asks, shows, never blocks the form."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from helpdesk.admin.panel.offers import decider
from helpdesk.tickets.models import DESCRIPTION_LENGTH
from helpdesk.triage import suggestions


@require_POST
def suggest_view(request: HttpRequest) -> HttpResponse:
    """Answer the title and description of a form with a suggestion, as a fragment of the page."""
    actor = decider(request)
    title, description = (_text(request.POST.get(name, "")) for name in ("title", "description"))
    if not (title + description).strip():
        message = "Write a title or a description first."
        return render(request, "helpdesk/suggestion_refused.html", {"message": message}, status=400)
    suggestion = suggestions.suggest(title, description, actor=actor)
    return render(request, "helpdesk/suggestion.html", {"suggestion": suggestion})


def _text(raw: str) -> str:
    """What the classifier reads; its quotes are stored, and PostgreSQL cannot store a NUL."""
    return raw[:DESCRIPTION_LENGTH].replace("\0", " ")
