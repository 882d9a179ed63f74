"""What can be asked of tickets: the one language of lists, filters, cards and exports."""

from datetime import date, datetime, time
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from helpdesk.choices import UNRESOLVED


def start_of(day: date) -> datetime:
    """Midnight of a day in the desk's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def as_pk(text: str) -> int | None:
    """The number of a row as somebody typed it; None when no row can have it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


class TicketQuerySet(models.QuerySet["Ticket"]):
    def for_list(self) -> Self:
        """Rows as lists show them: newest first, with the assignee at hand."""
        return self.select_related("assignee").order_by("-created_at", "-id")

    def unresolved(self) -> Self:
        return self.filter(status__in=UNRESOLVED)

    def unassigned(self) -> Self:
        return self.filter(assignee=None)

    def overdue(self, now: datetime | None = None) -> Self:
        return self.unresolved().filter(due_at__lt=now or timezone.now())

    def on_time(self, now: datetime | None = None) -> Self:
        """All that are not overdue."""
        return self.exclude(status__in=UNRESOLVED, due_at__lt=now or timezone.now())

    def updated_since(self, moment: datetime) -> Self:
        return self.filter(updated_at__gte=moment)

    def created_between(self, start: datetime | None, end: datetime | None) -> Self:
        """Created at or after `start` and before `end`; None leaves that side open."""
        return self._between("created_at", start, end)

    def resolved_between(self, start: datetime | None, end: datetime | None) -> Self:
        """Resolved at or after `start` and before `end`; None leaves that side open."""
        return self._between("resolved_at", start, end)

    def _between(self, field: str, start: datetime | None, end: datetime | None) -> Self:
        bounds = {f"{field}__gte": start, f"{field}__lt": end}
        return self.filter(**{lookup: moment for lookup, moment in bounds.items() if moment})

    def search(self, text: str) -> Self:
        """Every word of `text` begins a word of the title or the description."""
        return self.filter(search_text__words=text) if text.strip() else self

    def find(self, text: str) -> Self:
        """What a person types into one box: ``#12``, a number, an e-mail address or words."""
        text = text.strip()
        number = as_pk(text.removeprefix("#"))
        if number is not None:
            by_number = Q(pk=number)
            return self.filter(by_number if text.startswith("#") else by_number | Q(search_text__words=text))
        if "@" in text and " " not in text:
            return self.filter(requester_email__startswith=text.lower())
        return self.search(text)

    def requested_by(self, text: str) -> Self:
        """The requester's e-mail address in any case, or a part of the name."""
        if "@" in text:
            return self.filter(requester_email=text.strip().lower())
        return self.filter(requester_name__icontains=text.strip())
