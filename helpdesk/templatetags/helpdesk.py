"""How values look on our own pages."""

from django import template
from django.contrib.auth.models import User

from helpdesk.choices import VOCABULARIES, Action, BadgeChoices
from helpdesk.people import name_of
from helpdesk.triage.providers.registry import DISPLAY_NAMES

register = template.Library()
BADGES: dict[str, type[BadgeChoices]] = {**VOCABULARIES, "action": Action}


@register.filter
def badge(value: str, vocabulary: str) -> str:
    """The badge colour of a value: ``{{ ticket.status|badge:"status" }}``."""
    return BADGES[vocabulary](value).color


@register.filter
def percent(share: float) -> str:
    """A confidence from 0 to 1 as whole per cent; nobody is ever entirely sure."""
    return f"{min(share, 0.99):.0%}"


@register.filter
def provider_name(name: str) -> str:
    return DISPLAY_NAMES.get(name, name)


@register.filter
def person(user: User | None) -> str:
    """A member of staff by full name, or by user name."""
    return name_of(user) or ""


@register.filter
def initials(name: str) -> str:
    """Two letters for a round picture: of the first and the last word, or of the only one."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return (words[0][0] + words[-1][0] if len(words) > 1 else name.strip()[:2]).upper()
