"""Times as the panel says them: short, in one unit, in the desk's zone."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from helpdesk.tickets.models import Ticket

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Beyond this an hour of the clock says more than a number of hours.
NEAR = 6 * HOUR


class Due(NamedTuple):
    """When a ticket is due; `tone` is ``late``, ``soon`` or empty."""

    text: str
    tone: str


def due(ticket: Ticket, now: datetime, soon: timedelta) -> Due | None:
    """The due clock of an unresolved ticket; None when there is nothing to wait for."""
    if ticket.resolved_at or not ticket.due_at:
        return None
    left = ticket.due_at - now
    if left < timedelta(0):
        return Due(f"{span(-left)} late", "late")
    tone = "soon" if left <= soon else ""
    return Due(f"in {span(left)}" if left < NEAR else _day_of(ticket.due_at, now), tone)


def span(length: timedelta) -> str:
    """A length in its largest unit: ``35 min``, ``4 h``, ``2 d``, ``3 wk``, ``2 mo``, ``1 y``."""
    if length < HOUR:
        return f"{max(length // MINUTE, 1)} min"
    if length < DAY:
        return f"{length // HOUR} h"
    days = length.days
    for size, unit in ((365, "y"), (60, "mo"), (14, "wk")):
        if days >= size:
            return f"{days // (30 if unit == 'mo' else 7 if unit == 'wk' else size)} {unit}"
    return f"{days} d"


def moment(when: datetime, now: datetime) -> str:
    """``12:03`` of today, else ``25 Nov, 12:03``, with the year when it is another one."""
    local, today = timezone.localtime(when), timezone.localdate(now)
    if local.date() == today:
        return f"{local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%b}{year}, {local:%H:%M}"


def _day_of(moment: datetime, now: datetime) -> str:
    """``today 17:30``, ``tomorrow``, ``Thu`` within a week, else ``30 Nov``."""
    local, today = timezone.localtime(moment), timezone.localdate(now)
    days = (local.date() - today).days
    if days == 0:
        return f"today {local:%H:%M}"
    if days == 1:
        return "tomorrow"
    if days < 7:
        return f"{local:%a}"
    return f"{local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"
