"""How values look on our own pages."""

from django import template

from helpdesk.ai.providers import DISPLAY_NAMES
from helpdesk.choices import VOCABULARIES, Action

register = template.Library()
BADGES = {**VOCABULARIES, "action": Action}


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
def person(user: object) -> str:
    """A member of staff by full name, or by user name."""
    return user.get_full_name() or user.username if user else ""
